/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions without a target: constants through the parser and the arithmetic of C, and what is no
 * expression. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/session/session_private.h"
#include "engine/inspect/values/floats.h"
#include "engine/inspect/values/pieces.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/value.h"
#include "engine/inspect/values/values.h"
#include "engine/commands/type_json.h"
#include "engine/commands/value_json.h"

static struct session *session;

static int setup(void **state)
{
    (void)state;
    struct session_options options = {.cancel_fd = -1};
    session = session_create(&options);
    session->target->arch = &arch_x86_64;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_destroy(session);
    return 0;
}

static void value_is(const char *expression, char format, const char *text)
{
    cJSON *result = NULL;
    struct error *e = evaluate_to_json(session->target, expression, format, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "text")->valuestring, text);
    cJSON_Delete(result);
}

static void type_is(const char *expression, const char *type)
{
    cJSON *result = NULL;
    struct error *e = evaluate_to_json(session->target, expression, 0, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "type")->valuestring, type);
    cJSON_Delete(result);
}

static void fails(const char *expression, enum error_code code)
{
    cJSON *result = NULL;
    struct error *e = evaluate_to_json(session->target, expression, 0, &result);
    if (!e)
        fail_msg("%s was taken", expression);
    if (e->code != code)
        fail_msg("%s: %s: %s", expression, error_code_name(e->code), e->message);
    error_free(e);
}

static void test_arithmetic(void **state)
{
    (void)state;
    value_is("1 + 2 * 3", 0, "7");
    value_is("(1 + 2) * 3", 0, "9");
    value_is("7 / 2 - -7 % 3", 0, "4");
    value_is("-7 / 2", 0, "-3");
    value_is("1 << 4 | 3 & 2 ^ 1", 0, "19");
    value_is("5 > 3 && 2 == 2 || 0", 0, "1");
    value_is("!5 + ~0", 0, "-1");
    value_is("1 ? 2 : 3", 0, "2");
    value_is("0 && 1 / 0", 0, "0");     /* the right side is not evaluated */
    value_is("0xffffffff + 1", 0, "0"); /* unsigned int wraps */
    value_is("2147483647 + 1", 0, "-2147483648");
    value_is("-1 > 0u", 0, "1");
    value_is("10 - 3 - 2", 0, "5");
    value_is("1.5 * 4", 0, "6");
    value_is("1 / 4.0", 0, "0.25");
    value_is("0.1 + 0.2", 0, "0.30000000000000004");
    value_is("'A' + 1", 0, "66");
    value_is("'\\n'", 0, "10 '\\n'");
    value_is("010 + 0b11", 0, "11");
    value_is("9223372036854775807", 0, "9223372036854775807");
    value_is("-9223372036854775807 - 1", 0, "-9223372036854775808");
    value_is("(-9223372036854775807 - 1) / -1", 0, "-9223372036854775808");
    value_is("sizeof(int) + sizeof(long)", 0, "12");
    value_is("(char)321", 0, "65 'A'");
    value_is("(unsigned char)-1", 'd', "-1");
    value_is("(short)65537", 0, "1");
    value_is("(float)0.1", 0, "0.100000001");
    value_is("0.1", 0, "0.10000000000000001");
    value_is("1e100 / 3", 0, "3.3333333333333332e+99");
    value_is("1.0 / 0", 0, "inf"); /* as IEEE 754 has it */
    value_is("-1.0 / 0", 0, "-inf");
    value_is("1 << 31 >> 31", 0, "-1");
    value_is("1, 2, 3", 0, "3");
    value_is("(1, 2) + 3", 0, "5");
    value_is("(int (*)(int, char *))16", 0, "(int (*)(int, char *)) 0x10");
    value_is("(int (*)[3])32", 0, "(int (*)[3]) 0x20");
    value_is("(int (*(*)(void))[3])32 + 0", 0, "(int (*(*)(void))[3]) 0x20");
    value_is("sizeof(int *[4])", 0, "32");
    value_is("(unsigned __int128)1 << 100", 0, "1267650600228229401496703205376");
    value_is("-((__int128)1 << 100) / 3", 0, "-422550200076076467165567735125");
    value_is("((__int128)1 << 64) && 1", 0, "1");
    value_is("\"text\"", 0, "\"text\"");
}

