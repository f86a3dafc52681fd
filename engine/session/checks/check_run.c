/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The target runs: one step, off a breakpoint, until a breakpoint or an interrupt, and again and again under
 * load.
 *
 * A place that is hit again and again is what the user named, else the beginning of a function that threads
 * were found in when they were interrupted; it counts when a breakpoint there is hit.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/session/checks/check.h"
#include "engine/target/registers.h"

enum { SAMPLES = 4, CANDIDATES = 12, LOAD_ROUNDS = 20 };

#define RUN_NS 30000000
#define HIT_NS 3000000000

/* -- steps ------------------------------------------------------------------------------------------ */

static struct error *one_step(struct checking *c)
{
    struct check_stop at;
    uint64_t before, after;
    struct ptid stepped = c->s->target->threads.current;
    TRY(check_pc(c, &before));
    TRY(check_step(c, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &after));
    if (at.interrupted)
        check_says(c, AUDIT_VIOLATION, "the step did not end by itself");
    else if (!ptid_equal(at.stop.thread, stepped))
        check_says(c, AUDIT_DIFFERS, "another thread than the one that stepped is reported");
    else if (after == before)
        check_says(c, AUDIT_DIFFERS, "the pc has not moved");
    return NULL;
}

static struct error *range_step(struct checking *c)
{
    struct check_stop at;
    uint64_t before, after;
    BASE_BUF struct buf id = {0};
    BASE_BUF struct buf packet = {0};
    if (!rsp_feature_usable(rsp_features(c->s->target->connection), FEATURE_VCONT_RANGE)) {
        check_says(c, AUDIT_UNSUPPORTED, "vCont? does not list r");
        return NULL;
    }
    TRY(check_pc(c, &before));
    ptid_encode(&id, c->s->target->threads.current);
    buf_printf(&packet, "vCont;r%" PRIx64 ",%" PRIx64 ":%s", before, before + 1, buf_text(&id));
    TRY(check_run(c, buf_text(&packet), HIT_NS, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &after));
    if (at.interrupted || after == before)
        check_says(c, AUDIT_VIOLATION, "it has not stopped behind the range");
    return NULL;
}

/* Inserted by hand: the session's own breakpoints have no part in this. */
static struct error *point(struct checking *c, char letter, uint64_t at)
{
    BASE_BUF struct buf reply = {0};
    unsigned kind = c->s->target->arch ? c->s->target->arch->breakpoint_kind : 1;
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply,
                                            "%c0,%" PRIx64 ",%x", letter, at, kind)));
    if (check_is_ok(&reply))
        return NULL;
    return error_new(reply.length ? ERR_REFUSED : ERR_UNSUPPORTED, "%c0 at 0x%" PRIx64 " was answered '%s'",
                     letter, at, buf_text(&reply));
}

static struct error *step_off(struct checking *c)
{
    struct check_stop at;
    uint64_t before, after = 0;
    TRY(check_pc(c, &before));
    TRY(point(c, 'Z', before));
    TRY(check_step(c, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &after));
    if (after == before)
        check_says(c, AUDIT_OK, "it is reported again: remove, step, insert");
    else
        check_says(c, AUDIT_OK, "the step leaves it without removing");
    return point(c, 'z', before);
}

/* What c does with a Z0 at the pc: reports it at once, or runs. Both are seen. */
static struct error *continue_at(struct checking *c)
{
    struct check_stop at;
    uint64_t before, after;
    TRY(check_pc(c, &before));
    TRY(point(c, 'Z', before));
    TRY(check_continue(c, RUN_NS, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &after));
    if (after == before)
        check_says(c, AUDIT_OK, "it is reported again (or was soon come back to): remove, step, insert");
    else
        check_says(c, AUDIT_OK, "the target runs on");
    return point(c, 'z', before);
}

/* -- a place that is hit --------------------------------------------------------------------------- */

struct candidates {
    uint64_t entry[CANDIDATES];
    unsigned seen[CANDIDATES];
    size_t count;
};

