/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table stays in the order of time by insertion: hundreds of bookmarks are many. */
#include "base/text.h"
#include "engine/control/time/bookmarks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/location.h"

void bookmark_free(struct bookmark *b)
{
    if (!b)
        return;
    free(b->name);
    free(b->note);
    free(b->thread);
    free(b->function);
    free(b->file);
    free(b->snapshot);
    free(b);
}

void bookmarks_free(struct bookmark_table *t)
{
    for (size_t i = 0; t && i < t->count; i++)
        bookmark_free(t->items[i]);
    if (!t)
        return;
    free(t->items);
    free(t->path);
    free(t->program);
    free(t);
}

void bookmarks_say(struct control *c, const char *text)
{
    BASE_FREE char *line = xasprintf("%s\n", text);
    target_say(c->target, line);
}

struct error *bookmarks_of(struct control *c, struct bookmark_table **ret)
{
    const struct time_driver *d;
    *ret = c->time.bookmarks;
    if (*ret)
        return NULL;
    TRY(time_driver(c, &d));
    struct bookmark_table *t = xcalloc(1, sizeof *t);
    c->time.bookmarks = *ret = t;
    t->next_id = 1;
    return NULL;
}

void bookmarks_insert(struct bookmark_table *t, struct bookmark *b)
{
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    size_t at = t->count++;
    for (; at > 0 && t->items[at - 1]->position > b->position; at--)
        t->items[at] = t->items[at - 1];
    t->items[at] = b;
}

struct bookmark *bookmarks_by_name(struct bookmark_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->items[i]->name, name) == 0)
            return t->items[i];
    return NULL;
}

struct bookmark *bookmarks_by_id(struct bookmark_table *t, uint64_t id)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i]->id == id)
            return t->items[i];
    return NULL;
}

struct bookmark *bookmarks_newest(struct bookmark_table *t)
{
    struct bookmark *found = NULL;
    for (size_t i = 0; i < t->count; i++)
        if (!found || t->items[i]->id > found->id)
            found = t->items[i];
    return found;
}

/* Words that `goto` takes for something else cannot be names. */
static struct error *check_name(struct bookmark_table *t, const char *name)
{
    char *end;
    strtod(name, &end);
    bool number = end != name && (!*end || strcmp(end, "%") == 0);
    if (!*name || number || strlen(name) > BOOKMARK_TEXT_MOST || strcmp(name, "start") == 0 ||
        strcmp(name, "end") == 0 || strcmp(name, "last") == 0)
        return error_hint(error_new(ERR_USAGE, "`%.60s` cannot be the name of a bookmark", name),
                          "numbers, percentages, `start`, `end` and `last` mean positions");
    if (bookmarks_by_name(t, name))
        return error_hint(error_new(ERR_USAGE, "there is a bookmark `%.60s` already", name),
                          "`unbookmark` removes it");
    if (t->count >= BOOKMARKS_MOST)
        return error_new(ERR_USAGE, "there are %d bookmarks already", BOOKMARKS_MOST);
    return NULL;
}

static void describe_place(struct control *c, struct bookmark *b)
{
    struct symbol_place place;
    if (!b->has_pc || !symbols_lookup(c->target->map, b->pc, &place))
        return;
    b->function = xstrdup_or_null(place.function);
    b->file = place.file ? xstrdup(path_base(place.file)) : NULL;
    b->line = place.line;
}

/* Code that cannot be read tells nothing. */
static size_t read_code(struct control *c, bool has_pc, uint64_t pc, unsigned char *ret)
{
    struct error *e = has_pc ? memory_read(c->target, pc, ret, BOOKMARK_CODE_BYTES) : NULL;
    bool known = has_pc && !e;
    error_free(e);
    return known ? BOOKMARK_CODE_BYTES : 0;
}

