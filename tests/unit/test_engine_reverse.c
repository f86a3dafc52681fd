/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that go back by themselves and say no more than that, and those whose monitor is silent. */
#include "engine_played.h"

#include "engine/commands/args.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "engine/control/time/back.h"

static struct stop final;

static int reverses(void **state)
{
    (void)state;
    played_start(";ReverseStep+;ReverseContinue+", "");
    return 0;
}

static int steps_only(void **state)
{
    (void)state;
    played_start(";ReverseStep+", "");
    return 0;
}

static struct stop *back(enum time_back_kind kind)
{
    must(time_back(session->control, kind, 1, &final));
    return &final;
}

static void stands_at(uint64_t pc)
{
    played.registers[1][PLAYED_RIP] = pc;
    target_forget(session->target);
    threads_resumed(session->target);
}

static void test_back(void **state)
{
    (void)state;
    stands_at(0x1010);
    stops_with(at(1, 0x100c, ""));
    stands_at(0x1010);
    assert_int_equal(back(TIME_BACK_STEPI)->pc, 0x100c);
    assert_int_equal(final.reason, STOP_STEP);
    assert_false(final.has_position);
    assert_int_equal(sent("bs"), 1);
    stops_with("T05replaylog:begin;10:0010000000000000;thread:1;");
    assert_int_equal(back(TIME_BACK_STEPI)->reason, STOP_HISTORY_END);
    assert_int_equal(sent("bs"), 2);
}

static void test_back_to_a_hit(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1004");
    stops_with(at(1, 0x1004, ""));
    stops_with(at(1, 0x1000, "replaylog:begin;"));
    stands_at(0x1010);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    assert_int_equal(final.pc, 0x1004);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END);
    assert_int_equal(sent("bc"), 2);
}

/* A stub that does not say where its record begins stays there: that is seen, and not asked for ever. */
static void test_no_word_of_the_start(void **state)
{
    (void)state;
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1000, ""));
    stands_at(0x1000);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END);
    assert_int_equal(sent("bc") + sent("bs"), 2);
}

/* One that says so is believed wherever it stands; one that stays without a word is told as what it is. */
static void test_unmoved_step(void **state)
{
    (void)state;
    static const enum time_back_kind kinds[] = {TIME_BACK_STEPI, TIME_BACK_NEXTI, TIME_BACK_STEP,
                                                TIME_BACK_NEXT};
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        sent_nothing_yet();
        stops_with(at(1, 0x1000, "replaylog:begin;"));
        stands_at(0x1000);
        assert_int_equal(back(kinds[i])->reason, STOP_HISTORY_END);
        assert_false(told("did not move"));
        stops_with(at(1, 0x1000, ""));
        stands_at(0x1000);
        assert_int_equal(back(kinds[i])->reason, STOP_HISTORY_END);
        assert_true(told("going back did not move the target"));
        assert_int_equal(sent("bs"), 2);
    }
}

/* An instruction that repeats itself (`rep movsb`) moves another register than the pc. */
static void test_repeated_instruction(void **state)
{
    (void)state;
    stops_with("T0510:0010000000000000;01:0700000000000000;thread:1;");
    stands_at(0x1000);
    assert_int_equal(back(TIME_BACK_STEPI)->reason, STOP_STEP);
    assert_false(told("did not move"));
}

/* A hit without any movement is one more of a loop only where something lies before it. */
static void test_unmoved_hit(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1000");
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1000, ""));
    stands_at(0x1000);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END);
    assert_true(told("did not move"));
    assert_int_equal(sent("bc") + sent("bs"), 2);
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1004, ""));
    stops_with(at(1, 0x1000, ""));
    stands_at(0x1000);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    assert_int_equal(final.pc, 0x1000);
}

/* Neither the description nor a file says what the processor is: nobody knows a pc. */
static int nobody_knows(void **state)
{
    (void)state;
    BASE_FREE char *spec = played_prepare(";ReverseStep+;ReverseContinue+", "");
    rule("qXfer:features", "");
    must(session_connect(session, spec));
    session_set_deadline(session, in_seconds(20));
    assert_null(session->target->arch);
    sent_nothing_yet();
    return 0;
}

