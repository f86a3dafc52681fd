/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/skip.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/pattern.h"
#include "engine/control/limits.h"
#include "symbols/map.h"

static struct error *check(const struct skip *wanted)
{
    if (!wanted->function && !wanted->file)
        return error_new(ERR_USAGE, "skip: it names neither a function nor a file");
    if ((wanted->function && strlen(wanted->function) > SKIP_TEXT_MOST) ||
        (wanted->file && strlen(wanted->file) > SKIP_TEXT_MOST))
        return error_new(ERR_USAGE, "skip: a text has more than %d bytes", SKIP_TEXT_MOST);
    bool regex = wanted->function && wanted->function_how == SKIP_REGEX;
    BASE_FREE char *why = regex ? pattern_check(wanted->function) : NULL;
    return why ? error_new(ERR_SYNTAX, "skip: %s is no regular expression: %s", wanted->function, why) : NULL;
}

struct error *skip_add(struct skip_table *t, const struct skip *wanted, int *id)
{
    TRY(check(wanted));
    if (t->count == SKIPS_MOST)
        return error_hint(error_new(ERR_USAGE, "there are %d skips, and no more are taken", SKIPS_MOST),
                          "`skip delete` deletes them; one pattern can mean many functions");
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    struct skip *s = &t->items[t->count++];
    *s = *wanted;
    s->function = wanted->function ? xstrdup(wanted->function) : NULL;
    s->file = wanted->file ? xstrdup(wanted->file) : NULL;
    s->enabled = true;
    *id = s->id = ++t->last_id;
    return NULL;
}

static void free_texts(struct skip *s)
{
    free(s->function);
    free(s->file);
}

struct error *skip_change(struct skip_table *t, int id, enum skip_change change)
{
    size_t kept = 0, met = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct skip *s = &t->items[i];
        bool meant = !id || s->id == id;
        met += meant;
        if (meant && change == SKIP_DELETE) {
            free_texts(s);
            continue;
        }
        if (meant)
            s->enabled = change == SKIP_ENABLE;
        t->items[kept++] = *s;
    }
    t->count = kept;
    return met || !id ? NULL
                      : error_hint(error_new(ERR_USAGE, "there is no skip %d", id), "`info skip` lists them");
}

/* "f" means "f(int)", and "n::f" alone is no "f". */
static bool is_name(const char *wanted, const char *name)
{
    size_t n = strlen(wanted);
    return strncmp(wanted, name, n) == 0 && (!name[n] || (name[n] == '(' && !strchr(wanted, '(')));
}

static bool means_function(const struct skip *s, const char *function)
{
    if (!s->function)
        return true;
    if (!function)
        return false;
    const char *name = symbols_without_returned(function);
    switch (s->function_how) {
    case SKIP_GLOB:
        return fnmatch(s->function, name, 0) == 0;
    case SKIP_REGEX:
        return pattern_fits(s->function, name);
    default:
        return is_name(s->function, name);
    }
}

static bool means_file(const struct skip *s, const char *file)
{
    if (!s->file)
        return true;
    if (!file)
        return false;
    size_t n = strlen(file), wanted = strlen(s->file);
    const char *tail = wanted < n && s->file[0] != '/' ? file + n - wanted : file;
    const char *base = strrchr(file, '/');
    if (s->file_how == SKIP_GLOB)
        return fnmatch(s->file, strchr(s->file, '/') || !base ? file : base + 1, 0) == 0;
    return strcmp(tail, s->file) == 0 && (tail == file || tail[-1] == '/');
}

static bool passes(const struct skip_table *t, const char *function, const char *file)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].enabled && means_function(&t->items[i], function) && means_file(&t->items[i], file))
            return true;
    return false;
}

bool skip_has_function(const struct skip_table *t, const struct symbol_place *place)
{
    unsigned n = place->inlined_count;
    return t->count && passes(t, n ? place->inlined[n - 1].function : place->function,
                              n ? place->inlined[n - 1].file : place->file);
}

bool skip_has_inlined(const struct skip_table *t, const struct symbol_place *place)
{
    return t->count && place->inlined_count && passes(t, place->function, place->file);
}

void skip_free(struct skip_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free_texts(&t->items[i]);
    free(t->items);
    *t = (struct skip_table){0};
}
