/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run command under way: what a played stub's stops make of it, and what is sent then. */
#include "engine_played.h"

static const struct ptid first = {0, 1}, second = {0, 2};

static struct stop final;

static struct thread *thread(struct ptid id)
{
    return threads_note(session->target, id);
}

static enum rsp_tristate *step_off(void)
{
    return &rsp_features(session->target->connection)->state[FEATURE_STEP_OFF].works;
}

/* -- running --------------------------------------------------------------------------------------- */

/* One stop: true when it is for the user. */
static bool take_stop(bool interrupted)
{
    struct rsp_stop stop;
    bool stopped = false, done = false;
    must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
    assert_true(stopped);
    session->control->interrupt.sent = interrupted;
    must(plan_on_stop(session->control, &stop, &final, &done));
    if (done)
        plan_end(session->control);
    return done;
}

static void start(struct plan plan)
{
    sent_nothing_yet();
    must(plan_start(session->control, &plan));
    assert_true(session->control->plan_active);
}

/* Runs to the stop that is for the user. */
static struct stop *run(struct plan plan)
{
    start(plan);
    while (!take_stop(false))
        ;
    assert_int_equal(played.stop_first, played.stop_count); /* all were taken */
    return &final;
}
#define RUN(...)   run((struct plan){__VA_ARGS__})
#define START(...) start((struct plan){__VA_ARGS__})

static struct plan stepping(enum plan_kind kind, uint64_t times)
{
    return (struct plan){.kind = kind, .has_thread = true, .thread = first, .times = times};
}

static void stands_at(uint64_t pc)
{
    played.registers[1][PLAYED_RIP] = pc;
    target_forget(session->target);
    threads_resumed(session->target);
}

static int machine(void **state)
{
    played_machine(state);
    thread(second)->state = THREAD_STOPPED;
    return 0;
}

/* -- off a site ----------------------------------------------------------------------------------- */

/* Stepped off where it is: the stub is found to do that, and nothing is removed. */
static void test_steps_off(void **state)
{
    (void)state;
    BREAK(.at = "*0x1000");
    struct breakpoint *b = BREAK(.at = "*0x1200");
    stops_with(at(1, 0x1001, ""));
    stops_with(at(1, 0x1200, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    assert_int_equal(final.signal, 0);
    assert_int_equal(sent("vCont;s:1"), 1);
    assert_int_equal(sent("vCont;c"), 1);
    assert_int_equal(sent("z") + sent("Z"), 0);
    assert_int_equal(*step_off(), TRI_YES);
    assert_false(session->control->plan_active);
}

/* A processor whose traps leave the pc where it is: here it has the registers of the played one. */
static struct arch stays_at_traps(void)
{
    static const unsigned char trap[] = {0x73, 0x00, 0x10, 0x00};
    struct arch a = arch_x86_64;
    a.trap = trap;
    a.trap_size = 4;
    a.traps = arch_riscv64.traps;
    a.pc_behind_trap = 0;
    return a;
}

/* A trap of the program's own, in an encoding that is not ours, is told; then `continue` and `stepi` go past
 * it, whether the stub leaves it by itself or not. */
static void test_own_trap(void **state)
{
    (void)state;
    struct arch a = stays_at_traps();
    session->target->arch = &a;
    memcpy(played.memory + 0x100, "\x02\x90", 2); /* C.EBREAK */
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_SIGNAL);
    assert_int_equal(final.signal, TARGET_SIGTRAP);
    assert_int_equal(final.pc, 0x1100);
    stops_with(at(1, 0x1100, "")); /* the step off it does not move */
    stops_with(at(1, 0x1300, ""));
    BREAK(.at = "*0x1300");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->pc, 0x1300);
    assert_int_equal(sent("P10=0211"), 1);
    assert_int_equal(sent("vCont;s:1"), 1);
    stands_at(0x1000);
    stops_with(at(1, 0x1100, ""));
    RUN(.kind = PLAN_CONTINUE);
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_STEP);
    assert_int_equal(final.pc, 0x1102);
    stands_at(0x1000);
    stops_with(at(1, 0x1100, ""));
    RUN(.kind = PLAN_CONTINUE);
    stops_with(at(1, 0x1102, "")); /* this stub goes past it by itself */
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->pc, 0x1102);
    assert_int_equal(sent("P"), 0);
    session->target->arch = &arch_x86_64;
}

