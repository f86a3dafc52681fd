#include "engine/control/breakpoints/means.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/inspect/disassembly.h"

enum { CANDIDATES = 3, LOOK_BATCH = 32, LOOK_BYTES = 16, ATTEMPTS_MAX = 64 };

struct candidates {
    enum plant_type list[CANDIDATES];
    unsigned count;
};

/* -- attempts -------------------------------------------------------------------------------------- */

void wish_attempts_free(struct wish *w)
{
    for (size_t i = 0; i < w->attempt_count; i++)
        free(w->attempts[i].outcome);
    free(w->attempts);
    w->attempts = NULL;
    w->attempt_count = 0;
}

static void note_attempt(struct wish *w, enum plant_type type, uint64_t address, const char *outcome)
{
    if (w->attempt_count == ATTEMPTS_MAX)
        return;
    w->attempts = xreallocarray(w->attempts, w->attempt_count + 1, sizeof *w->attempts);
    w->attempts[w->attempt_count++] =
        (struct wish_attempt){.type = type, .address = address, .outcome = xstrdup(outcome)};
}

/* -- what stands there ----------------------------------------------------------------------------- */

static bool all_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

static void look_at(struct control *c, struct wish_location *l, const unsigned char *now, size_t got)
{
    unsigned char file[LOOK_BYTES];
    bool known = memory_from_file(c->target, l->address, file, sizeof file) && !all_zero(file, sizeof file);
    l->no_code = got == 0 || (known && got == LOOK_BYTES && all_zero(now, got));
    c->breakpoints.waits_for_code = c->breakpoints.waits_for_code || l->no_code;
}

/* The memory of a machine may not hold the code yet; that of a process always does. One batch of reads. */
static struct error *look(struct control *c, struct wish *w)
{
    if (c->target->is_process || w->is_watch || w->kind != WISH_AUTO)
        return NULL;
    struct ptid id = c->target->threads.has_current ? c->target->threads.current : (struct ptid){0, 0};
    for (size_t first = 0; first < w->count; first += LOOK_BATCH) {
        struct rsp_read reads[LOOK_BATCH];
        unsigned char bytes[LOOK_BATCH][LOOK_BYTES];
        size_t n = w->count - first < LOOK_BATCH ? w->count - first : LOOK_BATCH;
        for (size_t i = 0; i < n; i++)
            reads[i] = (struct rsp_read){
                .address = w->locations[first + i].address, .length = LOOK_BYTES, .bytes = bytes[i]};
        TRY(target_check(c->target, rsp_read_memory(c->target->connection, id, reads, n, true)));
        for (size_t i = 0; i < n; i++) {
            look_at(c, &w->locations[first + i], bytes[i], reads[i].got);
            error_free(reads[i].error);
        }
    }
    return NULL;
}

/* -- which means ----------------------------------------------------------------------------------- */

static void add(struct candidates *list, enum plant_type type)
{
    list->list[list->count++] = type;
}

static struct candidates candidates_for(struct control *c, const struct wish *w,
                                        const struct wish_location *l)
{
    struct candidates list = {.count = 0};
    enum memory_kind kind;
    if (w->is_watch) {
        if (w->kind != WISH_SOFTWARE)
            add(&list, w->watch_type);
        if (w->kind == WISH_SOFTWARE || (w->kind == WISH_AUTO && w->watch_type == PLANT_WRITE))
            add(&list, PLANT_STEPPED);
    } else if (w->kind == WISH_SOFTWARE) {
        add(&list, PLANT_SOFTWARE);
    } else if (w->kind == WISH_HARDWARE) {
        add(&list, PLANT_HARDWARE);
    } else if (w->kind == WISH_MEMORY) {
        add(&list, PLANT_MEMORY);
    } else if ((kind = memory_kind_at(c->target, l->address)) == MEMORY_ROM || kind == MEMORY_FLASH) {
        add(&list, PLANT_HARDWARE);
    } else if (l->no_code && !slots_silence(c, PLANT_HARDWARE)) {
        add(&list, PLANT_HARDWARE);
        add(&list, PLANT_SOFTWARE);
    } else {
        add(&list, PLANT_SOFTWARE);
        add(&list, PLANT_MEMORY);
        add(&list, PLANT_HARDWARE);
    }
    return list;
}

