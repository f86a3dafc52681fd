/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols_unwind_row() against the table that `readelf --debug-dump=frames-interp` prints, for every function
 * of our program on every machine; and instructions no compiler here emits, from a section made by hand.
 */
#include "test_symbols_support.h"

#include <elf.h>

enum { COLUMN_LIMIT = 64 };

struct variant {
    const char *name, *compile;
    const char *register_names; /* as readelf spells them, by DWARF number */
};

static const char *const x86_names = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 ra";

static const struct variant variants[] = {
    {"gcc-O2", "gcc -g -O2", "x86"},
    {"gcc-O0", "gcc -g -O0", "x86"},
    {"clang-O2", "clang -g -O2", "x86"},
    {"frame", "gcc -g -O2 -fno-asynchronous-unwind-tables", "x86"},
    {"aarch64", "aarch64-linux-gnu-gcc -g -O1", "x"},
    {"riscv64", "riscv64-linux-gnu-gcc -g -O1", "riscv"},
    {"powerpc64", "powerpc64-linux-gnu-gcc -g -O1", "r"},
    {"s390x", "s390x-linux-gnu-gcc -g -O1", "r"},
    {"arm", "arm-linux-gnueabihf-gcc -g -O1", "r"},
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++)
        free(run("%s main.c area.c -o %s", variants[i].compile, variants[i].name));
    return 0;
}

/* The DWARF number of a register as readelf names it, or -1. */
static int number_of(const char *names, const char *text, size_t n)
{
    char word[16];
    snprintf(word, sizeof word, "%.*s", (int)n, text);
    if (word[0] == 'r' && word[1] >= '0' && word[1] <= '9' && strcmp(names, "x86") != 0)
        return atoi(word + 1);
    if (word[0] == 'x' && word[1] >= '0' && word[1] <= '9')
        return atoi(word + 1);
    if (strcmp(names, "x") == 0)
        return strcmp(word, "sp") == 0 ? 31 : -1;
    if (strcmp(names, "riscv") == 0) {
        static const char *const abi[] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                          "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                          "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                          "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
        for (int i = 0; i < 32; i++)
            if (strcmp(abi[i], word) == 0)
                return i;
    }
    if (strcmp(names, "x86") == 0) {
        int i = 0;
        for (const char *p = x86_names; p; p = strchr(p, ' '), i++) {
            p += *p == ' ';
            if (strncmp(p, word, strlen(word)) == 0 && (p[strlen(word)] == ' ' || !p[strlen(word)]))
                return i;
        }
    }
    return -1;
}

static void check_cell(const struct variant *v, const struct cfi_row *row, int reg, const char *cell,
                       uint64_t pc)
{
    const struct cfi_rule *rule = &row->rules[reg];
    char ours[64];
    switch (rule->kind) {
    case CFI_OFFSET:
        snprintf(ours, sizeof ours, "c%+lld", (long long)rule->offset);
        break;
    case CFI_VALUE_OFFSET:
        snprintf(ours, sizeof ours, "v%+lld", (long long)rule->offset);
        break;
    case CFI_EXPRESSION:
        snprintf(ours, sizeof ours, "exp");
        break;
    case CFI_VALUE_EXPRESSION:
        snprintf(ours, sizeof ours, "vexp");
        break;
    case CFI_UNDEFINED:
    case CFI_SAME:
        snprintf(ours, sizeof ours, "u");
        break;
    case CFI_REGISTER:
        snprintf(ours, sizeof ours, "r%u", rule->reg);
        break;
    }
    if (strcmp(cell, "s") == 0 || (strcmp(cell, "u") == 0 && strcmp(ours, "u") == 0))
        return;
    if (rule->kind == CFI_REGISTER)
        return; /* readelf spells the register, not its number */
    if (strcmp(cell, ours) != 0)
        fail_msg("%s 0x%llx r%d: %s, readelf %s", v->name, (unsigned long long)pc, reg, ours, cell);
}

