#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"

static bool wanted(const struct plant *p)
{
    return p->users > 0 && !p->lifted;
}

static bool needs_sending(const struct plant *p)
{
    return wanted(p) != p->inserted && p->state != PLANT_FAILED;
}

static void plant_free(struct plant *p)
{
    free(p->reason);
    free(p);
}

static void recount(struct breakpoint_table *t)
{
    t->dirty = 0;
    for (size_t i = 0; i < t->plant_count; i++)
        t->dirty += needs_sending(t->plants[i]);
}

/* Plants that nobody wants and the target does not have are forgotten. */
static void sweep(struct breakpoint_table *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->plant_count; i++) {
        struct plant *p = t->plants[i];
        if (p->users == 0 && !p->inserted)
            plant_free(p);
        else
            t->plants[kept++] = p;
    }
    t->plant_count = kept;
    recount(t);
}

struct plant *plant_acquire(struct session *s, enum plant_type type, uint64_t address, unsigned length)
{
    struct breakpoint_table *t = &s->breakpoints;
    struct plant *p = NULL;
    for (size_t i = 0; i < t->plant_count && !p; i++)
        if (t->plants[i]->address == address && t->plants[i]->type == type && t->plants[i]->length == length)
            p = t->plants[i];
    if (!p) {
        p = xcalloc(1, sizeof *p);
        *p = (struct plant){.type = type, .address = address, .length = length};
        ARRAY_RESERVE(t->plants, t->plant_count, t->plant_capacity);
        t->plants[t->plant_count++] = p;
    }
    if (p->state == PLANT_FAILED && p->users == 0)
        p->state = PLANT_PLANNED;
    p->users++;
    recount(t);
    return p;
}

void plant_release(struct session *s, struct plant *p)
{
    if (p->users > 0)
        p->users--;
    sweep(&s->breakpoints);
}

void plant_lift(struct session *s, struct plant *p, bool lifted)
{
    p->lifted = lifted;
    recount(&s->breakpoints);
}

void plants_lift_at(struct session *s, uint64_t address, bool lifted)
{
    for (size_t i = 0; i < s->breakpoints.plant_count; i++) {
        struct plant *p = s->breakpoints.plants[i];
        if (p->address == address && p->type <= PLANT_HARDWARE)
            p->lifted = lifted;
    }
    recount(&s->breakpoints);
}

struct plant *plant_at(struct session *s, uint64_t address)
{
    for (size_t i = 0; i < s->breakpoints.plant_count; i++) {
        struct plant *p = s->breakpoints.plants[i];
        if (p->address == address && p->type <= PLANT_HARDWARE && (p->inserted || p->users))
            return p;
    }
    return NULL;
}

bool plant_was_at(const struct session *s, uint64_t address)
{
    for (size_t i = 0; i < s->breakpoints.gone_count && i < PLANTS_GONE; i++)
        if (s->breakpoints.gone[i] == address)
            return true;
    return false;
}

size_t plants_requests(struct session *s, struct rsp_request *requests, size_t capacity)
{
    size_t n = 0;
    if (s->breakpoints.dirty == 0)
        return 0;
    /* Removals first: they give back slots that an insertion may need. */
    for (int insert = 0; insert <= 1; insert++)
        for (size_t i = 0; i < s->breakpoints.plant_count && n < capacity; i++) {
            const struct plant *p = s->breakpoints.plants[i];
            if (!needs_sending(p) || wanted(p) != (bool)insert)
                continue;
            char *payload =
                xasprintf("%c%d,%" PRIx64 ",%x", insert ? 'Z' : 'z', (int)p->type, p->address, p->length);
            requests[n++] = (struct rsp_request){.payload = payload,
                                                 .length = strlen(payload),
                                                 .grammar = RSP_GRAMMAR_OK,
                                                 .flags = RSP_MUTATES};
        }
    return n;
}

static struct plant *plant_of_request(struct session *s, const struct rsp_request *r, bool *insert)
{
    *insert = r->payload[0] == 'Z';
    for (size_t i = 0; i < s->breakpoints.plant_count; i++) {
        struct plant *p = s->breakpoints.plants[i];
        char text[64];
        snprintf(text, sizeof text, "%c%d,%" PRIx64 ",%x", r->payload[0], (int)p->type, p->address,
                 p->length);
        if (strcmp(text, r->payload) == 0)
            return p;
    }
    return NULL;
}

