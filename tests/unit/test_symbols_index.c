/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name index and the reader under it (symbols/dwarf/dwarf_scan.h), checked against libdwarf's own walk
 * over the same file: what one finds, the other must find, at the same offsets.
 */
#include "test_symbols_support.h"

#include "symbols/index/dwarf_index.h"
#include "symbols/dwarf/dwarf_unit.h"

static const char *const compiles[] = {"gcc -g -O2", "gcc -gdwarf-4 -O1", "gcc -g -O2 -flto", "clang -g -O2",
                                       "clang -gdwarf-4 -O0 -gz"};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    write_file("extra.cc", "namespace deep { enum colour { red, green }; struct thing { int x; void f(); };\n"
                           "void thing::f() { x++; } int counter = 3; }\n"
                           "int extra(int a) { deep::thing t; t.f(); return a + deep::counter; }\n");
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++)
        free(run("%s main.c area.c -o p%zu", compiles[i], i));
    free(run("g++ -g -O0 -shared -fPIC extra.cc -o p%zu", ARRAY_LENGTH(compiles)));
    return 0;
}

struct walk {
    const struct dwarf_index *index;
    size_t seen, missing;
};

static bool indexed(struct dwarf *d, const struct dwarf_index *x, const char *name, uint16_t tag,
                    uint64_t die)
{
    struct index_search s = index_search_begin(x, name);
    /* A function is there once for each unit, a type once at all. */
    for (struct index_entry e; index_search_next(&s, &e);)
        if (e.tag == tag &&
            (tag == DW_TAG_variable
                 ? e.die == die
                 : tag != DW_TAG_subprogram || dwarf_unit_holding(d, e.die) == dwarf_unit_holding(d, die)))
            return true;
    return false;
}

static bool is_type(uint16_t tag)
{
    return tag == DW_TAG_base_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef || tag == DW_TAG_class_type;
}

/* Of a type many CUs define, any definition will do; functions and variables must be there themselves. */
static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct walk *w = context;
    struct die_attrs a;
    die_attributes(u, die, &a);
    const struct attr *name = die_attr(&a, DW_AT_name), *inlined = die_attr(&a, DW_AT_inline);
    bool declaration = die_attr(&a, DW_AT_declaration) != NULL;
    bool code = die_attr(&a, DW_AT_low_pc) || die_attr(&a, DW_AT_ranges) || (inlined && (inlined->u & 1));
    bool wanted = is_type(tag) || tag == DW_TAG_enumerator || (tag == DW_TAG_variable && !declaration) ||
                  (tag == DW_TAG_subprogram && code);
    if (wanted && name) {
        char *text = NULL;
        Dwarf_Error err = NULL;
        assert_int_equal(dwarf_diename(die, &text, &err), DW_DLV_OK);
        assert_string_equal(attr_string(u->dwarf, u->head, name), text);
        w->seen++;
        if (!indexed(u->dwarf, w->index, text, tag, die_offset(u, die))) {
            print_message("%s (tag 0x%x at 0x%llx) is not in the index\n", text, tag,
                          (unsigned long long)die_offset(u, die));
            w->missing++;
        }
    }
    if (tag == DW_TAG_namespace || tag == DW_TAG_enumeration_type)
        die_children(u, die, visit, w);
}

static void check_roots(struct dwarf_unit *u)
{
    char *text = NULL;
    Dwarf_Error err = NULL;
    if (dwarf_diename(u->root, &text, &err) == DW_DLV_OK)
        assert_string_equal(u->head->name, text);
    Dwarf_Addr low = 0;
    if (dwarf_lowpc(u->root, &low, &err) == DW_DLV_OK)
        assert_int_equal(u->head->low, low);
    assert_int_equal(die_offset(u, u->root), u->head->root);
}

static void test_against_libdwarf(void **state)
{
    (void)state;
    for (size_t i = 0; i <= ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *name = xasprintf("p%zu", i);
        struct symbol_file *f = open_file(name);
        struct dwarf *d = dwarf_of(f);
        assert_non_null(d);
        struct walk w = {.index = dwarf_index_of(d)};
        for (size_t k = 0; k < d->unit_count; k++) {
            struct dwarf_unit *u = dwarf_unit_get(d, k);
            assert_non_null(u);
            check_roots(u);
            die_walk_begin(u);
            die_children(u, u->root, visit, &w);
        }
        if (w.seen < 4)
            fail_msg("%s: only %zu names", name, w.seen);
        assert_int_equal(w.missing, 0);
        assert_null(symbol_file_complaint(f));
        symbol_file_close(f);
    }
}

static void check_entry(void *context, const struct index_entry *e)
{
    struct dwarf *d = context;
    struct dwarf_unit *u;
    Dwarf_Die die;
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    dwarf_units_trim(d, UNITS_KEPT);
    assert_true(die_anywhere(d, e->die, &u, &die));
    assert_int_equal(dwarf_tag(die, &tag, &err), DW_DLV_OK);
    assert_int_equal(tag, e->tag);
    dwarf_dealloc_die(die);
}

/* Every entry is a DIE of that tag, and its qualified name finds it. */
static void test_entries_are_dies(void **state)
{
    (void)state;
    for (size_t i = 0; i <= ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *name = xasprintf("p%zu", i);
        struct symbol_file *f = open_file(name);
        struct dwarf *d = dwarf_of(f);
        const struct dwarf_index *x = dwarf_index_of(d);
        assert_ptr_equal(dwarf_index_of(d), x);
        dwarf_index_walk(x, check_entry, d);
        symbol_file_close(f);
    }
}

/* More CUs than are kept open: the oldest go, and come back. */
static void test_unit_cache(void **state)
{
    (void)state;
    enum { UNITS = UNITS_KEPT + 12 };
    BASE_BUF struct buf files = {0};
    for (int i = 0; i < UNITS; i++) {
        BASE_FREE char *name = xasprintf("u%d.c", i),
                       *text = xasprintf("int fun%d(int a)\n{\n    return a;\n}\n", i);
        write_file(name, text);
        buf_printf(&files, " %s", name);
    }
    free(run("gcc -g -O0 -shared -fPIC%s -o many.so", buf_text(&files)));
    struct symbol_map *m = open_map("many.so", 0);
    struct dwarf *d = dwarf_of(symbol_map_file(m, 0, NULL));
    assert_int_equal(d->unit_count, UNITS);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < UNITS; i++) {
            BASE_FREE char *name = xasprintf("fun%d", i);
            assert_int_equal(find_one(m, name).line, 3);
            assert_true(d->open_count <= UNITS_KEPT + 1);
        }
    }
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_libdwarf),
        cmocka_unit_test(test_entries_are_dies),
        cmocka_unit_test(test_unit_cache),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
