/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes of C++ in a memory that the test writes: objects as they should be, half made and damaged ones; and
 * descriptions of classes that no compiler writes. */
#include "inspect_played.h"

enum { OBJECT = 0x2300, TABLE = 0x2500, WORD = 8 };

static const char classes[] = "struct Base { int b; virtual int get(); };\n"
                              "struct Left : virtual Base { int l; };\n"
                              "struct Right : virtual Base { int r; };\n"
                              "struct Whole : Left, Right { int w; static const int limit = 99; };\n"
                              "struct First { int first; };\n"
                              "struct Second { int second; };\n"
                              "struct Both : First, Second { int both; typedef long number; };\n"
                              "struct Loose { int loose; };\n"
                              "int Base::get() { return b; }\n"
                              "Whole whole;\n"
                              "Both *both;\n"
                              "Loose *loose;\n"
                              "int Both::*to_both;\n"
                              "int Second::*to_second;\n"
                              "Both::number alias;\n"
                              "extern \"C\" void _start() { whole.get(); }\n";

static void put_int(uint64_t address, int number)
{
    put(address, &number, sizeof number);
}

/* A Whole as g++ lays it out: Left with its table at 0, l at 8; Right at 16, r at 24; w at 28; Base at 32, b
 * at 40. */
static void put_whole(void)
{
    put_number(OBJECT, TABLE);
    put_int(OBJECT + 8, 1);
    put_number(OBJECT + 16, TABLE + 0x40);
    put_int(OBJECT + 24, 2);
    put_int(OBJECT + 28, 3);
    put_number(OBJECT + 32, TABLE + 0x80);
    put_int(OBJECT + 40, 7);
    put_number(TABLE - 3 * WORD, 32); /* from Left to Base */
    put_number(TABLE - 2 * WORD, 0);  /* to the top */
    put_number(TABLE + 0x40 - 3 * WORD, 16);
    put_number(TABLE + 0x40 - 2 * WORD, (uint64_t)-16);
    put_number(TABLE + 0x80 - 2 * WORD, (uint64_t)-32);
}

/* Expressions are read in the language of the code where the target stands. */
static void run_in_start(void)
{
    uint64_t code;
    must(values_address(target, "&_start", &code));
    played.registers[1][PLAYED_RIP] = code;
    next_stop();
}

/* A number in memory at the next stop. */
static void stands(uint64_t address, uint64_t number)
{
    put_number(address, number);
    next_stop();
}

static int start_classes(void **state)
{
    if (start(state) != 0)
        return -1;
    load_built("g++", "v.cc", classes, "-O0 -fno-rtti -fno-exceptions -fno-asynchronous-unwind-tables");
    put_whole();
    run_in_start();
    return 0;
}

static void test_virtual_bases(void **state)
{
    (void)state;
    is("((Whole *)0x2300)->b", "7");
    is("((Right *)(Whole *)0x2300)->r", "2");
    is("((Left *)(Whole *)0x2300)->b", "7");
    is("(Base *)(Whole *)0x2300", "(Base *) 0x2320");
    is("(Base *)(Right *)0x2310", "(Base *) 0x2320");
    is("((Whole *)(Base *)0x2320)->w", "3");
    is("((Whole *)(Right *)0x2310)->w", "3");
    is("dynamic_cast<Whole *>((Base *)0x2320)->l", "1");
    is("(Whole *)(Base *)0", "(Whole *) 0x0");
    is("(Base *)(Whole *)0", "(Base *) 0x0");
    is("(Base *)0x2320 == (Whole *)0x2300", "true");
    is("(Base *)0x2320 != (Right *)0x2310", "false");
    is("((Whole *)0x2300)->Base::b", "7");
    fails("((Whole *)0x2300)->First::first", ERR_NO_MEMBER);
    is("*(Whole *)0x2300",
       "{<Left> = {<Base> = {_vptr.Base = 0x2580, b = 7}, _vptr.Left = 0x2500, l = 1}, <Right> = "
       "{_vptr.Right = 0x2540, r = 2}, w = 3, static limit = 99}");
}

