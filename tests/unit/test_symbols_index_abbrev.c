/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Abbreviations made ready for the walk over DIEs: the size of every form, where the taken ones stand, and
 * tables that are cut, wrong or read before. */
#include "test_symbols_dies.h"

static const struct {
    uint16_t form;
    const char *value;
    size_t size;
    bool by_unit; /* its size is that of an offset or address: only the first bytes of `value` */
} forms[] = {
    {DW_FORM_flag_present, "", 0, false},
    {DW_FORM_data1, "a", 1, false},
    {DW_FORM_ref1, "a", 1, false},
    {DW_FORM_flag, "a", 1, false},
    {DW_FORM_strx1, "a", 1, false},
    {DW_FORM_addrx1, "a", 1, false},
    {DW_FORM_data2, "ab", 2, false},
    {DW_FORM_ref2, "ab", 2, false},
    {DW_FORM_strx2, "ab", 2, false},
    {DW_FORM_addrx2, "ab", 2, false},
    {DW_FORM_strx3, "abc", 3, false},
    {DW_FORM_addrx3, "abc", 3, false},
    {DW_FORM_data4, "abcd", 4, false},
    {DW_FORM_ref4, "abcd", 4, false},
    {DW_FORM_strx4, "abcd", 4, false},
    {DW_FORM_addrx4, "abcd", 4, false},
    {DW_FORM_ref_sup4, "abcd", 4, false},
    {DW_FORM_data8, "abcdefgh", 8, false},
    {DW_FORM_ref8, "abcdefgh", 8, false},
    {DW_FORM_ref_sig8, "abcdefgh", 8, false},
    {DW_FORM_ref_sup8, "abcdefgh", 8, false},
    {DW_FORM_data16, "abcdefghijklmnop", 16, false},
    {DW_FORM_addr, "abcdefgh", 0, true},
    {DW_FORM_ref_addr, "abcdefgh", 0, true},
    {DW_FORM_strp, "abcdefgh", 0, true},
    {DW_FORM_line_strp, "abcdefgh", 0, true},
    {DW_FORM_sec_offset, "abcdefgh", 0, true},
    {DW_FORM_strp_sup, "abcdefgh", 0, true},
    {DW_FORM_GNU_ref_alt, "abcdefgh", 0, true},
    {DW_FORM_GNU_strp_alt, "abcdefgh", 0, true},
    {DW_FORM_string, "abc", 4, false},
    {DW_FORM_string, "", 1, false},
    {DW_FORM_udata, "\x81\x82\x03", 3, false},
    {DW_FORM_sdata, "\x81\x7f", 2, false},
    {DW_FORM_ref_udata, "\x05", 1, false},
    {DW_FORM_strx, "\x81\x01", 2, false},
    {DW_FORM_addrx, "\x81\x01", 2, false},
    {DW_FORM_loclistx, "\x81\x01", 2, false},
    {DW_FORM_rnglistx, "\x81\x01", 2, false},
    {DW_FORM_GNU_str_index, "\x81\x01", 2, false},
    {DW_FORM_GNU_addr_index, "\x81\x01", 2, false},
    {DW_FORM_block1, "\x02xy", 3, false},
    {DW_FORM_block1, "\0", 1, false},
    {DW_FORM_block2, "\x02\0xy", 4, false},
    {DW_FORM_block4, "\x02\0\0\0xy", 6, false},
    {DW_FORM_block, "\x02xy", 3, false},
    {DW_FORM_block, "\x82\0xy", 4, false},
    {DW_FORM_exprloc, "\x03xyz", 4, false},
};

struct shape {
    uint8_t offset_size, address_size;
    uint16_t version;
};

static const struct shape shapes[] = {{4, 8, 4}, {8, 4, 5}, {4, 8, 2}, {8, 4, 3}, {4, 2, 2}};

static size_t size_in(const struct shape *s, size_t i)
{
    if (!forms[i].by_unit)
        return forms[i].size;
    if (forms[i].form == DW_FORM_addr || (forms[i].form == DW_FORM_ref_addr && s->version <= 2))
        return s->address_size;
    return s->offset_size;
}

