/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/insertion.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/disassembly/disassembly.h"

enum { CANDIDATES = 3, LOOK_BATCH = 32, LOOK_BYTES = 16 };

struct candidates {
    enum site_type list[CANDIDATES];
    unsigned count;
};

/* -- attempts -------------------------------------------------------------------------------------- */

void breakpoint_attempts_free(struct breakpoint *b)
{
    for (size_t i = 0; i < b->attempt_count; i++)
        free(b->attempts[i].outcome);
    free(b->attempts);
    b->attempts = NULL;
    b->attempt_count = 0;
}

static void note_attempt(struct breakpoint *b, enum site_type type, uint64_t address, enum error_code code,
                         const char *outcome)
{
    if (b->attempt_count == INSERTION_ATTEMPTS_MOST)
        return;
    b->attempts = xreallocarray(b->attempts, b->attempt_count + 1, sizeof *b->attempts);
    b->attempts[b->attempt_count++] = (struct breakpoint_attempt){
        .type = type, .address = address, .code = code, .outcome = xstrdup(outcome)};
}

/* -- what stands there ----------------------------------------------------------------------------- */

static bool all_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

static void look_at(struct control *c, struct breakpoint_location *l, const unsigned char *now, size_t got)
{
    unsigned char file[LOOK_BYTES];
    bool known = memory_from_file(c->target, l->address, file, sizeof file) && !all_zero(file, sizeof file);
    l->seen = got < sizeof l->code ? 0 : (unsigned)sizeof l->code;
    memcpy(l->code, now, l->seen);
    traps_hide(c, l->address, l->code, l->seen);
    l->no_code = got == 0 || (known && got == LOOK_BYTES && all_zero(now, got));
    c->breakpoints.waits_for_code = c->breakpoints.waits_for_code || l->no_code;
}

/* A read that was not answered: the first of these, in which case they are over. */
static struct error *unanswered(struct rsp_read *reads, size_t n)
{
    struct error *ret = NULL;
    for (size_t i = 0; i < n && !ret; i++)
        if (error_is(reads[i].error, ERR_TIMEOUT) || error_is(reads[i].error, ERR_CANCELLED)) {
            ret = reads[i].error;
            reads[i].error = NULL;
        }
    for (size_t i = 0; ret && i < n; i++)
        error_free(reads[i].error);
    return ret;
}

/* The memory of a machine may not hold the code yet; that of a process always does. One batch of reads. */
static struct error *look(struct control *c, struct breakpoint *b)
{
    if (c->target->is_process || b->is_watch || b->kind != BREAKPOINT_AUTO)
        return NULL;
    struct ptid id = c->target->threads.has_current ? c->target->threads.current : (struct ptid){0, 0};
    for (size_t first = 0; first < b->count; first += LOOK_BATCH) {
        struct rsp_read reads[LOOK_BATCH];
        unsigned char bytes[LOOK_BATCH][LOOK_BYTES];
        size_t n = b->count - first < LOOK_BATCH ? b->count - first : LOOK_BATCH;
        for (size_t i = 0; i < n; i++)
            reads[i] = (struct rsp_read){
                .address = b->locations[first + i].address, .length = LOOK_BYTES, .bytes = bytes[i]};
        TRY(target_check(c->target, rsp_read_memory(c->target->connection, id, reads, n, true)));
        TRY(unanswered(reads, n));
        for (size_t i = 0; i < n; i++) {
            /* an answer to something else says as little of what stands there */
            if (!error_is(reads[i].error, ERR_VIOLATION))
                look_at(c, &b->locations[first + i], bytes[i], reads[i].got);
            error_free(reads[i].error);
        }
    }
    return NULL;
}

/* -- which means ----------------------------------------------------------------------------------- */

static void add(struct candidates *list, enum site_type type)
{
    list->list[list->count++] = type;
}

static struct candidates candidates_for(struct control *c, const struct breakpoint *b,
                                        const struct breakpoint_location *l)
{
    struct candidates list = {.count = 0};
    enum memory_kind kind;
    if (b->is_watch) {
        if (b->kind != BREAKPOINT_SOFTWARE)
            add(&list, b->watch_type);
        if (b->kind == BREAKPOINT_SOFTWARE || (b->kind == BREAKPOINT_AUTO && b->watch_type == SITE_WRITE))
            add(&list, SITE_STEPPED);
    } else if (b->kind == BREAKPOINT_SOFTWARE) {
        add(&list, SITE_SOFTWARE);
    } else if (b->kind == BREAKPOINT_HARDWARE) {
        add(&list, SITE_HARDWARE);
    } else if (b->kind == BREAKPOINT_MEMORY) {
        add(&list, SITE_MEMORY);
    } else if ((kind = memory_kind_at(c->target, l->address)) == MEMORY_ROM || kind == MEMORY_FLASH) {
        add(&list, SITE_HARDWARE);
    } else if (l->no_code && !slots_not_firing(c, SITE_HARDWARE)) {
        add(&list, SITE_HARDWARE);
        add(&list, SITE_SOFTWARE);
    } else {
        add(&list, SITE_SOFTWARE);
        add(&list, SITE_MEMORY);
        add(&list, SITE_HARDWARE);
    }
    return list;
}

