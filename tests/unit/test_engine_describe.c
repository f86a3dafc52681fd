/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registers are, when that changes: a value is right or not there, never another register's. */
#include "engine_played.h"

#include "engine/session/architecture.h"
#include "engine/target/description.h"
#include "engine/target/processor.h"

#define I386                                                                                                 \
    "l<target><architecture>i386</architecture><feature name=\"org.gnu.gdb.i386.core\">"                     \
    "<reg name=\"eax\" bitsize=\"32\"/><reg name=\"esp\" bitsize=\"32\"/><reg name=\"eip\" bitsize=\"32\"/>" \
    "</feature></target>"

static struct thread *current(void)
{
    struct thread *t = NULL;
    must(threads_current(session->target, &t));
    return t;
}

static uint64_t value(const char *name)
{
    uint64_t ret;
    must(register_value(session->target, current(), name, &ret));
    return ret;
}

/* What is asked at the next stop is not waited for: whoever is silent then, is so however fast or slow. */
static bool impatient;

/* All that was sent before has come to the stub. */
static void all_has_come(void)
{
    unsigned char byte;
    must(memory_read(session->target, 0x1fff, &byte, 1));
}

static struct stop run_to(const char *reply)
{
    const struct plan plan = {.kind = PLAN_CONTINUE, .times = 1};
    struct rsp_stop stop;
    struct stop final;
    bool stopped = false, done = false;
    stops_with(reply);
    must(plan_start(session->control, &plan));
    must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
    int64_t usual = rsp_timeout(session->target->connection);
    rsp_set_timeout(session->target->connection, impatient ? 1 : usual);
    must(plan_on_stop(session->control, &stop, &final, &done));
    rsp_set_timeout(session->target->connection, usual);
    assert_true(done);
    impatient = false;
    plan_end(session->control);
    return final;
}

/* The file need not be here. */
static void executes(void)
{
    assert_int_equal(run_to("T05exec:2f6e6f736967;thread:1;").reason, STOP_EXEC);
}

static void test_exec(void **state)
{
    (void)state;
    assert_int_equal(value("rip"), PLAYED_BASE);
    rule("qXfer:features:read:target.xml:0,", I386);
    rule("g", "110000002200000033000000");
    executes();
    assert_ptr_equal(session->target->arch, &arch_i386);
    assert_null(register_find(session->target, "rip"));
    assert_int_equal(value("eip"), 0x33);
    assert_int_equal(value("sp"), 0x22);
    assert_false(current()->has_previous);
}

/* Where nobody says what it is now, nothing is read by what it was. */
static void test_exec_of_something(void **state)
{
    (void)state;
    assert_int_equal(value("rip"), PLAYED_BASE);
    rule("qXfer:features:read:target.xml:0,", "E01");
    executes();
    uint64_t ret;
    assert_null(session->target->arch);
    must_fail(register_value(session->target, current(), "rip", &ret), ERR_NO_SYMBOL);
}

/* What the user said of a target that says nothing outlives the program that it ran then. */
static void test_exec_of_what_was_said(void **state)
{
    (void)state;
    must(architecture_set(session, "x86-64"));
    rule("qXfer:features:read:target.xml:0,", "E01");
    for (int i = 0; i < 2; i++) {
        executes();
        assert_ptr_equal(session->target->arch, &arch_x86_64);
        assert_int_equal(value("rip"), PLAYED_BASE);
        assert_int_equal(register_find(session->target, "eflags")->offset, 136);
    }
}

/* But not what its stub says of the new one. */
static void test_exec_of_another_than_said(void **state)
{
    (void)state;
    must(architecture_set(session, "x86-64"));
    rule("qXfer:features:read:target.xml:0,",
         "l<target><architecture>riscv:rv64</architecture><feature name=\"org.gnu.gdb.riscv.cpu\">"
         "<reg name=\"pc\" bitsize=\"64\"/></feature></target>");
    rule("g", "7766554433221100");
    executes();
    assert_ptr_equal(session->target->arch, &arch_riscv64);
    assert_int_equal(value("pc"), 0x0011223344556677);
    assert_true(told("the architecture was set to x86-64"));
}

/* -- a stub that does not answer ------------------------------------------------------------------- */

#define DOCUMENT "qXfer:features:read:target.xml:0,"

static void is_not_available(const char *name)
{
    uint64_t ret;
    struct error *e = register_value(session->target, current(), name, &ret);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "not answered"));
    must_fail(e, ERR_UNSUPPORTED);
    struct error *pc = thread_pc(session->target, current(), &ret);
    must_fail(pc, ERR_UNSUPPORTED);
}

