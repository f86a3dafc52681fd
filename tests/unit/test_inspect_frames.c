/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stacks of a target that no session holds and no symbols are known of: how a caller is found, and why there
 * is none. */
#include "target_played.h"

#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/unwind_rules.h"

enum { RBX = 3, RBP = 6, STACK = 0x2800 }; /* numbers of DWARF; the stub counts rbp as 6 too */

/* -- what a kernel would add ----------------------------------------------------------------------- */

/* The code of an interrupt's entry: from a frame there, one goes on with that pc and stack pointer. */
static struct {
    uint64_t entry_pc, pc, sp;
    enum entry_found found;
    uint64_t user_pc;
    bool switches;
    unsigned woken;
} rules;

static enum entry_found entry_step(struct target *t, const struct frame_registers *from, bool exact,
                                   struct frame_registers *ret)
{
    (void)t, (void)exact;
    if (rules.entry_pc == 0 || from->pc != rules.entry_pc)
        return ENTRY_NONE;
    *ret = *from;
    ret->pc = rules.pc;
    ret->sp = rules.sp;
    return rules.found;
}

static bool is_user(struct target *t, uint64_t pc)
{
    (void)t;
    return rules.user_pc && pc == rules.user_pc;
}

static bool switches_stack(struct target *t, const struct frame_registers *from,
                           const struct frame_registers *to)
{
    (void)t, (void)from, (void)to;
    return rules.switches;
}

static void wake_registers(struct target *t, struct frame_registers *r)
{
    (void)t;
    rules.woken++;
    r->pc = rules.pc;
}

static const struct unwind_rules played_rules = {entry_step, is_user, switches_stack, wake_registers};

/* -- a stack --------------------------------------------------------------------------------------- */

static struct frame_list list;

static int start(void **state)
{
    start_machine(state);
    target->unwind_rules = &played_rules;
    memset(&rules, 0, sizeof rules);
    played.registers[1][PLAYED_RSP] = STACK;
    return 0;
}

static int end(void **state)
{
    frames_free(&list);
    return end_target(state);
}

/* A saved frame pointer, and the return address behind it. */
static void pair(uint64_t at, uint64_t fp, uint64_t pc)
{
    put_number(at, fp);
    put_number(at + 8, pc);
}

static void unwind(unsigned depth)
{
    struct thread *t;
    frames_free(&list);
    must(threads_current(target, &t));
    must(frames_read(target, t, depth, false, &list));
}

static void is_frame(size_t level, enum frame_rule rule, uint64_t pc, uint64_t cfa)
{
    assert_true(level < list.count);
    assert_int_equal(list.items[level].level, level);
    assert_int_equal(list.items[level].rule, rule);
    assert_int_equal(list.items[level].pc, pc);
    assert_int_equal(list.items[level].cfa, cfa);
    assert_int_equal(list.items[level].has_cfa, cfa != 0);
}

static void ends(size_t count, const char *why)
{
    assert_int_equal(list.count, count);
    assert_string_equal(list.end, why);
}

/* -- by frame pointers ----------------------------------------------------------------------------- */

static void three_frames(void)
{
    played.registers[1][RBP] = STACK + 0x10;
    pair(STACK + 0x10, STACK + 0x40, 0x1200);
    pair(STACK + 0x40, 0x1, 0x1300);
}

static void test_frame_pointers(void **state)
{
    (void)state;
    three_frames();
    unwind(0);
    is_frame(0, FRAME_TOP, PLAYED_BASE, STACK + 0x20);
    is_frame(1, FRAME_POINTER, 0x1200, STACK + 0x50);
    is_frame(2, FRAME_POINTER, 0x1300, 0);
    ends(3, "no call frame information, and no frame pointer to go by");
    assert_true(list.items[0].exact);
    assert_false(list.items[1].exact);
    assert_int_equal(list.items[1].registers->sp, STACK + 0x20);
    assert_int_equal(list.items[1].registers->value[RBP], STACK + 0x40);
    assert_false(list.items[1].registers->known[RBX]); /* nobody says what the callee did with it */
    assert_int_equal(sent("m2"), 1);                   /* the stack is read once */
}

static void test_depth(void **state)
{
    (void)state;
    three_frames();
    unwind(2);
    ends(2, "the depth asked for");
    is_frame(1, FRAME_POINTER, 0x1200, STACK + 0x50);
}

static void test_return_address(void **state)
{
    (void)state;
    uint64_t address, sp;
    struct thread *t;
    three_frames();
    must(threads_current(target, &t));
    must(frame_return_address(target, t, &address, &sp));
    assert_int_equal(address, 0x1200);
    assert_int_equal(sp, STACK + 0x20);
    next_stop();
    played.registers[1][RBP] = STACK - 8;
    struct error *e = frame_return_address(target, t, &address, &sp);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "no frame pointer to go by"));
    must_fail(e, ERR_NO_MEMORY);
}

/* -- ends ------------------------------------------------------------------------------------------ */

