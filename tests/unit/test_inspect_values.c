/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions over the memory and registers of a target that no session holds. */
#include "inspect_played.h"

#include "engine/inspect/disassembly/disassembly.h"
#include "engine/inspect/render/locals.h"

static void becomes(const char *place, const char *value, const char *text)
{
    BASE_BUF struct buf got = {0};
    must(text_of(place, value, 0, &got));
    assert_string_equal(buf_text(&got), text);
}

/* -- memory ---------------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
    (void)state;
    bool truth;
    put(0x1800, "\x01\x02\x03\x84\0\0\0\0", 8);
    put(0x1810, "a string", 9);
    put_number(0x1820, 0x1810);
    is("*(short *)0x1800", "513");
    is("*(int *)0x1800 < 0", "1");
    is("((unsigned char *)0x1800)[3]", "132 '\\204'");
    is("*(char **)0x1820", "0x1810 \"a string\"");
    is("**(char **)0x1820 + 1", "98");
    is("*(char (*)[4])0x1810", "\"a st\"");
    evaluates("*(int *)0x1800", 'x', "0x84030201");
    must(values_truth(target, "*(long *)0x1808 == -0x6f6f6f6f6f6f6f70", &truth));
    assert_true(truth);
    target->big_endian = true;
    is("*(short *)0x1800", "258");
    target->big_endian = false;
    fails("*(int *)0x9000", ERR_NO_MEMORY);
    is("(int *)0x9000", "(int *) 0x9000"); /* nobody looks there */
}

/* Where a device may be, what is asked for is what goes out, each time once. */
static void test_width(void **state)
{
    (void)state;
    target->threads.has_current = false; /* no stack is known, near which all would be RAM */
    is("*(unsigned short *)0x1802", "37008");
    is("*(unsigned short *)0x1802", "37008");
    assert_int_equal(sent("m1802,2"), 2);
    assert_int_equal(sent("m"), 2);
    is("&*(int *)0x1802", "(int *) 0x1802");
    is("1 || *(int *)0x1802", "1");
    is("sizeof *(int *)0x1802", "4");
    assert_int_equal(sent(""), 2);
}

/* The filter of the target's memory is in the way of values like of all else. */
static void test_filtered(void **state)
{
    (void)state;
    filter.active = true;
    filter.address = 0x1801;
    filter.seen = 0;
    filter.stands = 0xcc;
    evaluates("*(unsigned *)0x1800", 'x', "0x90900090");
    becomes("*(unsigned *)0x1800", "0x11223344 + 1", "287454021");
    assert_int_equal(stands_at(0x1800), 0x45);
    assert_int_equal(stands_at(0x1801), 0xcc);
    assert_int_equal(stands_at(0x1803), 0x11);
}

/* -- registers and frames -------------------------------------------------------------------------- */

static void test_registers(void **state)
{
    (void)state;
    played.registers[1][RAX] = 0x1800;
    put_number(0x1800, 42);
    is("*(long *)$rax", "42");
    is("$rax / 2", "3072");
    is("$sp", "(void *) 0x2f00");
    is("*(unsigned char *)($sp + 1) == 0x90", "1");
    becomes("$rax", "$rax + 8", "6152");
    assert_int_equal(sent("P0=0818000000000000"), 1);
    is("$rax", "6152");
    fails("$nobody", ERR_NO_SYMBOL);
    target->threads.has_current = false;
    fails("$rax", ERR_NO_THREAD);
}

/* A caller's registers are those that its callee has left or saved; of the others nobody knows. */
static void test_frames(void **state)
{
    (void)state;
    played.registers[1][PLAYED_RSP] = 0x2800;
    played.registers[1][RBP] = 0x2810;
    put_number(0x2810, 0x2840);
    put_number(0x2818, 0x1234);
    is("$rbp", "10256");
    target->frame = 1;
    is("$rbp", "10304");
    is("$pc", "(void (*)()) 0x1234");
    is("$sp", "(void *) 0x2820");
    fails("$rbx", ERR_OPTIMISED_OUT);
    target->frame = 7;
    fails("$rbx", ERR_USAGE);
    target->frame = 0;
    is("$rbx", "0");
}

static void test_running(void **state)
{
    (void)state;
    is("$rax", "0"); /* with it comes the pc, by which names are looked up */
    target_runs(target);
    fails("*(int *)0x1800", ERR_NOT_STOPPED);
    fails("$rax", ERR_NOT_STOPPED); /* what is known of it is of the past */
    is("6 * 7", "42");
    target_stands(target);
    hang_up();
    fails("*(int *)0x1800", ERR_LOST);
    assert_int_equal(told("lost "), 1);
    fails("*(int *)0x1800", ERR_NOT_CONNECTED);
    is("6 * 7", "42");
}

