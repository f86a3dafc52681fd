/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/expression.h: every operation of DWARF expressions, and what damaged ones come to.
 */
#include "test_symbols_support.h"

#include "symbols/expression.h"
#include "symbols/dwarf/dwarf_compat.h"

enum { EXPRESSION_LIMIT = 64 };

static struct error *read_register(void *context, unsigned number, uint64_t *ret)
{
    (void)context;
    if (number == 99)
        return error_new(ERR_NO_MEMORY, "register 99 is unavailable");
    *ret = 0x1000 + number;
    return NULL;
}

/* Memory in which every byte is the low byte of its address. */
static struct error *read_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    (void)context;
    if (address >= 0xdead0000)
        return error_new(ERR_NO_MEMORY, "cannot read 0x%llx", (unsigned long long)address);
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)(address + i);
    return NULL;
}

static struct error *frame_base(void *context, uint64_t *ret)
{
    (void)context;
    *ret = 0x5000;
    return NULL;
}

static struct error *cfa(void *context, uint64_t *ret)
{
    (void)context;
    *ret = 0x6000;
    return NULL;
}

static struct error *entry_value(void *context, const struct dwarf_expression *e, uint64_t *ret)
{
    (void)context;
    *ret = 0x700000 + (e->size ? e->bytes[0] : 0);
    return NULL;
}

static struct error *tls(void *context, uint64_t offset, uint64_t *ret)
{
    (void)context;
    *ret = 0x900000 + offset;
    return NULL;
}

static const uint64_t object = 0xabc0;
static const struct dwarf_callbacks all = {.read_register = read_register,
                                           .read_memory = read_memory,
                                           .frame_base = frame_base,
                                           .cfa = cfa,
                                           .entry_value = entry_value,
                                           .tls = tls,
                                           .object = &object};

static struct error *evaluate(const uint8_t *bytes, size_t n, struct dwarf_location *ret)
{
    struct dwarf_expression e = {.bytes = bytes,
                                 .size = n,
                                 .unit = UINT64_MAX,
                                 .load_offset = 0x10000,
                                 .address_size = 8,
                                 .offset_size = 4};
    return dwarf_evaluate(&e, &all, ret);
}

struct number_case {
    uint64_t result;
    size_t size;
    uint8_t bytes[24];
};