/* A DIE of the attributes before it, the form, and a byte that is taken: how is the form passed over, and
 * where is the byte? */
static void pass_over(const struct shape *shape, const int *before, const char *front, size_t front_size,
                      size_t row, bool indirect)
{
    BASE_BUF struct buf table = {0};
    BASE_BUF struct buf die = {0};
    put_leb(&table, 1);
    put_leb(&table, DW_TAG_variable);
    put(&table, 0, 1);
    for (size_t i = 0; before && before[i]; i++) {
        put_leb(&table, DW_AT_byte_size);
        put_leb(&table, (uint64_t)before[i]);
    }
    put_leb(&table, DW_AT_byte_size);
    put_leb(&table, indirect ? DW_FORM_indirect : forms[row].form);
    put_leb(&table, DW_AT_inline);
    put_leb(&table, DW_FORM_data1);
    put(&table, 0, 3);
    buf_add(&die, front, front_size);
    if (indirect)
        put_leb(&die, forms[row].form);
    buf_add(&die, forms[row].value, size_in(shape, row));
    put(&die, 0x55, 1);
    struct exact abbrev = exactly(&table, table.length);
    for (size_t size = 0; size <= die.length; size++) {
        struct fast_abbrevs t = {0};
        struct exact info = exactly(&die, size);
        struct scan_unit u = unit_over(abbrev, info, 100);
        struct die_taken taken;
        u.offset_size = shape->offset_size;
        u.address_size = shape->address_size;
        u.version = shape->version;
        assert_true(fast_abbrevs_read(&t, &u));
        const struct fast_abbrev *a = fast_abbrev_find(&t, 1);
        assert_non_null(a);
        const uint8_t *end = fast_die(&t, a, &u, info.bytes, &taken);
        assert_ptr_equal(fast_die(&t, a, &u, info.bytes, NULL), end);
        if (end != (size == die.length ? u.end : NULL))
            fail_msg("form 0x%x, %zu of %zu bytes, indirect %d", forms[row].form, size, die.length, indirect);
        if (end) {
            assert_ptr_equal(taken.at[TAKE_INLINE], u.end - 1);
            assert_int_equal(taken_number(&u, a, &taken, TAKE_INLINE), 0x55);
            assert_null(taken.at[TAKE_NAME]);
        }
        free(info.bytes);
        fast_abbrevs_free(&t);
    }
    free(abbrev.bytes);
}

static void test_sizes(void **state)
{
    (void)state;
    static const int fixed[] = {DW_FORM_data2, 0},
                     variable[] = {DW_FORM_data1, DW_FORM_udata, DW_FORM_data4, 0};
    for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++)
        for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
            for (int indirect = 0; indirect <= 1; indirect++) {
                pass_over(&shapes[s], NULL, "", 0, i, indirect);
                pass_over(&shapes[s], fixed, "xy", 2, i, indirect);
                pass_over(&shapes[s], variable, "x\x81\x01zzzz", 7, i, indirect);
            }
}

static const uint8_t *pass(const struct buf *table, const char *die, size_t size)
{
    struct exact abbrev = exactly(table, table->length);
    struct fast_abbrevs t = {0};
    struct scan_unit u = unit_over(abbrev, (struct exact){(uint8_t *)(uintptr_t)die, size}, 100);
    assert_true(fast_abbrevs_read(&t, &u));
    const uint8_t *end = fast_die(&t, fast_abbrev_find(&t, 1), &u, u.bytes, NULL);
    fast_abbrevs_free(&t);
    free(abbrev.bytes);
    return end;
}

