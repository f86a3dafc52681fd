/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of Rust and Fortran in debug information that no compiler would write: damaged, absurd, endless. */
#include "inspect_played.h"

/* Abbreviations by name, and what the DIEs below are written with. */
static const char abbreviations[] =
    ".macro abbrev n tag children\n .uleb128 \\n, \\tag\n .byte \\children\n.endm\n"
    ".macro has attribute form\n .uleb128 \\attribute, \\form\n.endm\n"
    ".macro end\n .byte 0, 0\n.endm\n"
    ".macro refer to\n .long .L\\to - cu\n.endm\n"
    ".macro base name size encoding\n .uleb128 2\n .asciz \"\\name\"\n .uleb128 \\size, \\encoding\n.endm\n"
    ".macro struct name size\n .uleb128 3\n .asciz \"\\name\"\n .uleb128 \\size\n.endm\n"
    ".macro part discriminant\n .uleb128 4\n refer \\discriminant\n.endm\n"
    ".macro variant value\n .uleb128 5\n .sleb128 \\value\n.endm\n"
    ".macro otherwise\n .uleb128 6\n.endm\n"
    ".macro member name type at\n .uleb128 7\n .asciz \"\\name\"\n refer \\type\n .uleb128 \\at\n.endm\n"
    ".macro hidden type at\n .uleb128 8\n refer \\type\n .uleb128 \\at\n.endm\n"
    ".macro listed a b c d\n .uleb128 9\n .byte 5, \\a, \\b, \\c, \\d\n.endm\n"
    ".macro variable name type at\n .uleb128 10\n .asciz \"\\name\"\n refer \\type\n .byte 9, 3\n .quad "
    "\\at\n.endm\n"
    ".macro array type\n .uleb128 11\n refer \\type\n.endm\n"
    ".macro bounds lower upper\n .uleb128 12\n .sleb128 \\lower, \\upper\n.endm\n"
    ".macro strided lower upper by\n .uleb128 13\n .sleb128 \\lower, \\upper, \\by\n.endm\n"
    ".macro text size\n .uleb128 14\n .uleb128 \\size\n.endm\n"
    ".macro until upper\n .uleb128 15\n refer \\upper\n.endm\n"
    /* descriptors: elements at the first word, upper bound in the second, stride in the third */
    ".macro described type\n .uleb128 16\n refer \\type\n .byte 2, 0x97, 6, 2, 0x97, 6\n.endm\n"
    ".macro computed\n .uleb128 17\n .byte 4, 0x97, 0x23, 8, 6, 4, 0x97, 0x23, 16, 6\n.endm\n"
    /* its length stands in the eight bytes at an address */
    ".macro measured at\n .uleb128 18\n .byte 9, 3\n .quad \\at\n.endm\n"
    ".macro done\n .byte 0\n.endm\n"
    ".text\n.globl _start\n_start: nop\nnop\nnop\nnop\ncode_end:\n"
    ".section .debug_abbrev,\"\",@progbits\n"
    "abbrev 1, 0x11, 1\nhas 0x13, 0x05\nhas 0x03, 0x08\nhas 0x11, 0x01\nhas 0x12, 0x07\nend\n"
    "abbrev 2, 0x24, 0\nhas 0x03, 0x08\nhas 0x0b, 0x0f\nhas 0x3e, 0x0f\nend\n"
    "abbrev 3, 0x13, 1\nhas 0x03, 0x08\nhas 0x0b, 0x0f\nend\n"
    "abbrev 4, 0x33, 1\nhas 0x15, 0x13\nend\n"
    "abbrev 5, 0x19, 1\nhas 0x16, 0x0d\nend\n"
    "abbrev 6, 0x19, 1\nend\n"
    "abbrev 7, 0x0d, 0\nhas 0x03, 0x08\nhas 0x49, 0x13\nhas 0x38, 0x0f\nend\n"
    "abbrev 8, 0x0d, 0\nhas 0x49, 0x13\nhas 0x38, 0x0f\nend\n"
    "abbrev 9, 0x19, 1\nhas 0x3d, 0x0a\nend\n"
    "abbrev 10, 0x34, 0\nhas 0x03, 0x08\nhas 0x49, 0x13\nhas 0x02, 0x18\nend\n"
    "abbrev 11, 0x01, 1\nhas 0x49, 0x13\nend\n"
    "abbrev 12, 0x21, 0\nhas 0x22, 0x0d\nhas 0x2f, 0x0d\nend\n"
    "abbrev 13, 0x21, 0\nhas 0x22, 0x0d\nhas 0x2f, 0x0d\nhas 0x51, 0x0d\nend\n"
    "abbrev 14, 0x12, 0\nhas 0x0b, 0x0f\nend\n"
    "abbrev 15, 0x21, 0\nhas 0x2f, 0x13\nend\n"
    "abbrev 16, 0x01, 1\nhas 0x49, 0x13\nhas 0x50, 0x18\nhas 0x4e, 0x18\nend\n"
    "abbrev 17, 0x21, 0\nhas 0x2f, 0x18\nhas 0x51, 0x18\nend\n"
    "abbrev 18, 0x12, 0\nhas 0x19, 0x18\nend\n"
    ".byte 0\n"
    ".section .debug_info,\"\",@progbits\n"
    "cu: .long info_end - cu - 4\n .short 4\n .long .debug_abbrev\n .byte 8\n"
    " .uleb128 1\n .short language\n .asciz \"made up\"\n .quad _start\n .quad code_end - _start\n";