#define CASE(result, ...)                                                                                    \
    {                                                                                                        \
        (uint64_t)(result), sizeof((uint8_t[]){__VA_ARGS__}),                                                \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

static const struct number_case number_cases[] = {
    CASE(31, DW_OP_lit31),
    CASE(0xff, DW_OP_const1u, 0xff),
    CASE(-1, DW_OP_const1s, 0xff),
    CASE(0x8001, DW_OP_const2u, 0x01, 0x80),
    CASE(-32767, DW_OP_const2s, 0x01, 0x80),
    CASE(0x80000001, DW_OP_const4u, 1, 0, 0, 0x80),
    CASE((int32_t)0x80000001, DW_OP_const4s, 1, 0, 0, 0x80),
    CASE(0x8000000000000001, DW_OP_const8u, 1, 0, 0, 0, 0, 0, 0, 0x80),
    CASE(300, DW_OP_constu, 0xac, 0x02),
    CASE(-2, DW_OP_consts, 0x7e),
    CASE(0x20000, DW_OP_addr, 0, 0, 1, 0, 0, 0, 0, 0),
    CASE(0x1005 - 8, DW_OP_breg5, 0x78),
    CASE(0x1021 + 4, DW_OP_bregx, 33, 4),
    CASE(0x5000 - 20, DW_OP_fbreg, 0x6c),
    CASE(0x6000, DW_OP_call_frame_cfa),
    CASE(0x0706050403020100, DW_OP_lit0, DW_OP_deref),
    CASE(0x0504, DW_OP_lit4, DW_OP_deref_size, 2),
    CASE(7, DW_OP_lit3, DW_OP_lit4, DW_OP_plus),
    CASE(-1, DW_OP_lit3, DW_OP_lit4, DW_OP_minus),
    CASE(12, DW_OP_lit3, DW_OP_lit4, DW_OP_mul),
    CASE(-3, DW_OP_const1s, 0xf5, DW_OP_lit3, DW_OP_div),
    CASE(2, DW_OP_lit11, DW_OP_lit3, DW_OP_mod),
    CASE(131, DW_OP_lit3, DW_OP_plus_uconst, 0x80, 1),
    CASE(-5, DW_OP_lit5, DW_OP_neg),
    CASE(5, DW_OP_lit5, DW_OP_neg, DW_OP_abs),
    CASE(~5ull, DW_OP_lit5, DW_OP_not),
    CASE(1, DW_OP_lit5, DW_OP_lit3, DW_OP_and),
    CASE(7, DW_OP_lit5, DW_OP_lit3, DW_OP_or),
    CASE(6, DW_OP_lit5, DW_OP_lit3, DW_OP_xor),
    CASE(40, DW_OP_lit5, DW_OP_lit3, DW_OP_shl),
    CASE(0, DW_OP_lit5, DW_OP_const1u, 64, DW_OP_shl),
    CASE(UINT64_MAX >> 4, DW_OP_const1s, 0xff, DW_OP_lit4, DW_OP_shr),
    CASE(-1, DW_OP_const1s, 0x80, DW_OP_lit31, DW_OP_shra),
    CASE(1, DW_OP_const1s, 0xff, DW_OP_lit0, DW_OP_lt),
    CASE(0, DW_OP_const1s, 0xff, DW_OP_lit0, DW_OP_ge),
    CASE(1, DW_OP_lit2, DW_OP_lit2, DW_OP_le),
    CASE(1, DW_OP_lit3, DW_OP_lit2, DW_OP_gt),
    CASE(0, DW_OP_lit3, DW_OP_lit2, DW_OP_eq),
    CASE(1, DW_OP_lit3, DW_OP_lit2, DW_OP_ne),
    CASE(6, DW_OP_lit3, DW_OP_dup, DW_OP_plus),
    CASE(3, DW_OP_lit3, DW_OP_lit9, DW_OP_drop),
    CASE(3, DW_OP_lit3, DW_OP_lit9, DW_OP_over),
    CASE(3, DW_OP_lit3, DW_OP_lit8, DW_OP_lit9, DW_OP_pick, 2),
    CASE(6, DW_OP_lit3, DW_OP_lit9, DW_OP_swap, DW_OP_minus),
    /* rot: 1 2 3 becomes 3 1 2, so that 1 - 2 is on top of 3 */
    CASE(2, DW_OP_lit1, DW_OP_lit2, DW_OP_lit3, DW_OP_rot, DW_OP_minus, DW_OP_plus),
    CASE(7, DW_OP_lit1, DW_OP_bra, 1, 0, DW_OP_lit0, DW_OP_lit7),
    CASE(7, DW_OP_skip, 1, 0, DW_OP_lit0, DW_OP_lit7),
    CASE(0x700000 + DW_OP_reg5, DW_OP_entry_value, 1, DW_OP_reg5),
    CASE(0x900010, DW_OP_lit16, DW_OP_form_tls_address),
    CASE(0x900010, DW_OP_lit16, DW_OP_GNU_push_tls_address),
    CASE(0xabc2, DW_OP_push_object_address, DW_OP_lit2, DW_OP_plus),
    CASE(9, DW_OP_nop, DW_OP_lit9),
    /* counts down from 5: a loop that ends */
    CASE(0, DW_OP_lit5, DW_OP_lit1, DW_OP_minus, DW_OP_dup, DW_OP_bra, 0xfa, 0xff),
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(number_cases); i++) {
        struct dwarf_location l;
        struct error *e = evaluate(number_cases[i].bytes, number_cases[i].size, &l);
        if (e)
            fail_msg("case %zu: %s", i, e->message);
        assert_int_equal(l.count, 1);
        assert_int_equal(l.pieces[0].kind, PIECE_MEMORY);
        if (l.pieces[0].address != number_cases[i].result)
            fail_msg("case %zu: 0x%llx instead of 0x%llx", i, (unsigned long long)l.pieces[0].address,
                     (unsigned long long)number_cases[i].result);
    }
}

