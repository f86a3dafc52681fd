/* The whole screen over a worker without an engine: what keys post, what messages draw, at every size. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/ui_fake_worker.h"
#include "ui/columns.h"
#include "ui/screen.h"

static const char source_text[] = "/* a program */\n"
                                  "int main(void)\n"
                                  "{\n"
                                  "\tint round = 0;\t/* 日本 */\n"
                                  "\treturn round;\n"
                                  "}\n";

struct fixture {
    FILE *in, *out;
    SCREEN *curses;
    char path[64];
    struct source_cache *sources;
    struct screen screen;
};

static int open_fixture(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    strcpy(f->path, "/tmp/allstop-screen-XXXXXX");
    int fd = mkstemp(f->path);
    if (fd < 0 || write(fd, source_text, sizeof source_text - 1) < 0 || close(fd) < 0)
        return -1;
    setenv("XDG_STATE_HOME", "/nonexistent/allstop-test", 1);
    f->sources = source_cache_create();
    f->in = fopen("/dev/null", "r");
    f->out = fopen("/dev/null", "w");
    editor_prepare(true);
    f->curses = newterm("xterm-256color", f->out, f->in);
    if (!f->curses)
        return -1;
    resizeterm(36, 120);
    static const struct worker_options worker = {.target = "tcp:127.0.0.1:1"};
    screen_open(&f->screen, &(struct ui_options){.worker = &worker});
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    screen_close(&f->screen);
    endwin();
    delscreen(f->curses);
    fclose(f->in);
    fclose(f->out);
    source_cache_free(f->sources);
    unlink(f->path);
    free(f);
    return 0;
}

/* A view of a target that stopped in line 4. */
static struct view *make_view(struct fixture *f, enum session_state session, uint64_t epoch)
{
    struct view *v = xcalloc(1, sizeof *v);
    v->references = 1;
    v->state = session;
    v->epoch = epoch;
    v->running_since_ns = 0;
    v->stop_text = xstrdup("breakpoint 1");
    v->target = xstrdup("tcp:127.0.0.1:1");
    assert_null(source_load(f->sources, f->path, &v->source));
    v->source_path = xstrdup(f->path);
    v->source_line = 4;
    v->threads = xcalloc(2, sizeof *v->threads);
    v->threads[0] = (struct view_thread){.number = 1, .id = xstrdup("p1.1"), .state = xstrdup("stopped")};
    v->threads[1] = (struct view_thread){.number = 2,
                                         .id = xstrdup("p1.2"),
                                         .name = xstrdup("worker"),
                                         .state = xstrdup("stopped"),
                                         .selected = true};
    v->thread_count = v->thread_total = 2;
    v->locals = xcalloc(1, sizeof *v->locals);
    v->locals[0] = (struct view_local){
        .name = xstrdup("round"), .type = xstrdup("int"), .value = xstrdup("7"), .old = xstrdup("6")};
    v->local_count = 1;
    v->frames = xcalloc(2, sizeof *v->frames);
    v->frames[0] = (struct view_frame){.level = 0, .function = xstrdup("main"), .selected = true};
    v->frames[1] = (struct view_frame){.level = 1, .pc = 0x1234, .rule = xstrdup("cfi")};
    v->frame_count = 2;
    v->instructions = xcalloc(2, sizeof *v->instructions);
    v->instructions[0] =
        (struct view_instruction){.address = 0x401136, .text = xstrdup("nop"), .current = true};
    v->instructions[1] = (struct view_instruction){.address = 0x401137, .text = xstrdup("ret")};
    v->instruction_count = 2;
    return v;
}