static struct error *fill(struct control *c, struct bookmark *b, bool snapshot)
{
    struct stop here;
    char thread[48];
    TRY(time_here(c, STOP_NONE, &here));
    b->position = here.position;
    b->has_pc = here.has_pc;
    b->pc = here.pc;
    thread_name(here.thread, thread, sizeof thread);
    b->thread = xstrdup(thread);
    b->made = time(NULL);
    b->state = BOOKMARK_GOOD;
    describe_place(c, b);
    b->code_length = read_code(c, b->has_pc, b->pc, b->code);
    if (!snapshot)
        return NULL;
    BASE_FREE char *kind = xasprintf("b%" PRIu64, b->id);
    return time_save(c, kind, &b->snapshot);
}

struct error *bookmark_make(struct control *c, struct bookmark_table *t, const char *name, const char *note,
                            bool snapshot, struct bookmark **ret)
{
    if (name)
        TRY(check_name(t, name));
    struct bookmark *b = xcalloc(1, sizeof *b);
    b->id = t->next_id;
    b->name = name ? xstrdup(name) : xasprintf("bookmark-%" PRIu64, b->id);
    b->note = xstrdup_or_null(note);
    struct error *e = fill(c, b, snapshot);
    if (e) {
        bookmark_free(b);
        return e;
    }
    t->next_id++;
    bookmarks_insert(t, b);
    *ret = b;
    return NULL;
}

struct error *bookmark_remove(struct control *c, struct bookmark_table *t, struct bookmark *b,
                              bool *forgotten)
{
    struct error *e = NULL;
    *forgotten = false;
    if (b->snapshot) {
        TRY(time_snapshots(c));
        if (time_snapshot_named(c, b->snapshot))
            e = time_remove(c, b->snapshot);
    }
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i] == b) {
            memmove(t->items + i, t->items + i + 1, (--t->count - i) * sizeof *t->items);
            break;
        }
    bookmark_free(b);
    *forgotten = true;
    return e;
}

static struct error *move_to(struct control *c, const struct bookmark *b)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (d->exact)
        return time_go_to(c, b->position);
    TRY(time_snapshots(c));
    const struct time_snapshot *one = b->snapshot ? time_snapshot_named(c, b->snapshot) : NULL;
    if (!one && d->seek)
        return time_seek(c, b->position);
    if (!one)
        return error_hint(error_new(ERR_NO_SNAPSHOT, "bookmark `%s`: its snapshot is gone", b->name),
                          "without a recording a bookmark is only as good as its snapshot");
    TRY(time_remove_all(c));
    time_moved(c);
    TRY(d->restore(c, b->snapshot, b->position));
    return time_landed(c, NULL);
}

struct error *bookmark_look(struct control *c, const struct bookmark *b, bool *has_snapshot,
                            enum bookmark_state *ret)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (b->snapshot)
        TRY(time_snapshots(c));
    *has_snapshot = b->snapshot && time_snapshot_named(c, b->snapshot);
    *ret = *has_snapshot || d->seek ? b->state : BOOKMARK_NO_SNAPSHOT;
    return NULL;
}

static bool same_code(struct control *c, const struct bookmark *b)
{
    unsigned char now[BOOKMARK_CODE_BYTES];
    return b->code_length == 0 || !read_code(c, true, b->pc, now) ||
           memcmp(now, b->code, b->code_length) == 0;
}

struct error *bookmark_go(struct control *c, struct bookmark *b)
{
    struct stop here;
    TRY(move_to(c, b));
    TRY(time_here(c, STOP_NONE, &here));
    bool fits = !b->has_pc || (here.has_pc && here.pc == b->pc),
         same = !fits || !b->has_pc || same_code(c, b);
    b->state = fits && same ? BOOKMARK_GOOD : BOOKMARK_STALE;
    if (fits && same)
        return NULL;
    BASE_FREE char *text = fits ? xasprintf("bookmark `%s` is stale: other code stood at 0x%" PRIx64
                                            " when it was made: is this another image, or another recording?",
                                            b->name, b->pc)
                                : xasprintf("bookmark `%s` is stale: it was made at 0x%" PRIx64
                                            ", and the recording is at 0x%" PRIx64 " there",
                                            b->name, b->pc, here.pc);
    bookmarks_say(c, text);
    return NULL;
}
