/* SPDX-License-Identifier: GPL-3.0-or-later */
/* symbols/variable.h: which variables there are at an address, globals, and what call sites tell. */
#include "test_symbols_work.h"

static void test_scopes(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc-O0", 0);
    struct symbol_match *at;
    size_t n, count;
    struct error *e = symbols_find_line(m, "work.c", 21, &at, &n);
    assert_null(e);
    struct variable *list;
    assert_true(symbols_variables_at(m, at[0].address, 0, &list, &count));
    static const char *const order[] = {"n",     "c",          "s",         "l", "p",     "ptr", "k",
                                        "yesno", "inner_part", "tiny_part", "i", "calls", "sum"};
    assert_int_equal(count, ARRAY_LENGTH(order));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(list[i].name, order[i]);
        assert_int_equal(list[i].argument, i < 8);
        assert_int_equal(list[i].where, VARIABLE_LOCATION);
        assert_non_null(strstr(list[i].file, "/work.c"));
    }
    assert_int_equal(list[8].depth, 2);
    assert_int_equal(list[8].line, 19);
    assert_string_equal(type_strip(list[6].type)->name, "kind");
    free(list);
    free(at);
    assert_false(symbols_variables_at(m, 1, 0, &list, &count));
    assert_null(list);
    assert_false(symbols_variables_at(m, find_one(m, "main").address, 1, &list, &count));
    struct type *work = symbols_function_type(m, find_one(m, "work").address, 0);
    BASE_FREE char *name = type_name(work);
    assert_string_equal(name, "long (int, char, unsigned short, long, struct pair, int *, enum kind, _Bool)");
    symbol_map_free(m);
}

/* Inside inlined code: its own variables at level 0, its caller's at level 1. */
static void test_inlined_scopes(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc-O0", "gcc-O2", "clang-O0", "clang-O2"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct symbol_map *m = open_map(programs[i], 0);
        struct symbol_match *at;
        size_t n, count;
        struct error *e = symbols_find_line(m, "work.c", 9, &at, &n);
        assert_null(e);
        assert_true(at[0].inlined);
        struct variable *list;
        assert_true(symbols_variables_at(m, at[0].address, 0, &list, &count));
        assert_non_null(find(list, count, "base_of"));
        assert_true(find(list, count, "base_of")->argument);
        assert_non_null(find(list, count, "squared"));
        assert_null(find(list, count, "sum"));
        free(list);
        assert_true(symbols_variables_at(m, at[0].address, 1, &list, &count));
        assert_non_null(find(list, count, "sum"));
        assert_null(find(list, count, "base_of"));
        free(list);
        free(at);
        symbol_map_free(m);
    }
}

static uint64_t address_of(const struct variable *v)
{
    static const struct dwarf_callbacks none = {0};
    uint64_t address = 0;
    assert_int_equal(v->where, VARIABLE_LOCATION);
    struct error *e = dwarf_evaluate_number(&v->expression, &none, &address);
    if (e)
        fail_msg("%s: %s", v->name, e->message);
    return address;
}

static void test_globals(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc-O0", "clang-O0", "gcc-O2", "pie"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        uint64_t offset = strcmp(programs[i], "pie") == 0 ? 0x555555554000 : 0;
        struct symbol_map *m = open_map(programs[i], offset);
        struct variable v;
        assert_true(symbols_find_variable(m, "global", UINT64_MAX, &v));
        assert_int_equal(address_of(&v), find_one(m, "global").address);
        assert_true(v.external);
        assert_int_equal(v.line, 4);
        /* Declared in one CU, defined in another. */
        assert_true(symbols_find_variable(m, "elsewhere", find_one(m, "main").address, &v));
        assert_int_equal(address_of(&v), find_one(m, "elsewhere").address);
        assert_int_equal(type_size(v.type), 4);
        /* Two statics of one name: the scope decides. */
        if (strcmp(programs[i], "gcc-O2") != 0) {
            assert_true(symbols_find_variable(m, "hidden", find_one(m, "main").address, &v));
            assert_int_equal(type_size(v.type), 8);
            assert_false(v.external);
            assert_true(symbols_find_variable(m, "hidden", find_one(m, "use").address, &v));
            assert_int_equal(type_size(v.type), 4);
            assert_true(symbols_find_variable(m, "other.c:hidden", find_one(m, "main").address, &v));
            assert_int_equal(type_size(v.type), 4);
            assert_true(symbols_find_variable(m, "'work.c'::hidden", UINT64_MAX, &v));
            assert_int_equal(type_size(v.type), 8);
        }
        assert_false(symbols_find_variable(m, "nothing", UINT64_MAX, &v));
        assert_false(symbols_find_variable(m, "main", UINT64_MAX, &v));
        assert_false(symbols_find_variable(m, "nofile.c:global", UINT64_MAX, &v));
        symbol_map_free(m);
    }
}

/* gcc notes at its calls what it passed: main calls work() with a constant 65535 and so on. */
static void test_call_sites(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc-O2", 0);
    BASE_FREE char *out = run("objdump -d --no-show-raw-insn gcc-O2 | grep -A1 'call.*<work>' | tail -1");
    uint64_t back = strtoull(out, NULL, 16);
    assert_true(back > 0x1000);
    struct symbol_match *work, *caller;
    size_t count;
    symbols_find_name(m, "work", &work, &count);
    assert_int_equal(count, 1);
    symbols_find_name(m, "main", &caller, &count);
    struct call_site_value e;
    static const struct dwarf_callbacks none = {0};
    uint64_t value = 0;
    assert_true(symbols_call_site_value(m, back, work->entry, &(struct call_site_key){.dwarf_register = 1},
                                        &e)); /* rdx: s */
    assert_false(e.has_target);
    struct error *err = dwarf_evaluate_number(&e.value, &none, &value);
    assert_null(err);
    assert_int_equal(value & 0xffff, 65535);
    assert_false(
        symbols_call_site_value(m, back, work->entry, &(struct call_site_key){.dwarf_register = 13}, &e));
    assert_false(
        symbols_call_site_value(m, back + 1, work->entry, &(struct call_site_key){.dwarf_register = 1}, &e));
    /* what was called was not this function: its arguments are unknown */
    assert_false(
        symbols_call_site_value(m, back, caller->entry, &(struct call_site_key){.dwarf_register = 1}, &e));
    free(work);
    free(caller);
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_inlined_scopes),
        cmocka_unit_test(test_globals),
        cmocka_unit_test(test_call_sites),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