/* What the virtual table says is believed within limits, and what is wrong with one base is of no other. */
static void test_damaged_table(void **state)
{
    (void)state;
    stands(TABLE - 3 * WORD, 1ull << 40);
    fails("((Whole *)0x2300)->b", ERR_UNSUPPORTED);
    is("*(Left *)0x2300", "{<Base> = <invalid address>, _vptr.Left = 0x2500, l = 1}");
    is("((Whole *)0x2300)->l", "1");
    is("((Right *)0x2310)->b", "7");
    stands(TABLE - 3 * WORD, 0x10000);
    fails("((Whole *)0x2300)->b", ERR_NO_MEMORY);
    stands(OBJECT, 0); /* not constructed yet */
    fails("((Whole *)0x2300)->b", ERR_NO_MEMORY);
    is("((Whole *)0x2300)->w", "3");
    stands(TABLE + 0x80 - 2 * WORD, 24);
    fails("(Whole *)(Base *)0x2320", ERR_UNSUPPORTED);
    stands(TABLE + 0x80 - 2 * WORD, (uint64_t)-8); /* of some other object */
    fails("(Whole *)(Base *)0x2320", ERR_TYPE_MISMATCH);
    is("dynamic_cast<Whole *>((Base *)0x2320)", "(Whole *) 0x0");
    stands(OBJECT + 32, 0x9000);
    fails("(Whole *)(Base *)0x2320", ERR_NO_MEMORY);
}

static void test_casts(void **state)
{
    (void)state;
    put_int(OBJECT, 10);
    put_int(OBJECT + 4, 20);
    put_int(OBJECT + 8, 30);
    is("(Second *)(Both *)0x2300", "(Second *) 0x2304");
    is("(Both *)(Second *)0x2304", "(Both *) 0x2300");
    is("static_cast<Both *>((Second *)0x2304)->both", "30");
    is("reinterpret_cast<Both *>((Second *)0x2304)", "(Both *) 0x2304");
    is("((Second &)*(Both *)0x2300).second", "20");
    is("((Both &)*(Second *)0x2304).first", "10");
    is("(Loose *)(Both *)0x2300", "(Loose *) 0x2300");
    is("(Second *)(Both *)0x2300 == (Both *)0x2300", "true");
    is("(Second)*(Both *)0x2300", "{second = 20}");
    fails("dynamic_cast<Both *>((Second *)0x2304)", ERR_UNSUPPORTED); /* it has no virtual table */
    fails("dynamic_cast<int>(3)", ERR_TYPE_MISMATCH);
    fails("static_cast<Nothing *>(3)", ERR_NO_TYPE);
    fails("static_cast<Both *", ERR_SYNTAX);
    fails("static_cast(3)", ERR_SYNTAX);
    is("sizeof(Both::number)", "8");
    is("sizeof(Both &)", "12");
    is("int(3.7) + long(1)", "4");
}

static void test_member_pointers(void **state)
{
    (void)state;
    put_int(OBJECT, 10);
    put_int(OBJECT + 4, 20);
    put_int(OBJECT + 8, 30);
    is("&Both::both", "&Both::both");
    is("&Both::second", "&Second::second");
    is("(*(Both *)0x2300).*(&Both::second)", "20");
    is("((Both *)0x2300)->*(&Both::both)", "30");
    is("((Both *)0x2300)->*(&Second::second)", "20");
    is("&Both::both == &Both::both", "true");
    is("&Both::both == &Both::first", "false");
    is("sizeof(&Both::both)", "8");
    stands(0x2400, 7);
    is("*(int Both::**)0x2400", "7"); /* of nothing that begins there */
    stands(0x2400, UINT64_MAX);
    is("*(int Both::**)0x2400", "NULL");
    fails("((Both *)0x2300)->*(*(int Both::**)0x2400)", ERR_TYPE_MISMATCH);
    is("!*(int Both::**)0x2400", "true");
    stands(0x2400, 0);
    is("!*(int Both::**)0x2400", "false");
    is("(int Both::*)&Both::both", "&Both::both");
    put_number(0x2408, 8);
    stands(0x2400, 0x2f00);
    is("*(int (Both::**)(int))0x2400", "(int (Both::*)(int)) 0x2f00, this adjustment 8");
    is("(long)*(int (Both::**)(int))0x2400", "12032");
    is("(int (Both::*)(int))*(int (Both::**)(int))0x2400 == *(int (Both::**)(int))0x2400", "true");
    stands(0x2400, 17);
    is("*(int (Both::**)(int))0x2400", "&virtual table offset 16, this adjustment 8");
    fails("3 .* 4", ERR_TYPE_MISMATCH);
    fails("&Both::nothing", ERR_NO_SYMBOL);
    fails("Both::both", ERR_NO_SYMBOL);
    is("&Base::get", "&virtual Base::get()");
    is("Whole::limit", "99");
    is("((Whole *)0x2300)->limit", "99");
}

/* A class that is its own base, twice; one whose base lies far outside; namespaces that use each other, and a
 * name for itself. */