static void add_breakpoint(struct fixture *f, struct view *v, int id, unsigned line)
{
    v->breakpoints = xcalloc(1, sizeof *v->breakpoints);
    v->breakpoints[0] = (struct view_breakpoint){.id = id,
                                                 .mark = MARK_SOFTWARE,
                                                 .what = xstrdup("here"),
                                                 .state = xstrdup("armed"),
                                                 .file = xstrdup(f->path),
                                                 .line = line,
                                                 .enabled = true};
    v->breakpoint_count = 1;
    v->line_marks = xcalloc(1, sizeof *v->line_marks);
    v->line_marks[0] = (struct view_line_mark){line, MARK_SOFTWARE};
    v->line_mark_count = 1;
}

/* The loop's work, without waiting. */
static void settle(struct fixture *f)
{
    screen_take_messages(&f->screen);
    screen_draw(&f->screen);
}

static void show(struct fixture *f, struct view *v)
{
    fake_view(f->screen.worker, v);
    settle(f);
}

static void ready(struct fixture *f)
{
    fake_push(f->screen.worker, (struct worker_message){.kind = WORKER_READY});
    show(f, make_view(f, SESSION_STOPPED, 1));
}

static void press(struct fixture *f, unsigned key)
{
    screen_key(&f->screen, key);
    settle(f);
}

static void type(struct fixture *f, const char *text)
{
    for (; *text; text++)
        press(f, *text == '\n' ? KEY_RETURN : (unsigned char)*text);
}

/* A line of the screen as UTF-8. */
static void read_line(int y, struct buf *out)
{
    for (int x = 0, width; x < COLS; x += width) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX + 1] = {0};
        attr_t attributes;
        short pair;
        mvin_wch(y, x, &cell);
        getcchar(&cell, text, &attributes, &pair, NULL);
        for (size_t i = 0; text[i]; i++)
            columns_encode(out, text[i]);
        width = columns_of(text[0]) == 2 ? 2 : 1;
    }
}

/* The first line that has the text, or -1. */
static int find_line(const char *text)
{
    for (int y = 0; y < LINES; y++) {
        BASE_BUF struct buf line = {0};
        read_line(y, &line);
        if (strstr(buf_text(&line), text))
            return y;
    }
    return -1;
}

static void check_shows(const char *text)
{
    if (find_line(text) >= 0)
        return;
    for (int y = 0; y < LINES; y++) {
        BASE_BUF struct buf line = {0};
        read_line(y, &line);
        print_message("%s\n", buf_text(&line));
    }
    fail_msg("the screen lacks \"%s\"", text);
}

static void check_post(struct fixture *f, size_t number, const char *text)
{
    assert_int_equal(f->screen.worker->post_count, number);
    assert_string_equal(f->screen.worker->posts[number - 1], text);
}

static void test_draws_view(void **state)
{
    struct fixture *f = *state;
    settle(f);
    check_shows("opening");
    ready(f);
    check_shows("▶     4          int round = 0;  /* 日本 */");
    check_shows("threads 2 · stop 1");
    check_shows("▶ p1.2 worker");
    check_shows("was 6");
    check_shows("▶  401136  nop");
    check_shows("stopped · breakpoint 1");
    check_shows("(allstop)");
    struct view *v = make_view(f, SESSION_STOPPED, 2);
    add_breakpoint(f, v, 1, 4);
    show(f, v);
    check_shows("▶●    4");
}

static void test_every_size(void **state)
{
    struct fixture *f = *state;
    static const int sizes[][2] = {{1, 1},    {1, 80},    {2, 2},   {3, 10},  {5, 20},   {6, 20},
                                   {6, 21},   {10, 40},   {24, 80}, {25, 99}, {28, 100}, {36, 120},
                                   {60, 200}, {100, 300}, {100, 7}, {7, 300}};
    ready(f);
    struct view *v = make_view(f, SESSION_STOPPED, 2);
    add_breakpoint(f, v, 1, 4);
    show(f, v);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
        for (const char *layout = "1234"; *layout; layout++)
            for (const char *pane = "varwtlbm:"; *pane; pane++) {
                screen_set_focus(&f->screen, PANE_SOURCE);
                resizeterm(sizes[i][0], sizes[i][1]);
                press(f, (unsigned char)*layout);
                screen_set_focus(&f->screen, PANE_SOURCE);
                press(f, (unsigned char)*pane);
                press(f, KEY_FUNCTION(1));
                press(f, KEY_OF(KEY_NPAGE));
                press(f, KEY_ESCAPE);
                press(f, KEY_OF(KEY_PPAGE));
                press(f, KEY_OF(KEY_NPAGE));
            }
    assert_int_equal(f->screen.worker->post_count, 0);
    resizeterm(36, 120);
    screen_needs_changed(&f->screen);
    settle(f);
    check_shows("stopped · breakpoint 1");
}

