#include <inttypes.h>
#include <stdio.h>

#include "engine/core.h"
#include "engine/location.h"

static const struct plant *first_plant(const struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant)
            return w->locations[i].plant;
    return NULL;
}

const char *wish_kind_name(const struct wish *w)
{
    const struct plant *p = first_plant(w);
    if (p)
        return p->type == PLANT_SOFTWARE ? "software" : "hardware";
    if (w->is_watch || w->kind == WISH_HARDWARE)
        return "hardware";
    return w->kind == WISH_SOFTWARE ? "software" : "auto";
}

const char *wish_state_name(const struct wish *w)
{
    if (!w->enabled)
        return "disabled";
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant && w->locations[i].plant->state == PLANT_FAILED)
            return "failed";
    const struct plant *p = first_plant(w);
    return p && p->state == PLANT_ARMED ? "armed" : "planned";
}

const char *wish_reason(const struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->locations[i].plant && w->locations[i].plant->reason)
            return w->locations[i].plant->reason;
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

cJSON *wish_to_json(const struct wish *w)
{

    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "id", w->id);
    cJSON_AddStringToObject(o, "at", w->at);
    cJSON_AddStringToObject(o, "kind", wish_kind_name(w));
    cJSON_AddStringToObject(o, "state", wish_state_name(w));
    if (wish_reason(w))
        cJSON_AddStringToObject(o, "reason", wish_reason(w));
    cJSON_AddBoolToObject(o, "enabled", w->enabled);
    cJSON_AddNumberToObject(o, "hits", (double)w->hits);
    if (w->ignore)
        cJSON_AddNumberToObject(o, "ignore", (double)w->ignore);
    if (w->once)
        cJSON_AddBoolToObject(o, "once", true);
    if (w->condition)
        cJSON_AddStringToObject(o, "if", w->condition);
    if (w->has_thread) {
        char name[48];
        thread_name(w->thread, name, sizeof name);
        cJSON_AddStringToObject(o, "thread", name);
    }
    if (w->is_watch) {
        cJSON_AddStringToObject(o, "access", access_name(w->watch_type));
        add_address(o, "address", w->watch_address);
        cJSON_AddNumberToObject(o, "length", w->watch_length);
    } else {
        add_locations(o, w);
    }
    return o;
}
