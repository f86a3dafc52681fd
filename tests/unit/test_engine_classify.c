/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stop is: every reason a stub may give, and what is known of sites, threads and the plan under way.
 */
#include "engine_played.h"

#include "engine/control/time/driver.h"
#include "engine/control/stop/classify.h"

static const struct ptid first = {0, 1}, second = {0, 2};

static struct stop last;

static struct error *try_classify(const char *reply)
{
    struct rsp_stop from;
    must(rsp_stop_parse(reply, strlen(reply), &from));
    target_forget(session->target);
    threads_resumed(session->target);
    rsp_forget_selected(session->target->connection);
    for (size_t i = 0; i < session->target->threads.count; i++)
        if (session->target->threads.items[i]->state == THREAD_STOPPED)
            session->target->threads.items[i]->state = THREAD_RUNNING;
    session->target->state = TARGET_RUNNING;
    memset(&last, 0x55, sizeof last);
    struct error *e = stop_classify(session->control, &from, &last);
    session->target->state = TARGET_STOPPED;
    return e;
}

static struct stop *classify(const char *reply)
{
    must(try_classify(reply));
    return &last;
}

static struct thread *thread(struct ptid id)
{
    return threads_note(session->target, id);
}

/* A plan as if it were under way. */
static void plan(enum plan_phase phase, struct ptid id)
{
    session->control->plan_active = true;
    session->control->plan =
        (struct plan){.kind = PLAN_STEPI, .phase = phase, .has_thread = id.tid != 0, .thread = id};
}

static int machine(void **state)
{
    played_machine(state);
    thread(second)->state = THREAD_STOPPED;
    sent_nothing_yet();
    return 0;
}

static int end(void **state)
{
    session->control->plan_active = false;
    session->control->time.driver = NULL;
    session->target->arch = &arch_x86_64;
    return played_end(state);
}

/* -- kinds ----------------------------------------------------------------------------------------- */

static void test_ends(void **state)
{
    (void)state;
    assert_int_equal(classify("W07")->reason, STOP_EXITED);
    assert_true(last.has_exit_code && last.exit_code == 7);
    assert_false(last.has_thread || last.has_pc);
    assert_int_equal(classify("W")->reason, STOP_EXITED);
    assert_false(last.has_exit_code);
    assert_int_equal(classify("X09")->reason, STOP_KILLED);
    assert_int_equal(last.signal, 9);
    assert_int_equal(sent(""), 0);
    assert_int_equal(classify("w00;2")->reason, STOP_SIGNAL); /* one thread of several: no signal */
    assert_int_equal(last.signal, 0);
    assert_int_equal(last.thread.tid, 2);
}

static void test_nothing_left(void **state)
{
    (void)state;
    thread((struct ptid){0, 3})->state = THREAD_HELD;
    plan(PHASE_STEP, second);
    session->control->plan.thread = second;
    rule("qfThreadInfo", "m2,3");
    assert_int_equal(classify("N")->reason, STOP_THREAD_EXITED);
    assert_true(last.has_thread && ptid_equal(last.thread, second));
    assert_int_equal(thread(second)->state, THREAD_STOPPED);
    assert_int_equal(thread((struct ptid){0, 3})->state, THREAD_HELD);
    assert_true(session->target->threads.has_current && ptid_equal(session->target->threads.current, second));
    session->control->plan.has_thread = false;
    assert_false(classify("N")->has_thread);
    session->control->plan.has_thread = true;
    session->control->plan_active = false;
    assert_false(classify("N")->has_thread);
    assert_int_equal(session->target->threads.items[0]->state, THREAD_STOPPED);
    rule("qfThreadInfo", "m2");
    classify("N");
    assert_int_equal(session->target->threads.count, 1);
    assert_true(session->target->threads.has_current && ptid_equal(session->target->threads.current, second));
    threads_clear(&session->target->threads);
    rule("qfThreadInfo", "l");
    classify("N");
    assert_int_equal(session->target->threads.count, 0);
    assert_false(session->target->threads.has_current);
}

