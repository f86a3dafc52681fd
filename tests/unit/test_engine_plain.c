/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that know little: no thread, no way to select one, no reason, no registers, no processor. */
#include "engine_played.h"

#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "engine/control/run/interrupt.h"
#include "engine/session/architecture.h"

static char *spec;

static int plain(void **state)
{
    (void)state;
    spec = played_prepare("", "");
    rule("?", "S05");
    return 0;
}

static int end(void **state)
{
    free(spec);
    return played_end(state);
}

static void connect_to(void)
{
    must(session_connect(session, spec));
    session_set_deadline(session, in_seconds(20));
}

static uint64_t pc(void)
{
    struct thread *t;
    uint64_t ret;
    must(threads_current(session->target, &t));
    must(thread_pc(session->target, t, &ret));
    return ret;
}

/* simavr and mspdebug: one thread without a name. None is made up on the wire, and what is read is its. */
static void test_nameless(void **state)
{
    (void)state;
    rule("qC", "");
    rule("qfThreadInfo", "");
    rule("H", "");
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(sent("H"), 0);
    char name[32];
    thread_name(session->target->threads.current, name, sizeof name);
    assert_string_equal(name, "p1.1");
    struct thread *t;
    must(threads_by_name(session->target, "p1.1", &t));
    assert_int_equal(t->id.tid, 0);
}

/* Those of operating systems that have not started say 0 or -1. */
static void test_nobody(void **state)
{
    (void)state;
    rule("qC", "QC0");
    rule("?", "T05thread:-1;");
    rule("qfThreadInfo", "m0");
    rule("H", "E01");
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(sent("H"), 0);
}

/* Without qC the first thread of the list is selected. */
static void test_only_a_list(void **state)
{
    (void)state;
    rule("qC", "");
    rule("qfThreadInfo", "m2,1");
    connect_to();
    assert_int_equal(session->target->threads.current.tid, 2);
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(sent("Hg2"), 1);
}

/* Emulators of consoles: H is refused for the very thread that they speak of. It is sent once and never
 * again. */
static void test_refused(void **state)
{
    (void)state;
    rule("H", "E01");
    rule("qfThreadInfo", "m1");
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    target_forget(session->target);
    threads_resumed(session->target);
    rsp_forget_selected(session->target->connection);
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(sent("H"), 1);
}

/* What another thread's registers are such a stub cannot say: no value is better than a wrong one. */
static void test_another(void **state)
{
    (void)state;
    rule("H", "");
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    uint64_t value;
    must_fail(thread_pc(session->target, threads_note(session->target, (struct ptid){0, 2}), &value),
              ERR_NO_THREAD);
    must(threads_list(session->target));
    must(registers_fetch_many(session->target, session->target->threads.items,
                              session->target->threads.count));
    assert_true(threads_find(&session->target->threads, (struct ptid){0, 1})->has_g);
    assert_false(threads_find(&session->target->threads, (struct ptid){0, 2})->has_g);
    assert_int_equal(sent("H"), 1);
    const struct rsp_action other = {.thread = {0, 2}, .how = RSP_STEP};
    must_fail(rsp_resume_actions(session->target->connection, &other, 1), ERR_NO_THREAD);
    assert_int_equal(sent("s"), 0);
}

/* A stub that does select threads means its refusal. */
static void test_meant(void **state)
{
    (void)state;
    rule("?", "T05thread:1;");
    connect_to();
    struct thread *second = threads_note(session->target, (struct ptid){0, 2});
    uint64_t value;
    must(thread_pc(session->target, second, &value));
    rule("H", "E16");
    target_forget(session->target);
    threads_resumed(session->target);
    must_fail(thread_pc(session->target, threads_note(session->target, (struct ptid){0, 1}), &value),
              ERR_NO_THREAD);
}

static struct error *kill_command(void)
{
    cJSON *result = NULL;
    struct error *e = command_execute(session, command_find("kill"), NULL, &result);
    cJSON_Delete(result);
    return e;
}

/* A stub that knows neither way to end the program has not ended it: that is said, and the target, with what
 * is inserted, is still there. */
