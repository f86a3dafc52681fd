/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which FDE speaks for an address: of those that overlap, begin at one place, or stand in a damaged section.
 * Written in the assembler, as no compiler makes them. */
#include "test_symbols_support.h"

static struct buf frame;

static void begin(void)
{
    buf_clear(&frame);
    buf_add_text(&frame, "1: .long 3f-2f\n2: .long 0xffffffff\n.byte 1,0,1,0x78,16,0x0c,7,8\n3:\n");
}

/* An FDE over [0x401000 + low, + size) whose CFA is register 7 plus `cfa`. */
static void fde(unsigned low, unsigned size, unsigned cfa)
{
    buf_printf(&frame, ".long 22\n.long 0\n.quad 0x%x\n.quad %u\n.byte 0x0e,%u\n", 0x401000 + low, size, cfa);
}

static struct symbol_map *link_it(const char *name, const char *section)
{
    BASE_BUF struct buf b = {0};
    buf_printf(&b,
               ".text\n.globl _start\n_start: .zero 4096,0x90\n.section %s\n%s"
               ".section .note.GNU-stack,\"\",@progbits\n",
               section, buf_text(&frame));
    BASE_FREE char *source = xasprintf("%s.s", name);
    write_file(source, buf_text(&b));
    free(run("gcc -static -nostdlib -no-pie -Wl,-Ttext=0x401000,--build-id=none %s -o %s", source, name));
    return open_map(name, 0);
}

static const char debug_frame[] = ".debug_frame,\"\",@progbits";

/* The CFA's offset at an address, or -1 without a row. */
static int64_t cfa_at(struct symbol_map *m, unsigned at)
{
    struct cfi_row row;
    return symbols_unwind_row(m, 0x401000 + at, &row) ? row.cfa.offset : -1;
}

static void test_bounds(void **state)
{
    (void)state;
    begin();
    fde(100, 10, 11); /* not in order */
    fde(20, 30, 12);
    fde(50, 10, 13); /* right behind it */
    fde(110, 1, 14);
    struct symbol_map *m = link_it("bounds", debug_frame);
    for (unsigned at = 0; at < 200; at++) {
        int64_t wanted = at >= 20 && at < 50     ? 12
                         : at >= 50 && at < 60   ? 13
                         : at >= 100 && at < 110 ? 11
                         : at == 110             ? 14
                                                 : -1;
        if (cfa_at(m, at) != wanted)
            fail_msg("at %u: %lld", at, (long long)cfa_at(m, at));
    }
    assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
    symbol_map_free(m);
}

/* Of those that begin at one address the last is asked first; one that ends before gives way to an earlier.
 */
static void test_overlaps(void **state)
{
    (void)state;
    begin();
    fde(10, 100, 21);
    fde(10, 50, 22);
    fde(30, 5, 23);
    struct symbol_map *m = link_it("overlaps", debug_frame);
    for (unsigned at = 0; at < 120; at++)
        assert_int_equal(cfa_at(m, at), at >= 30 && at < 35    ? 23
                                        : at >= 10 && at < 60  ? 22
                                        : at >= 60 && at < 110 ? 21
                                                               : -1);
    symbol_map_free(m);
}

/* Sixteen are asked, and no more: a crafted file could make it thousands at each step of a walk. */
static void test_steps(void **state)
{
    (void)state;
    for (unsigned small = 14; small <= 17; small++) {
        begin();
        fde(0, 1000, 31);
        for (unsigned i = 0; i < small; i++)
            fde(10 + i, 1, 32);
        struct symbol_map *m = link_it("steps", debug_frame);
        assert_int_equal(cfa_at(m, 500), small < 16 ? 31 : -1);
        assert_int_equal(cfa_at(m, 9), 31);
        assert_int_equal(cfa_at(m, 10), 32);
        symbol_map_free(m);
    }
}

