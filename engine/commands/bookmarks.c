/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Positions in time and the bookmarks on them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/bookmark_text.h"
#include "engine/commands/stop_json.h"

/* -- position -------------------------------------------------------------------------------------- */

static void add_percent(cJSON *o, uint64_t position, uint64_t last)
{
    if (last)
        cJSON_AddNumberToObject(o, "percent", floor((double)position / (double)last * 10000) / 100);
}

/* Where it is cannot be asked; of how much is known from before. */
static struct error *position_while_running(struct session *s, cJSON **ret)
{
    const struct time_line *t = &s->control->time;
    if (!t->driver || !t->last_known)
        return target_need_stopped(s->target);
    *ret = cJSON_CreateObject();
    cJSON_AddTrueToObject(*ret, "running");
    cJSON_AddNumberToObject(*ret, "total", (double)t->last);
    cJSON_AddStringToObject(*ret, "unit", t->driver->unit);
    return NULL;
}

static struct error *run_position(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    const struct time_driver *d;
    uint64_t position, last = 0;
    bool known = false;
    if (s->target->state == TARGET_RUNNING)
        return position_while_running(s, ret);
    TRY(time_driver(s->control, &d));
    TRY(time_position(s->control, &position));
    TRY(time_last(s->control, &known, &last));
    *ret = cJSON_CreateObject();
    cJSON_AddNumberToObject(*ret, "position", (double)position);
    if (known) {
        cJSON_AddNumberToObject(*ret, "total", (double)last);
        add_percent(*ret, position, last);
    }
    cJSON_AddStringToObject(*ret, "unit", d->unit);
    return NULL;
}

static void position_text(const cJSON *result, struct buf *out)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "running")))
        buf_add_text(out, "running");
    json_append(out, "", result, "position", "");
    json_append(out, " of ", result, "total", "");
    json_append(out, " ", result, "unit", "");
    json_append(out, " (", result, "percent", "%)");
    buf_add_char(out, '\n');
}

const struct command command_position = {
    .name = "position",
    .group = "bookmarks",
    .aliases = "when",
    .usage = "",
    .about = "where the target stands in time",
    .flags = COMMAND_NEEDS_TARGET | COMMAND_WHILE_RUNNING,
    .run = run_position,
    .text = position_text,
};

/* -- bookmark -------------------------------------------------------------------------------------- */

static struct error *wants_snapshot(const struct time_driver *d, const cJSON *wanted, bool *ret)
{
    const char *kind = cJSON_GetStringValue(wanted);
    if (kind && strcmp(kind, "memory") != 0)
        return error_new(ERR_USAGE, "bookmark: `snapshot` is true, false or \"memory\", not `%.60s`", kind);
    if (wanted && !kind && !cJSON_IsBool(wanted))
        return error_new(ERR_USAGE, "bookmark: `snapshot` is true, false or \"memory\"");
    *ret = wanted ? kind || cJSON_IsTrue(wanted) : d->save && !d->only_asked;
    return NULL;
}

/* A bookmark that could not be written is one of this session. */
static struct error *make(struct session *s, const cJSON *args, bool snapshot, struct bookmark **ret)
{
    struct bookmark_table *t;
    TRY(bookmarks_open(s->control, &t));
    TRY(bookmark_make(s->control, t, arg_text(args, "name"), arg_text(args, "note"), snapshot, ret));
    BASE_ERROR struct error *e = bookmarks_write(t);
    if (e)
        bookmarks_say(s->control, e->message);
    return NULL;
}

static struct error *shown(struct control *c, const struct bookmark *b, cJSON **ret)
{
    enum bookmark_state state;
    bool has_snapshot;
    TRY(bookmark_look(c, b, &has_snapshot, &state));
    *ret = bookmark_to_json(b);
    if (!has_snapshot)
        cJSON_DeleteItemFromObjectCaseSensitive(*ret, "snapshot");
    cJSON_ReplaceItemInObjectCaseSensitive(*ret, "state", cJSON_CreateString(bookmark_state_name(state)));
    return NULL;
}