/* -- whose ----------------------------------------------------------------------------------------- */

static void test_thread_that_is_named(void **state)
{
    (void)state;
    session->target->threads.has_current = false;
    thread(first)->state = thread(second)->state = THREAD_STOPPED;
    thread((struct ptid){0, 3})->state = THREAD_HELD;
    played.selected = 2;
    assert_true(classify("T0bthread:2;core:5;")->has_thread);
    assert_int_equal(last.thread.tid, 2);
    assert_true(session->target->threads.has_current && session->target->threads.has_stopped);
    assert_true(ptid_equal(session->target->threads.current, second) &&
                ptid_equal(session->target->threads.stopped, second));
    assert_int_equal(sent("qC") + sent("Hg"), 0); /* it is the selected one already */
    assert_int_equal(last.pc, played.registers[2][PLAYED_RIP]);
    assert_int_equal(thread(first)->state, THREAD_STOPPED);
    assert_int_equal(thread(second)->state, THREAD_STOPPED);
    assert_int_equal(thread((struct ptid){0, 3})->state, THREAD_HELD);
    assert_int_equal(thread(second)->core, 5);
    classify("T0bthread:2;");
    assert_int_equal(thread(second)->core, 5); /* not told anew */
    classify("T0bthread:2;core:0;");
    assert_int_equal(thread(second)->core, 0);
    thread(second)->state = THREAD_HELD; /* one that was to stay has stopped all the same */
    classify(at(2, 0x1100, ""));
    assert_int_equal(thread(second)->state, THREAD_HELD);
    thread(second)->state = THREAD_UNKNOWN;
    classify(at(2, 0x1100, ""));
    assert_int_equal(thread(second)->state, THREAD_STOPPED);
}

/* Nobody is named: it is the one that runs alone, or the stub is asked. */
static void test_thread_that_is_not_named(void **state)
{
    (void)state;
    static const char *const replies[] = {"S0b", "T0b", "T0bthread:0;", "T0bthread:-1;"};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        sent_nothing_yet();
        plan(PHASE_STEP, second);
        assert_int_equal(classify(replies[i])->thread.tid, 2);
        session->control->plan.off_thread = first;
        assert_int_equal(classify(replies[i])->thread.tid, 2);
        session->control->plan.phase = PHASE_OFF;
        assert_int_equal(classify(replies[i])->thread.tid, 1);
        session->control->plan.off_thread = second;
        session->control->plan.thread = first;
        assert_int_equal(classify(replies[i])->thread.tid, 2);
        assert_int_equal(sent("qC"), 0);
        session->control->plan_active = false; /* what is left of it does not count */
        session->control->plan.phase = PHASE_STEP;
        session->control->plan.thread = second;
        assert_int_equal(classify(replies[i])->thread.tid, 1);
        plan(PHASE_RUN, (struct ptid){0, 0});
        session->control->plan.thread = second;
        assert_int_equal(classify(replies[i])->thread.tid, 1);
        session->control->plan_active = false;
    }
}

static int silent(void **state)
{
    (void)state;
    played_start("", "");
    rule("qC", "");
    return 0;
}

/* A stub that does not know `qC` has the thread that was selected; without any, the first of its list. */
static void test_thread_that_nobody_knows(void **state)
{
    (void)state;
    session->target->threads.current = second;
    session->target->threads.has_current = true;
    assert_int_equal(classify("S0b")->thread.tid, 2);
    assert_int_equal(sent("qC"), 1);
    session->target->threads.has_current = false;
    assert_int_equal(classify("S0b")->thread.tid, 1);
    rule("qC", "QC1");
    assert_int_equal(classify("S0b")->thread.tid, 1);
    rule("qC", "QCnobody");
    must_fail(try_classify("S0b"), ERR_VIOLATION);
}