/* Forms nobody knows, and indirect ones that lead nowhere. */
static void test_no_such_form(void **state)
{
    (void)state;
    static const int unknown[] = {0x02, 0x2d, 0x2f, 0x30, 0x1f00, 0x1fff, 0xffff};
    for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++) {
        BASE_BUF struct buf b = {0};
        put_abbrev(&b, 1, DW_TAG_variable, false, DW_AT_byte_size, unknown[i], -1);
        put(&b, 0, 1);
        assert_null(pass(&b, "abcdefgh", 8));
    }
    BASE_BUF struct buf b = {0};
    put_abbrev(&b, 1, DW_TAG_variable, false, DW_AT_byte_size, DW_FORM_indirect, -1);
    put(&b, 0, 1);
    static const char chain[] = {DW_FORM_indirect, DW_FORM_data1, 1},
                      constant[] = {DW_FORM_implicit_const, 1, 1}, nothing[] = {0x02, 1, 1};
    assert_null(pass(&b, chain, sizeof chain));
    assert_null(pass(&b, constant, sizeof constant));
    assert_null(pass(&b, nothing, sizeof nothing));
    BASE_BUF struct buf far = {0}; /* a form has 16 bits */
    put_abbrev(&far, 1, DW_TAG_variable, false, DW_AT_byte_size, 0x10000, -1);
    put(&far, 0, 1);
    struct exact e = exactly(&far, far.length);
    struct fast_abbrevs t = {0};
    struct scan_unit u = unit_over(e, (struct exact){NULL, 0}, 100);
    assert_false(fast_abbrevs_read(&t, &u));
    assert_null(fast_abbrev_find(&t, 1));
    fast_abbrevs_free(&t);
    free(e.bytes);
}

static struct fast_abbrevs table_of(const struct buf *b, size_t size, bool *ok)
{
    struct fast_abbrevs t = {0};
    struct exact e = exactly(b, size);
    struct scan_unit u = unit_over(e, (struct exact){NULL, 0}, 100);
    *ok = fast_abbrevs_read(&t, &u);
    free(e.bytes);
    return t;
}

/* A table that ends before its end: what was whole before remains. What is missing is read as 0, so that the
 * second of the two zeros behind the last attribute may be missing too. */
static void test_cut_tables(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    bool ok;
    put_abbrev(&b, 1, DW_TAG_base_type, true, DW_AT_name, DW_FORM_strp, DW_AT_inline, DW_FORM_implicit_const,
               5, -1);
    size_t first = b.length;
    put_abbrev(&b, 300, DW_TAG_GNU_call_site, false, DW_AT_GNU_all_call_sites, DW_FORM_flag_present, -1);
    size_t second = b.length;
    put(&b, 0, 1);
    for (size_t size = 0; size <= b.length; size++) {
        struct fast_abbrevs t = table_of(&b, size, &ok);
        assert_int_equal(ok, size == b.length);
        assert_int_equal(fast_abbrev_find(&t, 1) != NULL, size + 1 >= first);
        assert_int_equal(fast_abbrev_find(&t, 300) != NULL, size + 1 >= second);
        for (uint64_t code = 0; code < 400; code++)
            if (code != 1 && code != 300)
                assert_null(fast_abbrev_find(&t, code));
        if (size >= first) {
            assert_int_equal(t.list[1].tag, DW_TAG_base_type);
            assert_true(t.list[1].children);
            assert_int_equal(t.list[1].value[TAKE_INLINE], 5);
        }
        if (size >= second) {
            assert_int_equal(t.list[300].tag, DW_TAG_GNU_call_site);
            assert_false(t.list[300].children);
        }
        fast_abbrevs_free(&t);
        assert_null(t.list);
        assert_int_equal(t.count, 0);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        unsigned codes[3];
        bool ok;
        size_t there;
    } rows[] = {
        {{1, 2, 3}, true, 3},
        {{3, 2, 1}, true, 3},
        {{255, 256, 257}, true, 3},
        {{512, 511, 513}, true, 3},
        {{1, 1, 2}, false, 1}, /* twice */
        {{1, (1 << 20) - 1, 2}, true, 3},
        {{1, 1 << 20, 2}, false, 1}, /* a table for that is not made */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        BASE_BUF struct buf b = {0};
        bool ok;
        for (size_t k = 0; k < 3; k++)
            put_abbrev(&b, rows[i].codes[k], DW_TAG_base_type + (unsigned)k, false, -1);
        put(&b, 0, 1);
        struct fast_abbrevs t = table_of(&b, b.length, &ok);
        assert_int_equal(ok, rows[i].ok);
        size_t there = 0;
        for (size_t k = 0; k < t.count; k++)
            there += fast_abbrev_find(&t, k) != NULL;
        assert_int_equal(there, rows[i].there);
        for (size_t k = 0; k < rows[i].there; k++)
            assert_int_equal(fast_abbrev_find(&t, rows[i].codes[k])->tag, DW_TAG_base_type + k);
        assert_null(fast_abbrev_find(&t, t.count));
        fast_abbrevs_free(&t);
    }
}

