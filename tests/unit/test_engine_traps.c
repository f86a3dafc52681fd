/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traps that stand in the memory of a target: taken out only where they still are, and of the length that the
 * code there has. */
#include "engine_played.h"
#include "test_symbols_support.h"

static struct site *trap_at(uint64_t address, bool wanted)
{
    struct site *p = site_acquire(session->control, SITE_MEMORY, address, 1);
    p->inserted = p->saved_known = true;
    p->state = SITE_ARMED;
    p->saved[0] = 0x90;
    p->stale = false;
    session->control->breakpoints.sites.in_memory++;
    if (address - PLAYED_BASE < PLAYED_SIZE)
        played.memory[address - PLAYED_BASE] = 0xcc;
    site_changed(session->control, p);
    if (!wanted)
        site_release(session->control, p);
    return p;
}

static void overwrite(uint64_t address)
{
    played.memory[address - PLAYED_BASE] = 0xf8;
}

static size_t in_memory(void)
{
    return session->control->breakpoints.sites.in_memory;
}

/* Of those that are to go, one was overwritten: nothing is written back there, and its user is told. */
static void test_overwritten(void **state)
{
    (void)state;
    struct site *stays = trap_at(0x1100, true), *removed = trap_at(0x1101, true);
    struct site *whole = trap_at(0x1102, true);
    trap_at(0x1103, false);
    site_remove(session->control, removed, true);
    site_remove(session->control, whole, true);
    overwrite(0x1100);
    overwrite(0x1101);
    overwrite(0x1103);
    assert_int_equal(session->control->breakpoints.sites.count, 4);
    must(traps_check(session->control));
    assert_int_equal(sent("m"), 3);
    assert_int_equal(sent("m1100,"), 0); /* not asked of: it is to stay */
    assert_true(stays->inserted && stays->saved_known);
    assert_int_equal(stays->state, SITE_ARMED);
    assert_false(removed->inserted || removed->saved_known);
    assert_int_equal(removed->state, SITE_SUSPECT);
    assert_true(whole->inserted && whole->saved_known);
    assert_int_equal(whole->state, SITE_ARMED);
    assert_int_equal(session->control->breakpoints.sites.count,
                     3); /* nobody wanted the fourth, and it is gone */
    assert_null(site_at(session->control, 0x1103));
    assert_int_equal(in_memory(), 2);
    assert_int_equal(sites_dirty(session->control), 1);
    must(sites_flush(session->control));
    assert_int_equal(sent("M1102,1:90"), 1);
    assert_int_equal(sent("M"), 1);
    assert_int_equal(played.memory[0x101], 0xf8);
    assert_int_equal(in_memory(), 1);
}

/* What is not there, of another kind, or cannot be read says nothing. */
static void test_not_asked(void **state)
{
    (void)state;
    struct site *p = trap_at(0x1100, true);
    p->inserted = false; /* to be put in */
    site_changed(session->control, p);
    struct site *z0 = site_acquire(session->control, SITE_SOFTWARE, 0x1101, 1);
    z0->inserted = true;
    site_release(session->control, z0);
    must(traps_check(session->control));
    assert_int_equal(sent(""), 0);
    struct site *far = trap_at(0x9000, false);
    must(traps_check(session->control));
    assert_int_equal(sent("m"), 1);
    assert_true(far->inserted);
    assert_int_equal(in_memory(), 2);
    trap_at(PLAYED_BASE + PLAYED_SIZE - 1, false)->length = 2; /* half of it: asked once, as a whole */
    sent_nothing_yet();
    must(traps_check(session->control));
    assert_int_equal(sent("m"), 2);
    session->control->breakpoints.sites.in_memory = 0; /* nothing is looked for where no trap is in */
    sent_nothing_yet();
    must(traps_check(session->control));
    assert_int_equal(sent(""), 0);
}

/* What was overwritten is not to be put back by the next debugger either. */
static void test_journal(void **state)
{
    (void)state;
    BASE_FREE char *home = xasprintf("%s/state", scratch);
    setenv("XDG_STATE_HOME", home, 1);
    rule("Z0", "");
    struct breakpoint *b = BREAK(.at = "*0x1100", .kind = BREAKPOINT_MEMORY);
    struct site *p = b->locations[0].site;
    assert_true(p->inserted && p->journalled);
    assert_int_equal(played.memory[0x100], 0xcc);
    overwrite(0x1100);
    site_remove(session->control, p, true);
    must(traps_check(session->control));
    assert_false(p->journalled);
    assert_int_equal(p->state, SITE_SUSPECT);
}