static void check_cfa(const struct variant *v, const struct cfi_row *row, const char *cell, uint64_t pc)
{
    if (strcmp(cell, "exp") == 0) {
        assert_true(row->cfa_is_expression);
        return;
    }
    size_t n = strcspn(cell, "+-");
    int reg = number_of(v->register_names, cell, n);
    if (reg < 0 || row->cfa_is_expression || row->cfa.reg != (unsigned)reg ||
        row->cfa.offset != strtoll(cell + n, NULL, 10))
        fail_msg("%s 0x%llx: CFA is r%u%+lld, readelf %s", v->name, (unsigned long long)pc, row->cfa.reg,
                 (long long)row->cfa.offset, cell);
}

/* One line of the table: location, CFA, registers. */
static void check_row(const struct variant *v, struct symbol_map *m, char *line, const int *columns,
                      size_t column_count)
{
    char *save = NULL;
    char *word = strtok_r(line, " ", &save);
    uint64_t pc = strtoull(word, NULL, 16);
    struct cfi_row row;
    if (!symbols_unwind_row(m, pc, &row))
        fail_msg("%s: no row at 0x%llx", v->name, (unsigned long long)pc);
    check_cfa(v, &row, strtok_r(NULL, " ", &save), pc);
    for (size_t i = 0; i < column_count; i++) {
        word = strtok_r(NULL, " ", &save);
        assert_non_null(word);
        if (columns[i] >= 0)
            check_cell(v, &row, columns[i], word, pc);
    }
}

static size_t read_columns(const struct variant *v, char *line, int *columns)
{
    char *save = NULL;
    size_t n = 0;
    strtok_r(line, " ", &save);
    strtok_r(NULL, " ", &save);
    for (char *w; (w = strtok_r(NULL, " ", &save)) && n < COLUMN_LIMIT;)
        columns[n++] = strcmp(w, "ra") == 0 && strcmp(v->register_names, "x86") == 0
                           ? 16
                           : number_of(v->register_names, w, strlen(w));
    return n;
}

static size_t check_variant(const struct variant *v, struct symbol_map *m)
{
    BASE_FREE char *out = run("readelf --debug-dump=frames-interp %s", v->name);
    char *save = NULL;
    int columns[COLUMN_LIMIT];
    size_t column_count = 0, rows = 0;
    uint64_t low = 0, high = 0;
    for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *range = strstr(line, " pc=");
        if (strstr(line, " CIE "))
            high = 0;
        if (strstr(line, " FDE ") && range) {
            low = strtoull(range + 4, NULL, 16);
            high = strtoull(strstr(range, "..") + 2, NULL, 16);
        } else if (strncmp(line, "   LOC", 6) == 0) {
            column_count = read_columns(v, line, columns);
        } else if (high && line[0] >= '0' && line[0] <= 'f' && strchr(line, ' ') >= line + 8 &&
                   !strstr(line, " FDE ")) {
            uint64_t pc = strtoull(line, NULL, 16);
            /* The table of .plt covers what the map does not call code of ours. */
            if (pc >= low && pc < high) {
                check_row(v, m, line, columns, column_count);
                rows++;
            }
        }
    }
    return rows;
}

static void test_rows_as_readelf(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++) {
        struct symbol_map *m = open_map(variants[i].name, 0);
        size_t rows = check_variant(&variants[i], m);
        if (rows < 8)
            fail_msg("%s: only %zu rows compared", variants[i].name, rows);
        symbol_map_free(m);
    }
}

static void test_edges(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc-O0", 0x500000);
    struct symbol_match choose = find_one(m, "choose");
    struct cfi_row row;
    assert_true(symbols_unwind_row(m, choose.entry, &row));
    assert_string_equal(row.section, ".eh_frame");
    assert_int_equal(row.return_register, 16);
    assert_false(row.signal_frame);
    assert_int_equal(row.cfa.reg, 7);
    assert_int_equal(row.cfa.offset, 8);
    assert_int_equal(row.rules[16].kind, CFI_OFFSET);
    assert_int_equal(row.rules[16].offset, -8);
    assert_int_equal(row.rules[3].kind, CFI_SAME);
    /* The last byte is inside, the next is not this function's. */
    assert_true(symbols_unwind_row(m, choose.entry + choose.size - 1, &row));
    assert_false(symbols_unwind_row(m, choose.entry - 0x500000, &row));
    assert_false(symbols_unwind_row(m, find_one(m, "total").address, &row));
    symbol_map_free(m);
    m = open_map("frame", 0);
    assert_true(symbols_unwind_row(m, find_one(m, "choose").entry, &row));
    assert_string_equal(row.section, ".debug_frame");
    symbol_map_free(m);
}