/* The same table is read once, but for units of another shape it is another. */
static void test_read_once(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    put_abbrev(&b, 1, DW_TAG_variable, false, DW_AT_low_pc, DW_FORM_addr, DW_AT_type, DW_FORM_ref_addr,
               DW_AT_ranges, DW_FORM_sec_offset, -1);
    put(&b, 0, 1);
    struct exact e = exactly(&b, b.length), other = exactly(&b, b.length);
    struct fast_abbrevs t = {0};
    struct scan_unit u = unit_over(e, (struct exact){NULL, 0}, 100);
    size_t work = 0;
    static const struct {
        bool other;
        struct shape shape;
        bool again;
        unsigned size;
    } rows[] = {
        {false, {4, 8, 4}, true, 16}, {false, {4, 8, 4}, false, 16}, {false, {4, 4, 4}, true, 12},
        {false, {8, 4, 4}, true, 20}, {false, {8, 4, 2}, true, 16},  {false, {8, 4, 2}, false, 16},
        {true, {8, 4, 2}, true, 16},  {true, {8, 4, 2}, false, 16},  {false, {8, 4, 2}, true, 16},
        {false, {8, 4, 3}, true, 20},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        u.abbrev = rows[i].other ? other.bytes : e.bytes;
        u.abbrev_end = u.abbrev + e.size;
        u.offset_size = rows[i].shape.offset_size;
        u.address_size = rows[i].shape.address_size;
        u.version = rows[i].shape.version;
        assert_true(fast_abbrevs_read(&t, &u));
        work += rows[i].again ? 4 : 0;
        assert_int_equal(t.work, work);
        assert_int_equal(fast_abbrev_find(&t, 1)->size, rows[i].size);
        assert_int_equal(t.count, 2);
    }
    fast_abbrevs_free(&t);
    free(e.bytes);
    free(other.bytes);
    /* one that holds nothing is damaged each time it is asked for */
    struct scan_unit none = unit_over((struct exact){(uint8_t *)"\x01", 1}, (struct exact){NULL, 0}, 100);
    assert_false(fast_abbrevs_read(&t, &none));
    struct fast_abbrevs empty = {0};
    none.abbrev_end = none.abbrev;
    assert_false(fast_abbrevs_read(&empty, &none));
    assert_false(fast_abbrevs_read(&empty, &none));
    fast_abbrevs_free(&t);
    fast_abbrevs_free(&empty);
}

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        int name;
        enum taken taken;
    } rows[] = {
        {DW_AT_name, TAKE_NAME},
        {DW_AT_linkage_name, TAKE_LINKAGE},
        {DW_AT_MIPS_linkage_name, TAKE_LINKAGE},
        {DW_AT_sibling, TAKE_SIBLING},
        {DW_AT_specification, TAKE_ORIGIN},
        {DW_AT_abstract_origin, TAKE_ORIGIN},
        {DW_AT_import, TAKE_ORIGIN},
        {DW_AT_inline, TAKE_INLINE},
        {DW_AT_declaration, TAKE_DECLARATION},
        {DW_AT_enum_class, TAKE_SCOPED},
        {DW_AT_language, TAKE_LANGUAGE},
        {DW_AT_str_offsets_base, TAKE_STRING_BASE},
        {DW_AT_export_symbols, TAKE_EXPORT},
        {DW_AT_byte_size, TAKE_COUNT},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        BASE_BUF struct buf b = {0};
        bool ok;
        put_abbrev(&b, 1, DW_TAG_structure_type, false, DW_AT_byte_size, DW_FORM_data2, rows[i].name,
                   DW_FORM_data4, -1);
        put_abbrev(&b, 2, DW_TAG_structure_type, false, DW_AT_byte_size, DW_FORM_udata, rows[i].name,
                   DW_FORM_data4, -1);
        put_abbrev(&b, 3, DW_TAG_structure_type, false, rows[i].name, DW_FORM_implicit_const, 0x17ffe, -1);
        put_abbrev(&b, 4, DW_TAG_structure_type, false, rows[i].name, DW_FORM_flag_present, -1);
        put(&b, 0, 1);
        struct fast_abbrevs t = table_of(&b, b.length, &ok);
        assert_true(ok);
        for (int k = 0; k < TAKE_COUNT; k++) {
            bool here = k == (int)rows[i].taken;
            assert_int_equal(t.list[1].at[k], here ? 2 : NOT_THERE);
            assert_int_equal(t.list[1].form[k], here ? DW_FORM_data4 : 0);
            assert_int_equal(t.list[2].at[k], here ? BY_STEP : NOT_THERE);
            assert_int_equal(t.list[3].value[k], here ? 0x7ffe : 0);
            assert_int_equal(t.list[4].value[k], here ? 1 : 0);
        }
        assert_int_equal(t.list[1].size, 6);
        assert_int_equal(t.list[1].step_count, 0);
        assert_int_equal(t.list[2].size, 0);
        assert_int_equal(t.list[2].step_count, rows[i].taken == TAKE_COUNT ? 2 : 3);
        fast_abbrevs_free(&t);
    }
}

