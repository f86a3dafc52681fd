/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_support.h"

#include "rsp/tdesc.h"

/* Documents by name; what is not there is refused, as a stub would. */
struct shelf {
    struct {
        const char *annex;
        const char *text;
    } items[8];
    unsigned fetched;
    const char *everything; /* the text of every other document, or NULL */
};

static struct error *fetch(void *context, const char *annex, char **ret, size_t *length)
{
    struct shelf *s = context;
    s->fetched++;
    const char *text = s->everything;
    for (size_t i = 0; i < ARRAY_LENGTH(s->items); i++)
        if (s->items[i].annex && strcmp(s->items[i].annex, annex) == 0)
            text = s->items[i].text;
    if (!text)
        return error_new(ERR_REFUSED, "the stub answered E00");
    *ret = xstrdup(text);
    *length = strlen(text);
    return NULL;
}

static void refuse(const char *target_xml)
{
    struct shelf s = {.items = {{"target.xml", target_xml}}};
    struct rsp_tdesc *t = NULL;
    must_fail(rsp_tdesc_read(fetch, &s, &t), ERR_VIOLATION);
    assert_null(t);
}

#define HEAD "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"

static void test_qemu_like(void **state)
{
    (void)state;
    struct shelf s = {
        .items = {
            {"target.xml", HEAD "<target><architecture>i386:x86-64</architecture>"
                                "<osabi> GNU/Linux\n</osabi>"
                                "<xi:include href=\"core.xml\"/><xi:include href=\"more.xml\"/></target>"},
            {"core.xml", HEAD "<feature name=\"org.gnu.gdb.i386.core\">"
                              "<flags id=\"f\" size=\"4\"><field name=\"CF\" start=\"0\" end=\"0\"/></flags>"
                              "<reg name=\"rax\" bitsize=\"64\" type=\"int64\" regnum=\"0\"/>"
                              "<reg name=\"rip\" bitsize=\"64\" type=\"code_ptr\"/>"
                              "<reg name=\"eflags\" bitsize=\"32\" type=\"f\"/>"
                              "<reg name=\"st0\" bitsize=\"80\" type=\"i387_ext\"/>"
                              "<reg name=\"fctrl\" bitsize=\"32\" type=\"int\" group=\"float\"/></feature>"},
            {"more.xml", "<feature name=\"org.gnu.gdb.i386.sse\">"
                         "<reg name=\"xmm0\" bitsize=\"128\" type=\"vec128\" regnum=\"40\"/>"
                         "<reg name=\"mxcsr\" bitsize=\"32\" type=\"x\" group=\"vector\"/>"
                         "<reg name=\"early\" bitsize=\"8\" regnum=\"7\"/></feature>"},
        }};
    struct rsp_tdesc *t;
    must(rsp_tdesc_read(fetch, &s, &t));
    assert_string_equal(t->architecture, "i386:x86-64");
    assert_string_equal(t->osabi, "GNU/Linux");
    assert_int_equal(t->count, 8);
    assert_int_equal(t->g_size, 8 + 8 + 4 + 10 + 4 + 1 + 16 + 4);
    const struct rsp_register *r = rsp_tdesc_find(t, "rip");
    assert_int_equal(r->number, 1);
    assert_int_equal(r->offset, 8);
    assert_string_equal(r->type, "code_ptr");
    r = rsp_tdesc_find(t, "early");
    assert_int_equal(r->offset, 34);
    assert_string_equal(r->type, "int");
    r = rsp_tdesc_find(t, "xmm0");
    assert_int_equal(r->offset, 35);
    assert_int_equal(r->group, REGISTER_VECTOR);
    assert_int_equal(rsp_tdesc_find(t, "mxcsr")->number, 41);
    assert_int_equal(rsp_tdesc_find(t, "st0")->group, REGISTER_FLOAT);
    assert_int_equal(rsp_tdesc_find(t, "fctrl")->group, REGISTER_FLOAT);
    assert_int_equal(rsp_tdesc_find(t, "rax")->group, REGISTER_GENERAL);
    assert_null(rsp_tdesc_find(t, "nothing"));
    assert_string_equal(rsp_tdesc_by_number(t, 41)->name, "mxcsr");
    assert_null(rsp_tdesc_by_number(t, 5));
    assert_null(rsp_tdesc_by_number(t, 100));
    rsp_tdesc_free(t);
}