/* Nothing is sent that this stub was seen not to know. */
static bool known_unsupported(struct control *c, enum site_type type)
{
    return type <= SITE_ACCESS &&
           rsp_features(c->target->connection)->state[FEATURE_Z0 + (int)type].works == TRI_NO;
}

/* Why a means is not even tried there; malloc'd, or NULL. */
static char *hopeless(struct control *c, const struct breakpoint_location *l, enum site_type type,
                      enum error_code *code)
{
    *code = ERR_UNSUPPORTED;
    if (known_unsupported(c, type))
        return xasprintf("the stub does not support Z%d", (int)type);
    if (type == SITE_MEMORY && !trap_known(c))
        return xstrdup("no trap instruction is known for this target: `set architecture NAME` or a program "
                       "(`symbols FILE`) says which processor it is");
    *code = ERR_REFUSED;
    if (type == SITE_MEMORY && l->inside)
        return xasprintf("a trap at 0x%" PRIx64 " would change the instruction at 0x%" PRIx64, l->address,
                         l->inside);
    return NULL;
}

static unsigned length_for(struct control *c, const struct breakpoint *b, const struct breakpoint_location *l)
{
    return b->is_watch ? l->length : site_length_at(c, l->address, l->thumb, NULL);
}

struct outcome {
    enum error_code code;
    char *reason; /* of the last location that has no site, or NULL */
    char *hint;   /* what to try, or NULL */
};

static void outcome_set(struct outcome *o, enum error_code code, const char *reason, const char *hint)
{
    free(o->reason);
    free(o->hint);
    o->code = code;
    o->reason = xstrdup(reason);
    o->hint = xstrdup_or_null(hint);
}

/* Every location without a site tries its `round`-th means; false when none had one left. */
static bool acquire_round(struct control *c, struct breakpoint *b, unsigned round, struct outcome *o)
{
    bool any = false;
    for (size_t i = 0; i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        struct candidates list = {.count = 0};
        if (!l->site)
            list = candidates_for(c, b, l);
        if (round >= list.count)
            continue;
        any = true;
        enum site_type type = list.list[round];
        enum error_code code;
        BASE_FREE char *why = hopeless(c, l, type, &code);
        if (why) {
            note_attempt(b, type, l->address, code, why);
            outcome_set(o, code, why, NULL);
        } else {
            l->site = site_acquire_for(c, b->id, type, l->address, length_for(c, b, l));
            trap_note_code(c, l->site, l->code, l->seen);
            l->seen = 0;
        }
    }
    return any;
}

static size_t missing(const struct breakpoint *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        n += !b->locations[i].site;
    return n;
}

/* The stub, or we, did not insert it. */
static void note_failure(struct breakpoint *b, const struct site *p, struct outcome *o)
{
    enum error_code code = p->reason ? p->code : ERR_INTERNAL;
    const char *why = p->reason ? p->reason : "not sent";
    note_attempt(b, p->type, p->address, code, why);
    if (o)
        outcome_set(o, code, why, p->hint);
}

static void settle_round(struct control *c, struct breakpoint *b, struct outcome *o)
{
    for (size_t i = 0; i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        if (!l->site || l->site->inserted)
            continue;
        note_failure(b, l->site, o);
        site_release_for(c, b->id, l->site);
        l->site = NULL;
    }
    if (b->is_watch && missing(b))
        insertion_release(c, b); /* no watch is half in hardware: it would hold slots, and miss the rest */
}

/* A flush fails with the connection, or with what a site keeps as its reason. */
static struct error *flush(struct control *c)
{
    struct error *e = sites_flush(c);
    if (!e || error_ends_asking(e))
        return e;
    error_free(e);
    return NULL;
}

static const char *hint_for(enum error_code code)
{
    switch (code) {
    case ERR_NO_SLOT:
        return "delete a hardware breakpoint or watchpoint, or try kind `software`; `slots` shows who holds "
               "what";
    case ERR_UNSUPPORTED:
        return "try another `kind`: auto tries them all";
    default:
        return "is that address mapped? `maps` shows what is";
    }
}

static void note_inserted(struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && (b->attempt_count || i == 0))
            note_attempt(b, b->locations[i].site->type, b->locations[i].address, 0, "OK");
}

/* Places that were found by name or line are starts; an address is the user's word. */
static void note_inside(struct control *c, struct breakpoint *b)
{
    for (size_t i = 0; !b->is_watch && i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        l->inside = instruction_around(c->target, l->address);
    }
}