static void test_not_killed(void **state)
{
    (void)state;
    connect_to();
    BREAK(.at = "*0x1100");
    rule("k", "");
    must_fail(kill_command(), ERR_UNSUPPORTED);
    rule("k", "E01");
    must_fail(kill_command(), ERR_REFUSED);
    assert_int_equal(session->target->state, TARGET_STOPPED);
    assert_int_equal(pc(), PLAYED_BASE);
    assert_true(session_has_sites(session));
    assert_int_equal(sent("k"), 2);
    assert_int_equal(sent("vKill"), 0); /* which process? */
    rule("k", "OK");
    must(kill_command());
    assert_int_equal(session->target->state, TARGET_DISCONNECTED);
}

static void test_no_reason(void **state)
{
    (void)state;
    rule("?", "");
    connect_to();
    assert_int_equal(session->target->state, TARGET_STOPPED);
    assert_int_equal(pc(), PLAYED_BASE);
}

/* A description may name the architecture alone: its registers are the usual ones then, and `g` may have
 * more. */
static void test_architecture_alone(void **state)
{
    (void)state;
    rule("qXfer:features:read:target.xml:0,", "l<target><architecture>i386:x86-64</architecture></target>");
    connect_to();
    const struct rsp_register *flags = register_find(session->target, "eflags");
    assert_non_null(flags);
    assert_int_equal(flags->offset, 136);
    assert_int_equal(pc(), PLAYED_BASE);
    assert_false(told("`g` has"));
}

/* mGBA: what is behind the end of its document is memory of its own, and is not asked for. */
static void test_nothing_behind_the_end(void **state)
{
    (void)state;
    static const char one[] = "m<target><architecture>i386:x86-64</architecture>", two[] = "l</target>";
    char second[64];
    snprintf(second, sizeof second, "qXfer:features:read:target.xml:%zx,", strlen(one) - 1);
    rule("qSupported", "swbreak+;hwbreak+;qXfer:features:read+");
    rule("qXfer:features:read:target.xml:", "lrubbish");
    rule("qXfer:features:read:target.xml:0,", one);
    rule(second, two);
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(sent("qXfer"), 2);
}

/* Half a register at the end: the description is of something else, and that is said once. */
static void test_length(void **state)
{
    (void)state;
    rule("qXfer:features:read:target.xml:0,", "l<target><architecture>i386:x86-64</architecture></target>");
    rule("p", "E.not while it sleeps");
    rule("g", "11111111111111112222222222222222333333");
    connect_to();
    struct thread *t;
    uint64_t value;
    must(threads_current(session->target, &t));
    must(register_value(session->target, t, "rbx", &value));
    assert_int_equal(value, 0x2222222222222222);
    struct error *e = register_value(session->target, t, "rcx", &value);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "not while it sleeps"));
    must_fail(e, ERR_OPTIMISED_OUT);
    assert_true(
        told("has 19 bytes where this architecture's registers have 164: the first 2 of 24 registers"));
    buf_clear(&events);
    threads_resumed(session->target);
    must(registers_fetch(session->target, t));
    assert_false(told("`g` has"));
}

/* Neither description nor program: memory is there, and what needs to know the processor says so. */
static void test_unknown(void **state)
{
    (void)state;
    rule("qXfer:features", "");
    connect_to();
    assert_null(session->target->arch);
    unsigned char byte;
    must(memory_read(session->target, PLAYED_BASE, &byte, 1));
    must(memory_write(session->target, PLAYED_BASE, "\xcc", 1));
    struct breakpoint *w = BREAK(.at = "*0x1200");
    assert_int_equal(w->locations[0].site->type, SITE_SOFTWARE);
    assert_int_equal(sent("Z0,1200,1"), 1);
    rule("Z", "");
    w = BREAK(.at = "*0x1300");
    assert_null(w->locations[0].site);
    BASE_ERROR struct error *e = breakpoint_set(
        session->control, &(struct breakpoint_request){.at = "*0x1400", .kind = BREAKPOINT_MEMORY}, &w);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "no trap instruction is known"));
}

/* mspdebug answers with the document of another question: it has no list, and is asked once. */
static void test_list_that_is_none(void **state)
{
    (void)state;
    rule("qC", "");
    rule("qfThreadInfo", "<?xml version=\"1.0\"?><threads></threads>");
    rule("H", "");
    connect_to();
    assert_int_equal(pc(), PLAYED_BASE);
    target_forget(session->target);
    threads_resumed(session->target);
    must(threads_list(session->target));
    assert_int_equal(session->target->threads.count, 1);
    assert_int_equal(sent("qfThreadInfo"), 1);
}

