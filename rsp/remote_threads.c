/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stub's list of threads, in whichever form it has one, and what it says of each. */
#include "rsp/remote_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"
#include "rsp/xml.h"

enum { GUESS_AT_ONCE = 4096 };

struct list {
    struct rsp_thread *items;
    size_t count, capacity;
    /* which ids are there already: open addressing, a power of two above twice the count */
    size_t *slots; /* index + 1 */
    size_t slot_count;
};

static size_t *find_slot(struct list *l, struct ptid id)
{
    size_t mask = l->slot_count - 1;
    size_t i = ptid_hash(id) & mask;
    while (l->slots[i] && !ptid_equal(l->items[l->slots[i] - 1].id, id))
        i = (i + 1) & mask;
    return &l->slots[i];
}

static void grow_slots(struct list *l)
{
    if (l->slot_count > 2 * (l->count + 1))
        return;
    free(l->slots);
    l->slot_count = l->slot_count ? l->slot_count * 4 : 64;
    l->slots = xcalloc(l->slot_count, sizeof *l->slots);
    for (size_t i = 0; i < l->count; i++)
        *find_slot(l, l->items[i].id) = i + 1;
}

/* NULL when the list is full, the id is there already, or means any thread (0) or all (-1). */
static struct rsp_thread *list_add(struct list *l, struct ptid id)
{
    if (l->count == THREADS_LISTED_MOST || id.tid <= 0 || id.pid < 0)
        return NULL;
    grow_slots(l);
    size_t *slot = find_slot(l, id);
    if (*slot)
        return NULL;
    ARRAY_RESERVE(l->items, l->count, l->capacity);
    l->items[l->count] = (struct rsp_thread){.id = id, .core = -1};
    *slot = l->count + 1;
    return &l->items[l->count++];
}

static void list_free(struct list *l)
{
    rsp_threads_free(l->items, l->count);
    free(l->slots);
    *l = (struct list){0};
}

void rsp_threads_free(struct rsp_thread *threads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(threads[i].name);
        free(threads[i].extra);
    }
    free(threads);
}

/* -- qXfer:threads (gdb manual, "Thread List Format") ----------------------------------------------- */

struct reading {
    struct list *list;
    struct rsp_thread *thread; /* the element we are in */
    struct buf text;
};

static void on_start(struct rsp_xml *x, const char *name, const char **attributes)
{
    struct reading *r = x->context;
    r->thread = NULL;
    if (strcmp(name, "thread") != 0)
        return;
    const char *id_text = rsp_xml_attribute(attributes, "id");
    const char *s = id_text ? id_text : "";
    const char *end = s + strlen(s);
    struct ptid id;
    if (!ptid_parse(&s, end, &id) || s != end) {
        rsp_xml_fail_here(x, "a thread has no id");
        return;
    }
    r->thread = list_add(r->list, id);
    buf_clear(&r->text);
    if (!r->thread)
        return;
    const char *thread_name = rsp_xml_attribute(attributes, "name");
    const char *core = rsp_xml_attribute(attributes, "core");
    uint64_t number;
    if (thread_name)
        r->thread->name = xstrndup(thread_name, THREAD_NAME_MOST);
    if (core && text_parse_u64(core, &number) && number < INT32_MAX)
        r->thread->core = (int)number;
}

static void on_text(struct rsp_xml *x, const char *text, size_t n)
{
    struct reading *r = x->context;
    if (r->thread && r->text.length + n <= THREAD_EXTRA_MOST)
        buf_add(&r->text, text, n);
}

static void on_end(struct rsp_xml *x, const char *name)
{
    struct reading *r = x->context;
    (void)name;
    if (r->thread && r->text.length)
        r->thread->extra = xstrdup(r->text.data);
    r->thread = NULL;
}

static struct error *parse_threads(const struct buf *document, struct list *l)
{
    struct reading r = {.list = l};
    struct rsp_xml x = {
        .name = "reading the thread list", .context = &r, .start = on_start, .end = on_end, .text = on_text};
    struct error *e = rsp_xml_read(&x, buf_text(document), document->length);
    buf_free(&r.text);
    return e;
}

static struct error *list_by_xml(struct rsp_connection *c, struct list *l)
{
    BASE_BUF struct buf document = {0};
    TRY(rsp_xfer_read(c, "threads", "", THREAD_LIST_BYTES_MOST, &document));
    return parse_threads(&document, l);
}

/* -- qfThreadInfo, qsThreadInfo -------------------------------------------------------------------- */