static void note_type(struct session *s, enum plant_type type, enum rsp_tristate works)
{
    struct rsp_feature_state *state = &rsp_features(s->connection)->state[FEATURE_Z0 + (int)type];
    if (state->works == TRI_UNKNOWN)
        state->works = works;
}

static struct error *refusal(struct session *s, const struct plant *p, const struct rsp_request *r)
{
    if (r->error)
        return error_new(r->error->code, "%s", r->error->message);
    if (r->reply.length == 0) {
        note_type(s, p->type, TRI_NO);
        return error_hint(error_new(ERR_UNSUPPORTED, "the stub does not support Z%d", (int)p->type),
                          p->type == PLANT_SOFTWARE ? "try kind `hardware`" : "try kind `software`");
    }
    if (p->type != PLANT_SOFTWARE)
        return error_hint(error_new(ERR_NO_SLOT, "the stub answered %s to Z%d at 0x%" PRIx64,
                                    buf_text(&r->reply), (int)p->type, p->address),
                          "its slots may be used up: delete a hardware breakpoint or watchpoint");
    return error_hint(error_new(ERR_REFUSED, "the stub answered %s to Z%d at 0x%" PRIx64, buf_text(&r->reply),
                                (int)p->type, p->address),
                      "is that address mapped? `maps` shows what is");
}

struct error *plants_sent(struct session *s, struct rsp_request *requests, size_t count)
{
    struct error *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct rsp_request *r = &requests[i];
        bool insert;
        struct plant *p = plant_of_request(s, r, &insert);
        bool ok = !r->error && strcmp(buf_text(&r->reply), "OK") == 0;
        if (p && ok) {
            if (p->inserted && !insert && p->type == PLANT_SOFTWARE)
                s->breakpoints.gone[s->breakpoints.gone_count++ % PLANTS_GONE] = p->address;
            p->inserted = insert;
            /* What was lifted to step off it is back before anything runs. */
            p->state = insert || p->users ? PLANT_ARMED : PLANT_PLANNED;
            note_type(s, p->type, TRI_YES);
        } else if (p && insert) {
            struct error *e = refusal(s, p, r);
            p->state = PLANT_FAILED;
            free(p->reason);
            p->reason = xstrdup(e->message);
            if (first)
                error_free(e);
            else
                first = e;
        } else if (p) {
            p->inserted = false; /* a stub that cannot remove a point it says it does not have */
        }
        free((char *)(uintptr_t)r->payload);
        rsp_request_free(r);
    }
    sweep(&s->breakpoints);
    return first;
}

struct error *plants_flush(struct session *s)
{
    enum { BATCH = 64 };
    struct error *first = NULL;
    while (s->breakpoints.dirty) {
        struct rsp_request requests[BATCH];
        size_t n = plants_requests(s, requests, BATCH);
        if (n == 0)
            break;
        struct error *e = session_check(s, rsp_call_batch(s->connection, requests, n));
        if (e) {
            for (size_t i = 0; i < n; i++) {
                free((char *)(uintptr_t)requests[i].payload);
                rsp_request_free(&requests[i]);
            }
            error_free(first);
            return e;
        }
        e = plants_sent(s, requests, n);
        if (first)
            error_free(e);
        else
            first = e;
    }
    return first;
}

void plants_lost(struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.plant_count; i++) {
        struct plant *p = s->breakpoints.plants[i];
        p->inserted = false;
        p->lifted = false;
        if (p->state == PLANT_ARMED)
            p->state = PLANT_PLANNED;
    }
    sweep(&s->breakpoints);
}

struct error *plants_remove_all(struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.plant_count; i++)
        s->breakpoints.plants[i]->lifted = true;
    recount(&s->breakpoints);
    struct error *e = plants_flush(s);
    for (size_t i = 0; i < s->breakpoints.plant_count; i++)
        s->breakpoints.plants[i]->lifted = false;
    recount(&s->breakpoints);
    return e;
}

bool plants_any(const struct session *s)
{
    return s->breakpoints.plant_count > 0;
}

unsigned plant_length_at(struct session *s, uint64_t address, bool thumb)
{
    (void)address;
    if (!s->arch)
        return 1;
    return thumb ? 2 : s->arch->breakpoint_kind;
}

void plants_free(struct breakpoint_table *t)
{
    for (size_t i = 0; i < t->plant_count; i++)
        plant_free(t->plants[i]);
    free(t->plants);
    t->plants = NULL;
    t->plant_count = t->plant_capacity = 0;
}
