/*
 * The table of plants: who wants one, which of them the target does not agree with yet, and which stand at an
 * address. Nothing is sent here (plant_wire.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"

#define NOT_DIRTY SIZE_MAX

static bool wanted(const struct plant *p)
{
    return p->users > 0 && !p->lifted;
}

static bool needs_sending(const struct plant *p)
{
    if (p->state == PLANT_FAILED)
        return p->inserted &&
               !wanted(p); /* what failed although the stub took it is taken out like any other */
    return (wanted(p) != p->inserted || (p->inserted && (p->renew || p->stale)));
}

bool plant_is_code(const struct plant *p)
{
    return p->type == PLANT_SOFTWARE || p->type == PLANT_HARDWARE || p->type == PLANT_MEMORY;
}

bool plant_in_hardware(const struct plant *p)
{
    return p && p->type >= PLANT_HARDWARE && p->type <= PLANT_ACCESS;
}

static struct plant **chain_of(const struct plant_table *t, uint64_t address)
{
    uint64_t mixed = address * 0x9e3779b97f4a7c15u;
    return &t->chains[(mixed >> 32) & (t->chain_count - 1)];
}

static struct plant *chain_first(const struct plant_table *t, uint64_t address)
{
    return t->chain_count ? *chain_of(t, address) : NULL;
}

static void grow_chains(struct plant_table *t)
{
    t->chain_count = t->chain_count ? t->chain_count * 4 : 64;
    free(t->chains);
    t->chains = xcalloc(t->chain_count, sizeof(struct plant *));
    for (size_t i = 0; i < t->count; i++) {
        struct plant **chain = chain_of(t, t->items[i]->address);
        t->items[i]->next = *chain;
        *chain = t->items[i];
    }
}

static void enter(struct plant_table *t, struct plant *p)
{
    p->index = t->count;
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    t->items[t->count++] = p;
    if (t->count > t->chain_count) {
        grow_chains(t);
        return;
    }
    struct plant **chain = chain_of(t, p->address);
    p->next = *chain;
    *chain = p;
}

static void set_dirty(struct plant_table *t, struct plant *p, bool dirty)
{
    if (dirty == (p->dirty_index != NOT_DIRTY))
        return;
    if (dirty) {
        p->dirty_index = t->dirty_count;
        ARRAY_RESERVE(t->dirty, t->dirty_count, t->dirty_capacity);
        t->dirty[t->dirty_count++] = p;
        return;
    }
    struct plant *last = t->dirty[--t->dirty_count];
    t->dirty[p->dirty_index] = last;
    last->dirty_index = p->dirty_index;
    p->dirty_index = NOT_DIRTY;
}

static void plant_free(struct plant *p)
{
    free(p->reason);
    free(p->hint);
    free(p->conditions);
    free(p->wishes);
    free(p);
}

static void leave(struct plant_table *t, struct plant *p)
{
    struct plant **link = chain_of(t, p->address);
    while (*link && *link != p)
        link = &(*link)->next;
    if (*link)
        *link = p->next;
    struct plant *last = t->items[--t->count];
    t->items[p->index] = last;
    last->index = p->index;
    set_dirty(t, p, false);
    plant_free(p);
}

void plant_changed(struct control *c, struct plant *p)
{
    struct plant_table *t = &c->breakpoints.plants;
    if (p->users == 0 && !p->inserted)
        leave(t, p);
    else
        set_dirty(t, p, needs_sending(p));
}

struct plant *plant_acquire(struct control *c, enum plant_type type, uint64_t address, unsigned length)
{
    struct plant_table *t = &c->breakpoints.plants;
    struct plant *p = chain_first(t, address);
    while (p && (p->address != address || p->type != type || p->length != length))
        p = p->next;
    if (!p) {
        p = xcalloc(1, sizeof *p);
        *p = (struct plant){.type = type, .address = address, .length = length, .dirty_index = NOT_DIRTY};
        enter(t, p);
    }
    p->users++;
    p->stale = true;
    plant_changed(c, p);
    return p;
}

void plant_release(struct control *c, struct plant *p)
{
    if (p->users > 0)
        p->users--;
    p->stale = true;
    plant_changed(c, p);
}