/* A stop of a thread that was not let run is told; one that names nobody accuses nobody. */
static void test_not_held(void **state)
{
    (void)state;
    plan(PHASE_STEP, second);
    session->control->hold.sure = session->control->hold.only = true;
    session->control->hold.resumed = first;
    classify("T05");
    assert_int_equal(last.thread.tid, 2);
    assert_false(thread(second)->told_not_held);
    classify(at(1, 0x1100, ""));
    assert_false(thread(first)->told_not_held);
    classify(at(2, 0x1100, ""));
    assert_true(thread(second)->told_not_held);
    session->control->hold.only = session->control->hold.sure = false;
}

/* -- a pc behind the trap -------------------------------------------------------------------------- */

static bool rewound(void)
{
    classify(at(1, 0x1101, ""));
    bool back = last.pc == 0x1100;
    assert_int_equal(last.was_rewound, back);
    assert_int_equal(last.reason, back ? STOP_BREAKPOINT : STOP_SIGNAL);
    assert_int_equal(last.signal, back ? 0 : TARGET_SIGTRAP);
    assert_int_equal(played.registers[1][PLAYED_RIP], last.pc);
    return back;
}

static void test_rewound(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    struct site *p = b->locations[0].site;
    assert_true(rewound());
    assert_int_equal(last.breakpoint, b->id);
    assert_true(p->seen);
    assert_int_equal(classify(at(1, 0x1102, ""))->pc, 0x1102);
    assert_int_equal(classify(at(1, 0x10ff, ""))->pc, 0x10ff);
    p->inserted = false; /* wanted, and not there: it was no trap of ours */
    assert_false(rewound());
    p->inserted = true;
    p->type = SITE_MEMORY;
    session->control->breakpoints.sites.in_memory++;
    assert_true(rewound());
    session->control->breakpoints.sites.in_memory--;
    p->type = SITE_HARDWARE;
    assert_false(rewound());
    p->type = SITE_SOFTWARE;
    plan(PHASE_STEP, first); /* the step from 0x1100 ends there too */
    assert_false(rewound());
    plan(PHASE_OFF, first);
    assert_false(rewound());
    session->control->plan.off_trap = p; /* all run, until that trap */
    assert_true(rewound());
    session->control->plan.off_trap = NULL;
    assert_int_equal(classify(at(1, 0x1101, "swbreak:;"))->pc, 0x1100); /* the stub says that it was a trap */
    plan(PHASE_RETURN, first);
    assert_true(rewound());
    plan(PHASE_STEP, first);
    session->control->plan_active = false;
    assert_true(rewound());
    struct breakpoint *next = BREAK(.at = "*0x1101"); /* it is that one's, where the pc stands */
    assert_int_equal(classify(at(1, 0x1101, ""))->breakpoint, next->id);
    assert_int_equal(last.pc, 0x1101);
}

/* -- traps that are not ours ----------------------------------------------------------------------- */

static void test_trap_of_its_own(void **state)
{
    (void)state;
    struct arch odd = arch_x86_64;
    static const unsigned char trap[] = {0x11, 0x22, 0x33, 0x44};
    played.memory[0x100] = 0xcc;
    assert_int_equal(classify(at(1, 0x1100, "swbreak:;"))->pc, 0x1101);
    assert_int_equal(played.registers[1][PLAYED_RIP], 0x1101);
    assert_int_equal(last.reason, STOP_SIGNAL);
    assert_int_equal(last.signal, TARGET_SIGTRAP);
    assert_false(last.late_hit);
    assert_int_equal(classify(at(1, 0x1200, "swbreak:;"))->pc,
                     0x1200); /* no trap is there: of one gone by now */
    assert_true(last.late_hit);
    assert_int_equal(classify(at(1, 0x9000, "swbreak:;"))->pc, 0x9000); /* nothing can be read */
    assert_false(last.late_hit);
    odd.trap = trap;
    odd.trap_size = 4;
    session->target->arch = &odd;
    memcpy(played.memory + 0x300, trap, 4);
    assert_int_equal(classify(at(1, 0x1300, "swbreak:;"))->pc, 0x1304);
    played.memory[0x303] = 0x45;
    assert_true(classify(at(1, 0x1300, "swbreak:;"))->late_hit);
    session->target->big_endian = true;
    memcpy(played.memory + 0x300, "\x44\x33\x22\x11", 4);
    assert_int_equal(classify("T05swbreak:;10:0000000000001300;thread:1;")->pc, 0x1304);
    memcpy(played.memory + 0x300, trap, 4);
    assert_true(classify("T05swbreak:;10:0000000000001300;thread:1;")->late_hit);
    session->target->big_endian = false;
    session->target->arch = &arch_x86_64;
}

