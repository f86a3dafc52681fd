/* SPDX-License-Identifier: GPL-3.0-or-later */
/* symbols/elf/probes.h and symbols/jumps.h: notes as they are, damaged, and what a file jumps by. */
#include "test_symbols_support.h"

#include "symbols/elf/probes.h"
#include "symbols/jumps.h"
#include "symbols/limits.h"

static void add_u32(struct buf *out, uint32_t v)
{
    buf_add(out, &v, sizeof v);
}

static void add_u64(struct buf *out, uint64_t v)
{
    buf_add(out, &v, sizeof v);
}

/* A note of a 64-bit little-endian file, with `text` (of NUL-terminated strings) behind the addresses. */
static void add_note(struct buf *out, const char *owner, uint32_t type, uint64_t address, uint64_t base,
                     const char *text, size_t n)
{
    add_u32(out, (uint32_t)strlen(owner) + 1);
    add_u32(out, (uint32_t)(24 + n));
    add_u32(out, type);
    buf_add(out, owner, strlen(owner) + 1);
    while (out->length % 4)
        buf_add_char(out, 0);
    add_u64(out, address);
    add_u64(out, base);
    add_u64(out, 0);
    buf_add(out, text, n);
    while (out->length % 4)
        buf_add_char(out, 0);
}

static struct probe_notes notes_of(const struct buf *b, size_t size, uint64_t base)
{
    return (struct probe_notes){
        .left = cursor_of((const uint8_t *)b->data, size, false), .word = 8, .base = base};
}

static const char words[] = "libc\0longjmp_target\0008@%rdi -4@%esi 8@%rdx";

static void test_notes(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    struct elf_probe p;
    add_note(&b, "GNU", 3, 1, 0, words, sizeof words);     /* another owner's */
    add_note(&b, "stapsdt", 2, 2, 0, words, sizeof words); /* another version */
    add_note(&b, "stapsdt", 3, 0x1000, 0x500, words, sizeof words);
    add_note(&b, "stapsdt", 3, 3, 0, "libc\0longjmp", 13); /* no words */
    add_note(&b, "stapsdt", 3, 0x2000, 0, words, sizeof words);
    struct probe_notes n = notes_of(&b, b.length, 0x700);
    assert_true(probes_next(&n, &p));
    assert_int_equal(p.address, 0x1200);
    assert_string_equal(p.provider, "libc");
    assert_string_equal(p.name, "longjmp_target");
    assert_true(probes_next(&n, &p));
    assert_int_equal(p.address, 0x2000); /* of no base: it was not moved */
    assert_false(probes_next(&n, &p));
}

/* Cut anywhere, and with any byte changed, it is no more than what lies there. */
static void test_damaged_notes(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    struct elf_probe p;
    add_note(&b, "stapsdt", 3, 0x1000, 0, words, sizeof words);
    add_note(&b, "stapsdt", 3, 0x2000, 0, words, sizeof words);
    for (size_t size = 0; size < b.length; size++) {
        BASE_FREE char *copy = xmemdup(b.data, size ? size : 1); /* the sanitizer sees a read behind it */
        struct probe_notes n = {.left = cursor_of((const uint8_t *)copy, size, false), .word = 8};
        unsigned found = 0;
        while (probes_next(&n, &p))
            found++;
        assert_true(found <= 1 + (size + 4 > b.length));
    }
    seed_random();
    for (unsigned round = 0; round < 2000; round++) {
        BASE_FREE char *copy = xmemdup(b.data, b.length);
        for (unsigned i = 0; i < 3; i++)
            copy[random_below(b.length)] = (char)random_below(256);
        struct probe_notes n = {.left = cursor_of((const uint8_t *)copy, b.length, random_below(2)),
                                .word = 8};
        char name[8];
        while (probes_next(&n, &p))
            for (unsigned k = 1; k < 5; k++)
                if (probe_argument(p.arguments, k, name, sizeof name))
                    assert_true(strlen(name) < sizeof name);
    }
}

