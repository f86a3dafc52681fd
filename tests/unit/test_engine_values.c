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
#include "engine/core.h"
#include "engine/values/value.h"
#include "engine/values/values.h"

static struct session *session;

static int setup(void **state)
{
    (void)state;
    struct session_options options = {.cancel_fd = -1};
    session = session_create(&options);
    session->arch = &arch_x86_64;
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
    struct error *e = values_evaluate(session, expression, format, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "text")->valuestring, text);
    cJSON_Delete(result);
}

static void type_is(const char *expression, const char *type)
{
    cJSON *result = NULL;
    struct error *e = values_evaluate(session, expression, 0, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "type")->valuestring, type);
    cJSON_Delete(result);
}

static void fails(const char *expression, enum error_code code)
{
    cJSON *result = NULL;
    struct error *e = values_evaluate(session, expression, 0, &result);
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
    value_is("(float)0.1", 0, "0.1");
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
    fails("1.0 / 0", ERR_DIVIDE_BY_ZERO);
    fails("nobody", ERR_NO_SYMBOL);
    fails("(struct nobody *)0", ERR_NO_TYPE);
    fails("1.5 & 1", ERR_TYPE_MISMATCH);
    fails("*1.5", ERR_TYPE_MISMATCH);
    fails("&1", ERR_TYPE_MISMATCH);
    fails("1 = 2", ERR_NOT_CONNECTED);
    fails("$rax", ERR_NOT_CONNECTED);
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
            long double got = float_load(session, (unsigned char *)&wide, 8);
            assert_true(got == (long double)wide);
            float_store(session, bytes, 8, got);
            assert_memory_equal(bytes, &wide, 8);
        }
        if (narrow == narrow) {
            long double got = float_load(session, (unsigned char *)&narrow, 4);
            assert_true(got == (long double)narrow);
            float_store(session, bytes, 4, got);
            assert_memory_equal(bytes, &narrow, 4);
        }
    }
    long double x = 1.0L / 3;
    assert_true(float_load(session, (unsigned char *)&x, 16) == x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_formats), cmocka_unit_test(test_types),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_bounds),  cmocka_unit_test(test_floats),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
