/* SPDX-License-Identifier: GPL-3.0-or-later */
/* symbols/scoped.h and what classes of C++ have: names by the place they stand at, static members, methods,
 * template arguments in every spelling. */
#include "test_symbols_support.h"

#include "symbols/index/index_template.h"
#include "symbols/scoped.h"

static const char source[] =
    "template <class T, int N = 3> struct vec { T items[N]; typedef T value; static int made; };\n"
    "template <class T, int N> int vec<T, N>::made = N;\n"
    "namespace store {\n"
    "typedef vec<int> list;\n"
    "inline namespace now { int version = 5; }\n"
    "namespace deep { int x = 6; struct Box { int box; }; }\n"
    "int stock = 12;\n"
    "enum class Colour { red, green = 5 };\n"
    "int twice(int x) { return 2 * x; }\n"
    "}\n"
    "namespace shop {\n"
    "using store::list; using store::stock; using namespace store::deep;\n"
    "namespace brief = store::deep;\n"
    "int within() { list a; a.items[0] = x; Box b = {1}; return a.items[0] + b.box + brief::x; }\n"
    "}\n"
    "namespace { int hidden = 21; }\n"
    "int stock = 30;\n"
    "struct Base { typedef long number; enum Kind { small = 60 }; };\n"
    "struct Class : Base {\n"
    "    static int count; static const int limit = 99; int data;\n"
    "    struct Inner { int inner; };\n"
    "    virtual int get() const; int plain(int); static int still();\n"
    "};\n"
    "int Class::count = 4;\n"
    "int Class::get() const { number n = data; return n + count + limit + small; }\n"
    "int Class::plain(int x) { return x; }\n"
    "int Class::still() { return count; }\n"
    "store::Colour colour = store::Colour::green;\n"
    "Class object; Class::Inner inner; vec<unsigned long, 2> wide; vec<const char *> texts;\n"
    "int Class::*member = &Class::data;\n"
    "int main() { return shop::within() + object.get() + object.plain(1) + Class::still() + hidden + "
    "store::version + vec<int>::made + store::twice(1); }\n";

static const char *const compiles[] = {"g++ -g -O0",
                                       "g++ -gdwarf-4 -O0",
                                       "g++ -g -O0 -fdebug-types-section",
                                       "g++ -g -gsplit-dwarf",
                                       "clang++ -g -O0",
                                       "clang++ -gdwarf-4 -O0",
                                       "clang++ -g -O0 -gsimple-template-names"};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("s.cc", source);
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++)
        free(run("%s -std=c++17 -fno-inline s.cc -o scoped%zu", compiles[i], i));
    write_file("s.c", "struct list { int a; } all; int main(void) { return all.a; }\n");
    free(run("gcc -g s.c -o c"));
    return 0;
}

/* What a name is at a place, as text: "type vec<int, 3>", "variable ::store::stock", "enumerator 5"; "" none.
 */
static char *meaning(struct symbol_map *m, const char *name, uint64_t pc, bool types)
{
    struct scoped_name n;
    struct buf b = {0};
    if (!symbols_scoped(m, name, pc, types, &n))
        return xstrdup("");
    BASE_FREE char *type = n.type ? type_name(n.type) : NULL;
    if (n.kind == SCOPED_TYPE)
        buf_printf(&b, "type %s", type);
    else if (n.kind == SCOPED_ENUMERATOR)
        buf_printf(&b, "enumerator %d of %s", (int)n.number, type);
    else
        buf_printf(&b, "%s %s", n.kind == SCOPED_VARIABLE ? "variable" : "function", n.qualified);
    scoped_name_free(&n);
    return buf_take(&b);
}