/* It reports the site again: then it is removed for the step, and from now on at once. */
static void test_must_remove(void **state)
{
    (void)state;
    BREAK(.at = "*0x1000");
    BREAK(.at = "*0x1200");
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1001, ""));
    stops_with(at(1, 0x1200, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->pc, 0x1200);
    assert_int_equal(*step_off(), TRI_NO);
    assert_int_equal(sent("vCont;s:1"), 2);
    assert_int_equal(sent("z0,1000"), 1);
    assert_int_equal(sent("Z0,1000"), 1);
    assert_int_equal(session->control->breakpoints.items[0]->hits, 0); /* an old hit */
    stops_with(at(1, 0x1201, ""));
    stops_with(at(1, 0x1000, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->pc, 0x1000);
    assert_int_equal(sent("vCont;s:1"), 1);
    assert_int_equal(sent("z0,1200") + sent("Z0,1200"), 2);
    assert_int_equal(session->control->breakpoints.items[0]->hits, 1);
}

/* A jump to itself, with nothing in its way: that is the step, and the next round a new hit. */
static void test_jump_to_itself(void **state)
{
    (void)state;
    *step_off() = TRI_NO;
    struct breakpoint *b = BREAK(.at = "*0x1000");
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1000, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(b->hits, 1);
    assert_int_equal(sent("vCont;s:1"), 1);
    assert_int_equal(sent("vCont;c"), 1);
    stops_with(at(1, 0x1000, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_STEP);
    assert_int_equal(final.breakpoint, 0);
    assert_int_equal(b->hits, 1);
}

static void test_onto_the_next(void **state)
{
    (void)state;
    BREAK(.at = "*0x1000");
    struct breakpoint *b = BREAK(.at = "*0x1001");
    stops_with(at(1, 0x1001, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    assert_int_equal(b->hits, 1);
    assert_int_equal(sent("vCont;c"), 0);
    assert_true(thread(first)->at_site);
    assert_int_equal(thread(first)->site_address, 0x1001);
}

/* The site that was removed for the step is there again, whoever stops it. */
static void test_other_thread_meanwhile(void **state)
{
    (void)state;
    *step_off() = TRI_NO;
    struct breakpoint *a = BREAK(.at = "*0x1000"), *b = BREAK(.at = "*0x1300");
    stops_with(at(2, 0x1300, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    assert_int_equal(final.thread.tid, 2);
    assert_false(a->locations[0].site->removed);
    must(sites_flush(session->control));
    assert_int_equal(sent("Z0,1000"), 1);
}

/* A step off that ends by a signal is not over: it says nothing of the stub. */
static void test_signal_meanwhile(void **state)
{
    (void)state;
    BREAK(.at = "*0x1000");
    stops_with("T0b10:0110000000000000;thread:1;");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_SIGNAL);
    assert_int_equal(final.signal, 11);
    assert_int_equal(*step_off(), TRI_UNKNOWN);
    assert_int_equal(thread(first)->pending_signal, 11);
}

/* What comes with a signal says nothing either: in QEMU the site is met again then. */
static void test_off_with_a_signal(void **state)
{
    (void)state;
    BREAK(.at = "*0x1000");
    thread(first)->pending_signal = 10;
    stops_with(at(1, 0x1001, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_STEP);
    assert_int_equal(sent("vCont;S0a:1"), 1);
    assert_int_equal(*step_off(), TRI_UNKNOWN);
}

/* -- signals --------------------------------------------------------------------------------------- */

static void policy(int signal, bool stop, bool pass)
{
    session->target->signals.policy[signal] = (struct signal_policy){.stop = stop, .pass = pass};
}

static void test_signals(void **state)
{
    (void)state;
    policy(10, false, true);
    policy(12, false, false);
    policy(16, true, false);
    stops_with("T0a10:0011000000000000;thread:1;");
    stops_with("T0c10:0111000000000000;thread:1;");
    stops_with("T1010:0211000000000000;thread:1;");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->signal, 16);
    assert_int_equal(final.reason, STOP_SIGNAL);
    assert_int_equal(sent("vCont;C0a:1"), 1);
    assert_int_equal(sent("vCont;c"), 2);
    assert_int_equal(thread(first)->pending_signal, 0); /* it is not passed on */
    stops_with("Tf010:0311000000000000;thread:1;");     /* one that nobody has a name for stops */
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->signal, 0xf0);
    assert_int_equal(thread(first)->pending_signal, 0); /* and is not passed on */
    stops_with("T0010:0311000000000000;thread:1;");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_SIGNAL);
    assert_int_equal(final.signal, 0);
}

/* A step whose thread is sent a signal lets its handler run, to where the thread stood. */
static void test_handler_within_a_step(void **state)
{
    (void)state;
    policy(10, false, true);
    stops_with("T0a10:0010000000000000;thread:1;");
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1001, ""));
    stands_at(0x1000);
    assert_int_equal(run(stepping(PLAN_NEXTI, 1))->reason, STOP_STEP);
    assert_int_equal(final.pc, 0x1001);
    assert_int_equal(sent("Z0,1000"), 1);
    assert_int_equal(sent("vCont;C0a:1"), 1);
    assert_int_equal(sent("vCont;s:1"), 2);
    must(sites_flush(session->control));
    assert_int_equal(sent("z0,1000"), 1);
    assert_int_equal(session->control->breakpoints.sites.count, 0);
}

static void test_other_threads_signal_within_a_step(void **state)
{
    (void)state;
    policy(10, false, true);
    policy(12, false, false);
    stops_with("T0a10:0020000000000000;thread:2;");
    stops_with("T0c10:0010000000000000;thread:1;"); /* one that is not passed has no handler */
    stops_with(at(1, 0x1001, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_STEP);
    assert_int_equal(sent("vCont;s:1"), 3);
    assert_int_equal(session->control->breakpoints.sites.count, 0);
}

/* From its site into a handler and back: that hit was told before, and the next one is new. */
static void test_back_from_handler(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1000");
    thread(first)->pending_signal = 10;
    stops_with(at(1, 0x1000, ""));
    stops_with(at(1, 0x1001, ""));
    stops_with(at(1, 0x1000, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_BREAKPOINT);
    assert_int_equal(b->hits, 1);
    assert_int_equal(sent("vCont;C0a:1"), 1);
    assert_int_equal(sent("vCont;s:1"), 1);
    assert_false(thread(first)->in_handler);
    thread(first)->pending_signal = 10;
    stops_with(at(1, 0x1000, ""));
    START(.kind = PLAN_CONTINUE);
    played.registers[1][PLAYED_RSP] -= 0x100; /* the handler itself gets there */
    assert_true(take_stop(false));
    assert_int_equal(b->hits, 2);
    assert_true(thread(first)->in_handler);
}

/* -- interrupts ------------------------------------------------------------------------------------ */

static void test_swallowed(void **state)
{
    (void)state;
    session->control->interrupt.owed = true;
    stops_with("T0b10:0011000000000000;thread:1;");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->signal, 11);
    assert_true(session->control->interrupt.owed); /* still owed */
    thread(first)->pending_signal = 0;
    stops_with("T0210:0011000000000000;thread:1;");
    stops_with("T0210:0111000000000000;thread:1;");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->signal, TARGET_SIGINT);
    assert_int_equal(final.pc, 0x1101);
    assert_false(session->control->interrupt.owed);
}

static void test_interrupted(void **state)
{
    (void)state;
    static const char *const replies[] = {"T0210:0011000000000000;thread:1;",
                                          "T0010:0011000000000000;thread:1;"};
    for (size_t i = 0; i < 2; i++) {
        stops_with(replies[i]);
        START(.kind = PLAN_CONTINUE);
        assert_true(take_stop(true));
        assert_int_equal(final.reason, STOP_INTERRUPT);
        assert_int_equal(final.signal, 0);
        assert_false(session->control->interrupt.owed);
    }
    static const char *const crossing[] = {"T0b10:0011000000000000;thread:1;",
                                           "T0510:0011000000000000;thread:1;"};
    for (size_t i = 0; i < 2; i++) {
        session->control->interrupt.owed = false;
        stops_with(crossing[i]);
        START(.kind = PLAN_CONTINUE);
        assert_true(take_stop(true));
        assert_int_equal(final.reason, STOP_SIGNAL);
        assert_true(session->control->interrupt.owed); /* the stub owes its SIGINT */
        thread(first)->pending_signal = 0;
    }
    session->control->interrupt.owed = false;
    stops_with("T0b10:0011000000000000;thread:1;");
    START(.kind = PLAN_CONTINUE);
    assert_true(take_stop(false));
    assert_false(session->control->interrupt.owed);
}

/* It would have run on, but for the interrupt. */
static void test_held(void **state)
{
    (void)state;
    BREAK(.at = "*0x1100", .condition = "0");
    stops_with(at(1, 0x1100, ""));
    START(.kind = PLAN_CONTINUE);
    assert_true(take_stop(true));
    assert_int_equal(final.reason, STOP_INTERRUPT);
    assert_int_equal(final.signal + final.breakpoint + final.watchpoint, 0);
    assert_int_equal(final.pc, 0x1100);
    assert_true(session->control->interrupt.owed);
    assert_int_equal(sent("vCont;"), 1);
    stops_with(at(1, 0x1101, ""));
    stops_with(at(1, 0x1100, ""));
    stops_with(at(1, 0x1101, ""));
    stops_with("W00");
    session->control->interrupt.owed = false;
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_EXITED);
    assert_false(session->control->interrupt.owed || session->control->plan.held);
}

