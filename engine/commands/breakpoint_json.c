/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is only there sometimes is left out: a reason, a limit, the other ways that were tried. */
#include "engine/commands/breakpoint_json.h"

#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/slots_json.h"
#include "engine/control/control.h"

static void add_locations(cJSON *o, const struct breakpoint *b)
{
    cJSON *list = cJSON_AddArrayToObject(o, "locations");
    for (size_t i = 0; i < b->count; i++) {
        const struct breakpoint_location *l = &b->locations[i];
        cJSON *place = cJSON_CreateObject();
        json_add_address(place, "pc", l->address);
        json_add_text(place, "function", l->function);
        if (l->file) {
            cJSON_AddStringToObject(place, "file", path_base(l->file));
            cJSON_AddStringToObject(place, "path", l->file);
        }
        if (l->line)
            cJSON_AddNumberToObject(place, "line", l->line);
        cJSON_AddItemToArray(list, place);
    }
}

static const char *access_name(enum site_type type)
{
    return type == SITE_WRITE ? "write" : type == SITE_READ ? "read" : "any";
}

static void add_attempts(cJSON *o, const struct breakpoint *b)
{
    cJSON *list = cJSON_AddArrayToObject(o, "tried");
    for (size_t i = 0; i < b->attempt_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "kind", breakpoint_kind_name(site_kind(b->attempts[i].type)));
        json_add_address(one, "pc", b->attempts[i].address);
        cJSON_AddStringToObject(one, "outcome", b->attempts[i].outcome);
        cJSON_AddItemToArray(list, one);
    }
}

static void add_what(cJSON *o, const struct breakpoint *b)
{
    cJSON_AddNumberToObject(o, "id", b->id);
    cJSON_AddStringToObject(o, "at", b->at);
    cJSON_AddStringToObject(o, "kind", breakpoint_kind_name(breakpoint_kind(b)));
    cJSON_AddStringToObject(o, "state", breakpoint_state_name(breakpoint_state(b)));
    json_add_text(o, "reason", breakpoint_reason(b));
    json_add_text(o, "warning", b->warning);
    cJSON_AddBoolToObject(o, "enabled", b->enabled);
    cJSON_AddNumberToObject(o, "hits", (double)b->hits);
}

static void add_limits(cJSON *o, const struct breakpoint *b)
{
    if (b->ignore)
        cJSON_AddNumberToObject(o, "ignore", (double)b->ignore);
    if (b->once)
        cJSON_AddBoolToObject(o, "once", true);
    json_add_text(o, "if", b->condition);
    if (b->condition && !b->is_watch) {
        const struct site *p = breakpoint_site(b);
        cJSON_AddStringToObject(o, "evaluated", p && p->conditions ? "stub" : "here");
    }
    if (b->commands)
        cJSON_AddItemToObject(o, "commands", cJSON_Parse(b->commands));
    if (b->has_thread)
        json_add_thread(o, "thread", b->thread);
}

cJSON *breakpoint_to_json(struct control *c, const struct breakpoint *b)
{
    const struct site *p = breakpoint_site(b);
    cJSON *o = cJSON_CreateObject();
    add_what(o, b);
    add_limits(o, b);
    if (b->is_watch) {
        cJSON_AddStringToObject(o, "access", access_name(b->watch_type));
        json_add_address(o, "address", b->watch_address);
        cJSON_AddNumberToObject(o, "length", b->watch_length);
    } else {
        add_locations(o, b);
    }
    if (b->attempt_count > 1)
        add_attempts(o, b);
    if (site_in_hardware(p))
        cJSON_AddItemToObject(o, "slots", slots_type_to_json(c, p->type));
    return o;
}
