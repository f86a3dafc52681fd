/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites on the wire: requests, and what their answers say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/journal.h"
#include "engine/control/breakpoints/dr7.h"
#include "engine/control/breakpoints/slots.h"
#include "engine/control/control.h"

enum { BATCH = 64 };

static char *memory_payload(const struct control *c, const struct site *p, bool insert)
{
    unsigned char trap[TRAP_MAX];
    trap_bytes(c, p->length, trap);
    BASE_BUF struct buf out = {0};
    buf_printf(&out, "M%" PRIx64 ",%x:", p->address, p->length);
    hex_encode(&out, insert ? trap : p->saved, p->length);
    return xstrdup(buf_text(&out));
}

static char *payload_of(const struct control *c, const struct site *p, bool insert)
{
    if (p->type == SITE_MEMORY)
        return memory_payload(c, p, insert);
    return xasprintf("%c%d,%" PRIx64 ",%x%s", insert ? 'Z' : 'z', (int)p->type, p->address, p->length,
                     insert && p->conditions ? p->conditions : "");
}

static void fail(struct control *c, struct site *p, const struct error *e)
{
    p->state = SITE_FAILED;
    p->code = e->code;
    free(p->reason);
    p->reason = xstrdup(e->message);
    free(p->hint);
    p->hint = xstrdup_or_null(e->hint);
    site_changed(c, p);
}

/* What can be known without asking: slots that are used up, a trap that could not be taken out again. */
static struct error *may_insert(struct control *c, struct site *p)
{
    if (p->type == SITE_MEMORY)
        return journal_note(c, p);
    if (p->type != SITE_SOFTWARE && p->type != SITE_STEPPED)
        return slots_may_take(c, p->type);
    return NULL;
}

/* Accepted like others here that did not fire. */
static void doubt(struct control *c, struct site *p)
{
    p->state = SITE_SUSPECT;
    free(p->reason);
    p->reason = xasprintf("hardware is accepted here and does not fire: %s", slots_not_firing(c, p->type));
}

static void note_insertion(struct control *c, struct site *p, bool insert)
{
    struct site_table *t = &c->breakpoints.sites;
    if (p->type == SITE_MEMORY && p->inserted != insert)
        t->in_memory += insert ? 1 : (size_t)-1;
    if (p->type == SITE_STEPPED && p->inserted != insert)
        t->stepped += insert ? 1 : (size_t)-1;
    if (p->inserted && !insert && (p->type == SITE_SOFTWARE || p->type == SITE_MEMORY))
        t->gone[t->gone_count++ % SITES_GONE] = p->address;
    dr7_note(c, p, insert);
    p->inserted = insert;
    p->renew = p->unsure = p->stuck = false;
    if (!insert && p->users)
        return; /* removed to step off it: it is back before anything runs, and its state is what it was */
    if (!insert)
        p->state = SITE_PLANNED;
    else if (p->type == SITE_MEMORY && !p->seen)
        p->state = SITE_UNVERIFIED;
    else if (slots_not_firing(c, p->type))
        doubt(c, p);
    else if (p->state != SITE_SUSPECT)
        p->state = SITE_ARMED;
    if (!insert && p->type == SITE_MEMORY && p->users == 0)
        journal_forget(c, p);
}

static void put_request(struct control *c, struct site *p, bool insert, struct rsp_request *ret)
{
    if (insert)
        trap_note_code(c, p, NULL, 0);
    char *payload = payload_of(c, p, insert);
    p->on_wire++;
    p->sent_insert = insert;
    *ret = (struct rsp_request){.payload = payload,
                                .length = strlen(payload),
                                .grammar = RSP_GRAMMAR_OK,
                                .flags = RSP_MUTATES,
                                .owner = p};
}

/* True when a request was made for it. */
static bool request_for(struct control *c, struct site *p, bool insert, struct rsp_request *ret)
{
    if (insert && p->stale) {
        conditions_update(c, p);
        site_changed(c, p);
        if (p->inserted && !p->renew)
            return false; /* nothing is different */
    }
    struct error *e = insert && !p->inserted ? may_insert(c, p) : NULL;
    if (e) {
        fail(c, p, e);
        error_free(e);
        return false;
    }
    if (p->type == SITE_STEPPED) {
        note_insertion(c, p, insert);
        site_changed(c, p);
        return false;
    }
    put_request(c, p, insert, ret);
    return true;
}