/* More than go into one batch, and just as many. */
static void test_many(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 31, 32, 33, 64, 70};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        unsigned n = counts[k], overwritten = 0;
        sent_nothing_yet();
        for (unsigned i = 0; i < n; i++)
            trap_at(0x1200 + i, false);
        for (unsigned i = 0; i < n; i += 3, overwritten++)
            overwrite(0x1200 + i);
        uint64_t turns = session_stats(session).turns;
        must(traps_check(session->control));
        assert_true(session_stats(session).turns - turns <= 1 + (n + 31) / 32); /* in batches */
        assert_int_equal(sent("m"), n);
        for (unsigned i = 0; i < n; i++)
            assert_int_equal(site_at(session->control, 0x1200 + i) != NULL, i % 3 != 0);
        assert_int_equal(in_memory(), n - overwritten);
        must(sites_flush(session->control));
        assert_int_equal(sent("M"), n - overwritten);
        assert_int_equal(in_memory(), 0);
        assert_int_equal(session->control->breakpoints.sites.count, 0);
    }
}

/* The memory is that of the selected thread; where nobody is selected, of any. */
static void test_whose_memory(void **state)
{
    (void)state;
    trap_at(0x1100, false);
    session->target->threads.current = (struct ptid){0, 2};
    must(traps_check(session->control));
    assert_int_equal(sent("Hg2"), 1);
    sent_nothing_yet();
    session->target->threads.has_current = false;
    session->target->threads.current = (struct ptid){0, 1};
    must(traps_check(session->control));
    assert_int_equal(sent("Hg"), 0);
}

/* The stub hangs up instead of answering: nobody knows what stands there, so nothing is forgotten. */
static void test_hung_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 33; i++) {
        trap_at(0x1100 + i, false);
        overwrite(0x1100 + i);
    }
    shutdown(played.peer.fd, SHUT_RDWR);
    must_fail(traps_check(session->control), ERR_LOST);
    assert_int_equal(session->control->breakpoints.sites.count, 33);
    assert_int_equal(in_memory(), 33);
}

/* -- several in one window ------------------------------------------------------------------------- */

static void test_two_in_a_window(void **state)
{
    (void)state;
    struct site *a = trap_at(0x1100, true), *b = trap_at(0x1102, true);
    a->saved[0] = 'a';
    b->saved[0] = 'b';
    unsigned char bytes[4] = {0xcc, 1, 0xcc, 3};
    traps_hide(session->control, 0x1100, bytes, 4);
    assert_memory_equal(bytes, "a\1b\3", 4);
    memcpy(bytes, "wxyz", 4);
    traps_divert(session->control, 0x1100, bytes, 4);
    assert_memory_equal(bytes, "\xccx\xccz", 4);
    assert_int_equal(a->saved[0], 'w');
    assert_int_equal(b->saved[0], 'y');
    a->inserted = false; /* neither hidden nor written beneath */
    memcpy(bytes, "pqrs", 4);
    traps_divert(session->control, 0x1100, bytes, 4);
    assert_memory_equal(bytes, "pq\xccs", 4);
    assert_int_equal(a->saved[0], 'w');
    session->control->breakpoints.sites.in_memory = 0;
    memcpy(bytes, "pqrs", 4);
    traps_divert(session->control, 0x1100, bytes, 4);
    assert_memory_equal(bytes, "pqrs", 4);
    traps_hide(session->control, 0x1102, bytes, 0);
    assert_memory_equal(bytes, "pqrs", 4);
    session->target->arch = NULL; /* no trap is known then */
    memcpy(bytes, "\xcc", 1);
    traps_hide(session->control, 0x1102, bytes, 1);
    assert_int_equal(bytes[0], 0xcc);
    session->target->arch = &arch_x86_64;
}

/* KVM shows a Z0 of ours as what it writes there, other stubs do not: what is no trap is read as it stands.
 */
