/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_support.h"

#include "base/alloc.h"
#include "rsp/xml.h"

static void add_start(struct rsp_xml *x, const char *element, const char **attributes)
{
    const char *id = rsp_xml_attribute(attributes, "id");
    buf_printf(x->context, "<%s %s>", element, id ? id : "-");
    if (strcmp(element, "stop") == 0)
        rsp_xml_fail_here(x, "it says stop");
    if (strcmp(element, "refuse") == 0) {
        rsp_xml_fail(x, error_new(ERR_REFUSED, "not that one"));
        rsp_xml_fail_here(x, "the second is forgotten");
    }
}

static void add_end(struct rsp_xml *x, const char *element)
{
    buf_printf(x->context, "</%s>", element);
}

static void add_text(struct rsp_xml *x, const char *text, size_t n)
{
    buf_add(x->context, text, n);
}

static struct error *read_text(const char *document, struct buf *seen)
{
    buf_clear(seen);
    struct rsp_xml x = {.name = "doc", .context = seen, .start = add_start, .end = add_end, .text = add_text};
    return rsp_xml_read(&x, document, strlen(document));
}

static void fails(const char *document, enum error_code code, const char *message, const char *seen_before)
{
    BASE_BUF struct buf seen = {0};
    BASE_ERROR struct error *e = read_text(document, &seen);
    assert_true(error_is(e, code));
    assert_string_equal(e->message, message);
    assert_string_equal(buf_text(&seen), seen_before);
}

static void test_whole(void **state)
{
    (void)state;
    BASE_BUF struct buf seen = {0};
    must(read_text("<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"gdb-target.dtd\"><a id=\"1\" x=\"2\">t&amp;"
                   "<b x=\"id\"/></a>",
                   &seen));
    assert_string_equal(buf_text(&seen), "<a 1>t&<b -></b></a>");
}

static void test_only_elements(void **state)
{
    (void)state;
    BASE_BUF struct buf seen = {0};
    struct rsp_xml x = {.name = "doc", .context = &seen, .start = add_start};
    must(rsp_xml_read(&x, "<a>text<b/></a>", 15));
    assert_string_equal(buf_text(&seen), "<a -><b ->");
}

/* Nothing is called behind a failure, not even the end of the element that failed. */
static void test_failures(void **state)
{
    (void)state;
    fails("<a>\n<stop/>\n<b/></a>", ERR_VIOLATION, "doc, line 2: it says stop", "<a ->\n<stop ->");
    fails("<stop/>", ERR_VIOLATION, "doc, line 1: it says stop", "<stop ->");
    fails("<a><refuse/></a>", ERR_REFUSED, "not that one", "<a -><refuse ->");
    fails("<a>\n</b>", ERR_VIOLATION, "doc, line 2: mismatched tag", "<a ->\n");
    fails("", ERR_VIOLATION, "doc, line 1: no element found", "");
}

static void test_entities(void **state)
{
    (void)state;
    fails("<!DOCTYPE a [\n<!ENTITY e \"eeee\">]><a>&e;</a>", ERR_VIOLATION,
          "doc, line 2: it declares entities", "");
    fails("<!DOCTYPE a [<!ENTITY % p SYSTEM \"file:///etc/passwd\">%p;]><a/>", ERR_VIOLATION,
          "doc, line 1: it declares entities", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_only_elements),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_entities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
