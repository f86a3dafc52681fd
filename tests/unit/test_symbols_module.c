/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Relocatable files at their load addresses: a kernel module's sections are scattered. gdb's add-symbol-file
 * is the oracle.
 */
#include "test_symbols_support.h"

#include "symbols/variable.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("one.c",
               "struct dev { int id; const char *name; struct dev *next; };\n"
               "extern int shared;\n"
               "int helper_b(struct dev *d);\n"
               "__attribute__((section(\".modinfo\"), used)) static const char info[] = \"license=GPL\";\n"
               "__attribute__((section(\".init.text\"))) int mod_init(struct dev *d)\n"
               "{\n"
               "    return helper_b(d) + shared;\n"
               "}\n"
               "static int counter = 5;\n"
               "static const int table[4] = {1, 2, 3, 4};\n"
               "int helper_a(struct dev *d)\n"
               "{\n"
               "    counter++;\n"
               "    return d->id + table[d->id & 3];\n"
               "}\n"
               "__attribute__((section(\".exit.text\"))) void mod_exit(void)\n"
               "{\n"
               "    counter = 0;\n"
               "}\n");
    write_file("two.c", "struct dev { int id; const char *name; struct dev *next; };\n"
                        "int shared = 9;\n"
                        "static int empty[100];\n"
                        "static struct dev first = {1, \"one\", 0};\n"
                        "int helper_a(struct dev *d);\n"
                        "__attribute__((section(\".text.unlikely\"))) int helper_b(struct dev *d)\n"
                        "{\n"
                        "    first.next = d;\n"
                        "    int n = helper_a(&first);\n"
                        "    empty[n & 63] = n;\n"
                        "    return n * shared + empty[d->id & 63];\n"
                        "}\n");
    return 0;
}

static const struct section_address places[] = {
    {".text", 0xffffffffc0001000},         {".init.text", 0xffffffffc0100000},
    {".exit.text", 0xffffffffc0200000},    {".data", 0xffffffffc0003000},
    {".bss", 0xffffffffc0005000},          {".rodata", 0xffffffffc0004000},
    {".text.unlikely", 0xffffffffc0002000}};

static void build(const char *options)
{
    free(run("gcc -g %s -fno-pic -mcmodel=kernel -c one.c two.c && ld -r one.o two.o -o mod.ko", options));
}

/* What gdb answers, having been told the same. */
static char *gdb_says(const char *question)
{
    BASE_BUF struct buf where = {0};
    for (size_t i = 1; i < ARRAY_LENGTH(places); i++)
        buf_printf(&where, " -s %s 0x%llx", places[i].name, (unsigned long long)places[i].address);
    return run("gdb -nx -batch -ex 'add-symbol-file mod.ko 0x%llx%s' -ex '%s' 2>/dev/null | tail -n 1",
               (unsigned long long)places[0].address, buf_text(&where), question);
}

static struct symbol_map *open_placed(void)
{
    struct symbol_map *m = symbol_map_create();
    struct error *e = symbol_map_add_sections(m, open_file("mod.ko"), places, ARRAY_LENGTH(places));
    if (e)
        fail_msg("%s", e->message);
    return m;
}

static const char *const functions[] = {"mod_init", "helper_a", "helper_b", "mod_exit"};

static void check_function(struct symbol_map *m, const char *name)
{
    struct symbol_match f = find_one(m, name);
    BASE_FREE char *symbol = xasprintf("info symbol 0x%llx", (unsigned long long)f.entry + 1);
    BASE_FREE char *line = xasprintf("info line *0x%llx", (unsigned long long)f.address);
    BASE_FREE char *expected = xasprintf("%s + 1 in section ", name), *said = gdb_says(symbol);
    if (strncmp(said, expected, strlen(expected)) != 0)
        fail_msg("%s is at 0x%llx: gdb says %s", name, (unsigned long long)f.entry, said);
    BASE_FREE char *place = gdb_says(line), *number = xasprintf("Line %u of ", f.line);
    if (strncmp(place, number, strlen(number)) != 0)
        fail_msg("%s: line %u, gdb says %s", name, f.line, place);
    for (uint64_t k = 0; k < f.size; k++) {
        struct symbol_place p;
        struct cfi_row row;
        assert_true(symbols_lookup(m, f.entry + k, &p));
        assert_string_equal(p.function, name);
        assert_string_equal(p.symbol, name);
        assert_true(p.line > 0);
        assert_true(symbols_unwind_row(m, f.entry + k, &row));
    }
    struct symbol_match *list;
    size_t count;
    struct error *e = symbols_find_line(m, f.file, f.line, &list, &count);
    assert_null(e);
    assert_int_equal(list[0].address, f.address);
    free(list);
}