struct plant *plant_acquire_for(struct control *c, int wish, enum plant_type type, uint64_t address,
                                unsigned length)
{
    struct plant *p = plant_acquire(c, type, address, length);
    p->wishes = xreallocarray(p->wishes, p->wish_count + 1, sizeof *p->wishes);
    p->wishes[p->wish_count++] = wish;
    return p;
}

void plant_release_for(struct control *c, int wish, struct plant *p)
{
    for (size_t i = 0; i < p->wish_count; i++)
        if (p->wishes[i] == wish) {
            memmove(p->wishes + i, p->wishes + i + 1, (p->wish_count - i - 1) * sizeof *p->wishes);
            p->wish_count--;
            break;
        }
    plant_release(c, p);
}

bool plants_wishes_at(struct control *c, uint64_t address, plant_wish_visitor *visit, void *context)
{
    for (struct plant *p = chain_first(&c->breakpoints.plants, address); p; p = p->next)
        for (size_t i = 0; p->address == address && plant_is_code(p) && i < p->wish_count; i++)
            if (visit(context, p->wishes[i]))
                return true;
    return false;
}

void plant_lift(struct control *c, struct plant *p, bool lifted)
{
    p->lifted = lifted;
    plant_changed(c, p);
}

void plants_lift_at(struct control *c, uint64_t address, bool lifted)
{
    struct plant *next;
    for (struct plant *p = chain_first(&c->breakpoints.plants, address); p; p = next) {
        next = p->next;
        if (p->address == address && plant_is_code(p))
            plant_lift(c, p, lifted);
    }
}

struct plant *plant_at(struct control *c, uint64_t address)
{
    for (struct plant *p = chain_first(&c->breakpoints.plants, address); p; p = p->next)
        if (p->address == address && plant_is_code(p) && (p->inserted || p->users))
            return p;
    return NULL;
}

bool plant_was_at(const struct control *c, uint64_t address)
{
    const struct plant_table *t = &c->breakpoints.plants;
    for (size_t i = 0; i < t->gone_count && i < PLANTS_GONE; i++)
        if (t->gone[i] == address)
            return true;
    return false;
}

void plant_set_conditions(struct control *c, struct plant *p, char *conditions)
{
    const char *old = p->conditions ? p->conditions : "";
    if (strcmp(old, conditions ? conditions : "") == 0) {
        free(conditions);
        return;
    }
    free(p->conditions);
    p->conditions = conditions;
    p->renew = p->inserted;
    plant_changed(c, p);
}

void plants_seen_at(struct control *c, uint64_t address)
{
    bool stepping = c->plan_active && (c->plan.phase == PHASE_STEP || c->plan.phase == PHASE_OFF);
    for (struct plant *p = chain_first(&c->breakpoints.plants, address); p; p = p->next) {
        if (p->address != address || !p->inserted)
            continue;
        p->seen = true;
        if (p->type == PLANT_HARDWARE && !stepping && slots_silence(c, p->type))
            slots_fire(c, p->type);
        if (p->state == PLANT_UNVERIFIED || (p->type == PLANT_HARDWARE && !stepping)) {
            p->state = PLANT_ARMED;
            free(p->reason);
            p->reason = NULL;
        }
    }
}

void plants_lost(struct control *c)
{
    struct plant_table *t = &c->breakpoints.plants;
    t->in_memory = t->stepped = t->hardware_live = 0;
    t->hardware_before = false;
    t->bare_machine = TRI_UNKNOWN;
    for (size_t i = t->count; i-- > 0;) {
        struct plant *p = t->items[i];
        p->inserted = p->comes_back = p->lifted = p->seen = p->renew = p->saved_known = p->journalled = false;
        p->state = PLANT_PLANNED;
        free(p->reason);
        p->reason = NULL;
        plant_changed(c, p);
    }
}

bool plants_any(const struct control *c)
{
    return c->breakpoints.plants.count > 0;
}

size_t plants_dirty(const struct control *c)
{
    return c->breakpoints.plants.dirty_count;
}

void plants_free(struct plant_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        plant_free(t->items[i]);
    free(t->items);
    free(t->chains);
    free(t->dirty);
    *t = (struct plant_table){0};
}