/* Nothing is sent that this stub was seen not to know. */
static bool known_unsupported(struct control *c, enum plant_type type)
{
    return type <= PLANT_ACCESS &&
           rsp_features(c->target->connection)->state[FEATURE_Z0 + (int)type].works == TRI_NO;
}

/* Why a means is not even tried there; malloc'd, or NULL. */
static char *hopeless(struct control *c, const struct wish_location *l, enum plant_type type,
                      enum error_code *code)
{
    *code = ERR_UNSUPPORTED;
    if (known_unsupported(c, type))
        return xasprintf("the stub does not support Z%d", (int)type);
    *code = ERR_REFUSED;
    if (type == PLANT_MEMORY && l->inside)
        return xasprintf("a trap at 0x%" PRIx64 " would change the instruction at 0x%" PRIx64, l->address,
                         l->inside);
    return NULL;
}

static unsigned length_for(struct control *c, const struct wish *w, const struct wish_location *l)
{
    return w->is_watch ? l->length : plant_length_at(c, l->address, l->thumb, NULL);
}

struct outcome {
    enum error_code code;
    char *reason; /* of the last location that has no plant, or NULL */
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

/* Every location without a plant tries its `round`-th means; false when none had one left. */
static bool acquire_round(struct control *c, struct wish *w, unsigned round, struct outcome *o)
{
    bool any = false;
    for (size_t i = 0; i < w->count; i++) {
        struct wish_location *l = &w->locations[i];
        struct candidates list = {.count = 0};
        if (!l->plant)
            list = candidates_for(c, w, l);
        if (round >= list.count)
            continue;
        any = true;
        enum plant_type type = list.list[round];
        enum error_code code;
        BASE_FREE char *why = hopeless(c, l, type, &code);
        if (why) {
            note_attempt(w, type, l->address, why);
            outcome_set(o, code, why, NULL);
        } else {
            l->plant = plant_acquire_for(c, w->id, type, l->address, length_for(c, w, l));
        }
    }
    return any;
}

static size_t missing(const struct wish *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        n += !w->locations[i].plant;
    return n;
}

static void settle_round(struct control *c, struct wish *w, struct outcome *o)
{
    for (size_t i = 0; i < w->count; i++) {
        struct wish_location *l = &w->locations[i];
        if (!l->plant || l->plant->inserted)
            continue;
        note_attempt(w, l->plant->type, l->address, l->plant->reason ? l->plant->reason : "not sent");
        outcome_set(o, l->plant->reason ? l->plant->code : ERR_INTERNAL,
                    l->plant->reason ? l->plant->reason : "not sent", l->plant->hint);
        plant_release_for(c, w->id, l->plant);
        l->plant = NULL;
    }
    if (w->is_watch && missing(w))
        means_release(c, w); /* no watch is half in hardware: it would hold slots, and miss the rest */
}

/* A flush fails with the connection, or with what a plant keeps as its reason. */
static struct error *flush(struct control *c)
{
    struct error *e = plants_flush(c);
    if (!e || error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED) || error_is(e, ERR_TIMEOUT))
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

static void note_planted(struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant && (w->attempt_count || i == 0))
            note_attempt(w, w->locations[i].plant->type, w->locations[i].address, "OK");
}

/* Places that were found by name or line are starts; an address is the user's word. */
static void note_inside(struct control *c, struct wish *w)
{
    for (size_t i = 0; !w->is_watch && i < w->count; i++) {
        struct wish_location *l = &w->locations[i];
        l->inside = instruction_around(c->target, l->address);
    }
}

/* A hardware breakpoint is taken anywhere, a mistyped address included. */
static void note_warning(struct wish *w)
{
    free(w->warning);
    w->warning = NULL;
    for (size_t i = 0; i < w->attempt_count && !w->warning; i++)
        if (w->attempts[i].type == PLANT_MEMORY && strstr(w->attempts[i].outcome, "cannot be read"))
            w->warning = xasprintf("nothing can be read at 0x%" PRIx64, w->attempts[i].address);
    for (size_t i = 0; i < w->count && !w->warning; i++)
        if (w->locations[i].inside)
            w->warning = xasprintf("0x%" PRIx64 " is not the start of an instruction: that is at 0x%" PRIx64,
                                   w->locations[i].address, w->locations[i].inside);
        else if (w->locations[i].no_code)
            w->warning = xasprintf("there is no code at 0x%" PRIx64 " yet", w->locations[i].address);
}

