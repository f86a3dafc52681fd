/*
 * The table of wishes: setting, finding, switching and deleting them, and looking their places up again when
 * symbols came or the target is another one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/means.h"
#include "engine/control/breakpoints/wish.h"
#include "engine/control/control.h"
#include "engine/target/libraries.h"
#include "engine/inspect/location.h"
#include "engine/target/names.h"
#include "symbols/names.h"

static void free_locations(struct wish *w)
{
    for (size_t i = 0; i < w->count; i++) {
        free(w->locations[i].function);
        free(w->locations[i].file);
    }
    free(w->locations);
    w->locations = NULL;
    w->count = 0;
}

void wish_free(struct wish *w)
{
    free_locations(w);
    wish_attempts_free(w);
    free(w->at);
    free(w->condition);
    free(w->reason);
    free(w->warning);
    free(w->commands);
    free(w);
}

void breakpoints_free(struct breakpoint_table *t)
{
    for (size_t i = 0; i < t->wish_count; i++)
        wish_free(t->wishes[i]);
    free(t->wishes);
    plants_free(&t->plants);
    *t = (struct breakpoint_table){0};
}

/* A place that the symbol table alone may not know completely: neither an address nor FILE:LINE. */
static bool names_function(const char *at)
{
    const char *colon = strrchr(at, ':'), *digits = colon ? colon + 1 : at;
    digits += strspn(digits, "+-");
    return *at != '*' && digits[strspn(digits, "0123456789")] != '\0';
}

static bool is_in_library(struct control *c, uint64_t address)
{
    uint64_t offset;
    const struct symbol_file *f =
        c->target->is_process ? symbol_map_file_at(c->target->map, address, &offset) : NULL;
    return f && f != symbol_map_file(c->target->map, 0, &offset);
}

static struct error *resolve(struct control *c, struct wish *w)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(c->target, w->at, &matches, &count));
    means_release(c, w);
    free_locations(w);
    w->locations = xcalloc(count, sizeof *w->locations);
    w->count = count;
    w->in_library = false;
    for (size_t i = 0; i < count; i++)
        w->in_library |= is_in_library(c, matches[i].address);
    for (size_t i = 0; i < count; i++)
        w->locations[i] = (struct wish_location){.address = matches[i].address,
                                                 .thumb = matches[i].thumb,
                                                 .function = xstrdup_or_null(matches[i].function),
                                                 .file = xstrdup_or_null(matches[i].file),
                                                 .line = matches[i].line};
    free(matches);
    size_t done, total;
    w->incomplete = names_function(w->at) && !symbols_have_names(c->target->map, &done, &total);
    c->breakpoints.any_unfinished |= w->incomplete || w->in_library;
    if (w->incomplete)
        symbols_start_names(c->target->map);
    return NULL;
}

/* An id before planting: a plant knows its wishes by it. */
void wish_add(struct control *c, struct wish *w)
{
    struct breakpoint_table *t = &c->breakpoints;
    w->id = ++t->next_id;
    ARRAY_RESERVE(t->wishes, t->wish_count, t->wish_capacity);
    t->wishes[t->wish_count++] = w;
}

/* It was the last to be added, and leaves no gap in the numbers. */
void wish_take_back(struct control *c, struct wish *w)
{
    c->breakpoints.wish_count--;
    c->breakpoints.next_id--;
    wish_free(w);
}

struct error *wish_fill(struct control *c, const struct wish_request *request, struct wish *w)
{
    w->at = xstrdup(request->at);
    w->kind = request->kind;
    w->condition = request->condition && *request->condition ? xstrdup(request->condition) : NULL;
    w->commands = xstrdup_or_null(request->commands);
    w->ignore = request->ignore;
    w->once = request->once;
    w->enabled = true;
    if (!request->thread)
        return NULL;
    struct thread *t;
    TRY(threads_by_name(c->target, request->thread, &t));
    w->has_thread = true;
    w->thread = t->id;
    return NULL;
}

static bool is_unknown_place(const struct error *e)
{
    return error_is(e, ERR_NO_SYMBOL) || error_is(e, ERR_NO_SOURCE);
}

/* What nobody knows yet may be known when a library or a module comes. */
static struct error *resolve_or_wait(struct control *c, struct wish *w, bool pending)
{
    struct error *e = resolve(c, w);
    if (!e || !pending || !is_unknown_place(e))
        return e;
    free_locations(w); /* where it was is not its place any more */
    w->pending = true;
    c->breakpoints.any_unfinished = true;
    free(w->reason);
    w->reason = xasprintf("pending: %s%s%s", e->message, e->hint ? "; " : "", e->hint ? e->hint : "");
    error_free(e);
    return NULL;
}

struct error *breakpoint_set(struct control *c, const struct wish_request *request, struct wish **ret)
{
    TRY(target_need_plantable(c->target));
    struct wish *w = xcalloc(1, sizeof *w);
    wish_add(c, w);
    struct error *e = wish_fill(c, request, w);
    if (!e)
        e = resolve_or_wait(c, w, request->pending);
    if (!e)
        e = condition_check(c, w);
    if (!e)
        e = means_plant(c, w);
    if (e) {
        means_release(c, w);
        wish_take_back(c, w);
        return error_while(e, "set a breakpoint at %s", request->at);
    }
    *ret = w;
    return NULL;
}

