/* Steps back, one thread, by what a walk sees. */
#include "engine/control/time/back.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/session/core.h"
#include "engine/control/stop/classify.h"
#include "engine/inspect/frames/frames.h"
#include "engine/target/registers.h"

struct line_back {
    struct session *session;
    struct time_walk walk;
    bool over_calls;
    struct address_range line; /* what is being walked through */
    bool done;
    struct stop *ret;
};

static bool inside(struct address_range r, uint64_t pc)
{
    return pc >= r.low && pc < r.high;
}

static struct symbol_place place_of(struct session *s, uint64_t pc)
{
    struct symbol_place place;
    symbols_lookup(s->target.map, pc, &place);
    return place;
}

/* Intel SDM volume 2, RET; Arm ARM C6.2, RET. Others are known by the change of function alone. */
static bool is_return(struct session *s, uint64_t pc)
{
    unsigned char code[4];
    struct error *e = memory_read(&s->target, pc, code, sizeof code);
    bool readable = !e;
    error_free(e);
    if (!readable)
        return false;
    if (s->target.arch == &arch_aarch64)
        return (arch_load(code, 4, false) & 0xfffffc1f) == 0xd65f0000;
    if (s->target.arch != &arch_x86_64 && s->target.arch != &arch_i386)
        return false;
    const unsigned char *p = code[0] == 0xf2 || code[0] == 0xf3 ? code + 1 : code;
    return *p == 0xc3 || *p == 0xc2;
}

/* Whether `before` is the last instruction of a function that returned to `now`. */
static bool returned(struct session *s, const struct time_place *before, const struct time_place *now)
{
    struct symbol_place at = place_of(s, now->pc);
    if (at.function_high && now->pc == at.function_low)
        return false; /* that is a call, or a jump to a function */
    bool follows = now->pc > before->pc && now->pc - before->pc <= s->target.arch->longest_instruction;
    bool same = at.function_high && before->pc >= at.function_low && before->pc < at.function_high;
    return !follows && (same || !at.function_high ? is_return(s, before->pc) : true);
}

/* A breakpoint of the user's there; the target is taken to it to ask its condition. */
static struct error *stops_at(struct session *s, const struct time_place *at, struct stop *ret, bool *stops)
{
    *stops = false;
    if (!breakpoint_at(s, at->pc))
        return NULL;
    if (s->time.driver->exact)
        TRY(time_seek(s, at->position));
    TRY(time_here(s, STOP_STEP, ret));
    return wish_would_stop(s, ret, stops);
}

