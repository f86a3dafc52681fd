/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target's description, and the documents that it includes. */
#include "rsp/remote_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"

struct documents {
    struct rsp_xfer items[DOCUMENTS_MOST];
    size_t count;
};

static struct rsp_xfer *find_document(struct documents *d, const char *annex)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->items[i].annex, annex) == 0)
            return &d->items[i];
    return NULL;
}

static void free_documents(struct documents *d)
{
    for (size_t i = 0; i < d->count; i++) {
        char *annex = (char *)(uintptr_t)d->items[i].annex; /* ours: add_document() made it */
        free(annex);
        buf_free(&d->items[i].data);
        error_free(d->items[i].error);
    }
}

static void add_document(struct documents *d, const char *annex)
{
    if (d->count < DOCUMENTS_MOST && !find_document(d, annex))
        d->items[d->count++] = (struct rsp_xfer){.annex = xstrdup(annex)};
}

/* A document that cannot be parsed includes nothing: rsp_tdesc_read() will say what is wrong with it. */
static void add_includes(struct documents *d, const struct buf *document)
{
    char **annexes = NULL;
    BASE_ERROR struct error *e = rsp_tdesc_includes(buf_text(document), document->length, &annexes);
    if (e)
        return;
    for (char **a = annexes; *a; a++)
        add_document(d, *a);
    words_free(annexes);
}

static struct error *give_document(void *context, const char *annex, char **ret, size_t *length)
{
    struct rsp_xfer *item = find_document(context, annex);
    if (!item)
        return error_new(ERR_VIOLATION, "the description includes more documents than %d", DOCUMENTS_MOST);
    if (item->error)
        return error_new(item->error->code, "%s", item->error->message);
    *length = item->data.length;
    *ret = xmemdup(item->data.length ? item->data.data : "", item->data.length + 1);
    return NULL;
}

/* Who offers the object and answers with nothing may have said the answer before it once more. */
static bool is_asked_again(struct rsp_connection *c, const struct rsp_xfer *item)
{
    struct rsp_feature_state *state = &c->features.state[FEATURE_XFER_FEATURES];
    if (!error_is(item->error, ERR_UNSUPPORTED) || state->advertised != TRI_YES)
        return false;
    state->works = TRI_UNKNOWN;
    return true;
}

static struct error *read_target_xml(struct rsp_connection *c, struct documents *d)
{
    struct rsp_xfer *first = &d->items[0];
    TRY(rsp_xfer_read_many(c, "features", first, 1, DOCUMENT_BYTES_MOST));
    if (!is_asked_again(c, first))
        return NULL;
    error_free(first->error);
    first->error = NULL;
    return rsp_xfer_read_many(c, "features", first, 1, DOCUMENT_BYTES_MOST);
}

struct error *rsp_read_description(struct rsp_connection *c, struct rsp_tdesc **ret)
{
    struct documents d = {0};
    add_document(&d, "target.xml");
    struct error *e = NULL;
    size_t read = 0;
    for (int level = 0; !e && level <= DOCUMENT_LEVELS_MOST && read < d.count; level++) {
        size_t end = d.count;
        e = level == 0 ? read_target_xml(c, &d)
                       : rsp_xfer_read_many(c, "features", d.items + read, end - read, DOCUMENT_BYTES_MOST);
        for (; !e && read < end; read++)
            if (!d.items[read].error)
                add_includes(&d, &d.items[read].data);
    }
    if (!e) {
        remote_note_description(c);
        e = rsp_tdesc_read(give_document, &d, ret);
    }
    free_documents(&d);
    return e ? error_while(e, "reading the target description") : NULL;
}
