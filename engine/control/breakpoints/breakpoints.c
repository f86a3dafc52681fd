/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of breakpoints: setting, finding, switching and deleting them, and looking their places up again
 * when symbols came or the target is another one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/breakpoints/breakpoint.h"
#include "engine/control/control.h"
#include "engine/target/libraries.h"
#include "engine/inspect/location.h"
#include "engine/target/names.h"
#include "symbols/names.h"

static void free_locations(struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free(b->locations[i].function);
        free(b->locations[i].file);
    }
    free(b->locations);
    b->locations = NULL;
    b->count = 0;
}

void breakpoint_free(struct breakpoint *b)
{
    free_locations(b);
    breakpoint_attempts_free(b);
    free(b->at);
    free(b->condition);
    free(b->reason);
    free(b->warning);
    free(b->commands);
    free(b);
}

void breakpoints_free(struct breakpoint_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        breakpoint_free(t->items[i]);
    free(t->items);
    sites_free(&t->sites);
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

static struct error *resolve(struct control *c, struct breakpoint *b)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(c->target, b->at, &matches, &count));
    insertion_release(c, b);
    free_locations(b);
    b->locations = xcalloc(count, sizeof *b->locations);
    b->count = count;
    b->in_library = false;
    for (size_t i = 0; i < count; i++)
        b->in_library |= is_in_library(c, matches[i].address);
    for (size_t i = 0; i < count; i++)
        b->locations[i] = (struct breakpoint_location){.address = matches[i].address,
                                                       .thumb = matches[i].thumb,
                                                       .function = xstrdup_or_null(matches[i].function),
                                                       .file = xstrdup_or_null(matches[i].file),
                                                       .line = matches[i].line};
    free(matches);
    size_t done, total;
    b->incomplete = names_function(b->at) && !symbols_have_names(c->target->map, &done, &total);
    c->breakpoints.any_unfinished |= b->incomplete || b->in_library;
    if (b->incomplete)
        symbols_start_names(c->target->map);
    return NULL;
}

/* An id before inserting: a site knows its breakpoints by it. */
void breakpoint_add(struct control *c, struct breakpoint *b)
{
    struct breakpoint_table *t = &c->breakpoints;
    b->id = ++t->next_id;
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    t->items[t->count++] = b;
}

/* It was the last to be added, and leaves no gap in the numbers. */
void breakpoint_take_back(struct control *c, struct breakpoint *b)
{
    c->breakpoints.count--;
    c->breakpoints.next_id--;
    breakpoint_free(b);
}

struct error *breakpoint_fill(struct control *c, const struct breakpoint_request *request,
                              struct breakpoint *b)
{
    b->at = xstrdup(request->at);
    b->kind = request->kind;
    b->condition = request->condition && *request->condition ? xstrdup(request->condition) : NULL;
    b->commands = xstrdup_or_null(request->commands);
    b->ignore = request->ignore;
    b->once = request->once;
    b->enabled = true;
    if (!request->thread)
        return NULL;
    struct thread *t;
    TRY(threads_by_name(c->target, request->thread, &t));
    b->has_thread = true;
    b->thread = t->id;
    return NULL;
}

static bool is_unknown_place(const struct error *e)
{
    return error_is(e, ERR_NO_SYMBOL) || error_is(e, ERR_NO_SOURCE);
}

/* What nobody knows yet may be known when a library or a module comes. */
static struct error *resolve_or_wait(struct control *c, struct breakpoint *b, bool pending)
{
    struct error *e = resolve(c, b);
    if (!e || !pending || !is_unknown_place(e))
        return e;
    free_locations(b); /* where it was is not its place any more */
    b->pending = true;
    c->breakpoints.any_unfinished = true;
    free(b->reason);
    b->reason = xasprintf("pending: %s%s%s", e->message, e->hint ? "; " : "", e->hint ? e->hint : "");
    error_free(e);
    return NULL;
}

struct error *breakpoint_set(struct control *c, const struct breakpoint_request *request,
                             struct breakpoint **ret)
{
    TRY(target_need_insertable(c->target));
    struct breakpoint *b = xcalloc(1, sizeof *b);
    breakpoint_add(c, b);
    struct error *e = breakpoint_fill(c, request, b);
    if (!e)
        e = resolve_or_wait(c, b, request->pending);
    if (!e)
        e = condition_check(c, b);
    if (!e)
        e = insertion_site(c, b);
    if (e) {
        insertion_release(c, b);
        breakpoint_take_back(c, b);
        return error_while(e, "set a breakpoint at %s", request->at);
    }
    *ret = b;
    return NULL;
}

static size_t index_of(const struct breakpoint_table *t, int id)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->items[mid]->id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct breakpoint *breakpoint_find(struct control *c, int id)
{
    const struct breakpoint_table *t = &c->breakpoints;
    size_t i = index_of(t, id);
    return i < t->count && t->items[i]->id == id ? t->items[i] : NULL;
}

