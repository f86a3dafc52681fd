/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stacks that are alike come together: against a search through all that were added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "engine/inspect/frames/stacks_group.h"

enum { THREADS = 3000, DEPTH_MOST = 4 };

static const char *const functions[] = {"f", "g", NULL};

struct sample {
    struct frame frames[DEPTH_MOST];
    size_t depth;
};

static struct sample draw(unsigned *seed)
{
    struct sample s = {.depth = (size_t)rand_r(seed) % (DEPTH_MOST + 1)};
    for (size_t i = 0; i < s.depth; i++)
        s.frames[i] =
            (struct frame){.pc = (uint64_t)rand_r(seed) % 3, .function = functions[rand_r(seed) % 3]};
    return s;
}

static bool same(const struct sample *a, const struct sample *b)
{
    if (a->depth != b->depth)
        return false;
    for (size_t i = 0; i < a->depth; i++)
        if (a->frames[i].pc != b->frames[i].pc || a->frames[i].function != b->frames[i].function)
            return false;
    return true;
}

static size_t count_like(const struct sample *samples, const struct sample *one)
{
    size_t n = 0;
    for (size_t i = 0; i < THREADS; i++)
        n += same(&samples[i], one);
    return n;
}

static void test_random(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    struct sample *samples = xcalloc(THREADS, sizeof *samples);
    struct stacks stacks = {0};
    struct stack_index index;
    stack_index_init(&index, &stacks);
    for (size_t i = 0; i < THREADS; i++) {
        samples[i] = draw(&seed);
        struct frame_list list = {.items = samples[i].frames, .count = samples[i].depth};
        stack_index_add(&index, (struct ptid){1, (int64_t)i}, samples[i].depth ? &list : NULL);
    }
    stack_index_free(&index);
    stacks_sort(&stacks);
    size_t threads = 0;
    for (size_t i = 0; i < stacks.count; i++) {
        const struct stack *stack = &stacks.items[i];
        const struct sample *first = &samples[stack->threads[0].tid];
        threads += stack->count;
        assert_int_equal(stack->count, count_like(samples, first));
        for (size_t k = 0; k < stack->count; k++) {
            assert_true(same(&samples[stack->threads[k].tid], first));
            assert_true(k == 0 || stack->threads[k].tid > stack->threads[k - 1].tid);
        }
        if (i > 0 && stacks.items[i - 1].count == stack->count)
            assert_true(stacks.items[i - 1].threads[0].tid < stack->threads[0].tid);
        else if (i > 0)
            assert_true(stacks.items[i - 1].count > stack->count);
    }
    assert_int_equal(threads, THREADS);
    stacks_free(&stacks);
    free(samples);
}

static void test_none(void **state)
{
    (void)state;
    struct stacks stacks = {0};
    struct stack_index index;
    stack_index_init(&index, &stacks);
    stack_index_free(&index);
    stacks_sort(&stacks);
    assert_int_equal(stacks.count, 0);
    stacks_free(&stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
