/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unwind tables of Linux kernels, from a file made by hand in both layouts of an entry; the meaning of each
 * kind of entry is that of arch/x86/kernel/unwind_orc.c.
 */
#include "test_symbols_support.h"

enum { RBX = 3, RBP = 6, RSP = 7, RIP = 16 };

/* sp_offset, bp_offset, sp register | bp register << 4, kind and flags: one entry for each label of the code.
 */
static const char source[] =
    ".section .text,\"ax\"\n"
    ".globl _start\n_start: .fill 16,1,0x90\n"
    ".type call,@function\ncall: .fill 16,1,0x90\n"
    "regs: .fill 16,1,0x90\niret: .fill 16,1,0x90\n"
    "indirect: .fill 16,1,0x90\nframe: .fill 16,1,0x90\nend: .fill 16,1,0x90\n"
    ".section .orc_unwind_ip,\"a\"\n"
    ".long call-.\n.long regs-.\n.long iret-.\n.long indirect-.\n.long frame-.\n.long end-.\n"
    ".section .orc_unwind,\"a\"\n"
    ".macro entry sp,bp,regs,kind\n.short \\sp\n.short \\bp\n.byte \\regs\n.byte \\kind\n.endm\n"
    "entry 24,-16,0x15,CALL\n"
    "entry 8,0,0x05,REGS\n"
    "entry 0,0,0x05,IRET\n"
    "entry -8,0,0x09,CALL\n"
    "entry 16,0,0x44,CALL\n"
    "entry 0,0,0x00,END\n";

static struct symbol_map *build(const char *name, const char *defines)
{
    BASE_FREE char *path = xasprintf("%s/orc.s", scratch);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(source, f);
    fclose(f);
    free(run("as %s orc.s -o %s.o && ld -Ttext=0x401000 %s.o -o %s", defines, name, name, name));
    BASE_FREE char *file = xasprintf("%s/%s", scratch, name);
    struct symbol_file *symbols = NULL;
    assert_null(symbol_file_open(file, &symbols));
    struct symbol_map *m = symbol_map_create();
    symbol_map_add(m, symbols, 0x1000); /* a slide */
    return m;
}

static void check_rows(const char *name, const char *defines)
{
    struct symbol_map *m = build(name, defines);
    const uint64_t start = 0x402000;
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    assert_false(symbols_unwind_row(m, start + 15, row)); /* before the first entry */

    assert_true(symbols_unwind_row(m, start + 16, row));
    assert_string_equal(row->section, ".orc_unwind");
    assert_int_equal(row->return_register, RIP);
    assert_int_equal(row->cfa.reg, RSP);
    assert_int_equal(row->cfa.offset, 24);
    assert_int_equal(row->rules[RIP].kind, CFI_OFFSET);
    assert_int_equal(row->rules[RIP].offset, -8);
    assert_int_equal(row->rules[RBP].kind, CFI_OFFSET);
    assert_int_equal(row->rules[RBP].offset, -16);
    assert_int_equal(row->rules[RBX].kind, CFI_UNDEFINED); /* not followed */
    assert_false(row->signal_frame);

    assert_true(symbols_unwind_row(m, start + 32 + 15, row)); /* a whole pt_regs */
    assert_true(row->signal_frame);
    assert_int_equal(row->cfa.offset, 8);
    assert_int_equal(row->rules[RIP].offset, 128);
    assert_int_equal(row->rules[RSP].offset, 152);
    assert_int_equal(row->rules[RBX].offset, 40);

    assert_true(symbols_unwind_row(m, start + 48, row)); /* what the processor pushed */
    assert_true(row->signal_frame);
    assert_int_equal(row->rules[RIP].offset, 0);
    assert_int_equal(row->rules[RSP].offset, 24);

    assert_true(symbols_unwind_row(m, start + 64, row)); /* *(rsp) - 8 */
    assert_true(row->cfa_is_expression);
    const unsigned char expected[] = {0x77, 0x80, 0x80, 0x00, 0x06, 0x0b, 0xf8, 0xff, 0x22};
    assert_int_equal(row->cfa.expression_size, sizeof expected);
    assert_memory_equal(row->cfa.expression, expected, sizeof expected);

    assert_true(symbols_unwind_row(m, start + 80, row)); /* rbp + 16, rbp from where it points */
    assert_int_equal(row->cfa.reg, RBP);
    assert_int_equal(row->cfa.offset, 16);
    assert_int_equal(row->rules[RBP].kind, CFI_EXPRESSION);

    assert_true(symbols_unwind_row(m, start + 96, row)); /* the end of the stack */
    assert_int_equal(row->rules[RIP].kind, CFI_UNDEFINED);
    assert_false(symbols_unwind_row(m, start + 4096 * 16, row)); /* outside the code */
    symbol_map_free(m);
}

static void test_6_1(void **state)
{
    (void)state;
    check_rows("old", "--defsym CALL=0 --defsym REGS=1 --defsym IRET=2 --defsym END=4");
}

static void test_6_4(void **state)
{
    (void)state;
    free(run("printf '.section .orc_header,\"a\"\\n.fill 20,1,0\\n' >header.s"));
    check_rows("new", "header.s --defsym CALL=2 --defsym REGS=3 --defsym IRET=4 --defsym END=1");
}

/* More addresses than entries: not believed. */
static void test_damaged(void **state)
{
    (void)state;
    struct symbol_map *m = build("whole", "--defsym CALL=0 --defsym REGS=1 --defsym IRET=2 --defsym END=4");
    symbol_map_free(m);
    free(run("objcopy --dump-section .orc_unwind=entries whole && head -c 30 entries >short && "
             "objcopy --update-section .orc_unwind=short whole damaged"));
    BASE_FREE char *file = xasprintf("%s/damaged", scratch);
    struct symbol_file *symbols = NULL;
    assert_null(symbol_file_open(file, &symbols));
    m = symbol_map_create();
    symbol_map_add(m, symbols, 0);
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    assert_false(symbols_unwind_row(m, 0x401010, row));
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_6_1),
        cmocka_unit_test(test_6_4),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
