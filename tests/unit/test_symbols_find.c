/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names and lines to addresses, completion, the map itself: what needs no other tool to be judged.
 */
#include "test_symbols_support.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    write_file("only.c", "static inline __attribute__((always_inline)) int hidden(int x)\n"
                         "{\n"
                         "    return x ^ 0x55;\n"
                         "}\n"
                         "int first(int a) { return hidden(a) + 1; }\n"
                         "int second(int a) { return hidden(a) + hidden(a + 1); }\n"
                         "__attribute__((noinline)) static int spread(int a, int b)\n"
                         "{\n"
                         "    return a * 3 + b;\n"
                         "}\n"
                         "int third(int a) { return spread(a, 5) + spread(a + 2, 5); }\n");
    /* rows of one line, the first of which begins no statement, as an optimiser leaves them */
    write_file("between.c", "int main(void)\n{\n"
                            "    asm volatile(\"nop\\n\\t.loc 1 7 1 is_stmt 0\\n\\tnop\\n\\t.loc 1 7 1 "
                            "is_stmt 1\\n\\tnop\\n\");\n"
                            "    return 0;\n}\n");
    free(run("gcc -g -O0 between.c -o between"));
    free(run("gcc -g -O0 main.c area.c -o prog && gcc -g -O2 -fPIC -shared only.c -o libonly.so && "
             "arm-linux-gnueabihf-gcc -g -O0 -mthumb main.c area.c -o thumb && "
             "powerpc64-linux-gnu-gcc -g -O0 main.c area.c -o ppc && powerpc64-linux-gnu-strip -g -o "
             "ppc-bare ppc"));
    return 0;
}

static size_t count_matches(struct symbol_map *m, const char *name)
{
    struct symbol_match *list;
    size_t count;
    symbols_find_name(m, name, &list, &count);
    free(list);
    return count;
}

static void test_names(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("prog", 0x10000);
    struct symbol_match choose = find_one(m, "choose");
    assert_int_equal(choose.line, 14);
    assert_non_null(strstr(choose.file, "/main.c"));
    assert_true(choose.address > choose.entry && choose.entry > 0x10000 && choose.size > 0);
    assert_string_equal(choose.function, "choose");
    assert_false(choose.inlined || choose.data || choose.thumb);
    assert_int_equal(count_matches(m, "helper"), 2);
    assert_int_equal(find_one(m, "area.c:helper").line, 6);
    assert_int_equal(find_one(m, "'main.c'::helper").line, 6);
    assert_int_equal(count_matches(m, "nowhere.c:helper"), 0);
    assert_int_equal(count_matches(m, ""), 0);
    assert_int_equal(count_matches(m, "help"), 0);
    assert_int_equal(count_matches(m, "'"), 0);
    assert_int_equal(count_matches(m, ":"), 0);
    struct symbol_match total = find_one(m, "total");
    assert_true(total.data && total.size == 4 && total.address == total.entry);
    symbol_map_free(m);
}

static void test_inlined_names(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("libonly.so", 0);
    struct symbol_match *list;
    size_t count;
    symbols_find_name(m, "hidden", &list, &count);
    assert_true(count >= 2);
    for (size_t i = 0; i < count; i++) {
        struct symbol_place place;
        assert_true(list[i].inlined);
        assert_true(symbols_lookup(m, list[i].address, &place));
        assert_string_equal(place.function, "hidden");
        assert_int_equal(place.inlined_count, 1);
    }
    free(list);
    /* gcc makes spread.constprop.0 of it. */
    struct symbol_match spread = find_one(m, "spread");
    assert_false(spread.inlined);
    struct symbol_place place;
    assert_true(symbols_lookup(m, spread.entry, &place));
    assert_string_equal(place.function, "spread");
    assert_non_null(strstr(place.symbol, "spread"));
    symbol_map_free(m);
}

static void test_lines(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("prog", 0);
    struct symbol_match *list;
    size_t count;
    /* A blank line: the next with code. A header line inlined several times. */
    struct error *e = symbols_find_line(m, "main.c", 23, &list, &count);
    assert_null(e);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].line, 25);
    assert_int_equal(list[0].address, list[0].entry);
    free(list);
    e = symbols_find_line(m, "shape.h", 7, &list, &count);
    assert_null(e);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_true(list[i].inlined && strcmp(list[i].function, "twice") == 0);
    free(list);
    BASE_FREE char *path = xasprintf("%s/main.c", scratch);
    e = symbols_find_line(m, path, 14, &list, &count);
    assert_null(e);
    assert_int_equal(count, 1);
    free(list);

    e = symbols_find_line(m, "man.c", 14, &list, &count);
    assert_true(error_is(e, ERR_NO_SOURCE));
    assert_non_null(strstr(e->hint, "main.c"));
    error_free(e);
    e = symbols_find_line(m, "ain.c", 14, &list, &count);
    assert_true(error_is(e, ERR_NO_SOURCE));
    error_free(e);
    e = symbols_find_line(m, "main.c", 1000, &list, &count);
    assert_true(error_is(e, ERR_NO_SYMBOL));
    assert_int_equal(count, 0);
    error_free(e);
    symbol_map_free(m);
}

