/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How places are written (engine/inspect/location.h): each form, and what is none. */
#include "inspect_played.h"

#include "engine/inspect/location.h"

static const char source[] = "int counter;\n"
                             "int first(int n)\n"
                             "{\n"
                             "    counter += n;\n"
                             "    return n;\n"
                             "}\n"
                             "int main(void)\n"
                             "{\n"
                             "    return first(2);\n"
                             "}\n";

static int start_places(void **state)
{
    start(state);
    load(source, "-O0");
    return 0;
}

/* The first address of the symbol table's `name`. */
static uint64_t entry(const char *name)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(target->map, name, &matches, &count);
    assert_int_equal(count, 1);
    uint64_t address = matches[0].entry;
    free(matches);
    return address;
}

/* A place in this function, at this line; `exactly`: it is that address. */
static void leads(const char *at, const char *function, unsigned line, uint64_t exactly)
{
    struct symbol_match *matches = NULL;
    struct symbol_place place;
    size_t count = 0;
    struct error *e = location_find(target, at, &matches, &count);
    if (e)
        fail_msg("%s: %s", at, e->message);
    assert_int_equal(count, 1);
    assert_true(symbols_lookup(target->map, matches[0].address, &place));
    if (strcmp(place.function, function) != 0 || (line && place.line != line))
        fail_msg("%s leads to %s, line %u", at, place.function, place.line);
    if (exactly)
        assert_int_equal(matches[0].address, exactly);
    free(matches);
}

static void leads_nowhere(const char *at, enum error_code code)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    struct error *e = location_find(target, at, &matches, &count);
    if (!e)
        fail_msg("%s was taken", at);
    if (!error_is(e, code))
        fail_msg("%s: %s", at, e ? e->message : "no error");
    error_free(e);
    assert_null(matches);
    assert_int_equal(count, 0);
}

static void test_names(void **state)
{
    (void)state;
    leads("first", "first", 4, 0); /* behind the prologue */
    leads("  first", "first", 4, 0);
    leads("'first'", "first", 4, 0);
    leads("\"first\"", "first", 4, 0);
    leads("v.c:first", "first", 4, 0);
    leads("'v.c':first", "first", 4, 0);
    leads_nowhere("frist", ERR_NO_SYMBOL);
    leads_nowhere("counter", ERR_NO_SYMBOL); /* no code */
    leads_nowhere("other.c:first", ERR_NO_SYMBOL);
    leads_nowhere("'first", ERR_NO_SYMBOL);
    leads_nowhere("''", ERR_NO_SYMBOL);
}

static void test_lines(void **state)
{
    (void)state;
    leads("v.c:5", "first", 5, 0);
    leads("'v.c':5", "first", 5, 0);
    leads("\"v.c\":9", "main", 9, 0);
    leads("5", "first", 5, 0);  /* of the file that `main` is in */
    leads("-4", "first", 5, 0); /* from line 9, the first of `main` with code */
    leads("+1", "main", 10, 0);
    leads_nowhere("v.c:900", ERR_NO_SYMBOL);
    leads_nowhere("other.c:5", ERR_NO_SOURCE);
    leads_nowhere("-900", ERR_NO_SYMBOL);
    leads_nowhere("0", ERR_NO_SYMBOL);
    leads_nowhere("99999999999999999999", ERR_SYNTAX);
    leads_nowhere("v.c:99999999999999999999", ERR_NO_SYMBOL); /* no line, and so a name */
}

static void test_addresses(void **state)
{
    (void)state;
    uint64_t first = entry("first");
    BASE_FREE char *number = xasprintf("0x%llx", (unsigned long long)first);
    BASE_FREE char *starred = xasprintf("*0x%llx", (unsigned long long)first + 4);
    leads(number, "first", 0, first);
    leads(starred, "first", 0, first + 4);
    leads("*first", "first", 0, first);
    leads("*first+4", "first", 0, first + 4);
    leads("* first + 4", "first", 0, first + 4);
    leads_nowhere("*", ERR_SYNTAX);
    leads_nowhere("*first+", ERR_SYNTAX);
    leads_nowhere("*nosuch", ERR_NO_SYMBOL);
    leads_nowhere("0xzz", ERR_NO_SYMBOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, start_places, end),
        cmocka_unit_test_setup_teardown(test_lines, start_places, end),
        cmocka_unit_test_setup_teardown(test_addresses, start_places, end),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
