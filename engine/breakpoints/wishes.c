#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"
#include "engine/json.h"
#include "engine/location.h"
#include "engine/names.h"
#include "symbols/names.h"

static void location_free(struct wish_location *l)
{
    free(l->function);
    free(l->file);
}

static void wish_free(struct wish *w)
{
    for (size_t i = 0; i < w->count; i++)
        location_free(&w->locations[i]);
    free(w->locations);
    free(w->at);
    free(w->condition);
    free(w);
}

void breakpoints_free(struct breakpoint_table *t)
{
    for (size_t i = 0; i < t->wish_count; i++)
        wish_free(t->wishes[i]);
    free(t->wishes);
    plants_free(t);
    *t = (struct breakpoint_table){0};
}

/* A place that the symbol table alone may not know completely: neither an address nor FILE:LINE. */
static bool names_function(const char *at)
{
    const char *colon = strrchr(at, ':'), *digits = colon ? colon + 1 : at;
    digits += strspn(digits, "+-");
    return *at != '*' && digits[strspn(digits, "0123456789")] != '\0';
}

static struct error *resolve(struct session *s, struct wish *w)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(s, w->at, &matches, &count));
    for (size_t i = 0; i < w->count; i++)
        location_free(&w->locations[i]);
    free(w->locations);
    w->locations = xcalloc(count, sizeof *w->locations);
    w->count = count;
    for (size_t i = 0; i < count; i++)
        w->locations[i] = (struct wish_location){.address = matches[i].address,
                                                 .function = xstrdup_or_null(matches[i].function),
                                                 .file = xstrdup_or_null(matches[i].file),
                                                 .line = matches[i].line};
    free(matches);
    size_t done, total;
    w->incomplete = names_function(w->at) && !symbols_have_names(s->map, &done, &total);
    if (w->incomplete)
        symbols_start_names(s->map);
    return NULL;
}

static void release_plants(struct session *s, struct wish *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->locations[i].plant)
            plant_release(s, w->locations[i].plant);
        w->locations[i].plant = NULL;
    }
}

static void acquire_plants(struct session *s, struct wish *w, enum plant_type type)
{
    for (size_t i = 0; i < w->count; i++) {
        uint64_t address = w->locations[i].address;
        unsigned length = w->is_watch ? w->watch_length : plant_length_at(s, address, false);
        w->locations[i].plant = plant_acquire(s, type, address, length);
    }
}

static struct error *plant_as(struct session *s, struct wish *w, enum plant_type type)
{
    acquire_plants(s, w, type);
    struct error *e = plants_flush(s);
    if (e)
        release_plants(s, w);
    return e;
}

/* Z0, and where the stub has no Z0 at all, Z1: `auto`'s two means. */
static struct error *plant_wish(struct session *s, struct wish *w)
{
    if (w->is_watch)
        return plant_as(s, w, w->watch_type);
    if (w->kind == WISH_HARDWARE)
        return plant_as(s, w, PLANT_HARDWARE);
    struct error *e = plant_as(s, w, PLANT_SOFTWARE);
    if (w->kind == WISH_SOFTWARE || !error_is(e, ERR_UNSUPPORTED))
        return e;
    error_free(e);
    return plant_as(s, w, PLANT_HARDWARE);
}

static void add_wish(struct session *s, struct wish *w)
{
    struct breakpoint_table *t = &s->breakpoints;
    w->id = ++t->next_id;
    ARRAY_RESERVE(t->wishes, t->wish_count, t->wish_capacity);
    t->wishes[t->wish_count++] = w;
}

static struct error *fill(struct session *s, const struct wish_request *request, struct wish *w)
{
    w->at = xstrdup(request->at);
    w->kind = request->kind;
    w->condition = request->condition && *request->condition ? xstrdup(request->condition) : NULL;
    w->ignore = request->ignore;
    w->once = request->once;
    w->enabled = true;
    if (!request->thread)
        return NULL;
    struct thread *t;
    TRY(threads_by_name(s, request->thread, &t));
    w->has_thread = true;
    w->thread = t->id;
    return NULL;
}

struct error *breakpoint_set(struct session *s, const struct wish_request *request, struct wish **ret)
{
    TRY(session_need_stopped(s));
    struct wish *w = xcalloc(1, sizeof *w);
    struct error *e = fill(s, request, w);
    if (!e)
        e = resolve(s, w);
    if (!e)
        e = plant_wish(s, w);
    if (e) {
        wish_free(w);
        return error_while(e, "set a breakpoint at %s", request->at);
    }
    add_wish(s, w);
    *ret = w;
    return NULL;
}