/* Rules of every kind, written by hand in the assembler. */
static void test_all_rules(void **state)
{
    (void)state;
    write_file("rules.s", ".text\n.globl rules\n.type rules,@function\nrules:\n"
                          ".cfi_startproc\n.cfi_signal_frame\n"
                          ".cfi_escape 0x0f,3,0x77,8,0x06\n" /* CFA: *(r7+8) */
                          "nop\n"
                          ".cfi_def_cfa 6,16\n.cfi_remember_state\n"
                          ".cfi_undefined 1\n.cfi_same_value 2\n.cfi_register 3,4\n"
                          ".cfi_val_offset 5,-24\n"
                          ".cfi_escape 0x10,12,2,0x77,0\n" /* expression */
                          ".cfi_escape 0x16,13,2,0x77,8\n" /* value expression */
                          ".cfi_escape 0x2f,14,2\n"        /* negative offset */
                          ".cfi_offset 15,-32\n"
                          "nop\n"
                          ".cfi_restore 15\n.cfi_adjust_cfa_offset 8\n"
                          "nop\n"
                          ".cfi_restore_state\n"
                          "nop\n"
                          ".cfi_endproc\n.size rules,.-rules\n"
                          ".section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc -shared -nostdlib rules.s -o rules.so"));
    struct symbol_map *m = open_map("rules.so", 0);
    uint64_t at = find_one(m, "rules").entry;
    struct cfi_row row;
    assert_true(symbols_unwind_row(m, at, &row));
    assert_true(row.signal_frame && row.cfa_is_expression);
    assert_int_equal(row.cfa.expression_size, 3);
    assert_memory_equal(row.cfa.expression, "\x77\x08\x06", 3);

    assert_true(symbols_unwind_row(m, at + 1, &row));
    assert_false(row.cfa_is_expression);
    assert_int_equal(row.cfa.reg, 6);
    assert_int_equal(row.cfa.offset, 16);
    assert_int_equal(row.rules[1].kind, CFI_UNDEFINED);
    assert_int_equal(row.rules[2].kind, CFI_SAME);
    assert_int_equal(row.rules[3].kind, CFI_REGISTER);
    assert_int_equal(row.rules[3].reg, 4);
    assert_int_equal(row.rules[5].kind, CFI_VALUE_OFFSET);
    assert_int_equal(row.rules[5].offset, -24);
    assert_int_equal(row.rules[12].kind, CFI_EXPRESSION);
    assert_memory_equal(row.rules[12].expression, "\x77\x00", 2);
    assert_int_equal(row.rules[13].kind, CFI_VALUE_EXPRESSION);
    assert_int_equal(row.rules[13].expression_size, 2);
    assert_int_equal(row.rules[14].kind, CFI_OFFSET);
    assert_int_equal(row.rules[14].offset, 16);
    assert_int_equal(row.rules[15].offset, -32);

    assert_true(symbols_unwind_row(m, at + 2, &row));
    assert_int_equal(row.rules[15].kind, CFI_SAME);
    assert_int_equal(row.cfa.offset, 24);
    assert_true(symbols_unwind_row(m, at + 3, &row));
    assert_int_equal(row.cfa.offset, 16);
    assert_int_equal(row.rules[1].kind, CFI_SAME);
    assert_false(symbols_unwind_row(m, at + 4, &row));
    symbol_map_free(m);
}

static struct symbol_map *assemble(const char *name, const char *body)
{
    BASE_FREE char *file = xasprintf("%s.s", name);
    BASE_FREE char *text =
        xasprintf(".text\n.globl rules\n.type rules,@function\nrules:\n.cfi_startproc\n%s.cfi_endproc\n"
                  ".size rules,.-rules\n.section .note.GNU-stack,\"\",@progbits\n",
                  body);
    write_file(file, text);
    BASE_FREE char *program = xasprintf("%s.so", name);
    free(run("gcc -shared -nostdlib %s -o %s", file, program));
    return open_map(program, 0);
}

/* Where both sections speak of a function, the one that is loaded does; one that is in only one of them is
 * found there. */