/* INT 3 in two bytes: a stub that sets the pc back by one leaves it in the middle. */
static void test_longer_trap(void **state)
{
    (void)state;
    memcpy(played.memory + 0x100, "\xcd\x03", 2);
    assert_int_equal(classify(at(1, 0x1101, "swbreak:;"))->pc, 0x1102);
    assert_false(last.late_hit);
    assert_int_equal(last.signal, TARGET_SIGTRAP);
}

/* A site that was lately there: another thread may have met it before, and is told of now. */
static void test_late(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    assert_false(classify(at(1, 0x1100, ""))->late_hit);
    assert_int_equal(last.breakpoint, b->id);
    must(breakpoint_delete(session->control, b));
    assert_true(classify(at(1, 0x1100, ""))->late_hit);
    assert_int_equal(last.reason, STOP_SIGNAL);
    sent_nothing_yet();
    assert_false(classify(at(1, 0x1200, ""))->late_hit); /* nothing ever was there */
    assert_int_equal(sent("m"), 0);
    BASE_FREE char *signal = xstrdup(at(1, 0x1100, ""));
    signal[2] = '6';
    assert_false(classify(signal)->late_hit);
    plan(PHASE_STEP, first);
    assert_false(classify(at(1, 0x1100, ""))->late_hit); /* that is the end of the step */
    assert_true(classify(at(2, 0x1100, ""))->late_hit);
    session->control->plan_active = false;
    assert_true(classify(at(1, 0x1100, ""))->late_hit);
    plan(PHASE_STEP, first);
    session->control->plan.has_thread = false;
    assert_true(classify(at(1, 0x1100, ""))->late_hit);
    plan(PHASE_RUN, first);
    assert_true(classify(at(1, 0x1100, ""))->late_hit);
    session->target->arch = NULL; /* nobody knows which register is the pc */
    assert_false(classify(at(1, 0x1100, ""))->late_hit);
    assert_false(last.has_pc);
    assert_false(classify(at(1, 0x1100, "swbreak:;"))->late_hit);
    session->target->arch = &arch_x86_64;
}

/* -- reasons --------------------------------------------------------------------------------------- */