/* What the stub keeps is a breakpoint still: it has its places again, and is in the list as before. */
static struct error *take_up_stuck(struct control *c, struct breakpoint *b)
{
    struct error *e = NULL;
    for (size_t i = 0; i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        const struct site *p = site_stuck_at(c, l->address);
        if (!p || p->users) /* none, or that of another breakpoint */
            continue;
        l->site = site_acquire_for(c, b->id, p->type, p->address, p->length);
        if (!e)
            e = error_hint(error_new(ERR_REFUSED,
                                     "breakpoint %d: the stub does not take it out at 0x%" PRIx64
                                     ", it stays inserted and in the list",
                                     b->id, l->address),
                           "try again at another stop; a condition that is false keeps it from stopping");
    }
    return e;
}

/* Out of the target; *stuck: the stub has it still, and it is as it was. Else an error is that of another
 * site. */
static struct error *withdraw(struct control *c, struct breakpoint *b, bool *stuck)
{
    *stuck = false;
    insertion_release(c, b);
    if (c->target->state != TARGET_STOPPED)
        return NULL;
    struct error *e = sites_flush(c), *kept = take_up_stuck(c, b);
    *stuck = kept != NULL;
    if (!kept)
        return e;
    error_free(e);
    return kept;
}

struct error *breakpoint_enable(struct control *c, struct breakpoint *b, bool enabled)
{
    if (b->enabled == enabled)
        return NULL;
    TRY(target_need_insertable(c->target));
    if (!enabled) {
        return withdraw(c, b, &b->enabled);
    }
    TRY(insertion_site(c, b));
    b->enabled = true;
    if (b->is_watch)
        watchpoint_note(c, b, false);
    return NULL;
}

struct error *breakpoint_delete(struct control *c, struct breakpoint *b)
{
    struct breakpoint_table *t = &c->breakpoints;
    bool stuck;
    struct error *e = withdraw(c, b, &stuck);
    if (stuck)
        return e;
    size_t i = index_of(t, b->id);
    t->count--;
    memmove(t->items + i, t->items + i + 1, (t->count - i) * sizeof *t->items);
    breakpoint_free(b);
    return e;
}

void breakpoints_drop_spent(struct control *c)
{
    if (!c->breakpoints.any_spent)
        return;
    c->breakpoints.any_spent = false;
    for (size_t i = c->breakpoints.count; i-- > 0;) {
        if (!c->breakpoints.items[i]->spent)
            continue;
        struct error *e = breakpoint_delete(c, c->breakpoints.items[i]);
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
    sites_breakpoints_at(c, address, take_id, &f);
    *ret = f.ids;
    return f.count;
}

/* The lowest id of several. */
struct breakpoint *breakpoint_at(struct control *c, uint64_t address)
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
static void forget_unmapped(struct control *c, const struct breakpoint *b)
{
    uint64_t offset;
    for (size_t i = 0; b->in_library && i < b->count; i++)
        if (b->locations[i].site && !symbol_map_file_at(c->target->map, b->locations[i].address, &offset))
            site_unmapped(c, b->locations[i].site);
}

/* A place that is not there any more stays in the list and waits. */
static struct error *reinsert(struct control *c, struct breakpoint *b)
{
    forget_unmapped(c, b);
    insertion_release(c, b);
    struct error *e = b->is_watch || *b->at == '*' ? NULL : resolve_or_wait(c, b, true);
    if (!e && b->count)
        b->pending = false;
    return e || !b->enabled ? e : insertion_site(c, b);
}

static struct error *complete(struct control *c, struct breakpoint *b)
{
    size_t before = b->count;
    TRY(resolve(c, b));
    if (b->enabled)
        TRY(insertion_site(c, b));
    if (b->count != before)
        breakpoint_emit_changed(c, b);
    return NULL;
}

struct error *breakpoints_complete(struct control *c)
{
    bool unfinished = false;
    for (size_t i = 0; c->breakpoints.any_unfinished && i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (b->pending || b->in_library)
            c->breakpoints.waits(c);
        if (b->incomplete) {
            TRY(names_wait(c->target));
            TRY(complete(c, b));
        }
        unfinished |= b->pending || b->incomplete || (b->in_library && !c->loader_site);
    }
    c->breakpoints.any_unfinished = unfinished;
    return NULL;
}

/* What is not there yet is begun anew by the first way: the flush of one would send what others came to last.
 */
static void release_planned(struct control *c, struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct breakpoint_location *l = &b->locations[i];
        if (!l->site || l->site->inserted)
            continue;
        site_release_for(c, b->id, l->site);
        l->site = NULL;
    }
}

struct error *breakpoints_reinsert(struct control *c)
{
    struct error *first = NULL;
    for (size_t i = 0; i < c->breakpoints.count; i++)
        release_planned(c, c->breakpoints.items[i]);
    for (size_t i = 0; i < c->breakpoints.count; i++)
        keep_first(&first, reinsert(c, c->breakpoints.items[i]));
    keep_first(&first, sites_flush(c));
    return first;
}

void breakpoints_lost(struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (b->pending || !b->enabled)
            continue;
        free(b->reason);
        b->reason = NULL;
        breakpoint_attempts_free(b);
    }
}

struct error *breakpoints_resolve_pending(struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        if (!b->pending)
            continue;
        TRY(reinsert(c, b));
        if (!b->pending)
            breakpoint_emit_changed(c, b);
    }
    return NULL;
}