static const struct thread *thread_of(const struct control *c, int64_t pid)
{
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->id.pid == pid)
            return c->target->threads.items[i];
    return NULL;
}

static void copy_request(const struct rsp_request *from, struct rsp_request *ret)
{
    *ret = (struct rsp_request){.payload = xstrdup(from->payload),
                                .length = from->length,
                                .grammar = from->grammar,
                                .flags = from->flags};
}

/* `Z` acts on the process of the selected thread: the other processes that we hold get the same. */
static size_t repeat_for_others(struct control *c, struct rsp_request *requests, size_t n)
{
    const struct follow *f = &c->follow;
    size_t all = n;
    if (n == 0 || f->count < 2 || !c->target->threads.has_current)
        return n;
    for (size_t i = 0; i < f->count; i++) {
        int64_t pid = f->processes[i].pid;
        const struct thread *t = thread_of(c, pid);
        if (!t || f->processes[i].foreign || pid == c->target->threads.current.pid)
            continue;
        char *select = xasprintf("Hgp%" PRIx64 ".%" PRIx64, (uint64_t)t->id.pid, (uint64_t)t->id.tid);
        requests[all++] =
            (struct rsp_request){.payload = select, .length = strlen(select), .grammar = RSP_GRAMMAR_OK};
        for (size_t k = 0; k < n; k++)
            copy_request(&requests[k], &requests[all++]);
    }
    rsp_forget_selected(c->target->connection);
    return all;
}

/* Removals first: they give back slots that an insertion may need. */
size_t sites_requests(struct control *c, struct rsp_request *requests, size_t capacity)
{
    struct site_table *t = &c->breakpoints.sites;
    size_t n = 0;
    if (c->follow.count > 1)
        capacity = capacity / c->follow.count > 1 ? capacity / c->follow.count - 1 : 0;
    for (int insert = 0; insert <= 1; insert++)
        for (size_t i = 0; i < t->dirty_count && n < capacity;) {
            struct site *p = t->dirty[i];
            size_t before = t->dirty_count;
            if (site_is_wanted(p) == (bool)insert && request_for(c, p, insert, &requests[n]))
                n++;
            i += before == t->dirty_count; /* else another has taken its place */
        }
    return repeat_for_others(c, requests, n);
}

static void note_type(struct control *c, enum site_type type, enum rsp_tristate works)
{
    if (type > SITE_ACCESS)
        return;
    struct rsp_feature_state *state = &rsp_features(c->target->connection)->state[FEATURE_Z0 + (int)type];
    if (state->works == TRI_UNKNOWN)
        state->works = works;
}

static struct error *refusal(struct control *c, const struct site *p, const struct rsp_request *r)
{
    if (r->error)
        return error_new(r->error->code, "%s", r->error->message);
    BASE_FREE char *reply = text_visible(r->reply.data, r->reply.length);
    if (p->type == SITE_MEMORY)
        return error_hint(
            error_new(ERR_REFUSED, "the stub answered %s to a trap written at 0x%" PRIx64, reply, p->address),
            "is that address writable memory? `maps` shows what is mapped");
    if (r->reply.length == 0) {
        note_type(c, p->type, TRI_NO);
        return error_hint(error_new(ERR_UNSUPPORTED, "the stub does not support Z%d", (int)p->type),
                          p->type == SITE_SOFTWARE ? "try kind `hardware` or `memory`"
                                                   : "try kind `software`");
    }
    if (p->type != SITE_SOFTWARE)
        return slots_refused(c, p->type, p->address, reply);
    return error_hint(error_new(ERR_REFUSED, "the stub answered %s to Z0 at 0x%" PRIx64, reply, p->address),
                      "is that address mapped? `maps` shows what is");
}

void site_unmapped(struct control *c, struct site *p)
{
    if (!p->inserted || (p->type != SITE_SOFTWARE && p->type != SITE_MEMORY))
        return;
    note_insertion(c, p, false);
    site_changed(c, p);
}

/* It is still there, whoever wanted it out: nothing is forgotten of it, and the journal keeps what is
 * beneath. */