static const struct {
    enum time_back_kind kind;
    const char *packet;
    enum stop_reason reason;
} without_pc[] = {
    {TIME_BACK_STEPI, "bs", STOP_STEP},      {TIME_BACK_NEXTI, "bs", STOP_STEP},
    {TIME_BACK_STEP, "bs", STOP_STEP},       {TIME_BACK_NEXT, "bs", STOP_STEP},
    {TIME_BACK_CONTINUE, "bc", STOP_SIGNAL},
};

/* The stub goes back by itself: of a step the instruction is all there is, and a run ends where it says. */
static void test_no_pc(void **state)
{
    (void)state;
    BREAK(.at = "*0x1004");
    for (size_t i = 0; i < ARRAY_LENGTH(without_pc); i++) {
        sent_nothing_yet();
        stops_with(at(1, 0x1020 - 4 * i, ""));
        stands_at(0x1100);
        assert_int_equal(back(without_pc[i].kind)->reason, without_pc[i].reason);
        assert_false(final.has_pc);
        assert_int_equal(sent(without_pc[i].packet), 1);
        assert_int_equal(sent("bs") + sent("bc"), 1);
        stops_with(at(1, 0x1000, "replaylog:begin;"));
        assert_int_equal(back(without_pc[i].kind)->reason, STOP_HISTORY_END);
        assert_int_equal(sent(without_pc[i].packet), 2);
    }
    struct error *e = time_back(session->control, TIME_BACK_FINISH, 1, &final);
    must_fail(e, ERR_UNSUPPORTED); /* of which function? */
}

/* The start of a record without a word is seen by the registers, whichever of them is the pc. */
static void test_no_pc_and_no_word(void **state)
{
    (void)state;
    BREAK(.at = "*0x1004");
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1000, ""));
    stands_at(0x1000);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END);
    assert_int_equal(sent("bc"), 1);
    assert_int_equal(sent("bs"), 1);
}

/* What is watched is known by the address that the stub tells. */
static void test_no_pc_and_a_watchpoint(void **state)
{
    (void)state;
    struct breakpoint *w = NULL;
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, 0x1800, 4, SITE_WRITE,
                        &w));
    stops_with("T05watch:1800;thread:1;");
    stands_at(0x1010);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_WATCHPOINT);
    assert_int_equal(final.watchpoint, w->id);
}

/* With nothing inserted no trap is ours: on to the start. */
static void test_no_pc_and_nothing_inserted(void **state)
{
    (void)state;
    stops_with(at(1, 0x1008, ""));
    stops_with(at(1, 0x1000, "replaylog:begin;"));
    stands_at(0x1010);
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END);
    assert_int_equal(sent("bc"), 2);
}

/* The processor is known, and `g` ends before its pc: it has the sixteen general registers only. */
static void test_pc_not_told(void **state)
{
    char general[16 * 16 + 1];
    (void)state;
    memset(general, '1', sizeof general - 1);
    general[sizeof general - 1] = '\0';
    BREAK(.at = "*0x1004");
    rule("p", "");
    rule("g", general);
    stops_with("T05thread:1;");
    stands_at(0x1010);
    assert_int_equal(back(TIME_BACK_STEP)->reason, STOP_STEP);
    assert_false(final.has_pc);
    stops_with("T05thread:1;");
    stops_with("T05replaylog:begin;thread:1;");
    assert_int_equal(back(TIME_BACK_CONTINUE)->reason, STOP_HISTORY_END); /* nothing moved */
}

/* What was not offered is not sent: QEMU aborts on it. */
static void test_offered(void **state)
{
    (void)state;
    must_fail(time_back(session->control, TIME_BACK_CONTINUE, 1, &final), ERR_UNSUPPORTED);
    assert_int_equal(sent("bc"), 0);
}

/* Without an offer nobody is asked anything. */
static void test_no_history(void **state)
{
    (void)state;
    rule("qRcmd", NULL);
    must_fail(time_back(session->control, TIME_BACK_STEPI, 1, &final), ERR_UNSUPPORTED);
    assert_int_equal(sent("q"), 0);
}

static struct error *execute(const char *name)
{
    cJSON *args = cJSON_CreateObject(), *ret = NULL;
    struct error *e = command_execute(session, command_find(name), args, &ret);
    cJSON_Delete(args);
    cJSON_Delete(ret);
    return e;
}