static const char end_of_unit[] = " .byte 0\ninfo_end:\n";

static void load_dies(unsigned language, const char *dies)
{
    BASE_FREE char *source =
        xasprintf(".set language, %u\n%s%s%s", language, abbreviations, dies, end_of_unit);
    load_built("gcc", "v.s", source, "-g0");
}

enum { RUST = 0x1c, FORTRAN = 0x23 };

static void test_variants(void **state)
{
    (void)state;
    load_dies(RUST, ".Li8: base i8, 1, 5\n.Lu8: base u8, 1, 7\n.Lu64: base u64, 8, 7\n"
                    ".Le: struct E, 16\n"
                    " part tag\n .Ltag: hidden i8, 0\n"
                    " variant -2\n member Low, low, 0\n done\n"
                    " variant 5\n member None, none, 0\n done\n"
                    /* 10 to 20, and 30 */
                    " listed 1, 10, 20, 0\n .byte 30\n member Listed, low, 0\n done\n"
                    " done\n"
                    " .Llow: struct Low, 16\n member __0, u64, 8\n done\n"
                    " .Lnone: struct None, 16\n done\n"
                    "done\n"
                    "variable low, e, 0x1800\nvariable quit, e, 0x1810\nvariable wrong, e, 0x1820\n");
    put(0x1800, "\xfe\0\0\0\0\0\0\0\x2a\0\0\0\0\0\0\0", 16);
    put(0x1810, "\x05", 1);
    put(0x1820, "\x4d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    is("low", "E::Low(42)");
    is("low.0", "42");
    is("quit", "E::None");
    is("wrong", "<no variant has the discriminant 77>");
    fails("wrong.0", ERR_NO_MEMBER);
    put(0x1820, "\x0f", 1);
    next_stop();
    is("wrong", "E::Listed(0)");
    put(0x1820, "\x1e", 1);
    next_stop();
    is("wrong", "E::Listed(0)");
    put(0x1820, "\x15", 1);
    next_stop();
    is("wrong", "<no variant has the discriminant 21>");
    fails("quit.0", ERR_NO_MEMBER);
    fails("low.12345678901234567890123", ERR_NO_MEMBER);
}

/* The discriminant is the enumeration itself, is no member, is outside; a variant is the enumeration again.
 */
static void test_damaged_variants(void **state)
{
    (void)state;
    load_dies(
        RUST,
        ".Lu8: base u8, 1, 7\n"
        ".Lself: struct Own, 16\n part tag1\n .Ltag1: hidden self, 0\n otherwise\n member A, self, 0\n done\n"
        " done\n done\n"
        ".Lagain: struct Again, 16\n part tag2\n .Ltag2: hidden u8, 0\n"
        " otherwise\n member A, again, 0\n done\n done\n done\n"
        ".Lno: struct No, 16\n part no\n variant 1\n member A, u8, 0\n done\n done\n done\n"
        ".Lout: struct Out, 2\n part tag3\n .Ltag3: hidden u8, 9\n variant 0\n member A, u8, 0\n done\n "
        "done\n "
        "done\n"
        ".Lnothing: struct Nothing, 2\n part tag4\n .Ltag4: hidden u8, 0\n done\n done\n"
        "variable self, self, 0x1800\nvariable again, again, 0x1800\nvariable no, no, 0x1800\n"
        "variable out, out, 0x1800\nvariable nothing, nothing, 0x1800\n");
    fails("self", ERR_TYPE_MISMATCH);
    BASE_BUF struct buf text = {0};
    must(text_of("again", NULL, 0, &text));
    assert_true(text.length > 20 && text.length < 4096);
    is("no", "No::A");
    fails("out", ERR_TYPE_MISMATCH);
    must(text_of("nothing", NULL, 0, &text));
}

/* Parts in variants in parts, further than anybody goes. */
static void test_deep_variants(void **state)
{
    (void)state;
    struct buf dies = {0};
    buf_add_text(&dies, ".Lu8: base u8, 1, 7\n.Ldeep: struct Deep, 16\n member tag, u8, 0\n");
    for (unsigned i = 0; i < 60; i++)
        buf_printf(&dies, " part deep\n variant 0\n member m%u, u8, 1\n", i);
    for (unsigned i = 0; i < 60; i++)
        buf_add_text(&dies, " done\n done\n");
    buf_add_text(&dies, "done\nvariable deep, deep, 0x1800\n");
    load_dies(RUST, buf_text(&dies));
    BASE_BUF struct buf text = {0};
    must(text_of("deep", NULL, 0, &text));
    assert_true(text.length > 0 && text.length < 4096);
    buf_free(&dies);
}

static void test_arrays(void **state)
{
    (void)state;
    load_dies(FORTRAN,
              ".Li4: base integer, 4, 5\n"
              ".Lgrid: array i4\n bounds 1, 2\n bounds -1, 0\n done\n"
              ".Lempty: array i4\n bounds 1, -5\n done\n"
              ".Lback: array i4\n strided 1, 3, -4\n done\n"
              ".Ltext: text 5\n"
              ".Lsection: described i4\n computed\n done\n"
              "variable grid, grid, 0x1800\nvariable empty, empty, 0x1800\nvariable back, back, 0x1808\n"
              "variable text, text, 0x1820\nvariable section, section, 0x1840\n");
    put(0x1800, "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16);
    put(0x1820, "it's\1", 5);
    is("grid", "((1, 2) (3, 4))");
    is("empty", "()");
    is("back", "(3, 2, 1)");
    is("text", "'it''s\\001'");
    put_number(0x1840, 0);
    is("section", "<not allocated>");
    put_number(0x1840, 0x1800);
    put_number(0x1848, 2);
    put_number(0x1850, 8);
    next_stop();
    is("section", "(1, 3)");
    is("section[2]", "3");
    fails("section[3]", ERR_NO_MEMORY);
}

/* What no memory holds, and no number. */
static void test_absurd_arrays(void **state)
{
    (void)state;
    BASE_BUF struct buf text = {0};
    load_dies(FORTRAN,
              ".Li4: base integer, 4, 5\n"
              ".Lhuge: array i4\n bounds -0x7fffffffffffffff, 0x7fffffffffffffff\n done\n"
              ".Lwide: array i4\n strided 1, 100000, 0x4000000000000000\n done\n"
              ".Lfar: array i4\n strided 1, 3, 0x4000000000000000\n done\n"
              ".Lstill: array i4\n strided 1, 1000000000, 0\n done\n"
              ".Llong: text 0xfffffffffffffff\n.Lmeasured: measured 0x1800\n"
              ".Lloop: array i4\n until turn\n done\n"
              ".Lturn: variable turn, loop, 0x1800\n"
              ".Lself: array self\n bounds 1, 2\n done\n"
              ".Lsection: described i4\n computed\n done\n"
              "variable huge, huge, 0x1800\nvariable wide, wide, 0x1800\nvariable far, far, 0x1800\n"
              "variable still, still, 0x1800\nvariable long, long, 0x1800\nvariable self, self, 0x1800\n"
              "variable measured, measured, 0x1808\nvariable section, section, 0x1840\n");
    static const char *const names[] = {"huge", "wide", "far",      "still",  "long",
                                        "turn", "self", "measured", "section"};
    static const uint64_t numbers[] = {0, 1, 0x1800, INT64_MAX, UINT64_MAX, 1ull << 62, 1ull << 40};
    for (size_t k = 0; k < ARRAY_LENGTH(numbers); k++) {
        put_number(0x1800, numbers[k]);
        put_number(0x1840, 0x1800);
        put_number(0x1848, numbers[k]);
        put_number(0x1850, numbers[ARRAY_LENGTH(numbers) - 1 - k]);
        next_stop();
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
            buf_clear(&text);
            error_free(text_of(names[i], NULL, 0, &text));
            assert_true(text.length < RENDER_TEXT + 256);
        }
        error_free(text_of("huge[0x7fffffffffffffff]", NULL, 0, &text));
        error_free(text_of("section[3]", NULL, 0, &text));
        error_free(text_of("far[3]", NULL, 0, &text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_variants), TEST(test_damaged_variants),
                                       TEST(test_deep_variants), TEST(test_arrays), TEST(test_absurd_arrays)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
