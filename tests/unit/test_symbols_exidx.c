/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exception tables of Arm: each unwinding instruction (IHI 0038, section 10.3), each form that an entry
 * can have, and what is not believed.
 */
#include "test_symbols_support.h"

#include "symbols/dwarf/exidx.h"

enum { SP = 13, LR = 14, PC = 15, D0 = 96, FAR = 1 << 20 };

static struct cfi_row row;

#define RUNS(...)                                                                                            \
    do {                                                                                                     \
        const uint8_t code[] = {__VA_ARGS__};                                                                \
        assert_true(exidx_run(code, sizeof code, &row));                                                     \
    } while (0)
static void cfa_is(unsigned reg, int64_t offset)
{
    assert_int_equal(row.cfa.kind, CFI_REGISTER);
    assert_int_equal(row.cfa.reg, reg);
    assert_int_equal(row.cfa.offset, offset);
}

static void saved(unsigned column, int64_t offset)
{
    assert_int_equal(row.rules[column].kind, CFI_OFFSET);
    assert_int_equal(row.rules[column].offset, offset);
}

static unsigned saved_count(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < CFI_REGISTERS; i++)
        n += row.rules[i].kind == CFI_OFFSET;
    return n;
}

static void test_core(void **state)
{
    (void)state;
    RUNS(0xb0);
    cfa_is(SP, 0);
    assert_int_equal(saved_count(), 0);
    assert_int_equal(row.return_register, LR);
    assert_true(row.at_calls);
    RUNS(0x3f, 0x01, 0x40, 0xab, 0xb0, 0x01); /* +256 +8 -4, {r4-r7, lr}; behind the end nothing counts */
    cfa_is(SP, 280);
    saved(4, -20);
    saved(7, -8);
    saved(LR, -4);
    assert_int_equal(saved_count(), 5);
    RUNS(0x9b, 0x40, 0x84, 0x80); /* vsp = r11 - 4, {r11, lr} */
    cfa_is(11, 4);
    saved(11, -8);
    saved(LR, -4);
    RUNS(0x88, 0x00, 0xb1, 0x09); /* {pc}, {r0, r3} */
    saved(PC, -12);
    saved(0, -8);
    saved(3, -4);
    assert_int_equal(row.return_register, PC);
    RUNS(0xb2, 0x80, 0x01, 0xa0); /* 0x204 + (128 << 2), {r4} */
    cfa_is(SP, 0x204 + 512 + 4);
    RUNS(0x86, 0x80, 0xb0); /* {r11, sp, lr}: the caller's sp is what was saved */
    saved(SP, -8);
    saved(LR, -4);
    RUNS(0xb5, 0xb4, 0x84, 0x00); /* a signed return address */
    cfa_is(SP, 8);
    saved(LR, -4);
}

static void test_doubles(void **state)
{
    (void)state;
    RUNS(0xd1, 0xa8);
    cfa_is(SP, 24);
    saved(D0 + 8, -24);
    saved(D0 + 9, -16);
    RUNS(0xc9, 0x41, 0xc8, 0x2d); /* d4-d5, d18-d31 */
    saved(D0 + 4, -128);
    saved(D0 + 18, -112);
    saved(D0 + 31, -8);
    RUNS(0xb3, 0x80, 0xb9); /* fstmfdx: d8, d8-d9, each with a word behind */
    cfa_is(SP, 12 + 20);
    RUNS(0xc1, 0xc6, 0x21, 0xc7, 0x03); /* wireless MMX */
    cfa_is(SP, 16 + 16 + 8);
    assert_int_equal(saved_count(), 0);
}

