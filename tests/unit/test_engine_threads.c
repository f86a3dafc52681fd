/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of threads: found by id whatever was added and taken out, and how ids are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "engine/target/threads.h"

static struct thread *add(struct thread_table *t, int64_t pid, int64_t tid)
{
    struct thread *thread = xcalloc(1, sizeof *thread);
    thread->id = (struct ptid){pid, tid};
    thread->number = ++t->next_number;
    thread_table_add(t, thread);
    return thread;
}

static struct thread *search(const struct thread_table *t, struct ptid id)
{
    for (size_t i = 0; i < t->count; i++)
        if (ptid_equal(t->items[i]->id, id))
            return t->items[i];
    return NULL;
}

static void test_empty(void **state)
{
    (void)state;
    struct thread_table t = {0};
    assert_null(threads_find(&t, (struct ptid){1, 1}));
    add(&t, 1, 1);
    threads_clear(&t);
    assert_null(threads_find(&t, (struct ptid){1, 1}));
    add(&t, 1, 2);
    assert_null(threads_find(&t, (struct ptid){1, 1}));
    assert_non_null(threads_find(&t, (struct ptid){1, 2}));
    threads_free(&t);
}

/* Against a search from the front, over ids that are drawn from a small and a large range. */
static void test_random(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    struct thread_table t = {0};
    for (int i = 0; i < 20000; i++) {
        int64_t range = rand_r(&seed) % 2 ? 300 : INT32_MAX;
        struct ptid id = {rand_r(&seed) % 3, 1 + rand_r(&seed) % range};
        struct thread *expected = search(&t, id);
        assert_ptr_equal(threads_find(&t, id), expected);
        if (!expected && t.count < 600)
            add(&t, id.pid, id.tid);
        if (rand_r(&seed) % 8 || !t.count)
            continue;
        size_t gone = (size_t)rand_r(&seed) % t.count;
        free(t.items[gone]);
        memmove(t.items + gone, t.items + gone + 1, (--t.count - gone) * sizeof(struct thread *));
        thread_table_index(&t);
    }
    threads_free(&t);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        struct ptid id;
        const char *name;
    } rows[] = {
        {{0, 3}, "p1.3"},
        {{7, 3}, "p7.3"},
        {{0, 0xfffffffe}, "cpu0"},
        {{0, 0xfffffff0}, "cpu14"},
        {{0, 0xffffffff}, "p1.4294967295"},
        {{5, 0xfffffffe}, "p5.4294967294"},
        {{0, INT64_MAX}, "p1.9223372036854775807"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char name[48];
        thread_name(rows[i].id, name, sizeof name);
        assert_string_equal(name, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
