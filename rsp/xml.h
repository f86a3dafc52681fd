/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/xml.h - an XML document of a stub, read with expat.
 *
 * A document may name a DTD; it may not bring definitions of its own, which can grow without bound: the first
 * declaration of an entity ends the reading. How long a document may be, and how much of it is kept, is for
 * whoever reads it. A struct rsp_xml is for one document, on the stack of its reader.
 * Errors: ERR_VIOLATION with the document's name, the line and what was wrong.
 */
#ifndef ALLSTOP_RSP_XML_H
#define ALLSTOP_RSP_XML_H

#include <stddef.h>

#include "base/error.h"

struct rsp_xml {
    const char *name; /* of the document, as messages begin */
    void *context;
    /* Elements and their text as they come; each but `start` may be NULL. Nothing is called after a failure.
     */
    void (*start)(struct rsp_xml *x, const char *element, const char **attributes);
    void (*end)(struct rsp_xml *x, const char *element);
    void (*text)(struct rsp_xml *x, const char *text, size_t n); /* perhaps in several parts */
    /* rsp_xml_read()'s own */
    struct XML_ParserStruct *parser;
    struct error *error;
};

/* Reads the whole document; the error is what a callback failed with, or what expat found. */
struct error *rsp_xml_read(struct rsp_xml *x, const char *document, size_t n) BASE_MUST_CHECK;
/* From a callback: the reading ends here. Takes `e`; the first one is kept. */
void rsp_xml_fail(struct rsp_xml *x, struct error *e);
/* The same with the name of the document and the line in front. */
void rsp_xml_fail_here(struct rsp_xml *x, const char *what);
/* The value of an attribute, which lives as long as the callback runs; NULL when it is not there. */
const char *rsp_xml_attribute(const char **attributes, const char *name);

#endif
