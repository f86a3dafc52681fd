/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sharing out the screen, at every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ui/layout.h"

static bool shown(const struct area *a)
{
    return a->height > 0 && a->width > 0;
}

static bool overlap(const struct area *a, const struct area *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

/* The insides are on the screen, apart from each other, from the frames and from the status line. */
static void check(const struct layout_request *q)
{
    struct layout_result r;
    layout_place(q, &r);
    int frame = r.framed ? 1 : 0;
    size_t count = 0;
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct area *a = &r.panes[i];
        if (!shown(a))
            continue;
        count++;
        assert_true(a->y >= frame && a->x >= frame);
        assert_true(a->x + a->width + frame <= q->width);
        assert_true(a->y + a->height <= r.status_line);
        for (int k = 0; k < i; k++) {
            struct area grown = r.panes[k];
            if (!shown(&grown))
                continue;
            grown.x -= frame, grown.y -= frame, grown.width += 2 * frame, grown.height += 2 * frame;
            assert_false(overlap(a, &grown));
        }
    }
    assert_int_equal(r.status_line, q->height - 1);
    assert_true(q->height < 2 || shown(&r.panes[q->focus]));
    assert_true(count == 1 || r.framed || q->height < 2);
}

static void test_every_size(void **state)
{
    (void)state;
    size_t count;
    const struct layout *layouts = layout_table(&count);
    static const int widths[] = {1, 2, 3, 8, 19, 20, 21, 40, 79, 80, 99, 100, 101, 120, 131, 160, 200, 300};
    for (size_t l = 0; l < count; l++)
        for (int height = 1; height <= 100; height += height < 40 ? 1 : 7)
            for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
                for (int focus = 0; focus < PANE_COUNT; focus++) {
                    struct layout_request q = {
                        .layout = &layouts[l],
                        .height = height,
                        .width = widths[w],
                        .focus = (enum pane_id)focus,
                        .in_main = (enum pane_id)((focus * 7 + height) % (PANE_COUNT + 1)),
                        .zoom = height % 11 == 0,
                    };
                    q.growth[focus] = height % 5 - 3;
                    q.growth[(focus + 3) % PANE_COUNT] = 12;
                    check(&q);
                }
}

static struct layout_result place(size_t layout, int height, int width, enum pane_id focus,
                                  enum pane_id in_main)
{
    size_t count;
    const struct layout *layouts = layout_table(&count);
    struct layout_request q = {
        .layout = &layouts[layout], .height = height, .width = width, .focus = focus, .in_main = in_main};
    struct layout_result r;
    layout_place(&q, &r);
    return r;
}

static void check_shown(const struct layout_result *r, unsigned panes)
{
    for (int i = 0; i < PANE_COUNT; i++)
        assert_int_equal(shown(&r->panes[i]), (panes >> i) & 1);
}

#define BIT(pane) (1u << (pane))

static void test_small_screen(void **state)
{
    (void)state;
    struct layout_result r = place(0, 24, 80, PANE_CONSOLE, PANE_NONE);
    check_shown(&r, BIT(PANE_SOURCE) | BIT(PANE_CONSOLE));
    assert_true(r.panes[PANE_SOURCE].y < r.panes[PANE_CONSOLE].y);
    assert_int_equal(r.panes[PANE_SOURCE].width, 78);
    r = place(0, 24, 80, PANE_THREADS, PANE_NONE); /* what has the focus takes the main place */
    check_shown(&r, BIT(PANE_THREADS) | BIT(PANE_CONSOLE));
    r = place(0, 24, 80, PANE_CONSOLE, PANE_MEMORY);
    check_shown(&r, BIT(PANE_MEMORY) | BIT(PANE_CONSOLE));
    r = place(0, 5, 20, PANE_CONSOLE, PANE_NONE);
    check_shown(&r, BIT(PANE_CONSOLE));
    assert_false(r.framed);
}

static void test_usual_screen(void **state)
{
    (void)state;
    /* the time line and the consoles of target and program are shown when they are asked for */
    const unsigned usual =
        ((1u << PANE_COUNT) - 1) & ~BIT(PANE_TIME) & ~BIT(PANE_TERMINAL) & ~BIT(PANE_PROGRAM);
    struct layout_result r = place(0, 36, 120, PANE_CONSOLE, PANE_NONE);
    check_shown(&r, usual & ~BIT(PANE_MEMORY));
    r = place(0, 60, 200, PANE_CONSOLE, PANE_NONE);
    check_shown(&r, usual);
    /* A pane that has a place of its own is not shown twice. */
    r = place(0, 36, 120, PANE_CONSOLE, PANE_THREADS);
    check_shown(&r, usual & ~BIT(PANE_MEMORY));
    r = place(0, 36, 120, PANE_MEMORY, PANE_NONE);
    check_shown(&r, usual & ~BIT(PANE_SOURCE));
}

static void test_growth(void **state)
{
    (void)state;
    size_t count;
    struct layout_request q = {.layout = layout_table(&count),
                               .height = 40,
                               .width = 120,
                               .focus = PANE_CONSOLE,
                               .in_main = PANE_NONE};
    struct layout_result before, grown, shrunk;
    layout_place(&q, &before);
    q.growth[PANE_CONSOLE] = 4;
    layout_place(&q, &grown);
    q.growth[PANE_CONSOLE] = -2;
    layout_place(&q, &shrunk);
    assert_true(grown.panes[PANE_CONSOLE].height > before.panes[PANE_CONSOLE].height);
    assert_true(shrunk.panes[PANE_CONSOLE].height < before.panes[PANE_CONSOLE].height);
    assert_true(grown.panes[PANE_SOURCE].height < before.panes[PANE_SOURCE].height);
}

/* Every pane can be reached in every layout, and each layout keeps the console. */
static void test_layouts_are_whole(void **state)
{
    (void)state;
    size_t count;
    const struct layout *layouts = layout_table(&count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        assert_true(layout_has(&layouts[i], PANE_CONSOLE, 24, 80));
        for (int pane = 0; pane < PANE_COUNT; pane++) {
            struct layout_result r = place(i, 24, 80, (enum pane_id)pane, PANE_NONE);
            assert_true(shown(&r.panes[pane]) && shown(&r.panes[PANE_CONSOLE]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),        cmocka_unit_test(test_small_screen),
        cmocka_unit_test(test_usual_screen),      cmocka_unit_test(test_growth),
        cmocka_unit_test(test_layouts_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
