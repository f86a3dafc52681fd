/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registers are, when that changes: a value is right or not there, never another register's. */
#include "engine_played.h"

#include "engine/target/description.h"

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

static struct stop run_to(const char *reply)
{
    const struct plan plan = {.kind = PLAN_CONTINUE, .times = 1};
    struct rsp_stop stop;
    struct stop final;
    bool stopped = false, done = false;
    stops_with(reply);
    must(plan_start(session->control, &plan));
    must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
    must(plan_on_stop(session->control, &stop, &final, &done));
    assert_true(done);
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
