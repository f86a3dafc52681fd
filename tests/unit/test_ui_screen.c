/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screen draws from views, events and answers, at every size. */
#include "tests/unit/ui_screen_fixture.h"

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
    struct view *v = make_view(f, TARGET_STOPPED, 2);
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
    struct view *v = make_view(f, TARGET_STOPPED, 2);
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
    show(f, make_view(f, TARGET_STOPPED, 2)); /* the same needs are not told again */
    assert_int_equal(f->screen.worker->needs_set, set);
    press(f, KEY_ESCAPE);
    press(f, '4');
    assert_true(needs->memory > 0);
    assert_int_equal(needs->threads, 0);
    resizeterm(24, 80);
    screen_needs_changed(&f->screen);
    assert_int_equal(needs->registers, 0);
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
    show(f, make_view(f, TARGET_RUNNING, 1));
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
    show(f, make_view(f, TARGET_RUNNING, 8));
    type(f, "interrupt\n");
    fake_event(f->screen.worker, "{\"event\":\"stopped\",\"reason\":\"interrupt\",\"epoch\":9,\"line\":4}");
    fake_answer(f->screen.worker, 1, "continue", stop, "told here\n");
    fake_answer(f->screen.worker, 2, "continue", stop, "told there\n");
    settle(f);
    check_shows("told here");
    assert_int_equal(find_line("told there"), -1);
    assert_int_equal(find_line("interrupt at"), -1);
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
    struct view *v = make_view(f, TARGET_STOPPED, 2);
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

static struct view_thread sleeper(unsigned number)
{
    return (struct view_thread){.number = number,
                                .id = xasprintf("p1.%u", number),
                                .name = xstrdup(number == 5 ? "other" : "idler"),
                                .state = xstrdup("stopped"),
                                .where = xstrdup(number == 7 ? "pause+0x2" : "futex_wait"),
                                .function = xstrdup("wait")};
}

/* Threads in the same place are one row; the selected one, and one that has stopped, stand for themselves. */
static void test_threads_together(void **state)
{
    struct fixture *f = *state;
    struct view *v = make_view(f, TARGET_STOPPED, 2);
    v->threads = xreallocarray(v->threads, 9, sizeof *v->threads);
    for (unsigned i = 2; i < 9; i++)
        v->threads[i] = sleeper(i + 1);
    v->threads[8].reason = xstrdup("breakpoint 1");
    v->thread_count = v->thread_total = 9;
    ready(f);
    show(f, v);
    struct pane *p = &f->screen.panes[PANE_THREADS];
    assert_int_equal(pane_threads.count(p, f->screen.view), 5);
    check_shows("p1.3 ×5");
    check_shows("p1.7");
    check_shows("p1.9");
    assert_int_equal(find_line("p1.5"), -1);
    press(f, KEY_ESCAPE);
    press(f, 't');
    press(f, 'j');
    press(f, KEY_RETURN);
    check_shows("p1.5");
    assert_int_equal(pane_threads.count(p, f->screen.view), 9);
    press(f, 'x');
    assert_int_equal(pane_threads.count(p, f->screen.view), 5);
}

/* Names from the target that are wide, broken or escapes stay inside of their pane. */
static void test_hostile_names(void **state)
{
    struct fixture *f = *state;
    struct view *v = make_view(f, TARGET_STOPPED, 2);
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
    struct view *v = make_view(f, TARGET_STOPPED, 2);
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

int main(void)
{
    if (!use_utf8())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_draws_view),        TEST(test_every_size),        TEST(test_needs_follow_layout),
        TEST(test_error_and_hint),    TEST(test_running_is_dimmed), TEST(test_events),
        TEST(test_stop_is_told_once), TEST(test_scroll_back),       TEST(test_progress),
        TEST(test_registers),         TEST(test_hostile_names),     TEST(test_threads_together),
        TEST(test_no_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
