/*
 * A wish in the words of the documented interface: its kind, its state, the reason for it, and the event that
 * it changed.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "engine/control/control.h"
#include "base/json.h"
#include "engine/inspect/location.h"

static const struct plant *first_plant(const struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant)
            return w->locations[i].plant;
    return NULL;
}

static const char *type_name(enum plant_type type)
{
    return type == PLANT_SOFTWARE || type == PLANT_STEPPED ? "software"
           : type == PLANT_MEMORY                          ? "memory"
                                                           : "hardware";
}

const char *wish_kind_name(const struct wish *w)
{
    static const char *const asked[] = {"auto", "software", "hardware", "memory"};
    const struct plant *p = first_plant(w);
    if (p)
        return type_name(p->type);
    return w->is_watch && w->kind == WISH_AUTO ? "hardware" : asked[w->kind];
}

static bool any_in(const struct wish *w, enum plant_state state)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant && w->locations[i].plant->state == state)
            return true;
    return false;
}

static bool all_planted(const struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (!w->locations[i].plant)
            return false;
    return w->count > 0;
}

const char *wish_state_name(const struct wish *w)
{
    if (!w->enabled)
        return "disabled";
    if (w->pending)
        return "planned";
    if (any_in(w, PLANT_SUSPECT))
        return "suspect";
    if (!all_planted(w))
        return w->reason ? "failed" : "planned";
    if (any_in(w, PLANT_FAILED))
        return "failed";
    if (any_in(w, PLANT_UNVERIFIED))
        return "unverified";
    return any_in(w, PLANT_PLANNED) ? "planned" : "armed";
}

const char *wish_reason(const struct wish *w)
{
    if (w->reason)
        return w->reason;
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant && w->locations[i].plant->reason)
            return w->locations[i].plant->reason;
    if (w->enabled && any_in(w, PLANT_UNVERIFIED))
        return "a trap in memory may be delivered to the program: not hit yet";
    return NULL;
}

static void add_address(cJSON *o, const char *name, uint64_t address)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, address);
    cJSON_AddStringToObject(o, name, text);
}

static void add_locations(cJSON *o, const struct wish *w)
{
    cJSON *list = cJSON_AddArrayToObject(o, "locations");
    for (size_t i = 0; i < w->count; i++) {
        const struct wish_location *l = &w->locations[i];
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

static const char *access_name(enum plant_type type)
{
    return type == PLANT_WRITE ? "write" : type == PLANT_READ ? "read" : "any";
}

static void add_attempts(cJSON *o, const struct wish *w)
{
    cJSON *list = cJSON_AddArrayToObject(o, "tried");
    for (size_t i = 0; i < w->attempt_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "kind", type_name(w->attempts[i].type));
        add_address(one, "pc", w->attempts[i].address);
        cJSON_AddStringToObject(one, "outcome", w->attempts[i].outcome);
        cJSON_AddItemToArray(list, one);
    }
}

static void add_text(cJSON *o, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(o, name, text);
}

static void add_what(cJSON *o, const struct wish *w)
{
    cJSON_AddNumberToObject(o, "id", w->id);
    cJSON_AddStringToObject(o, "at", w->at);
    cJSON_AddStringToObject(o, "kind", wish_kind_name(w));
    cJSON_AddStringToObject(o, "state", wish_state_name(w));
    add_text(o, "reason", wish_reason(w));
    add_text(o, "warning", w->warning);
    cJSON_AddBoolToObject(o, "enabled", w->enabled);
    cJSON_AddNumberToObject(o, "hits", (double)w->hits);
}

static void add_limits(cJSON *o, const struct wish *w)
{
    if (w->ignore)
        cJSON_AddNumberToObject(o, "ignore", (double)w->ignore);
    if (w->once)
        cJSON_AddBoolToObject(o, "once", true);
    add_text(o, "if", w->condition);
    if (w->condition && !w->is_watch) {
        const struct plant *p = first_plant(w);
        cJSON_AddStringToObject(o, "evaluated", p && p->conditions ? "stub" : "here");
    }
    if (w->commands)
        cJSON_AddItemToObject(o, "commands", cJSON_Parse(w->commands));
    if (w->has_thread) {
        char name[48];
        thread_name(w->thread, name, sizeof name);
        cJSON_AddStringToObject(o, "thread", name);
    }
}

cJSON *wish_to_json(struct control *c, const struct wish *w)
{
    const struct plant *p = first_plant(w);
    cJSON *o = cJSON_CreateObject();
    add_what(o, w);
    add_limits(o, w);
    if (w->is_watch) {
        cJSON_AddStringToObject(o, "access", access_name(w->watch_type));
        add_address(o, "address", w->watch_address);
        cJSON_AddNumberToObject(o, "length", w->watch_length);
    } else {
        add_locations(o, w);
    }
    if (w->attempt_count > 1)
        add_attempts(o, w);
    if (plant_in_hardware(p))
        cJSON_AddItemToObject(o, "slots", slots_of_type(c, p->type));
    return o;
}

void breakpoint_emit_changed(struct control *c, const struct wish *w)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "breakpoint-changed");
    json_move_members(o, wish_to_json(c, w));
    target_emit(c->target, o);
}