static void test_needs_follow_layout(void **state)
{
    struct fixture *f = *state;
    ready(f);
    const struct view_needs *needs = &f->screen.worker->needs;
    assert_int_equal(needs->source, f->screen.panes[PANE_SOURCE].area.height);
    assert_int_equal(needs->disassembly, f->screen.panes[PANE_DISASSEMBLY].area.height);
    assert_true(needs->registers && needs->threads && needs->frames && needs->locals);
    assert_int_equal(needs->memory, 0);
    unsigned set = f->screen.worker->needs_set;
    show(f, make_view(f, SESSION_STOPPED, 2)); /* the same needs are not told again */
    assert_int_equal(f->screen.worker->needs_set, set);
    press(f, KEY_ESCAPE);
    press(f, '4');
    assert_true(needs->memory > 0);
    assert_int_equal(needs->threads, 0);
    resizeterm(24, 80);
    screen_needs_changed(&f->screen);
    assert_int_equal(needs->registers, 0);
}

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

static void test_error_and_hint(void **state)
{
    struct fixture *f = *state;
    ready(f);
    type(f, "nex\n");
    fake_push(f->screen.worker,
              (struct worker_message){.kind = WORKER_ANSWER,
                                      .id = 1,
                                      .error = error_hint(error_new(ERR_USAGE, "there is no command nex"),
                                                          "did you mean next?")});
    settle(f);
    int y = find_line("there is no command nex");
    assert_true(y > 0);
    assert_int_equal(find_line("did you mean next?"), y + 1);
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
    show(f, make_view(f, SESSION_RUNNING, 2));
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
    struct view *v = make_view(f, SESSION_STOPPED, 1);
    add_breakpoint(f, v, 8, 5);
    show(f, v);
    press(f, KEY_FUNCTION(9));
    check_post(f, 2, "delete {\"id\":8}");
    press(f, 'a');
    press(f, 'j');
    press(f, KEY_FUNCTION(9));
    check_post(f, 3, "break {\"at\":\"*0x401137\"}");
    press(f, 'u');
    check_post(f, 4, "until {\"at\":\"*0x401137\"}");
    fake_answer(f->screen.worker, 4, "until", "{\"reason\":\"step\",\"epoch\":1}", NULL);
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
    struct view *v = make_view(f, SESSION_STOPPED, 1);
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
    struct view *v = make_view(f, SESSION_STOPPED, 2);
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

static void test_quit_without_plants(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_CTRL('d'));
    assert_int_equal(f->screen.ending, ENDING_DETACH);
}

static void test_interrupt(void **state)
{
    struct fixture *f = *state;
    ready(f);
    press(f, KEY_FUNCTION(6));
    assert_int_equal(f->screen.worker->interrupts, 0); /* it would hit the next command */
    type(f, "abc");
    press(f, KEY_CTRL('c'));
    assert_string_equal(editor_view(&f->screen.editor).text, "");
    assert_int_equal(f->screen.worker->interrupts, 0);
    press(f, KEY_FUNCTION(5));
    press(f, KEY_CTRL('c'));
    assert_int_equal(f->screen.worker->interrupts, 1);
    show(f, make_view(f, SESSION_RUNNING, 1));
    check_shows("running");
    press(f, KEY_FUNCTION(6));
    assert_int_equal(f->screen.worker->interrupts, 2);
}

