/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A typed line to a command and its arguments: gdb's words, abbreviations, near misses. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/command.h"
#include "engine/commands/limits.h"

/* Calls `visit` with the name and each alias of each command until it returns true. */
typedef bool (*name_visitor)(const struct command *c, const char *name, size_t n, void *context);

static bool each_name(name_visitor visit, void *context)
{
    size_t count;
    const struct command *const *table = command_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (visit(table[i], table[i]->name, strlen(table[i]->name), context))
            return true;
        const char *p = table[i]->aliases ? table[i]->aliases : "";
        while (*p) {
            size_t n = strcspn(p, " ");
            if (n && visit(table[i], p, n, context))
                return true;
            p += n + strspn(p + n, " ");
        }
    }
    return false;
}

struct search {
    const char *word;
    size_t length;
    const struct command *exact, *prefix;
    const char *name; /* of what was found */
    size_t name_length;
    bool ambiguous;
};

static bool match_name(const struct command *c, const char *name, size_t n, void *context)
{
    struct search *f = context;
    if (n < f->length || strncmp(name, f->word, f->length) != 0)
        return false;
    if (n == f->length) {
        f->exact = c;
        f->name = name;
        f->name_length = n;
        return true;
    }
    if (f->prefix && f->prefix != c)
        f->ambiguous = true;
    if (!f->prefix) {
        f->prefix = c;
        f->name = name;
        f->name_length = n;
    }
    return false;
}

static const struct command *find_word(const char *word, size_t n, struct search *f)
{
    *f = (struct search){.word = word, .length = n};
    if (n == 0)
        return NULL;
    each_name(match_name, f);
    if (f->exact)
        return f->exact;
    return f->ambiguous ? NULL : f->prefix;
}

struct near {
    const char *word;
    size_t best;
    const char *name;
    size_t length;
};

static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[NEAR_COMMAND_MOST + 1];
    if (n > NEAR_COMMAND_MOST || m > NEAR_COMMAND_MOST)
        return NEAR_COMMAND_MOST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            size_t cost = diagonal + (a[i - 1] != b[j - 1]);
            size_t least = above < row[j - 1] ? above + 1 : row[j - 1] + 1;
            row[j] = cost < least ? cost : least;
            diagonal = above;
        }
    }
    return row[m];
}

static bool nearer(const struct command *c, const char *name, size_t n, void *context)
{
    struct near *f = context;
    size_t d = distance(f->word, strlen(f->word), name, n);
    (void)c;
    if (d < f->best) {
        f->best = d;
        f->name = name;
        f->length = n;
    }
    return false;
}

static struct error *unknown_word(const char *word, bool ambiguous)
{
    struct error *e =
        error_new(ERR_USAGE, ambiguous ? "%s could be several commands" : "there is no command %s", word);
    struct near near = {.word = word, .best = 3};
    each_name(nearer, &near);
    if (near.name)
        return error_hint(e, "did you mean %.*s? `help` lists all", (int)near.length, near.name);
    return error_hint(e, "`help` lists all commands");
}

/* Without a parse function of its own a command's arguments are filled in order; the last one takes the rest.
 */
static void share_out(const struct command *c, const char *text, cJSON *args)
{
    for (const struct command_arg *a = c->args; a && a->name && *text; a++) {
        bool last = !a[1].name || a[1].type == ARG_BOOLEAN;
        BASE_FREE char *word = last ? xstrdup(text) : prompt_word(&text);
        if (last)
            text = "";
        uint64_t number;
        if (!word)
            return;
        if (a->type == ARG_BOOLEAN)
            cJSON_AddBoolToObject(args, a->name,
                                  !strcasecmp(word, "on") || !strcasecmp(word, "true") || !strcmp(word, "1"));
        else if (a->type == ARG_NUMBER && text_parse_u64(word, &number))
            cJSON_AddNumberToObject(args, a->name, (double)number);
        else
            cJSON_AddStringToObject(args, a->name, word);
    }
}

/* Words that begin several commands, which may be abbreviated; NULL for any other. */
static const char *family_of(const char *word, size_t n)
{
    static const char *const families[][2] = {{"info", "info"},
                                              {"i", "info"},
                                              {"set", "set"},
                                              {"show", "show"},
                                              {"unset", "unset"},
                                              {"target", "target"},
                                              {"maintenance", "maintenance"}};
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        if (strlen(families[i][0]) == n && strncmp(word, families[i][0], n) == 0)
            return families[i][1];
    return NULL;
}

/* "info threads" and "set var" are found as one word, info-threads; both parts may be abbreviated. */
static const struct command *find_two_words(const char *line, size_t *used, struct search *f)
{
    size_t first = strcspn(line, " \t/");
    const char *second = line + first + strspn(line + first, " \t");
    size_t n = strcspn(second, " \t/");
    if (second == line + first || n == 0)
        return NULL;
    const char *head = family_of(line, first);
    BASE_FREE char *joined = head ? xasprintf("%s-%.*s", head, (int)n, second)
                                  : xasprintf("%.*s-%.*s", (int)first, line, (int)n, second);
    const struct command *c = find_word(joined, strlen(joined), f);
    if (!head && !f->exact) /* only what is spelt out: "delete checkpoint", but never "b m" */
        return NULL;
    if (!c && f->ambiguous)
        c = f->prefix; /* as gdb: "info r" is registers, the first that fits */
    *used = (size_t)(second - line) + n;
    return c;
}

static const struct command *find_line(const char *line, size_t *used, struct search *f)
{
    const struct command *c = find_two_words(line, used, f);
    if (c)
        return c;
    *used = strcspn(line, " \t/");
    return find_word(line, *used, f);
}

struct error *command_by_word(const char *line, const struct command **ret)
{
    size_t used = 0;
    struct search f;
    line += strspn(line, " \t");
    *ret = find_line(line, &used, &f);
    if (*ret)
        return NULL;
    BASE_FREE char *word = xstrndup(line, used);
    return unknown_word(word, f.ambiguous);
}

struct error *command_parse_line(struct session *s, const char *line, const struct command **ret,
                                 cJSON **args)
{
    *ret = NULL;
    *args = NULL;
    line += strspn(line, " \t");
    size_t used = 0;
    struct search f;
    const struct command *c = find_line(line, &used, &f);
    if (!c) {
        BASE_FREE char *word = xstrndup(line, used);
        return unknown_word(word, f.ambiguous);
    }
    BASE_FREE char *alias = xstrndup(f.name, f.name_length);
    BASE_FREE char *text = xstrdup(line + used + strspn(line + used, " \t"));
    for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]);)
        text[--n] = '\0';
    *ret = c;
    *args = cJSON_CreateObject();
    struct error *e = NULL;
    if (c->parse)
        e = c->parse(s, alias, text, *args);
    else
        share_out(c, text, *args);
    if (e) {
        cJSON_Delete(*args);
        *args = NULL;
    }
    return e;
}
