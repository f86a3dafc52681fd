/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keys, the mouse and typed lines make of the screen, and what they post. */
#include "tests/unit/ui_screen_fixture.h"

static void test_line_and_repeat(void **state)
{
    struct fixture *f = *state;
    ready(f);
    type(f, "next\n");
    check_post(f, 1, "line next");
    fake_answer(f->screen.worker, 1, "next", "{\"reason\":\"step\",\"line\":5,\"epoch\":2}",
                "step at line 5\n");
    settle(f);
    check_shows("(allstop) next");
    check_shows("step at line 5");
    type(f, "\n");
    check_post(f, 2, "line next");
    fake_answer(f->screen.worker, 2, "next", "{\"reason\":\"step\",\"epoch\":3}", "again\n");
    settle(f);
    type(f, "  p round \n");
    check_post(f, 3, "line p round ");
    fake_answer(f->screen.worker, 3, "eval", "{}", "7\n");
    settle(f);
    type(f, "\n"); /* a question is not repeated */
    assert_int_equal(f->screen.worker->post_count, 3);
}

static void test_typed_ahead(void **state)
{
    struct fixture *f = *state;
    ready(f);
    type(f, "b main\nnext\n\n");
    check_post(f, 1, "line b main"); /* the others wait for the answer */
    fake_answer(f->screen.worker, 1, "break", "{}", "Breakpoint 1\n");
    settle(f);
    check_post(f, 2, "line next");
    fake_answer(f->screen.worker, 2, "next", "{\"reason\":\"step\",\"epoch\":2}", "stepped\n");
    settle(f);
    check_post(f, 3, "line next");
    show(f, make_view(f, TARGET_RUNNING, 2));
    type(f, "interrupt\n"); /* while the target runs the engine decides */
    check_post(f, 4, "line interrupt");
}

static void test_step_keys_wait(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_FUNCTION(10));
    press(f, KEY_FUNCTION(10));
    press(f, KEY_FUNCTION(11));
    check_post(f, 1, "next {}");
    fake_answer(f->screen.worker, 1, "next", "{\"reason\":\"step\",\"epoch\":2}", NULL);
    settle(f);
    check_post(f, 2, "next {}");
    fake_answer(f->screen.worker, 2, "next", "{\"reason\":\"breakpoint\",\"epoch\":3}", NULL);
    settle(f); /* what waited is forgotten: the user should look first */
    assert_int_equal(f->screen.worker->post_count, 2);
    press(f, KEY_FUNCTION(5));
    check_post(f, 3, "continue {}");
    press(f, KEY_FUNCTION(10));
    assert_int_equal(f->screen.worker->post_count, 3);
}

static void test_breakpoint_key(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_ESCAPE);
    press(f, 'j');
    press(f, KEY_FUNCTION(9));
    BASE_FREE char *expected = xasprintf("break {\"at\":\"%s:5\"}", f->path);
    check_post(f, 1, expected);
    struct view *v = make_view(f, TARGET_STOPPED, 1);
    add_breakpoint(f, v, 8, 5);
    show(f, v);
    press(f, KEY_FUNCTION(9));
    check_post(f, 2, "delete {\"id\":8}");
    press(f, 'a');
    press(f, 'j');
    press(f, KEY_FUNCTION(9));
    check_post(f, 3, "break {\"at\":\"*0x401137\"}");
    press(f, 'u');
    check_post(f, 4, "advance {\"at\":\"*0x401137\"}");
    fake_answer(f->screen.worker, 4, "advance", "{\"reason\":\"step\",\"epoch\":1}", NULL);
    settle(f);
    press(f, 'v');
    press(f, 'k'); /* where the target is: to the next line */
    press(f, 'u');
    check_post(f, 5, "until {}");
}

static void test_selecting(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_ESCAPE);
    press(f, 't');
    press(f, 'k');
    press(f, KEY_RETURN);
    check_post(f, 1, "thread {\"id\":\"p1.1\"}");
    press(f, 'w');
    press(f, 'j');
    press(f, KEY_RETURN);
    check_post(f, 2, "frame {\"level\":1}");
    struct view *v = make_view(f, TARGET_STOPPED, 1);
    add_breakpoint(f, v, 3, 2);
    show(f, v);
    press(f, 'b');
    press(f, ' ');
    check_post(f, 3, "disable {\"id\":3}");
    press(f, 'd');
    check_post(f, 4, "delete {\"id\":3}");
    press(f, KEY_RETURN); /* to its line */
    assert_int_equal(f->screen.focus, PANE_SOURCE);
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 1);
}

static void test_quit(void **state)
{
    struct fixture *f = *state;
    ready(f);
    struct view *v = make_view(f, TARGET_STOPPED, 2);
    add_breakpoint(f, v, 1, 4);
    show(f, v);
    type(f, "quit\n");
    check_shows("d)etach");
    press(f, 'x'); /* not an answer */
    check_shows("d)etach");
    press(f, 'c');
    assert_int_equal(f->screen.ending, ENDING_NONE);
    press(f, KEY_ESCAPE);
    press(f, 'q');
    press(f, KEY_ESCAPE);
    assert_int_equal(f->screen.ending, ENDING_NONE);
    press(f, 'q');
    press(f, 'k');
    assert_int_equal(f->screen.ending, ENDING_KILL);
    assert_int_equal(f->screen.worker->post_count, 0);
}

static void test_quit_without_sites(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_CTRL('d'));
    assert_int_equal(f->screen.ending, ENDING_LEAVE);
}