/* A hardware breakpoint is taken anywhere, a mistyped address included. */
static void note_warning(struct breakpoint *b)
{
    free(b->warning);
    b->warning = NULL;
    for (size_t i = 0; i < b->attempt_count && !b->warning; i++)
        if (b->attempts[i].type == SITE_MEMORY && b->attempts[i].code == ERR_NO_MEMORY)
            b->warning = xasprintf("nothing can be read at 0x%" PRIx64, b->attempts[i].address);
    for (size_t i = 0; i < b->count && !b->warning; i++)
        if (b->locations[i].inside)
            b->warning = xasprintf("0x%" PRIx64 " is not the start of an instruction: that is at 0x%" PRIx64,
                                   b->locations[i].address, b->locations[i].inside);
        else if (b->locations[i].no_code)
            b->warning = xasprintf("there is no code at 0x%" PRIx64 " yet", b->locations[i].address);
}

/* `auto` keeps what could not be inserted, and says why. */
static struct error *settle(struct control *c, struct breakpoint *b, const struct outcome *o)
{
    bool keeps = b->kind == BREAKPOINT_AUTO;
    if (b->pending)
        return NULL; /* it has a reason already */
    free(b->reason);
    b->reason = NULL;
    if (!missing(b) || !o->reason)
        return NULL;
    if (!keeps) {
        insertion_release(c, b);
        TRY(flush(c));
        return error_hint(error_new(o->code, "%s", o->reason), "%s", o->hint ? o->hint : hint_for(o->code));
    }
    b->reason = b->count == 1
                    ? xstrdup(o->reason)
                    : xasprintf("%zu of %zu places are not inserted: %s", missing(b), b->count, o->reason);
    return flush(c);
}

struct error *insertion_site(struct control *c, struct breakpoint *b)
{
    struct outcome o = {0};
    breakpoint_attempts_free(b);
    if (c->target->state == TARGET_EXITED || c->target->state == TARGET_DISCONNECTED)
        return NULL; /* planned: means are chosen when there is a target again */
    note_inside(c, b);
    struct error *e = look(c, b);
    for (unsigned round = 0; !e && round < CANDIDATES && missing(b); round++) {
        if (!acquire_round(c, b, round, &o))
            break;
        e = flush(c);
        if (!e)
            settle_round(c, b, &o);
    }
    if (!e) {
        note_inserted(b);
        note_warning(b);
        e = settle(c, b, &o);
    }
    free(o.reason);
    free(o.hint);
    return e;
}

void insertion_release(struct control *c, struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->locations[i].site)
            site_release_for(c, b->id, b->locations[i].site);
        b->locations[i].site = NULL;
    }
}

/* -- later ----------------------------------------------------------------------------------------- */

static bool waits_for_code(const struct breakpoint *b)
{
    for (size_t i = 0; b->enabled && i < b->count; i++)
        if (b->locations[i].no_code)
            return true;
    return false;
}

/* The software site is there before the hardware one goes; a stub that refuses it leaves all as it was. */
static struct error *upgrade_location(struct control *c, struct breakpoint *b, struct breakpoint_location *l)
{
    struct site *old = l->site;
    struct site *new = site_acquire_for(c, b->id, SITE_SOFTWARE, l->address, length_for(c, b, l));
    struct error *e = flush(c);
    bool inserted = !e && new->inserted;
    if (inserted)
        note_attempt(b, SITE_SOFTWARE, l->address, 0, "OK");
    else
        note_failure(b, new, NULL);
    l->site = inserted ? new : old;
    site_release_for(c, b->id, inserted ? old : new);
    return e;
}

static struct error *upgrade_breakpoint(struct control *c, struct breakpoint *b)
{
    TRY(look(c, b));
    for (size_t i = 0; i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        if (!l->no_code && l->site && l->site->type == SITE_HARDWARE && !known_unsupported(c, SITE_SOFTWARE))
            TRY(upgrade_location(c, b, l));
    }
    note_warning(b);
    return flush(c);
}

struct error *insertion_upgrade(struct control *c)
{
    bool waits = false;
    if (!c->breakpoints.waits_for_code)
        return NULL;
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (!waits_for_code(b))
            continue;
        TRY(upgrade_breakpoint(c, b));
        if (waits_for_code(b))
            waits = true;
        else
            breakpoint_emit_changed(c, b);
    }
    c->breakpoints.waits_for_code = waits;
    return NULL;
}

struct site *insertion_for_run(struct control *c, uint64_t address)
{
    const struct site *there = site_at(c, address);
    unsigned length = site_length_at(c, address, false, NULL);
    bool fires = there && !slots_not_firing(c, there->type);
    if (fires && there->state != SITE_FAILED)
        return site_acquire(c, there->type, address, there->length);
    enum memory_kind kind = memory_kind_at(c->target, address);
    if (kind == MEMORY_ROM || kind == MEMORY_FLASH)
        return site_acquire(c, SITE_HARDWARE, address, length);
    if (!known_unsupported(c, SITE_SOFTWARE))
        return site_acquire(c, SITE_SOFTWARE, address, length);
    return site_acquire(c, known_unsupported(c, SITE_HARDWARE) ? SITE_MEMORY : SITE_HARDWARE, address,
                        length);
}