/* A stub without vCont (kgdb) answers an interrupt with a trap; others' traps are the program's. */
static void test_interrupted_by_a_trap(void **state)
{
    (void)state;
    stops_with(at(1, 0x1100, ""));
    START(.kind = PLAN_CONTINUE);
    assert_true(take_stop(true));
    assert_int_equal(final.reason, STOP_INTERRUPT);
    assert_int_equal(final.signal, 0);
    assert_false(session->control->interrupt.owed);
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_SIGNAL);
    assert_int_equal(final.signal, TARGET_SIGTRAP);
}

/* -- steps and places ------------------------------------------------------------------------------ */

static void test_several_steps(void **state)
{
    (void)state;
    struct breakpoint *far = BREAK(.at = "*0x1800"); /* so that each stop is looked at */
    for (uint64_t i = 1; i <= 3; i++)
        stops_with(at(1, 0x1000 + i, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 3))->reason, STOP_STEP);
    assert_int_equal(final.pc, 0x1003);
    assert_int_equal(final.signal, 0);
    assert_int_equal(sent("vCont;s:1"), 3);
    stops_with(at(1, 0x1004, ""));
    assert_int_equal(run(stepping(PLAN_STEPI, 0))->pc, 0x1004); /* no number is one */
    stops_with(at(2, 0x1800, ""));                              /* another thread's breakpoint */
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->breakpoint, far->id);
    stops_with(at(2, 0x1801, "")); /* which it is stepped off */
    stops_with(at(2, 0x1700, "")); /* another's trap */
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_SIGNAL);
    assert_int_equal(final.thread.tid, 2);
}

