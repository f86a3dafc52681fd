/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a step by line or instruction is complete, and how to go on when it is not. */
#include <stdlib.h>
#include <string.h>

#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/run/step_parts.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/target/registers.h"
#include "symbols/file.h"

void plan_add_site(struct plan *p, struct site *site)
{
    p->target_sp[p->target_count] = 0;
    p->targets[p->target_count++] = site;
}

void plan_add_target(struct control *c, struct plan *p, uint64_t address, uint64_t least_sp)
{
    if (p->target_count >= PLAN_TARGETS)
        return;
    p->target_sp[p->target_count] = least_sp;
    p->targets[p->target_count++] = insertion_for_run(c, address);
}

struct error *plan_run_handler(struct control *c, struct plan *p)
{
    struct thread *t = threads_find(&c->target->threads, p->thread);
    uint64_t pc, sp;
    if (!t)
        return error_new(ERR_NO_THREAD, "the thread to step is gone");
    TRY(thread_pc(c->target, t, &pc));
    TRY(thread_sp(c->target, t, &sp));
    plan_add_target(c, p, pc, sp);
    p->final_at_target = false;
    p->phase = PHASE_RETURN;
    return jumps_wait(c, p, t, pc, sp);
}

/* Whether the step does not go into the inlined call that begins next, of so many that are hidden. */
static bool passes_inlined(struct control *c, uint64_t pc, unsigned hidden)
{
    struct symbol_place place;
    symbols_lookup(c->target->map, pc, &place);
    inlined_take_off(&place, hidden - 1);
    return skip_has_inlined(&c->skips, &place);
}

bool plan_step_in_place(struct control *c, struct plan *p, struct thread *t, uint64_t pc)
{
    unsigned hidden = inlined_hidden(t, pc);
    for (; p->kind == PLAN_STEP && hidden && !passes_inlined(c, pc, hidden) && p->times; p->times--)
        inlined_hide(t, pc, --hidden);
    return p->times == 0;
}

struct error *plan_begin_step(struct control *c, struct plan *p)
{
    struct thread *t = threads_find(&c->target->threads, p->thread);
    if (!t)
        return error_new(ERR_NO_THREAD, "the thread to step is gone");
    p->phase = PHASE_STEP;
    p->final_at_target = false;
    p->in_plt = false;
    if (p->kind == PLAN_STEPI)
        return NULL;
    TRY(thread_pc(c->target, t, &p->start_pc));
    TRY(thread_sp(c->target, t, &p->start_sp));
    struct symbol_place place;
    inlined_place(c->target, t, p->start_pc, &place);
    p->function_low = place.function_low;
    p->function_high = place.function_high;
    p->file = place.file;
    p->line_number = place.line;
    if (!p->leaves_inlined)
        p->inlined_depth = place.inlined_count;
    if (!step_by_line(p))
        return NULL;
    if (p->kind == PLAN_STEP && place.symbol && place.offset == 0 && step_in_stub(c, p->start_pc)) {
        p->in_plt = true;
        p->linker_pc = p->linker_steps = 0;
        p->plt_sp = p->start_sp;
        TRY(step_return_address(c, t, &p->plt_return));
    }
    p->has_line = symbols_line_range(c->target->map, p->start_pc, &p->line);
    if (!p->has_line) {
        /* gdb: "single stepping until exit from function, which has no line number information" */
        p->line = (struct address_range){place.function_low, place.function_high};
        if (!address_range_has(&p->line, p->start_pc))
            p->line = (struct address_range){p->start_pc, p->start_pc + 1};
    } else if (p->kind == PLAN_UNTIL_NEXT && p->function_low && p->function_low < p->line.low) {
        p->line.low = p->function_low;
    }
    p->line.high = symbols_inlined_next(c->target->map, p->start_pc, p->line.high);
    return NULL;
}

static bool same_line(const struct plan *p, const struct symbol_place *place)
{
    return place->line == p->line_number && place->file && p->file && strcmp(place->file, p->file) == 0;
}

/* `next` goes over it: what is left of it there is what is stepped. */
static bool over_inlined(struct control *c, struct plan *p, uint64_t pc)
{
    struct address_range range;
    bool in = symbols_inlined_range(c->target->map, pc, p->inlined_depth + 1, &range);
    if (in)
        p->line = range;
    return in;
}

/* The inlined call that is one level further in than where the step began is not gone into. */
static bool skips_inlined(struct control *c, const struct plan *p, uint64_t pc)
{
    struct symbol_place place;
    symbols_lookup(c->target->map, pc, &place);
    inlined_take_off(&place, place.inlined_count - p->inlined_depth - 1);
    return skip_has_inlined(&c->skips, &place);
}

/*
 * Deeper in inlined calls than where the step began. Where one begins the step ends at the line that calls
 * it, if that is another than the one that is stepped; else `step` ends inside (gdb manual, "Inline
 * Functions"). In the midst of one, `next` goes over what is left of it.
 */