static void test_two_sections(void **state)
{
    (void)state;
    write_file(
        "both.s",
        ".cfi_sections .eh_frame,.debug_frame\n.text\n"
        ".globl both\n.type both,@function\nboth:\n.cfi_startproc\nnop\n.cfi_endproc\n.size both,.-both\n"
        ".globl more\n.type more,@function\nmore:\n.cfi_startproc\nnop\n.cfi_endproc\n.size more,.-more\n"
        ".section .note.GNU-stack,\"\",@progbits\n");
    write_file(
        "only.s",
        ".cfi_sections .debug_frame\n.text\n"
        ".globl only\n.type only,@function\nonly:\n.cfi_startproc\nnop\n.cfi_endproc\n.size only,.-only\n"
        ".section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc -shared -nostdlib both.s only.s -o sections.so"));
    struct symbol_map *m = open_map("sections.so", 0);
    static const char *const names[] = {"both", "more", "only"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct cfi_row row;
        assert_true(symbols_unwind_row(m, find_one(m, names[i]).entry, &row));
        assert_string_equal(row.section, i < 2 ? ".eh_frame" : ".debug_frame");
    }
    symbol_map_free(m);
}

/* What the CIE says of a register is what `restore` brings back, and not "same value". */
static void test_restore_is_to_the_cie(void **state)
{
    (void)state;
    struct symbol_map *m =
        assemble("restore", "nop\n.cfi_undefined 16\n"
                            "nop\n.cfi_restore 16\n"
                            "nop\n.cfi_offset 16,-64\n.cfi_offset 3,-32\n"
                            "nop\n.cfi_escape 0x06,16\n.cfi_escape 0x06,3\n" /* restore_extended */
                            "nop\n");
    uint64_t at = find_one(m, "rules").entry;
    struct cfi_row row;
    static const struct {
        enum cfi_rule_kind kind;
        int64_t offset;
        enum cfi_rule_kind other;
    } wanted[] = {{CFI_OFFSET, -8, CFI_SAME},
                  {CFI_UNDEFINED, 0, CFI_SAME},
                  {CFI_OFFSET, -8, CFI_SAME},
                  {CFI_OFFSET, -64, CFI_OFFSET},
                  {CFI_OFFSET, -8, CFI_SAME}};
    for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
        assert_true(symbols_unwind_row(m, at + i, &row));
        assert_int_equal(row.rules[16].kind, wanted[i].kind);
        assert_int_equal(row.rules[16].offset, wanted[i].offset);
        assert_int_equal(row.rules[3].kind, wanted[i].other);
        assert_int_equal(row.cfa.reg, 7); /* nothing of that touches the CFA */
        assert_int_equal(row.cfa.offset, 8);
    }
    symbol_map_free(m);
}

/* The instructions that no assembler directive makes on x86, by their numbers: what moves the location, with
 * operands of each width, and what is factored by the CIE's -8. */
