/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a step by line or instruction is complete, and how to go on when it is not. */
#include <stdlib.h>
#include <string.h>

#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/target/libraries.h"
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

static bool by_line(const struct plan *p)
{
    return p->kind == PLAN_STEP || p->kind == PLAN_NEXT || p->kind == PLAN_UNTIL_NEXT;
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
    return NULL;
}

bool plan_step_in_place(struct plan *p, struct thread *t, uint64_t pc)
{
    unsigned hidden = inlined_hidden(t, pc);
    for (; p->kind == PLAN_STEP && hidden && p->times; p->times--)
        inlined_hide(t, pc, --hidden);
    return p->times == 0;
}

/* The return address as it is at a function's first instruction. */
static struct error *entry_return_address(struct control *c, struct thread *t, uint64_t *ret)
{
    if (c->target->arch->link_register)
        return register_value(c->target, t, c->target->arch->link_register, ret);
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    return memory_read_number(c->target, sp, c->target->arch->address_size, ret);
}

/* The linker's stubs, through which functions of shared libraries are called. */
static bool in_plt(struct control *c, uint64_t pc)
{
    struct symbol_place place;
    return symbols_lookup(c->target->map, pc, &place) && place.section &&
           strncmp(place.section, ".plt", 4) == 0;
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
    if (!by_line(p))
        return NULL;
    if (p->kind == PLAN_STEP && place.symbol && place.offset == 0 && in_plt(c, p->start_pc)) {
        p->in_plt = true;
        p->linker_pc = p->linker_steps = 0;
        p->plt_sp = p->start_sp;
        TRY(entry_return_address(c, t, &p->plt_return));
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

static void return_to(struct control *c, struct plan *p, uint64_t address, uint64_t least_sp, bool final)
{
    plan_add_target(c, p, address, least_sp);
    p->final_at_target = final;
    p->phase = PHASE_RETURN;
}

static bool in_same_function(const struct plan *p, uint64_t pc)
{
    return p->function_high && pc > p->function_low && pc < p->function_high;
}

/*
 * Whether the step came through a call: the return address lies in, or just behind, what was stepped. That
 * holds for stubs of the linker, code without symbols and recursion alike, and needs no decoding.
 */
static struct error *came_by_call(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *ret,
                                  uint64_t *return_address)
{
    *ret = false;
    if (in_same_function(p, pc))
        return NULL;
    struct error *e = entry_return_address(c, t, return_address);
    if (error_is(e, ERR_NO_MEMORY)) {
        error_free(e);
        return NULL;
    }
    if (e)
        return e;
    uint64_t address = *return_address & ~(uint64_t)(c->target->arch->code_align > 1 ? 1 : 0);
    *return_address = address;
    if (by_line(p))
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

static bool has_line(struct control *c, uint64_t pc)
{
    struct address_range line;
    return symbols_line_range(c->target->map, pc, &line) ||
           (libraries_cover(c->target, pc) && symbols_line_range(c->target->map, pc, &line));
}

static struct error *entered_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                      uint64_t return_address, bool *done)
{
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    if (p->kind == PLAN_STEP && in_plt(c, pc)) {
        p->in_plt = true;
        p->linker_pc = p->linker_steps = 0;
        p->plt_return = return_address;
        p->plt_sp = sp;
        p->phase = PHASE_STEP;
        return NULL;
    }
    if (p->kind != PLAN_STEP || !has_line(c, pc)) {
        return_to(c, p, return_address, sp, false);
        return NULL;
    }
    uint64_t goal = behind_prologue(c, pc);
    if (goal == pc) {
        inlined_hide(t, pc, inlined_beginning(c->target, pc));
        *done = true;
    } else {
        return_to(c, p, goal, 0, true);
    }
    return NULL;
}

/* The dynamic linker looks for the function at its first call, and jumps to it in the end. */
static bool in_linker(struct control *c, uint64_t pc)
{
    uint64_t offset;
    libraries_cover(c->target, pc);
    const struct symbol_file *f = symbol_map_file_at(c->target->map, pc, &offset);
    const char *slash = f ? strrchr(symbol_file_path(f), '/') : NULL;
    return slash && strncmp(slash, "/ld", 3) == 0; /* ld-linux-x86-64.so.2, ld64.so.1 … */
}

/* Its own calls are run through: only the code that saves registers, calls, and jumps is stepped. */
static struct error *through_linker(struct control *c, struct plan *p, struct thread *t, uint64_t pc)
{
    uint64_t sp, address = 0, before = p->linker_pc;
    bool behind = pc > before && pc <= before + c->target->arch->longest_instruction;
    TRY(thread_sp(c->target, t, &sp));
    if (before && !behind) {
        TRY(entry_return_address(c, t, &address));
        address &= ~(uint64_t)(c->target->arch->code_align > 1 ? 1 : 0);
    }
    if (address > before && address <= before + c->target->arch->longest_instruction) {
        return_to(c, p, address, sp, false);
        return NULL;
    }
    p->linker_pc = pc;
    p->line = (struct address_range){pc, pc + 1};
    return NULL;
}

/* Out of the stub: into the function that was called, or into the linker, which looks for it first. */
static struct error *through_plt(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    uint64_t sp;
    if (in_plt(c, pc))
        return NULL;
    if (in_linker(c, pc) && p->linker_steps++ < LINKER_STEPS_MOST)
        return through_linker(c, p, t, pc);
    p->in_plt = false;
    TRY(thread_sp(c->target, t, &sp));
    if (sp == p->plt_sp)
        return entered_function(c, p, t, pc, p->plt_return, done);
    return_to(c, p, p->plt_return, p->plt_sp, false);
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
    return_to(c, p, address, least_sp, false);
    return NULL;
}

/* Out of the function by a return or a jump. */
static struct error *left_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                   bool *done)
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
    if (in_plt(c, pc)) /* where half a call may be on the stack */
        return run_to_caller(c, p, t);
    /* A tail call: what is jumped to goes on for the function that was stepped. */
    if (known && by_line(p) && symbols_is_statement(c->target->map, pc)) {
        inlined_hide(t, pc, inlined_beginning(c->target, pc));
        *done = true;
        return NULL;
    }
    uint64_t address;
    TRY(entry_return_address(c, t, &address));
    return entered_function(c, p, t, pc, address, done);
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
    unsigned begin = p->leaves_inlined ? 0 : inlined_beginning(c->target, pc);
    bool at_call = begin && place.inlined_count - begin == p->inlined_depth;
    inlined_take_off(&place, begin);
    bool same = at_call && same_line(p, &place);
    if (p->kind != PLAN_STEP && (!at_call || same))
        return over_inlined(c, p, pc);
    inlined_hide(t, pc, begin - same);
    *done = true;
    return true;
}