static bool inlined_step(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    struct symbol_place place;
    symbols_lookup(c->target->map, pc, &place);
    if (place.inlined_count <= p->inlined_depth)
        return false;
    unsigned begin = inlined_beginning(c->target, pc);
    bool at_call = begin && place.inlined_count - begin == p->inlined_depth;
    inlined_take_off(&place, begin);
    bool same = at_call && !p->leaves_inlined && same_line(p, &place); /* out of one, any line is another */
    bool over = p->kind != PLAN_STEP || skips_inlined(c, p, pc);
    if (over && (!at_call || same))
        return over_inlined(c, p, pc);
    inlined_hide(t, pc, begin - same);
    *done = true;
    return true;
}

/* In the handler of the signal that the step has delivered, which the user was told of: as gdb, the step ends
 * there if it has lines (gdb manual, "Signals"). */
static struct error *into_handler(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                  bool *done)
{
    *done = step_has_line(c, pc);
    if (!*done) {
        step_return_to(c, p, p->start_pc, p->start_sp, false);
        return jumps_wait(c, p, t, pc, p->start_sp);
    }
    inlined_hide(t, pc, inlined_beginning(c->target, pc));
    return NULL;
}

/* What is passed through is the line that is left from now on, as in gdb, but for a row that only does not
 * begin a statement. */
static void pass_through(struct control *c, struct plan *p, uint64_t pc, const struct symbol_place *place,
                         unsigned depth)
{
    if (depth == p->inlined_depth && symbols_is_row(c->target->map, pc))
        return;
    p->inlined_depth = depth;
    p->file = place->file;
    p->line_number = place->line;
}

static struct error *line_step(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    bool delivered = p->delivers;
    p->delivers = false;
    if (p->in_plt)
        return step_through_stub(c, p, t, pc, done);
    bool recursed = pc == p->function_low && pc != p->start_pc;
    if (delivered && !step_in_function(p, pc) && pc != p->function_low)
        return into_handler(c, p, t, pc, done);
    if (address_range_has(&p->line, pc) && !recursed) {
        p->phase = PHASE_STEP;
        return NULL;
    }
    if (step_in_function(p, pc) && inlined_step(c, p, t, pc, done))
        return NULL;
    bool called;
    uint64_t return_address;
    TRY(step_came_by_call(c, p, t, pc, &called, &return_address));
    if (called)
        return step_entered_function(c, p, t, pc, return_address, done);
    if (!step_in_function(p, pc))
        return step_left_function(c, p, t, pc, done);
    struct symbol_place place;
    struct address_range line;
    symbols_lookup(c->target->map, pc, &place);
    if (p->leaves_inlined) { /* out of it: the step ends where a statement begins, whatever its line */
        p->leaves_inlined = false;
        p->file = NULL;
    }
    if (!symbols_line_range(c->target->map, pc, &line)) {
        p->line = (struct address_range){pc, pc + 1};
        return NULL;
    }
    /* Only where a statement of another line begins a step ends; the middle of one is passed through. */
    unsigned begin = inlined_beginning(c->target, pc);
    *done = !same_line(p, &place) && symbols_is_statement(c->target->map, pc);
    if (*done)
        inlined_hide(t, pc, begin);
    else
        pass_through(c, p, pc, &place, place.inlined_count - begin);
    line.high = symbols_inlined_next(c->target->map, pc, line.high);
    /* gdb, process_event_stop_test(): at a row that begins no statement the step goes on as that of its own
     * line, to the next statement, be it of that other line */
    if (!same_line(p, &place) && symbols_is_row(c->target->map, pc) &&
        !symbols_is_statement(c->target->map, pc))
        line.high = symbols_statement_next(c->target->map, pc, line.high);
    p->line = line;
    return NULL;
}

static struct error *nexti_step(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    bool called;
    uint64_t return_address, sp;
    TRY(step_came_by_call(c, p, t, pc, &called, &return_address));
    TRY(thread_sp(c->target, t, &sp));
    if (called && pc - p->start_pc > 16)
        return step_over_call(c, p, t, pc, return_address, sp, true);
    *done = true;
    return NULL;
}

struct error *plan_step_again(struct control *c, struct plan *p, uint64_t pc, bool *done)
{
    struct thread *t = threads_find(&c->target->threads, p->thread);
    *done = false;
    if (!t)
        return error_new(ERR_NO_THREAD, "the thread that was stepping is gone");
    p->phase = PHASE_STEP;
    if (p->kind == PLAN_STEPI) {
        *done = true;
        return NULL;
    }
    if (p->kind == PLAN_NEXTI)
        return nexti_step(c, p, t, pc, done);
    return line_step(c, p, t, pc, done);
}
