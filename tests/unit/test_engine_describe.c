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
/* What the user says while it runs. */
static const char *said_meanwhile;

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
    if (said_meanwhile)
        must(architecture_set(session, said_meanwhile));
    said_meanwhile = NULL;
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

/* Nor does it change where the same registers are described as before, unless the user has taken it back. */
static void test_exec_of_the_same(void **state)
{
    (void)state;
    rule("qXfer:features:read:target.xml:0,",
         "l<target><feature name=\"f\"><reg name=\"rax\" bitsize=\"64\"/>"
         "<reg name=\"rip\" bitsize=\"64\"/></feature></target>");
    executes();
    assert_null(session->target->arch);
    session->target->arch = &arch_x86_64; /* as a file says it that is loaded */
    executes();
    assert_ptr_equal(session->target->arch, &arch_x86_64);
    must(architecture_set(session, "x86-64"));
    executes();
    assert_ptr_equal(session->target->arch, &arch_x86_64);
    said_meanwhile = "auto";
    executes();
    assert_null(session->target->arch);
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

static void is_not_answered(struct error *e)
{
    assert_non_null(e);
    assert_non_null(strstr(e->message, "not answered"));
    must_fail(e, ERR_UNSUPPORTED);
}

static void is_not_available(const char *name)
{
    uint64_t ret;
    is_not_answered(register_value(session->target, current(), name, &ret));
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

/* -- processes beside the session's own ------------------------------------------------------------ */

static struct thread *other(int64_t pid)
{
    return threads_note(session->target, (struct ptid){pid, pid});
}

static void selects(int64_t pid)
{
    must(threads_select(session->target, (struct ptid){pid, pid}));
}

/* QEMU's second cluster: asked for when one of its threads is looked at, and once. */
static void test_second_cluster(void **state)
{
    (void)state;
    assert_int_equal(run_to("T05thread:p1.1;").reason, STOP_SIGNAL);
    assert_int_equal(value("rip"), PLAYED_BASE);
    uint64_t ret;
    unsigned char bytes[64];
    const struct rsp_register *rip = register_find(session->target, "rip");
    sent_nothing_yet();
    rule("qXfer:features:read:target.xml:0,", I386);
    rule("Hgp2", "OK");
    rule("Hgp1", "OK");
    rule("g", "110000002200000033000000");
    must_fail(register_read(session->target, other(2), rip, bytes), ERR_UNSUPPORTED);
    assert_int_equal(sent("g") + sent("p"), 0);
    must(thread_pc(session->target, other(2), &ret)); /* for a moment */
    assert_int_equal(ret, 0x33);
    assert_int_equal(sent("qXfer:features"), 1);
    assert_int_equal(value("rip"), PLAYED_BASE);
    assert_false(register_cached(other(2), rip));
    selects(2);
    assert_ptr_equal(session->target->arch, &arch_i386);
    assert_null(register_find(session->target, "rip"));
    assert_int_equal(value("esp"), 0x22);
    selects(1);
    assert_int_equal(value("rip"), PLAYED_BASE);
    assert_int_equal(sent("qXfer:features"), 1);
    description_forget_process(session->target, 2); /* the next of that number is another */
    selects(2);
    assert_int_equal(sent("qXfer:features"), 2);
}

/* Many at once, and what is kept from one stop to the next. */
static void test_all_threads(void **state)
{
    (void)state;
    run_to("T05thread:p1.1;");
    struct thread *threads[] = {current(), other(2), other(3),
                                threads_note(session->target, (struct ptid){1, 5})};
    rule("qXfer:features:read:target.xml:0,", I386);
    rule("H", "OK");
    rule("g", "110000002200000033000000");
    must(registers_fetch_pcs(session->target, threads, 4));
    assert_true(threads[1]->has_g && threads[2]->has_g);
    assert_ptr_equal(threads[1]->laid_by, threads[2]->laid_by);
    assert_ptr_not_equal(threads[0]->laid_by, threads[1]->laid_by);
    threads_leave(session->target);
    assert_true(threads[1]->has_last_pc);
    assert_int_equal(threads[1]->last_pc, 0x33);
}

/* Where it cannot be had, there are no values. */
static void test_second_without(void **state)
{
    (void)state;
    run_to("T05thread:p1.1;");
    rule("qXfer:features:read:target.xml:0,", "E01");
    rule("H", "OK");
    sent_nothing_yet();
    uint64_t ret;
    must_fail(thread_pc(session->target, other(2), &ret), ERR_UNSUPPORTED);
    selects(2);
    assert_null(session->target->arch);
    must_fail(register_value(session->target, other(2), "rip", &ret), ERR_NO_SYMBOL);
    must_fail(registers_fetch(session->target, other(2)), ERR_UNSUPPORTED);
    assert_int_equal(sent("g") + sent("p"), 0);
    assert_int_equal(sent("qXfer:features"), 1);
    selects(1);
    assert_int_equal(value("rip"), PLAYED_BASE);
}

/* Beyond the limits nothing is made up, and nothing grows. */
static void test_many_processes(void **state)
{
    (void)state;
    static char documents[DESCRIPTIONS_MOST + 1][200];
    run_to("T05thread:p1.1;");
    rule("H", "OK");
    rule("g", "110000002200000033000000");
    for (int i = 0; i <= DESCRIPTIONS_MOST; i++) {
        snprintf(
            documents[i], sizeof documents[i],
            "l<target><architecture>i386</architecture><feature name=\"f\"><reg name=\"eip\" bitsize=\"32\"/>"
            "<reg name=\"x%d\" bitsize=\"32\"/></feature></target>",
            i);
        rule("qXfer:features:read:target.xml:0,", documents[i]);
        uint64_t ret;
        struct error *e = thread_pc(session->target, other(10 + i), &ret);
        if (i < DESCRIPTIONS_MOST - 1)
            must(e);
        else
            must_fail(e, ERR_UNSUPPORTED);
    }
    rule("qXfer:features:read:target.xml:0,", documents[0]);
    for (int i = 0; i < 2 * DESCRIBED_PROCESSES_MOST; i++) {
        uint64_t ret;
        must(thread_pc(session->target, other(100 + i), &ret));
        assert_int_equal(ret, 0x11);
    }
    assert_int_equal(value("rip"), PLAYED_BASE);
}

/* What another process has in its memory is another's. */
static void test_memory_of_another(void **state)
{
    (void)state;
    unsigned char byte;
    run_to("T05thread:p1.1;");
    rule("H", "OK");
    session->target->is_process = true;
    must(memory_read(session->target, PLAYED_BASE, &byte, 1));
    selects(2);
    played.memory[0] = 0x5a;
    must(memory_read(session->target, PLAYED_BASE, &byte, 1));
    assert_int_equal(byte, 0x5a);
}

/* What is attached to is let go as well, or QEMU's machine would stand for ever. */
static void test_detach_from_all(void **state)
{
    (void)state;
    played_end(state);
    played_start(";multiprocess+", "vCont;c;C;s;S");
    rule("H", "OK");
    rule("vAttach;2", "T05thread:p2.5;");
    run_to("T05thread:p1.1;");
    must(session_attach_process(session, 2));
    sent_nothing_yet();
    must(session_leave(session, false));
    assert_int_equal(sent("D;1"), 1);
    assert_int_equal(sent("D;2"), 1);
}

/* Here the first one was not named: what is named is asked all the same. */
static void test_attach_to_another(void **state)
{
    (void)state;
    must_fail(session_attach_process(session, 2), ERR_UNSUPPORTED);
    played_end(state);
    played_start(";multiprocess+", "vCont;c;C;s;S");
    rule("H", "OK");
    rule("vAttach;3", "E22");
    rule("vAttach;2", "T05thread:p2.5;");
    must_fail(session_attach_process(session, 3), ERR_REFUSED);
    rule("qXfer:features:read:target.xml:0,", I386);
    rule("g", "110000002200000033000000");
    must(session_attach_process(session, 2));
    assert_int_equal(session->target->threads.current.pid, 2);
    assert_int_equal(session->control->last_stop.reason, STOP_ATTACH);
    assert_int_equal(session->control->last_stop.pc, 0x33);
    must(threads_select(session->target, (struct ptid){0, 1}));
    assert_int_equal(value("rip"), PLAYED_BASE);
}

/* It is chosen before: only the question is not waited for. */
static void asks_in_vain(int64_t pid)
{
    struct rsp_connection *c = session->target->connection;
    int64_t usual = rsp_timeout(c);
    uint64_t ret;
    must(rsp_select_thread(c, other(pid)->id));
    rsp_set_timeout(c, 1);
    is_not_answered(thread_pc(session->target, other(pid), &ret));
    rsp_set_timeout(c, usual);
    all_has_come();
}

/* Nor is a process beside the session's one taken for what that is. */
static void test_silent_beside(void **state)
{
    (void)state;
    uint64_t ret;
    run_to("T05thread:p1.1;");
    BASE_BUF struct buf document = {0};
    played_describe(&document);
    rule("H", "OK");
    rule(DOCUMENT, NULL);
    sent_nothing_yet();
    asks_in_vain(7);
    assert_true(told("asked for again"));
    assert_false(description_is_of(session->target, 7));
    is_not_answered(register_value(session->target, other(7), "rip", &ret));
    assert_int_equal(value("rip"), PLAYED_BASE); /* the session's own */
    assert_int_equal(sent(DOCUMENT), 1);
    rule(DOCUMENT, buf_text(&document));
    is_not_answered(thread_pc(session->target, other(7), &ret)); /* that stop */
    assert_int_equal(sent(DOCUMENT), 1);
    description_new_stop(session->target);
    must(thread_pc(session->target, other(7), &ret));
    assert_int_equal(sent(DOCUMENT), 3); /* twice, as the first answer may be the one that is missing */
    assert_true(description_is_of(session->target, 7));
    must(thread_pc(session->target, other(7), &ret));
    assert_int_equal(sent(DOCUMENT), 3);
}

/* Several that say nothing need one place, and each is asked when it stops. */
static void test_many_silent_beside(void **state)
{
    (void)state;
    uint64_t ret;
    run_to("T05thread:p1.1;");
    rule("H", "OK");
    rule(DOCUMENT, NULL);
    for (int i = 0; i <= DESCRIPTIONS_MOST; i++)
        asks_in_vain(10 + i);
    rule(DOCUMENT, I386);
    rule("g", "110000002200000033000000");
    assert_int_equal(run_to("T05thread:pb.b;").pc, 0x33);
    assert_ptr_equal(session->target->arch, &arch_i386);
    must(thread_pc(session->target, other(12), &ret));
    assert_int_equal(ret, 0x33);
    selects(1);
    assert_non_null(register_find(session->target, "rip"));
}

/* What the user says is about the session's own process, whichever is selected. */
static void test_said_beside(void **state)
{
    (void)state;
    rule(DOCUMENT, "E01");
    rule("H", "OK");
    run_to("T05exec:2f6e6f736967;thread:p1.1;");
    run_to("T05thread:p2.2;");
    assert_null(session->target->arch);
    must(architecture_set(session, "x86-64"));
    assert_null(session->target->arch);
    uint64_t ret;
    must_fail(thread_pc(session->target, current(), &ret), ERR_UNSUPPORTED);
    selects(1);
    assert_ptr_equal(session->target->arch, &arch_x86_64);
    assert_int_equal(value("rip"), PLAYED_BASE);
    rule(DOCUMENT, I386);
    rule("g", "110000002200000033000000");
    assert_int_equal(run_to("T05thread:p3.3;").pc, 0x33);
    must(architecture_set(session, "auto")); /* that one's word gainsays nothing */
    must(architecture_set(session, "riscv64"));
    assert_ptr_equal(session->target->arch, &arch_i386);
}

/* A forked process of one that is due is as unknown, and is asked as well. */
static void test_fork_of_silent(void **state)
{
    (void)state;
    run_to("T05thread:p1.1;");
    rule("H", "OK");
    goes_silent("T05exec:2f6e6f736967;thread:p1.1;");
    description_inherit(session->target, 1, 7);
    uint64_t ret;
    is_not_answered(thread_pc(session->target, other(7), &ret));
    rule(DOCUMENT, I386);
    rule("g", "110000002200000033000000");
    assert_int_equal(run_to("T02thread:p7.7;").pc, 0x33);
    assert_false(session->target->described_late);
    must(thread_pc(session->target, other(1), &ret));
    assert_int_equal(ret, 0x33);
    assert_true(session->target->described_late);
}

/* A forked process is like its parent: nothing is asked. After its exec it is asked for anew, and nothing is
 * read of it by the names of another processor. */
static void test_exec_beside(void **state)
{
    (void)state;
    struct follow *f = &session->control->follow;
    run_to("T05thread:p1.1;");
    f->processes[f->count++].pid = 1;
    f->processes[f->count++].pid = 7;
    description_inherit(session->target, 1, 7);
    sent_nothing_yet();
    assert_true(description_is_of(session->target, 7));
    rule("H", "OK");
    rule("g", "110000002200000033000000");
    rule("qXfer:features:read:target.xml:0,", I386);
    struct stop stop = run_to("T05exec:2f6e6f736967;thread:p7.7;");
    assert_int_equal(stop.reason, STOP_EXEC);
    assert_int_equal(stop.pc, 0x33);
    assert_ptr_equal(session->target->arch, &arch_i386);
    selects(1);
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
        TEST_ON(played_machine, test_exec_of_the_same),
        TEST_ON(played_machine, test_exec_of_another_than_said),
        TEST_ON(played_machine, test_silent),
        TEST_ON(played_machine, test_silent_beside_a_file),
        TEST_ON(played_machine, test_cut_off),
        TEST_ON(played_machine, test_silent_beside),
        TEST_ON(played_machine, test_many_silent_beside),
        TEST_ON(played_machine, test_said_beside),
        TEST_ON(played_machine, test_fork_of_silent),
        TEST_ON(played_machine, test_second_cluster),
        TEST_ON(played_machine, test_all_threads),
        TEST_ON(played_machine, test_second_without),
        TEST_ON(played_machine, test_many_processes),
        TEST_ON(played_machine, test_memory_of_another),
        TEST_ON(played_machine, test_attach_to_another),
        TEST_ON(played_machine, test_detach_from_all),
        TEST_ON(played_machine, test_exec_beside),
        TEST_ON(played_machine, test_no_zeros),
        cmocka_unit_test_teardown(test_unknown_processor, played_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