/* One that had a list means something else by such an answer. */
static void test_list_that_was_one(void **state)
{
    (void)state;
    connect_to();
    must(threads_list(session->target));
    rule("qfThreadInfo", "<threads/>");
    threads_resumed(session->target);
    must_fail(threads_list(session->target), ERR_VIOLATION);
}

static struct stop runs_to_a_stop(enum plan_kind kind)
{
    const struct plan plan = {.kind = kind,
                              .times = 1,
                              .has_thread = kind == PLAN_STEPI,
                              .thread = session->target->threads.current};
    struct stop stop;
    bool done = false;
    sent_nothing_yet();
    must(plan_start(session->control, &plan));
    while (!done)
        must(session_pump(session, in_seconds(20), -1, &stop, &done));
    return stop;
}

/*
 * simavr with a breakpoint, and nobody knows which register is the pc: it may be the breakpoint that the
 * target stands at, so each run begins with one instruction without any.
 */
static void test_breakpoint_somewhere(void **state)
{
    (void)state;
    rule("qXfer:features", "");
    rule("qC", "");
    rule("qfThreadInfo", "");
    connect_to();
    BREAK(.at = "*0x1200");
    stops_with("T05");
    stops_with("T05");
    struct stop stop = runs_to_a_stop(PLAN_CONTINUE);
    assert_int_equal(stop.reason, STOP_SIGNAL);
    assert_false(stop.has_pc);
    assert_int_equal(sent("z0,1200,1"), 1);
    assert_int_equal(sent("s"), 1);
    assert_int_equal(sent("Z0,1200,1"), 1);
    assert_int_equal(sent("c"), 1);
    stops_with("T05");
    assert_int_equal(runs_to_a_stop(PLAN_STEPI).reason, STOP_STEP);
    assert_int_equal(sent("z0,1200,1"), 1);
    assert_int_equal(sent("s"), 1);
    assert_int_equal(sent("c"), 0);
}

/* The same where the stub does not tell the pc. */
static void test_breakpoint_without_pc(void **state)
{
    (void)state;
    rule("qXfer:features:read:target.xml:0,", "l<target><architecture>i386:x86-64</architecture></target>");
    rule("g", "1111111111111111");
    rule("p", "E01");
    connect_to();
    BREAK(.at = "*0x1200");
    stops_with("S05");
    stops_with("S05");
    assert_int_equal(runs_to_a_stop(PLAN_CONTINUE).reason, STOP_SIGNAL);
    assert_int_equal(sent("s") + sent("c"), 2);
}

/* The user's word does as well as a program. */
static void test_told_by_the_user(void **state)
{
    (void)state;
    rule("qXfer:features", "");
    connect_to();
    must_fail(architecture_set(session, "pdp11"), ERR_USAGE);
    must(architecture_set(session, "i386:x86-64")); /* gdb's name */
    assert_string_equal(architecture_name(session), "x86-64");
    assert_int_equal(pc(), PLAYED_BASE);
    assert_int_equal(register_find(session->target, "eflags")->offset, 136);
    must(architecture_set(session, "auto"));
    assert_null(session->target->arch);
    must(architecture_set(session, "riscv64"));
    assert_int_equal(register_find(session->target, "pc")->offset, 256);
}

/* But not against the stub's. */
static void test_told_another(void **state)
{
    (void)state;
    connect_to();
    must_fail(architecture_set(session, "aarch64"), ERR_USAGE);
    assert_string_equal(architecture_name(session), "auto");
    assert_int_equal(pc(), PLAYED_BASE);
}

/* A stub that names its architecture and no register has said it all the same, whatever is set and taken
 * back. */
static void test_told_alone(void **state)
{
    (void)state;
    rule("qXfer:features:read:target.xml:0,", "l<target><architecture>i386:x86-64</architecture></target>");
    connect_to();
    for (int i = 0; i < 2; i++) {
        must(architecture_set(session, "auto"));
        assert_ptr_equal(session->target->arch, &arch_x86_64);
        assert_int_equal(pc(), PLAYED_BASE);
        must_fail(architecture_set(session, "aarch64"), ERR_USAGE);
        assert_string_equal(architecture_name(session), "auto");
        assert_ptr_equal(session->target->arch, &arch_x86_64);
        assert_int_equal(pc(), PLAYED_BASE);
        must(architecture_set(session, "x86-64"));
        assert_int_equal(register_find(session->target, "eflags")->offset, 136);
    }
}