static void free_list(char **list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

static void test_completion(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("prog", 0);
    char **list = symbols_complete(m, "h", 10);
    assert_string_equal(list[0], "helper");
    assert_null(list[1]);
    free_list(list);
    list = symbols_complete(m, "", 3);
    assert_non_null(list[2]);
    assert_null(list[3]);
    assert_true(strcmp(list[0], list[1]) < 0 && strcmp(list[1], list[2]) < 0);
    free_list(list);
    list = symbols_complete(m, "zzz", 3);
    assert_null(list[0]);
    free_list(list);
    list = symbols_complete_files(m, "", 10);
    assert_string_equal(list[0], "area.c");
    assert_string_equal(list[1], "main.c");
    free_list(list);
    list = symbols_complete_files(m, "sh", 10);
    assert_string_equal(list[0], "shape.h");
    assert_null(list[1]);
    free_list(list);
    static const char *const misses[][2] = {{"chose", "choose"}, {"hepler", "helper"}, {"tottal", "total"}};
    for (size_t i = 0; i < ARRAY_LENGTH(misses); i++) {
        BASE_FREE char *near = symbols_near(m, misses[i][0]);
        assert_string_equal(near, misses[i][1]);
    }
    assert_null(symbols_near(m, "quite_something_else"));
    symbol_map_free(m);
}

static void test_map(void **state)
{
    (void)state;
    struct symbol_map *m = symbol_map_create();
    struct symbol_place place;
    assert_false(symbols_lookup(m, 0x1234, &place));
    assert_int_equal(place.address, 0x1234);
    assert_null(place.function);
    symbol_map_add(m, open_file("prog"), 0x100000);
    symbol_map_add(m, open_file("libonly.so"), 0x200000);
    assert_int_equal(symbol_map_count(m), 2);
    struct symbol_match main_ = find_one(m, "main"), third = find_one(m, "third");
    uint64_t offset;
    assert_ptr_equal(symbol_map_file_at(m, main_.address, &offset), symbol_map_file(m, 0, NULL));
    assert_int_equal(offset, 0x100000);
    assert_ptr_equal(symbol_map_file_at(m, third.address, &offset), symbol_map_file(m, 1, NULL));
    assert_null(symbol_map_file_at(m, 0x10, NULL));
    assert_null(symbol_map_file(m, 2, NULL));

    symbol_map_set_offset(m, 0, 0x300000);
    assert_int_equal(find_one(m, "main").address, main_.address + 0x200000);
    assert_true(symbols_lookup(m, main_.address + 0x200000, &place));
    assert_string_equal(place.function, "main");
    assert_int_equal(place.function_low, main_.entry + 0x200000);

    assert_null(symbol_map_find(m, "/no/such/file"));
    BASE_FREE char *path = xasprintf("%s/prog", scratch);
    assert_ptr_equal(symbol_map_find(m, path), symbol_map_file(m, 0, NULL));
    symbol_map_remove(m, symbol_map_find(m, path));
    assert_null(symbol_map_find(m, path));
    assert_int_equal(symbol_map_count(m), 1);
    assert_int_equal(count_matches(m, "main"), 0);
    assert_int_equal(count_matches(m, "third"), 1);
    symbol_map_free(m);
    symbol_map_free(NULL);
}

static void test_stepping_ranges(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("prog", 0x1000);
    struct symbol_match choose = find_one(m, "choose");
    struct address_range range;
    assert_true(symbols_line_range(m, choose.entry, &range));
    assert_int_equal(range.low, choose.entry);
    assert_int_equal(range.high, choose.address);
    assert_true(symbols_is_statement(m, choose.address));
    assert_false(symbols_is_statement(m, choose.entry + 1));
    assert_false(symbols_line_range(m, find_one(m, "total").address, &range));
    assert_false(symbols_is_statement(m, 1));
    symbol_map_free(m);
}

static void test_statements_of_a_range(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("between", 0x1000);
    struct symbol_match *list;
    size_t count;
    assert_null(symbols_find_line(m, "between.c", 7, &list, &count));
    assert_int_equal(count, 1);
    uint64_t begins = list[0].address;
    free(list);
    struct address_range range;
    assert_true(symbols_is_statement(m, begins));
    assert_false(symbols_is_statement(m, begins - 1));
    assert_true(symbols_line_range(m, begins - 1, &range));
    assert_true(range.low == begins - 1 && range.high > begins);
    assert_int_equal(symbols_statement_next(m, begins - 1, range.high), begins);
    assert_int_equal(symbols_statement_next(m, begins, range.high), range.high);
    assert_int_equal(symbols_statement_next(m, 1, 2), 2);
    symbol_map_free(m);
}

static void test_thumb(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("thumb", 0);
    struct symbol_match choose = find_one(m, "choose");
    assert_true(choose.thumb);
    assert_int_equal(choose.entry & 1, 0);
    assert_int_equal(choose.line, 14);
    const struct elf_symbol *symbols;
    size_t n = symbol_file_symbols(symbol_map_file(m, 0, NULL), &symbols);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(symbols[i].name[0], '$');
    symbol_map_free(m);
}

/* Function symbols of ELFv1 powerpc64 name descriptors; the code is where .opd says. */
static void test_descriptors(void **state)
{
    (void)state;
    static const char *const programs[] = {"ppc", "ppc-bare"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct symbol_map *m = open_map(programs[i], 0);
        assert_true(symbol_file_is_big_endian(symbol_map_file(m, 0, NULL)));
        struct symbol_match choose = find_one(m, "choose");
        struct symbol_place place;
        assert_true(symbols_lookup(m, choose.entry + 8, &place));
        assert_string_equal(place.section, ".text");
        assert_string_equal(place.symbol, "choose");
        assert_int_equal(place.offset, 8);
        assert_int_equal(choose.line, i == 0 ? 14 : 0);
        symbol_map_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_inlined_names),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_stepping_ranges),
        cmocka_unit_test(test_statements_of_a_range),
        cmocka_unit_test(test_thumb),
        cmocka_unit_test(test_descriptors),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