static struct error *run_bookmark(struct session *s, const cJSON *args, cJSON **ret)
{
    const struct time_driver *d;
    struct bookmark *b;
    TRY(time_driver(s->control, &d));
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(args, "snapshot");
    bool snapshot = false;
    TRY(wants_snapshot(d, wanted, &snapshot));
    struct error *e = make(s, args, snapshot, &b);
    /* In a recording the position is enough: a snapshot that nobody asked for may fail. */
    if (!wanted && d->exact && error_is(e, ERR_REFUSED)) {
        target_say(s->target, e->message);
        error_free(e);
        e = make(s, args, false, &b);
    }
    struct error *inserted = s->target->connection ? time_reinsert(s->control) : NULL;
    if (e) {
        error_free(inserted);
        return e;
    }
    TRY(inserted);
    TRY(shown(s->control, b, ret));
    if (strcmp(json_text(*ret, "state"), "no-snapshot") == 0)
        cJSON_AddStringToObject(
            *ret, "warning",
            "there is neither a recording nor a snapshot to come back by; `bookmark -memory` "
            "(\"snapshot\": \"memory\") keeps registers and writable memory");
    return NULL;
}

/* `-memory` in front: with registers and writable memory. A name, and the rest is a remark. */
static struct error *parse_bookmark(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    char *name = prompt_word(&text);
    if (name && strcmp(name, "-memory") == 0) {
        cJSON_AddStringToObject(args, "snapshot", "memory");
        free(name);
        name = prompt_word(&text);
    }
    if (name)
        cJSON_AddStringToObject(args, "name", name);
    free(name);
    if (*text)
        cJSON_AddStringToObject(args, "note", text);
    return NULL;
}

static void add_bookmark(struct buf *out, const cJSON *b)
{
    json_append(out, "", b, "id", "");
    json_append(out, "\t", b, "name", "");
    json_append(out, "\tat ", b, "position", "");
    json_append(out, " (", b, "distance", ")");
    json_append(out, "\t", b, "pc", "");
    json_append(out, " in ", b, "function", "");
    json_append(out, " at ", b, "file", "");
    json_append(out, ":", b, "line", "");
    const char *state = json_text(b, "state");
    if (strcmp(state, "stale") == 0)
        buf_add_text(out, " (stale)");
    if (strcmp(state, "no-snapshot") == 0)
        buf_add_text(out, " (no snapshot: there is no way back to it)");
    json_append(out, "\t", b, "note", "");
    buf_add_char(out, '\n');
}

static void bookmark_text(const cJSON *result, struct buf *out)
{
    buf_add_text(out, "Bookmark ");
    add_bookmark(out, result);
}

static const struct command_arg bookmark_args[] = {
    {"name", ARG_TEXT, false, NULL, "what to call it; none: a name is made up"},
    {"note", ARG_TEXT, false, NULL, "a remark"},
    {"snapshot", ARG_ANY, false, NULL, "true, false, or \"memory\": registers and writable memory"},
    {0}};

const struct command command_bookmark = {
    .name = "bookmark",
    .group = "bookmarks",
    .aliases = "checkpoint",
    .usage = "[-memory] [NAME [NOTE]]",
    .about = "remember this moment",
    .args = bookmark_args,
    .flags = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_WAITS_ITSELF,
    .run = run_bookmark,
    .parse = parse_bookmark,
    .text = bookmark_text,
};

static struct error *run_bookmarks(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    struct bookmark_table *t;
    uint64_t now;
    TRY(bookmarks_open(s->control, &t));
    TRY(time_position(s->control, &now));
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "bookmarks");
    for (size_t i = 0; i < t->count; i++) {
        cJSON *one;
        TRY(shown(s->control, t->items[i], &one));
        cJSON_AddNumberToObject(one, "distance", (double)t->items[i]->position - (double)now);
        cJSON_AddItemToArray(list, one);
    }
    cJSON_AddNumberToObject(*ret, "position", (double)now);
    return NULL;
}

