/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `help`: all commands by their groups, or one of them with its arguments. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/command.h"

static const char *const groups[] = {"target",    "symbols", "breakpoints", "run",     "time",
                                     "bookmarks", "threads", "data",        "scripts", "prompt"};

/* The dash of "info-threads", which is typed as two words; NULL where the dash belongs to the word. */
static char *family_dash(char *word)
{
    static const char *const families[] = {"info-", "set-", "show-", "unset-", "target-", "maintenance-"};
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        if (strncmp(word, families[i], strlen(families[i])) == 0)
            return word + strlen(families[i]) - 1;
    return NULL;
}

static void help_one(const struct command *c, struct buf *out)
{
    buf_printf(out, "%s %s\n  %s\n", c->name, c->usage, c->about);
    if (c->aliases && *c->aliases) {
        BASE_FREE char *words = xstrdup(c->aliases);
        buf_add_text(out, "  also:");
        for (char *save = NULL, *word = strtok_r(words, " ", &save); word;
             word = strtok_r(NULL, " ", &save)) {
            char *dash = family_dash(word);
            if (dash)
                *dash = ' ';
            buf_printf(out, dash ? " \"%s\"" : " %s", word);
        }
        buf_add_char(out, '\n');
    }
    for (const struct command_arg *a = c->args; a && a->name; a++) {
        buf_printf(out, "  %-10s %s%s", a->name, a->about, a->required ? " (needed)" : "");
        if (a->choices)
            buf_printf(out, " [%s]", a->choices);
        buf_add_char(out, '\n');
    }
}

static void help_all(struct buf *out)
{
    size_t count;
    const struct command *const *table = command_table(&count);
    for (size_t g = 0; g < ARRAY_LENGTH(groups); g++) {
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(table[i]->group, groups[g]) != 0)
                continue;
            if (!any)
                buf_printf(out, "%s\n", groups[g]);
            any = true;
            buf_printf(out, "  %-12s %s\n", table[i]->name, table[i]->about);
        }
    }
    buf_add_text(out,
                 "`help COMMAND` tells more. The words gdb users know (b, c, bt, p, x, info …) work too.\n");
}

struct error *command_help(const char *name, struct buf *out)
{
    if (!name || !*name) {
        help_all(out);
        return NULL;
    }
    const struct command *c;
    TRY(command_by_word(name, &c));
    help_one(c, out);
    return NULL;
}