static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        enum stop_reason reason;
    } rows[] = {
        {"library:;", STOP_LIBRARY},
        {"fork:3;", STOP_FORK},
        {"vfork:3;", STOP_FORK},
        {"exec:2f61;", STOP_EXEC},
        {"syscall_entry:1;", STOP_SYSCALL},
        {"syscall_return:1;", STOP_SYSCALL},
        {"replaylog:end;", STOP_HISTORY_END},
        {"replaylog:begin;", STOP_HISTORY_END},
        {"hwbreak:;", STOP_SIGNAL},
        {"vforkdone:;", STOP_SIGNAL},
        {"create:;", STOP_SIGNAL},
        {"", STOP_SIGNAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(classify(at(1, 0x1100, rows[i].more))->reason, rows[i].reason);
        assert_int_equal(last.signal, rows[i].reason == STOP_SIGNAL ? TARGET_SIGTRAP : 0);
        assert_true(last.has_pc && last.pc == 0x1100);
    }
    struct breakpoint *b = BREAK(.at = "*0x1100");
    static const char *const hits[] = {"", "swbreak:;", "hwbreak:;", "create:;", "vforkdone:;"};
    for (size_t i = 0; i < sizeof hits / sizeof *hits; i++) {
        assert_int_equal(classify(at(1, 0x1100, hits[i]))->reason, STOP_BREAKPOINT);
        assert_int_equal(last.breakpoint, b->id);
        assert_int_equal(last.signal, 0);
    }
    session->target->arch = NULL;
    assert_int_equal(classify(at(1, 0x1100, ""))->reason, STOP_SIGNAL);
    session->target->arch = &arch_x86_64;
    BASE_FREE char *signal = xstrdup(at(1, 0x1100, ""));
    memcpy(signal + 1, "0b", 2); /* a signal at a breakpoint is a signal */
    assert_int_equal(classify(signal)->reason, STOP_SIGNAL);
    assert_int_equal(last.signal, 11);
    assert_int_equal(last.breakpoint, 0);
}

static struct breakpoint *watch(uint64_t address, uint64_t length, enum site_type type)
{
    struct breakpoint *b = NULL;
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, address, length, type,
                        &b));
    return b;
}

static void test_watches(void **state)
{
    (void)state;
    assert_int_equal(classify(at(1, 0x1100, "watch:1800;"))->reason, STOP_WATCHPOINT);
    assert_int_equal(last.watchpoint, 0);
    assert_true(session->control->breakpoints.reasons_told);
    const struct breakpoint *write = watch(0x1800, 4, SITE_WRITE), *read = watch(0x1800, 4, SITE_READ);
    const struct breakpoint *any = watch(0x1800, 4, SITE_ACCESS);
    assert_int_equal(classify(at(1, 0x1100, "watch:1800;"))->watchpoint, write->id);
    assert_int_equal(classify(at(1, 0x1100, "rwatch:1803;"))->watchpoint, read->id);
    assert_int_equal(classify(at(1, 0x1100, "awatch:1800;"))->watchpoint, any->id);
    assert_int_equal(classify(at(1, 0x1100, "awatch:1810;"))->watchpoint, 0);
    assert_int_equal(last.signal, 0);
    BASE_FREE char *signal = xstrdup(at(1, 0x1100, "watch:1800;"));
    memcpy(signal + 1, "0b", 2); /* the reason counts, whatever the signal */
    assert_int_equal(classify(signal)->reason, STOP_WATCHPOINT);
}

/* -- the end of a record --------------------------------------------------------------------------- */

static uint64_t position;

static struct error *tell_position(struct control *c, uint64_t *ret)
{
    (void)c;
    *ret = position;
    return NULL;
}

static void test_guard(void **state)
{
    (void)state;
    static const struct time_driver driver = {.name = "played", .position = tell_position};
    const char interrupt[] = "T0210:0011000000000000;thread:1;";
    assert_int_equal(classify(interrupt)->reason, STOP_SIGNAL);
    assert_int_equal(last.signal, TARGET_SIGINT);
    session->control->time.probed = session->control->time.last_known = true;
    session->control->time.driver = &driver;
    session->control->time.last = position = 100;
    assert_int_equal(classify(interrupt)->reason, STOP_HISTORY_END);
    assert_true(last.has_position && last.position == 100 && last.has_pc && last.signal == 0);
    plan(PHASE_STEP, first); /* that was the step to it */
    assert_int_equal(classify(interrupt)->reason, STOP_SIGNAL);
    assert_int_equal(last.signal, TARGET_SIGTRAP);
    assert_false(last.has_position);
    plan(PHASE_STEP, second);
    assert_int_equal(classify(interrupt)->reason, STOP_HISTORY_END);
    position = 99;
    assert_int_equal(classify(interrupt)->reason, STOP_SIGNAL);
    assert_int_equal(last.signal, TARGET_SIGINT);
}