static void test_formats(void **state)
{
    (void)state;
    value_is("255", 'x', "0xff");
    value_is("-1", 'x', "0xffffffff");
    value_is("10", 't', "1010");
    value_is("8", 'o', "010");
    value_is("-1", 'u', "4294967295");
    value_is("65", 'c', "65 'A'");
    value_is("3", 'z', "0x00000003");
}

static void test_types(void **state)
{
    (void)state;
    type_is("1", "int");
    type_is("1u", "unsigned int");
    type_is("4294967296", "long");
    type_is("1 + 1l", "long");
    type_is("1.0f", "float");
    type_is("1.0f + 1.0", "double");
    type_is("'a'", "char");
    type_is("'a' + 'b'", "int");
    type_is("sizeof 1", "unsigned long");
    type_is("(unsigned short)1", "unsigned short");
}

static void json_is(const char *expression, const char *json)
{
    cJSON *result = NULL;
    struct error *e = evaluate_to_json(session->target, expression, 0, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    BASE_FREE char *got = cJSON_PrintUnformatted(cJSON_GetObjectItem(result, "value"));
    assert_string_equal(got, json);
    cJSON_Delete(result);
}

/* Numbers that a reader of JSON would round are texts, as are those that JSON has not. */
static void test_json(void **state)
{
    (void)state;
    json_is("-7", "-7");
    json_is("4294967295u", "4294967295");
    json_is("4294967296", "\"4294967296\"");
    json_is("-1l", "\"-1\"");
    json_is("(unsigned long)-1", "\"18446744073709551615\"");
    json_is("(__int128)1 << 100", "\"1267650600228229401496703205376\"");
    json_is("(_Bool)7", "true");
    json_is("'A'", "65");
    json_is("1.5", "1.5");
    json_is("-1.0 / 0", "\"-inf\"");
    json_is("0.0 / 0", "\"nan\"");
    json_is("(char *)4096", "\"0x1000\"");
    json_is("(void)1", "null");
    json_is("\"text\"", "\"text\"");
    json_is("\"\\377\"", "\"\xef\xbf\xbd\"");
}

static void test_type_json(void **state)
{
    (void)state;
    struct type *t;
    struct error *e = values_type(session->target, "unsigned long *", &t);
    assert_null(e);
    cJSON *o = type_to_json(t, false);
    BASE_FREE char *got = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    assert_string_equal(got, "{\"name\":\"unsigned long *\",\"size\":8,\"kind\":\"pointer\",\"members\":[],"
                             "\"text\":\"unsigned long *\"}");
}

static void test_errors(void **state)
{
    (void)state;
    fails("", ERR_SYNTAX);
    fails("1 +", ERR_SYNTAX);
    fails("(1", ERR_SYNTAX);
    fails("1 2", ERR_SYNTAX);
    fails("08", ERR_SYNTAX);
    fails("'ab", ERR_SYNTAX);
    fails("99999999999999999999", ERR_SYNTAX);
    fails("1 / 0", ERR_DIVIDE_BY_ZERO);
    fails("1 % 0", ERR_DIVIDE_BY_ZERO);
    fails("nobody", ERR_NO_SYMBOL);
    fails("(struct nobody *)0", ERR_NO_TYPE);
    fails("1.5 & 1", ERR_TYPE_MISMATCH);
    fails("*1.5", ERR_TYPE_MISMATCH);
    fails("&1", ERR_TYPE_MISMATCH);
    fails("1 = 2", ERR_NOT_CONNECTED);
    fails("$rax", ERR_NOT_CONNECTED);
    fails("1,", ERR_SYNTAX);
    fails("(int (*)(int, )0", ERR_SYNTAX);
    fails("(int (*)[0])0", ERR_SYNTAX);
    fails("f(1)", ERR_UNSUPPORTED);
    fails("1(2)", ERR_UNSUPPORTED);
}

/* Nesting and length are bounded, and end in an error. */
static void test_bounds(void **state)
{
    (void)state;
    enum { DEEP = 5000 };
    BASE_BUF struct buf deep = {0};
    for (int i = 0; i < DEEP; i++)
        buf_add_char(&deep, '(');
    fails(deep.data, ERR_SYNTAX);
    buf_clear(&deep);
    for (int i = 0; i < DEEP; i++)
        buf_add_char(&deep, '-');
    fails(deep.data, ERR_SYNTAX);
    buf_clear(&deep);
    for (int i = 0; i < 20000; i++)
        buf_add_char(&deep, '1');
    fails(deep.data, ERR_SYNTAX);
}

/* The host's own conversions are the oracle for the two formats it has. */
static void test_floats(void **state)
{
    (void)state;
    uint64_t seed = (uint64_t)getpid() * 2654435761u;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double wide;
        float narrow;
        uint32_t low = (uint32_t)(seed >> 32);
        memcpy(&wide, &seed, sizeof wide);
        memcpy(&narrow, &low, sizeof narrow);
        unsigned char bytes[8];
        if (wide == wide) {
            real got = float_load(session->target, NULL, (unsigned char *)&wide, 8);
            assert_true(got == (long double)wide);
            float_store(session->target, NULL, bytes, 8, got);
            assert_memory_equal(bytes, &wide, 8);
        }
        if (narrow == narrow) {
            real got = float_load(session->target, NULL, (unsigned char *)&narrow, 4);
            assert_true(got == (long double)narrow);
            float_store(session->target, NULL, bytes, 4, got);
            assert_memory_equal(bytes, &narrow, 4);
        }
    }
    long double x = 1.0L / 3;
    assert_true(float_load(session->target, NULL, (unsigned char *)&x, 16) == x);
}