/* The value before, so that a hit can show what changed. */
void watchpoint_note(struct session *s, struct wish *w, bool hit)
{
    unsigned char now[sizeof w->watch_old];
    size_t got = 0;
    struct error *e = memory_read_some(s, w->watch_address, now, w->watch_length, &got);
    bool known = !e && got == w->watch_length;
    error_free(e);
    if (!hit) {
        w->watch_new_known = false;
        w->watch_old_known = known;
        memcpy(w->watch_old, now, got);
        return;
    }
    if (w->watch_new_known)
        memcpy(w->watch_old, w->watch_new, w->watch_length);
    w->watch_old_known = w->watch_old_known || w->watch_new_known;
    w->watch_new_known = known;
    memcpy(w->watch_new, now, got);
}

struct error *watchpoint_set(struct session *s, const struct wish_request *request, uint64_t address,
                             unsigned length, enum plant_type type, struct wish **ret)
{
    TRY(session_need_stopped(s));
    if (length == 0 || length > sizeof((struct wish *)0)->watch_old)
        return error_hint(error_new(ERR_UNSUPPORTED, "watch %s: it has %u bytes", request->at, length),
                          "watch 1 to 64 bytes, best one member");
    struct wish *w = xcalloc(1, sizeof *w);
    struct error *e = fill(s, request, w);
    w->is_watch = true;
    w->watch_type = type;
    w->watch_address = address;
    w->watch_length = length;
    w->locations = xcalloc(1, sizeof *w->locations);
    w->locations[0].address = address;
    w->count = 1;
    if (!e)
        e = plant_wish(s, w);
    if (e) {
        wish_free(w);
        return error_while(e, "set a watchpoint on %s", request->at);
    }
    watchpoint_note(s, w, false);
    add_wish(s, w);
    *ret = w;
    return NULL;
}

struct wish *breakpoint_find(struct session *s, int id)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++)
        if (s->breakpoints.wishes[i]->id == id)
            return s->breakpoints.wishes[i];
    return NULL;
}

struct error *breakpoint_enable(struct session *s, struct wish *w, bool enabled)
{
    if (w->enabled == enabled)
        return NULL;
    TRY(session_need_stopped(s));
    if (!enabled) {
        release_plants(s, w);
        w->enabled = false;
        return plants_flush(s);
    }
    TRY(plant_wish(s, w));
    w->enabled = true;
    return NULL;
}

struct error *breakpoint_delete(struct session *s, struct wish *w)
{
    struct breakpoint_table *t = &s->breakpoints;
    release_plants(s, w);
    for (size_t i = 0; i < t->wish_count; i++)
        if (t->wishes[i] == w) {
            memmove(t->wishes + i, t->wishes + i + 1, (t->wish_count - i - 1) * sizeof *t->wishes);
            t->wish_count--;
            break;
        }
    wish_free(w);
    return s->state == SESSION_STOPPED ? plants_flush(s) : NULL;
}

void breakpoints_drop_spent(struct session *s)
{
    for (size_t i = s->breakpoints.wish_count; i-- > 0;) {
        if (!s->breakpoints.wishes[i]->spent)
            continue;
        struct error *e = breakpoint_delete(s, s->breakpoints.wishes[i]);
        error_free(e);
    }
}

bool wish_covers(const struct wish *w, uint64_t address)
{
    for (size_t k = 0; !w->is_watch && w->enabled && k < w->count; k++)
        if (w->locations[k].address == address)
            return true;
    return false;
}

struct wish *breakpoint_at(struct session *s, uint64_t address)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++)
        if (wish_covers(s->breakpoints.wishes[i], address))
            return s->breakpoints.wishes[i];
    return NULL;
}

struct wish *watchpoint_at(struct session *s, uint64_t address, enum plant_type type)
{
    struct wish *other = NULL;
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        /* A stub may name the first byte of the aligned slot that holds the watched bytes. */
        bool covers = address < w->watch_address + w->watch_length && w->watch_address < address + 8;
        if (!w->is_watch || !w->enabled || !covers)
            continue;
        if (w->watch_type == type)
            return w;
        other = w;
    }
    return other;
}

static struct error *complete(struct session *s, struct wish *w)
{
    size_t before = w->count;
    release_plants(s, w);
    TRY(resolve(s, w));
    if (w->enabled)
        TRY(plant_wish(s, w));
    if (w->count == before)
        return NULL;
    cJSON *event = cJSON_CreateObject();
    cJSON_AddStringToObject(event, "event", "breakpoint-changed");
    json_move_members(event, wish_to_json(w));
    session_emit(s, event);
    return NULL;
}

struct error *breakpoints_complete(struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        if (!w->incomplete)
            continue;
        TRY(names_wait(s));
        TRY(complete(s, w));
    }
    return NULL;
}

struct error *breakpoints_replant(struct session *s)
{
    struct error *first = NULL;
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        release_plants(s, w);
        struct error *e = w->is_watch || *w->at == '*' ? NULL : resolve(s, w);
        if (!e && w->enabled)
            e = plant_wish(s, w);
        if (first)
            error_free(e);
        else
            first = e;
    }
    struct error *e = plants_flush(s);
    if (!first)
        return e;
    error_free(e);
    return first;
}
