/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who did that last? last-write, first-write, last-call. */
#include <stdlib.h>
#include <string.h>

#include "engine/commands/limits.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/commands/stop_json.h"
#include "engine/commands/args.h"
#include "engine/inspect/location.h"
#include "engine/control/time/back.h"
#include "engine/inspect/values/values.h"

/* Back to where the search began: nothing was found, or it was cut short. */
static struct error *back_home(struct session *s, uint64_t origin, struct error *why)
{
    if (!s->target->connection || s->target->state != TARGET_STOPPED)
        return why;
    int64_t saved;
    time_way_home(s->control, true, &saved);
    struct error *e = time_seek(s->control, origin);
    time_way_home(s->control, false, &saved);
    if (s->target->connection && s->target->state == TARGET_STOPPED) {
        struct error *inserted = time_reinsert(s->control);
        error_free(inserted);
    }
    error_free(e);
    return why;
}

static struct error *tell(struct session *s, const struct time_hit *hit, cJSON **ret)
{
    struct stop stop;
    TRY(time_land_on(s->control, hit, &stop));
    TRY(time_reinsert(s->control));
    stop_tell(s, &stop, ret);
    return NULL;
}

/* -- writes ---------------------------------------------------------------------------------------- */

static struct error *counts_watch(struct time_search *t, struct stop *stop, bool *ret)
{
    const int *id = t->context;
    *ret = stop->reason == STOP_WATCHPOINT && stop->watchpoint == *id;
    return NULL;
}

static struct error *what_to_watch(struct session *s, const cJSON *args, uint64_t *address, uint64_t *length)
{
    const char *expr = arg_text(args, "expr");
    if (expr && !arg_given(args, "addr"))
        return values_place(s->target, expr, address, length);
    if (!arg_given(args, "addr") || expr)
        return error_new(ERR_USAGE, "give an `expr`, or an `addr` and a `length`");
    TRY(arg_address(s, args, "addr", address));
    return arg_unsigned(args, "length", 1, length);
}

static struct error *search_write(struct session *s, struct breakpoint *b, bool first, uint64_t origin,
                                  cJSON **ret)
{
    struct time_search search;
    struct time_hit hit;
    bool found = false;
    int id = b->id;
    time_search_begin(&search, s->control, first ? "first-write" : "last-write", origin);
    search.counts = counts_watch;
    search.context = &id;
    search.only = id;
    search.first = first;
    struct error *e = time_search_next(&search, &found, &hit);
    time_search_end(&search);
    TRY(e);
    if (!found)
        return error_new(ERR_HISTORY_END, "nothing wrote %s between the start of the recording and here",
                         b->at);
    b->spent = b->once = true; /* it goes when the stop was told */
    s->control->breakpoints.any_spent = true;
    return tell(s, &hit, ret);
}

/* Searches go by exact positions. */
static struct error *need_positions(struct session *s)
{
    const struct time_driver *d;
    TRY(time_history(s->control, &d));
    if (d->exact)
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED, "%s tells no exact positions to search by", d->name),
                      "set a watchpoint or a breakpoint and `reverse-continue`");
}

static struct error *run_write(struct session *s, const cJSON *args, bool first, cJSON **ret)
{
    uint64_t address = 0, length = 0, origin;
    struct breakpoint *b;
    TRY(need_positions(s));
    TRY(what_to_watch(s, args, &address, &length));
    TRY(time_position(s->control, &origin));
    const char *expr = arg_text(args, "expr");
    struct breakpoint_request request = {.at = expr ? expr : "these bytes", .kind = BREAKPOINT_HARDWARE};
    TRY(watchpoint_set(s->control, &request, address, length, SITE_WRITE, &b));
    int id = b->id;
    struct error *e = search_write(s, b, first, origin, ret);
    b = s->target->connection ? breakpoint_find(s->control, id) : NULL;
    if (e && b) {
        struct error *gone = breakpoint_delete(s->control, b);
        error_free(gone);
    }
    return e ? back_home(s, origin, e) : NULL;
}