static struct error *no_register(void *context, unsigned number, uint64_t *ret)
{
    (void)context, (void)number;
    *ret = 0;
    return NULL;
}

static void check_variable(struct symbol_map *m, const char *name)
{
    static const struct dwarf_callbacks callbacks = {.read_register = no_register};
    struct variable v;
    struct dwarf_location at;
    assert_true(symbols_find_variable(m, name, UINT64_MAX, &v));
    struct error *e = dwarf_evaluate(&v.expression, &callbacks, &at);
    if (e)
        fail_msg("%s: %s", name, e->message);
    BASE_FREE char *question = xasprintf("printf \"0x%%llx\\n\", (long)&%s", name);
    BASE_FREE char *said = gdb_says(question);
    BASE_FREE char *ours = xasprintf("0x%llx\n", (unsigned long long)at.pieces[0].address);
    assert_string_equal(ours, said);
}

static void test_as_gdb(void **state)
{
    (void)state;
    static const char *const options[] = {"-O0", "-O2", "-O2 -gdwarf-4", "-O2 -gz=zlib"};
    static const char *const variables[] = {"counter", "table", "shared", "first", "empty"};
    for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
        build(options[i]);
        struct symbol_map *m = open_placed();
        for (size_t k = 0; k < ARRAY_LENGTH(functions); k++)
            check_function(m, functions[k]);
        for (size_t k = 0; k < ARRAY_LENGTH(variables); k++)
            check_variable(m, variables[k]);
        assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
        symbol_map_free(m);
    }
}

/* Reading gives bytes as they are after relocation: a pointer in .data points into .rodata. */
static void test_bytes(void **state)
{
    (void)state;
    build("-O2");
    struct symbol_map *m = open_placed();
    struct symbol_match first = find_one(m, "first");
    uint64_t offset, pointer = 0;
    struct symbol_file *f = symbol_map_file_at(m, first.address, &offset);
    assert_non_null(f);
    assert_int_equal(symbol_file_read(f, first.address - offset + 8, &pointer, 8), 8);
    char text[4] = "";
    assert_int_equal(symbol_file_read(f, pointer - offset, text, 4), 4);
    assert_string_equal(text, "one");
    symbol_map_free(m);
}

/* Only .text is known: code and data of a module lie as a kernel lays them, each kind in pages of its own. */
static void test_only_text(void **state)
{
    (void)state;
    build("-O2");
    struct symbol_map *m = symbol_map_create();
    struct error *e = symbol_map_add_sections(m, open_file("mod.ko"), places, 1);
    assert_null(e);
    uint64_t a = find_one(m, "helper_a").entry, data = find_one(m, "first").address;
    uint64_t init = find_one(m, "mod_init").entry, rodata = find_one(m, "table").address;
    assert_int_equal(a & ~0xfffull, places[0].address);
    assert_true(rodata >> 12 > a >> 12 && data >> 12 > rodata >> 12 && init >> 12 > data >> 12);
    symbol_map_free(m);
}

static void test_refusals(void **state)
{
    (void)state;
    build("-O2");
    free(run(
        "gcc -shared -o whole.so one.o two.o 2>/dev/null || gcc -g -shared -fPIC -o whole.so one.c two.c"));
    struct symbol_map *m = symbol_map_create();
    static const struct section_address wrong[] = {{".text", 0x1000}, {".nowhere", 0x2000}};
    struct symbol_file *f = open_file("mod.ko");
    struct error *e = symbol_map_add_sections(m, f, wrong, 2);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_USAGE);
    assert_non_null(strstr(e->message, ".nowhere"));
    assert_non_null(strstr(e->hint, ".init.text"));
    error_free(e);
    const struct elf_symbol *list;
    symbol_file_symbols(f, &list);
    e = symbol_map_add_sections(m, f, wrong, 1);
    assert_non_null(e);
    error_free(e);
    symbol_file_close(f);
    f = open_file("whole.so");
    e = symbol_map_add_sections(m, f, wrong, 1);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_USAGE);
    error_free(e);
    symbol_file_close(f);
    assert_int_equal(symbol_map_count(m), 0);
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_gdb),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_only_text),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
