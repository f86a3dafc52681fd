/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/hits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/dr7.h"
#include "engine/control/control.h"

static bool in_hardware(const struct breakpoint *b)
{
    return b->is_watch && b->enabled && b->count && b->locations[0].site &&
           b->locations[0].site->type >= SITE_WRITE && b->locations[0].site->type <= SITE_ACCESS &&
           b->locations[0].site->inserted;
}

static bool any_watch(const struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.count; i++)
        if (in_hardware(c->breakpoints.items[i]))
            return true;
    return false;
}

/* Whether the stop came out of a trap instruction: one of ours, or one that the kernel has in its text. */
static bool is_trap_instruction(struct control *c, const struct stop *stop)
{
    const struct arch *a = c->target->arch;
    unsigned char behind[8];
    size_t got = 0;
    const struct site *p = stop->has_pc ? site_at(c, stop->pc) : NULL;
    if (stop->reason == STOP_BREAKPOINT)
        return !p || p->type == SITE_HARDWARE || stop->was_rewound;
    if (!stop->has_pc || !a->pc_behind_trap || a->trap_size > sizeof behind || stop->pc < a->trap_size)
        return false;
    struct error *e = memory_read_some(c->target, stop->pc - a->trap_size, behind, a->trap_size, &got);
    error_free(e);
    return got == a->trap_size && memcmp(behind, a->trap, got) == 0;
}

static bool is_own_step(const struct control *c, const struct stop *stop)
{
    const struct plan *p = &c->plan;
    if (!c->plan_active)
        return false;
    return (p->phase == PHASE_OFF && ptid_equal(stop->thread, p->off_thread)) ||
           (p->phase == PHASE_STEP && p->has_thread && ptid_equal(stop->thread, p->thread));
}

static void set_state(struct control *c, struct breakpoint *b, enum site_state state, const char *reason)
{
    bool changed = false;
    for (size_t i = 0; i < b->count; i++) {
        struct site *p = b->locations[i].site;
        if (!p || !p->inserted)
            continue;
        changed = changed || p->state != state;
        p->state = state;
        free(p->reason);
        p->reason = xstrdup_or_null(reason);
    }
    if (changed)
        breakpoint_emit_changed(c, b);
}

static void does_not_fire(struct control *c, struct breakpoint *b)
{
    BASE_FREE char *why =
        xasprintf("the %u bytes at 0x%" PRIx64 " changed while they were watched, and no stop came",
                  b->watch_length, b->watch_address);
    slots_mark_not_firing(c, b->watch_type, why);
    BASE_FREE char *reason =
        xasprintf("accepted but does not fire: %s; kind `software` watches by stepping", why);
    set_state(c, b, SITE_SUSPECT, reason);
    watchpoint_note(c, b, true);
}

static struct error *fires(struct control *c, struct breakpoint *b, struct stop *stop, bool by_step)
{
    if (!by_step) {
        slots_mark_firing(c, b->watch_type);
        set_state(c, b, SITE_ARMED, NULL);
    }
    stop->reason = STOP_WATCHPOINT;
    stop->signal = 0;
    stop->watchpoint = b->id;
    return NULL;
}

/* The watch that a stop without any other cause is of, or NULL where it could be several. */
static struct breakpoint *only_candidate(struct control *c)
{
    struct breakpoint *found = NULL;
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (in_hardware(b) && found)
            return NULL;
        if (in_hardware(b))
            found = b;
    }
    return found;
}

static struct error *look_for_hit(struct control *c, struct stop *stop, bool step)
{
    struct site_table *t = &c->breakpoints.sites;
    bool may_be = stop->reason == STOP_BREAKPOINT ||
                  (stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP && !stop->late_hit);
    if (!may_be || !c->target->arch || !slots_inside(c) || !(any_watch(c) || t->hardware_gone))
        return NULL;
    bool trap = is_trap_instruction(c, stop);
    bool unexplained = !trap && !step && stop->reason == STOP_SIGNAL;
    struct breakpoint *hit = NULL;
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (!in_hardware(b) || !watchpoint_changed(c, b))
            continue;
        if (trap && !step)
            does_not_fire(c, b);
        else if (!hit)
            hit = b;
    }
    if (!hit && unexplained && t->hardware_gone)
        stop->late_hit = t->hardware_late = true;
    if (!hit && unexplained && !stop->late_hit)
        hit = only_candidate(c);
    if (!step)
        t->hardware_gone = t->hardware_behind > 0;
    return hit ? fires(c, hit, stop, step) : NULL;
}

struct error *hits_at_stop(struct control *c, struct stop *stop)
{
    bool step = is_own_step(c, stop);
    if (!step)
        dr7_stopped(c);
    return look_for_hit(c, stop, step);
}

void hits_note_written(struct control *c, uint64_t address, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        unsigned char *last = b->watch_new_known ? b->watch_new : b->watch_old;
        for (size_t k = 0; b->is_watch && k < b->watch_length; k++) {
            uint64_t at = b->watch_address + k;
            if (at >= address && at - address < n)
                last[k] = bytes[at - address];
        }
    }
}