/* Behind a call: back to the instruction that called. *user: something of the user's was hit on the way. */
static struct error *over_call(struct session *s, struct time_walk *w, const struct time_place *before,
                               struct stop *ret, bool *user)
{
    struct symbol_place callee = place_of(s, before->pc);
    struct time_entry entry = {callee.function_low, w->now.sp - s->target.arch->stack_alignment_slot, false};
    bool found = false, own = false;
    *user = false;
    if (callee.function_high)
        TRY(time_back_to_entry(s, w->now.position, entry, &found, &own, ret));
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

static struct error *history_ends(struct session *s, struct stop *ret)
{
    if (s->time.driver->exact)
        TRY(time_seek(s, 0));
    return time_here(s, STOP_HISTORY_END, ret);
}

static struct error *finish_walk(struct line_back *b)
{
    b->done = true;
    TRY(time_walk_land(&b->walk));
    return time_here(b->session, STOP_STEP, b->ret);
}

static struct address_range range_of(struct session *s, uint64_t pc)
{
    struct address_range range;
    struct symbol_place place = place_of(s, pc);
    if (symbols_line_range(s->target.map, pc, &range))
        return range;
    if (place.function_high)
        return (struct address_range){place.function_low, place.function_high};
    return (struct address_range){pc, pc + 1};
}

/* The walk has come to another line, or to the start of the one it was in. */
static struct error *arrived(struct line_back *b)
{
    struct session *s = b->session;
    uint64_t pc = b->walk.now.pc;
    struct address_range line;
    bool known = symbols_line_range(s->target.map, pc, &line);
    if (!inside(b->line, pc)) {
        b->line = known ? line : range_of(s, pc);
        if (!known || (pc == line.low && symbols_is_statement(s->target.map, pc)))
            return finish_walk(b);
        return NULL;
    }
    /* At the very start of a function gdb goes on to the call. */
    if (pc == b->line.low && pc != place_of(s, pc).function_low)
        return finish_walk(b);
    return NULL;
}

static struct error *one_back(struct line_back *b)
{
    struct session *s = b->session;
    struct time_place before;
    bool ended, stops, user = false;
    TRY(time_walk_peek(&b->walk, &before, &ended));
    if (ended) {
        b->done = true;
        return history_ends(s, b->ret);
    }
    struct address_range line;
    bool call = returned(s, &before, &b->walk.now);
    if (call && (b->over_calls || !symbols_line_range(s->target.map, before.pc, &line))) {
        TRY(over_call(s, &b->walk, &before, b->ret, &user));
        b->done = user;
        if (user)
            return NULL;
    } else {
        time_walk_back(&b->walk);
    }
    struct time_place at = b->walk.now;
    TRY(stops_at(s, &at, b->ret, &stops));
    if (stops) {
        b->done = true;
        return NULL;
    }
    return arrived(b);
}

static struct error *line_back(struct session *s, bool over_calls, struct stop *ret)
{
    struct line_back b = {.session = s, .over_calls = over_calls, .ret = ret};
    TRY(time_walk_begin(s, &b.walk));
    b.line = range_of(s, b.walk.now.pc);
    if (b.walk.now.pc == b.line.low)
        b.line = (struct address_range){b.line.low, b.line.low}; /* it is the one before that is wanted */
    while (!b.done)
        TRY(one_back(&b));
    return NULL;
}

static struct error *one_by_stub(struct session *s, struct stop *ret)
{
    bool stops;
    struct error *e = time_plain_back(s);
    if (error_is(e, ERR_HISTORY_END)) {
        error_free(e);
        TRY(time_landed(s, NULL));
        return time_here(s, STOP_HISTORY_END, ret);
    }
    TRY(e);
    TRY(time_here(s, STOP_STEP, ret));
    return wish_would_stop(s, ret, &stops);
}

static struct error *one_instruction(struct session *s, struct stop *ret)
{
    uint64_t now;
    bool stops;
    if (!s->time.driver->exact)
        return one_by_stub(s, ret);
    TRY(time_position(s, &now));
    if (now == 0)
        return time_here(s, STOP_HISTORY_END, ret);
    TRY(time_come_close(s, now - 1));
    TRY(time_seek(s, now));
    time_moved(s);
    TRY(s->time.driver->back(s));
    TRY(time_landed(s, NULL));
    TRY(time_here(s, STOP_STEP, ret));
    return wish_would_stop(s, ret, &stops);
}

static struct error *next_instruction(struct session *s, struct stop *ret)
{
    struct time_walk w;
    struct time_place before;
    bool ended, user;
    TRY(time_walk_begin(s, &w));
    w.window = 1;
    TRY(time_walk_peek(&w, &before, &ended));
    if (ended)
        return history_ends(s, ret);
    if (!returned(s, &before, &w.now))
        return time_here(s, STOP_STEP, ret); /* the walk has taken the target there */
    TRY(over_call(s, &w, &before, ret, &user));
    if (user)
        return NULL;
    TRY(time_walk_land(&w));
    return time_here(s, STOP_STEP, ret);
}

/*
 * How the selected frame's function was entered. Its CFA tells where the stack was then. Without call frame
 * information it was at least where it is now, as what was called since and has returned had it lower.
 */
static struct error *entry_of_frame(struct session *s, struct time_entry *ret)
{
    struct thread *t;
    struct frame_list list;
    TRY(threads_current(&s->target, &t));
    TRY(frames_read(&s->target, t, s->target.frame + 1, true, &list));
    const struct frame *f = s->target.frame < list.count ? &list.items[s->target.frame] : NULL;
    bool known = f && f->registers;
    struct symbol_place place = place_of(s, f ? f->pc : 0);
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    *ret = (struct time_entry){.address = place.function_low};
    ret->at_least = known && !(f->has_cfa && symbols_unwind_row(s->target.map, f->pc, row));
    if (known)
        ret->sp = ret->at_least ? f->registers->sp : f->cfa - s->target.arch->stack_alignment_slot;
    frames_free(&list);
    if (!known || !place.function_high)
        return error_new(ERR_NO_SYMBOL, "reverse-finish: where this function begins is not known");
    return NULL;
}

static struct error *finish_back(struct session *s, struct stop *ret)
{
    struct time_entry entry;
    struct thread *t;
    uint64_t pc, now;
    bool found, own;
    TRY(time_position(s, &now));
    TRY(entry_of_frame(s, &entry));
    TRY(threads_current(&s->target, &t));
    TRY(thread_pc(&s->target, t, &pc));
    if (s->target.frame == 0 && pc == entry.address)
        return one_instruction(s, ret);
    TRY(time_back_to_entry(s, now, entry, &found, &own, ret));
    if (!found)
        return history_ends(s, ret);
    return own ? one_instruction(s, ret) : NULL;
}

static struct error *once(struct session *s, enum time_back_kind kind, struct stop *ret)
{
    switch (kind) {
    case TIME_BACK_STEPI:
        return one_instruction(s, ret);
    case TIME_BACK_NEXTI:
        return next_instruction(s, ret);
    case TIME_BACK_STEP:
        return line_back(s, false, ret);
    case TIME_BACK_NEXT:
        return line_back(s, true, ret);
    case TIME_BACK_FINISH:
        return finish_back(s, ret);
    case TIME_BACK_CONTINUE:
        break;
    }
    return error_new(ERR_INTERNAL, "no such step back");
}

static struct error *repeat(struct session *s, enum time_back_kind kind, uint64_t times, struct stop *ret)
{
    if (kind == TIME_BACK_CONTINUE)
        return time_back_continue(s, times, ret);
    for (uint64_t i = 0; i < times; i++) {
        TRY(once(s, kind, ret));
        if (ret->reason != STOP_STEP)
            break;
    }
    return NULL;
}

struct error *time_back(struct session *s, enum time_back_kind kind, uint64_t times, struct stop *ret)
{
    const struct time_driver *d;
    TRY(time_history(s, &d));
    TRY(breakpoints_complete(s));
    struct error *e = repeat(s, kind, times, ret);
    struct error *planted = s->target.connection ? time_replant(s) : NULL;
    if (e)
        error_free(planted);
    return e ? e : planted;
}