static void test_arguments(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        unsigned number;
        const char *name; /* NULL: in no register */
    } cases[] = {
        {"8@%rdi -4@%esi 8@%rdx", 3, "rdx"},
        {"8@x0 -4@w1 8@x30", 3, "x30"},
        {"8@3 -4@4 8@0", 3, "r0"},
        {"4@r4", 1, "r4"},
        {"8@%r2", 1, "r2"},
        {"%rax", 1, "rax"},
        {"8@%rdi", 2, NULL},
        {"8@8(%rdi)", 1, NULL},
        {"8@$5", 1, NULL},
        {"8@[sp, 8]", 1, NULL},
        {"", 1, NULL},
        {"8@", 1, NULL},
        {"8@%", 1, NULL},
        {"8@%waytoolong", 1, NULL},
        {"  8@%rdi  8@%rsi ", 2, "rsi"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char name[8] = "?";
        bool found = probe_argument(cases[i].words, cases[i].number, name, sizeof name);
        if (found != (cases[i].name != NULL) || (found && strcmp(name, cases[i].name) != 0))
            fail_msg("%s, %u: %s", cases[i].words, cases[i].number, found ? name : "none");
    }
}

static const struct symbol_jump *jump_of(struct symbol_file *f, enum jump_kind kind, size_t *count)
{
    struct symbol_jump *list;
    const struct symbol_jump *found = NULL;
    *count = 0;
    for (size_t i = 0, n = symbol_file_jumps(f, &list); i < n; i++)
        if (list[i].kind == kind) {
            found = found ? found : &list[i];
            ++*count;
        }
    return found;
}

static void test_what_a_file_jumps_by(void **state)
{
    (void)state;
    size_t count;
    write_file(
        "names.c",
        "void longjmp_not(void) {}\nvoid _longjmp(void) {}\nint siglongjmp;\n"
        "void _Unwind_SetIP(void) {}\nvoid _Unwind_DebugHook(void) {}\nvoid __cxa_begin_catch(void) {}\n"
        "void longjmp(void) __attribute__((alias(\"_longjmp\")));\nint main(void) { return 0; }\n");
    free(run("gcc -w -fno-builtin names.c -o names"));
    struct symbol_file *f = open_file("names");
    assert_non_null(jump_of(f, JUMP_BEGINS, &count));
    assert_int_equal(count, 1); /* by two names */
    assert_non_null(jump_of(f, JUMP_HANDLER, &count));
    assert_int_equal(count, 1); /* the hook, and what is called for others as well not */
    assert_non_null(jump_of(f, JUMP_CATCH, &count));
    symbol_file_close(f);

    write_file(
        "noted.s",
        ".text\n.globl main, longjmp\nmain: ret\n.type longjmp, @function\nlongjmp: nop\n1: jmp *%rdx\n"
        ".size longjmp, . - longjmp\n"
        ".section .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n_.stapsdt.base: .space 1\n"
        ".section .note.stapsdt,\"\",\"note\"\n.balign 4\n.long 8, 3f - 2f, 3\n.asciz \"stapsdt\"\n"
        "2: .quad 1b, _.stapsdt.base, 0\n.asciz \"libc\"\n.asciz \"longjmp_target\"\n"
        ".asciz \"8@%rdi -4@%eax 8@%rdx\"\n3: .balign 4\n.section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc noted.s -o noted"));
    f = open_file("noted");
    const struct symbol_jump *jump = jump_of(f, JUMP_KNOWN, &count);
    assert_int_equal(count, 1);
    assert_string_equal(jump->argument, "rdx");
    jump_of(f, JUMP_BEGINS, &count);
    assert_int_equal(count, 0); /* the name tells less */
    symbol_file_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_damaged_notes),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_what_a_file_jumps_by),
    };
    return cmocka_run_group_tests_name("probes", tests, make_scratch, remove_scratch);
}
