/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file may have been edited by hand: every member of it is checked, and texts are cut. */
#include "engine/commands/bookmark_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/control/control.h"

enum { FILE_VERSION = 1 };

/* -- writing --------------------------------------------------------------------------------------- */

const char *bookmark_state_name(enum bookmark_state state)
{
    static const char *const names[] = {"unchecked", "good", "stale", "no-snapshot"};
    return names[state];
}

cJSON *bookmark_to_json(const struct bookmark *b)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "id", (double)b->id);
    cJSON_AddStringToObject(o, "name", b->name);
    json_add_text(o, "note", b->note);
    cJSON_AddNumberToObject(o, "position", (double)b->position);
    json_add_text(o, "thread", b->thread);
    if (b->has_pc)
        json_add_address(o, "pc", b->pc);
    json_add_text(o, "function", b->function);
    json_add_text(o, "file", b->file);
    if (b->line)
        cJSON_AddNumberToObject(o, "line", b->line);
    cJSON_AddNumberToObject(o, "made", (double)b->made);
    json_add_text(o, "snapshot", b->snapshot);
    cJSON_AddStringToObject(o, "state", bookmark_state_name(b->state));
    return o;
}

static void add_code(cJSON *o, const struct bookmark *b)
{
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, b->code, b->code_length);
    if (hex.length)
        cJSON_AddStringToObject(o, "code", buf_text(&hex));
}

static char *as_text(const struct bookmark_table *t)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "version", FILE_VERSION);
    json_add_text(o, "program", t->program);
    cJSON *list = cJSON_AddArrayToObject(o, "bookmarks");
    for (size_t i = 0; i < t->count; i++) {
        cJSON *one = bookmark_to_json(t->items[i]);
        cJSON_DeleteItemFromObjectCaseSensitive(one, "state");
        add_code(one, t->items[i]);
        cJSON_AddItemToArray(list, one);
    }
    char *text = cJSON_Print(o);
    cJSON_Delete(o);
    return text;
}

struct error *bookmarks_write(const struct bookmark_table *t)
{
    if (!t->path)
        return NULL;
    BASE_FREE char *text = as_text(t);
    return bookmark_file_write(t->path, text);
}

/* -- reading --------------------------------------------------------------------------------------- */

static char *text_member(const cJSON *o, const char *name)
{
    const char *text = json_text_or_null(o, name);
    return text ? xstrndup(text, strnlen(text, BOOKMARK_TEXT_MOST)) : NULL;
}

static bool number_member(const cJSON *o, const char *name, uint64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    double d = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (d < 0 || d != floor(d) || d > 9007199254740992.0)
        return false;
    *ret = (uint64_t)d;
    return true;
}

static bool read_one(const cJSON *o, struct bookmark_table *t)
{
    struct bookmark *b = xcalloc(1, sizeof *b);
    uint64_t line = 0, made = 0;
    BASE_FREE char *pc = text_member(o, "pc");
    b->name = text_member(o, "name");
    b->note = text_member(o, "note");
    b->thread = text_member(o, "thread");
    b->function = text_member(o, "function");
    b->file = text_member(o, "file");
    b->snapshot = text_member(o, "snapshot");
    BASE_FREE char *code = text_member(o, "code");
    if (code && hex_decode(code, strlen(code), b->code, sizeof b->code) == sizeof b->code)
        b->code_length = sizeof b->code;
    b->has_pc = pc && text_parse_u64(pc, &b->pc);
    bool good = number_member(o, "id", &b->id) && number_member(o, "position", &b->position) && b->name &&
                (!b->snapshot || time_snapshot_is_ours(b->snapshot)) && b->id > 0 &&
                !bookmarks_by_id(t, b->id) && !bookmarks_by_name(t, b->name);
    number_member(o, "line", &line);
    number_member(o, "made", &made);
    b->line = (unsigned)line;
    b->made = (int64_t)made;
    if (!good || t->count >= BOOKMARKS_MOST) {
        bookmark_free(b);
        return false;
    }
    bookmarks_insert(t, b);
    if (b->id >= t->next_id)
        t->next_id = b->id + 1;
    return true;
}

/* NULL, or what is wrong with it. */
static const char *parse(const char *text, size_t n, struct bookmark_table *t)
{
    cJSON *o = cJSON_ParseWithLength(text, n);
    uint64_t version = 0;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "bookmarks"), *one;
    const char *wrong = NULL;
    if (!cJSON_IsObject(o))
        wrong = "the file is no JSON";
    else if (!number_member(o, "version", &version) || version != FILE_VERSION)
        wrong = "the file is of another version of this program";
    else if (!cJSON_IsArray(list))
        wrong = "the file holds no list";
    free(t->program);
    t->program = wrong ? NULL : text_member(o, "program");
    if (!wrong) {
        cJSON_ArrayForEach (one, list)
            if (!read_one(one, t))
                wrong = "an entry of the file is damaged";
    }
    cJSON_Delete(o);
    return wrong;
}

struct error *bookmarks_read(const char *path, struct bookmark_table *t)
{
    BASE_FREE char *text = NULL;
    size_t n;
    TRY(bookmark_file_read(path, &text, &n));
    const char *wrong = text ? parse(text, n, t) : NULL;
    return wrong ? bookmark_file_put_aside(path, wrong) : NULL;
}

/* -- of a session ---------------------------------------------------------------------------------- */

static void check_program(struct control *c, struct bookmark_table *t)
{
    BASE_FREE char *now = bookmark_program(c);
    if (!t->program) {
        t->program = xstrdup_or_null(now);
    } else if (t->count && now && strcmp(now, t->program) != 0) {
        bookmarks_say(c, "the bookmarks of this recording were made with another build of the program: "
                         "functions and lines may not fit");
    }
}

struct error *bookmarks_open(struct control *c, struct bookmark_table **ret)
{
    TRY(bookmarks_of(c, ret));
    struct bookmark_table *t = *ret;
    if (t->looked)
        return NULL;
    t->looked = true;
    t->path = bookmark_path(c);
    struct error *e = t->path ? bookmarks_read(t->path, t) : NULL;
    if (e) {
        BASE_FREE char *text = xasprintf("%s (%s)", e->message, e->hint ? e->hint : "");
        bookmarks_say(c, text);
        error_free(e);
    }
    check_program(c, t);
    return NULL;
}