static void runs(void)
{
    const struct plan plan = {.kind = PLAN_CONTINUE, .times = 1};
    must(plan_start(session->control, &plan));
    assert_int_equal(session->target->state, TARGET_RUNNING);
}

static struct stop stops(void)
{
    struct stop stop;
    bool done = false;
    played.on_interrupt = "T02thread:1;";
    must(interrupt_send(session->control));
    must(session_pump(session, session->target->deadline_ns, -1, &stop, &done));
    assert_true(done);
    return stop;
}

/* What is said while it runs holds from its next stop on, which is read by it. */
static void test_told_while_it_runs(void **state)
{
    (void)state;
    rule("qXfer:features", "");
    connect_to();
    runs();
    must(architecture_set(session, "x86-64"));
    assert_null(session->target->arch); /* nothing can be asked yet */
    struct stop stop = stops();
    assert_true(stop.has_pc);
    assert_int_equal(stop.pc, PLAYED_BASE);
    assert_int_equal(register_find(session->target, "eflags")->offset, 136);
    runs();
    must(architecture_set(session, "riscv64"));
    must(architecture_set(session, "auto"));
    assert_false(stops().has_pc);
    assert_null(session->target->arch);
    assert_null(register_find(session->target, "eflags"));
}

static void test_told_another_while_it_runs(void **state)
{
    (void)state;
    connect_to();
    runs();
    must_fail(architecture_set(session, "aarch64"), ERR_USAGE);
    assert_string_equal(architecture_name(session), "auto");
    assert_int_equal(stops().pc, PLAYED_BASE);
    assert_ptr_equal(session->target->arch, &arch_x86_64);
}

enum { LONG_G = 536 };

/* A stub without `P` whose `g` goes on behind the registers that the architecture has: rip is `pc`, the rest
 * counts. With `unknown` the last byte is one that it does not tell. */
static void long_g(uint64_t pc, bool unknown)
{
    static char text[2 * LONG_G + 1];
    unsigned char bytes[LONG_G];
    for (unsigned i = 0; i < LONG_G; i++)
        bytes[i] = (unsigned char)(i % 251);
    memcpy(bytes + 8 * PLAYED_RIP, &pc, sizeof pc);
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, bytes, LONG_G);
    memcpy(text, buf_text(&hex), sizeof text);
    if (unknown)
        memcpy(text + 2 * LONG_G - 2, "xx", 2);
    rule("g", text);
}

static void set_x86_64(void)
{
    rule("qSupported", ""); /* nor a PacketSize: it takes what it gives */
    rule("P", "");
    rule("p", "");
    rule("Z", "");
    connect_to();
    must(architecture_set(session, "x86-64"));
}

/* All that it told goes back with the one register changed in its place. */
static void test_long_g(void **state)
{
    (void)state;
    long_g(0x1101, false);
    rule("G", "OK");
    set_x86_64();
    struct thread *t;
    must(threads_current(session->target, &t));
    must(register_write_value(session->target, t, "rbx", 5));
    assert_int_equal(sent("G00010203040506070500000000000000101112"), 1);
    const char *packet = strstr(buf_text(&played.sent), "\nG") + 1;
    assert_int_equal(strcspn(packet, "\n"), 1 + 2 * LONG_G);
    assert_memory_equal(packet + 1 + 2 * (LONG_G - 3), "1f2021", 6);
    uint64_t value;
    must(register_value(session->target, t, "rbx", &value));
    assert_int_equal(value, 5);
}

static void test_long_g_untold(void **state)
{
    (void)state;
    long_g(0x1101, true);
    rule("G", "OK");
    set_x86_64();
    struct thread *t;
    must(threads_current(session->target, &t));
    must_fail(register_write_value(session->target, t, "rbx", 5), ERR_UNSUPPORTED);
    assert_int_equal(sent("G"), 0);
}