/* lldb-server places its registers itself, and some lie within others. */
static void test_offsets(void **state)
{
    (void)state;
    struct shelf s = {.items = {{"target.xml", "<target><feature>"
                                               "<reg name=\"rax\" bitsize=\"64\" offset=\"80\" regnum=\"0\"/>"
                                               "<reg name=\"eax\" bitsize=\"32\" offset=\"80\" regnum=\"1\"/>"
                                               "<reg name=\"rbx\" bitsize=\"64\" offset=\"0\" regnum=\"2\"/>"
                                               "</feature></target>"}}};
    struct rsp_tdesc *t;
    must(rsp_tdesc_read(fetch, &s, &t));
    assert_int_equal(rsp_tdesc_find(t, "eax")->offset, 80);
    assert_int_equal(rsp_tdesc_find(t, "rbx")->offset, 0);
    assert_int_equal(t->g_size, 88);
    rsp_tdesc_free(t);
}

/* Whatever the names are made of, they are words that can be shown, and the layout is the one described. */
static void test_names(void **state)
{
    (void)state;
    struct shelf s = {
        .items = {{"target.xml", "<target><architecture>i386&#x9b;2J</architecture><osabi>L&#x9b;</osabi>"
                                 "<feature name=\"f&#10;\"><reg name=\"a&#10;&#13;&#x9b;31m\x7f"
                                 "Q&#x202e;\" bitsize=\"64\" "
                                 "type=\"t&#13;\" group=\"g&#10;\"/><reg name=\"a b\\\" bitsize=\"32\"/>"
                                 "<reg name=\"rip\" bitsize=\"64\"/></feature></target>"}}};
    struct rsp_tdesc *t;
    must(rsp_tdesc_read(fetch, &s, &t));
    assert_string_equal(t->architecture, "i386\\xc2\\x9b2J");
    assert_string_equal(t->osabi, "L\\xc2\\x9b");
    assert_int_equal(t->count, 3);
    assert_string_equal(t->registers[0].name, "a\\x0a\\x0d\\xc2\\x9b31m\\x7fQ\\xe2\\x80\\xae");
    assert_string_equal(t->registers[0].type, "t\\x0d");
    assert_string_equal(t->registers[1].name, "a\\x20b\\x5c");
    assert_int_equal(t->registers[1].offset, 8);
    assert_int_equal(rsp_tdesc_find(t, "rip")->offset, 12);
    assert_int_equal(t->g_size, 20);
    rsp_tdesc_free(t);
}

static void test_empty(void **state)
{
    (void)state;
    struct shelf s = {.items = {{"target.xml", "<target version=\"1.0\"/>\n"}}};
    struct rsp_tdesc *t;
    must(rsp_tdesc_read(fetch, &s, &t));
    assert_int_equal(t->count, 0);
    assert_null(t->architecture);
    assert_null(rsp_tdesc_by_number(t, 0));
    rsp_tdesc_free(t);
    rsp_tdesc_free(NULL);
}

static void test_broken(void **state)
{
    (void)state;
    refuse("");
    refuse("not xml");
    refuse("<target>");
    refuse("<target><reg name=\"a\" bitsize=\"8\"/></targ");
    refuse("<target><reg bitsize=\"8\"/></target>");
    refuse("<target><reg name=\"a\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"0\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"99999999\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"-8\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"8\" regnum=\"4294967296\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"8\" regnum=\"0\"/><reg name=\"b\" bitsize=\"8\" "
           "regnum=\"0\"/></target>");
    refuse("<target><xi:include/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"8\" offset=\"4294967296\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"8\" offset=\"4294967295\"/></target>");
    refuse("<target><reg name=\"a\" bitsize=\"64\" offset=\"1048576\"/></target>");
}

static void test_entities(void **state)
{
    (void)state;
    refuse("<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
           "<target><architecture>&b;&b;&b;</architecture></target>");
    refuse("<!DOCTYPE t [<!ENTITY x SYSTEM "
           "\"file:///etc/passwd\">]><target><architecture>&x;</architecture></target>");
    refuse("<!DOCTYPE t [<!ENTITY % p \"x\">]><target/>");
}

static void test_missing_include(void **state)
{
    (void)state;
    struct shelf s = {.items = {{"target.xml", "<target><xi:include href=\"gone.xml\"/></target>"}}};
    struct rsp_tdesc *t = NULL;
    struct error *e = rsp_tdesc_read(fetch, &s, &t);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "gone.xml"));
    error_free(e);
    assert_null(t);
}