/* With nothing inserted only the last of many steps is looked at. */
static void test_steps_unseen(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        stops_with("T05thread:1;");
    assert_int_equal(run(stepping(PLAN_STEPI, 3))->reason, STOP_STEP);
    assert_int_equal(sent("vCont;s:1"), 3);
    assert_int_equal(sent("g"), 1);
}

static struct plan to(uint64_t address, uint64_t least_sp, struct ptid id)
{
    struct plan p = {.kind = PLAN_TO, .final_at_target = true, .has_thread = id.tid != 0, .thread = id};
    plan_add_target(session->control, &p, address, least_sp);
    return p;
}

static void test_to_a_place(void **state)
{
    (void)state;
    session->control->schedule = SCHEDULE_ALL;
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(run(to(0x1100, 0, (struct ptid){0, 0}))->reason, STOP_STEP);
    assert_int_equal(final.signal, 0);
    assert_int_equal(sent("Z0,1100"), 1);
    must(sites_flush(session->control));
    assert_int_equal(sent("z0,1100"), 1);
    assert_int_equal(session->control->breakpoints.sites.count, 0);
    struct plan p = to(0x1200, 0, (struct ptid){0, 0});
    p.starts = true;
    stops_with(at(2, 0x1200, ""));
    assert_int_equal(run(p)->reason, STOP_ATTACH);
    stops_with(at(2, 0x1300, "")); /* another thread gets there, and steps off it */
    stops_with(at(2, 0x1301, ""));
    stops_with(at(1, 0x1300, ""));
    assert_int_equal(run(to(0x1300, 0, first))->thread.tid, 1);
    assert_int_equal(sent("vCont;s:2"), 1);
}