static void test_rare_instructions(void **state)
{
    (void)state;
    struct symbol_map *m =
        assemble("rare", ".cfi_escape 0x12,6,0x7e\n"             /* def_cfa_sf r6, -2: 16 */
                         ".cfi_escape 0x02,1\n"                  /* advance_loc1 1 */
                         ".cfi_escape 0x13,0x7d\n"               /* def_cfa_offset_sf -3: 24 */
                         ".cfi_escape 0x03,1,0\n"                /* advance_loc2 1 */
                         ".cfi_escape 0x0d,5\n"                  /* def_cfa_register r5 */
                         ".cfi_escape 0x04,1,0,0,0\n"            /* advance_loc4 1 */
                         ".cfi_escape 0x11,8,0x7e\n"             /* offset_extended_sf r8, -2: 16 */
                         ".cfi_escape 0x05,9,3\n"                /* offset_extended r9, 3: -24 */
                         ".cfi_escape 0x15,10,0x7f\n"            /* val_offset_sf r10, -1: 8 */
                         ".cfi_escape 0x1d,1,0,0,0,0,0,0,0\n"    /* MIPS_advance_loc8 1 */
                         ".cfi_escape 0x2e,0x90,1\n"             /* GNU_args_size 144 */
                         ".cfi_escape 0x2d\n"                    /* GNU_window_save */
                         ".cfi_escape 0x05,0x80,0x02,1\n"        /* offset_extended r256: no room for it */
                         ".cfi_escape 0x06,0x80,0x02\n"          /* restore_extended r256 */
                         ".cfi_escape 0x09,0x80,0x02,1\n"        /* register r256 */
                         ".cfi_escape 0x16,0x80,0x02,2,0x77,0\n" /* val_expression r256 */
                         ".cfi_escape 0x14,11,2\n"               /* val_offset r11, 2: -16 */
                         ".cfi_escape 0x0e,40\n"                 /* def_cfa_offset 40 */
                         "nop\nnop\nnop\nnop\nnop\nnop\n");
    uint64_t at = find_one(m, "rules").entry;
    struct cfi_row row;
    static const struct {
        unsigned reg;
        int64_t offset;
    } cfa[] = {{6, 16}, {6, 24}, {5, 24}, {5, 24}, {5, 40}, {5, 40}};
    for (size_t i = 0; i < ARRAY_LENGTH(cfa); i++) {
        assert_true(symbols_unwind_row(m, at + i, &row));
        assert_int_equal(row.cfa.reg, cfa[i].reg);
        assert_int_equal(row.cfa.offset, cfa[i].offset);
        assert_int_equal(row.rules[8].kind, i >= 3 ? CFI_OFFSET : CFI_SAME);
        assert_int_equal(row.rules[11].kind, i >= 4 ? CFI_VALUE_OFFSET : CFI_SAME);
    }
    assert_int_equal(row.rules[8].offset, 16);
    assert_int_equal(row.rules[9].kind, CFI_OFFSET);
    assert_int_equal(row.rules[9].offset, -24);
    assert_int_equal(row.rules[10].kind, CFI_VALUE_OFFSET);
    assert_int_equal(row.rules[10].offset, 8);
    assert_int_equal(row.rules[11].offset, -16);
    symbol_map_free(m);
}

/* As many states as may be remembered come back in the right order; one more is damage. */
static void test_remembered_states(void **state)
{
    (void)state;
    for (int depth = 63; depth <= 65; depth++) {
        BASE_BUF struct buf body = {0};
        for (int i = 0; i < depth; i++)
            buf_printf(&body, ".cfi_escape 0x0a\n.cfi_escape 0x0e,%d\n", i + 1);
        for (int i = 0; i < depth; i++)
            buf_add_text(&body, "nop\n.cfi_escape 0x0b\n");
        buf_add_text(&body, "nop\n");
        BASE_FREE char *name = xasprintf("deep%d", depth);
        struct symbol_map *m = assemble(name, buf_text(&body));
        uint64_t at = find_one(m, "rules").entry;
        struct cfi_row row;
        for (int i = 0; i <= depth; i++) {
            assert_int_equal(symbols_unwind_row(m, at + (uint64_t)i, &row), depth <= 64);
            if (depth <= 64)
                assert_int_equal(row.cfa.offset, i == depth ? 8 : depth - i);
        }
        symbol_map_free(m);
    }
}

/* A row that cannot be right is no row. */
static void test_damaged(void **state)
{
    (void)state;
    static const char *const programs[] = {
        ".cfi_escape 0x3e\n",               /* no such instruction */
        ".cfi_escape 0x0b\n",               /* nothing remembered */
        ".cfi_escape 0x0f,0x7f,0x77,0x08\n" /* an expression longer than the FDE */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        BASE_FREE char *text =
            xasprintf(".text\n.globl rules\n.type rules,@function\nrules:\n.cfi_startproc\nnop\n%snop\n"
                      ".cfi_endproc\n.size rules,.-rules\n.section .note.GNU-stack,\"\",@progbits\n",
                      programs[i]);
        write_file("bad.s", text);
        free(run("gcc -shared -nostdlib bad.s -o bad.so"));
        struct symbol_map *m = open_map("bad.so", 0);
        uint64_t at = find_one(m, "rules").entry;
        struct cfi_row row;
        assert_true(symbols_unwind_row(m, at, &row));
        assert_false(symbols_unwind_row(m, at + 1, &row));
        symbol_map_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_as_readelf),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_all_rules),
        cmocka_unit_test(test_two_sections),
        cmocka_unit_test(test_restore_is_to_the_cie),
        cmocka_unit_test(test_rare_instructions),
        cmocka_unit_test(test_remembered_states),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