static void test_include_cycle(void **state)
{
    (void)state;
    struct shelf s = {.everything = "<target><xi:include href=\"again.xml\"/></target>"};
    struct rsp_tdesc *t;
    must_fail(rsp_tdesc_read(fetch, &s, &t), ERR_VIOLATION);
    assert_true(s.fetched <= 32);
    /* a tree that doubles at every level */
    s = (struct shelf){.everything = "<target><xi:include href=\"a\"/><xi:include href=\"b\"/></target>"};
    must_fail(rsp_tdesc_read(fetch, &s, &t), ERR_VIOLATION);
    assert_true(s.fetched <= 32);
    BASE_BUF struct buf many = {0};
    buf_add_text(&many, "<target>");
    for (int i = 0; i < 40; i++)
        buf_printf(&many, "<xi:include href=\"%d.xml\"/>", i);
    buf_add_text(&many, "</target>");
    s = (struct shelf){.items = {{"target.xml", many.data}}, .everything = "<feature/>"};
    must_fail(rsp_tdesc_read(fetch, &s, &t), ERR_VIOLATION);
    assert_true(s.fetched <= 32);
}

static void test_too_many_registers(void **state)
{
    (void)state;
    for (int count = 4096; count <= 10000; count += 10000 - 4096) {
        BASE_BUF struct buf b = {0};
        buf_add_text(&b, "<target>");
        for (int i = 0; i < count; i++)
            buf_printf(&b, "<reg name=\"r%d\" bitsize=\"64\"/>", i);
        buf_add_text(&b, "</target>");
        struct shelf s = {.items = {{"target.xml", b.data}}};
        struct rsp_tdesc *t;
        if (count > 4096) {
            must_fail(rsp_tdesc_read(fetch, &s, &t), ERR_VIOLATION);
            continue;
        }
        must(rsp_tdesc_read(fetch, &s, &t));
        assert_int_equal(t->count, 4096);
        assert_string_equal(rsp_tdesc_by_number(t, 4095)->name, "r4095");
        rsp_tdesc_free(t);
    }
}

/* Each within its limit, and together more than is taken: every thread would keep them. */
static void test_too_large_together(void **state)
{
    (void)state;
    for (unsigned count = 16; count <= 17; count++) {
        BASE_BUF struct buf b = {0};
        buf_add_text(&b, "<target>");
        for (unsigned i = 0; i < count; i++)
            buf_printf(&b, "<reg name=\"za%u\" bitsize=\"524288\"/>", i);
        buf_add_text(&b, "</target>");
        struct shelf s = {.items = {{"target.xml", buf_text(&b)}}};
        struct rsp_tdesc *t = NULL;
        struct error *e = rsp_tdesc_read(fetch, &s, &t);
        assert_int_equal(e == NULL, count == 16);
        assert_true(!e || strstr(e->message, "za16"));
        error_free(e);
        rsp_tdesc_free(t);
    }
}

static void test_too_long(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, "<target>");
    while (b.length <= 1 << 20)
        buf_add_text(&b, "                                                                ");
    buf_add_text(&b, "</target>");
    refuse(b.data);
}

static void test_deep_nesting(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_add_text(&b, "<a>");
    refuse(b.data);
}

static void test_every_truncation(void **state)
{
    (void)state;
    const char *text = "<target><architecture>x</architecture><feature name=\"f\">"
                       "<reg name=\"a\" bitsize=\"64\"/></feature></target>";
    for (size_t n = 0; n < strlen(text); n++) {
        BASE_FREE char *cut = xstrndup(text, n);
        refuse(cut);
    }
}

static void test_includes(void **state)
{
    (void)state;
    const char *text = "<target><xi:include href=\"a.xml\"/><feature><xi:include href=\"b.xml\"/></feature>"
                       "<reg/></target>";
    char **names;
    must(rsp_tdesc_includes(text, strlen(text), &names));
    assert_string_equal(names[0], "a.xml");
    assert_string_equal(names[1], "b.xml");
    assert_null(names[2]);
    words_free(names);
    must(rsp_tdesc_includes("<target/>", 9, &names));
    assert_null(names[0]);
    words_free(names);
    must_fail(rsp_tdesc_includes("<target><xi:include href=\"a\"/>", 30, &names), ERR_VIOLATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qemu_like),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_entities),
        cmocka_unit_test(test_missing_include),
        cmocka_unit_test(test_include_cycle),
        cmocka_unit_test(test_too_many_registers),
        cmocka_unit_test(test_too_large_together),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_includes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
