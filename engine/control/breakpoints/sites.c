/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of sites: who wants one, which of them the target does not agree with yet, and which stand at an
 * address. Nothing is sent here (site_wire.c).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"

#define NOT_DIRTY SIZE_MAX

bool site_is_wanted(const struct site *p)
{
    return p->users > 0 && !p->removed;
}

static bool needs_sending(const struct site *p)
{
    if (p->stuck && !site_is_wanted(p))
        return false;
    if (p->state == SITE_FAILED)
        return p->inserted &&
               !site_is_wanted(p); /* what failed although the stub took it is taken out like any other */
    return (site_is_wanted(p) != p->inserted || (p->inserted && (p->renew || p->stale)));
}

bool site_is_code(const struct site *p)
{
    return p->type == SITE_SOFTWARE || p->type == SITE_HARDWARE || p->type == SITE_MEMORY;
}

bool site_in_hardware(const struct site *p)
{
    return p && p->type >= SITE_HARDWARE && p->type <= SITE_ACCESS;
}

static struct site **chain_of(const struct site_table *t, uint64_t address)
{
    uint64_t mixed = address * 0x9e3779b97f4a7c15u;
    return &t->chains[(mixed >> 32) & (t->chain_count - 1)];
}

static struct site *chain_first(const struct site_table *t, uint64_t address)
{
    return t->chain_count ? *chain_of(t, address) : NULL;
}

static void grow_chains(struct site_table *t)
{
    t->chain_count = t->chain_count ? t->chain_count * 4 : 64;
    free(t->chains);
    t->chains = xcalloc(t->chain_count, sizeof(struct site *));
    for (size_t i = 0; i < t->count; i++) {
        struct site **chain = chain_of(t, t->items[i]->address);
        t->items[i]->next = *chain;
        *chain = t->items[i];
    }
}

static void enter(struct site_table *t, struct site *p)
{
    p->index = t->count;
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    t->items[t->count++] = p;
    if (t->count > t->chain_count) {
        grow_chains(t);
        return;
    }
    struct site **chain = chain_of(t, p->address);
    p->next = *chain;
    *chain = p;
}

static void set_dirty(struct site_table *t, struct site *p, bool dirty)
{
    if (dirty == (p->dirty_index != NOT_DIRTY))
        return;
    if (dirty) {
        p->dirty_index = t->dirty_count;
        ARRAY_RESERVE(t->dirty, t->dirty_count, t->dirty_capacity);
        t->dirty[t->dirty_count++] = p;
        return;
    }
    struct site *last = t->dirty[--t->dirty_count];
    t->dirty[p->dirty_index] = last;
    last->dirty_index = p->dirty_index;
    p->dirty_index = NOT_DIRTY;
}

static void site_free(struct site *p)
{
    free(p->reason);
    free(p->hint);
    free(p->conditions);
    free(p->breakpoint_ids);
    free(p);
}

static void leave(struct site_table *t, struct site *p)
{
    struct site **link = chain_of(t, p->address);
    while (*link && *link != p)
        link = &(*link)->next;
    if (*link)
        *link = p->next;
    struct site *last = t->items[--t->count];
    t->items[p->index] = last;
    last->index = p->index;
    set_dirty(t, p, false);
    site_free(p);
}

void site_changed(struct control *c, struct site *p)
{
    struct site_table *t = &c->breakpoints.sites;
    if (p->users == 0 && !p->inserted && !p->on_wire)
        leave(t, p);
    else
        set_dirty(t, p, needs_sending(p));
}

struct site *site_acquire(struct control *c, enum site_type type, uint64_t address, unsigned length)
{
    struct site_table *t = &c->breakpoints.sites;
    struct site *p = chain_first(t, address);
    while (p && (p->address != address || p->type != type || p->length != length))
        p = p->next;
    if (!p) {
        p = xcalloc(1, sizeof *p);
        *p = (struct site){.type = type, .address = address, .length = length, .dirty_index = NOT_DIRTY};
        enter(t, p);
    }
    p->users++;
    p->stuck = false;
    p->stale = true;
    site_changed(c, p);
    return p;
}

void site_release(struct control *c, struct site *p)
{
    if (p->users > 0)
        p->users--;
    p->stuck = false;
    p->stale = true;
    site_changed(c, p);
}

struct site *site_acquire_for(struct control *c, int breakpoint, enum site_type type, uint64_t address,
                              unsigned length)
{
    struct site *p = site_acquire(c, type, address, length);
    p->breakpoint_ids = xreallocarray(p->breakpoint_ids, p->count + 1, sizeof *p->breakpoint_ids);
    p->breakpoint_ids[p->count++] = breakpoint;
    return p;
}

