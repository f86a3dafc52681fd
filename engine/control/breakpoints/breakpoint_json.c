/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A breakpoint in the words of the documented interface: its kind, its state, the reason for it, and the
 * event that it changed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "engine/control/control.h"
#include "base/json.h"
#include "engine/inspect/location.h"

static const struct site *first_site(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site)
            return b->locations[i].site;
    return NULL;
}

static const char *type_name(enum site_type type)
{
    return type == SITE_SOFTWARE || type == SITE_STEPPED ? "software"
           : type == SITE_MEMORY                         ? "memory"
                                                         : "hardware";
}

const char *breakpoint_kind_name(const struct breakpoint *b)
{
    static const char *const asked[] = {"auto", "software", "hardware", "memory"};
    const struct site *p = first_site(b);
    if (p)
        return type_name(p->type);
    return b->is_watch && b->kind == BREAKPOINT_AUTO ? "hardware" : asked[b->kind];
}

static bool any_in(const struct breakpoint *b, enum site_state state)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && b->locations[i].site->state == state)
            return true;
    return false;
}

static bool all_inserted(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!b->locations[i].site)
            return false;
    return b->count > 0;
}

const char *breakpoint_state_name(const struct breakpoint *b)
{
    if (!b->enabled)
        return "disabled";
    if (b->pending)
        return "planned";
    if (any_in(b, SITE_SUSPECT))
        return "suspect";
    if (!all_inserted(b))
        return b->reason ? "failed" : "planned";
    if (any_in(b, SITE_FAILED))
        return "failed";
    if (any_in(b, SITE_UNVERIFIED))
        return "unverified";
    return any_in(b, SITE_PLANNED) ? "planned" : "armed";
}

const char *breakpoint_reason(const struct breakpoint *b)
{
    if (b->reason)
        return b->reason;
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && b->locations[i].site->reason)
            return b->locations[i].site->reason;
    if (b->enabled && any_in(b, SITE_UNVERIFIED))
        return "a trap in memory may be delivered to the program: not hit yet";
    return NULL;
}

static void add_address(cJSON *o, const char *name, uint64_t address)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, address);
    cJSON_AddStringToObject(o, name, text);
}

static void add_locations(cJSON *o, const struct breakpoint *b)
{
    cJSON *list = cJSON_AddArrayToObject(o, "locations");
    for (size_t i = 0; i < b->count; i++) {
        const struct breakpoint_location *l = &b->locations[i];
        cJSON *place = cJSON_CreateObject();
        add_address(place, "pc", l->address);
        if (l->function)
            cJSON_AddStringToObject(place, "function", l->function);
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
        cJSON_AddStringToObject(one, "kind", type_name(b->attempts[i].type));
        add_address(one, "pc", b->attempts[i].address);
        cJSON_AddStringToObject(one, "outcome", b->attempts[i].outcome);
        cJSON_AddItemToArray(list, one);
    }
}

static void add_text(cJSON *o, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(o, name, text);
}

static void add_what(cJSON *o, const struct breakpoint *b)
{
    cJSON_AddNumberToObject(o, "id", b->id);
    cJSON_AddStringToObject(o, "at", b->at);
    cJSON_AddStringToObject(o, "kind", breakpoint_kind_name(b));
    cJSON_AddStringToObject(o, "state", breakpoint_state_name(b));
    add_text(o, "reason", breakpoint_reason(b));
    add_text(o, "warning", b->warning);
    cJSON_AddBoolToObject(o, "enabled", b->enabled);
    cJSON_AddNumberToObject(o, "hits", (double)b->hits);
}

static void add_limits(cJSON *o, const struct breakpoint *b)
{
    if (b->ignore)
        cJSON_AddNumberToObject(o, "ignore", (double)b->ignore);
    if (b->once)
        cJSON_AddBoolToObject(o, "once", true);
    add_text(o, "if", b->condition);
    if (b->condition && !b->is_watch) {
        const struct site *p = first_site(b);
        cJSON_AddStringToObject(o, "evaluated", p && p->conditions ? "stub" : "here");
    }
    if (b->commands)
        cJSON_AddItemToObject(o, "commands", cJSON_Parse(b->commands));
    if (b->has_thread) {
        char name[48];
        thread_name(b->thread, name, sizeof name);
        cJSON_AddStringToObject(o, "thread", name);
    }
}

cJSON *breakpoint_to_json(struct control *c, const struct breakpoint *b)
{
    const struct site *p = first_site(b);
    cJSON *o = cJSON_CreateObject();
    add_what(o, b);
    add_limits(o, b);
    if (b->is_watch) {
        cJSON_AddStringToObject(o, "access", access_name(b->watch_type));
        add_address(o, "address", b->watch_address);
        cJSON_AddNumberToObject(o, "length", b->watch_length);
    } else {
        add_locations(o, b);
    }
    if (b->attempt_count > 1)
        add_attempts(o, b);
    if (site_in_hardware(p))
        cJSON_AddItemToObject(o, "slots", slots_of_type(c, p->type));
    return o;
}

void breakpoint_emit_changed(struct control *c, const struct breakpoint *b)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "breakpoint-changed");
    json_move_members(o, breakpoint_to_json(c, b));
    target_emit(c->target, o);
}