static void count_place(struct checking *c, struct candidates *all, uint64_t pc)
{
    struct symbol_place place;
    if (!symbols_lookup(c->s->target->map, pc, &place))
        return;
    uint64_t entry = place.function_low ? place.function_low : place.symbol ? pc - place.offset : 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->entry[i] == entry) {
            all->seen[i]++;
            return;
        }
    if (entry && all->count < CANDIDATES) {
        all->entry[all->count] = entry;
        all->seen[all->count++] = 1;
    }
}

static struct error *sample(struct checking *c, struct candidates *all)
{
    struct session *s = c->s;
    TRY(threads_list(s->target));
    size_t count = s->target->threads.count < AUDIT_THREADS ? s->target->threads.count : AUDIT_THREADS;
    TRY(registers_fetch_pcs(s->target, s->target->threads.items, count));
    const struct rsp_register *r = s->target->arch ? register_find(s->target, s->target->arch->pc) : NULL;
    for (size_t i = 0; r && i < count; i++) {
        uint64_t pc;
        if (!register_cached(s->target->threads.items[i], r))
            continue;
        TRY(thread_pc(s->target, s->target->threads.items[i], &pc));
        count_place(c, all, pc);
    }
    return NULL;
}

static struct error *interrupted(struct checking *c, struct candidates *all)
{
    struct check_stop at;
    for (int i = 0; i < SAMPLES && c->s->target->state == TARGET_STOPPED; i++) {
        TRY(check_continue(c, RUN_NS, &at));
        if (at.ended) {
            check_says(c, AUDIT_SKIPPED, "the program ended before it was interrupted");
            return NULL;
        }
        if (at.interrupted && at.raw.signal != TARGET_SIGINT && at.raw.signal != 0)
            check_says(c, AUDIT_DIFFERS, "the stop is told as signal %d, not SIGINT", at.raw.signal);
        TRY(sample(c, all));
    }
    return NULL;
}

/* A breakpoint there is hit, and by the pc and the words that were promised. */
static struct error *try_place(struct checking *c, uint64_t place, bool *hit)
{
    struct check_stop at;
    uint64_t pc;
    *hit = false;
    TRY(point(c, 'Z', place));
    TRY(check_continue(c, HIT_NS, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &pc));
    struct error *e = point(c, 'z', place);
    unsigned behind = c->s->target->arch ? c->s->target->arch->pc_behind_trap : 0;
    *hit = !at.interrupted && (pc == place || (behind && pc == place + behind));
    if (*hit && pc != place) {
        check_says(c, AUDIT_DIFFERS, "the pc is reported %u behind the breakpoint: it is set back", behind);
        struct thread *t;
        if (!e)
            e = threads_current(c->s->target, &t);
        if (!e)
            e = register_write_value(c->s->target, t, c->s->target->arch->pc, place);
    }
    if (*hit && check_advertised(c, FEATURE_SWBREAK) && at.raw.reason != RSP_REASON_SWBREAK)
        check_says(c, AUDIT_VIOLATION, "swbreak was advertised, and the stop does not say it");
    return e;
}

/* Where the program has just been started, main is yet to come. */
static uint64_t main_of(struct checking *c)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(c->s->target->map, "main", &matches, &count);
    uint64_t entry = count && c->s->target->launched ? matches[0].address : 0;
    free(matches);
    return entry;
}

static struct error *first_hit(struct checking *c)
{
    bool hit;
    uint64_t place = c->has_at ? c->at : main_of(c);
    if (!place) {
        check_says(c, AUDIT_SKIPPED, "no place that is sure to come: -D at=PLACE names one");
        return NULL;
    }
    TRY(try_place(c, place, &hit));
    if (!hit)
        check_says(c, c->has_at ? AUDIT_VIOLATION : AUDIT_SKIPPED,
                   "the breakpoint at 0x%" PRIx64 " was not hit", place);
    return NULL;
}

static struct error *try_candidates(struct checking *c, struct candidates *all)
{
    for (int i = 0; i < SAMPLES && !c->has_at && c->s->target->state == TARGET_STOPPED; i++) {
        size_t best = 0;
        for (size_t k = 1; k < all->count; k++)
            if (all->seen[k] > all->seen[best])
                best = k;
        if (best >= all->count || all->seen[best] == 0)
            return NULL;
        all->seen[best] = 0;
        bool hit;
        TRY(try_place(c, all->entry[best], &hit));
        c->has_at = hit;
        c->at = all->entry[best];
    }
    return NULL;
}