void site_release_for(struct control *c, int breakpoint, struct site *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->breakpoint_ids[i] == breakpoint) {
            memmove(p->breakpoint_ids + i, p->breakpoint_ids + i + 1,
                    (p->count - i - 1) * sizeof *p->breakpoint_ids);
            p->count--;
            break;
        }
    site_release(c, p);
}

bool sites_breakpoints_at(struct control *c, uint64_t address, site_breakpoint_visitor *visit, void *context)
{
    for (struct site *p = chain_first(&c->breakpoints.sites, address); p; p = p->next)
        for (size_t i = 0; p->address == address && site_is_code(p) && i < p->count; i++)
            if (visit(context, p->breakpoint_ids[i]))
                return true;
    return false;
}

void site_remove(struct control *c, struct site *p, bool removed)
{
    p->removed = removed;
    if (removed)
        p->stuck = false;
    site_changed(c, p);
}

void sites_remove_at(struct control *c, uint64_t address, bool removed)
{
    struct site *next;
    for (struct site *p = chain_first(&c->breakpoints.sites, address); p; p = next) {
        next = p->next;
        if (p->address == address && site_is_code(p))
            site_remove(c, p, removed);
    }
}

struct site *site_at(struct control *c, uint64_t address)
{
    for (struct site *p = chain_first(&c->breakpoints.sites, address); p; p = p->next)
        if (p->address == address && site_is_code(p) && (p->inserted || p->users))
            return p;
    return NULL;
}

struct site *site_stuck_at(struct control *c, uint64_t address)
{
    for (struct site *p = chain_first(&c->breakpoints.sites, address); p; p = p->next)
        if (p->address == address && p->inserted && p->stuck)
            return p;
    return NULL;
}

bool site_was_at(const struct control *c, uint64_t address)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; i < t->gone_count && i < SITES_GONE; i++)
        if (t->gone[i] == address)
            return true;
    return false;
}

void site_set_conditions(struct control *c, struct site *p, char *conditions)
{
    const char *old = p->conditions ? p->conditions : "";
    if (strcmp(old, conditions ? conditions : "") == 0) {
        free(conditions);
        return;
    }
    free(p->conditions);
    p->conditions = conditions;
    p->renew = p->inserted;
    site_changed(c, p);
}

void sites_seen_at(struct control *c, uint64_t address)
{
    bool stepping = c->plan_active && (c->plan.phase == PHASE_STEP || c->plan.phase == PHASE_OFF);
    for (struct site *p = chain_first(&c->breakpoints.sites, address); p; p = p->next) {
        if (p->address != address || !p->inserted)
            continue;
        p->seen = true;
        if (p->type == SITE_HARDWARE && !stepping && slots_not_firing(c, p->type))
            slots_mark_firing(c, p->type);
        if (p->state == SITE_UNVERIFIED || (p->type == SITE_HARDWARE && !stepping)) {
            p->state = SITE_ARMED;
            free(p->reason);
            p->reason = NULL;
        }
    }
}

void sites_lost(struct control *c)
{
    struct site_table *t = &c->breakpoints.sites;
    t->in_memory = t->stepped = t->hardware_live = t->hardware_behind = 0;
    t->hardware_before = t->hardware_late = false;
    t->bare_machine = TRI_UNKNOWN;
    for (size_t i = t->count; i-- > 0;) {
        struct site *p = t->items[i];
        p->stuck = p->told_stuck = false;
        p->inserted = p->comes_back = p->removed = p->seen = p->renew = p->saved_known = p->journalled =
            false;
        p->state = SITE_PLANNED;
        free(p->reason);
        p->reason = NULL;
        site_changed(c, p);
    }
}

bool sites_any(const struct control *c)
{
    return c->breakpoints.sites.count > 0;
}

void sites_name_inserted(const struct control *c, struct buf *out)
{
    static const char *const what[] = {
        [SITE_SOFTWARE] = "the stub's", [SITE_HARDWARE] = "in hardware", [SITE_WRITE] = "a watchpoint",
        [SITE_READ] = "a watchpoint",   [SITE_ACCESS] = "a watchpoint",  [SITE_MEMORY] = "in memory",
    };
    const struct site_table *t = &c->breakpoints.sites;
    const char *separator = "";
    for (size_t i = 0; i < t->count; i++) {
        const struct site *p = t->items[i];
        if (!p->inserted || p->type == SITE_STEPPED)
            continue;
        buf_printf(out, "%s0x%" PRIx64 " (%s)", separator, p->address, what[p->type]);
        separator = ", ";
    }
}

size_t sites_dirty(const struct control *c)
{
    return c->breakpoints.sites.dirty_count;
}

void sites_free(struct site_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        site_free(t->items[i]);
    free(t->items);
    free(t->chains);
    free(t->dirty);
    *t = (struct site_table){0};
}