/* -- who is asked ---------------------------------------------------------------------------------- */

static bool asked(struct stop *stop)
{
    bool stops = false;
    must(breakpoint_stops(session->control, stop, &stops));
    return stops;
}

static struct stop breakpoint_stop(struct ptid id, uint64_t pc)
{
    const struct breakpoint *b = breakpoint_at(session->control, pc);
    return (struct stop){.reason = STOP_BREAKPOINT,
                         .has_thread = true,
                         .thread = id,
                         .has_pc = true,
                         .pc = pc,
                         .breakpoint = b ? b->id : 0};
}

static void test_asked(void **state)
{
    (void)state;
    struct stop stop = breakpoint_stop(first, 0x1100);
    assert_true(asked(&stop)); /* nobody's: for the user */
    struct breakpoint *other = BREAK(.at = "*0x1100", .thread = "2"),
                      *no = BREAK(.at = "*0x1100", .condition = "0");
    struct breakpoint *ignore = BREAK(.at = "*0x1100", .ignore = 2),
                      *once = BREAK(.at = "*0x1100", .once = true, .ignore = 1);
    struct breakpoint *hard = BREAK(.at = "*0x1100", .kind = BREAKPOINT_HARDWARE, .condition = "$rax == 1");
    stop = breakpoint_stop(first, 0x1100);
    assert_int_equal(stop.breakpoint, other->id);
    assert_false(asked(&stop));
    assert_false(session->control->breakpoints.any_spent);
    stop = breakpoint_stop(first, 0x1100);
    assert_true(asked(&stop));
    assert_int_equal(stop.breakpoint, once->id);
    assert_true(once->spent && session->control->breakpoints.any_spent);
    stop = breakpoint_stop(second, 0x1100);
    assert_true(asked(&stop));
    assert_int_equal(stop.breakpoint, other->id); /* the first of several that stop */
    assert_int_equal(other->hits, 1);
    assert_int_equal(no->hits, 0);
    assert_int_equal(ignore->hits, 3);
    assert_int_equal(ignore->ignore, 0);
    assert_int_equal(once->hits, 3);
    assert_int_equal(hard->hits, 0);
    assert_false(other->spent || ignore->spent);
    played.registers[1][0] = 1;
    target_forget(session->target);
    threads_resumed(session->target);
    classify(at(1, 0x1100, ""));
    stop = last;
    assert_true(asked(&stop));
    assert_int_equal(stop.breakpoint, ignore->id);
    assert_int_equal(hard->hits, 1);
    stop.has_pc = false;
    assert_false(asked(&stop));
}

/* Two sites of one breakpoint are one hit of it. */
static void test_asked_once(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    struct site *too = site_acquire_for(session->control, b->id, SITE_HARDWARE, 0x1100, 1);
    struct stop stop = breakpoint_stop(first, 0x1100);
    assert_true(asked(&stop));
    assert_int_equal(b->hits, 1);
    site_release_for(session->control, b->id, too);
}

/* One that cannot be decided stops, and is told. */
static void test_undecided(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100", .condition = "*(int *)0x9000 == 1");
    struct stop stop = breakpoint_stop(first, 0x1100);
    assert_true(asked(&stop));
    assert_int_equal(b->hits, 1);
    assert_true(told("the condition of breakpoint 1 (*(int *)0x9000 == 1)"));
}

static struct stop watch_stop(const struct breakpoint *b)
{
    return (struct stop){.reason = STOP_WATCHPOINT,
                         .has_thread = true,
                         .thread = first,
                         .has_pc = true,
                         .pc = 0x1100,
                         .watchpoint = b->id};
}

static void store(uint64_t address, unsigned char value)
{
    played.memory[address - PLAYED_BASE] = value;
    memory_forget(session->target);
}

