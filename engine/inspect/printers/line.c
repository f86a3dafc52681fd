/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A description as a line of text: TYPE KIND PART=PATH... */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/printers/description.h"

static const char *const part_names[PRINTER_PARTS] = {
    [PART_IF] = "if",     [PART_DATA] = "data",       [PART_SIZE] = "size",     [PART_CAPACITY] = "capacity",
    [PART_TYPE] = "type", [PART_ELEMENT] = "element", [PART_KEY] = "key",       [PART_VALUE] = "value",
    [PART_NODE] = "node", [PART_FIRST] = "first",     [PART_NEXT] = "next",     [PART_STOP] = "stop",
    [PART_LEFT] = "left", [PART_RIGHT] = "right",     [PART_PARENT] = "parent", [PART_LAST] = "last",
    [PART_REST] = "rest", [PART_START] = "start",     [PART_PER] = "per",       [PART_CONTROL] = "control",
    [PART_MASK] = "mask", [PART_IN] = "in",           [PART_LEAF] = "leaf",     [PART_NAMES] = "names",
    [PART_TO] = "to",     [PART_USES] = "uses",       [PART_SOME] = "some",     [PART_INDEX] = "index",
    [PART_HERE] = "here",
};

/* Which parts a kind must have and may have. */
static const struct {
    const char *name, *needs, *takes;
} kinds[PRINTER_KINDS] = {
    [PRINTER_STRING] = {"string", "data size", "capacity type"},
    [PRINTER_ARRAY] = {"array", "data size", "capacity type element key value"},
    [PRINTER_BITS] = {"bits", "data", "size last rest"},
    [PRINTER_BLOCKS] = {"blocks", "data start", "size last rest per"},
    [PRINTER_RING] = {"ring", "data capacity start", "size last type element"},
    [PRINTER_LIST] = {"list", "first next element", "stop size node key value"},
    [PRINTER_TREE] = {"tree", "first left right parent element", "stop size node key value"},
    [PRINTER_SLOTS] = {"slots", "control mask size type", "element key value"},
    [PRINTER_TUPLE] = {"tuple", "leaf", "in"},
    [PRINTER_MEMBERS] = {"members", "names", ""},
    [PRINTER_POINTER] = {"pointer", "to", "uses"},
    [PRINTER_VALUE] = {"value", "value", ""},
    [PRINTER_OPTIONAL] = {"optional", "some value", ""},
    [PRINTER_VARIANT] = {"variant", "index first rest here", ""},
};

const char *printer_kind_name(enum printer_kind kind)
{
    return kinds[kind].name;
}

void printer_free(struct printer *d)
{
    free(d->type);
    for (size_t i = 0; i < PRINTER_PARTS; i++)
        free(d->parts[i]);
}

static bool is_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; n && (at = strstr(at, word)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

/* A word up to the next blank that is not inside of quotes or brackets of a name such as "&mut [*". */
static char *cut_word(const char **at, const char *end)
{
    while (*at < end && isspace((unsigned char)**at))
        ++*at;
    const char *from = *at;
    bool quoted = from < end && *from == '"';
    if (quoted)
        ++*at;
    while (*at < end && (quoted ? **at != '"' : !isspace((unsigned char)**at)))
        ++*at;
    if (from == *at)
        return NULL;
    char *word = xstrndup(from + quoted, (size_t)(*at - from) - quoted);
    *at += quoted && *at < end;
    return word;
}

static struct error *kind_of(const char *word, enum printer_kind *ret)
{
    BASE_BUF struct buf all = {0};
    for (unsigned i = 0; i < PRINTER_KINDS; i++) {
        if (word && strcmp(kinds[i].name, word) == 0) {
            *ret = (enum printer_kind)i;
            return NULL;
        }
        buf_printf(&all, i ? ", %s" : "%s", kinds[i].name);
    }
    return error_hint(error_new(ERR_USAGE, "\"%s\" is no kind", word ? word : ""),
                      "TYPE KIND PART=PATH..., where KIND is one of %s", buf_text(&all));
}

static struct error *wrong_part(enum printer_kind kind, const char *word)
{
    return error_hint(error_new(ERR_USAGE, "\"%s\" is no part of the kind %s", word, kinds[kind].name),
                      "it takes PART=PATH of these: %s%s%s, if", kinds[kind].needs,
                      *kinds[kind].takes ? " " : "", kinds[kind].takes);
}

/* Names of members, not paths: of those that are shown, and of a base class. */
static bool is_names(enum printer_part part)
{
    return part == PART_NAMES || part == PART_LEAF;
}

static struct error *take_part(struct printer *d, const char *word)
{
    const char *equals = strchr(word, '=');
    BASE_FREE char *name = xstrndup(word, equals ? (size_t)(equals - word) : 0);
    size_t part = 0;
    while (part < PRINTER_PARTS && strcmp(part_names[part], name) != 0)
        part++;
    bool taken =
        part == PART_IF || is_word(kinds[d->kind].needs, name) || is_word(kinds[d->kind].takes, name);
    if (!equals || part == PRINTER_PARTS || !taken)
        return wrong_part(d->kind, word);
    if (d->parts[part])
        return error_hint(error_new(ERR_USAGE, "`%s` is there twice", name),
                          "an alternative is a line of its own: they are tried in order");
    const char *fault = is_names((enum printer_part)part) ? NULL : path_fault(equals + 1);
    if (fault || !equals[1])
        return error_hint(error_new(ERR_USAGE, "\"%s\" is no path", word), "expected: %s",
                          fault ? fault : "names, separated by commas");
    d->parts[part] = xstrdup(equals + 1);
    return NULL;
}

static struct error *check_needed(const struct printer *d)
{
    for (size_t i = 0; i < PRINTER_PARTS; i++)
        if (!d->parts[i] && is_word(kinds[d->kind].needs, part_names[i]))
            return error_hint(error_new(ERR_USAGE, "`%s` is missing", part_names[i]), "the kind %s needs: %s",
                              kinds[d->kind].name, kinds[d->kind].needs);
    return NULL;
}

static struct error *parse(const char *at, const char *end, struct printer *d)
{
    BASE_FREE char *kind = cut_word(&at, end);
    TRY(kind_of(kind, &d->kind));
    for (char *word; (word = cut_word(&at, end)) != NULL;) {
        struct error *e = take_part(d, word);
        free(word);
        TRY(e);
    }
    return check_needed(d);
}

struct error *printer_parse(const char *line, size_t length, struct printer *ret, bool *any)
{
    const char *at = line, *end = line + length;
    *ret = (struct printer){.from = ""};
    char *type = cut_word(&at, end);
    *any = type && *type != '#';
    if (!*any) {
        free(type);
        return NULL;
    }
    ret->type = type;
    struct error *e = parse(at, end, ret);
    if (e) {
        printer_free(ret);
        *ret = (struct printer){.from = ""};
    }
    return e;
}
