/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/tdesc.h - target descriptions (gdb manual, appendix "Target Descriptions").
 *
 * Reads `target.xml` and what it includes (`xi:include`) into a list of registers. Parsed by expat with
 * limits: 1 MiB a document, 32 documents, includes 8 deep, 4096 registers, entity declarations refused.
 * The caller fetches documents; nothing here touches the wire. The description owns all its strings, each of
 * which is one word of printable ASCII: any other byte, a blank and `\` stand there as \xNN.
 * Errors: ERR_VIOLATION with the document, line and what was wrong; what was read before is thrown away.
 */
#ifndef ALLSTOP_RSP_TDESC_H
#define ALLSTOP_RSP_TDESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum rsp_register_class {
    REGISTER_GENERAL,
    REGISTER_FLOAT,
    REGISTER_VECTOR,
    REGISTER_SYSTEM,
};

struct rsp_register {
    char *name;
    char *type;      /* "int64", "code_ptr", "i387_ext", "vec128" … as the description spells it */
    uint32_t number; /* number on the wire (p, P, expedited) */
    uint32_t size;   /* bytes */
    size_t offset;   /* of its bytes within `g` */
    enum rsp_register_class group;
};

struct rsp_tdesc {
    char *architecture;             /* "i386:x86-64", or NULL */
    char *osabi;                    /* "GNU/Linux", or NULL */
    struct rsp_register *registers; /* sorted by number; `g` has them in this order */
    size_t count;
    size_t g_size; /* bytes of all registers together */
    bool usual;    /* the stub described no registers: they are those that its architecture usually has */
};

/* Fetches one document by its annex name; *ret is malloc'd and NUL-terminated behind *length bytes. */
typedef struct error *(*rsp_fetch_document)(void *context, const char *annex, char **ret, size_t *length);

struct error *rsp_tdesc_read(rsp_fetch_document fetch, void *context, struct rsp_tdesc **ret) BASE_MUST_CHECK;
void rsp_tdesc_free(struct rsp_tdesc *t);
/* The annexes that `document` includes directly, for fetching them in one batch. NULL-terminated, malloc'd.
 */
struct error *rsp_tdesc_includes(const char *document, size_t n, char ***ret) BASE_MUST_CHECK;

/* NULL when there is none of that name. */
const struct rsp_register *rsp_tdesc_find(const struct rsp_tdesc *t, const char *name);
const struct rsp_register *rsp_tdesc_by_number(const struct rsp_tdesc *t, uint32_t number);

#endif