/* Addresses that are no code of the file are no FDE's; what is behind them is read all the same. */
static void test_not_code(void **state)
{
    (void)state;
    begin();
    buf_add_text(&frame, ".long 22\n.long 0\n.quad 0x1000\n.quad 0x800000\n.byte 0x0e,41\n");
    buf_add_text(&frame, ".long 22\n.long 0\n.quad 0x402000\n.quad 0x10\n.byte 0x0e,42\n");
    fde(4095, 1, 43);
    fde(100, 0, 44); /* of nothing */
    struct symbol_map *m = link_it("data", debug_frame);
    assert_int_equal(cfa_at(m, 100), -1);
    assert_int_equal(cfa_at(m, 4095), 43);
    assert_int_equal(cfa_at(m, 4096), -1);
    symbol_map_free(m);
}

/* What follows the last entry and is too short for one is nothing; more is damage, which is said. What stands
 * before it remains. */
static void test_damage(void **state)
{
    (void)state;
    static const struct {
        const char *behind;
        bool damaged;
    } rows[] = {
        {"", false},
        {".zero 3,1\n", false},
        {".long 0x7fffffff\n", false},
        {".long 0x7fffffff\n.zero 3,1\n", false},
        {".long 0x7fffffff\n.zero 4,1\n", true},
        {".long 0x7fffffff\n.zero 5,1\n", true},
        {".long 0x7fffffff\n.zero 50,1\n", true},
        {".long 0xfffffff0\n.zero 50,1\n", true},
        {".long 8\n.long 77\n.zero 4\n", false}, /* a CIE that is elsewhere: only this entry */
        {".long 0\n.long 0\n", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        begin();
        fde(0, 10, 51);
        buf_add_text(&frame, rows[i].behind);
        struct symbol_map *m = link_it("damage", debug_frame);
        assert_int_equal(cfa_at(m, 5), 51);
        const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
        if ((complaint != NULL) != rows[i].damaged)
            fail_msg("row %zu: %s", i, complaint ? complaint : "nothing was said");
        if (complaint)
            assert_non_null(strstr(complaint, "section .debug_frame of "));
        symbol_map_free(m);
    }
}

/* An entry whose instructions are damaged gives way to one around it. */
static void test_damaged_program(void **state)
{
    (void)state;
    begin();
    fde(0, 100, 61);
    buf_add_text(&frame, ".long 22\n.long 0\n.quad 0x401010\n.quad 16\n.byte 0x3e,0\n");
    struct symbol_map *m = link_it("program", debug_frame);
    assert_int_equal(cfa_at(m, 16), 61);
    assert_int_equal(cfa_at(m, 50), 61);
    symbol_map_free(m);
}

/* .debug_frame stands in the file itself or, where it was stripped, in its debug file. */
static void test_debug_file(void **state)
{
    (void)state;
    begin();
    fde(0, 10, 71);
    symbol_map_free(link_it("full", debug_frame));
    free(run("head -c 20 /dev/zero > info && objcopy --only-keep-debug --add-section .debug_info=info full "
             "full.debug && "
             "objcopy -R .debug_frame --add-gnu-debuglink=full.debug full stripped && "
             "objcopy --add-gnu-debuglink=full.debug full both"));
    static const char *const names[] = {"stripped", "both"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct symbol_map *m = open_map(names[i], 0);
        assert_int_equal(cfa_at(m, 5), 71);
        assert_int_equal(cfa_at(m, 10), -1);
        symbol_map_free(m);
    }
    free(run("objcopy -R .debug_frame full none"));
    struct symbol_map *m = open_map("none", 0);
    assert_int_equal(cfa_at(m, 5), -1);
    symbol_map_free(m);
}

static int tear_down(void **state)
{
    buf_free(&frame);
    return remove_scratch(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_steps),      cmocka_unit_test(test_not_code),
        cmocka_unit_test(test_damage),     cmocka_unit_test(test_damaged_program),
        cmocka_unit_test(test_debug_file),
    };
    return cmocka_run_group_tests(tests, make_scratch, tear_down);
}