static void means(struct symbol_map *m, const char *place, const char *name, bool types, const char *wanted)
{
    BASE_FREE char *have = meaning(m, name, place ? find_one(m, place).address : UINT64_MAX, types);
    if (strcmp(have, wanted) != 0)
        fail_msg("%s in %s: \"%s\" instead of \"%s\"", name, place ? place : "the file", have, wanted);
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *program = xasprintf("scoped%zu", i);
        struct symbol_map *m = open_map(program, 0);
        print_message("%s\n", compiles[i]);
        means(m, "main", "stock", false, "variable ::stock");
        means(m, "shop::within", "stock", false, "variable ::store::stock");
        means(m, "shop::within", "::stock", false, "variable ::stock");
        means(m, "main", "shop::stock", false, "variable ::store::stock");
        means(m, "shop::within", "x", false, "variable ::store::deep::x");
        means(m, "main", "x", false, "");
        means(m, "main", "shop::x", false, "variable ::store::deep::x");
        means(m, "main", "shop::brief::x", false, "variable ::store::deep::x");
        means(m, "shop::within", "brief::x", false, "variable ::store::deep::x");
        means(m, "main", "store::version", false, "variable ::store::now::version");
        means(m, "main", "store::now::version", false, "variable ::store::now::version");
        means(m, "main", "hidden", false, "variable ::(anonymous namespace)::hidden");
        means(m, "main", "(anonymous namespace)::hidden", false, "variable ::(anonymous namespace)::hidden");
        means(m, "main", "store::twice", false, "function ::store::twice");
        means(m, "Class::get", "count", false, "variable ::Class::count");
        means(m, "Class::get", "limit", false, "variable ::Class::limit");
        means(m, "main", "count", false, "");
        means(m, NULL, "stock", false, "variable ::stock");
        means(m, NULL, "store::nothing", false, "");
        means(m, NULL, "", false, "");
        means(m, NULL, "a::::b", false, "");
        symbol_map_free(m);
    }
}

static void test_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *program = xasprintf("scoped%zu", i);
        struct symbol_map *m = open_map(program, 0);
        print_message("%s\n", compiles[i]);
        means(m, "main", "shop::list", true, "type store::list");
        means(m, "shop::within", "list", true, "type store::list");
        means(m, "main", "list", true, "");
        means(m, "shop::within", "Box", true, "type store::deep::Box");
        means(m, "Class::get", "number", true, "type Base::number");
        static const struct {
            const char *name;
            unsigned size;
        } sizes[] = {{"shop::list", 12},
                     {"store::list", 12},
                     {"vec<int, 3>", 12},
                     {"vec<int,3>", 12},
                     {"vec< int , 3 >", 12},
                     {"vec<int>", 12},
                     {"vec<unsigned long, 2>", 16},
                     {"vec<long unsigned int,2>", 16},
                     {"vec<char const*, 3>", 24},
                     {"vec<const char *,3>", 24},
                     {"Class::Inner", 4},
                     {"struct Class::Inner", 4},
                     {"Base::number", 8},
                     {"Class::number", 8},
                     {"vec<Base::number, 3>", 0},
                     {"store::Colour", 4},
                     {"enum store::Colour", 4},
                     {"struct store::Colour", 0}};
        uint64_t pc = find_one(m, "main").address;
        for (size_t k = 0; k < ARRAY_LENGTH(sizes); k++) {
            struct type *t = symbols_find_type(m, sizes[k].name, pc);
            if ((t ? type_size(t) : 0) != sizes[k].size)
                fail_msg("%s: of size %u", sizes[k].name, t ? (unsigned)type_size(t) : 0);
        }
        assert_int_equal(symbols_language(m, pc), LANGUAGE_CPLUS);
        assert_int_equal(symbols_language(m, UINT64_MAX), LANGUAGE_CPLUS);
        assert_string_equal(symbols_truth_type(m, pc)->name, "bool");
        symbol_map_free(m);
    }
}

