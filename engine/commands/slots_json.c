/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not known is told as null, and that a pool fires only where it was seen not to. */
#include "engine/commands/slots_json.h"

#include "base/json.h"
#include "engine/control/control.h"

static const char *kind_name(enum site_type type)
{
    static const char *const names[] = {"software", "hardware", "write", "read", "any", "memory", "stepped"};
    return names[type];
}

static void add_counts(struct control *c, unsigned pool, cJSON *o)
{
    struct slot_counts n = slots_counts(c, pool);
    cJSON_AddItemToObject(o, "total", n.known ? cJSON_CreateNumber(n.total) : cJSON_CreateNull());
    cJSON_AddItemToObject(o, "free", n.known ? cJSON_CreateNumber(n.free) : cJSON_CreateNull());
}

static void add_kinds(const struct control *c, unsigned pool, cJSON *o)
{
    cJSON *kinds = cJSON_AddArrayToObject(o, "for");
    for (enum site_type type = SITE_HARDWARE; type <= SITE_ACCESS; type++)
        if (slots_pool_of(c, type) == pool)
            cJSON_AddItemToArray(kinds, cJSON_CreateString(kind_name(type)));
}

static cJSON *holder_json(const struct site *p, int slot)
{
    cJSON *o = cJSON_CreateObject();
    int id = slots_breakpoint_of(p);
    cJSON_AddNumberToObject(o, "slot", slot);
    if (id)
        cJSON_AddNumberToObject(o, "id", id);
    cJSON_AddStringToObject(o, "kind", kind_name(p->type));
    json_add_address(o, "address", p->address);
    return o;
}

static cJSON *pool_json(struct control *c, unsigned pool)
{
    const struct slot_pool *s = &c->slots.pools[pool];
    cJSON *o = cJSON_CreateObject();
    add_kinds(c, pool, o);
    add_counts(c, pool, o);
    cJSON_AddBoolToObject(o, "at_most", !s->by_user);
    if (s->silent) {
        cJSON_AddBoolToObject(o, "fires", false);
        cJSON_AddStringToObject(o, "reason", s->silent);
    }
    cJSON *holders = cJSON_AddArrayToObject(o, "holders");
    const struct site *p;
    int slot = 0;
    for (size_t at = 0; (p = slots_next_holder(c, pool, &at)) != NULL;)
        cJSON_AddItemToArray(holders, holder_json(p, ++slot));
    return o;
}

cJSON *slots_to_json(struct control *c)
{
    cJSON *o = cJSON_CreateObject();
    cJSON *pools = cJSON_AddArrayToObject(o, "pools");
    for (unsigned i = 0; i < slots_pool_count(c); i++)
        cJSON_AddItemToArray(pools, pool_json(c, i));
    return o;
}

cJSON *slots_type_to_json(struct control *c, enum site_type type)
{
    cJSON *o = cJSON_CreateObject();
    add_counts(c, slots_pool_of(c, type), o);
    return o;
}