/* In the handler of the signal that the step has delivered, which the user was told of: as gdb, the step ends
 * there if it has lines (gdb manual, "Signals"). */
static void into_handler(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    if (has_line(c, pc)) {
        inlined_hide(t, pc, inlined_beginning(c->target, pc));
        *done = true;
    } else {
        return_to(c, p, p->start_pc, p->start_sp, false);
    }
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
        return through_plt(c, p, t, pc, done);
    bool recursed = pc == p->function_low && pc != p->start_pc;
    if (delivered && !in_same_function(p, pc) && pc != p->function_low) {
        into_handler(c, p, t, pc, done);
        return NULL;
    }
    if (address_range_has(&p->line, pc) && !recursed) {
        p->phase = PHASE_STEP;
        return NULL;
    }
    if (in_same_function(p, pc) && inlined_step(c, p, t, pc, done))
        return NULL;
    bool called;
    uint64_t return_address;
    TRY(came_by_call(c, p, t, pc, &called, &return_address));
    if (called)
        return entered_function(c, p, t, pc, return_address, done);
    if (!in_same_function(p, pc))
        return left_function(c, p, t, pc, done);
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
    p->line = line;
    return NULL;
}

static struct error *nexti_step(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    bool called;
    uint64_t return_address, sp;
    TRY(came_by_call(c, p, t, pc, &called, &return_address));
    TRY(thread_sp(c->target, t, &sp));
    if (called && pc - p->start_pc > 16) {
        return_to(c, p, return_address, sp, true);
        return NULL;
    }
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
