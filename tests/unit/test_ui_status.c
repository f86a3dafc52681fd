/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The status line at every width, and lines read from a pipe. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "ui/line_reader.h"
#include "ui/status.h"

static char *status_text(const struct status *s, size_t width)
{
    BASE_ROW struct row row = {0};
    status_row(s, width, &row);
    assert_true(row_width(&row) <= width || width == 0);
    return xstrdup(buf_text(&row.text));
}

static void check(const struct status *s, size_t width, const char *expected)
{
    BASE_FREE char *text = status_text(s, width);
    assert_string_equal(text, expected);
}

static struct view *stopped_view(void)
{
    static struct view v;
    v = (struct view){.state = TARGET_STOPPED,
                      .stop_text = "breakpoint 1 · p1.3",
                      .target = "tcp:127.0.0.1:1234",
                      .violations = 3,
                      .stop_turns = 6,
                      .stop_bytes = 4100,
                      .stop_ns = 900000,
                      .epoch = 7};
    return &v;
}

static void test_stopped(void **state)
{
    (void)state;
    struct status s = {.view = stopped_view(), .ready = true, .own_keys = "", .keys = "? help"};
    check(&s, 200,
          "stopped · breakpoint 1 · p1.3 · 6 turns 4.1 kB 0.9 ms │ tcp:127.0.0.1:1234 · all-stop VIOLATED 3 "
          "│ ? help");
    /* What matters less goes first; the violations stay longest. */
    check(&s, 90, "stopped · breakpoint 1 · p1.3 │ tcp:127.0.0.1:1234 · all-stop VIOLATED 3 │ ? help");
    check(&s, 59, "stopped · breakpoint 1 · p1.3 · all-stop VIOLATED 3");
    check(&s, 40, "stopped · breakpoint 1 · p1.3");
    check(&s, 12, "stopped · b…");
    check(&s, 0, "");
    /* The keys of a pane are cut before they go, and go before the way to the help. */
    s.own_keys = "Enter to its line · d delete";
    check(&s, 100,
          "stopped · breakpoint 1 · p1.3 · all-stop VIOLATED 3 │ Enter to its line · d delete · ? help");
    check(&s, 80, "stopped · breakpoint 1 · p1.3 · all-stop VIOLATED 3 │ Enter to its lin… · ? help");
    check(&s, 70, "stopped · breakpoint 1 · p1.3 · all-stop VIOLATED 3 · ? help");
    for (size_t width = 1; width < 160; width++)
        free(status_text(&s, width));
}

static void test_states(void **state)
{
    (void)state;
    struct view *v = stopped_view();
    struct status s = {.view = NULL, .own_keys = "", .keys = "? help"};
    check(&s, 60, "opening … │ ? help");
    s.view = v;
    s.ready = true;
    v->state = TARGET_RUNNING;
    v->running_since_ns = 5000000000;
    s.now_ns = 8900000000;
    v->violations = 0;
    check(&s, 90, "running 3 s · panes show stop 7 · F6 stops it │ tcp:127.0.0.1:1234 │ ? help");
    v->progress = "index 41/100";
    check(&s, 70, "running 3 s · panes show stop 7 · index 41/100, Ctrl-C stops it");
    s.progress = "find [##........] 20 %"; /* newer than the view */
    check(&s, 60, "running 3 s · find [##........] 20 %, Ctrl-C stops it");
    s.progress = NULL;
    v->state = TARGET_EXITED;
    v->progress = NULL;
    v->stop_text = NULL;
    check(&s, 60, "ended · the program is gone │ tcp:127.0.0.1:1234 │ ? help");
    s.note = "nothing is running";
    check(&s, 60, "nothing is running │ ? help");
    check(&s, 10, "nothing i…");
}

static void test_busy(void **state)
{
    (void)state;
    struct view *v = stopped_view();
    v->stop_turns = 0;
    struct status s = {.view = v, .ready = true, .own_keys = "", .keys = "? help", .busy = "find 1 2"};
    s.now_ns = 400000000; /* not yet worth telling */
    check(&s, 75, "stopped · breakpoint 1 · p1.3 · all-stop VIOLATED 3 │ ? help");
    s.now_ns = 2100000000;
    check(&s, 75, "stopped · breakpoint 1 · p1.3 · 2 s on `find 1 2`, Ctrl-C stops it");
    v->state = TARGET_RUNNING;
    check(
        &s, 200,
        "running 2 s · panes show stop 7 · F6 stops it │ tcp:127.0.0.1:1234 · all-stop VIOLATED 3 │ ? help");
}

static void test_progress(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    status_progress("in\x1b[dex", 41, 100, &b);
    assert_string_equal(buf_text(&b), "in^[[dex [####......] 41 %");
    buf_clear(&b);
    status_progress("x", 7, 0, &b);
    assert_string_equal(buf_text(&b), "x [..........] 0 %");
    buf_clear(&b);
    status_progress("x", 9, 3, &b);
    assert_string_equal(buf_text(&b), "x [##########] 100 %");
}

static void test_amounts(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    status_bytes(999, &b);
    buf_add_char(&b, '|');
    status_bytes(1000, &b);
    buf_add_char(&b, '|');
    status_bytes(2500000, &b);
    buf_add_char(&b, '|');
    status_time(1500000, &b);
    buf_add_char(&b, '|');
    status_time(2340000000, &b);
    assert_string_equal(buf_text(&b), "999 B|1.0 kB|2.5 MB|1.5 ms|2.3 s");
}

static void give(int fd, const char *text, size_t n)
{
    assert_int_equal(write(fd, text, n), n);
}

static void check_next(struct line_reader *r, const char *expected)
{
    BASE_FREE char *line = line_reader_next(r);
    if (!expected)
        assert_null(line);
    else
        assert_string_equal(line, expected);
}

static void test_line_reader(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct line_reader r = {.fd = ends[0]};
    give(ends[1], "one\n\ntw", 7);
    line_reader_fill(&r);
    check_next(&r, "one");
    check_next(&r, "");
    check_next(&r, NULL);
    give(ends[1], "o\nlast", 6);
    line_reader_fill(&r);
    check_next(&r, "two");
    check_next(&r, NULL);
    assert_false(r.over);
    close(ends[1]);
    line_reader_fill(&r);
    assert_true(r.over);
    check_next(&r, "last"); /* without its newline */
    check_next(&r, NULL);
    line_reader_free(&r);
    close(ends[0]);
}

/* A line without end does not fill the memory, and does not become many commands. */
static void test_line_reader_bound(void **state)
{
    (void)state;
    int ends[2];
    char block[1000];
    memset(block, 'x', sizeof block);
    assert_int_equal(pipe(ends), 0);
    struct line_reader r = {.fd = ends[0]};
    size_t lines = 0;
    for (int i = 0; i < 100; i++) {
        give(ends[1], block, sizeof block);
        line_reader_fill(&r);
        for (char *line; (line = line_reader_next(&r)); lines++) {
            assert_int_equal(strlen(line), LINE_READER_BYTES);
            free(line);
        }
        assert_true(r.bytes.length <= 2 * LINE_READER_BYTES);
    }
    assert_int_equal(lines, 1);
    give(ends[1], "\nnext\n", 6);
    line_reader_fill(&r);
    check_next(&r, "next");
    line_reader_free(&r);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C.utf8"))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_line_reader),
        cmocka_unit_test(test_line_reader_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
