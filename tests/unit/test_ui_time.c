/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time line: what it shows, and what its keys post. */
#include "tests/unit/ui_screen_fixture.h"

static struct view_bookmark bookmark(uint64_t id, uint64_t position, const char *name, const char *where)
{
    return (struct view_bookmark){
        .id = id, .position = position, .name = xstrdup(name), .where = xstrdup_or_null(where)};
}

/* Half way through 1000 instructions, with a bookmark at 250 and one at 750. */
static struct view *half_way(struct fixture *f)
{
    struct view *v = make_view(f, TARGET_STOPPED, 1);
    struct view_time *t = &v->time;
    *t = (struct view_time){.shown = true, .unit = xstrdup("instructions"), .position = 500, .total = 1000};
    t->bookmarks = xcalloc(2, sizeof *t->bookmarks);
    t->bookmarks[t->bookmark_count++] = bookmark(7, 250, "before", "main.c:4");
    t->bookmarks[t->bookmark_count++] = bookmark(9, 750, "after", NULL);
    t->bookmarks[1].stale = true;
    t->snapshots = xcalloc(1, sizeof *t->snapshots);
    t->snapshot_count = 1;
    t->stops = xcalloc(1, sizeof *t->stops);
    t->stops[t->stop_count++] = 1000;
    return v;
}

static void open_time(struct fixture *f)
{
    ready(f);
    press(f, 27); /* out of the console */
    press(f, '5');
    press(f, 'T');
    show(f, half_way(f));
}

/* Columns before the first `text` in the line below the pane's title. */
static size_t column_of(const char *text)
{
    BASE_BUF struct buf line = {0};
    int y = find_line("time ─ instructions");
    assert_true(y >= 0);
    read_line(y + 1, &line);
    const char *at = strstr(buf_text(&line), text);
    assert_non_null(at);
    return columns_width(buf_text(&line), (size_t)(at - buf_text(&line)));
}

static void test_line(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    size_t width = (size_t)f->screen.panes[PANE_TIME].area.width;
    assert_int_equal(column_of("┴"), 1);
    assert_in_range(column_of("◆"), width / 4 - 1, width / 4 + 2);
    assert_in_range(column_of("▶"), width / 2 - 1, width / 2 + 2);
    assert_int_equal(column_of("•"), width);
    check_shows("50.0 %");
    check_shows("1,000");
}

static void test_bookmarks(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    check_shows("before");
    check_shows("−250");
    check_shows("main.c:4");
    check_shows("+250");
    check_shows("another program is there");
}

static void test_keys(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    press(f, KEY_RETURN); /* the line itself is no bookmark */
    assert_int_equal(f->screen.worker->post_count, 0);
    press(f, 'j');
    press(f, 'j');
    press(f, KEY_RETURN);
    check_post(f, 1, "goto {\"id\":7}");
    fake_answer(f->screen.worker, 1, "goto", "{\"reason\":\"goto\",\"epoch\":2}", NULL);
    settle(f);
    press(f, ']');
    check_post(f, 2, "goto {\"id\":9}");
    fake_answer(f->screen.worker, 2, "goto", "{\"reason\":\"goto\",\"epoch\":3}", NULL);
    settle(f);
    press(f, 'M');
    check_post(f, 3, "bookmark {}");
    press(f, 'd');
    check_post(f, 4, "unbookmark {\"id\":7}");
}

static void test_moment(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    press(f, 'g');
    type(f, "25%\n");
    check_post(f, 1, "goto {\"position\":\"25%\"}");
}

static void test_none(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    struct view *v = make_view(f, TARGET_STOPPED, 2);
    v->time = (struct view_time){.shown = true, .problem = xstrdup("this target has no history")};
    show(f, v);
    check_shows("this target has no history");
    press(f, '[');
    check_shows("no bookmark before here");
    assert_int_equal(f->screen.worker->post_count, 0);
}

/* Longer than the widest line, and a position behind the end: nothing is written outside. */
static void test_odd_numbers(void **state)
{
    struct fixture *f = *state;
    open_time(f);
    struct view *v = half_way(f);
    v->time.total = 10;
    v->time.position = UINT64_MAX;
    show(f, v);
    check_shows("18,446,744,073,709,551,615");
    assert_int_equal(column_of("▶"), f->screen.panes[PANE_TIME].area.width);
}

int main(void)
{
    if (!use_utf8())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_bookmarks, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_keys, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_moment, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_none, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_odd_numbers, open_fixture, close_fixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