static void cannot_disassemble(uint64_t address, enum error_code code)
{
    struct instruction *list = NULL;
    size_t got;
    must_fail(disassemble(target, address, 1, &list, &got), code);
    assert_null(list);
}

/* Memory that there is no target for is not memory that cannot be read; and what no target and no file has is
 * missing before the architecture is. */
static void test_disassemble_nothing(void **state)
{
    (void)state;
    const struct arch *arch = target->arch;
    cannot_disassemble(0x10, ERR_NO_MEMORY);
    target->arch = NULL;
    cannot_disassemble(0x10, ERR_UNSUPPORTED);
    target->arch = arch;
    target_runs(target);
    cannot_disassemble(0x10, ERR_NOT_STOPPED);
    target_has_ended(target);
    cannot_disassemble(0x10, ERR_NOT_CONNECTED);
    target_is_gone(target);
    cannot_disassemble(0x10, ERR_NOT_CONNECTED);
    target->arch = NULL;
    cannot_disassemble(0x10, ERR_NOT_CONNECTED);
    target->arch = arch;
}

/* What is lost over the pc, by which names would be looked up, is lost and no name that nobody knows. */
static void test_lost(void **state)
{
    (void)state;
    uint64_t address;
    struct locals *locals;
    hang_up();
    must_fail(values_address(target, "nobody", &address), ERR_LOST);
    assert_int_equal(told("lost "), 1);
    must_fail(values_address(target, "nobody", &address), ERR_NO_SYMBOL);
    must(locals_begin(target, &locals));
    assert_int_equal(locals_count(locals), 0);
    assert_null(locals_next(locals));
    must(locals_end(locals));
}

/* -- variables ------------------------------------------------------------------------------------- */

/* What a variable is is the file's word, and what is in it the memory's. */
static void test_variables(void **state)
{
    (void)state;
    uint64_t address, size;
    load("struct pair { int number; char text[4]; struct pair *next; };\n"
         "struct pair first = {1, \"abc\", 0};\nvoid _start(void) {}\n",
         "-O0");
    must(values_place(target, "first", &address, &size));
    assert_int_equal(address, 0x2200);
    assert_int_equal(size, 16);
    put(0x2200, "\x07\0\0\0xy\0\0\0\x23\0\0\0\0\0\0", 16);
    put(0x2300, "\x09\0\0\0end\0\0\0\0\0\0\0\0\0", 16);
    is("first", "{number = 7, text = \"xy\\000\", next = 0x2300}");
    is("first.next->text", "\"end\"");
    is("first.next->next", "(struct pair *) 0x0");
    fails("first.next->next->number", ERR_NO_MEMORY);
    fails("first.other", ERR_NO_MEMBER);
    symbol_map_set_offset(target->map, 0, 0x100);
    is("first.number", "9");
}

/* What C++ would read otherwise is C's in C: brackets compare, `operator` and `this` are names. */
static void test_names_of_c(void **state)
{
    (void)state;
    uint64_t code;
    load("int operator = 5, a = 1, b = 2, c = 0, this = 3, true = 4;\n"
         "struct list { int operator; } s = {7};\n"
         "void _start(void) { operator++; }\n",
         "-O0");
    must(values_address(target, "_start", &code));
    played.registers[1][PLAYED_RIP] = code;
    static const int numbers[] = {5, 1, 2, 0, 3, 4, 7};
    put(0x2200, numbers, 12);
    uint64_t address, size;
    static const char *const names[] = {"operator", "a", "b", "c", "this", "true", "s"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        must(values_place(target, names[i], &address, &size));
        put(address, &numbers[i], 4);
    }
    next_stop();
    is("operator + 1", "6");
    is("s.operator == 7", "1");
    is("a < b > (c)", "1");
    is("a<b&&b>c", "1");
    is("this + true", "7");
    is("(struct list *)0", "(struct list *) 0x0");
    fails("(list *)0", ERR_NO_TYPE);
    fails("nullptr", ERR_NO_SYMBOL);
    fails("s.nothing::operator", ERR_NO_SYMBOL); /* of a file called so */
    fails("vec<a>(c)", ERR_NO_SYMBOL);
}

static void type_is(const char *name, enum type_kind kind, uint64_t size)
{
    struct type *t;
    must(values_type(target, name, &t));
    assert_int_equal(t->kind, kind);
    assert_int_equal(type_size(type_strip(t)), size);
}

