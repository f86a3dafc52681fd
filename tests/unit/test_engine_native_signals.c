/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stub that sends the numbers of its own system: LLVM's. */
#include "engine_played.h"

#include "rsp/native_signals.h"

static int native(void **state)
{
    (void)state;
    played_start(";native-signals+;QPassSignals+", "vCont;c;C;s;S");
    return 0;
}

static struct stop run_to(const char *reply)
{
    const struct plan plan = {.kind = PLAN_CONTINUE, .times = 1};
    struct stop stop;
    bool done = false;
    if (reply)
        stops_with(reply);
    must(plan_start(session->control, &plan));
    if (!reply)
        must(interrupt_send(session->control));
    while (!done)
        must(session_pump(session, in_seconds(20), -1, &stop, &done));
    return stop;
}

/* Each is told by its name, and goes back with the number it came with. */
static void test_there_and_back(void **state)
{
    (void)state;
    struct stop stop = run_to("T0athread:1;");
    assert_int_equal(stop.reason, STOP_SIGNAL);
    assert_string_equal(signal_name(stop.signal), "SIGUSR1");
    run_to("T05thread:1;");
    assert_int_equal(sent("vCont;C0a:1"), 1);
    for (int i = 1; i <= 64; i++) {
        int number = rsp_signal_from_stub(session->target->connection, i);
        assert_int_equal(rsp_signal_to_stub(session->target->connection, number), i);
        if (i != 16)
            assert_non_null(signal_name(number));
    }
    assert_int_equal(rsp_signal_to_stub(session->target->connection, signal_number("SIGLOST")), 0);
    assert_string_equal(signal_name(rsp_signal_from_stub(session->target->connection, 34)), "SIG34");
}

static void test_death(void **state)
{
    (void)state;
    struct stop stop = run_to("X07");
    assert_int_equal(stop.reason, STOP_KILLED);
    assert_string_equal(signal_name(stop.signal), "SIGBUS");
}

/* Its interrupt is a SIGSTOP, which the program is not to be given. */
static void test_interrupt(void **state)
{
    (void)state;
    played.on_interrupt = "T13thread:1;";
    assert_int_equal(run_to(NULL).reason, STOP_INTERRUPT);
    run_to("T05thread:1;");
    assert_int_equal(sent("vCont;C"), 0);
}

/* One that comes by itself is a signal like any other. */
static void test_stop_signal(void **state)
{
    (void)state;
    struct stop stop = run_to("T13thread:1;");
    assert_int_equal(stop.reason, STOP_SIGNAL);
    assert_string_equal(signal_name(stop.signal), "SIGSTOP");
}

/* SIGCHLD, 20 for gdb, is 17 there; what Linux has not is left out. */
static void test_quiet(void **state)
{
    (void)state;
    played_end(state);
    BASE_FREE char *spec = played_prepare(";native-signals+;QPassSignals+", "vCont;c;C;s;S");
    rule("QPassSignals", "OK");
    must(session_connect(session, spec));
    assert_int_equal(sent("QPassSignals:e;17;11;1d;1a;1b;1c"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(native, test_there_and_back), TEST_ON(native, test_death), TEST_ON(native, test_interrupt),
        TEST_ON(native, test_stop_signal),    TEST_ON(native, test_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