static bool is_dim(int y, int x)
{
    cchar_t cell;
    wchar_t text[CCHARW_MAX + 1];
    attr_t attributes = 0;
    short pair;
    mvin_wch(y, x, &cell);
    getcchar(&cell, text, &attributes, &pair, NULL);
    return attributes & A_DIM;
}

static void test_running_is_dimmed(void **state)
{
    struct fixture *f = *state;
    ready(f);
    int y = find_line("return round"), x = f->screen.panes[PANE_SOURCE].area.x + 20;
    assert_false(is_dim(y, x));
    show(f, make_view(f, SESSION_RUNNING, 1));
    assert_true(is_dim(y, x));
    check_shows("panes show stop 1");
}

static void test_events(void **state)
{
    struct fixture *f = *state;
    ready(f);
    fake_event(f->screen.worker, "{\"event\":\"output\",\"text\":\"hello \"}");
    fake_event(f->screen.worker, "{\"event\":\"output\",\"text\":\"world\\nopen\"}");
    fake_event(f->screen.worker,
               "{\"event\":\"violation\",\"kind\":\"torn-packet\",\"evidence\":\"\\u001b[31m\"}");
    fake_event(f->screen.worker, "{\"event\":\"stopped\",\"reason\":\"signal\",\"line\":3,\"epoch\":5}");
    settle(f);
    int y = find_line("hello world");
    assert_true(y > 0);
    assert_int_equal(find_line("open"), y + 1);
    assert_int_equal(find_line("violation: kind torn-packet, evidence ^[[31m"), y + 2);
    assert_int_equal(find_line("signal"), y + 3);
}

