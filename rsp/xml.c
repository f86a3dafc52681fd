/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/xml.h"

#include <expat.h>
#include <string.h>

void rsp_xml_fail(struct rsp_xml *x, struct error *e)
{
    if (x->error)
        error_free(e);
    else
        x->error = e;
    XML_StopParser(x->parser, XML_FALSE);
}

void rsp_xml_fail_here(struct rsp_xml *x, const char *what)
{
    rsp_xml_fail(x, error_new(ERR_VIOLATION, "%.100s, line %lu: %s", x->name,
                              (unsigned long)XML_GetCurrentLineNumber(x->parser), what));
}

const char *rsp_xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

static void on_start(void *context, const XML_Char *element, const XML_Char **attributes)
{
    struct rsp_xml *x = context;
    if (!x->error)
        x->start(x, element, attributes);
}

static void on_end(void *context, const XML_Char *element)
{
    struct rsp_xml *x = context;
    if (!x->error && x->end)
        x->end(x, element);
}

static void on_text(void *context, const XML_Char *text, int n)
{
    struct rsp_xml *x = context;
    if (!x->error && x->text)
        x->text(x, text, (size_t)n);
}

/* NOLINTNEXTLINE(readability-function-size): expat's parameters */
static void on_entity(void *context, const XML_Char *name, int is_parameter, const XML_Char *value,
                      int length, const XML_Char *base, const XML_Char *system, const XML_Char *public,
                      const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public;
    (void)notation;
    rsp_xml_fail_here(context, "it declares entities");
}

struct error *rsp_xml_read(struct rsp_xml *x, const char *document, size_t n)
{
    x->parser = XML_ParserCreate(NULL);
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetEntityDeclHandler(x->parser, on_entity);
    if (XML_Parse(x->parser, document, (int)n, XML_TRUE) != XML_STATUS_OK && !x->error)
        rsp_xml_fail_here(x, XML_ErrorString(XML_GetErrorCode(x->parser)));
    XML_ParserFree(x->parser);
    x->parser = NULL;
    return x->error;
}
