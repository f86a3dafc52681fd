/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/jumps.h"

#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/run/step_parts.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"
#include "symbols/jumps.h"

/* -- where ------------------------------------------------------------------------------------------ */

static uint64_t place_of(const struct symbol_jump *jump)
{
    return jump->last ? jump->last : jump->address;
}

static void want_site(struct control *c, struct jumps *j, uint64_t address)
{
    if (j->count == PLAN_JUMPS)
        return;
    struct site *site = insertion_for_run(c, address);
    if (site->type == SITE_SOFTWARE || site->type == SITE_MEMORY)
        j->sites[j->count++] = site;
    else
        site_release(c, site); /* slots are for the user's */
}

static void want_sites(struct control *c, struct jumps *j, bool of_catch)
{
    for (size_t i = 0; i < symbol_map_count(c->target->map); i++) {
        uint64_t offset;
        struct symbol_jump *jumps;
        size_t count = symbol_file_jumps(symbol_map_file(c->target->map, i, &offset), &jumps);
        for (size_t k = 0; k < count; k++)
            if (of_catch == (jumps[k].kind == JUMP_CATCH))
                want_site(c, j, place_of(&jumps[k]) + offset);
    }
}

/* Handlers are known before they are reached, but for processors whose unwinders have no such function. */
static bool knows_handlers(struct control *c)
{
    for (size_t i = 0; i < symbol_map_count(c->target->map); i++) {
        uint64_t offset;
        struct symbol_jump *jumps;
        size_t count = symbol_file_jumps(symbol_map_file(c->target->map, i, &offset), &jumps);
        for (size_t k = 0; k < count; k++)
            if (jumps[k].kind == JUMP_HANDLER)
                return true;
    }
    return false;
}

/* A dynamically linked program of whose libraries nobody has asked yet. */
static bool knows_no_library(struct control *c)
{
    uint64_t offset;
    const struct symbol_file *program = libraries_program(c->target, &offset);
    size_t others = 0;
    for (size_t i = 0; i < symbol_map_count(c->target->map); i++)
        others += symbol_map_file(c->target->map, i, &offset) != program && offset != c->target->loader_base;
    return program && !others;
}

void jumps_keep(struct control *c, struct plan *p)
{
    if (p->jumps.wanted || !c->target->is_process || !c->target->arch)
        return;
    p->jumps.wanted = true;
    if (knows_no_library(c))
        libraries_ask(c->target);
    want_sites(c, &p->jumps, false);
    if (!knows_handlers(c))
        want_sites(c, &p->jumps, true);
}

void jumps_drop(struct control *c, struct plan *p)
{
    struct jumps *j = &p->jumps;
    for (unsigned i = 0; i < j->count; i++)
        site_release(c, j->sites[i]);
    if (j->target)
        site_release(c, j->target);
    if (j->back)
        site_release(c, j->back);
    j->target = j->back = NULL;
    j->count = 0;
    j->walks = false;
}

/* The jump of the map at an address; NULL: there is none. */
static struct symbol_jump *jump_at(struct control *c, uint64_t pc)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(c->target->map, pc, &offset);
    struct symbol_jump *jumps;
    size_t count = f ? symbol_file_jumps(f, &jumps) : 0;
    for (size_t i = 0; i < count; i++)
        if (place_of(&jumps[i]) + offset == pc)
            return &jumps[i];
    return NULL;
}

static bool has_site(const struct jumps *j, uint64_t pc)
{
    for (unsigned i = 0; i < j->count; i++)
        if (j->sites[i]->address == pc)
            return true;
    return false;
}

/* -- where to --------------------------------------------------------------------------------------- */

static struct error *second_argument(struct control *c, struct thread *t, uint64_t *ret)
{
    const struct arch *arch = c->target->arch;
    uint64_t sp;
    if (arch->second_argument)
        return register_value(c->target, t, arch->second_argument, ret);
    TRY(thread_sp(c->target, t, &sp));
    return memory_read_number(c->target, sp + arch->stack_alignment_slot + arch->address_size,
                              arch->address_size, ret);
}

