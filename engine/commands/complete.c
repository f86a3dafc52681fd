/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ends of a prompt line: command words first, then what the command's first argument is made of. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/command.h"
#include "engine/commands/limits.h"

struct words {
    char **items;
    size_t count, capacity;
};

static void add(struct words *w, const char *text, size_t n)
{
    if (w->count + 1 >= COMPLETE_MOST)
        return;
    for (size_t i = 0; i < w->count; i++)
        if (strlen(w->items[i]) == n && strncmp(w->items[i], text, n) == 0)
            return;
    ARRAY_RESERVE(w->items, w->count, w->capacity);
    w->items[w->count++] = xstrndup(text, n);
}

static char **finish(struct words *w)
{
    if (w->count == 0)
        return NULL;
    ARRAY_RESERVE(w->items, w->count, w->capacity);
    w->items[w->count] = NULL;
    return w->items;
}

static void add_commands(struct words *w, const char *prefix, size_t n)
{
    size_t count;
    const struct command *const *table = command_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(table[i]->name, prefix, n) == 0)
            add(w, table[i]->name, strlen(table[i]->name));
        const char *p = table[i]->aliases ? table[i]->aliases : "";
        while (*p) {
            size_t length = strcspn(p, " ");
            bool two_words = memchr(p, '-', length) != NULL;
            if (length > 2 && !two_words && strncmp(p, prefix, n) == 0)
                add(w, p, length);
            p += length + strspn(p + length, " ");
        }
    }
    if (strncmp("info", prefix, n) == 0)
        add(w, "info", 4);
}

/* Second words of "info …": the aliases that begin with the family's name. */
static void add_second_words(struct words *w, const char *family, const char *prefix, size_t n)
{
    size_t count, head = strlen(family);
    const struct command *const *table = command_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *p = table[i]->aliases ? table[i]->aliases : "";
        while (*p) {
            size_t length = strcspn(p, " ");
            bool fits = length > head && strncmp(p, family, head) == 0 && strncmp(p + head, prefix, n) == 0;
            if (fits)
                add(w, p + head, length - head);
            p += length + strspn(p + length, " ");
        }
    }
}

static void take_all(struct words *w, char **list)
{
    for (size_t i = 0; list && list[i]; i++) {
        add(w, list[i], strlen(list[i]));
        free(list[i]);
    }
    free(list);
}

static void add_registers(struct session *s, struct words *w, const char *prefix, size_t n)
{
    for (size_t i = 0; s->target->description && i < s->target->description->count; i++) {
        BASE_FREE char *name = xasprintf("$%s", s->target->description->registers[i].name);
        if (strncmp(name, prefix, n) == 0)
            add(w, name, strlen(name));
    }
}

static void add_choices(struct words *w, const struct command *c, const char *prefix, size_t n)
{
    for (const struct command_arg *a = c->args; a && a->name; a++) {
        const char *p = a->choices ? a->choices : "";
        while (*p) {
            size_t length = strcspn(p, " ");
            if (length >= n && strncmp(p, prefix, n) == 0)
                add(w, p, length);
            p += length + strspn(p + length, " ");
        }
    }
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || strchr("_$.:~", c) != NULL;
}

static void add_arguments(struct session *s, struct words *w, const struct command *c, const char *prefix)
{
    size_t n = strlen(prefix);
    add_choices(w, c, prefix, n);
    if (*prefix == '$') {
        add_registers(s, w, prefix, n);
        return;
    }
    if (n == 0)
        return; /* every symbol there is helps nobody */
    take_all(w, symbols_complete(s->target->map, prefix, COMPLETE_MOST));
    bool place = strcmp(c->group, "breakpoints") == 0 || strcmp(c->group, "symbols") == 0 ||
                 strcmp(c->name, "until") == 0;
    if (place)
        take_all(w, symbols_complete_files(s->target->map, prefix, COMPLETE_MOST));
}

char **command_complete(struct session *s, const char *line, size_t cursor, size_t *word_start)
{
    struct words w = {0};
    BASE_FREE char *text = xstrndup(line, cursor);
    size_t lead = strspn(text, " \t");
    size_t end = strlen(text);
    size_t start = end;
    while (start > lead && is_word_char(text[start - 1]))
        start--;
    *word_start = start;
    if (strcspn(text + lead, " \t/") + lead == end) {
        *word_start = lead;
        add_commands(&w, text + lead, end - lead);
        return finish(&w);
    }
    if (strncmp(text + lead, "info ", 5) == 0 && start == lead + 5) {
        add_second_words(&w, "info-", text + start, end - start);
        return finish(&w);
    }
    const struct command *c;
    cJSON *args;
    struct error *e = command_parse_line(s, text, &c, &args);
    if (!e)
        add_arguments(s, &w, c, text + start);
    if (!e)
        cJSON_Delete(args);
    error_free(e);
    return finish(&w);
}
