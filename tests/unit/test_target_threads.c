/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that come and go, and who is told before they do. */
#include "target_played.h"

enum { THREADS_MOST = 65536 };

static void lists(const char *reply)
{
    rule("qfThreadInfo", reply);
    must(threads_list(target));
}

static struct thread *thread(int64_t tid)
{
    return threads_find(&target->threads, (struct ptid){0, tid});
}

/* Those that were there before us are no news; later ones are, once a stop. */
static void test_news(void **state)
{
    (void)state;
    lists("m1,2");
    lists("m1,2,3");
    assert_int_equal(sent("qfThreadInfo"), 1);
    assert_null(thread(3));
    assert_int_equal(told("thread started"), 0);
    next_stop();
    must(threads_list(target));
    assert_int_equal(told("thread started: p1.3, number 3\n"), 1);
    assert_int_equal(told(""), 1);
    assert_int_equal(thread(3)->state, THREAD_STOPPED);
}

/* A program that was started here has none from before. */
static void test_launched(void **state)
{
    (void)state;
    target->launched = true;
    lists("m1,2");
    assert_int_equal(told("thread started: p1.2,"), 1);
    assert_int_equal(told("thread started"), 1);
}

/* The hook sees a thread that goes while the table still has it. */
static void test_gone(void **state)
{
    (void)state;
    lists("m1,2,3,4");
    target->threads.current = (struct ptid){0, 3};
    next_stop();
    lists("m2,4");
    assert_int_equal(told("gone p1.1, in the table"), 1);
    assert_int_equal(told("gone p1.3, in the table"), 1);
    assert_int_equal(told("gone "), 2);
    assert_int_equal(told("thread exited"), 2);
    assert_int_equal(target->threads.count, 2);
    assert_null(thread(1));
    assert_null(thread(3));
    assert_int_equal(thread(2)->number, 2);
    assert_int_equal(thread(4)->number, 4);
    struct thread *t;
    struct error *e = threads_current(target, &t);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "the selected thread has ended"));
    must_fail(e, ERR_NO_THREAD);
}

/* Whom the stop named exists, whatever the list says; in the next stop it is like any other. */
static void test_stopped_stays(void **state)
{
    (void)state;
    lists("m1,2");
    next_stop();
    target->threads.stopped = (struct ptid){0, 1};
    target->threads.has_stopped = true;
    lists("m2");
    assert_non_null(thread(1));
    assert_int_equal(told("gone "), 0);
    next_stop();
    must(threads_list(target));
    assert_null(thread(1));
    assert_int_equal(told("gone p1.1, in the table"), 1);
}

static unsigned named(const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < target->threads.count; i++) {
        char text[48];
        thread_name(target->threads.items[i]->id, text, sizeof text);
        count += strcmp(text, name) == 0;
    }
    return count;
}

/* Without a name first, and then listed; and an id written in two ways: each thread is there once, and goes
 * on as what it was. */
static void test_once(void **state)
{
    (void)state;
    threads_clear(&target->threads);
    struct thread *nameless = threads_note_stopped(target, (struct ptid){0});
    target->threads.stopped = target->threads.current = (struct ptid){0};
    target->threads.has_stopped = target->threads.has_current = true;
    lists("m1,2");
    assert_int_equal(named("p1.1"), 1);
    assert_int_equal(target->threads.count, 2);
    assert_ptr_equal(thread(1), nameless);
    struct thread *t;
    must(threads_current(target, &t));
    assert_ptr_equal(t, nameless);

    next_stop();
    lists("mp1.1,p1.2,1,2,p1.1");
    assert_int_equal(target->threads.count, 2);
    assert_int_equal(named("p1.1"), 1);
    assert_int_equal(named("p1.2"), 1);
    struct thread *second = threads_note_stopped(target, (struct ptid){0, 2});
    assert_ptr_equal(second, thread(2));
    assert_int_equal(target->threads.count, 2);
    must(threads_by_name(target, "p1.2", &t));
    assert_ptr_equal(t, thread(2));
    assert_int_equal(told("gone "), 0);
}

/* A stub that names none any more is not believed: nobody is told that all are gone. */
static void test_none(void **state)
{
    (void)state;
    lists("m1,2");
    next_stop();
    lists("l");
    assert_int_equal(told(""), 0);
    assert_int_equal(target->threads.count, 2);
    assert_int_equal(thread(2)->state, THREAD_UNKNOWN);
    next_stop();
    lists("m1,2");
    assert_int_equal(thread(2)->state, THREAD_STOPPED);
    assert_int_equal(told(""), 0);
}

/* With a process go its threads, and the selection where it was one of them. */
static void test_process(void **state)
{
    (void)state;
    const struct ptid others[] = {{7, 70}, {8, 80}, {7, 71}};
    threads_clear(&target->threads);
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        threads_note(target, others[i]);
    target->threads.current = (struct ptid){8, 80};
    target->threads.has_current = true;
    threads_drop_process(target, 7);
    assert_int_equal(told("gone p7.70, in the table"), 1);
    assert_int_equal(told("gone p7.71, in the table"), 1);
    assert_int_equal(told("gone "), 2);
    assert_int_equal(target->threads.count, 1);
    assert_non_null(threads_find(&target->threads, others[1]));
    assert_true(target->threads.has_current);
    threads_drop_process(target, 8);
    assert_int_equal(told("gone p8.80, in the table"), 1);
    assert_int_equal(target->threads.count, 0);
    assert_false(target->threads.has_current);
}

/* A stub that invents threads makes us forget the oldest, which is told of like any that goes. */
static void test_too_many(void **state)
{
    (void)state;
    for (int64_t tid = 2; tid <= THREADS_MOST; tid++)
        threads_note(target, (struct ptid){0, tid});
    assert_int_equal(target->threads.count, THREADS_MOST);
    assert_int_equal(told("gone "), 0);
    struct thread *last = threads_note(target, (struct ptid){0, THREADS_MOST + 1});
    assert_int_equal(told("gone p1.1, in the table"), 1);
    assert_int_equal(told("gone "), 1);
    assert_int_equal(target->threads.count, THREADS_MOST);
    assert_null(thread(1));
    assert_ptr_equal(thread(THREADS_MOST + 1), last);
    assert_int_equal(last->number, THREADS_MOST + 1);
}

/* Registers are those of a stop: where a thread was is remembered only as far as it was known. */
static void test_left(void **state)
{
    (void)state;
    uint64_t pc;
    lists("m1,2");
    must(thread_pc(target, thread(1), &pc));
    assert_int_equal(pc, PLAYED_BASE);
    must(thread_pc(target, thread(1), &pc));
    assert_int_equal(sent("g"), 1);
    threads_leave(target);
    assert_true(thread(1)->has_last_pc);
    assert_int_equal(thread(1)->last_pc, PLAYED_BASE);
    assert_false(thread(2)->has_last_pc);
    next_stop();
    played.registers[1][PLAYED_RIP] = 0x1234;
    must(thread_pc(target, thread(1), &pc));
    assert_int_equal(pc, 0x1234);
    assert_int_equal(thread(1)->last_pc, PLAYED_BASE);
    assert_true(thread(1)->has_previous);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(start_machine, test_news),    TEST_ON(start_machine, test_launched),
        TEST_ON(start_machine, test_gone),    TEST_ON(start_machine, test_stopped_stays),
        TEST_ON(start_machine, test_once),    TEST_ON(start_machine, test_none),
        TEST_ON(start_machine, test_process), TEST_ON(start_machine, test_too_many),
        TEST_ON(start_machine, test_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