static void text_is(unsigned width, char prefix, const void *bytes, size_t size, const char *text)
{
    struct text_kind kind = {.width = width, .prefix = prefix};
    BASE_BUF struct buf b = {0};
    add_string(&b, &kind, bytes, size, false, false);
    assert_string_equal(buf_text(&b), text);
}

/* What gdb prints for the same bytes (13.1, tests/e2e/oracle asks it about more). */
static void test_strings(void **state)
{
    (void)state;
    text_is(1, 0, "", 0, "\"\"");
    text_is(1, 0, "plain", 5, "\"plain\"");
    text_is(1, 0, "a\"b\\\n\033[", 7, "\"a\\\"b\\\\\\n\\033[\"");
    text_is(1, 0, "\0001", 2, "\"\\0001\"");
    text_is(1, 0, "aaaaaaaaaa", 10, "\"aaaaaaaaaa\"");
    text_is(1, 0, "aaaaaaaaaaa", 11, "'a' <repeats 11 times>");
    text_is(1, 0, "xaaaaaaaaaaay", 13, "\"x\", 'a' <repeats 11 times>, \"y\"");
    text_is(1, 0, "\303\251\303", 3, "\"\303\251\", <incomplete sequence \\303>");
    text_is(1, 0, "\200\377z", 3, "\"\\200\\377z\"");
    text_is(1, 0, "\342\200\256", 3, "\"\\342\\200\\256\""); /* turns the direction of writing */
    text_is(4, 'L',
            "h\0\0\0\x2d\x4e\0\0\0\0\x34\x12"
            "4\0\0\0",
            16, "L\"h\344\270\255\\x12340000\\064\"");
    text_is(2, 'u', "\x3d\xd8\x00\xde\x00\xd8!\0", 8, "u\"\360\237\230\200\\xd800!\"");
    char many[300];
    memset(many, 'q', sizeof many);
    text_is(1, 0, many, 300, "'q' <repeats 300 times>");
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i & 1 ? 'b' : 'a';
    struct text_kind kind = {.width = 1};
    BASE_BUF struct buf b = {0};
    add_string(&b, &kind, (unsigned char *)many, sizeof many, false, false);
    assert_int_equal(b.length, RENDER_ELEMENTS + 2 + 3);
    assert_string_equal(buf_text(&b) + b.length - 4, "\"...");
}

static void digits_are(size_t n, const char *type, const void *bytes, const char *text)
{
    struct type *t = type ? symbols_find_type(session->target->map, type, UINT64_MAX) : NULL;
    BASE_BUF struct buf b = {0};
    float_add_text(session->target, t, bytes, n, &b);
    assert_string_equal(buf_text(&b), text);
}

