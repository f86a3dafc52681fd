/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * C++ and Rust names: with and without scopes, overloads, templates, what they are shown as, compared with
 * gdb.
 */
#include "test_symbols_support.h"

#include "symbols/index/demangle.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/names.h"
#include "symbols/type.h"

static const char *const compiles[] = {"g++ -g -O0", "g++ -g -gdwarf-4 -O0", "clang++ -g -O0",
                                       "clang++ -g -gdwarf-4 -O0", "g++ -g -O0 -flto"};

static const char cxx[] =
    "namespace ns {\n"
    "enum class Colour { red, green };\n"
    "struct Base { virtual int area() const { return 1; } };\n"
    "class Shape : public Base {\n"
    "public:\n"
    "    int method(int a) { return a + value; }\n"
    "    int method(double b) const { return (int)b; }\n"
    "    int area() const override;\n"
    "    struct Inner { int z; void poke(); };\n"
    "    Shape &operator+=(int n) { value += n; return *this; }\n"
    "    static int counter;\n"
    "    int value = 3;\n"
    "};\n"
    "int Shape::counter = 5;\n"
    "int Shape::area() const { return 2; }\n"
    "void Shape::Inner::poke() { z++; }\n"
    "template <class T> T f(T a) { return a * 2; }\n"
    "namespace { int hidden(int x) { return x - 1; } }\n"
    "int use(int a) { return hidden(a); }\n"
    "}\n"
    "namespace lib { inline namespace v1 { int deep(int a) { return a + 4; }\n"
    "    struct Box { int open() { return 3; } }; } }\n"
    "int method(int x) { return x; }\n"
    "extern \"C\" int plain_c(void) { return 7; }\n"
    "int main() {\n"
    "    ns::Shape s; s += 2; ns::Shape::Inner i{1}; i.poke(); const ns::Shape &c = s;\n"
    "    return s.method(1) + c.method(2.0) + c.area() + ns::f<int>(3) + (int)ns::f<double>(1.5) +\n"
    "           ns::use(3) + method(1) + plain_c() + (int)ns::Colour::red + ns::Shape::counter +\n"
    "           lib::deep(1) + lib::Box().open();\n"
    "}\n";

static const char rust[] = "mod geometry {\n"
                           "    pub struct Point { pub x: i32, pub y: i32 }\n"
                           "    impl Point {\n"
                           "        pub fn new(x: i32, y: i32) -> Point { Point { x, y } }\n"
                           "        pub fn sum(&self) -> i32 { self.x + self.y }\n"
                           "    }\n"
                           "    pub trait Area { fn area(&self) -> i32; }\n"
                           "    impl Area for Point { fn area(&self) -> i32 { self.x * self.y } }\n"
                           "    pub fn generic<T: Into<i64>>(t: T) -> i64 { t.into() + 1 }\n"
                           "}\n"
                           "use geometry::Area;\n"
                           "fn main() {\n"
                           "    let p = geometry::Point::new(1, 2);\n"
                           "    std::process::exit(p.sum() + p.area() + geometry::generic(5i32) as i32);\n"
                           "}\n";

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("cxx.cc", cxx);
    write_file("paths.rs", rust);
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++)
        free(run("%s cxx.cc -o cxx%zu", compiles[i], i));
    return 0;
}

/* What each of the matches is shown as, sorted by address, one a line. */
static char *names_of(struct symbol_map *m, const char *name)
{
    struct symbol_match *list;
    size_t count;
    struct buf b = {0};
    symbols_find_name(m, name, &list, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&b, "%s%s", i ? "|" : "", list[i].function);
    free(list);
    return b.data ? buf_take(&b) : xstrdup("");
}

static void check(struct symbol_map *m, const char *name, const char *wanted)
{
    BASE_FREE char *have = names_of(m, name);
    if (strcmp(have, wanted) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", name, have, wanted);
}

static void test_cxx(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *program = xasprintf("cxx%zu", i);
        struct symbol_map *m = open_map(program, 0);
        print_message("%s\n", compiles[i]);
        check(m, "ns::Shape::method(int)", "ns::Shape::method(int)");
        check(m, "ns::Shape::method(double)", "ns::Shape::method(double) const");
        check(m, "Shape::method( double ) const", "ns::Shape::method(double) const");
        check(m, "::method", "method(int)");
        check(m, "method(int) const", "");
        check(m, "ns::Shape::area", "ns::Shape::area() const");
        check(m, "Inner::poke", "ns::Shape::Inner::poke()");
        check(m, "ns::f<int>", "int ns::f<int>(int)");
        check(m, "f<double>(double)", "double ns::f<double>(double)");
        check(m, "ns::Shape::operator+=", "ns::Shape::operator+=(int)");
        check(m, "ns::hidden", "ns::(anonymous namespace)::hidden(int)");
        /* With LTO the unit and its first file are called <artificial>. */
        if (!strstr(compiles[i], "-flto"))
            check(m, "'cxx.cc'::use", "ns::use(int)");
        check(m, "_ZN2ns3useEi", "ns::use(int)");
        check(m, "plain_c", "plain_c");
        check(m, "lib::deep", "lib::v1::deep(int)");
        check(m, "::lib::deep(int)", "lib::v1::deep(int)");
        check(m, "lib::v1::deep", "lib::v1::deep(int)");
        check(m, "lib::Box::open", "lib::v1::Box::open()");
        check(m, "lib::v2::deep", "");
        assert_non_null(symbols_find_type(m, "lib::Box", UINT64_MAX));
        check(m, "elsewhere::method", "");
        check(m, "ns::nothing", "");
        BASE_FREE char *both = names_of(m, "ns::Shape::method");
        assert_non_null(strstr(both, "ns::Shape::method(int)"));
        assert_non_null(strstr(both, "ns::Shape::method(double) const"));
        BASE_FREE char *all = names_of(m, "method");
        assert_non_null(strchr(strchr(all, '|') + 1, '|'));
        symbol_map_free(m);
    }
}