static struct error *goal_of(struct control *c, struct thread *t, const struct symbol_jump *jump,
                             uint64_t *ret)
{
    switch (jump->kind) {
    case JUMP_KNOWN:
        return register_value(c->target, t, jump->argument, ret);
    case JUMP_HANDLER:
        return second_argument(c, t, ret);
    default:
        return step_return_address(c, t, ret);
    }
}

static struct error *begin_walk(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                const struct symbol_jump *jump)
{
    struct jumps *j = &p->jumps;
    TRY(thread_sp(c->target, t, &j->begin_sp));
    j->walks = true;
    j->at_last = jump->last != 0;
    j->begin = j->from = pc;
    j->before = (int)p->phase;
    j->steps = 0;
    p->phase = PHASE_STEP;
    return NULL;
}

/* At a place where something jumps: it is followed. */
static struct error *follow(struct control *c, struct plan *p, struct thread *t, uint64_t pc)
{
    struct jumps *j = &p->jumps;
    const struct symbol_jump *jump = jump_at(c, pc);
    uint64_t goal = 0;
    if (!jump)
        return NULL;
    if (jump->kind == JUMP_BEGINS)
        return begin_walk(c, p, t, pc, jump);
    struct error *e = goal_of(c, t, jump, &goal);
    if (error_ends_asking(e))
        return e;
    bool known = !e;
    error_free(e);
    if (j->target)
        site_release(c, j->target);
    goal &= ~(uint64_t)(c->target->arch->has_thumb ? 1 : 0);
    j->target = known ? insertion_for_run(c, goal) : NULL;
    return NULL;
}

struct error *jumps_wait(struct control *c, struct plan *p, struct thread *t, uint64_t pc, uint64_t outside)
{
    jumps_keep(c, p);
    p->jumps.outside = outside;
    return has_site(&p->jumps, pc) ? follow(c, p, t, pc) : NULL;
}

/* -- through longjmp() ------------------------------------------------------------------------------ */

/* One function, or code without names between two of them. */
static bool is_same_code(const struct symbol_place *a, const struct symbol_place *b)
{
    bool same_function = a->function_high && a->function_low == b->function_low;
    return same_function || (a->symbol && a->symbol == b->symbol);
}

/* Where the stack is as it was at the beginning, which a link register makes possible: a call, or a jump to
 * another function's beginning. */
static struct error *is_on_its_way(struct control *c, struct thread *t, uint64_t from, uint64_t pc,
                                   const struct symbol_place *to, bool *ret)
{
    const struct arch *arch = c->target->arch;
    uint64_t address;
    TRY(step_return_address(c, t, &address));
    address &= ~(uint64_t)(arch->code_align > 1 ? 1 : 0);
    bool called = address > from && address <= from + arch->longest_instruction;
    bool begins = to->symbol && (to->offset == 0 || to->offset == arch->local_entry);
    *ret = called || begins || step_in_stub(c, pc);
    return NULL;
}

/*
 * Whether the instruction at `from` was the one that jumped. The stack pointer tells: it is what setjmp()
 * kept, of a function around, and so never below the one that longjmp() was called with.
 */
static struct error *has_jumped(struct control *c, struct thread *t, uint64_t pc, bool *ret)
{
    const struct jumps *j = &c->plan.jumps;
    const struct arch *arch = c->target->arch;
    uint64_t sp;
    *ret = false;
    if (pc > j->from && pc <= j->from + arch->longest_instruction)
        return NULL;
    TRY(thread_sp(c->target, t, &sp));
    if (j->at_last) {
        *ret = sp >= j->begin_sp;
        return NULL;
    }
    if (sp < j->begin_sp + arch->stack_alignment_slot)
        return NULL;
    struct symbol_place from, to;
    symbols_lookup(c->target->map, j->from, &from);
    symbols_lookup(c->target->map, pc, &to);
    if (is_same_code(&from, &to))
        return NULL;
    bool on_its_way = false;
    if (sp == j->begin_sp)
        TRY(is_on_its_way(c, t, j->from, pc, &to, &on_its_way));
    *ret = !on_its_way;
    return NULL;
}

