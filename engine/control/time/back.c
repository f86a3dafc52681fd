/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps back, one thread, by what a walk sees. */
#include "engine/control/time/back.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/inspect/frames/frames.h"
#include "engine/target/registers.h"

struct line_back {
    struct control *session;
    struct time_walk walk;
    bool over_calls;
    struct address_range line; /* what is being walked through */
    bool done;
    struct stop *ret;
};

static struct symbol_place place_of(struct control *c, uint64_t pc)
{
    struct symbol_place place;
    symbols_lookup(c->target->map, pc, &place);
    return place;
}

static bool is_return(struct control *c, uint64_t pc)
{
    unsigned char code[4];
    struct error *e = memory_read(c->target, pc, code, sizeof code);
    bool readable = !e;
    error_free(e);
    return readable && c->target->arch->is_return && c->target->arch->is_return(code);
}

/* Whether `before` is the last instruction of a function that returned to `now`. */
static bool returned(struct control *c, const struct time_place *before, const struct time_place *now)
{
    struct symbol_place at = place_of(c, now->pc);
    if (at.function_high && now->pc == at.function_low)
        return false; /* that is a call, or a jump to a function */
    bool follows = now->pc > before->pc && now->pc - before->pc <= c->target->arch->longest_instruction;
    bool same = at.function_high && before->pc >= at.function_low && before->pc < at.function_high;
    return !follows && (same || !at.function_high ? is_return(c, before->pc) : true);
}

/* A breakpoint of the user's there; the target is taken to it to ask its condition. */
static struct error *stops_at(struct control *c, const struct time_place *at, struct stop *ret, bool *stops)
{
    *stops = false;
    if (!breakpoint_at(c, at->pc))
        return NULL;
    if (c->time.driver->exact)
        TRY(time_seek(c, at->position));
    TRY(time_here(c, STOP_STEP, ret));
    return breakpoint_would_stop(c, ret, stops);
}

/* Behind a call: back to the instruction that called. *user: something of the user's was hit on the way. */
static struct error *over_call(struct control *c, struct time_walk *w, const struct time_place *before,
                               struct stop *ret, bool *user)
{
    struct symbol_place callee = place_of(c, before->pc);
    struct time_entry entry = {callee.function_low, w->now.sp - c->target->arch->stack_alignment_slot, false};
    bool found = false, own = false;
    *user = false;
    if (callee.function_high)
        TRY(time_back_to_entry(c, w->now.position, entry, &found, &own, ret));
    *user = found && !own;
    if (*user)
        return NULL;
    if (found) {
        TRY(time_walk_again(w));
    } else {
        time_walk_back(w); /* no entry of it is known: it is walked through */
        return NULL;
    }
    bool ended;
    struct time_place call;
    TRY(time_walk_peek(w, &call, &ended));
    if (!ended)
        time_walk_back(w);
    return NULL;
}

static struct error *history_ends(struct control *c, struct stop *ret)
{
    if (c->time.driver->exact)
        TRY(time_seek(c, 0));
    return time_here(c, STOP_HISTORY_END, ret);
}

static struct error *finish_walk(struct line_back *b)
{
    b->done = true;
    TRY(time_walk_land(&b->walk));
    return time_here(b->session, STOP_STEP, b->ret);
}

static struct address_range range_of(struct control *c, uint64_t pc)
{
    struct address_range range;
    struct symbol_place place = place_of(c, pc);
    if (symbols_line_range(c->target->map, pc, &range))
        return range;
    if (place.function_high)
        return (struct address_range){place.function_low, place.function_high};
    return (struct address_range){pc, pc + 1};
}

/* The walk has come to another line, or to the start of the one it was in. */
static struct error *arrived(struct line_back *b)
{
    struct control *c = b->session;
    uint64_t pc = b->walk.now.pc;
    struct address_range line;
    bool known = symbols_line_range(c->target->map, pc, &line);
    if (!address_range_has(&b->line, pc)) {
        b->line = known ? line : range_of(c, pc);
        if (!known || (pc == line.low && symbols_is_statement(c->target->map, pc)))
            return finish_walk(b);
        return NULL;
    }
    /* At the very start of a function gdb goes on to the call. */
    if (pc == b->line.low && pc != place_of(c, pc).function_low)
        return finish_walk(b);
    return NULL;
}

static struct error *one_back(struct line_back *b)
{
    struct control *c = b->session;
    struct time_place before;
    bool ended, stops, user = false;
    TRY(time_walk_peek(&b->walk, &before, &ended));
    if (ended) {
        b->done = true;
        return history_ends(c, b->ret);
    }
    struct address_range line;
    bool call = returned(c, &before, &b->walk.now);
    if (call && (b->over_calls || !symbols_line_range(c->target->map, before.pc, &line))) {
        TRY(over_call(c, &b->walk, &before, b->ret, &user));
        b->done = user;
        if (user)
            return NULL;
    } else {
        time_walk_back(&b->walk);
    }
    struct time_place at = b->walk.now;
    TRY(stops_at(c, &at, b->ret, &stops));
    if (stops) {
        b->done = true;
        return NULL;
    }
    return arrived(b);
}

static struct error *line_back(struct control *c, bool over_calls, struct stop *ret)
{
    struct line_back b = {.session = c, .over_calls = over_calls, .ret = ret};
    TRY(time_walk_begin(c, &b.walk));
    b.line = range_of(c, b.walk.now.pc);
    if (b.walk.now.pc == b.line.low)
        b.line = (struct address_range){b.line.low, b.line.low}; /* it is the one before that is wanted */
    while (!b.done)
        TRY(one_back(&b));
    return NULL;
}