/* A stub with acks that refuses to take out what stands in front of each run: it runs all the same. */
static int played_with_acks(void **state)
{
    (void)state;
    played_start(";QStartNoAckMode-", "vCont;c;C;s;S");
    return 0;
}

static void test_refused_removal(void **state)
{
    (void)state;
    session->control->schedule = SCHEDULE_ALL;
    rule("z0", "E01");
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(run(to(0x1100, 0, (struct ptid){0, 0}))->reason, STOP_STEP);
    for (uint64_t place = 0x1200; place < 0x1400; place += 0x100) {
        stops_with(at(1, place, ""));
        assert_int_equal(run(to(place, 0, (struct ptid){0, 0}))->reason, STOP_STEP);
        assert_true(sent("z0") >= 1 && sent("vCont;c") == 1);
        assert_int_equal(sent("QStartNoAckMode"), 0);
        assert_int_equal(rsp_state(session->target->connection), RSP_STATE_STOPPED);
    }
}

/* Deeper in a recursion sp is lower: not there yet. */
static void test_to_a_frame(void **state)
{
    (void)state;
    played.registers[1][PLAYED_RSP] = 0x2ef8;
    stops_with(at(1, 0x1100, ""));
    stops_with(at(1, 0x1101, ""));
    stops_with("T05thread:1;");
    struct plan p = to(0x1100, 0x2f00, first);
    start(p);
    assert_false(take_stop(false));
    played.registers[1][PLAYED_RSP] = 0x2f00;
    played.registers[1][PLAYED_RIP] = 0x1100;
    assert_true(take_stop(false) || take_stop(false));
    assert_int_equal(final.reason, STOP_STEP);
    p = to(0x1300, 0x3000, first);
    plan_add_target(session->control, &p, 0x1300, 0x2000); /* the least of several counts */
    plan_add_target(session->control, &p, 0x1300, 0x2fff);
    plan_add_target(session->control, &p, 0x1400, 0);
    stops_with(at(1, 0x1300, ""));
    assert_int_equal(run(p)->pc, 0x1300);
    assert_int_equal(final.reason, STOP_STEP);
}

