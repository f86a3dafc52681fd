/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing is counted as it comes and goes: who holds what is read off the sites whenever somebody asks. */
#include "engine/control/breakpoints/slots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"

static bool shared(const struct control *c)
{
    return !c->target->arch || c->target->arch->slots_shared;
}

static bool is_hardware(enum site_type type)
{
    return type >= SITE_HARDWARE && type <= SITE_ACCESS;
}

unsigned slots_pool_count(const struct control *c)
{
    return shared(c) ? 1 : SLOT_POOLS;
}

unsigned slots_pool_of(const struct control *c, enum site_type type)
{
    return !shared(c) && type != SITE_HARDWARE ? 1 : 0;
}

/* How many there are in the processor itself. 0: not known. */
static unsigned registers_of(const struct control *c)
{
    return c->target->arch ? c->target->arch->slots : 0;
}

const struct site *slots_next_holder(const struct control *c, unsigned pool, size_t *at)
{
    const struct site_table *t = &c->breakpoints.sites;
    while (*at < t->count) {
        const struct site *p = t->items[(*at)++];
        if (p->inserted && is_hardware(p->type) && slots_pool_of(c, p->type) == pool)
            return p;
    }
    return NULL;
}

int slots_breakpoint_of(const struct site *holder)
{
    return holder->count ? holder->breakpoint_ids[0] : 0;
}

static unsigned used(const struct control *c, unsigned pool)
{
    unsigned n = 0;
    for (size_t at = 0; slots_next_holder(c, pool, &at);)
        n++;
    return n;
}

static void add_holders_text(struct control *c, unsigned pool, struct buf *out)
{
    const char *between = "";
    const struct site *p;
    for (size_t at = 0; (p = slots_next_holder(c, pool, &at)) != NULL; between = ", ") {
        int id = slots_breakpoint_of(p);
        if (id)
            buf_printf(out, "%s%s %d", between, p->type == SITE_HARDWARE ? "breakpoint" : "watchpoint", id);
        else
            buf_printf(out, "%sa step under way", between);
    }
}

static struct error *full(struct control *c, unsigned pool, const char *how)
{
    BASE_BUF struct buf holders = {0};
    add_holders_text(c, pool, &holders);
    unsigned mine = used(c, pool), all = registers_of(c);
    if (slots_inside(c) && mine < all)
        return error_hint(error_new(ERR_NO_SLOT,
                                    "%s: refused: others inside the kernel hold %u of the %u slots%s%s", how,
                                    all - mine, all, holders.length ? ", the rest " : "", buf_text(&holders)),
                          "perf, ptrace or another debugger has them; `slots` shows what this session holds");
    struct error *e =
        holders.length
            ? error_new(ERR_NO_SLOT, "%s: the hardware slots (%u) are held by %s", how, used(c, pool),
                        buf_text(&holders))
            : error_new(ERR_NO_SLOT, "%s: no hardware slot is free, and none is held by this session", how);
    return error_hint(e, "delete one of them, or try kind `software`; `slots` shows who holds what");
}

struct error *slots_may_take(struct control *c, enum site_type type)
{
    unsigned i = slots_pool_of(c, type);
    const struct slot_pool *pool = &c->slots.pools[i];
    bool full_now = pool->total_known && used(c, i) >= pool->total &&
                    (pool->by_user || (pool->refused && pool->refused_epoch == c->target->epoch));
    return full_now
               ? full(c, i,
                      pool->by_user ? "as many as you said there are" : "the stub refused one more before")
               : NULL;
}

struct error *slots_refused(struct control *c, enum site_type type, uint64_t address, const char *reply)
{
    unsigned i = slots_pool_of(c, type);
    struct slot_pool *pool = &c->slots.pools[i];
    if (type == SITE_READ && c->target->arch && c->target->arch->no_read_watch)
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "the stub answered %s to Z3 at 0x%" PRIx64
                                    ": the processor has no watch for reads alone",
                                    reply, address),
                          "watch with access `any`");
    if (!pool->by_user) {
        pool->total_known = true;
        pool->total = used(c, i);
    }
    pool->refused = true;
    pool->refused_epoch = c->target->epoch;
    BASE_FREE char *how = xasprintf("the stub answered %s to Z%d at 0x%" PRIx64, reply, (int)type, address);
    return full(c, i, how);
}

void slots_set_total(struct control *c, enum slot_pool_name pool, unsigned total)
{
    struct slot_pool *p = &c->slots.pools[pool == SLOTS_DATA && !shared(c) ? 1 : 0];
    p->total_known = p->by_user = total > 0;
    p->total = total;
    p->refused = false;
}

void slots_mark_not_firing(struct control *c, enum site_type type, const char *why)
{
    struct slot_pool *pool = &c->slots.pools[slots_pool_of(c, type)];
    free(pool->silent);
    pool->silent = xstrdup(why);
}

void slots_mark_firing(struct control *c, enum site_type type)
{
    struct slot_pool *pool = &c->slots.pools[slots_pool_of(c, type)];
    free(pool->silent);
    pool->silent = NULL;
}

const char *slots_not_firing(const struct control *c, enum site_type type)
{
    return is_hardware(type) ? c->slots.pools[slots_pool_of(c, type)].silent : NULL;
}

bool slots_inside(const struct control *c)
{
    return c->target->connection && !c->target->is_process && !c->breakpoints.reasons_told &&
           rsp_features(c->target->connection)->state[FEATURE_PACKET_SIZE].advertised == TRI_NO;
}

void slots_forget(struct control *c)
{
    c->breakpoints.reasons_told = false;
    c->breakpoints.printk.length = 0;
    for (unsigned i = 0; i < SLOT_POOLS; i++) {
        free(c->slots.pools[i].silent);
        c->slots.pools[i].silent = NULL;
        if (!c->slots.pools[i].by_user)
            c->slots.pools[i] = (struct slot_pool){0};
    }
}

void slots_free(struct slot_table *t)
{
    for (unsigned i = 0; i < SLOT_POOLS; i++)
        free(t->pools[i].silent);
    *t = (struct slot_table){0};
}

struct slot_counts slots_counts(struct control *c, unsigned pool)
{
    struct slot_pool *p = &c->slots.pools[pool];
    unsigned n = used(c, pool);
    if (!p->total_known)
        return (struct slot_counts){0};
    if (n > p->total)
        p->total = n;
    return (struct slot_counts){.known = true, .total = p->total, .free = p->total - n};
}