/* The engine tells a stop twice, as event and as answer, and once more to `interrupt`. */
static void test_stop_is_told_once(void **state)
{
    struct fixture *f = *state;
    static const char stop[] = "{\"reason\":\"interrupt\",\"epoch\":9,\"line\":4}";
    ready(f);
    type(f, "continue\n");
    show(f, make_view(f, SESSION_RUNNING, 8));
    type(f, "interrupt\n");
    fake_event(f->screen.worker, "{\"event\":\"stopped\",\"reason\":\"interrupt\",\"epoch\":9,\"line\":4}");
    fake_answer(f->screen.worker, 1, "continue", stop, "told here\n");
    fake_answer(f->screen.worker, 2, "continue", stop, "told there\n");
    settle(f);
    check_shows("told here");
    assert_int_equal(find_line("told there"), -1);
    assert_int_equal(find_line("interrupt at"), -1);
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

static void test_scroll_back(void **state)
{
    struct fixture *f = *state;
    ready(f);
    for (int i = 0; i < 300; i++) {
        BASE_FREE char *json = xasprintf("{\"event\":\"output\",\"text\":\"number %d.\\n\"}", i);
        fake_event(f->screen.worker, json);
    }
    settle(f);
    settle(f);
    check_shows("number 299.");
    press(f, KEY_OF(KEY_PPAGE));
    assert_int_equal(find_line("number 299."), -1);
    check_shows("rows back");
    press(f, KEY_ALT | '/');
    type(f, "number 7.\n");
    check_shows("number 7.");
    type(f, "x"); /* typing goes back to the end */
    check_shows("number 299.");
    for (int i = 0; i < 100; i++)
        press(f, KEY_OF(KEY_PPAGE));
    check_shows("number 0.");
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

static void test_progress(void **state)
{
    struct fixture *f = *state;
    ready(f);
    type(f, "find 1\n");
    fake_event(f->screen.worker, "{\"event\":\"progress\",\"what\":\"search\",\"done\":30,\"total\":100}");
    settle(f);
    check_shows("search [###.......] 30 %, Ctrl-C stops it");
    fake_answer(f->screen.worker, 1, "find", "{}", "none\n");
    settle(f);
    assert_int_equal(find_line("search ["), -1);
}

/* The registers pane keeps its word: what changed has its old value beside it where there is room. */
static void test_registers(void **state)
{
    struct fixture *f = *state;
    struct view *v = make_view(f, SESSION_STOPPED, 2);
    v->registers = xcalloc(3, sizeof *v->registers);
    v->registers[0] = (struct view_register){
        .name = xstrdup("rax"), .value = xstrdup("0000000000000002"), .old = xstrdup("0000000000000001")};
    v->registers[1] = (struct view_register){.name = xstrdup("rip"), .value = xstrdup("0000000000401136")};
    v->registers[2] = (struct view_register){.name = xstrdup("gs"), .value = xstrdup("unavailable")};
    v->register_count = 3;
    ready(f);
    show(f, v);
    check_shows("rax 0000000000000002  rip 0000000000401136");
    resizeterm(36, 40);
    press(f, KEY_ESCAPE);
    press(f, 'r');
    check_shows("rax 0000000000000002");
    check_shows("gs  unavailable");
    resizeterm(36, 60);
    press(f, 'A');
    assert_true(f->screen.worker->needs.all_registers);
    f->screen.panes[PANE_REGISTERS].area.width = 41; /* one column, and room for the old value */
    BASE_ROW struct row row = {0};
    pane_registers.row(&f->screen.panes[PANE_REGISTERS], f->screen.view, 0, &row);
    assert_non_null(strstr(buf_text(&row.text), "was 0000000000000001"));
}

/* Names from the target that are wide, broken or escapes stay inside of their pane. */
static void test_hostile_names(void **state)
{
    struct fixture *f = *state;
    struct view *v = make_view(f, SESSION_STOPPED, 2);
    free(v->threads[1].name);
    v->threads[1].name = xstrdup("\x1b[2J日本日本日本日本日本日本日本日本\xff\x80\n\r");
    free(v->locals[0].value);
    v->locals[0].value = xmalloc(100001);
    memset(v->locals[0].value, 'v', 100000);
    v->locals[0].value[100000] = '\0';
    ready(f);
    show(f, v);
    check_shows("?[2J日本日本日…");
    for (int y = 0; y < LINES; y++) {
        BASE_BUF struct buf line = {0};
        read_line(y, &line);
        assert_int_equal(columns_width(buf_text(&line), line.length), COLS);
        assert_null(strchr(buf_text(&line), 0x1b));
    }
}

/* Without source the disassembly is what one looks at, also where there is only one place. */
static void test_no_source(void **state)
{
    struct fixture *f = *state;
    ready(f);
    resizeterm(24, 80);
    screen_needs_changed(&f->screen);
    struct view *v = make_view(f, SESSION_STOPPED, 2);
    source_unref(v->source);
    v->source = NULL;
    v->source_line = 0;
    v->source_problem = xstrdup("no line information for this address");
    show(f, v);
    settle(f);
    press(f, KEY_FUNCTION(10)); /* no lines here: an instruction */
    check_post(f, 1, "nexti {}");
    check_shows("▶  401136  ");
    assert_true(f->screen.worker->needs.disassembly > 0 && f->screen.worker->needs.source > 0);
    press(f, KEY_ESCAPE);
    press(f, 'v');
    check_shows("no line information for this address");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C.utf8"))
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_draws_view),
        TEST(test_every_size),
        TEST(test_needs_follow_layout),
        TEST(test_line_and_repeat),
        TEST(test_error_and_hint),
        TEST(test_typed_ahead),
        TEST(test_step_keys_wait),
        TEST(test_breakpoint_key),
        TEST(test_selecting),
        TEST(test_quit),
        TEST(test_quit_without_plants),
        TEST(test_interrupt),
        TEST(test_running_is_dimmed),
        TEST(test_events),
        TEST(test_stop_is_told_once),
        TEST(test_completion),
        TEST(test_editing),
        TEST(test_scroll_back),
        TEST(test_search_and_focus),
        TEST(test_no_source),
        TEST(test_mouse),
        TEST(test_progress),
        TEST(test_registers),
        TEST(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
