/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions over the memory and registers of a target that no session holds. */
#include "target_played.h"
#include "test_symbols_support.h"

#include "engine/inspect/frames/unwind_rules.h"
#include "engine/inspect/kernel/entry.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/values/values.h"

enum { RAX = 0, RBX = 1, RBP = 6 }; /* as the stub counts them */

static int start(void **state)
{
    start_machine(state);
    target->kernel = kernel_create();
    target->unwind_rules = &kernel_unwind_rules;
    return 0;
}

static int end(void **state)
{
    kernel_free(target);
    return end_target(state);
}

static void evaluates(const char *expression, char format, const char *text)
{
    cJSON *result = NULL;
    struct error *e = values_evaluate(target, expression, format, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "text")->valuestring, text);
    cJSON_Delete(result);
}

static void is(const char *expression, const char *text)
{
    evaluates(expression, 0, text);
}

static void fails(const char *expression, enum error_code code)
{
    cJSON *result = NULL;
    struct error *e = values_evaluate(target, expression, 0, &result);
    if (!e)
        fail_msg("%s was taken", expression);
    must_fail(e, code);
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
    cJSON *result = NULL;
    filter.active = true;
    filter.address = 0x1801;
    filter.seen = 0;
    filter.stands = 0xcc;
    evaluates("*(unsigned *)0x1800", 'x', "0x90900090");
    must(values_assign(target, "*(unsigned *)0x1800", "0x11223344 + 1", &result));
    assert_string_equal(cJSON_GetObjectItem(result, "text")->valuestring, "287454021");
    cJSON_Delete(result);
    assert_int_equal(stands_at(0x1800), 0x45);
    assert_int_equal(stands_at(0x1801), 0xcc);
    assert_int_equal(stands_at(0x1803), 0x11);
}

/* -- registers and frames -------------------------------------------------------------------------- */

static void test_registers(void **state)
{
    (void)state;
    cJSON *result = NULL;
    played.registers[1][RAX] = 0x1800;
    put_number(0x1800, 42);
    is("*(long *)$rax", "42");
    is("$rax / 2", "3072");
    is("$sp", "(void *) 0x2f00");
    is("*(unsigned char *)($sp + 1) == 0x90", "1");
    must(values_assign(target, "$rax", "$rax + 8", &result));
    cJSON_Delete(result);
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

/* -- variables ------------------------------------------------------------------------------------- */

/* What a variable is is the file's word, and what is in it the memory's. */
static void test_variables(void **state)
{
    (void)state;
    struct symbol_file *f;
    uint64_t address, size;
    write_file("v.c", "struct pair { int number; char text[4]; struct pair *next; };\n"
                      "struct pair first = {1, \"abc\", 0};\nvoid _start(void) {}\n");
    free(run("gcc -g -O0 -nostdlib -static -no-pie -fcf-protection=none -Wl,-Ttext=0x1100,-Tdata=0x2200,"
             "--build-id=none,--section-start=.eh_frame=0x5000 -o v v.c"));
    BASE_FREE char *path = xasprintf("%s/v", scratch);
    must(symbol_file_open(path, &f));
    symbol_map_add(target->map, f, 0);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_memory), TEST(test_width),   TEST(test_filtered),  TEST(test_registers),
        TEST(test_frames), TEST(test_running), TEST(test_variables),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