static void test_asked_of_watches(void **state)
{
    (void)state;
    struct breakpoint *a = watch(0x1800, 4, SITE_WRITE), *same = watch(0x1800, 4, SITE_WRITE);
    struct breakpoint *within = watch(0x1802, 2, SITE_WRITE), *before = watch(0x17f8, 8, SITE_WRITE);
    struct breakpoint *behind = watch(0x1804, 4, SITE_WRITE), *across = watch(0x1800, 8, SITE_WRITE);
    struct breakpoint *read = watch(0x1800, 4, SITE_ACCESS), *off = watch(0x1800, 4, SITE_WRITE);
    struct breakpoint *read_too = watch(0x1800, 4, SITE_ACCESS);
    struct breakpoint *off_across = watch(0x1800, 8, SITE_WRITE), *code = BREAK(.at = "*0x1800");
    must(breakpoint_enable(session->control, off, false));
    must(breakpoint_enable(session->control, off_across, false));
    store(0x1800, 7);
    store(0x17ff, 7); /* these are not said to be hit, though they changed */
    store(0x1804, 7);
    struct stop stop = watch_stop(a);
    assert_true(asked(&stop));
    assert_int_equal(stop.watchpoint, a->id);
    assert_int_equal(stop.reason, STOP_WATCHPOINT);
    assert_int_equal(a->hits, 1);
    assert_int_equal(same->hits, 1);
    assert_int_equal(within->hits, 0); /* its bytes are as they were */
    assert_int_equal(before->hits, 0);
    assert_int_equal(behind->hits, 0);
    assert_int_equal(across->hits, 1);
    assert_int_equal(read->hits + off->hits + off_across->hits + code->hits, 0);
    assert_memory_equal(a->watch_old, "\x90\x90\x90\x90", 4);
    assert_memory_equal(a->watch_new, "\7\x90\x90\x90", 4);
    assert_true(a->watch_new_known);
    store(0x1803, 8);
    stop = watch_stop(a);
    assert_true(asked(&stop));
    assert_memory_equal(a->watch_old, "\7\x90\x90\x90", 4);
    assert_memory_equal(a->watch_new, "\7\x90\x90\x08", 4);
    assert_int_equal(within->hits, 1);
    assert_int_equal(across->hits, 2);
    stop = watch_stop(read); /* of an access: who else is of that kind */
    store(0x1800, 9);
    assert_true(asked(&stop));
    assert_int_equal(read->hits, 1);
    assert_int_equal(read_too->hits, 1);
    assert_int_equal(stop.watchpoint, read->id);
    assert_int_equal(a->hits, 2);
    stop.watchpoint = 99;
    assert_true(asked(&stop)); /* nobody's */
}

/* The value before the next hit is noted also where nobody is told. */
static void test_watch_that_is_passed_by(void **state)
{
    (void)state;
    struct breakpoint *watched = watch(0x1800, 4, SITE_WRITE);
    watched->ignore = 1;
    struct breakpoint *b = BREAK(.at = "*0x1100", .ignore = 1);
    store(0x1800, 7);
    struct stop stop = watch_stop(watched);
    assert_false(asked(&stop));
    assert_memory_equal(watched->watch_new, "\7\x90\x90\x90", 4);
    assert_int_equal(b->hits, 1);
    watched->ignore = 1;
    stop = watch_stop(watched);
    assert_true(asked(&stop)); /* the breakpoint where the store ends */
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    assert_int_equal(stop.breakpoint, b->id);
    stop = watch_stop(watched);
    assert_true(asked(&stop));
    assert_int_equal(stop.reason, STOP_WATCHPOINT);
    assert_int_equal(stop.breakpoint, b->id); /* both are told */
    watched->ignore = 1;
    stop = watch_stop(watched);
    stop.has_pc = false;
    assert_false(asked(&stop));
}