/* Its silence says nothing: neither what it was nor what the file is counts. It is told, and asked again. */
static void goes_silent(const char *exec)
{
    rule(DOCUMENT, NULL);
    impatient = true;
    sent_nothing_yet();
    struct stop stop = run_to(exec);
    all_has_come();
    assert_int_equal(stop.reason, STOP_EXEC);
    assert_false(stop.has_pc);
    assert_int_equal(sent(DOCUMENT), 1); /* not twice in one stop */
    assert_true(told("asked for again"));
    assert_null(session->target->arch);
    assert_null(session->target->description);
    is_not_available("rip");
    assert_int_equal(sent("g") + sent("p"), 0);
}

static void test_silent(void **state)
{
    (void)state;
    assert_int_equal(value("rip"), PLAYED_BASE);
    goes_silent("T05exec:2f6e6f736967;thread:1;");
    impatient = true;
    sent_nothing_yet();
    assert_false(run_to("T02thread:1;").has_pc);
    all_has_come();
    assert_int_equal(sent(DOCUMENT), 1);
    assert_true(told("asked for again"));
    is_not_available("rip");
    rule(DOCUMENT, I386);
    rule("g", "110000002200000033000000");
    struct stop stop = run_to("T02thread:1;");
    assert_true(stop.has_pc);
    assert_int_equal(stop.pc, 0x33);
    assert_ptr_equal(session->target->arch, &arch_i386);
    assert_int_equal(value("sp"), 0x22);
    sent_nothing_yet();
    assert_true(run_to("T02thread:1;").has_pc);
    assert_int_equal(sent(DOCUMENT), 0);
}

/* The file says what the processor is only once the stub has said that it does not. */
static void test_silent_beside_a_file(void **state)
{
    (void)state;
    BASE_BUF struct buf exec = {0};
    BASE_FREE char *self = realpath("/proc/self/exe", NULL);
    buf_add_text(&exec, "T05exec:");
    played_hex(&exec, self, strlen(self));
    buf_add_text(&exec, ";thread:1;");
    goes_silent(buf_text(&exec));
    assert_int_equal(symbol_map_count(session->target->map), 1);
    must(session_add_symbols(session, self));
    assert_null(session->target->arch);
    must(architecture_set(session, "x86-64")); /* the user may know */
    assert_int_equal(value("rip"), PLAYED_BASE);
    must(architecture_set(session, "auto"));
    is_not_available("rip");
    rule(DOCUMENT, "");
    run_to("T02thread:1;");
    assert_non_null(session->target->arch);
    assert_ptr_equal(session->target->arch, processor_of_program(session->target));
}

/* What the user has cut off is as open as what was not answered. */
static void test_cut_off(void **state)
{
    (void)state;
    int ends[2];
    struct transport *t = rsp_transport(session->target->connection);
    rule(DOCUMENT, NULL);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "c", 1), 1);
    transport_set_cancel_fd(t, ends[0]);
    must_fail(description_renew(session->target, 0, "/nosig"), ERR_CANCELLED);
    transport_set_cancel_fd(t, -1);
    close(ends[0]);
    close(ends[1]);
    is_not_available("rip");
    run_to("T02thread:1;"); /* it was asked in the stop before */
    rule(DOCUMENT, I386);
    rule("g", "110000002200000033000000");
    assert_int_equal(run_to("T02thread:1;").pc, 0x33);
}

/* Nor is a process beside the session's one taken for what that is. */
static void test_silent_beside(void **state)
{
    (void)state;
    struct ptid other = {7, 7};
    const struct rsp_stop stop = {.kind = RSP_STOP_SIGNAL, .has_thread = true, .thread = other};
    uint64_t ret;
    int64_t usual = rsp_timeout(session->target->connection);
    BASE_BUF struct buf document = {0};
    played_describe(&document);
    rule(DOCUMENT, NULL);
    rsp_set_timeout(session->target->connection, 1);
    must(description_compare(session->target, other.pid));
    rsp_set_timeout(session->target->connection, usual);
    assert_true(told("asked for again"));
    assert_false(description_is_of(session->target, other.pid));
    struct error *e = register_value(session->target, threads_note(session->target, other), "rip", &ret);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "not answered"));
    must_fail(e, ERR_UNSUPPORTED);
    assert_int_equal(value("rip"), PLAYED_BASE); /* the session's own */
    rule(DOCUMENT, buf_text(&document));
    rule("H", "OK");
    all_has_come();
    sent_nothing_yet();
    must(description_ask_again(session->target, &stop));
    assert_int_equal(sent(DOCUMENT), 0); /* that stop */
    must(description_ask_again(session->target, &stop));
    assert_int_equal(sent(DOCUMENT), 1);
    assert_true(description_is_of(session->target, other.pid));
}