static void test_refused(void **state)
{
    static const struct {
        size_t size;
        uint8_t code[10];
    } refused[] = {
        {2, {0x80, 0x00}}, /* to be refused */
        {1, {0x9d}},       /* reserved */
        {1, {0x9f}},
        {2, {0xb1, 0x00}}, /* spare */
        {2, {0xb1, 0x10}},
        {1, {0xb6}},
        {2, {0xc7, 0x10}},
        {1, {0xca}},
        {1, {0xd8}},
        {1, {0xff}},
        {2, {0xc8, 0x2e}}, /* d18-d32 */
        {1, {0xb3}},       /* cut off */
        {1, {0x84}},
        {2, {0xb2, 0xff}},
        {10, {0xb2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
        {2, {0xa8, 0x97}},       /* taken, and then another beginning */
        {3, {0x86, 0x80, 0x01}}, /* the new sp is moved */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        assert_false(exidx_run(refused[i].code, refused[i].size, &row));
    BASE_FREE uint8_t *far = xcalloc(FAR, 1);
    for (unsigned i = 0; i < FAR; i++)
        far[i] = 0xb2ff7fu >> 8 * (2 - i % 3) & 0xff;
    assert_false(exidx_run(far, FAR - FAR % 3, &row)); /* further than any frame */
}

/* Functions of 16 bytes each, in the forms that an assembler makes of their entries. */
static const char source[] =
    ".syntax unified\n.arm\n.section .text.before,\"ax\"\n.globl _start\n_start: .fill 4,4,0xe1a00000\n"
    ".text\n"
    ".macro func name\n.type \\name,%function\n.globl \\name\n\\name:\n.fnstart\n.fill "
    "4,4,0xe1a00000\n.endm\n"
    "func in_line\n.save {r4, lr}\n.fnend\n"
    "func model_1\n.personalityindex 1\n.save {r4-r7, lr}\n.vsave {d8-d12}\n.pad #0x4000\n.fnend\n"
    "func model_2\n.personalityindex 2\n.setfp fp, sp, #8\n.save {fp, lr}\n.fnend\n"
    "func generic\n.personality routine\n.save {r5, lr}\n.pad #24\n.handlerdata\n.long 0\n.fnend\n"
    "func nothing\n.cantunwind\n.fnend\n"
    "func routine\n.fnend\n"
    ".section .text.other,\"ax\"\n.globl other\nother: .fill 4,4,0xe1a00000\n";

static struct symbol_map *build(const char *how)
{
    write_file("x.s", source);
    free(run(
        "arm-linux-gnueabihf-as %s x.s -o x.o && "
        "arm-linux-gnueabihf-ld %s -Ttext=0x20000 --no-merge-exidx-entries --defsym __aeabi_unwind_cpp_pr0=0"
        " --defsym __aeabi_unwind_cpp_pr1=0 --defsym __aeabi_unwind_cpp_pr2=0 x.o -o x",
        how, how));
    return open_map("x", 0);
}

static bool ask(struct symbol_map *m, const char *name, unsigned at)
{
    return symbols_unwind_row(m, find_one(m, name).entry + at, &row);
}

static void check_forms(const char *how)
{
    struct symbol_map *m = build(how);
    for (unsigned at = 0; at < 16; at += 5) {
        assert_true(ask(m, "in_line", at));
        assert_string_equal(row.section, ".ARM.exidx");
        cfa_is(SP, 8);
        saved(LR, -4);
        assert_true(ask(m, "model_1", at));
        cfa_is(SP, 0x4000 + 40 + 20);
        saved(LR, -4);
        saved(4, -20);
        saved(D0 + 8, -60);
        assert_true(ask(m, "model_2", at));
        saved(LR, -4);
        saved(11, -8);
        assert_true(ask(m, "generic", at));
        cfa_is(SP, 32);
        saved(LR, -4);
        saved(5, -8);
        assert_true(ask(m, "nothing", at));
        assert_int_equal(row.rules[row.return_register].kind, CFI_UNDEFINED);
    }
    assert_false(symbols_unwind_row(m, 0x100, &row));
    assert_false(symbols_unwind_row(m, 0xffffffffffffffff, &row));
    symbol_map_free(m);
}

static void test_forms(void **state)
{
    (void)state;
    check_forms("-EL");
    check_forms("-EB");
}

/* Words of the tables changed to what points nowhere, or says what there is not. */
static void test_damaged(void **state)
{
    static const char *const words[] = {"7fffffff", "40000000", "3fffffff",
                                        "81b0b0b0", "8fb0b0b0", "ffffffff"};
    (void)state;
    symbol_map_free(build("-EL"));
    for (unsigned i = 0; i < ARRAY_LENGTH(words); i++) {
        free(run("arm-linux-gnueabihf-objcopy --dump-section .ARM.exidx=index x && python3 -c '\n"
                 "word = bytes.fromhex(\"%s\")[::-1]\n"
                 "index = open(\"index\", \"rb\").read()\n"
                 "open(\"table\", \"wb\").write(b\"\".join(index[k:k + 4] + word for k in range(0, "
                 "len(index), 8)))'"
                 " && arm-linux-gnueabihf-objcopy --update-section .ARM.exidx=table x damaged",
                 words[i]));
        struct symbol_map *m = open_map("damaged", 0);
        assert_false(ask(m, "in_line", 4));
        assert_false(ask(m, "generic", 4));
        symbol_map_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core),  cmocka_unit_test(test_doubles), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_forms), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