/* -- and nothing counted --------------------------------------------------------------------------- */

static bool would(struct stop *stop)
{
    bool stops = true;
    must(breakpoint_would_stop(session->control, stop, &stops));
    return stops;
}

static void test_would_stop(void **state)
{
    (void)state;
    struct stop stop = breakpoint_stop(first, 0x1100);
    assert_false(would(&stop));
    struct breakpoint *other = BREAK(.at = "*0x1100", .thread = "2"),
                      *no = BREAK(.at = "*0x1100", .condition = "0");
    stop = breakpoint_stop(first, 0x1100);
    assert_false(would(&stop));
    struct breakpoint *yes = BREAK(.at = "*0x1100", .ignore = 5), *more = BREAK(.at = "*0x1100");
    struct breakpoint *hard = BREAK(.at = "*0x1100", .kind = BREAKPOINT_HARDWARE);
    stop = breakpoint_stop(first, 0x1100);
    stop.watchpoint = 77;
    assert_true(would(&stop));
    assert_int_equal(stop.breakpoint, yes->id);
    assert_int_equal(stop.watchpoint, 0);
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    stop = breakpoint_stop(second, 0x1100);
    assert_true(would(&stop));
    assert_int_equal(stop.breakpoint, other->id);
    stop.has_pc = false;
    assert_false(would(&stop));
    assert_int_equal(other->hits + no->hits + yes->hits + more->hits + hard->hits, 0);
    assert_int_equal(yes->ignore, 5);
    struct breakpoint *b = watch(0x1800, 4, SITE_WRITE), *elsewhere = watch(0x1804, 4, SITE_WRITE);
    struct breakpoint *same = watch(0x1800, 4, SITE_WRITE);
    stop = watch_stop(b);
    assert_true(would(&stop));
    assert_int_equal(stop.watchpoint, b->id);
    assert_int_equal(stop.reason, STOP_WATCHPOINT);
    assert_int_equal(stop.breakpoint, 0);
    b->has_thread = true;
    b->thread = second;
    stop = watch_stop(b);
    assert_true(would(&stop));
    assert_int_equal(stop.watchpoint, same->id);
    same->has_thread = true;
    same->thread = second;
    stop = watch_stop(b);
    assert_true(would(&stop));
    assert_int_equal(stop.reason, STOP_BREAKPOINT); /* where it ends */
    assert_int_equal(stop.watchpoint, 0);
    stop = watch_stop(b);
    stop.has_pc = false;
    assert_false(would(&stop));
    assert_int_equal(stop.watchpoint, b->id);
    assert_int_equal(b->hits + elsewhere->hits + same->hits, 0);
}

static void test_first_watch_would_stop(void **state)
{
    (void)state;
    const struct breakpoint *b = watch(0x1800, 4, SITE_WRITE);
    struct stop stop = watch_stop(b);
    stop.has_pc = false;
    assert_true(would(&stop));
    assert_int_equal(stop.watchpoint, b->id);
    stop.watchpoint = 99;
    assert_false(would(&stop));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, machine, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ends),
        TEST(test_nothing_left),
        TEST(test_thread_that_is_named),
        TEST(test_thread_that_is_not_named),
        cmocka_unit_test_setup_teardown(test_thread_that_nobody_knows, silent, end),
        TEST(test_not_held),
        TEST(test_rewound),
        TEST(test_trap_of_its_own),
        TEST(test_longer_trap),
        TEST(test_late),
        TEST(test_reasons),
        TEST(test_watches),
        TEST(test_guard),
        TEST(test_asked),
        TEST(test_asked_once),
        TEST(test_undecided),
        cmocka_unit_test_setup_teardown(test_asked_of_watches, played_process, end),
        cmocka_unit_test_setup_teardown(test_watch_that_is_passed_by, played_process, end),
        TEST(test_would_stop),
        TEST(test_first_watch_would_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
