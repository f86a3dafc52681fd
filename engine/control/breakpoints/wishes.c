#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/means.h"
#include "engine/control/breakpoints/wish.h"
#include "engine/session/core.h"
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

static bool is_in_library(struct session *s, uint64_t address)
{
    uint64_t offset;
    const struct symbol_file *f =
        s->target.is_process ? symbol_map_file_at(s->target.map, address, &offset) : NULL;
    return f && f != symbol_map_file(s->target.map, 0, &offset);
}

static struct error *resolve(struct session *s, struct wish *w)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(&s->target, w->at, &matches, &count));
    means_release(s, w);
    free_locations(w);
    w->locations = xcalloc(count, sizeof *w->locations);
    w->count = count;
    w->in_library = false;
    for (size_t i = 0; i < count; i++)
        w->in_library |= is_in_library(s, matches[i].address);
    for (size_t i = 0; i < count; i++)
        w->locations[i] = (struct wish_location){.address = matches[i].address,
                                                 .thumb = matches[i].thumb,
                                                 .function = xstrdup_or_null(matches[i].function),
                                                 .file = xstrdup_or_null(matches[i].file),
                                                 .line = matches[i].line};
    free(matches);
    size_t done, total;
    w->incomplete = names_function(w->at) && !symbols_have_names(s->target.map, &done, &total);
    s->breakpoints.any_unfinished |= w->incomplete || w->in_library;
    if (w->incomplete)
        symbols_start_names(s->target.map);
    return NULL;
}

/* An id before planting: a plant knows its wishes by it. */
void wish_add(struct session *s, struct wish *w)
{
    struct breakpoint_table *t = &s->breakpoints;
    w->id = ++t->next_id;
    ARRAY_RESERVE(t->wishes, t->wish_count, t->wish_capacity);
    t->wishes[t->wish_count++] = w;
}

/* It was the last to be added, and leaves no gap in the numbers. */
void wish_take_back(struct session *s, struct wish *w)
{
    s->breakpoints.wish_count--;
    s->breakpoints.next_id--;
    wish_free(w);
}

struct error *wish_fill(struct session *s, const struct wish_request *request, struct wish *w)
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
    TRY(threads_by_name(&s->target, request->thread, &t));
    w->has_thread = true;
    w->thread = t->id;
    return NULL;
}

static bool is_unknown_place(const struct error *e)
{
    return error_is(e, ERR_NO_SYMBOL) || error_is(e, ERR_NO_SOURCE);
}

/* What nobody knows yet may be known when a library or a module comes. */
static struct error *resolve_or_wait(struct session *s, struct wish *w, bool pending)
{
    struct error *e = resolve(s, w);
    if (!e || !pending || !is_unknown_place(e))
        return e;
    free_locations(w); /* where it was is not its place any more */
    w->pending = true;
    s->breakpoints.any_unfinished = true;
    free(w->reason);
    w->reason = xasprintf("pending: %s%s%s", e->message, e->hint ? "; " : "", e->hint ? e->hint : "");
    error_free(e);
    return NULL;
}