static void stays(struct control *c, struct site *p, const struct rsp_request *r)
{
    BASE_FREE char *reply = r->error               ? xstrdup(r->error->message)
                            : r->reply.length == 0 ? xstrdup("nothing")
                                                   : text_visible(r->reply.data, r->reply.length);
    BASE_FREE char *what = p->type == SITE_MEMORY ? xstrdup("what was beneath the trap was written back")
                                                  : xasprintf("z%d was asked for", (int)p->type);
    p->stuck = true;
    if (p->told_stuck)
        return;
    p->told_stuck = true;
    BASE_FREE char *text = xasprintf(
        "the stub answered %s when %s at 0x%" PRIx64 ": it stays in the target; `delete` tries again%s\n",
        reply, what, p->address,
        p->type == SITE_MEMORY ? ", `recover` puts the memory right once it can be written" : "");
    target_say(c->target, text);
}

/* Sent, and nobody knows whether it was carried out: it counts as inserted, so that it is taken out in the
 * end, and is sent again before that. */
static void not_known(struct control *c, struct site *p)
{
    bool fresh = !p->inserted;
    note_insertion(c, p, true);
    p->state = SITE_UNVERIFIED;
    p->renew = true;
    p->unsure = fresh;
    site_changed(c, p);
}

/* Refused: nothing of it is in the target. */
static struct error *refused(struct control *c, struct site *p, const struct rsp_request *r)
{
    struct error *e = refusal(c, p, r);
    if (!p->inserted)
        journal_forget(c, p);
    fail(c, p, e);
    return e;
}

/* One answer; the error is why it is not inserted. */
static struct error *take_answer(struct control *c, struct rsp_request *r)
{
    struct site *p = r->owner;
    bool insert =
        p->sent_insert; /* what is wanted may have changed: the kernel runs again, and the plan is over */
    bool ok = !r->error && strcmp(buf_text(&r->reply), "OK") == 0;
    struct error *e = NULL;
    if (ok) {
        note_type(c, p->type, TRI_YES);
        note_insertion(c, p, insert);
    } else if (insert && p->unsure && !r->error && r->reply.length) {
        note_insertion(c, p, true); /* kgdb and KVM refuse what is there already */
    } else if (insert && error_is(r->error, ERR_TIMEOUT)) {
        e = refusal(c, p, r);
        not_known(c, p);
        p->renew = false; /* not by itself: the next one may take as long */
    } else if (insert) {
        e = refused(c, p, r);
    } else if (p->unsure && !r->error) {
        note_insertion(c, p, false); /* it was never there */
    } else {
        stays(c, p, r);
    }
    p->on_wire--;
    site_changed(c, p); /* which may be its end */
    return e;
}

static void discard(struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)(uintptr_t)requests[i].payload);
        rsp_request_free(&requests[i]);
    }
}

static void cut_off(struct control *c, struct site *p)
{
    if (site_is_wanted(p))
        not_known(c, p);
    p->on_wire--;
    site_changed(c, p);
}

void sites_cut_off(struct control *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct site *p = requests[i].owner;
        if (!p)
            continue;
        if (!requests[i].error && strcmp(buf_text(&requests[i].reply), "OK") == 0)
            error_free(take_answer(c, &requests[i]));
        else
            cut_off(c, p);
    }
    discard(requests, count);
}

struct error *sites_sent(struct control *c, struct rsp_request *requests, size_t count)
{
    struct error *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct error *e = requests[i].owner ? take_answer(c, &requests[i]) : NULL;
        if (first)
            error_free(e);
        else
            first = e;
    }
    discard(requests, count);
    return first;
}

struct error *sites_flush(struct control *c)
{
    struct error *first = NULL;
    TRY(traps_check(c));
    while (sites_dirty(c)) {
        struct rsp_request requests[BATCH];
        size_t n = sites_requests(c, requests, BATCH);
        if (n == 0)
            break;
        struct error *e = target_check(c->target, rsp_call_batch(c->target->connection, requests, n));
        if (e) {
            sites_cut_off(c, requests, n);
            error_free(first);
            return e;
        }
        e = sites_sent(c, requests, n);
        if (first)
            error_free(e);
        else
            first = e;
    }
    return first;
}

/* The walks go backwards: a site that nobody wants is freed on the way, and the last one takes its place. */
void sites_withhold(struct control *c, bool withheld)
{
    struct site_table *t = &c->breakpoints.sites;
    for (size_t i = t->count; i-- > 0;)
        site_remove(c, t->items[i], withheld);
}

struct error *sites_remove_all(struct control *c)
{
    struct site_table *t = &c->breakpoints.sites;
    for (size_t i = t->count; i-- > 0;)
        t->items[i]->told_stuck = false; /* who leaves is told again */
    sites_withhold(c, true);
    struct error *e = sites_flush(c);
    sites_withhold(c, false);
    return e;
}