/* A monitor that never answers takes no longer than the command has; the next command works. */
static void test_silent_monitor(void **state)
{
    (void)state;
    rule("qRcmd", NULL);
    int64_t begin = clock_now_ns();
    session_set_deadline(session, begin + 300000000);
    must_fail(execute("reverse-stepi"), ERR_TIMEOUT);
    assert_true(clock_now_ns() - begin < 10000000000);
    rule("qRcmd", "");
    session_set_deadline(session, in_seconds(20));
    stops_with(at(1, 0x100c, ""));
    stands_at(0x1010);
    must(execute("reverse-stepi"));
    assert_int_equal(sent("bs"), 1);
}

/* Nor longer than until Ctrl-C. */
static void test_cancelled(void **state)
{
    (void)state;
    int ends[2];
    rule("qRcmd", NULL);
    assert_int_equal(pipe(ends), 0);
    session->target->cancel_fd = ends[0];
    assert_int_equal(write(ends[1], "x", 1), 1);
    session->control->time.holds = true;
    BASE_BUF struct buf out = {0};
    must_fail(time_monitor(session->control, &out, "info replay"), ERR_CANCELLED);
    session->control->time.holds = false;
    session->target->cancel_fd = -1;
    close(ends[0]);
    close(ends[1]);
}

/* Somebody pressed Ctrl-C, and the stub does not stop: it counts as running, which can be seen, and when it
 * stops after all that is told. */
static void test_never_stops(void **state)
{
    (void)state;
    int ends[2];
    const struct time_driver *known;
    must(time_driver(session->control, &known));
    stands_at(0x1010);
    struct thread *t;
    must(threads_current(session->target, &t));
    must(registers_fetch(session->target, t));
    assert_int_equal(pipe(ends), 0);
    session->target->cancel_fd = ends[0];
    assert_int_equal(write(ends[1], "x", 1), 1);
    session_set_deadline(session, INT64_MAX);
    int64_t began = clock_now_ns();
    must_fail(execute("reverse-stepi"), ERR_TIMEOUT);
    assert_true(clock_now_ns() - began < 10000000000);
    assert_int_equal(sent("interrupt"), 1);
    assert_int_equal(session->target->state, TARGET_RUNNING);
    assert_true(session_is_deaf(session));
    must_fail(execute("registers"), ERR_NOT_STOPPED);
    session_set_deadline(session, in_seconds(20));
    played.on_interrupt = "T02thread:1;";
    must(execute("interrupt"));
    assert_int_equal(session->target->state, TARGET_STOPPED);
    assert_true(told("\"stopped\",\"reason\":\"interrupt\""));
    assert_false(session_is_deaf(session));
    stops_with(at(1, 0x100c, ""));
    must(execute("reverse-stepi"));
    session->target->cancel_fd = -1;
    close(ends[0]);
    close(ends[1]);
}

/* Nothing is asked again of a monitor that was silent to the first question when Ctrl-C was pressed. */
static void test_cut_short_before_it_began(void **state)
{
    (void)state;
    rule("qRcmd", NULL);
    cJSON *ret = NULL;
    struct error *e = time_cut_short(session, error_new(ERR_CANCELLED, "cancelled"), &ret);
    must_fail(e, ERR_CANCELLED);
    assert_null(ret);
    assert_int_equal(sent("q"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(reverses, test_back),
        TEST_ON(reverses, test_back_to_a_hit),
        TEST_ON(reverses, test_no_word_of_the_start),
        TEST_ON(reverses, test_unmoved_step),
        TEST_ON(reverses, test_repeated_instruction),
        TEST_ON(reverses, test_unmoved_hit),
        TEST_ON(nobody_knows, test_no_pc),
        TEST_ON(nobody_knows, test_no_pc_and_no_word),
        TEST_ON(nobody_knows, test_no_pc_and_a_watchpoint),
        TEST_ON(nobody_knows, test_no_pc_and_nothing_inserted),
        TEST_ON(reverses, test_pc_not_told),
        TEST_ON(steps_only, test_offered),
        TEST_ON(played_machine, test_no_history),
        TEST_ON(reverses, test_silent_monitor),
        TEST_ON(reverses, test_cancelled),
        TEST_ON(reverses, test_never_stops),
        TEST_ON(reverses, test_cut_short_before_it_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