static struct error *run_last_write(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_write(s, args, false, ret);
}

static struct error *run_first_write(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_write(s, args, true, ret);
}

static const struct command_arg write_args[] = {
    {"expr", ARG_TEXT, false, NULL, "a variable or another place in memory"},
    {"addr", ARG_ADDRESS, false, NULL, "or an address"},
    {"length", ARG_UNSIGNED, false, NULL, "and how many bytes (1)"},
    {0}};

enum { SEARCH_FLAGS = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_RUNS | COMMAND_WAITS_ITSELF };

const struct command command_last_write = {
    .name = "last-write",
    .group = "time",
    .aliases = "who-wrote",
    .usage = "EXPRESSION",
    .about = "back to just behind what wrote this last",
    .args = write_args,
    .flags = SEARCH_FLAGS,
    .run = run_last_write,
    .text = stop_to_text,
};

const struct command command_first_write = {
    .name = "first-write",
    .group = "time",
    .aliases = "",
    .usage = "EXPRESSION",
    .about = "to just behind what wrote this first",
    .args = write_args,
    .flags = SEARCH_FLAGS,
    .run = run_first_write,
    .text = stop_to_text,
};

/* -- calls ----------------------------------------------------------------------------------------- */

struct entries {
    struct site *sites[CALL_ENTRIES_MOST];
    size_t count;
};

static struct error *counts_entries(struct time_search *t, struct stop *stop, bool *ret)
{
    const struct entries *entries = t->context;
    *ret = false;
    for (size_t i = 0; i < entries->count && stop->has_pc; i++)
        *ret |= entries->sites[i]->address == stop->pc;
    stop->reason = STOP_GOTO;
    stop->breakpoint = stop->watchpoint = stop->signal = 0;
    return NULL;
}

static struct error *site_entries(struct session *s, const char *function, struct entries *ret)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(s->target, function, &matches, &count));
    for (size_t i = 0; i < count && ret->count < CALL_ENTRIES_MOST; i++)
        if (!matches[i].data)
            ret->sites[ret->count++] = insertion_for_run(
                s->control, matches[i].inlined || !matches[i].entry ? matches[i].address : matches[i].entry);
    free(matches);
    return ret->count ? NULL : error_new(ERR_NO_SYMBOL, "last-call: %.100s is no code", function);
}

static struct error *search_call(struct session *s, const char *function, struct entries *entries,
                                 uint64_t origin, struct time_hit *hit)
{
    struct time_search search;
    bool found = false;
    time_search_begin(&search, s->control, "last-call", origin);
    search.counts = counts_entries;
    search.context = entries;
    struct error *e = time_search_next(&search, &found, hit);
    time_search_end(&search);
    TRY(e);
    return found ? NULL
                 : error_new(ERR_HISTORY_END,
                             "%.100s was not called between the start of the recording and here", function);
}

static struct error *run_last_call(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *function = arg_text(args, "function");
    struct entries entries = {0};
    struct time_hit hit;
    uint64_t origin;
    TRY(need_positions(s));
    TRY(time_position(s->control, &origin));
    struct error *e = site_entries(s, function, &entries);
    if (!e)
        e = search_call(s, function, &entries, origin, &hit);
    for (size_t i = 0; i < entries.count && s->target->connection; i++)
        site_release(s->control, entries.sites[i]);
    if (!e)
        e = tell(s, &hit, ret);
    return e ? back_home(s, origin, e) : NULL;
}

static const struct command_arg call_args[] = {{"function", ARG_TEXT, true, NULL, "its name"}, {0}};

const struct command command_last_call = {
    .name = "last-call",
    .group = "time",
    .aliases = "",
    .usage = "FUNCTION",
    .about = "back to where this function was entered last",
    .args = call_args,
    .flags = SEARCH_FLAGS,
    .run = run_last_call,
    .text = stop_to_text,
};