static void test_places(void **state)
{
    (void)state;
    struct dwarf_location l;
    static const uint8_t reg[] = {DW_OP_reg3}, regx[] = {DW_OP_regx, 40};
    assert_null(evaluate(reg, sizeof reg, &l));
    assert_true(l.pieces[0].kind == PIECE_REGISTER && l.pieces[0].reg == 3);
    assert_null(evaluate(regx, sizeof regx, &l));
    assert_true(l.pieces[0].kind == PIECE_REGISTER && l.pieces[0].reg == 40);

    static const uint8_t value[] = {DW_OP_lit9, DW_OP_stack_value};
    assert_null(evaluate(value, sizeof value, &l));
    assert_true(l.pieces[0].kind == PIECE_VALUE && l.pieces[0].value == 9);

    static const uint8_t implicit[] = {DW_OP_implicit_value, 3, 'a', 'b', 'c'};
    assert_null(evaluate(implicit, sizeof implicit, &l));
    assert_true(l.pieces[0].kind == PIECE_BYTES && l.pieces[0].size == 3);
    assert_memory_equal(l.pieces[0].bytes, "abc", 3);

    assert_null(evaluate(NULL, 0, &l));
    assert_int_equal(l.count, 1);
    assert_int_equal(l.pieces[0].kind, PIECE_OPTIMISED_OUT);

    static const uint8_t pieces[] = {DW_OP_reg1,
                                     DW_OP_piece,
                                     4,
                                     DW_OP_piece,
                                     4,
                                     DW_OP_fbreg,
                                     0,
                                     DW_OP_piece,
                                     8,
                                     DW_OP_lit1,
                                     DW_OP_stack_value,
                                     DW_OP_bit_piece,
                                     5,
                                     3};
    assert_null(evaluate(pieces, sizeof pieces, &l));
    assert_int_equal(l.count, 4);
    assert_true(l.pieces[0].kind == PIECE_REGISTER && l.pieces[0].bit_size == 32);
    assert_true(l.pieces[1].kind == PIECE_OPTIMISED_OUT && l.pieces[1].bit_size == 32);
    assert_true(l.pieces[2].kind == PIECE_MEMORY && l.pieces[2].address == 0x5000);
    assert_true(l.pieces[3].kind == PIECE_VALUE && l.pieces[3].bit_size == 5 && l.pieces[3].bit_offset == 3);

    static const uint8_t pointer[] = {DW_OP_implicit_pointer, 0x34, 0x12, 0, 0, 0x7c};
    assert_null(evaluate(pointer, sizeof pointer, &l));
    assert_true(l.pieces[0].kind == PIECE_IMPLICIT_POINTER && l.pieces[0].die == 0x1234);
    assert_int_equal(l.pieces[0].offset, -4);
}

static void expect_error(enum error_code code, const uint8_t *bytes, size_t n)
{
    struct dwarf_location l;
    struct error *e = evaluate(bytes, n, &l);
    if (!error_is(e, code))
        fail_msg("operation 0x%02x: %s", bytes[0], e ? e->message : "no error");
    error_free(e);
}

static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        enum error_code code;
        size_t size;
        uint8_t bytes[8];
    } cases[] = {
        {ERR_INTERNAL, 1, {DW_OP_plus}},
        {ERR_INTERNAL, 1, {DW_OP_deref}},
        {ERR_INTERNAL, 2, {DW_OP_const4u, 1}},
        {ERR_INTERNAL, 1, {DW_OP_constu}},
        {ERR_INTERNAL, 3, {DW_OP_skip, 0xfd, 0xff}},
        {ERR_INTERNAL, 3, {DW_OP_skip, 0x00, 0x40}},
        {ERR_INTERNAL, 3, {DW_OP_skip, 0x00, 0x80}},
        {ERR_INTERNAL, 4, {DW_OP_lit1, DW_OP_skip, 0xfc, 0xff}},
        {ERR_INTERNAL, 3, {DW_OP_lit1, DW_OP_pick, 9}},
        {ERR_INTERNAL, 2, {DW_OP_reg0, DW_OP_reg1}},
        {ERR_INTERNAL, 3, {DW_OP_implicit_value, 9, 1}},
        {ERR_INTERNAL, 3, {DW_OP_convert, 5, 1}},
        {ERR_INTERNAL, 2, {DW_OP_addrx, 0}},
        {ERR_UNSUPPORTED, 1, {0x01}},
        {ERR_UNSUPPORTED, 1, {0xff}},
        {ERR_UNSUPPORTED, 3, {DW_OP_lit0, DW_OP_deref_size, 9}},
        {ERR_DIVIDE_BY_ZERO, 3, {DW_OP_lit1, DW_OP_lit0, DW_OP_div}},
        {ERR_DIVIDE_BY_ZERO, 3, {DW_OP_lit1, DW_OP_lit0, DW_OP_mod}},
        {ERR_NO_MEMORY, 3, {DW_OP_bregx, 99, 0}},
        {ERR_NO_MEMORY, 6, {DW_OP_const4u, 0, 0, 0xad, 0xde, DW_OP_deref}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        expect_error(cases[i].code, cases[i].bytes, cases[i].size);

    static const uint8_t minimum[] = {DW_OP_const8u, 0,          0,         0,        0, 0, 0, 0,
                                      0x80,          DW_OP_lit1, DW_OP_neg, DW_OP_div};
    struct dwarf_location l;
    assert_null(evaluate(minimum, sizeof minimum, &l));
    assert_int_equal(l.pieces[0].address, 1ull << 63);

    BASE_FREE uint8_t *deep = xcalloc(1, 600);
    memset(deep, DW_OP_lit1, 600);
    expect_error(ERR_INTERNAL, deep, 600);
    BASE_FREE uint8_t *many = xcalloc(1, 600);
    for (size_t i = 0; i < 600; i += 2) {
        many[i] = DW_OP_piece;
        many[i + 1] = 1;
    }
    expect_error(ERR_UNSUPPORTED, many, 600);
}

/* Nothing crashes or hangs whatever the bytes. */
static void test_random(void **state)
{
    (void)state;
    seed_random();
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[EXPRESSION_LIMIT];
        size_t n = random_below(sizeof bytes);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)random_below(random_below(2) ? 256 : 0x60);
        struct dwarf_location l;
        struct error *e = evaluate(bytes, n, &l);
        assert_true(e || (l.count >= 1 && l.count <= DWARF_PIECES));
        error_free(e);
    }
}

