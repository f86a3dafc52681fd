/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which orders there are, and which of them are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripts/draw.h"
#include "scripts/orders.h"

static void counts(void **state)
{
    (void)state;
    const unsigned two[] = {3, 3}, three[] = {2, 2, 2}, none[] = {0, 4},
                   many[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    assert_int_equal(orders_count(two, 2), 20);
    assert_int_equal(orders_count(three, 3), 90);
    assert_int_equal(orders_count(none, 2), 1);
    assert_true(orders_count(many, 8) == UINT64_MAX);
}

/* Every order once, ascending, with as many turns of each thread as it has points. */
static void writes_each_once(void **state)
{
    (void)state;
    const unsigned lengths[] = {3, 1, 2};
    uint64_t count = orders_count(lengths, 3);
    unsigned before[6] = {0}, turns[6];
    for (uint64_t i = 0; i < count; i++) {
        unsigned seen[3] = {0};
        orders_write(lengths, 3, i, turns);
        for (int k = 0; k < 6; k++)
            seen[turns[k]]++;
        assert_memory_equal(seen, lengths, sizeof seen);
        if (i) {
            int k = 0;
            while (k < 6 && turns[k] == before[k])
                k++;
            assert_true(k < 6 && turns[k] > before[k]);
        }
        memcpy(before, turns, sizeof before);
    }
    assert_int_equal(count, 60);
}

/* Behind those that begin alike: found by writing all down. */
static void skips_what_begins_alike(void **state)
{
    (void)state;
    const unsigned lengths[] = {2, 3};
    uint64_t count = orders_count(lengths, 2);
    for (uint64_t i = 0; i < count; i++) {
        unsigned turns[5], other[5];
        orders_write(lengths, 2, i, turns);
        for (size_t n = 1; n <= 5; n++) {
            uint64_t behind = orders_behind(lengths, 2, turns, n), k = i;
            do {
                k++;
                if (k < count)
                    orders_write(lengths, 2, k, other);
            } while (k < count && memcmp(turns, other, n * sizeof *turns) == 0);
            assert_int_equal(behind, k);
        }
    }
}

static void switches(void **state)
{
    (void)state;
    const unsigned turns[] = {0, 0, 1, 1, 0};
    assert_int_equal(orders_switches(turns, 5), 2);
    assert_int_equal(orders_switches(turns, 2), 0);
    assert_int_equal(orders_switches(turns, 0), 0);
}

/* The shares of a search together are the whole, each order once. */
static void shares_make_the_whole(uint64_t total, uint64_t budget, unsigned n)
{
    unsigned char *seen = calloc(total, 1);
    uint64_t sum = 0, number;
    for (unsigned k = 1; k <= n; k++) {
        char share[16];
        struct draw d;
        snprintf(share, sizeof share, "%u/%u", k, n);
        assert_null(draw_init(&d, total, budget, share, 42));
        uint64_t left = draw_left(&d);
        while (draw_next(&d, &number)) {
            assert_true(number < total && !seen[number]);
            seen[number] = 1;
            sum++;
            left--;
        }
        assert_int_equal(left, 0);
        draw_free(&d);
    }
    assert_int_equal(sum, budget && budget < total ? budget : total);
    free(seen);
}

static void shares(void **state)
{
    (void)state;
    shares_make_the_whole(20, 0, 8);
    shares_make_the_whole(3, 0, 8);
    shares_make_the_whole(1000, 100, 7);
    shares_make_the_whole(1000, 999, 1);
    shares_make_the_whole(50, 100, 3);
}

static void same_seed_same_draw(void **state)
{
    (void)state;
    struct draw a, b, c;
    uint64_t x, y, z;
    unsigned differ = 0;
    assert_null(draw_init(&a, 1u << 30, 64, NULL, 7));
    assert_null(draw_init(&b, 1u << 30, 64, NULL, 7));
    assert_null(draw_init(&c, 1u << 30, 64, NULL, 8));
    while (draw_next(&a, &x) && draw_next(&b, &y) && draw_next(&c, &z)) {
        assert_int_equal(x, y);
        differ += x != z;
    }
    assert_true(differ > 60);
    draw_free(&a);
    draw_free(&b);
    draw_free(&c);
}

static void passes_over(void **state)
{
    (void)state;
    struct draw d;
    uint64_t number;
    assert_null(draw_init(&d, 100, 0, "1/2", 0));
    assert_true(draw_next(&d, &number));
    assert_int_equal(draw_skip_to(&d, 1), 0);
    assert_int_equal(draw_skip_to(&d, 10), 9);
    assert_true(draw_next(&d, &number));
    assert_int_equal(number, 10);
    assert_int_equal(draw_skip_to(&d, 99), 39); /* not into the next share */
    assert_false(draw_next(&d, &number));
    draw_free(&d);
}

static void wrong_shares(void **state)
{
    (void)state;
    const char *const wrong[] = {"", "1", "0/2", "3/2", "1/0", "1/2x", "-1/2", "a/b"};
    struct draw d;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error *e = draw_init(&d, 10, 0, wrong[i], 0);
        assert_true(error_is(e, ERR_USAGE));
        error_free(e);
    }
    struct error *e = draw_init(&d, UINT64_MAX - 1, DRAW_BUDGET_MAX + 1, NULL, 0);
    assert_true(error_is(e, ERR_USAGE));
    error_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(writes_each_once),
        cmocka_unit_test(skips_what_begins_alike),
        cmocka_unit_test(switches),
        cmocka_unit_test(shares),
        cmocka_unit_test(same_seed_same_draw),
        cmocka_unit_test(passes_over),
        cmocka_unit_test(wrong_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