/* One answer; *more while the list goes on. */
static struct error *take_ids(struct list *l, struct rsp_request *r, bool *more)
{
    struct error *e = r->error;
    r->error = NULL;
    *more = false;
    if (!e && r->reply.length)
        e = remote_check(&r->reply, "listing the threads");
    /* kgdb's list ends with an empty answer */
    if (e || r->reply.length == 0 || r->reply.data[0] != 'm')
        return e;
    const char *s = r->reply.data + 1;
    const char *end = r->reply.data + r->reply.length;
    size_t before = l->count;
    while (s < end) {
        struct ptid id;
        if (!ptid_parse(&s, end, &id) || (s < end && *s++ != ','))
            return error_new(ERR_VIOLATION, "listing the threads: the stub answered '%.100s'", r->reply.data);
        list_add(l, id);
    }
    /* a list that brings nothing new would go on for ever */
    *more = l->count > before;
    return NULL;
}

/* mspdebug 0.22 answers with the document of another question, and others not at all: they have no list, and
 * are not asked again. One that races, or has told a list before, means something else by that. */
static bool is_no_list(struct rsp_connection *c, const struct remote_batch *b)
{
    const struct error *e = b->requests[0].error;
    bool silent = error_is(e, ERR_TIMEOUT) && clock_now_ns() < c->limits.deadline_ns;
    c->remote.no_list = !c->remote.threads_guess && !rsp_races(c) && (silent || error_is(e, ERR_VIOLATION));
    return c->remote.no_list;
}

/*
 * QEMU names one thread an answer. As many questions as there were threads last time go out together; those
 * that come behind the end are answered with `l` again.
 */
static struct error *list_by_info(struct rsp_connection *c, struct list *l)
{
    bool more = true;
    bool first = true;
    size_t ask = c->terms.pipelines ? c->remote.threads_guess + 2 : 1;
    while (more && !c->remote.no_list) {
        REMOTE_BATCH struct remote_batch b = {0};
        for (size_t i = 0; i < ask; i++)
            remote_batch_printf(&b, RSP_GRAMMAR_THREADS, 0,
                                first && i == 0 ? "qfThreadInfo" : "qsThreadInfo");
        TRY(remote_batch_run(c, &b));
        more = !is_no_list(c, &b);
        for (size_t i = 0; i < ask && more; i++)
            TRY(take_ids(l, &b.requests[i], &more));
        first = false;
        ask = c->terms.pipelines && ask < GUESS_AT_ONCE ? ask * 2 : 1;
    }
    remote_note_threads(c, l->count < GUESS_AT_ONCE ? l->count : GUESS_AT_ONCE);
    return NULL;
}

struct error *rsp_list_threads(struct rsp_connection *c, struct rsp_thread **ret, size_t *count)
{
    struct list l = {0};
    struct error *e =
        rsp_feature_usable(&c->features, FEATURE_XFER_THREADS) ? list_by_xml(c, &l) : list_by_info(c, &l);
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        e = list_by_info(c, &l);
    }
    if (e) {
        list_free(&l);
        return e;
    }
    free(l.slots);
    *ret = l.items;
    *count = l.count;
    return NULL;
}

/* -- qThreadExtraInfo ------------------------------------------------------------------------------ */

static char *decode_extra(const struct buf *reply)
{
    if (reply->length == 0 || conn_is_error(reply->data, reply->length))
        return NULL;
    size_t digits = reply->length < 2 * THREAD_EXTRA_MOST ? reply->length : 2 * THREAD_EXTRA_MOST;
    char *text = xmalloc(digits / 2 + 1);
    long n = hex_decode(reply->data, digits, text, digits / 2);
    text[n < 0 ? 0 : n] = '\0';
    if (text[0])
        return text;
    free(text);
    return NULL;
}

struct error *rsp_thread_extra(struct rsp_connection *c, struct rsp_thread *threads, size_t count)
{
    REMOTE_BATCH struct remote_batch b = {0};
    for (size_t i = 0; i < count; i++) {
        struct buf packet = {0};
        if (threads[i].id.tid <= 0)
            continue; /* one that has no name */
        buf_add_text(&packet, "qThreadExtraInfo,");
        ptid_encode(&packet, threads[i].id);
        remote_batch_add(&b, RSP_GRAMMAR_HEX, 0, &packet);
    }
    TRY(remote_batch_run(c, &b));
    for (size_t i = 0, asked = 0; i < count; i++) {
        free(threads[i].extra);
        threads[i].extra = NULL;
        if (threads[i].id.tid <= 0)
            continue;
        const struct rsp_request *r = &b.requests[asked++];
        threads[i].extra = r->error ? NULL : decode_extra(&r->reply);
    }
    return NULL;
}
