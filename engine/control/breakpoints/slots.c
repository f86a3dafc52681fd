/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static unsigned pool_index(const struct control *c, enum site_type type)
{
    return !shared(c) && type != SITE_HARDWARE ? 1 : 0;
}

/* How many there are in the processor itself. 0: not known. */
static unsigned registers_of(const struct control *c)
{
    return c->target->arch ? c->target->arch->slots : 0;
}

static unsigned used(const struct control *c, unsigned pool)
{
    const struct site_table *t = &c->breakpoints.sites;
    unsigned n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->items[i]->inserted && is_hardware(t->items[i]->type) &&
             pool_index(c, t->items[i]->type) == pool;
    return n;
}

/* The breakpoint that a site is there for, or 0: run control's. */
static int holder(const struct site *p)
{
    return p->count ? p->breakpoint_ids[0] : 0;
}

static void add_holders_text(struct control *c, unsigned pool, struct buf *out)
{
    const struct site_table *t = &c->breakpoints.sites;
    const char *between = "";
    for (size_t i = 0; i < t->count; i++) {
        const struct site *p = t->items[i];
        if (!p->inserted || !is_hardware(p->type) || pool_index(c, p->type) != pool)
            continue;
        int id = holder(p);
        if (id)
            buf_printf(out, "%s%s %d", between, p->type == SITE_HARDWARE ? "breakpoint" : "watchpoint", id);
        else
            buf_printf(out, "%sa step under way", between);
        between = ", ";
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
    unsigned i = pool_index(c, type);
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
    unsigned i = pool_index(c, type);
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

struct error *slots_set_total(struct control *c, const char *pool, unsigned total)
{
    unsigned i = pool && strcmp(pool, "data") == 0 && !shared(c) ? 1 : 0;
    if (pool && strcmp(pool, "data") != 0 && strcmp(pool, "code") != 0)
        return error_new(ERR_USAGE, "there is no pool `%s`: `code` or `data`", pool);
    struct slot_pool *p = &c->slots.pools[i];
    p->total_known = p->by_user = total > 0;
    p->total = total;
    p->refused = false;
    return NULL;
}

void slots_mark_not_firing(struct control *c, enum site_type type, const char *why)
{
    struct slot_pool *pool = &c->slots.pools[pool_index(c, type)];
    free(pool->silent);
    pool->silent = xstrdup(why);
}

void slots_mark_firing(struct control *c, enum site_type type)
{
    struct slot_pool *pool = &c->slots.pools[pool_index(c, type)];
    free(pool->silent);
    pool->silent = NULL;
}

const char *slots_not_firing(const struct control *c, enum site_type type)
{
    return is_hardware(type) ? c->slots.pools[pool_index(c, type)].silent : NULL;
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

/* A refusal that is older than a run says less than what is inserted now. */
static void add_counts(struct control *c, unsigned i, cJSON *o)
{
    struct slot_pool *pool = &c->slots.pools[i];
    unsigned n = used(c, i);
    if (!pool->total_known) {
        cJSON_AddNullToObject(o, "total");
        cJSON_AddNullToObject(o, "free");
        return;
    }
    if (n > pool->total)
        pool->total = n;
    cJSON_AddNumberToObject(o, "total", pool->total);
    cJSON_AddNumberToObject(o, "free", pool->total - n);
}

static const char *kind_name(enum site_type type)
{
    static const char *const names[] = {"software", "hardware", "write", "read", "any", "memory", "stepped"};
    return names[type];
}

static cJSON *pool_to_json(struct control *c, unsigned i)
{
    const struct site_table *t = &c->breakpoints.sites;
    cJSON *o = cJSON_CreateObject();
    cJSON *kinds = cJSON_AddArrayToObject(o, "for");
    for (int type = SITE_HARDWARE; type <= SITE_ACCESS; type++)
        if (pool_index(c, (enum site_type)type) == i)
            cJSON_AddItemToArray(kinds, cJSON_CreateString(kind_name((enum site_type)type)));
    add_counts(c, i, o);
    cJSON_AddBoolToObject(o, "at_most", !c->slots.pools[i].by_user);
    if (c->slots.pools[i].silent) {
        cJSON_AddBoolToObject(o, "fires", false);
        cJSON_AddStringToObject(o, "reason", c->slots.pools[i].silent);
    }
    cJSON *holders = cJSON_AddArrayToObject(o, "holders");
    int slot = 0;
    for (size_t k = 0; k < t->count; k++) {
        const struct site *p = t->items[k];
        if (!p->inserted || !is_hardware(p->type) || pool_index(c, p->type) != i)
            continue;
        cJSON *h = cJSON_CreateObject();
        char address[24];
        snprintf(address, sizeof address, "0x%" PRIx64, p->address);
        cJSON_AddNumberToObject(h, "slot", ++slot);
        int id = holder(p);
        if (id)
            cJSON_AddNumberToObject(h, "id", id);
        cJSON_AddStringToObject(h, "kind", kind_name(p->type));
        cJSON_AddStringToObject(h, "address", address);
        cJSON_AddItemToArray(holders, h);
    }
    return o;
}

cJSON *slots_to_json(struct control *c)
{
    cJSON *o = cJSON_CreateObject();
    cJSON *pools = cJSON_AddArrayToObject(o, "pools");
    for (unsigned i = 0; i < (shared(c) ? 1u : SLOT_POOLS); i++)
        cJSON_AddItemToArray(pools, pool_to_json(c, i));
    return o;
}

cJSON *slots_of_type(struct control *c, enum site_type type)
{
    cJSON *o = cJSON_CreateObject();
    add_counts(c, pool_index(c, type), o);
    return o;
}