/* The digits are exact, and as many as the format is worth. */
static void test_digits(void **state)
{
    (void)state;
    double wide[] = {0, -0.0, 1, 0.1, 123456789, 1e16, 1e17, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308};
    static const char *const expected[] = {"0",
                                           "-0",
                                           "1",
                                           "0.10000000000000001",
                                           "123456789",
                                           "10000000000000000",
                                           "1e+17",
                                           "0.0001",
                                           "1.0000000000000001e-05",
                                           "4.9406564584124654e-324",
                                           "1.7976931348623157e+308"};
    for (size_t i = 0; i < ARRAY_LENGTH(wide); i++)
        digits_are(8, NULL, &wide[i], expected[i]);
    digits_are(4, NULL, "\0\0\200\x7f", "inf");
    digits_are(4, NULL, "\1\0\300\xff", "-nan(0x400001)");
    digits_are(2, NULL, "\0\x3e", "1.5");
    digits_are(16, NULL, "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0", "<invalid float value>"); /* no leading 1 */
    session->target->arch = &arch_aarch64;
    unsigned char quad[16] = {1};
    digits_are(16, NULL, quad, "6.47517511943802511092443895822764655e-4966");
    session->target->arch = &arch_ppc64;
    double pair[2] = {1, 1e-17};
    digits_are(16, NULL, pair, "1.00000000000000000999999999999999");
    session->target->arch = &arch_x86_64;
    /* the host's printf is the oracle for random ones */
    uint64_t seed = (uint64_t)getpid() * 0x9e3779b97f4a7c15u;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 2000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double d;
        char text[64];
        memcpy(&d, &seed, sizeof d);
        if (d != d || d * 2 == d)
            continue;
        snprintf(text, sizeof text, "%.17g", d);
        digits_are(8, NULL, &d, text);
    }
}

/* Rounding on the way into a narrower format: ties to even, into the exponent, to infinity, to denormals. */
static void test_rounding(void **state)
{
    (void)state;
    static const double numbers[] = {
        1 + 0x1p-24, 1 + 3 * 0x1p-24, 0x1.ffffffp127,   0x1.fffffefp127, 0x1p-149,
        0x1p-150,    0x1.8p-150,      -0x1.fffffep-127, 0x1.ffffffp-127, 0.0};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        float expected = (float)numbers[i], got;
        float_store(session->target, NULL, (unsigned char *)&got, 4, (real)numbers[i]);
        assert_memory_equal(&got, &expected, 4);
    }
}

/* A value in pieces: bytes from constants with a gap, of which members and bits are known or not. */
static void test_pieces(void **state)
{
    (void)state;
    static const unsigned char constant[] = {0x11, 0x22, 0x33, 0x44};
    struct pool pool = {.target = session->target};
    struct value_pieces pieces = {
        .count = 3,
        .items = {{.kind = PART_CONSTANT, .bits = 12, .source_bit = 4, .constant = constant, .size = 4},
                  {.kind = PART_GONE, .bits = 4},
                  {.kind = PART_BYTES, .bits = 8, .bytes = {0xab}}}};
    struct value *v = value_new(&pool, type_array_of(basic_type(&pool, "char"), 4));
    v->place = PLACE_PIECES;
    v->pieces = &pieces;
    assert_null(value_load(&pool, v));
    assert_int_equal(v->bytes[0], 0x21);
    assert_int_equal(v->bytes[1] & 0xf, 0x2);
    assert_int_equal(v->bytes[2], 0xab);
    static const unsigned char known[] = {0xff, 0x0f, 0xff, 0x00};
    assert_memory_equal(v->known, known, 4);
    struct value *element = NULL;
    assert_null(value_index(&pool, v, 2, &element));
    uint64_t number;
    assert_null(value_as_integer(&pool, element, &number));
    assert_int_equal((unsigned char)number, 0xab);
    assert_null(value_index(&pool, v, 1, &element));
    struct error *e = value_as_integer(&pool, element, &number);
    assert_true(error_is(e, ERR_OPTIMISED_OUT));
    error_free(e);
    assert_null(value_index(&pool, v, 2, &element));
    e = value_store(&pool, element, value_integer(&pool, basic_type(&pool, "char"), 1));
    assert_true(error_is(e, ERR_OPTIMISED_OUT)); /* known, but nowhere */
    error_free(e);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_formats),   cmocka_unit_test(test_types),
        cmocka_unit_test(test_json),       cmocka_unit_test(test_type_json), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_floats),    cmocka_unit_test(test_strings),
        cmocka_unit_test(test_digits),     cmocka_unit_test(test_rounding),  cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