static const char nonsense[] =
    ".data\n.globl thing\nthing: .quad 5\n"
    ".text\n.globl _start\n_start: nop\nend:\n"
    ".section .debug_abbrev,\"\",@progbits\n"
    ".byte 1,0x11,1, 0x13,0x0b, 0x11,0x01, 0x12,0x07, 0,0\n"  /* unit: language, low_pc, high_pc */
    ".byte 2,0x13,1, 0x03,0x08, 0x0b,0x0b, 0,0\n"             /* struct: name, byte_size */
    ".byte 3,0x1c,0, 0x49,0x13, 0x38,0x06, 0,0\n"             /* inheritance: type, location */
    ".byte 4,0x0d,0, 0x03,0x08, 0x49,0x13, 0x38,0x0b, 0,0\n"  /* member: name, type, location */
    ".byte 5,0x24,0, 0x03,0x08, 0x0b,0x0b, 0x3e,0x0b, 0,0\n"  /* base type: name, size, encoding */
    ".byte 6,0x39,1, 0x03,0x08, 0,0\n"                        /* namespace: name */
    ".byte 7,0x3a,0, 0x18,0x13, 0,0\n"                        /* imported module: import */
    ".byte 8,0x16,0, 0x03,0x08, 0x49,0x13, 0,0\n"             /* typedef: name, type */
    ".byte 9,0x08,0, 0x03,0x08, 0x18,0x13, 0,0\n"             /* imported declaration: name, import */
    ".byte 10,0x1c,0, 0x49,0x13, 0x38,0x0a, 0x4c,0x0b, 0,0\n" /* virtual inheritance: type, expression */
    ".byte 0\n"
    ".section .debug_info,\"\",@progbits\n"
    "unit: .long after - . - 4\n .short 4\n .long .debug_abbrev\n .byte 8\n"
    ".byte 1,4\n .quad _start\n .quad end - _start\n"
    "int: .byte 5\n .string \"int\"\n .byte 4,5\n"
    "own: .byte 2\n .string \"Own\"\n .byte 8\n"
    ".byte 3\n .long own - unit, 0\n .byte 3\n .long own - unit, 0\n"
    ".byte 4\n .string \"x\"\n .long int - unit\n .byte 4\n .byte 0\n"
    "far: .byte 2\n .string \"Far\"\n .byte 8\n .byte 3\n .long own - unit, 0x7fffffff\n .byte 0\n"
    "odd: .byte 2\n .string \"Odd\"\n .byte 8\n .byte 10\n .long own - unit\n .byte 3,0x2f,0xfd,0xff,1\n "
    ".byte 0\n"
    "one: .byte 6\n .string \"one\"\n .byte 7\n .long two - unit\n .byte 0\n"
    "two: .byte 6\n .string \"two\"\n .byte 7\n .long one - unit\n .byte 9\n .string \"again\"\n .long two - "
    "unit\n .byte 0\n"
    "self: .byte 8\n .string \"self\"\n .long self - unit\n"
    ".byte 0\nafter:\n";

static void test_nonsense(void **state)
{
    (void)state;
    load_built("gcc", "v.s", nonsense, "");
    run_in_start();
    put_number(OBJECT, 0x0000000700000006);
    is("((Own *)0x2300)->x", "7");
    fails("((Own *)0x2300)->y", ERR_NO_MEMBER);
    fails("((Far *)0x2300)->x", ERR_NO_MEMORY);
    fails("((Odd *)0x2300)->x", ERR_INTERNAL); /* an expression without an end */
    is("(Far *)(Own *)0x2300 == (Far *)0x2300", "false");
    BASE_BUF struct buf text = {0};
    must(text_of("*(Own *)0x2300", NULL, 0, &text));
    assert_in_range(text.length, 100, 80 << 10);
    buf_clear(&text);
    must(text_of("*(Far *)0x2300", NULL, 0, &text));
    assert_non_null(strstr(buf_text(&text), "<error: "));
    fails("one::nothing", ERR_NO_SYMBOL);
    fails("two::again::again::again::nothing", ERR_NO_SYMBOL);
    fails("sizeof(two::nothing)", ERR_NO_SYMBOL);
    fails("(one::Nothing *)3", ERR_NO_TYPE);
    is("sizeof(self)", "1");
}

#define IN_CLASSES(f) cmocka_unit_test_setup_teardown(f, start_classes, end)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_CLASSES(test_virtual_bases), IN_CLASSES(test_damaged_table),
                                       IN_CLASSES(test_casts), IN_CLASSES(test_member_pointers),
                                       TEST(test_nonsense)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