/* Where a name can be looked at alone, and what is not for the index at all. */
static void test_quick(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    bool ok;
    static const struct {
        int name_at, sibling_at, tag_code;
        bool has_code;
    } wanted[] = {
        [1] = {1, 5, 1, false},    [2] = {-1, 0, 1, false},    [3] = {-1, -1, 1, false},
        [4] = {-1, -1, 1, false},  [5] = {-1, -1, 7, true},    [6] = {-1, -1, 7, true},
        [7] = {-1, -1, 7, false},  [8] = {-1, -1, -1, false},  [9] = {-1, -1, -1, false},
        [10] = {-1, -1, 8, false}, [11] = {-1, -1, -1, false}, [12] = {-1, -1, 8, false},
        [13] = {0, -1, 0, false},  [14] = {0, -1, 6, false},   [15] = {-1, -1, 1, false},
    };
    put_abbrev(&b, 1, DW_TAG_structure_type, true, DW_AT_byte_size, DW_FORM_data1, DW_AT_name, DW_FORM_strp,
               DW_AT_sibling, DW_FORM_ref4, -1);
    put_abbrev(&b, 2, DW_TAG_structure_type, true, DW_AT_sibling, DW_FORM_ref4, DW_AT_name, DW_FORM_string,
               -1);
    put_abbrev(&b, 3, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_strp, DW_AT_declaration,
               DW_FORM_flag_present, -1);
    put_abbrev(&b, 4, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_strp, DW_AT_sibling, DW_FORM_ref2,
               DW_AT_specification, DW_FORM_ref4, -1);
    put_abbrev(&b, 5, DW_TAG_subprogram, true, DW_AT_name, DW_FORM_strp, DW_AT_low_pc, DW_FORM_addr, -1);
    put_abbrev(&b, 6, DW_TAG_subprogram, true, DW_AT_name, DW_FORM_strp, DW_AT_ranges, DW_FORM_sec_offset,
               -1);
    put_abbrev(&b, 7, DW_TAG_subprogram, true, DW_AT_name, DW_FORM_strp, DW_AT_inline, DW_FORM_data1, -1);
    put_abbrev(&b, 8, DW_TAG_subprogram, true, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(&b, 9, DW_TAG_variable, false, DW_AT_name, DW_FORM_strp, DW_AT_declaration,
               DW_FORM_flag_present, -1);
    put_abbrev(&b, 10, DW_TAG_variable, false, DW_AT_name, DW_FORM_strp, DW_AT_declaration, DW_FORM_flag, -1);
    put_abbrev(&b, 11, DW_TAG_pointer_type, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(&b, 12, DW_TAG_variable, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(&b, 13, DW_TAG_base_type, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(&b, 14, DW_TAG_enumerator, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(&b, 15, DW_TAG_structure_type, false, DW_AT_byte_size, DW_FORM_udata, DW_AT_name, DW_FORM_strp,
               DW_AT_sibling, DW_FORM_ref4, -1);
    put(&b, 0, 1);
    struct fast_abbrevs t = table_of(&b, b.length, &ok);
    assert_true(ok);
    for (size_t i = 1; i < ARRAY_LENGTH(wanted); i++) {
        const struct fast_abbrev *a = fast_abbrev_find(&t, i);
        if (a->name_at != wanted[i].name_at || a->sibling_at != wanted[i].sibling_at ||
            a->tag_code != wanted[i].tag_code || a->has_code != wanted[i].has_code)
            fail_msg("%zu: name at %d, sibling at %d, tag %d, code %d", i, a->name_at, a->sibling_at,
                     a->tag_code, a->has_code);
    }
    fast_abbrevs_free(&t);
    struct exact e = exactly(&b, b.length); /* an offset of 8 bytes is not read quickly */
    struct scan_unit u = unit_over(e, (struct exact){NULL, 0}, 100);
    u.offset_size = 8;
    assert_true(fast_abbrevs_read(&t, &u));
    assert_int_equal(fast_abbrev_find(&t, 1)->name_at, NOT_THERE);
    assert_int_equal(fast_abbrev_find(&t, 1)->sibling_at, 9);
    fast_abbrevs_free(&t);
    free(e.bytes);
}

/* More attributes than fit where the leading ones are counted, and many that follow. */
static void test_long_abbreviations(void **state)
{
    (void)state;
    for (int leading = 0; leading <= 1; leading++) {
        BASE_BUF struct buf b = {0};
        BASE_BUF struct buf die = {0};
        enum { MANY = 5000 };
        put_leb(&b, 1);
        put_leb(&b, DW_TAG_structure_type);
        put(&b, 1, 1);
        size_t size = MANY * 16;
        if (!leading) {
            put_leb(&b, DW_AT_byte_size);
            put_leb(&b, DW_FORM_udata);
            size++;
        }
        for (int i = 0; i < MANY; i++) {
            put_leb(&b, DW_AT_const_value);
            put_leb(&b, DW_FORM_data16);
        }
        for (int i = 0; i < 200; i++) {
            put_leb(&b, DW_AT_const_value);
            put_leb(&b, i & 1 ? DW_FORM_udata : DW_FORM_data1);
            size++;
        }
        put_leb(&b, DW_AT_name);
        put_leb(&b, DW_FORM_data2);
        put(&b, 0, 3);
        size += 2;
        for (size_t i = 0; i < size; i++)
            put(&die, i == size - 2 ? 0x34 : i == size - 1 ? 0x12 : 1, 1);
        bool ok;
        struct fast_abbrevs t = table_of(&b, b.length, &ok);
        assert_true(ok);
        const struct fast_abbrev *a = fast_abbrev_find(&t, 1);
        assert_int_equal(a->size, leading ? 1 << 14 : 0);
        /* Of 16-byte ones so many as fit in one step, the rest in more; each of the others by itself. */
        assert_int_equal(t.step_count, (leading ? 4 : 6) + 200 + 1);
        assert_int_equal(a->step_count, t.step_count);
        for (size_t cut = 0; cut <= 3; cut++) {
            struct exact e = exactly(&die, size - cut);
            struct scan_unit u = unit_over(e, e, 100);
            struct die_taken taken;
            const uint8_t *end = fast_die(&t, a, &u, e.bytes, &taken);
            assert_ptr_equal(end, cut ? NULL : u.end);
            if (end)
                assert_int_equal(taken_number(&u, a, &taken, TAKE_NAME), 0x1234);
            free(e.bytes);
        }
        fast_abbrevs_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_no_such_form),
        cmocka_unit_test(test_cut_tables), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_read_once),  cmocka_unit_test(test_taken),
        cmocka_unit_test(test_quick),      cmocka_unit_test(test_long_abbreviations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
