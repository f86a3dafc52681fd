/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Target descriptions of any bytes. The input is split at NULs into documents: target.xml first, then
 * whatever is included, in turn, so that cycles and deep includes are found too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rsp/tdesc.h"
#include "rsp/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct documents {
    const char *data;
    size_t size;
    size_t at; /* of the next document; begins again at the end */
};

static struct error *fetch(void *context, const char *annex, char **ret, size_t *length)
{
    struct documents *d = context;
    (void)annex;
    if (d->at >= d->size)
        d->at = 0;
    const char *start = d->data + d->at;
    size_t n = strnlen(start, d->size - d->at);
    d->at += n + 1;
    *ret = xmalloc(n + 1);
    memcpy(*ret, start, n);
    (*ret)[n] = '\0';
    *length = n;
    return NULL;
}

static void check(const struct rsp_tdesc *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct rsp_register *r = &t->registers[i];
        if (r->size == 0 || r->offset + r->size > t->g_size)
            abort();
        if (rsp_tdesc_by_number(t, r->number) != r || !rsp_tdesc_find(t, r->name))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct documents d = {.data = (const char *)data, .size = size};
    struct rsp_tdesc *t = NULL;
    struct error *e = rsp_tdesc_read(fetch, &d, &t);
    if (!e)
        check(t);
    error_free(e);
    rsp_tdesc_free(t);
    char **includes = NULL;
    e = rsp_tdesc_includes((const char *)data, size, &includes);
    if (!e)
        words_free(includes);
    error_free(e);
    return 0;
}