static struct error *one_by_stub(struct control *c, struct stop *ret)
{
    bool stops, ended;
    TRY(time_plain_back(c, &ended));
    if (ended)
        return time_here(c, STOP_HISTORY_END, ret);
    TRY(time_here(c, STOP_STEP, ret));
    return breakpoint_would_stop(c, ret, &stops);
}

static struct error *one_instruction(struct control *c, struct stop *ret)
{
    uint64_t now;
    bool stops;
    if (!c->time.driver->exact)
        return one_by_stub(c, ret);
    TRY(time_position(c, &now));
    if (now == 0)
        return time_here(c, STOP_HISTORY_END, ret);
    TRY(time_come_close(c, now - 1));
    TRY(time_seek(c, now));
    time_moved(c);
    TRY(c->time.driver->back(c));
    TRY(time_landed(c, NULL));
    TRY(time_here(c, STOP_STEP, ret));
    return breakpoint_would_stop(c, ret, &stops);
}

static struct error *next_instruction(struct control *c, struct stop *ret)
{
    struct time_walk w;
    struct time_place before;
    bool ended, user;
    TRY(time_walk_begin(c, &w));
    w.window = 1;
    TRY(time_walk_peek(&w, &before, &ended));
    if (ended)
        return history_ends(c, ret);
    if (!returned(c, &before, &w.now))
        return time_here(c, STOP_STEP, ret); /* the walk has taken the target there */
    TRY(over_call(c, &w, &before, ret, &user));
    if (user)
        return NULL;
    TRY(time_walk_land(&w));
    return time_here(c, STOP_STEP, ret);
}

/*
 * How the selected frame's function was entered. Its CFA tells where the stack was then. Without call frame
 * information it was at least where it is now, as what was called since and has returned had it lower.
 */
static struct error *entry_of_frame(struct control *c, struct time_entry *ret)
{
    struct thread *t;
    struct frame_list list;
    TRY(threads_current(c->target, &t));
    TRY(frames_read(c->target, t, c->target->frame + 1, true, &list));
    const struct frame *f = c->target->frame < list.count ? &list.items[c->target->frame] : NULL;
    bool known = f && f->registers;
    struct symbol_place place = place_of(c, f ? f->pc : 0);
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    *ret = (struct time_entry){.address = place.function_low};
    ret->at_least = known && !(f->has_cfa && symbols_unwind_row(c->target->map, f->pc, row));
    if (known)
        ret->sp = ret->at_least ? f->registers->sp : f->cfa - c->target->arch->stack_alignment_slot;
    frames_free(&list);
    if (!known || !place.function_high)
        return error_new(ERR_NO_SYMBOL, "reverse-finish: where this function begins is not known");
    return NULL;
}

static struct error *finish_back(struct control *c, struct stop *ret)
{
    struct time_entry entry;
    struct thread *t;
    uint64_t pc, now;
    bool found, own;
    TRY(time_position(c, &now));
    TRY(entry_of_frame(c, &entry));
    TRY(threads_current(c->target, &t));
    TRY(thread_pc(c->target, t, &pc));
    if (c->target->frame == 0 && pc == entry.address)
        return one_instruction(c, ret);
    TRY(time_back_to_entry(c, now, entry, &found, &own, ret));
    if (!found)
        return history_ends(c, ret);
    return own ? one_instruction(c, ret) : NULL;
}

/* Without a pc there are no lines and no calls to see, so that an instruction is all there is. */
static struct error *what_can_be_seen(struct control *c, enum time_back_kind *kind)
{
    struct thread *t;
    uint64_t pc;
    bool known;
    if (*kind == TIME_BACK_FINISH || *kind == TIME_BACK_STEPI)
        return NULL;
    TRY(threads_current(c->target, &t));
    TRY(time_pc(c, t, &known, &pc));
    if (!known)
        *kind = TIME_BACK_STEPI;
    return NULL;
}

static struct error *once(struct control *c, enum time_back_kind kind, struct stop *ret)
{
    TRY(what_can_be_seen(c, &kind));
    switch (kind) {
    case TIME_BACK_STEPI:
        return one_instruction(c, ret);
    case TIME_BACK_NEXTI:
        return next_instruction(c, ret);
    case TIME_BACK_STEP:
        return line_back(c, false, ret);
    case TIME_BACK_NEXT:
        return line_back(c, true, ret);
    case TIME_BACK_FINISH:
        return finish_back(c, ret);
    case TIME_BACK_CONTINUE:
        break;
    }
    return error_new(ERR_INTERNAL, "no such step back");
}

static struct error *repeat(struct control *c, enum time_back_kind kind, uint64_t times, struct stop *ret)
{
    if (kind == TIME_BACK_CONTINUE)
        return time_back_continue(c, times, ret);
    for (uint64_t i = 0; i < times; i++) {
        TRY(once(c, kind, ret));
        if (ret->reason != STOP_STEP)
            break;
    }
    return NULL;
}

struct error *time_back(struct control *c, enum time_back_kind kind, uint64_t times, struct stop *ret)
{
    const struct time_driver *d;
    TRY(time_history(c, &d));
    TRY(breakpoints_complete(c));
    struct error *e = repeat(c, kind, times, ret);
    bool stands = c->target->connection && c->target->state == TARGET_STOPPED;
    struct error *inserted = stands ? time_reinsert(c) : NULL;
    if (e)
        error_free(inserted);
    return e ? e : inserted;
}