static void bookmarks_text(const cJSON *result, struct buf *out)
{
    const cJSON *one, *list = cJSON_GetObjectItemCaseSensitive(result, "bookmarks");
    cJSON_ArrayForEach (one, list)
        add_bookmark(out, one);
    json_append(out, "here: ", result, "position", "\n");
}

const struct command command_bookmarks = {
    .name = "bookmarks",
    .group = "bookmarks",
    .aliases = "info-bookmarks info-checkpoints",
    .usage = "",
    .about = "the bookmarks of this recording, in time order",
    .flags = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED,
    .run = run_bookmarks,
    .text = bookmarks_text,
};

/* -- which one ------------------------------------------------------------------------------------- */

static struct error *no_bookmark(const char *what)
{
    return error_hint(error_new(ERR_USAGE, "there is no bookmark `%.60s`", what), "`bookmarks` lists them");
}

static struct error *find_bookmark(struct session *s, const cJSON *args, struct bookmark **ret)
{
    struct bookmark_table *t;
    const char *name = arg_text(args, "name");
    uint64_t id = 0;
    TRY(bookmarks_open(s->control, &t));
    *ret = NULL;
    if (name) {
        *ret = bookmarks_by_name(t, name);
        return *ret ? NULL : no_bookmark(name);
    }
    if (!arg_given(args, "id"))
        return NULL;
    TRY(arg_unsigned(args, "id", 0, &id));
    *ret = bookmarks_by_id(t, id);
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, id);
    return *ret ? NULL : no_bookmark(text);
}

static struct error *end_position(struct session *s, const char *what, uint64_t *ret)
{
    bool known;
    TRY(time_last(s->control, &known, ret));
    if (known)
        return NULL;
    return error_hint(
        error_new(ERR_UNSUPPORTED, "goto %.60s: how long the recording is is not known", what),
        "QEMU's log tells; it must be readable here under the name `monitor info replay` shows");
}

/* "start", "end", "50%", or a count. */
static struct error *read_position(struct session *s, const cJSON *item, uint64_t *ret)
{
    const char *text = cJSON_GetStringValue(item);
    char *end;
    *ret = 0;
    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble == floor(item->valuedouble) &&
        item->valuedouble <= 9007199254740992.0) {
        *ret = (uint64_t)item->valuedouble;
        return NULL;
    }
    if (text && strcmp(text, "start") == 0)
        return NULL;
    if (text && strcmp(text, "end") == 0)
        return end_position(s, text, ret);
    if (text && text_parse_u64(text, ret))
        return NULL;
    double percent = text ? strtod(text, &end) : -1;
    if (!text || end == text || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 100))
        return error_hint(error_new(ERR_USAGE, "goto: `position` is no moment of this recording"),
                          "a count, `start`, `end`, `last` or a percentage such as `50%%`");
    TRY(end_position(s, text, ret));
    *ret = (uint64_t)((double)*ret * percent / 100);
    return NULL;
}

/* -- goto ------------------------------------------------------------------------------------------ */

static struct error *go(struct session *s, const cJSON *args)
{
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(args, "position");
    const char *word = cJSON_GetStringValue(position);
    struct bookmark *b;
    uint64_t goal;
    TRY(find_bookmark(s, args, &b));
    if (!b && word && strcmp(word, "last") == 0) {
        struct bookmark_table *t;
        TRY(bookmarks_open(s->control, &t));
        b = bookmarks_newest(t);
        if (!b)
            return no_bookmark("last");
    }
    if (b)
        return bookmark_go(s->control, b);
    if (!position)
        return error_new(ERR_USAGE, "goto: a bookmark's `name` or `id`, or a `position` is missing");
    const struct time_driver *d;
    TRY(time_driver(s->control, &d));
    if (!d->seek)
        return error_hint(error_new(ERR_UNSUPPORTED, "without a recording only bookmarks can be gone to"),
                          "`bookmarks` lists them");
    TRY(read_position(s, position, &goal));
    return time_go_to(s->control, goal);
}