static void test_interrupt(void **state)
{
    struct fixture *f = *state;
    ready(f);
    f->screen.worker->idle = true; /* it would hit the next command */
    press(f, KEY_FUNCTION(6));
    assert_int_equal(f->screen.worker->interrupts, 0);
    type(f, "abc");
    press(f, KEY_CTRL('c'));
    assert_string_equal(editor_view(&f->screen.editor).text, "");
    assert_int_equal(f->screen.worker->interrupts, 0);
    f->screen.worker->idle = false;
    press(f, KEY_CTRL('c')); /* what is read for the panes */
    assert_int_equal(f->screen.worker->interrupts, 1);
    press(f, KEY_FUNCTION(5));
    press(f, KEY_CTRL('c'));
    assert_int_equal(f->screen.worker->interrupts, 2);
    show(f, make_view(f, TARGET_RUNNING, 1));
    check_shows("running");
    press(f, KEY_FUNCTION(6));
    assert_int_equal(f->screen.worker->interrupts, 3);
}

static void test_completion(void **state)
{
    struct fixture *f = *state;
    ready(f);
    f->screen.worker->words[0] = "breakpoints";
    f->screen.worker->words[1] = "break";
    f->screen.worker->words[2] = "worker";
    type(f, "br\t");
    assert_string_equal(editor_view(&f->screen.editor).text, "break");
    type(f, "\t"); /* nothing to add: the choice is shown */
    check_shows("breakpoints  break");
    type(f, " wo\t");
    assert_string_equal(editor_view(&f->screen.editor).text, "break worker ");
    type(f, "zz\t"); /* no such word: nothing happens */
    assert_string_equal(editor_view(&f->screen.editor).text, "break worker zz");
}

static void test_editing(void **state)
{
    struct fixture *f = *state;
    ready(f);
    type(f, "pit x");
    press(f, 0xe9); /* é */
    press(f, KEY_OF(KEY_HOME));
    press(f, KEY_OF(KEY_RIGHT));
    press(f, KEY_OF(KEY_DC));
    assert_string_equal(editor_view(&f->screen.editor).text, "pt xé");
    press(f, KEY_OF(KEY_END));
    press(f, KEY_RUBOUT);
    assert_string_equal(editor_view(&f->screen.editor).text, "pt x");
    press(f, KEY_RETURN);
    press(f, KEY_CTRL('r'));
    type(f, "pt");
    check_shows("(reverse-i-search)`pt': pt x");
    press(f, KEY_RETURN);
    fake_answer(f->screen.worker, 1, "eval", "{}", "1\n");
    settle(f);
    check_post(f, 2, "line pt x");
    press(f, KEY_OF(KEY_DC)); /* on an empty line this is no end of input */
    assert_int_equal(f->screen.ending, ENDING_NONE);
}

static void test_search_and_focus(void **state)
{
    struct fixture *f = *state;
    ready(f);
    assert_int_equal(f->screen.focus, PANE_CONSOLE);
    press(f, KEY_ESCAPE);
    assert_int_equal(f->screen.focus, PANE_SOURCE);
    press(f, '/');
    type(f, "MAIN\n");
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 1);
    press(f, '/');
    type(f, "nowhere\n");
    check_shows("no \"nowhere\" in this pane");
    press(f, '/');
    type(f, "r\n");
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 3);
    press(f, '<');
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 0);
    press(f, '>');
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 3);
    press(f, '\t');
    enum pane_id next = f->screen.focus;
    assert_int_not_equal(next, PANE_SOURCE);
    press(f, KEY_OF(KEY_BTAB));
    assert_int_equal(f->screen.focus, PANE_SOURCE);
    press(f, 'z');
    check_shows("return round");
    assert_int_equal(find_line("threads 2"), -1);
    press(f, 'z');
    check_shows("threads 2");
    press(f, ':');
    assert_int_equal(f->screen.focus, PANE_CONSOLE);
}

static void push_mouse(struct fixture *f, int y, int x, mmask_t what)
{
    MEVENT event = {.y = y, .x = x, .bstate = what};
    assert_int_equal(ungetmouse(&event), OK);
    press(f, KEY_OF(KEY_MOUSE));
}

static void test_mouse(void **state)
{
    struct fixture *f = *state;
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    ready(f);
    const struct area *threads = &f->screen.panes[PANE_THREADS].area;
    push_mouse(f, threads->y, threads->x + 3, BUTTON1_PRESSED);
    assert_int_equal(f->screen.focus, PANE_THREADS);
    assert_int_equal(f->screen.panes[PANE_THREADS].cursor, 0);
    push_mouse(f, threads->y + 4, threads->x, BUTTON1_PRESSED); /* below the last */
    assert_int_equal(f->screen.panes[PANE_THREADS].cursor, 1);
    const struct area *source = &f->screen.panes[PANE_SOURCE].area;
    push_mouse(f, source->y, source->x, BUTTON5_PRESSED); /* the wheel scrolls what is under it */
    assert_int_equal(f->screen.focus, PANE_THREADS);
    assert_int_equal(f->screen.panes[PANE_SOURCE].cursor, 5);
    push_mouse(f, source->y - 1, source->x, BUTTON1_PRESSED); /* a title */
    assert_int_equal(f->screen.focus, PANE_SOURCE);
    push_mouse(f, f->screen.placed.status_line, 3, BUTTON1_PRESSED);
    assert_int_equal(f->screen.focus, PANE_SOURCE);
    push_mouse(f, 999, 999, BUTTON1_PRESSED);
    assert_int_equal(f->screen.focus, PANE_SOURCE);
}

int main(void)
{
    if (!use_utf8())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_line_and_repeat),    TEST(test_typed_ahead),
        TEST(test_step_keys_wait),     TEST(test_breakpoint_key),
        TEST(test_selecting),          TEST(test_quit),
        TEST(test_quit_without_sites), TEST(test_interrupt),
        TEST(test_completion),         TEST(test_editing),
        TEST(test_search_and_focus),   TEST(test_mouse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
