/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the name index by themselves: values in every form, names as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/index/index_abbrev.h"
#include "symbols/index/index_name.h"

/* -- values ----------------------------------------------------------------------------------------- */

static const uint8_t bytes[] = {0x81, 0x82, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};
static const char strings[] = "\0one\0two", lines[] = "\0line", others[] = "\0elsewhere";

static struct scan_unit unit(bool big)
{
    return (struct scan_unit){.bytes = bytes,
                              .end = bytes + sizeof bytes,
                              .offset = 0x1000,
                              .info_base = 0x20000,
                              .other_base = 0x300000,
                              .strings = strings,
                              .strings_size = sizeof strings,
                              .line_strings = lines,
                              .line_strings_size = sizeof lines,
                              .other_strings = others,
                              .other_strings_size = sizeof others,
                              .version = 4,
                              .address_size = 8,
                              .offset_size = 4,
                              .big = big};
}

static uint64_t number(const struct scan_unit *u, uint16_t form, const uint8_t *at)
{
    struct fast_abbrev a = {.form = {[TAKE_NAME] = form}, .value = {[TAKE_NAME] = 77}};
    struct die_taken d = {.at = {[TAKE_NAME] = at}};
    return taken_number(u, &a, &d, TAKE_NAME);
}

static uint64_t reference(const struct scan_unit *u, uint16_t form, const uint8_t *at)
{
    struct fast_abbrev a = {.form = {[TAKE_ORIGIN] = form}};
    struct die_taken d = {.at = {[TAKE_ORIGIN] = at}};
    return taken_reference(u, &a, &d, TAKE_ORIGIN);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        uint16_t form;
        uint64_t little, big;
    } rows[] = {
        {DW_FORM_flag, 0x81, 0x81},
        {DW_FORM_data1, 0x81, 0x81},
        {DW_FORM_strx1, 0x81, 0x81},
        {DW_FORM_ref1, 0x81, 0x81},
        {DW_FORM_data2, 0x8281, 0x8182},
        {DW_FORM_strx2, 0x8281, 0x8182},
        {DW_FORM_ref2, 0x8281, 0x8182},
        {DW_FORM_strx3, 0x38281, 0x818203},
        {DW_FORM_data4, 0x4038281, 0x81820304},
        {DW_FORM_strx4, 0x4038281, 0x81820304},
        {DW_FORM_ref4, 0x4038281, 0x81820304},
        {DW_FORM_ref_sup4, 0x4038281, 0x81820304},
        {DW_FORM_data8, 0x807060504038281, 0x8182030405060708},
        {DW_FORM_ref8, 0x807060504038281, 0x8182030405060708},
        {DW_FORM_ref_sup8, 0x807060504038281, 0x8182030405060708},
        {DW_FORM_udata, 0xc101, 0xc101},
        {DW_FORM_strx, 0xc101, 0xc101},
        {DW_FORM_GNU_str_index, 0xc101, 0xc101},
        {DW_FORM_ref_udata, 0xc101, 0xc101},
        {DW_FORM_strp, 0x4038281, 0x81820304},
        {DW_FORM_line_strp, 0x4038281, 0x81820304},
        {DW_FORM_sec_offset, 0x4038281, 0x81820304},
        {DW_FORM_strp_sup, 0x4038281, 0x81820304},
        {DW_FORM_GNU_strp_alt, 0x4038281, 0x81820304},
        {DW_FORM_GNU_ref_alt, 0x4038281, 0x81820304},
        {DW_FORM_ref_addr, 0x4038281, 0x81820304},
        {DW_FORM_flag_present, 77, 77},
        {DW_FORM_implicit_const, 77, 77},
        {DW_FORM_exprloc, 0, 0},
        {0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        for (int big = 0; big <= 1; big++) {
            struct scan_unit u = unit(big);
            uint64_t wanted = big ? rows[i].big : rows[i].little;
            if (number(&u, rows[i].form, bytes) != wanted)
                fail_msg("form 0x%x, %s-endian", rows[i].form, big ? "big" : "little");
            assert_int_equal(number(&u, rows[i].form, NULL), 0);
        }
    struct scan_unit u = unit(false);
    u.offset_size = 8;
    assert_true(number(&u, DW_FORM_strp, bytes) == 0x807060504038281);
    assert_true(number(&u, DW_FORM_ref_addr, bytes) == 0x807060504038281);
    u.version = 2; /* there it has the size of an address */
    u.address_size = 4;
    assert_true(number(&u, DW_FORM_ref_addr, bytes) == 0x4038281);
    u.version = 3;
    assert_true(number(&u, DW_FORM_ref_addr, bytes) == 0x807060504038281);
    /* what does not fit is 0 */
    assert_int_equal(number(&u, DW_FORM_data4, u.end - 3), 0);
    assert_int_equal(number(&u, DW_FORM_data2, u.end - 2), 0x908);
    assert_int_equal(number(&u, DW_FORM_data1, u.end), 0);
}

static void test_indirect(void **state)
{
    (void)state;
    static const uint8_t form_first[] = {DW_FORM_data2, 0x34, 0x12, DW_FORM_indirect, 1, 0xff, 0xff, 0x04, 1};
    struct scan_unit u = unit(false);
    u.bytes = form_first;
    u.end = form_first + sizeof form_first;
    assert_int_equal(number(&u, DW_FORM_indirect, form_first), 0x1234);
    assert_int_equal(number(&u, DW_FORM_indirect, form_first + 3), 0);     /* no chains of them */
    assert_int_equal(number(&u, DW_FORM_indirect, form_first + 5), 0);     /* 0x1ffff is no form */
    static const uint8_t cut[] = {0x80 | DW_FORM_data1, 0x80, 0x04, 0x33}; /* nor is 0x1000b DW_FORM_data1 */
    u.end = cut + sizeof cut;
    assert_int_equal(number(&u, DW_FORM_indirect, cut), 0);
    static const uint8_t ref[] = {DW_FORM_ref1, 0x10};
    u.end = ref + sizeof ref;
    assert_int_equal(reference(&u, DW_FORM_indirect, ref), 0x1010);
}

static void test_references(void **state)
{
    (void)state;
    struct scan_unit u = unit(false);
    assert_int_equal(reference(&u, DW_FORM_ref1, bytes), 0x1081);
    assert_int_equal(reference(&u, DW_FORM_ref2, bytes), 0x9281);
    assert_int_equal(reference(&u, DW_FORM_ref4, bytes), 0x4039281);
    assert_true(reference(&u, DW_FORM_ref8, bytes) == 0x807060504039281);
    assert_int_equal(reference(&u, DW_FORM_ref_udata, bytes), 0xd101);
    assert_int_equal(reference(&u, DW_FORM_ref_addr, bytes), 0x4058281);
    assert_int_equal(reference(&u, DW_FORM_ref_sup4, bytes), 0x4338281);
    assert_int_equal(reference(&u, DW_FORM_GNU_ref_alt, bytes), 0x4338281);
    assert_true(reference(&u, DW_FORM_ref_sup8, bytes) == 0x807060504338281);
    assert_true(reference(&u, DW_FORM_ref_sig8, bytes) == UINT64_MAX);
    assert_true(reference(&u, DW_FORM_ref4, NULL) == UINT64_MAX);
    u.other_base = UINT64_MAX; /* there is no such file */
    assert_true(reference(&u, DW_FORM_ref_sup4, bytes) == UINT64_MAX);
    assert_true(reference(&u, DW_FORM_ref_sup8, bytes) == UINT64_MAX);
    assert_true(reference(&u, DW_FORM_GNU_ref_alt, bytes) == UINT64_MAX);
}

static void check_string(const struct scan_unit *u, uint16_t form, const uint8_t *at, const char *wanted,
                         uint64_t where)
{
    struct fast_abbrev a = {.form = {[TAKE_NAME] = form}};
    struct die_taken d = {.at = {[TAKE_NAME] = at}};
    uint64_t offset = 5;
    const char *got = taken_string(u, &a, &d, TAKE_NAME, &offset);
    if (wanted) {
        assert_non_null(got);
        assert_string_equal(got, wanted);
    } else {
        assert_null(got);
    }
    assert_true(offset == where);
}

static void test_strings(void **state)
{
    (void)state;
    static const uint8_t in_place[] = {'h', 'i', 0, 'n', 'o'};
    static const uint8_t at_one[] = {1, 0, 0, 0, 0, 0, 0, 0}, at_end[] = {9, 0, 0, 0}, last[] = {8, 0, 0, 0};
    struct scan_unit u = unit(false);
    u.end = in_place + sizeof in_place;
    check_string(&u, DW_FORM_string, in_place, "hi", UINT64_MAX);
    check_string(&u, DW_FORM_string, in_place + 3, NULL, UINT64_MAX); /* it does not end */
    check_string(&u, DW_FORM_string, NULL, NULL, UINT64_MAX);
    u.end = at_one + sizeof at_one;
    check_string(&u, DW_FORM_strp, at_one, "one", 1);
    check_string(&u, DW_FORM_line_strp, at_one, "line", UINT64_MAX);
    check_string(&u, DW_FORM_strp_sup, at_one, "elsewhere", UINT64_MAX);
    check_string(&u, DW_FORM_GNU_strp_alt, at_one, "elsewhere", UINT64_MAX);
    check_string(&u, DW_FORM_data4, at_one, NULL, UINT64_MAX);
    u.end = at_end + sizeof at_end;
    check_string(&u, DW_FORM_strp, at_end, NULL, 9);
    u.end = last + sizeof last;
    check_string(&u, DW_FORM_strp, last, "", 8);
}

static void test_indexed_strings(void **state)
{
    (void)state;
    static const uint8_t little[] = {0xee, 0xee, 1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0},
                         big[] = {0xee, 0xee, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 9};
    static const uint8_t numbers[] = {0, 0, 1, 0, 2, 0, 3, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f};
    for (int order = 0; order <= 1; order++) {
        struct scan_unit u = unit(order);
        u.end = numbers + sizeof numbers;
        u.string_offsets = order ? big : little;
        u.string_offsets_size = sizeof little;
        u.string_offsets_base = 2;
        static const uint16_t one_byte[] = {DW_FORM_strx1, DW_FORM_strx, DW_FORM_GNU_str_index};
        for (size_t i = 0; i < ARRAY_LENGTH(one_byte); i++) {
            check_string(&u, one_byte[i], numbers, "one", 1);
            check_string(&u, one_byte[i], numbers + 2, "two", 5);
            check_string(&u, one_byte[i], numbers + 4, NULL, 9);          /* beyond the strings */
            check_string(&u, one_byte[i], numbers + 6, NULL, UINT64_MAX); /* beyond the offsets */
        }
        check_string(&u, DW_FORM_strx2, numbers + (order ? 1 : 2), "two", 5);
        check_string(&u, DW_FORM_strx, numbers + 8, NULL, UINT64_MAX);
        u.string_offsets_size = 13;
        check_string(&u, DW_FORM_strx1, numbers + 4, NULL, UINT64_MAX); /* cut off */
        u.string_offsets_size = 10;
        check_string(&u, DW_FORM_strx1, numbers + 2, "two", 5); /* the last whole one */
        u.string_offsets_base = 11;
        check_string(&u, DW_FORM_strx1, numbers, NULL, UINT64_MAX);
    }
}

/* Offsets of eight bytes, and numbers whose product or sum would be a small one again. */
static void test_wide_strings(void **state)
{
    (void)state;
    static const uint8_t little[] = {1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
    static const uint8_t numbers[] = {0, 1, 0, 0, 0, 2};
    static const uint8_t around[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20};
    static const uint8_t around4[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40};
    static const uint8_t just_too_far[] = {0x80, 0x80, 0x80, 0x80, 0x10};
    struct scan_unit u = unit(false);
    u.string_offsets = little;
    u.string_offsets_size = sizeof little;
    u.offset_size = 8;
    u.end = numbers + sizeof numbers;
    check_string(&u, DW_FORM_strx1, numbers, "one", 1);
    check_string(&u, DW_FORM_strx1, numbers + 1, "two", 5);
    check_string(&u, DW_FORM_strx3, numbers + 1, "two", 5);
    check_string(&u, DW_FORM_strx4, numbers + 1, "two", 5);
    check_string(&u, DW_FORM_strx1, numbers + 5, NULL, 0x100000001);
    u.end = around + sizeof around;
    check_string(&u, DW_FORM_strx, around, NULL, UINT64_MAX);
    u.offset_size = 4;
    u.end = around4 + sizeof around4;
    check_string(&u, DW_FORM_strx, around4, NULL, UINT64_MAX);
    u.end = just_too_far + sizeof just_too_far;
    u.string_offsets_base = 0;
    check_string(&u, DW_FORM_strx, just_too_far, NULL, UINT64_MAX);
    u.end = numbers + sizeof numbers;
    u.string_offsets_base = UINT64_MAX - 3;
    check_string(&u, DW_FORM_strx1, numbers + 1, NULL, UINT64_MAX);
    u.string_offsets_base = sizeof little;
    check_string(&u, DW_FORM_strx1, numbers, NULL, UINT64_MAX);
    u.string_offsets_base = sizeof little - 4;
    check_string(&u, DW_FORM_strx1, numbers, "one", 1);
}

/* -- names ------------------------------------------------------------------------------------------ */

/* "a|b|c" of the parts, `::` in front when it is rooted, and the parameters behind a blank. */
static void expect_parts(const char *text, const char *wanted)
{
    struct name_query q;
    BASE_BUF struct buf b = {0};
    name_query_parse(text, &q);
    if (q.rooted)
        buf_add_text(&b, "::");
    for (size_t i = 0; i < q.count; i++) {
        buf_add_text(&b, i ? "|" : "");
        buf_add(&b, q.parts[i].text, q.parts[i].length);
    }
    if (q.parameters)
        buf_printf(&b, " %s", q.parameters);
    if (strcmp(buf_text(&b), wanted) != 0)
        fail_msg("%s: %s, not %s", text, buf_text(&b), wanted);
}

static void test_queries(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"f", "f"},
        {"::f", "::f"},
        {"  a::b::c", "a|b|c"},
        {"a :: b", "a| b"},
        {"a::", "a"},
        {"a::::b", ""},
        {"", ""},
        {"a::b(int)", "a|b (int)"},
        {"a::b (int) const", "a|b (int) const"},
        {"f()", "f ()"},
        {"f<int>", "f<int>"},
        {"f<a::b>::g", "f<a::b>|g"},
        {"f<g<(1>2)>>::h", "f<g<(1>2)>>|h"},
        {"v<int (*)(a::b)>::w(c::d)", "v<int (*)(a::b)>|w (c::d)"},
        {"(anonymous namespace)::f", "(anonymous namespace)|f"},
        {"a::(anonymous namespace)::f(int)", "a|(anonymous namespace)|f (int)"},
        {"a::operator()(int)", "a|operator() (int)"},
        {"a::operator()", "a|operator()"},
        {"a::operator[](int)", "a|operator[] (int)"},
        {"operator<<(a, b)", "operator<< (a, b)"},
        {"a::operator->", "a|operator->"},
        {"a::operator<(a)", "a|operator< (a)"},
        {"a::operator bool", "a|operator bool"},
        {"a::operator new(int)", "a|operator new (int)"},
        {"operators::f", "operators|f"},
        {"int f<int>(int)", "f<int> (int)"},
        {"a::b<int> c::f<d>(int)", "c|f<d> (int)"},
        {"std::pair<int, int> f<int>()", "f<int> ()"},
        {"void  f(int)", "f (int)"},
        {"bool a::operator==<int>(b)", "a|operator==<int> (b)"},
        {"f<a->b(c::d)>::g", "f<a->b(c::d)>|g"},
        {"f<(anonymous namespace)::t>::g", "f<(anonymous namespace)::t>|g"},
        {"(anonymous namespace)", "(anonymous namespace)"},
        {"(anonymous namespace)::(anonymous namespace)::f", "(anonymous namespace)|(anonymous namespace)|f"},
        {"(anonymous)::f", ""},
        {"f::{lambda(int)#1}::operator()(int) const", "f|{lambda(int)#1}|operator() (int) const"},
        {"<a::b as c<d>>::f", "<a::b as c<d>>|f"},
        {"f[a::b]::g", "f[a::b]|g"},
        {"a>::b", "a>|b"},
        {"a)::b", "a)|b"},
        {"a]}::b(c)", "a]}|b (c)"},
        {" \tf", "f"},
        {"f   ", "f"},
        {"   ", ""},
        {"::", "::"},
        {":::f", ":::f"},
        {":f", ":f"},
        {"a:b", "a:b"},
        {"a:", "a:"},
        {"a::b(int)::c", "a|b (int)::c"},
        {"(int)", ""},
        {"a::(int)", ""},
        {"a:: ::b", ""},
        {"int f(int)", "f (int)"},
        {"unsigned long f<int>(int)", "f<int> (int)"},
        {"a<b c> d<e>(f)", "d<e> (f)"},
        {"a<(b) c> d<e>(f)", "d<e> (f)"},
        {"a{b c} d(f)", "d (f)"},
        {"a[b c] d(f)", "d (f)"},
        {"decltype (x) f(y)", "decltype (x) f(y)"},
        {"f (int)", "f (int)"},
        {"f  (int)", "f (int)"},
        {"operator bool()", "operator bool ()"},
        {"int a::operator bool<b>()", "a|operator bool<b> ()"},
        {"int operator new(a)", "operator new (a)"},
        {"int a::b operator(c)", "operator (c)"},
        {"operator ()(int)", "operator () (int)"},
        {"operator  [](int)", "operator  [] (int)"},
        {"operator,(a)", "operator, (a)"},
        {"operator~(a)", "operator~ (a)"},
        {"operator->*(a)", "operator->* (a)"},
        {"operator%=(a)", "operator%= (a)"},
        {"operator^|&!/-+(a)", "operator^|&!/-+ (a)"},
        {"operator_(a::b)", "operator_ (a::b)"},
        {"operator$<a>::f", "operator$<a>|f"},
        {"operator9::f", "operator9|f"},
        {"operator$ f(x)", "f (x)"},
        {"operator_ f(x)", "f (x)"},
        {"operators f(x)", "f (x)"},
        {"operator! f(x)", "operator! f (x)"},
        {"operato<a::b>::f", "operato<a::b>|f"},
        {"operator<::f", "operator<|f"},
        {"int f(a b)", "f (a b)"},
        {"int a::b::f<c d>(e)", "a|b|f<c d> (e)"},
        {"void ::f(int)", "::f (int)"},
        {"::int f(int)", "f (int)"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        expect_parts(rows[i][0], rows[i][1]);
    BASE_BUF struct buf deep = {0};
    struct name_query q;
    for (int i = 0; i < NAME_PARTS_MOST - 1; i++)
        buf_add_text(&deep, "n::");
    buf_add_text(&deep, "f");
    name_query_parse(buf_text(&deep), &q);
    assert_int_equal(q.count, NAME_PARTS_MOST);
    buf_add_text(&deep, "::g");
    name_query_parse(buf_text(&deep), &q);
    assert_int_equal(q.count, 0);
}

static bool ends_in(const char *have, const char *wanted)
{
    static const char *const inlined[] = {"v1"};
    struct name_query a, b;
    name_query_parse(have, &a);
    name_query_parse(wanted, &b);
    b.exported = inlined;
    b.exported_count = 1;
    return name_scopes_end_in(&a, &b);
}

static void test_scopes(void **state)
{
    (void)state;
    static const struct {
        const char *have, *wanted;
        bool fits;
    } rows[] = {
        {"a::b::f", "f", true},
        {"a::b::f", "b::f", true},
        {"a::b::f", "a::b::f", true},
        {"a::b::f", "a::f", false},
        {"a::b::f", "x::b::f", false},
        {"b::f", "a::b::f", false},
        {"f", "::f", true},
        {"a::f", "::f", false},
        {"a::f", "::a::f", true},
        {"b::a::f", "::a::f", false},
        {"a::(anonymous namespace)::f", "a::f", true},
        {"(anonymous namespace)::f", "f", true},
        {"a::__1::f", "a::f", true},
        {"a::v1::f", "a::f", true},
        {"a::v2::f", "a::f", false},
        {"v1::f", "::f", true},
        {"v2::f", "::f", false},
        {"a::{impl#0}::f", "a::f", true},
        {"<a::b as c>::f", "d::f", true},
        {"a::t<int>::f", "t::f", true},
        {"a::t<int>::f", "t<int>::f", true},
        {"a::t<int>::f", "t<long>::f", false},
        {"a::t< int >::f", "t<int>::f", true},
        {"f", "a::f", false},
        {"v1::a::f", "::a::f", true},
        {"x::v1::a::f", "::a::f", false},
        {"v1::v1::f", "::f", true},
        {"v1::x::f", "::f", false},
        {"v 1::f", "::f", true},
        {"a::v1::v1::f", "a::f", true},
        {"a::v1::b::f", "a::f", false},
        {"a::b::v1::f", "a::b::f", true},
        {"v1::f", "v1::f", true},
        {"v1::f", "a::f", false},
        {"v1", "::v1", true},
        {"a::(anonymous namespace)::f", "(anonymous namespace)::f", true},
        {"a::{impl#0}::b::f", "a::b::f", true},
        {"a::_b::f", "a::f", false},
        {"a::<b as c>::f", "d::f", true},
        {"x::<b as c>::f", "f", true},
        {"a::t::f", "t<int>::f", false},
        {"a::b::f", "a ::b :: f", true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (ends_in(rows[i].have, rows[i].wanted) != rows[i].fits)
            fail_msg("%s in %s", rows[i].wanted, rows[i].have);
}

/* The scopes of a name that people may leave out are told by how they begin, however long they are. */
static void test_long_scopes(void **state)
{
    (void)state;
    for (int n = 2; n < 200; n++) {
        BASE_FREE char *over = xasprintf("a::__%0*d::f", n, 1), *other = xasprintf("a::_%0*d::f", n, 1);
        assert_true(ends_in(over, "a::f"));
        assert_false(ends_in(other, "a::f"));
    }
    /* as long as an anonymous one, or with it in front */
    assert_false(ends_in("a::(anonymous namespace)(anonymous namespace)(anonymous namespace)x::f", "a::f"));
}

static void test_sameness(void **state)
{
    (void)state;
    assert_true(name_same("a b", 3, "ab", 2));
    assert_true(name_same(" a ", 3, "a", 1));
    assert_true(name_same("", 0, "  ", 2));
    assert_false(name_same("a", 1, "ab", 2));
    assert_false(name_same("ab", 2, "a", 1));
    assert_false(name_same("ab", 2, "ac", 2));
    assert_true(name_same("abX", 2, "abY", 2));
    assert_true(name_same_base("f", 1, "f<int>"));
    assert_true(name_same_base("f<int>", 6, "f<int>"));
    assert_true(name_same_base("f<int>", 6, "f< int >"));
    assert_false(name_same_base("f<int>", 6, "f"));
    assert_false(name_same_base("f<int>", 6, "f<long>"));
    assert_false(name_same_base("f", 1, "g<int>"));
    assert_true(name_is_passed_over("(anonymous namespace)"));
    assert_true(name_is_passed_over("{impl#12}"));
    assert_true(name_is_passed_over("__cxx11"));
    assert_false(name_is_passed_over("_a"));
    assert_false(name_is_passed_over("impl"));
    assert_false(name_is_passed_over("(anonymous namespace)x"));
    assert_true(name_same_parameters("(int)", "(int)"));
    assert_true(name_same_parameters("(int)", "(int) const"));
    assert_true(name_same_parameters("(int) const", "(int) const"));
    assert_true(name_same_parameters("( int )", "(int)"));
    assert_true(name_same_parameters("(void)", "()"));
    assert_true(name_same_parameters("(void)", "() const"));
    assert_false(name_same_parameters("(void)", "(int)"));
    assert_false(name_same_parameters("(int)", "(long)"));
    assert_false(name_same_parameters("(int)", "int"));
    assert_false(name_same_parameters("(int) const", "(int)"));
    assert_true(name_same_parameters("(a (*)(b))", "(a (*)(b)) const"));
    assert_false(name_same_parameters("(a", "(a (*)(b))"));
    assert_false(name_same_parameters("(void)", "((a))"));
    assert_false(name_same_parameters("(void)", "(a)()"));
    assert_false(name_same_parameters("( void )", "()"));
    assert_true(name_same_parameters("()", "()"));
    assert_false(name_same_parameters("()", "(int)"));
    assert_false(name_same_parameters("(int", "(int)"));
    assert_false(name_same("a", 1, "", 0));
    assert_true(name_same("  ", 2, "", 0));
    assert_true(name_same("a  ", 3, "a", 1));
    assert_true(name_same("a", 1, "a  ", 3));
    assert_false(name_same("a b", 3, "a c", 3));
    assert_true(name_is_passed_over("{impl#"));
    assert_false(name_is_passed_over("{impl"));
    assert_false(name_is_passed_over("{closure#0}"));
    assert_true(name_is_passed_over("__"));
    assert_false(name_is_passed_over(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),         cmocka_unit_test(test_indirect),
        cmocka_unit_test(test_references),      cmocka_unit_test(test_strings),
        cmocka_unit_test(test_indexed_strings), cmocka_unit_test(test_queries),
        cmocka_unit_test(test_wide_strings),    cmocka_unit_test(test_long_scopes),
        cmocka_unit_test(test_scopes),          cmocka_unit_test(test_sameness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
