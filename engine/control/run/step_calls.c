/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls and returns that a step meets: where it goes on when it has come out of what it stepped. */
#include <stdlib.h>

#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/run/step_parts.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"

struct error *step_return_address(struct control *c, struct thread *t, uint64_t *ret)
{
    if (c->target->arch->link_register)
        return register_value(c->target, t, c->target->arch->link_register, ret);
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    return memory_read_number(c->target, sp, c->target->arch->address_size, ret);
}

void step_return_to(struct control *c, struct plan *p, uint64_t address, uint64_t least_sp, bool final)
{
    plan_add_target(c, p, address, least_sp);
    p->final_at_target = final;
    p->phase = PHASE_RETURN;
}

struct error *step_over_call(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                             uint64_t return_address, uint64_t sp, bool final)
{
    step_return_to(c, p, return_address, sp, final);
    return jumps_wait(c, p, t, pc, sp + c->target->arch->stack_alignment_slot);
}

struct error *step_came_by_call(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *ret,
                                uint64_t *return_address)
{
    *ret = false;
    if (step_in_function(p, pc))
        return NULL;
    struct error *e = step_return_address(c, t, return_address);
    if (error_is(e, ERR_NO_MEMORY)) {
        error_free(e);
        return NULL;
    }
    if (e)
        return e;
    uint64_t address = *return_address & ~(uint64_t)(c->target->arch->code_align > 1 ? 1 : 0);
    *return_address = address;
    if (step_by_line(p))
        *ret = address > p->line.low && address <= p->line.high;
    else
        *ret = address > p->start_pc && address <= p->start_pc + 16 && pc != address;
    return NULL;
}

/* Where a `step` into a function stops: behind its prologue. */
static uint64_t behind_prologue(struct control *c, uint64_t pc)
{
    struct symbol_place place;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    if (!symbols_lookup(c->target->map, pc, &place) || !place.function)
        return pc;
    if (pc != place.function_low && pc != place.function_low + c->target->arch->local_entry)
        return pc;
    symbols_find_name(c->target->map,
                      place.inlined_count ? place.inlined[place.inlined_count - 1].function : place.function,
                      &matches, &count);
    uint64_t address = pc;
    for (size_t i = 0; i < count; i++)
        if (matches[i].entry == place.function_low)
            address = matches[i].address > pc ? matches[i].address : pc;
    free(matches);
    return address;
}

struct error *step_frame_cfa(struct control *c, struct thread *t, uint64_t *ret, bool *known)
{
    struct frame_list list = {0};
    TRY(frames_read(c->target, t, 1, true, &list));
    *known = list.count && list.items[0].has_cfa;
    *ret = *known ? list.items[0].cfa : 0;
    frames_free(&list);
    return NULL;
}

bool step_has_line(struct control *c, uint64_t pc)
{
    struct address_range line;
    return symbols_line_range(c->target->map, pc, &line) ||
           (libraries_cover(c->target, pc) && symbols_line_range(c->target->map, pc, &line));
}

static bool is_skipped(struct control *c, uint64_t pc)
{
    struct symbol_place place;
    return c->skips.count && symbols_lookup(c->target->map, pc, &place) &&
           skip_has_function(&c->skips, &place);
}

struct error *step_entered_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                    uint64_t return_address, bool *done)
{
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    if (p->kind == PLAN_STEP && step_in_stub(c, pc)) {
        p->in_plt = true;
        p->linker_pc = p->linker_steps = 0;
        p->plt_return = return_address;
        p->plt_sp = sp;
        p->phase = PHASE_STEP;
        return NULL;
    }
    if (p->kind != PLAN_STEP || !step_has_line(c, pc) || is_skipped(c, pc))
        return step_over_call(c, p, t, pc, return_address, sp, false);
    uint64_t goal = behind_prologue(c, pc);
    if (goal == pc) {
        inlined_hide(t, pc, inlined_beginning(c->target, pc));
        *done = true;
    } else {
        step_return_to(c, p, goal, 0, true);
    }
    return NULL;
}

/* A leaf that pushed nothing returns with the stack as it was: its return address still says where to. */
static struct error *came_by_return(struct control *c, struct thread *t, uint64_t pc, bool *ret)
{
    uint64_t address;
    *ret = false;
    if (!c->target->arch->link_register || !*c->target->arch->link_register)
        return NULL; /* none, or one that nobody knows */
    TRY(register_value(c->target, t, c->target->arch->link_register, &address));
    *ret = (address & ~(uint64_t)(c->target->arch->code_align > 1 ? 1 : 0)) == pc;
    return NULL;
}

/* Out of code without lines. */
static struct error *run_to_caller(struct control *c, struct plan *p, struct thread *t)
{
    uint64_t address, least_sp;
    struct error *e = frame_return_address(c->target, t, &address, &least_sp);
    if (e) {
        error_free(e);
        p->phase = PHASE_RUN; /* nothing of ours to come back to: run on */
        return NULL;
    }
    uint64_t pc;
    TRY(thread_pc(c->target, t, &pc));
    step_return_to(c, p, address, least_sp, false);
    return jumps_wait(c, p, t, pc, least_sp);
}

struct error *step_left_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    struct address_range line;
    bool known = symbols_line_range(c->target->map, pc, &line);
    struct symbol_place place;
    symbols_lookup(c->target->map, pc, &place);
    bool returned;
    TRY(came_by_return(c, t, pc, &returned));
    if (sp > p->start_sp || !p->function_high || returned) {
        if (known) {
            /* Back in the caller, in the middle of the line that called: as gdb, go on to where a statement
             * begins, be it of that line. */
            p->start_sp = sp;
            p->function_low = place.function_low;
            p->function_high = place.function_high;
            p->line = line;
            p->line.high = symbols_inlined_next(c->target->map, pc, line.high);
            p->file = NULL;
            p->line_number = 0;
            p->inlined_depth = place.inlined_count;
            *done = symbols_is_statement(c->target->map, pc);
            if (*done)
                inlined_hide(t, pc, inlined_beginning(c->target, pc));
            return NULL;
        }
        return run_to_caller(c, p, t);
    }
    if (step_in_stub(c, pc)) /* where half a call may be on the stack */
        return run_to_caller(c, p, t);
    /* A tail call: what is jumped to goes on for the function that was stepped. */
    if (known && step_by_line(p) && symbols_is_statement(c->target->map, pc)) {
        inlined_hide(t, pc, inlined_beginning(c->target, pc));
        *done = true;
        return NULL;
    }
    uint64_t address;
    TRY(step_return_address(c, t, &address));
    return step_entered_function(c, p, t, pc, address, done);
}