static void test_shown_by_the_stub(void **state)
{
    (void)state;
    static const unsigned char trap[] = {0x00, 0x00, 0x20, 0xd4};
    session->target->arch = &arch_aarch64;
    struct site *p = site_acquire(session->control, SITE_SOFTWARE, 0x1100, 4);
    p->inserted = p->saved_known = true;
    memcpy(p->saved, "abcd", 4);
    for (unsigned from = 0; from < 4; from++)
        for (unsigned n = 1; n <= 4 - from; n++) {
            unsigned char bytes[4];
            memcpy(bytes, trap + from, n);
            traps_hide(session->control, 0x1100 + from, bytes, n);
            assert_memory_equal(bytes, &"abcd"[from], n);
            memcpy(bytes, trap + from, n);
            bytes[n - 1] ^= 1;
            traps_hide(session->control, 0x1100 + from, bytes, n);
            assert_int_equal(bytes[n - 1], trap[from + n - 1] ^ 1);
        }
    static const unsigned char other[] = {0x73, 0x00, 0x10, 0x00}, compressed[] = {0x02, 0x90, 'c', 'd'};
    unsigned char shown[4];
    session->target->arch = &arch_riscv64; /* in either encoding */
    memcpy(shown, other, 4);
    traps_hide(session->control, 0x1100, shown, 4);
    assert_memory_equal(shown, "abcd", 4);
    memcpy(shown, compressed, 4);
    traps_hide(session->control, 0x1100, shown, 4);
    assert_memory_equal(shown, "abcd", 4);
    memcpy(shown, "\x02\x90xy", 4); /* code that was changed */
    traps_hide(session->control, 0x1100, shown, 4);
    assert_memory_equal(shown, "\x02\x90xy", 4);
    session->target->arch = &arch_aarch64;
    p->type = SITE_HARDWARE; /* changes no byte: a trap there is the program's own */
    unsigned char own[4];
    memcpy(own, trap, 4);
    traps_hide(session->control, 0x1100, own, 4);
    assert_memory_equal(own, trap, 4);
    session->target->arch = &arch_x86_64;
}

/* -- the length that the file tells ---------------------------------------------------------------- */

static int offline(void **state)
{
    (void)state;
    const struct session_options options = {.cancel_fd = -1};
    session = session_create(&options);
    return 0;
}

static int offline_end(void **state)
{
    (void)state;
    session_destroy(session);
    return 0;
}

static void load(const char *name)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, name);
    must(session_add_symbols(session, path));
}

/* Nobody read the code: the file says whether an instruction is a compressed one. */
static void test_riscv_by_file(void **state)
{
    (void)state;
    write_file("a.s", ".text\n.globl _start\n_start: c.nop\n.option norvc\nnop\n");
    free(run("riscv64-linux-gnu-as -march=rv64gc a.s -o a.o && "
             "riscv64-linux-gnu-ld -Ttext=0x1000 a.o -o a"));
    load("a");
    session->target->arch = &arch_riscv64;
    static const unsigned char compressed[] = {1, 0, 0, 0}, whole[] = {0x13, 0, 0, 0};
    assert_int_equal(site_length_at(session->control, 0x1000, false, NULL), 2);
    assert_int_equal(site_length_at(session->control, 0x1002, false, NULL), 4);
    assert_int_equal(site_length_at(session->control, 0x1000, false, whole),
                     4); /* what stands there is newer */
    assert_int_equal(site_length_at(session->control, 0x1002, false, compressed), 2);
}

static void test_thumb_by_file(void **state)
{
    (void)state;
    write_file("a.s", ".syntax unified\n.text\n.globl _start\n.arm\n.type _start, %function\n_start: nop\n"
                      ".size _start, 4\n.thumb\n.thumb_func\n.globl small\n.type small, %function\n"
                      "small: nop\nnop\n.size small, 4\n");
    free(run("arm-linux-gnueabihf-as a.s -o a.o && arm-linux-gnueabihf-ld -Ttext=0x1000 a.o -o a"));
    load("a");
    session->target->arch = &arch_arm;
    assert_int_equal(site_length_at(session->control, 0x1000, false, NULL), 4);
    assert_int_equal(site_length_at(session->control, 0x1004, false, NULL), 2);
    assert_int_equal(site_length_at(session->control, 0x1000, true, NULL), 2);
}

/* What stood there is known from the look before the Z0, and what the user writes there later. */
static void test_shown_after_a_look(void **state)
{
    (void)state;
    BREAK(.at = "*0x1100");
    played.memory[0x100] = 0xcc;
    unsigned char byte;
    must(memory_read(session->target, 0x1100, &byte, 1));
    assert_int_equal(byte, 0x90);
    must(memory_write(session->target, 0x1100, "\x91", 1));
    played.memory[0x100] = 0xcc;
    must(memory_read(session->target, 0x1100, &byte, 1));
    assert_int_equal(byte, 0x91);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_overwritten),
        TEST_ON(played_machine, test_not_asked),
        TEST_ON(played_machine, test_journal),
        TEST_ON(played_machine, test_many),
        TEST_ON(played_machine, test_whose_memory),
        TEST_ON(played_machine, test_hung_up),
        TEST_ON(played_machine, test_two_in_a_window),
        TEST_ON(played_machine, test_shown_by_the_stub),
        TEST_ON(played_machine, test_shown_after_a_look),
        cmocka_unit_test_setup_teardown(test_riscv_by_file, offline, offline_end),
        cmocka_unit_test_setup_teardown(test_thumb_by_file, offline, offline_end),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