/* By its name or by what is of that type; what is neither is no type. */
static void test_type(void **state)
{
    (void)state;
    struct type *t;
    load("typedef struct pair { int number; struct pair *next; } pairs[3];\n"
         "pairs all;\nvoid _start(void) {}\n",
         "-O0");
    type_is("struct pair", TYPE_STRUCT, 16);
    type_is("struct pair *", TYPE_POINTER, 8);
    type_is("pairs", TYPE_TYPEDEF, 48);
    type_is("all", TYPE_TYPEDEF, 48);
    type_is("all[1].number", TYPE_INTEGER, 4);
    must_fail(values_type(target, "nobody", &t), ERR_NO_TYPE);
}

static void local_is(const struct local *l, const char *name, const char *type, enum local_state state,
                     const char *text)
{
    if (!l)
        fail_msg("there is no %s", name);
    assert_string_equal(l->name, name);
    assert_string_equal(l->type, type);
    assert_string_equal(l->text, text);
    assert_int_equal(l->state, state);
    assert_int_equal(l->value != NULL, state == LOCAL_SHOWN);
}

/* In the first instruction of `look`: the argument and what is made of it are in a register, `at` leads to
 * what has no address, and of `gone` nothing is told. */
static void test_locals(void **state)
{
    (void)state;
    struct locals *locals;
    const struct local *kept;
    uint64_t code, place;
    load("struct pair { int number; struct pair *next; };\n"
         "int look(int argument)\n{\n"
         "    static char big[2 << 20];\n"
         "    int gone;\n"
         "    struct pair pair = {argument, 0}, *at = &pair;\n"
         "    volatile int kept[2] = {argument, 3};\n"
         "    return kept[1] + at->number + big[kept[0]]++;\n}\n"
         "void _start(void) { look(2); }\n",
         "-O1 -fno-inline -fno-ipa-cp -Wl,-Tbss=0x100000");
    must(values_address(target, "look", &code));
    played.registers[1][PLAYED_RIP] = code;
    played.registers[1][RDI] = 5;
    played.registers[1][PLAYED_RSP] = 0x2800;
    next_stop();
    must(locals_begin(target, &locals));
    assert_int_equal(locals_count(locals), 6);
    local_is(locals_next(locals), "argument", "int", LOCAL_SHOWN, "5");
    local_is(locals_next(locals), "big", "char [2097152]", LOCAL_NO_MEMORY, "");
    local_is(locals_next(locals), "gone", "int", LOCAL_OPTIMISED_OUT, "");
    local_is(locals_next(locals), "pair", "struct pair", LOCAL_SHOWN, "{number = 5, next = 0x0}");
    local_is(locals_next(locals), "at", "struct pair *", LOCAL_OPTIMISED_OUT, "");
    kept = locals_next(locals);
    assert_true(kept->has_address && !kept->argument);
    place = kept->address;
    local_is(kept, "kept", "volatile int [2]", LOCAL_SHOWN, "{-1869574000, -1869574000}");
    assert_null(locals_next(locals));
    must(locals_end(locals));
    assert_in_range(place, 0x2700, 0x2808);
    is("at->number", "5");
    is("kept", "{-1869574000, -1869574000}");
    put(place, "\x07\0\0\0\x08\0\0\0", 8);
    next_stop();
    is("kept", "{7, 8}");
    played.registers[1][PLAYED_RSP] = 0x9000;
    next_stop();
    must(locals_begin(target, &locals));
    assert_true(locals_next(locals)->argument);
    for (unsigned i = 0; i < 4; i++)
        assert_non_null(locals_next(locals));
    local_is(locals_next(locals), "kept", "volatile int [2]", LOCAL_NO_MEMORY, "");
    must(locals_end(locals)); /* before all were told */
    played.registers[1][PLAYED_RSP] = 0x2800;
    next_stop();
    must(values_address(target, "$pc", &code));
    hang_up(); /* registers are there, and memory is not any more: no variable is without memory for that */
    must_fail(locals_begin(target, &locals), ERR_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_memory),
                                       TEST(test_width),
                                       TEST(test_filtered),
                                       TEST(test_registers),
                                       TEST(test_frames),
                                       TEST(test_running),
                                       TEST(test_disassemble_nothing),
                                       TEST(test_lost),
                                       TEST(test_variables),
                                       TEST(test_names_of_c),
                                       TEST(test_type),
                                       TEST(test_locals)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