static struct error *run_goto(struct session *s, const cJSON *args, cJSON **ret)
{
    struct stop stop;
    struct error *e = go(s, args);
    if (!e)
        e = time_here(s->control, STOP_GOTO, &stop);
    struct error *inserted =
        s->target->connection && s->target->state == TARGET_STOPPED ? time_reinsert(s->control) : NULL;
    if (e) {
        error_free(inserted);
        return time_cut_short(s, e, ret);
    }
    TRY(inserted);
    stop_tell(s, &stop, ret);
    return NULL;
}

/* A word at the prompt: a position, a bookmark's number, or a name. */
static struct error *parse_goto(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)alias;
    BASE_FREE char *word = prompt_word(&text);
    uint64_t number;
    if (!word)
        return error_new(ERR_USAGE,
                         "goto: a bookmark, a count, `start`, `end`, `last` or a percentage is missing");
    size_t n = strlen(word);
    bool keyword = !strcmp(word, "start") || !strcmp(word, "end") || !strcmp(word, "last");
    if (keyword || (n > 1 && word[n - 1] == '%')) {
        cJSON_AddStringToObject(args, "position", word);
    } else if (text_parse_u64(word, &number)) {
        bool is_id = s->control->time.bookmarks && bookmarks_by_id(s->control->time.bookmarks, number);
        cJSON_AddStringToObject(args, is_id ? "id" : "position", word);
    } else {
        cJSON_AddStringToObject(args, "name", word);
    }
    return NULL;
}

static const struct command_arg goto_args[] = {
    {"name", ARG_TEXT, false, NULL, "a bookmark's name"},
    {"id", ARG_ID, false, NULL, "a bookmark's number"},
    {"position", ARG_ANY, false, NULL,
     "a count, \"50%\", \"start\", \"end\", or \"last\": the newest bookmark"},
    {0}};

const struct command command_goto = {
    .name = "goto",
    .group = "bookmarks",
    .aliases = "goto-bookmark",
    .usage = "NAME|NUMBER|COUNT|PERCENT%|start|end|last",
    .about = "take the target to another moment",
    .args = goto_args,
    .flags = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_RUNS | COMMAND_WAITS_ITSELF,
    .run = run_goto,
    .parse = parse_goto,
    .text = stop_to_text,
};

/* -- unbookmark ------------------------------------------------------------------------------------ */

static struct error *run_unbookmark(struct session *s, const cJSON *args, cJSON **ret)
{
    struct bookmark_table *t;
    struct bookmark *b;
    bool forgotten;
    TRY(find_bookmark(s, args, &b));
    if (!b)
        return error_new(ERR_USAGE, "unbookmark: a bookmark's `name` or `id` is missing");
    TRY(bookmarks_open(s->control, &t));
    *ret = bookmark_to_json(b);
    struct error *e = bookmark_remove(s->control, t, b, &forgotten);
    struct error *unwritten = forgotten ? bookmarks_write(t) : NULL;
    if (e)
        error_free(unwritten);
    return e ? e : unwritten;
}

static struct error *parse_unbookmark(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    uint64_t number;
    BASE_FREE char *word = prompt_word(&text);
    if (!word)
        return error_new(ERR_USAGE, "unbookmark: a bookmark's name or number is missing");
    cJSON_AddStringToObject(args, text_parse_u64(word, &number) ? "id" : "name", word);
    return NULL;
}

static void unbookmark_text(const cJSON *result, struct buf *out)
{
    json_append(out, "removed bookmark ", result, "id", "");
    json_append(out, ", ", result, "name", "\n");
}

static const struct command_arg unbookmark_args[] = {{"name", ARG_TEXT, false, NULL, "a bookmark's name"},
                                                     {"id", ARG_ID, false, NULL, "a bookmark's number"},
                                                     {0}};

const struct command command_unbookmark = {
    .name = "unbookmark",
    .group = "bookmarks",
    .aliases = "delete-bookmark delete-checkpoint",
    .usage = "NAME|NUMBER",
    .about = "forget a bookmark, and remove its snapshot",
    .args = unbookmark_args,
    .flags = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED,
    .run = run_unbookmark,
    .parse = parse_unbookmark,
    .text = unbookmark_text,
};