/* `auto` keeps what could not be planted, and says why. */
static struct error *settle(struct control *c, struct wish *w, const struct outcome *o)
{
    bool keeps = w->kind == WISH_AUTO;
    if (w->pending)
        return NULL; /* it has a reason already */
    free(w->reason);
    w->reason = NULL;
    if (!missing(w) || !o->reason)
        return NULL;
    if (!keeps) {
        means_release(c, w);
        TRY(flush(c));
        return error_hint(error_new(o->code, "%s", o->reason), "%s", o->hint ? o->hint : hint_for(o->code));
    }
    w->reason = w->count == 1
                    ? xstrdup(o->reason)
                    : xasprintf("%zu of %zu places are not planted: %s", missing(w), w->count, o->reason);
    return flush(c);
}

struct error *means_plant(struct control *c, struct wish *w)
{
    struct outcome o = {0};
    wish_attempts_free(w);
    if (c->target->state == TARGET_EXITED || c->target->state == TARGET_DISCONNECTED)
        return NULL; /* planned: means are chosen when there is a target again */
    note_inside(c, w);
    struct error *e = look(c, w);
    for (unsigned round = 0; !e && round < CANDIDATES && missing(w); round++) {
        if (!acquire_round(c, w, round, &o))
            break;
        e = flush(c);
        if (!e)
            settle_round(c, w, &o);
    }
    if (!e) {
        note_planted(w);
        note_warning(w);
        e = settle(c, w, &o);
    }
    free(o.reason);
    free(o.hint);
    return e;
}

void means_release(struct control *c, struct wish *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->locations[i].plant)
            plant_release_for(c, w->id, w->locations[i].plant);
        w->locations[i].plant = NULL;
    }
}

/* -- later ----------------------------------------------------------------------------------------- */

static bool waits_for_code(const struct wish *w)
{
    for (size_t i = 0; w->enabled && i < w->count; i++)
        if (w->locations[i].no_code)
            return true;
    return false;
}

/* The software plant is there before the hardware one goes; a stub that refuses it leaves all as it was. */
static struct error *upgrade_location(struct control *c, struct wish *w, struct wish_location *l)
{
    struct plant *old = l->plant;
    struct plant *new = plant_acquire_for(c, w->id, PLANT_SOFTWARE, l->address, length_for(c, w, l));
    struct error *e = flush(c);
    bool planted = !e && new->inserted;
    note_attempt(w, PLANT_SOFTWARE, l->address, planted ? "OK" : new->reason ? new->reason : "not sent");
    l->plant = planted ? new : old;
    plant_release_for(c, w->id, planted ? old : new);
    return e;
}

static struct error *upgrade_wish(struct control *c, struct wish *w)
{
    TRY(look(c, w));
    for (size_t i = 0; i < w->count; i++) {
        struct wish_location *l = &w->locations[i];
        if (!l->no_code && l->plant && l->plant->type == PLANT_HARDWARE &&
            !known_unsupported(c, PLANT_SOFTWARE))
            TRY(upgrade_location(c, w, l));
    }
    note_warning(w);
    return flush(c);
}

struct error *means_upgrade(struct control *c)
{
    bool waits = false;
    if (!c->breakpoints.waits_for_code)
        return NULL;
    for (size_t i = 0; i < c->breakpoints.wish_count; i++) {
        struct wish *w = c->breakpoints.wishes[i];
        if (!waits_for_code(w))
            continue;
        TRY(upgrade_wish(c, w));
        if (waits_for_code(w))
            waits = true;
        else
            breakpoint_emit_changed(c, w);
    }
    c->breakpoints.waits_for_code = waits;
    return NULL;
}

struct plant *means_for_run(struct control *c, uint64_t address)
{
    const struct plant *there = plant_at(c, address);
    unsigned length = plant_length_at(c, address, false, NULL);
    bool fires = there && !slots_silence(c, there->type);
    if (fires && there->state != PLANT_FAILED)
        return plant_acquire(c, there->type, address, there->length);
    enum memory_kind kind = memory_kind_at(c->target, address);
    if (kind == MEMORY_ROM || kind == MEMORY_FLASH)
        return plant_acquire(c, PLANT_HARDWARE, address, length);
    if (!known_unsupported(c, PLANT_SOFTWARE))
        return plant_acquire(c, PLANT_SOFTWARE, address, length);
    return plant_acquire(c, known_unsupported(c, PLANT_HARDWARE) ? PLANT_MEMORY : PLANT_HARDWARE, address,
                         length);
}