static size_t index_of(const struct breakpoint_table *t, int id)
{
    size_t low = 0, high = t->wish_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->wishes[mid]->id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct wish *breakpoint_find(struct control *c, int id)
{
    const struct breakpoint_table *t = &c->breakpoints;
    size_t i = index_of(t, id);
    return i < t->wish_count && t->wishes[i]->id == id ? t->wishes[i] : NULL;
}

struct error *breakpoint_enable(struct control *c, struct wish *w, bool enabled)
{
    if (w->enabled == enabled)
        return NULL;
    TRY(target_need_plantable(c->target));
    if (!enabled) {
        means_release(c, w);
        w->enabled = false;
        return c->target->state == TARGET_STOPPED ? plants_flush(c) : NULL;
    }
    TRY(means_plant(c, w));
    w->enabled = true;
    if (w->is_watch)
        watchpoint_note(c, w, false);
    return NULL;
}

struct error *breakpoint_delete(struct control *c, struct wish *w)
{
    struct breakpoint_table *t = &c->breakpoints;
    means_release(c, w);
    size_t i = index_of(t, w->id);
    t->wish_count--;
    memmove(t->wishes + i, t->wishes + i + 1, (t->wish_count - i) * sizeof *t->wishes);
    wish_free(w);
    return c->target->state == TARGET_STOPPED ? plants_flush(c) : NULL;
}

void breakpoints_drop_spent(struct control *c)
{
    if (!c->breakpoints.any_spent)
        return;
    c->breakpoints.any_spent = false;
    for (size_t i = c->breakpoints.wish_count; i-- > 0;) {
        if (!c->breakpoints.wishes[i]->spent)
            continue;
        struct error *e = breakpoint_delete(c, c->breakpoints.wishes[i]);
        error_free(e);
    }
}

struct found {
    int *ids;
    size_t count, capacity;
};

static bool take_id(void *context, int id)
{
    struct found *f = context;
    ARRAY_RESERVE(f->ids, f->count, f->capacity);
    f->ids[f->count++] = id;
    return false;
}

size_t breakpoints_at(struct control *c, uint64_t address, int **ret)
{
    struct found f = {0};
    plants_wishes_at(c, address, take_id, &f);
    *ret = f.ids;
    return f.count;
}

/* The lowest id of several. */
struct wish *breakpoint_at(struct control *c, uint64_t address)
{
    BASE_FREE int *ids = NULL;
    size_t count = breakpoints_at(c, address, &ids);
    int lowest = 0;
    for (size_t i = 0; i < count; i++)
        if (lowest == 0 || ids[i] < lowest)
            lowest = ids[i];
    return lowest ? breakpoint_find(c, lowest) : NULL;
}

static void keep_first(struct error **first, struct error *e)
{
    if (*first)
        error_free(e);
    else
        *first = e;
}

/* What stood in a library that is closed went with its memory: gdbserver would answer an error to its
 * removal, keep it in its own list, and take the next one there for inserted already. */
static void forget_unmapped(struct control *c, const struct wish *w)
{
    uint64_t offset;
    for (size_t i = 0; w->in_library && i < w->count; i++)
        if (w->locations[i].plant && !symbol_map_file_at(c->target->map, w->locations[i].address, &offset))
            plant_unmapped(c, w->locations[i].plant);
}

/* A place that is not there any more stays in the list and waits. */
static struct error *replant(struct control *c, struct wish *w)
{
    forget_unmapped(c, w);
    means_release(c, w);
    struct error *e = w->is_watch || *w->at == '*' ? NULL : resolve_or_wait(c, w, true);
    if (!e && w->count)
        w->pending = false;
    return e || !w->enabled ? e : means_plant(c, w);
}

static struct error *complete(struct control *c, struct wish *w)
{
    size_t before = w->count;
    TRY(resolve(c, w));
    if (w->enabled)
        TRY(means_plant(c, w));
    if (w->count != before)
        breakpoint_emit_changed(c, w);
    return NULL;
}

struct error *breakpoints_complete(struct control *c)
{
    bool unfinished = false;
    for (size_t i = 0; c->breakpoints.any_unfinished && i < c->breakpoints.wish_count; i++) {
        struct wish *w = c->breakpoints.wishes[i];
        if (w->pending || w->in_library)
            c->breakpoints.waits(c);
        if (w->incomplete) {
            TRY(names_wait(c->target));
            TRY(complete(c, w));
        }
        unfinished |= w->pending || w->incomplete || (w->in_library && !c->loader_plant);
    }
    c->breakpoints.any_unfinished = unfinished;
    return NULL;
}

struct error *breakpoints_replant(struct control *c)
{
    struct error *first = NULL;
    for (size_t i = 0; i < c->breakpoints.wish_count; i++)
        keep_first(&first, replant(c, c->breakpoints.wishes[i]));
    keep_first(&first, plants_flush(c));
    return first;
}

void breakpoints_lost(struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.wish_count; i++) {
        struct wish *w = c->breakpoints.wishes[i];
        if (w->pending || !w->enabled)
            continue;
        free(w->reason);
        w->reason = NULL;
        wish_attempts_free(w);
    }
}

struct error *breakpoints_resolve_pending(struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.wish_count; i++) {
        struct wish *w = c->breakpoints.wishes[i];
        if (!w->pending)
            continue;
        TRY(replant(c, w));
        if (!w->pending)
            breakpoint_emit_changed(c, w);
    }
    return NULL;
}