static const struct type_static *shared_of(struct type *t, const char *name)
{
    const struct type_static *list;
    size_t count = type_statics(t, &list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    fail_msg("there is no static member %s", name);
    return NULL;
}

static const struct type_method *method_of(struct type *t, const char *name)
{
    const struct type_method *list;
    size_t count = type_methods(t, &list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    fail_msg("there is no method %s", name);
    return NULL;
}

static void test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *program = xasprintf("scoped%zu", i);
        struct symbol_map *m = open_map(program, 0x1000);
        uint64_t pc = find_one(m, "main").address, address = 0;
        struct type *t = symbols_find_type(m, "Class", pc);
        struct variable v;
        print_message("%s\n", compiles[i]);
        symbols_static_member(m, t, shared_of(t, "limit"), pc, &v);
        assert_int_equal(v.where, VARIABLE_CONSTANT);
        assert_int_equal(v.constant, 99);
        symbols_static_member(m, t, shared_of(t, "count"), pc, &v);
        assert_int_equal(v.where, VARIABLE_LOCATION);
        const struct type_method *get = method_of(t, "get"), *plain = method_of(t, "plain");
        assert_true(get->has_this && get->slot == 0);
        assert_true(plain->has_this && plain->slot == -1);
        assert_false(method_of(t, "still")->has_this);
        assert_true(symbols_method(m, t, plain, &address));
        assert_int_equal(address, find_one(m, "Class::plain").entry);
        assert_string_equal(symbols_method_name(t, get), "Class::get() const");
        BASE_FREE char *name = type_name(get->type);
        assert_string_equal(name, "int (const Class * const)");
        struct variable member;
        assert_true(symbols_find_variable(m, "member", pc, &member));
        assert_true(type_same_class(type_containing(member.type), t));
        BASE_FREE char *pointer = type_name(member.type);
        assert_string_equal(pointer, "int Class::*");
        symbol_map_free(m);
    }
}

/* Nothing of this is for C, and nobody looks. */
static void test_c(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("c", 0);
    means(m, "main", "all", false, "");
    means(m, "main", "list", true, "");
    assert_int_equal(symbols_language(m, UINT64_MAX), LANGUAGE_C);
    assert_string_equal(symbols_truth_type(m, UINT64_MAX)->name, "int");
    assert_null(symbols_find_type(m, "list", UINT64_MAX));
    symbol_map_free(m);
    m = symbol_map_create();
    assert_int_equal(symbols_language(m, 0x1000), LANGUAGE_UNKNOWN);
    assert_string_equal(symbols_truth_type(m, 0x1000)->name, "int");
    symbol_map_free(m);
}

static void spelled(const char *name, const char *wanted)
{
    BASE_FREE char *have = template_canonical(name);
    assert_string_equal(have ? have : name, wanted);
}

static bool same(const char *a, const char *b)
{
    return template_same(a, strlen(a), b, strlen(b));
}

static void test_spelling(void **state)
{
    (void)state;
    spelled("vec<long unsigned int, 3>", "vec<unsigned long, 3>");
    spelled("vec<const char *, 3>", "vec<char const*, 3>");
    spelled("vec<vec<int,2>,2>", "vec<vec<int, 2>, 2>");
    spelled("a<b<c<const d<e>>>>", "a<b<c<d<e> const> > >");
    spelled("sized<7u>", "sized<7u>");
    spelled("operator<", "operator<");
    spelled("f<int (*)(long int)>", "f<int (*)(long int)>");
    spelled("plain", "plain");
    assert_true(same("vec<long,3>", "vec<long int, 3>"));
    assert_true(same("vec<const A *, 3u>", "vec<A const*, 3U>"));
    assert_true(same("vec<const A<const B>, 3>", "vec<A<B const> const, 3>"));
    assert_false(same("vec<const A *, 3>", "vec<A *, 3>"));
    assert_false(same("vec<int, 3>", "vec<int, 4>"));
    assert_false(same("vec<int", "vec<int>"));
    assert_false(same("vec", "vec"));
    assert_true(template_begins("vec<int>", 8, "vec<int, 3>"));
    assert_false(template_begins("vec<int>", 8, "vec<int>"));
    assert_false(template_begins("vec<int>", 8, "vec<int*, 3>"));
    assert_false(template_begins("vec", 3, "vec<int, 3>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_types),
                                       cmocka_unit_test(test_classes), cmocka_unit_test(test_c),
                                       cmocka_unit_test(test_spelling)};
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