struct error *breakpoint_set(struct session *s, const struct wish_request *request, struct wish **ret)
{
    TRY(target_need_plantable(&s->target));
    struct wish *w = xcalloc(1, sizeof *w);
    wish_add(s, w);
    struct error *e = wish_fill(s, request, w);
    if (!e)
        e = resolve_or_wait(s, w, request->pending);
    if (!e)
        e = condition_check(s, w);
    if (!e)
        e = means_plant(s, w);
    if (e) {
        means_release(s, w);
        wish_take_back(s, w);
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

struct wish *breakpoint_find(struct session *s, int id)
{
    const struct breakpoint_table *t = &s->breakpoints;
    size_t i = index_of(t, id);
    return i < t->wish_count && t->wishes[i]->id == id ? t->wishes[i] : NULL;
}

struct error *breakpoint_enable(struct session *s, struct wish *w, bool enabled)
{
    if (w->enabled == enabled)
        return NULL;
    TRY(target_need_plantable(&s->target));
    if (!enabled) {
        means_release(s, w);
        w->enabled = false;
        return s->target.state == TARGET_STOPPED ? plants_flush(s) : NULL;
    }
    TRY(means_plant(s, w));
    w->enabled = true;
    if (w->is_watch)
        watchpoint_note(s, w, false);
    return NULL;
}

struct error *breakpoint_delete(struct session *s, struct wish *w)
{
    struct breakpoint_table *t = &s->breakpoints;
    means_release(s, w);
    size_t i = index_of(t, w->id);
    t->wish_count--;
    memmove(t->wishes + i, t->wishes + i + 1, (t->wish_count - i) * sizeof *t->wishes);
    wish_free(w);
    return s->target.state == TARGET_STOPPED ? plants_flush(s) : NULL;
}

void breakpoints_drop_spent(struct session *s)
{
    if (!s->breakpoints.any_spent)
        return;
    s->breakpoints.any_spent = false;
    for (size_t i = s->breakpoints.wish_count; i-- > 0;) {
        if (!s->breakpoints.wishes[i]->spent)
            continue;
        struct error *e = breakpoint_delete(s, s->breakpoints.wishes[i]);
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

size_t breakpoints_at(struct session *s, uint64_t address, int **ret)
{
    struct found f = {0};
    plants_wishes_at(s, address, take_id, &f);
    *ret = f.ids;
    return f.count;
}

/* The lowest id of several. */
struct wish *breakpoint_at(struct session *s, uint64_t address)
{
    BASE_FREE int *ids = NULL;
    size_t count = breakpoints_at(s, address, &ids);
    int lowest = 0;
    for (size_t i = 0; i < count; i++)
        if (lowest == 0 || ids[i] < lowest)
            lowest = ids[i];
    return lowest ? breakpoint_find(s, lowest) : NULL;
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
static void forget_unmapped(struct session *s, const struct wish *w)
{
    uint64_t offset;
    for (size_t i = 0; w->in_library && i < w->count; i++)
        if (w->locations[i].plant && !symbol_map_file_at(s->target.map, w->locations[i].address, &offset))
            plant_unmapped(s, w->locations[i].plant);
}

/* A place that is not there any more stays in the list and waits. */
static struct error *replant(struct session *s, struct wish *w)
{
    forget_unmapped(s, w);
    means_release(s, w);
    struct error *e = w->is_watch || *w->at == '*' ? NULL : resolve_or_wait(s, w, true);
    if (!e && w->count)
        w->pending = false;
    return e || !w->enabled ? e : means_plant(s, w);
}

static struct error *complete(struct session *s, struct wish *w)
{
    size_t before = w->count;
    TRY(resolve(s, w));
    if (w->enabled)
        TRY(means_plant(s, w));
    if (w->count != before)
        breakpoint_emit_changed(s, w);
    return NULL;
}

struct error *breakpoints_complete(struct session *s)
{
    bool unfinished = false;
    for (size_t i = 0; s->breakpoints.any_unfinished && i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        if (w->pending || w->in_library)
            s->breakpoints.waits(s);
        if (w->incomplete) {
            TRY(names_wait(&s->target));
            TRY(complete(s, w));
        }
        unfinished |= w->pending || w->incomplete || (w->in_library && !s->loader_plant);
    }
    s->breakpoints.any_unfinished = unfinished;
    return NULL;
}

struct error *breakpoints_replant(struct session *s)
{
    struct error *first = NULL;
    for (size_t i = 0; i < s->breakpoints.wish_count; i++)
        keep_first(&first, replant(s, s->breakpoints.wishes[i]));
    keep_first(&first, plants_flush(s));
    return first;
}

void breakpoints_lost(struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        if (w->pending || !w->enabled)
            continue;
        free(w->reason);
        w->reason = NULL;
        wish_attempts_free(w);
    }
}

struct error *breakpoints_resolve_pending(struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        struct wish *w = s->breakpoints.wishes[i];
        if (!w->pending)
            continue;
        TRY(replant(s, w));
        if (!w->pending)
            breakpoint_emit_changed(s, w);
    }
    return NULL;
}