/* A step over a call, several times: each round has a place of its own to come back to. */
static void test_breakpoints_and_places(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    stops_with(at(1, 0x1100, "")); /* the user's comes first */
    assert_int_equal(run(to(0x1100, 0, first))->reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
    must(breakpoint_delete(session->control, b));
    b = BREAK(.at = "*0x1200", .condition = "0");
    stops_with(at(1, 0x1200, "")); /* which would not stop: the place does */
    assert_int_equal(run(to(0x1200, 0, first))->reason, STOP_STEP);
    assert_int_equal(final.breakpoint, b->id);
}

/* Where a thread stood is kept for whoever shows what has moved. */
static void test_left(void **state)
{
    (void)state;
    stands_at(0x1040);
    uint64_t pc;
    must(thread_pc(session->target, thread(first), &pc));
    stops_with("W00");
    START(.kind = PLAN_CONTINUE);
    assert_true(thread(first)->has_last_pc && thread(first)->last_pc == 0x1040);
    assert_true(take_stop(false));
}

static void test_continue_times(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100"), *once = BREAK(.at = "*0x1200", .once = true);
    int spent = once->id;
    stops_with(at(1, 0x1200, ""));
    stops_with(at(1, 0x1100, ""));
    stops_with(at(1, 0x1101, ""));
    stops_with(at(1, 0x1100, ""));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE, .times = 3)->breakpoint, b->id);
    assert_int_equal(b->hits, 2);
    assert_null(breakpoint_find(session->control, spent)); /* gone with the stop that was passed by */
}

/* -- what is nobody's stop ------------------------------------------------------------------------- */

static void test_late_and_unlikely(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    must(breakpoint_delete(session->control, b));
    stops_with(at(2, 0x1100, ""));
    stops_with(at(1, 0x1200, "library:;"));
    stops_with(at(1, 0x1200, "create:;"));
    stops_with(at(1, 0x1200, "vforkdone:;"));
    stops_with("W05");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_EXITED);
    assert_int_equal(final.exit_code, 5);
    assert_int_equal(sent("vCont;c"), 5);
}

static void test_watch_of_nobody(void **state)
{
    (void)state;
    stops_with(at(1, 0x1200, "watch:1800;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_WATCHPOINT);
    struct breakpoint *b = NULL;
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it", .ignore = 1}, 0x1800, 4,
                        SITE_WRITE, &b));
    stops_with(at(1, 0x1200, "watch:1800;"));
    stops_with(at(1, 0x1204, "watch:1800;"));
    stops_with(at(1, 0x1208, ""));
    played.memory[0x800] = 1;
    RUN(.kind = PLAN_CONTINUE);
    assert_int_equal(final.pc, 0x1208); /* ignored, and then one that changed nothing */
    assert_int_equal(b->hits, 1);
    stops_with(at(1, 0x1210, "watch:1800;"));
    played.memory[0x800] = 2;
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->watchpoint, b->id);
    assert_int_equal(final.pc, 0x1210);
    assert_int_equal(b->hits, 2);
}