/* The same places as gdb's breakpoints, and its names for them. */
static void test_against_gdb(void **state)
{
    (void)state;
    static const char *const names[] = {"ns::Shape::method(int)", "ns::Shape::area", "ns::f<int>", "ns::use",
                                        "ns::Shape::Inner::poke", "plain_c"};
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *program = xasprintf("cxx%zu", i);
        struct symbol_map *m = open_map(program, 0);
        for (size_t k = 0; k < ARRAY_LENGTH(names); k++) {
            struct symbol_match match = find_one(m, names[k]);
            BASE_FREE char *said = run("gdb -q -nx -batch -ex 'break %s' -ex 'info symbol 0x%llx' %s 2>&1",
                                       names[k], (unsigned long long)match.entry, program);
            BASE_FREE char *at = xasprintf("Breakpoint 1 at 0x%llx", (unsigned long long)match.address);
            BASE_FREE char *symbol = xasprintf("\n%s in section", match.function);
            if (!strstr(said, at) || !strstr(said, symbol))
                fail_msg("%s, %s: 0x%llx %s, and gdb: %s", compiles[i], names[k],
                         (unsigned long long)match.address, match.function, said);
        }
        symbol_map_free(m);
    }
}

static void test_rust(void **state)
{
    (void)state;
    free(run("rustc -g -o paths paths.rs 2>&1"));
    struct symbol_map *m = open_map("paths", 0);
    check(m, "paths::geometry::Point::new", "paths::geometry::Point::new");
    check(m, "geometry::Point::sum", "paths::geometry::Point::sum");
    check(m, "geometry::area", "<paths::geometry::Point as paths::geometry::Area>::area");
    check(m, "geometry::generic", "paths::geometry::generic");
    check(m, "paths::main", "paths::main");
    symbol_map_free(m);
}

static void test_no_debug_information(void **state)
{
    (void)state;
    free(run("g++ -O0 cxx.cc -o bare"));
    struct symbol_map *m = open_map("bare", 0);
    check(m, "ns::Shape::method(int)", "ns::Shape::method(int)");
    check(m, "Shape::area", "ns::Shape::area() const");
    symbol_map_free(m);
}

static void test_index_scopes(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("cxx0", 0);
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(symbol_map_file(m, 0, NULL)));
    static const struct {
        const char *name, *qualified;
        uint16_t tag;
        bool exact;
    } wanted[] = {
        {"ns::Shape", "ns::Shape", DW_TAG_class_type, true},
        {"Shape", "ns::Shape", DW_TAG_class_type, false},
        {"Shape::Inner", "ns::Shape::Inner", DW_TAG_structure_type, false},
        {"ns::Colour::green", "ns::Colour::green", DW_TAG_enumerator, true},
        {"ns::Shape::counter", "ns::Shape::counter", DW_TAG_variable, true},
        {"ns::f<int>", "ns::f<int>", DW_TAG_subprogram, true},
        {"f", "ns::f<int>", DW_TAG_subprogram, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
        struct index_search s = index_search_begin(x, wanted[i].name);
        bool found = false;
        for (struct index_entry e; index_search_next(&s, &e);) {
            BASE_BUF struct buf b = {0};
            index_qualified(x, &e, &b);
            found |= strcmp(buf_text(&b), wanted[i].qualified) == 0 && e.tag == wanted[i].tag &&
                     e.exact == wanted[i].exact;
        }
        if (!found)
            fail_msg("%s is not %s", wanted[i].name, wanted[i].qualified);
    }
    symbol_map_free(m);
}

static void test_completion(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("cxx0", 0);
    char **list = symbols_complete(m, "ns::Shape::m", 10);
    assert_non_null(list[0]);
    assert_string_equal(list[0], "ns::Shape::method");
    assert_null(list[1]);
    free(list[0]);
    free(list);
    BASE_FREE char *near = symbols_near(m, "ns::Shape::metod");
    assert_non_null(near);
    assert_string_equal(near, "ns::Shape::method");
    symbol_map_free(m);
}

/* What would fill memory, and what is no mangled name. */
static void test_demangler(void **state)
{
    (void)state;
    struct intern set = {0};
    BASE_BUF struct buf bomb = {0};
    buf_add_text(&bomb, "_Z1fSt4pairIiiE");
    for (int i = 0; i < 60; i++)
        buf_printf(&bomb, "St4pairIS%c_S%c_E", i % 36 < 10 ? '0' + i % 36 : 'A' + i % 36 - 10,
                   i % 36 < 10 ? '0' + i % 36 : 'A' + i % 36 - 10);
    assert_true(strlen(demangled(&set, buf_text(&bomb))) <= 16384);
    BASE_FREE char *longest = xcalloc(1, 100001);
    memset(longest, 'a', 100000);
    memcpy(longest, "_Z", 2);
    assert_ptr_equal(demangled(&set, longest), longest);
    assert_null(demangled(&set, NULL));
    static const char *const same[] = {"", "_", "_Z", "__", "main", "_Zz", "_R", "_RNvC"};
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++)
        assert_ptr_equal(demangled(&set, same[i]), same[i]);
    assert_string_equal(demangled(&set, "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
                        "core::fmt::Write::write_fmt");
    intern_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cxx),          cmocka_unit_test(test_against_gdb),
        cmocka_unit_test(test_rust),         cmocka_unit_test(test_no_debug_information),
        cmocka_unit_test(test_index_scopes), cmocka_unit_test(test_completion),
        cmocka_unit_test(test_demangler),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