static void test_outermost(void **state)
{
    (void)state;
    three_frames();
    pair(STACK + 0x40, 0, 0);
    unwind(0);
    ends(2, "the caller's pc is 0");
    next_stop();
    played.registers[1][RBP] = 0x2ff8; /* the pair ends behind the memory */
    unwind(0);
    ends(1, "the stack cannot be read");
    next_stop();
    played.registers[1][RBP] = STACK - 8; /* it is below the stack: no frame pointer at all */
    unwind(0);
    ends(1, "no call frame information, and no frame pointer to go by");
}

/* Frame pointers in a circle lead below where the walk has been; a frame that is its own caller does not
 * grow. */
static void test_cycle(void **state)
{
    (void)state;
    played.registers[1][RBP] = STACK + 0x10;
    pair(STACK + 0x10, STACK + 0x40, 0x1200);
    pair(STACK + 0x40, STACK + 0x10, 0x1300);
    unwind(0);
    ends(3, "no call frame information, and no frame pointer to go by");
    next_stop();
    rules.entry_pc = rules.pc = 0x1300;
    rules.sp = STACK + 0x50;
    rules.found = ENTRY_INTERRUPTED;
    unwind(0);
    ends(3, "the stack pointer does not grow: a cycle or a damaged stack");
    rules.sp = STACK + 0x51; /* it would go on for ever, upwards */
    rules.found = ENTRY_INTERRUPTED;
    next_stop();
    unwind(0);
    ends(4, "the stack pointer does not grow: a cycle or a damaged stack");
    is_frame(3, FRAME_INTERRUPT, 0x1300, STACK + 0x51);
}

/* -- what the installed rules say -------------------------------------------------------------------- */

/* From one stack to the other a few times is what kernels do; more is a cycle of another kind. */
static void test_switches(void **state)
{
    (void)state;
    rules.entry_pc = rules.pc = PLAYED_BASE;
    rules.sp = STACK - 0x100;
    rules.found = ENTRY_INTERRUPTED;
    unwind(0);
    ends(1, "the stack pointer does not grow: a cycle or a damaged stack");
    next_stop();
    rules.switches = true;
    unwind(0);
    ends(9, "the stack pointer does not grow: a cycle or a damaged stack");
    is_frame(8, FRAME_INTERRUPT, PLAYED_BASE, STACK - 0x100);
    assert_true(list.items[8].exact); /* it was interrupted, and called nothing */
}

static void test_entry(void **state)
{
    (void)state;
    three_frames();
    rules.entry_pc = 0x1200;
    rules.pc = 0x1300;
    rules.sp = STACK + 0x80;
    rules.found = ENTRY_OUTERMOST;
    unwind(0);
    ends(2, "outermost frame: here the kernel began a thread");
    next_stop();
    rules.found = ENTRY_INTERRUPTED;
    rules.user_pc = 0x1300;
    unwind(0);
    ends(3, "user space");
    is_frame(2, FRAME_INTERRUPT, 0x1300, 0);
    next_stop();
    rules.user_pc = PLAYED_BASE; /* where it stands itself nobody was led to */
    unwind(1);
    ends(1, "the depth asked for");
}

/* A task that sleeps has no pc of its own. */
static void test_asleep(void **state)
{
    (void)state;
    rules.pc = 0x1234;
    played.registers[1][PLAYED_RIP] = 0;
    unwind(1);
    assert_int_equal(rules.woken, 1);
    is_frame(0, FRAME_TOP, 0x1234, 0);
    played.registers[1][PLAYED_RIP] = PLAYED_BASE;
    next_stop();
    unwind(1);
    assert_int_equal(rules.woken, 1);
}

/* -- a signal's handler ---------------------------------------------------------------------------- */

/* It returns into mov $15,%rax; syscall, with a struct sigcontext at the stack pointer (x86-64 of Linux). */
static void test_signal(void **state)
{
    (void)state;
    enum { CONTEXT = STACK + 0x20, SAVED_RBP = 120, SAVED_RBX = 128, SAVED_RSP = 160, SAVED_RIP = 168 };
    put(0x1300, "\x48\xc7\xc0\x0f\0\0\0\x0f\x05", 9);
    played.registers[1][RBP] = STACK + 0x10;
    pair(STACK + 0x10, 0x1, 0x1300);
    put_number(CONTEXT + SAVED_RBP, 0x2a00);
    put_number(CONTEXT + SAVED_RBX, 0xb0b);
    put_number(CONTEXT + SAVED_RSP, 0x2980);
    put_number(CONTEXT + SAVED_RIP, 0x1400);
    pair(0x2a00, 0, 0x1500);
    unwind(0);
    is_frame(0, FRAME_TOP, PLAYED_BASE, CONTEXT);
    is_frame(1, FRAME_SIGNAL, 0x1300, CONTEXT);
    is_frame(2, FRAME_CFI, 0x1400, 0x2a10);
    is_frame(3, FRAME_POINTER, 0x1500, 0);
    assert_true(list.items[1].exact && list.items[2].exact);
    assert_int_equal(list.items[2].registers->sp, 0x2980);
    assert_int_equal(list.items[2].registers->value[RBX], 0xb0b);
    assert_int_equal(list.items[2].registers->saved_at[RBX], CONTEXT + SAVED_RBX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_frame_pointers), TEST(test_depth),  TEST(test_return_address),
        TEST(test_outermost),      TEST(test_cycle),  TEST(test_switches),
        TEST(test_entry),          TEST(test_asleep), TEST(test_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