/* A write of what is there already is passed by, and ends the step that it is in; a read of it is a hit. */
static void test_watch_of_the_same(void **state)
{
    (void)state;
    struct breakpoint *write = NULL, *any = NULL;
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, 0x1800, 4, SITE_WRITE,
                        &write));
    stops_with(at(1, 0x1204, "watch:1800;"));
    assert_int_equal(run(stepping(PLAN_STEPI, 1))->reason, STOP_STEP);
    assert_int_equal(final.pc, 0x1204);
    assert_int_equal(write->hits, 0);
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, 0x1900, 4, SITE_ACCESS,
                        &any));
    stops_with(at(1, 0x1208, "watch:1800;"));
    stops_with(at(1, 0x120c, "awatch:1900;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->watchpoint, any->id);
}

static void test_forks(void **state)
{
    (void)state;
    rule("D", "OK");
    stops_with(at(1, 0x1200, "fork:p7.7;"));
    stops_with(at(1, 0x1200, "vfork:p8.8;"));
    stops_with(at(1, 0x1200, "syscall_entry:1;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_SYSCALL);
    assert_int_equal(sent("D;7") + sent("D;8"), 2);
    session->control->follow.stop = true;
    stops_with(at(1, 0x1200, "fork:p9.9;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_FORK);
    stops_with(at(1, 0x1200, "exec:2f6e6f7768657265;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_EXEC);
    stops_with(at(1, 0x1200, "replaylog:end;"));
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_HISTORY_END);
}

/* -- several processes ----------------------------------------------------------------------------- */

static void test_one_of_several_ends(void **state)
{
    (void)state;
    threads_clear(&session->target->threads);
    thread((struct ptid){1, 1})->state = THREAD_STOPPED;
    thread((struct ptid){2, 2})->state = THREAD_STOPPED;
    session->target->threads.current = (struct ptid){1, 1};
    session->target->threads.has_current = true;
    session->control->follow.mode = FOLLOW_BOTH;
    session->control->follow.count = 2;
    session->control->follow.processes[0] = (struct process){.pid = 1};
    session->control->follow.processes[1] = (struct process){.pid = 2};
    stops_with("W03;process:1");
    stops_with("X09;process:2");
    assert_int_equal(RUN(.kind = PLAN_CONTINUE)->reason, STOP_KILLED);
    assert_int_equal(final.signal, 9);
    assert_true(told("\"event\":\"process-exited\",\"pid\":1,\"exit_code\":3"));
    assert_int_equal(sent("vCont;c"), 2);
}

/* -- the end of a plan ----------------------------------------------------------------------------- */

static void test_ended(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1000");
    *step_off() = TRI_NO;
    stops_with(at(1, 0x1001, ""));
    START(.kind = PLAN_CONTINUE);
    struct site *p = b->locations[0].site;
    assert_true(p->removed);
    assert_int_equal(session->control->plan.phase, PHASE_OFF);
    plan_end(session->control); /* given up in the middle of it */
    assert_false(p->removed || session->control->plan_active);
    session->control->plan.target_count = 0;
    plan_end(session->control); /* nothing is left to be ended */
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
    session->target->state = TARGET_STOPPED;
    must(breakpoint_delete(session->control, b));
    stops_with(at(1, 0x1001, ""));
    start(to(0x1300, 0, first));
    assert_int_equal(site_at(session->control, 0x1300)->users, 1);
    plan_end(session->control);
    assert_int_equal(site_at(session->control, 0x1300)->users, 0);
    assert_int_equal(session->control->plan.target_count, 0);
    must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
    session->target->state = TARGET_STOPPED;
}

#define TEST(f) TEST_ON(machine, f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_steps_off),
        TEST(test_own_trap),
        TEST(test_must_remove),
        TEST(test_jump_to_itself),
        TEST(test_onto_the_next),
        TEST(test_other_thread_meanwhile),
        TEST(test_signal_meanwhile),
        TEST(test_off_with_a_signal),
        TEST(test_signals),
        TEST(test_handler_within_a_step),
        TEST(test_other_threads_signal_within_a_step),
        TEST(test_back_from_handler),
        TEST(test_swallowed),
        TEST(test_interrupted),
        TEST(test_held),
        TEST_ON(played_plain, test_interrupted_by_a_trap),
        TEST(test_several_steps),
        TEST(test_steps_unseen),
        TEST(test_to_a_place),
        TEST_ON(played_with_acks, test_refused_removal),
        TEST(test_to_a_frame),
        TEST(test_breakpoints_and_places),
        TEST(test_left),
        TEST(test_continue_times),
        TEST(test_late_and_unlikely),
        TEST(test_watch_of_nobody),
        TEST(test_watch_of_the_same),
        TEST(test_forks),
        TEST(test_one_of_several_ends),
        TEST(test_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