static void note_last(struct control *c, const struct jumps *j)
{
    uint64_t offset, other;
    struct symbol_jump *jump = jump_at(c, j->begin);
    const struct symbol_file *f = symbol_map_file_at(c->target->map, j->begin, &offset);
    if (jump && !j->at_last && symbol_map_file_at(c->target->map, j->from, &other) == f)
        jump->last = j->from - offset;
}

static struct error *has_arrived_outside(struct control *c, struct thread *t, bool *ret)
{
    const struct jumps *j = &c->plan.jumps;
    uint64_t cfa, sp;
    bool known;
    TRY(step_frame_cfa(c, t, &cfa, &known));
    *ret = known && cfa - c->target->arch->cfa_above_sp > j->outside;
    if (known)
        return NULL;
    TRY(thread_sp(c->target, t, &sp));
    *ret = sp >= j->outside;
    return NULL;
}

static struct error *arrived(struct control *c, struct thread *t, enum jump_stop *ret)
{
    bool outside;
    TRY(has_arrived_outside(c, t, &outside));
    *ret = outside ? JUMP_STOP_ARRIVED : JUMP_STOP_RUN_ON;
    return NULL;
}

static struct error *walk_on(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                             enum jump_stop *ret)
{
    struct jumps *j = &p->jumps;
    bool jumped;
    TRY(has_jumped(c, t, pc, &jumped));
    *ret = JUMP_STOP_RUN_ON;
    if (jumped) {
        note_last(c, j);
        j->walks = false;
        p->phase = (enum plan_phase)j->before;
        return arrived(c, t, ret);
    }
    j->from = pc;
    if (++j->steps == JUMP_STEPS_MOST) {
        j->walks = false;
        p->phase = (enum plan_phase)j->before;
    }
    return NULL;
}

struct error *jumps_run_handler(struct control *c, struct plan *p)
{
    struct thread *t = threads_find(&c->target->threads, p->thread);
    uint64_t pc;
    TRY(thread_pc(c->target, t, &pc));
    if (p->jumps.back)
        site_release(c, p->jumps.back);
    p->jumps.back = insertion_for_run(c, pc);
    p->phase = PHASE_RETURN;
    return NULL;
}

/* -- stops ------------------------------------------------------------------------------------------ */

static void leave_site(struct thread *t, uint64_t pc)
{
    t->at_site = true;
    t->site_address = pc;
}

static bool is_at(const struct site *site, uint64_t pc)
{
    return site && site->address == pc;
}

static struct error *own_stop(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                              enum jump_stop *ret)
{
    struct jumps *j = &p->jumps;
    if (j->walks && p->phase == PHASE_STEP)
        return walk_on(c, p, t, pc, ret);
    if (is_at(j->back, pc)) {
        site_release(c, j->back);
        j->back = NULL;
        p->phase = PHASE_STEP;
        *ret = JUMP_STOP_RUN_ON;
        return NULL;
    }
    if (p->phase == PHASE_STEP)
        return NULL;
    if (is_at(j->target, pc)) {
        site_release(c, j->target);
        j->target = NULL;
        return arrived(c, t, ret);
    }
    if (!has_site(j, pc))
        return NULL;
    leave_site(t, pc);
    *ret = JUMP_STOP_RUN_ON;
    return follow(c, p, t, pc);
}

struct error *jumps_at_stop(struct control *c, const struct stop *stop, enum jump_stop *ret)
{
    struct plan *p = &c->plan;
    const struct jumps *j = &p->jumps;
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    *ret = JUMP_STOP_NONE;
    if (!j->count || !t || !stop->has_pc)
        return NULL;
    if (ptid_equal(stop->thread, p->thread))
        return own_stop(c, p, t, stop->pc, ret);
    if (!has_site(j, stop->pc) && !is_at(j->target, stop->pc) && !is_at(j->back, stop->pc))
        return NULL;
    leave_site(t, stop->pc);
    *ret = JUMP_STOP_RUN_ON;
    return NULL;
}