static struct error *interrupt(struct checking *c)
{
    struct candidates all = {0};
    return interrupted(c, &all);
}

/* -- all-stop under load --------------------------------------------------------------------------- */

/* Past the breakpoint under the pc: removed, stepped, inserted. */
static struct error *get_past(struct checking *c, struct check_stop *at)
{
    uint64_t pc;
    TRY(check_pc(c, &pc));
    if (pc != c->at)
        return NULL;
    TRY(point(c, 'z', c->at));
    TRY(check_step(c, at));
    return at->ended ? NULL : point(c, 'Z', c->at);
}

static struct error *load_round(struct checking *c, unsigned *hits)
{
    struct check_stop at;
    uint64_t pc;
    TRY(get_past(c, &at));
    if (c->s->target->state != TARGET_STOPPED)
        return NULL;
    TRY(check_continue(c, HIT_NS, &at));
    if (at.ended)
        return NULL;
    TRY(check_pc(c, &pc));
    *hits += pc == c->at;
    return audit_look(c->s->control);
}

static struct error *under_load(struct checking *c)
{
    struct candidates all = {0};
    if (!c->has_at) {
        TRY(interrupted(c, &all));
        if (!c->told)
            TRY(try_candidates(c, &all));
    }
    if (!c->has_at) {
        check_says(c, AUDIT_SKIPPED, "no place that is hit again and again was found: -D at=PLACE names one");
        return NULL;
    }
    unsigned hits = 0, rounds = 0;
    TRY(point(c, 'Z', c->at));
    while (rounds < LOAD_ROUNDS && c->s->target->state == TARGET_STOPPED) {
        TRY(load_round(c, &hits));
        rounds++;
    }
    if (c->s->target->state != TARGET_STOPPED)
        return NULL;
    check_says(c, AUDIT_OK, "%u stops, %u of them at 0x%" PRIx64 ", %zu threads, each looked at twice",
               rounds, hits, c->at, c->s->target->threads.count);
    return point(c, 'z', c->at);
}

/* -- back in time, and good-bye -------------------------------------------------------------------- */

static struct error *reverse_step(struct checking *c)
{
    struct check_stop at;
    if (!check_advertised(c, FEATURE_REVERSE_STEP)) {
        check_says(c, AUDIT_UNSUPPORTED, "not advertised"); /* QEMU aborts when it is asked all the same */
        return NULL;
    }
    TRY(check_run(c, "bs", HIT_NS, &at));
    if (at.interrupted)
        check_says(c, AUDIT_VIOLATION, "the step back did not end by itself");
    return NULL;
}

static struct error *detach_and_return(struct checking *c)
{
    struct session *s = c->s;
    if (s->target->launched) {
        check_says(c, AUDIT_SKIPPED, "what was started for this audit ends with its connection");
        return NULL;
    }
    BASE_FREE char *spec = xstrdup(s->target->spec);
    buf_add_text(&c->sent, "D");
    TRY(session_leave(s, false));
    session_drop_connection(s, TARGET_DISCONNECTED);
    struct error *e = session_connect(s, spec);
    if (e)
        return error_while(e, "coming back after a detach");
    BASE_BUF struct buf g = {0};
    return check_registers(c, &g);
}

const struct audit_check audit_checks_run[] = {
    {"step", "running", "one instruction", true, one_step},
    {"range-step", "running", "vCont;r stops behind its range", true, range_step},
    {"step-off", "running", "a step with Z0 at the pc", true, step_off},
    {"hit", "running", "a breakpoint is hit, and told as promised", true, first_hit},
    {"continue-at", "running", "c with Z0 at the pc", true, continue_at},
    {"under-load", "all-stop", "stops again and again, each looked at twice", true, under_load},
    {"interrupt", "running", "0x03 stops what runs", true, interrupt},
    {"reverse-step", "running", "bs", false, reverse_step},
    {"detach", "leaving", "detach, connect again, and it answers", false, detach_and_return},
    {0},
};