/* A process beside the session's own program. */
static void test_another_process(void **state)
{
    (void)state;
    struct ptid other = {7, 7};
    uint64_t ret;
    must(description_compare(session->target, other.pid));
    assert_true(description_is_of(session->target, other.pid));
    rule("qXfer:features:read:target.xml:0,", I386);
    must(description_compare(session->target, other.pid));
    assert_false(description_is_of(session->target, other.pid));
    sent_nothing_yet();
    must_fail(register_value(session->target, threads_note(session->target, other), "rip", &ret),
              ERR_UNSUPPORTED);
    assert_int_equal(sent("g") + sent("p"), 0);
    assert_int_equal(value("rip"), PLAYED_BASE);
    description_forget_process(session->target, other.pid); /* the next of that number is another */
    assert_true(description_is_of(session->target, other.pid));
}

/* Its exec is told with what is known: nothing is read of it by the names of another processor. */
static void test_exec_beside(void **state)
{
    (void)state;
    struct follow *f = &session->control->follow;
    f->processes[f->count++].pid = current()->id.pid;
    f->processes[f->count++].pid = 7;
    rule("qXfer:features:read:target.xml:0,", I386);
    sent_nothing_yet();
    struct stop stop = run_to("T05exec:2f6e6f736967;thread:p7.7;");
    assert_int_equal(stop.reason, STOP_EXEC);
    assert_false(stop.has_pc);
    assert_int_equal(sent("g") + sent("p"), 0);
    assert_ptr_not_equal(session->target->arch, &arch_i386);
}

/* `G` would write zero where the stub did not say what there is. */
static void test_no_zeros(void **state)
{
    (void)state;
    BASE_BUF struct buf g = {0};
    for (unsigned i = 0; i < PLAYED_REGISTERS; i++)
        buf_add_text(&g, i == 3 ? "xxxxxxxxxxxxxxxx" : "0102030405060708");
    rule("P", "");
    rule("g", buf_text(&g));
    rule("G", "OK");
    threads_resumed(session->target);
    must_fail(register_write_value(session->target, current(), "rax", 5), ERR_UNSUPPORTED);
    assert_int_equal(sent("G"), 0);
    must(register_write_value(session->target, current(), "rdx", 5)); /* that one itself */
    assert_int_equal(sent("G0102030405060708"), 1);
}

/* A processor that is in no table: its description says which register is the pc. */
static void test_unknown_processor(void **state)
{
    (void)state;
    BASE_FREE char *spec = played_prepare("", "");
    rule("qXfer:features:read:target.xml:0,",
         "l<target><architecture>m68k</architecture><feature name=\"x\"><reg name=\"d0\" bitsize=\"32\"/>"
         "<reg name=\"here\" bitsize=\"32\" type=\"code_ptr\"/></feature></target>");
    rule("g", "0000001100001100");
    must(session_connect(session, spec));
    session_set_deadline(session, in_seconds(20));
    assert_string_equal(session->target->arch->name, "m68k");
    assert_int_equal(value("pc"), 0x1100);
    assert_int_equal(value("d0"), 0x11);
    uint64_t sp;
    must_fail(thread_sp(session->target, current(), &sp), ERR_UNSUPPORTED);
    struct breakpoint *b = BREAK(.at = "*0x1200");
    rule("g", "0000001100001200");
    assert_int_equal(run_to("S05").breakpoint, b->id);
    session_drop_connection(session, TARGET_DISCONNECTED);
    assert_null(session->target->arch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_exec),
        TEST_ON(played_machine, test_exec_of_something),
        TEST_ON(played_machine, test_exec_of_what_was_said),
        TEST_ON(played_machine, test_exec_of_another_than_said),
        TEST_ON(played_machine, test_silent),
        TEST_ON(played_machine, test_silent_beside_a_file),
        TEST_ON(played_machine, test_cut_off),
        TEST_ON(played_machine, test_silent_beside),
        TEST_ON(played_machine, test_another_process),
        TEST_ON(played_machine, test_exec_beside),
        TEST_ON(played_machine, test_no_zeros),
        cmocka_unit_test_teardown(test_unknown_processor, played_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