static struct stop hit(const char *condition, struct breakpoint **b)
{
    struct stop stop;
    bool done = false;
    *b = BREAK(.at = "*0x1100", .condition = condition);
    stops_with("S05");
    stops_with("W00"); /* where it is run on from */
    runs();
    must(session_pump(session, session->target->deadline_ns, -1, &stop, &done));
    assert_true(done);
    return stop;
}

/* A trap in memory, with the pc behind it. */
static void test_long_g_hit(void **state)
{
    (void)state;
    long_g(0x1101, false);
    rule("G", "OK");
    set_x86_64();
    struct breakpoint *b;
    struct stop stop = hit(NULL, &b);
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    assert_int_equal(stop.pc, 0x1100);
    assert_int_equal(b->hits, 1);
    assert_false(told("could not be put"));
}

/* Where the pc cannot be set back the hit is one all the same: told, and counted, with the pc as it is. */
static void test_not_set_back(void **state)
{
    (void)state;
    long_g(0x1101, false);
    rule("G", "E01");
    set_x86_64();
    struct breakpoint *b;
    struct stop stop = hit(NULL, &b);
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    assert_int_equal(stop.breakpoint, b->id);
    assert_int_equal(stop.pc, 0x1101);
    assert_int_equal(b->hits, 1);
    assert_true(told("belongs to 0x1100 and could not be put there"));
    assert_int_equal(pc(), 0x1101);
}

/* Nor is it run on from there, within an instruction, where nobody asked for the stop. */
static void test_not_run_on(void **state)
{
    (void)state;
    long_g(0x1101, true);
    set_x86_64();
    struct breakpoint *b;
    struct stop stop = hit("0", &b);
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    assert_int_equal(stop.pc, 0x1101);
    assert_int_equal(session->target->state, TARGET_STOPPED);
    assert_true(told("could not be put there"));
}

/* A step that was made is told, whatever the stub says to `g` then. */
static void test_step_refused(void **state)
{
    (void)state;
    rule("g", "E01");
    set_x86_64();
    const struct plan plan = {
        .kind = PLAN_STEPI, .times = 1, .has_thread = true, .thread = session->target->threads.current};
    struct stop stop;
    bool done = false;
    stops_with("S05");
    must(plan_start(session->control, &plan));
    must(session_pump(session, session->target->deadline_ns, -1, &stop, &done));
    assert_true(done);
    assert_int_equal(stop.reason, STOP_STEP);
    assert_false(stop.has_pc);
    assert_true(told("\"stopped\""));
}

/* It does not fit: said at once, with both numbers. */
static void test_long_g_small_packets(void **state)
{
    (void)state;
    long_g(0x1101, false);
    set_x86_64();
    rsp_features(session->target->connection)->state[FEATURE_PACKET_SIZE].advertised = TRI_YES;
    struct thread *t;
    must(threads_current(session->target, &t));
    struct error *e = register_write_value(session->target, t, "rbx", 5);
    assert_true(error_is(e, ERR_UNSUPPORTED));
    BASE_FREE char *numbers = xasprintf("needs a packet of %d bytes, and it takes %zu", 1 + 2 * LONG_G,
                                        rsp_packet_size(session->target->connection));
    assert_non_null(strstr(e->message, numbers));
    error_free(e);
    assert_int_equal(sent("G"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, plain, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nameless),
        TEST(test_nobody),
        TEST(test_only_a_list),
        TEST(test_refused),
        TEST(test_another),
        TEST(test_meant),
        TEST(test_not_killed),
        TEST(test_no_reason),
        TEST(test_architecture_alone),
        TEST(test_length),
        TEST(test_unknown),
        TEST(test_told_by_the_user),
        TEST(test_told_another),
        TEST(test_told_alone),
        TEST(test_told_while_it_runs),
        TEST(test_told_another_while_it_runs),
        TEST(test_list_that_is_none),
        TEST(test_list_that_was_one),
        TEST(test_breakpoint_somewhere),
        TEST(test_breakpoint_without_pc),
        TEST(test_nothing_behind_the_end),
        TEST(test_long_g),
        TEST(test_long_g_untold),
        TEST(test_long_g_hit),
        TEST(test_not_set_back),
        TEST(test_not_run_on),
        TEST(test_step_refused),
        TEST(test_long_g_small_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