static void test_contexts(void **state)
{
    (void)state;
    static const struct dwarf_callbacks none = {0};
    static const struct {
        enum error_code code;
        size_t size;
        uint8_t bytes[4];
    } cases[] = {
        {ERR_UNSUPPORTED, 2, {DW_OP_breg0, 0}},
        {ERR_UNSUPPORTED, 2, {DW_OP_lit0, DW_OP_deref}},
        {ERR_UNSUPPORTED, 2, {DW_OP_fbreg, 0}},
        {ERR_UNSUPPORTED, 1, {DW_OP_call_frame_cfa}},
        {ERR_OPTIMISED_OUT, 3, {DW_OP_entry_value, 1, DW_OP_reg0}},
        {ERR_UNSUPPORTED, 2, {DW_OP_lit0, DW_OP_form_tls_address}},
        {ERR_UNSUPPORTED, 1, {DW_OP_push_object_address}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct dwarf_expression e = {
            .bytes = cases[i].bytes, .size = cases[i].size, .unit = UINT64_MAX, .address_size = 8};
        struct dwarf_location l;
        struct error *err = dwarf_evaluate(&e, &none, &l);
        if (!error_is(err, cases[i].code))
            fail_msg("case %zu: %s", i, err ? err->message : "no error");
        error_free(err);
    }

    /* The CFA is pushed for CFI rules; 32-bit addresses wrap; big-endian operands and memory. */
    static const uint8_t rule[] = {DW_OP_lit8, DW_OP_minus},
                         wide[] = {DW_OP_const2u, 0x12, 0x34, DW_OP_lit0, DW_OP_deref_size, 2, DW_OP_plus};
    uint64_t initial = 4, number = 0;
    struct dwarf_callbacks with = all;
    with.initial = &initial;
    struct dwarf_expression e = {.bytes = rule, .size = sizeof rule, .unit = UINT64_MAX, .address_size = 4};
    assert_null(dwarf_evaluate_number(&e, &with, &number));
    assert_int_equal(number, 0xfffffffc);
    e = (struct dwarf_expression){
        .bytes = wide, .size = sizeof wide, .unit = UINT64_MAX, .address_size = 8, .big = true};
    assert_null(dwarf_evaluate_number(&e, &all, &number));
    assert_int_equal(number, 0x1234 + 0x0001);
    static const uint8_t reg[] = {DW_OP_reg6};
    e.bytes = reg;
    e.size = 1;
    assert_null(dwarf_evaluate_number(&e, &all, &number));
    assert_int_equal(number, 0x1006);
    static const uint8_t gone[] = {DW_OP_piece, 8};
    e.bytes = gone;
    e.size = 2;
    struct error *err = dwarf_evaluate_number(&e, &all, &number);
    assert_true(error_is(err, ERR_OPTIMISED_OUT));
    error_free(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_places),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_random),  cmocka_unit_test(test_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
