/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/help.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"

enum { KEY_COLUMNS = 22, COMMAND_COLUMNS = 34 };

static struct row *new_row(struct help *h)
{
    ARRAY_RESERVE(h->rows, h->count, h->capacity);
    h->rows[h->count] = (struct row){0};
    return &h->rows[h->count++];
}

static void heading(struct help *h, const char *text)
{
    if (h->count)
        new_row(h);
    row_add(new_row(h), STYLE_TITLE_FOCUS, text);
}

/* Neighbours that do the same share a line. */
static const struct key_binding *add_key_line(struct help *h, const struct key_binding *k)
{
    BASE_BUF struct buf names = {0};
    const char *about = k->about;
    for (; k->key && strcmp(k->about, about) == 0; k++) {
        if (names.length)
            buf_add_char(&names, ' ');
        key_spell(k->key, &names);
    }
    struct row *row = new_row(h);
    row_printf(row, STYLE_INPUT, "  %s", buf_text(&names));
    row_pad(row, KEY_COLUMNS);
    row_add(row, STYLE_TEXT, about);
    return k;
}

static void add_keys(struct help *h, const char *title, const struct key_binding *k)
{
    if (!k || !k->key)
        return;
    heading(h, title);
    while (k->key)
        k = add_key_line(h, k);
}

static void add_command(struct help *h, const struct command *c)
{
    struct row *row = new_row(h);
    row_printf(row, STYLE_INPUT, "  %s", c->name);
    if (c->usage && *c->usage)
        row_printf(row, STYLE_QUIET, " %s", c->usage);
    row_pad(row, COMMAND_COLUMNS);
    row_add(row, STYLE_TEXT, c->about ? c->about : "");
    if (c->aliases && *c->aliases)
        row_printf(row, STYLE_QUIET, "  (%s)", c->aliases);
}

void help_build(struct help *h, const struct pane_class *pane, const struct command *const *commands,
                size_t command_count)
{
    help_free(h);
    BASE_FREE char *own = xasprintf("Keys of the %s pane", pane->name);
    add_keys(h, own, pane->keys);
    if (!pane_is_typed_at(pane->id))
        add_keys(h, "Keys of all panes that are not typed at", keys_panes());
    add_keys(h, "Keys everywhere", keys_global());
    const char *group = "";
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i]->group, group) != 0) {
            group = commands[i]->group;
            BASE_FREE char *title = xasprintf("Commands: %s", group);
            heading(h, title);
        }
        add_command(h, commands[i]);
    }
    h->open = true;
}

void help_free(struct help *h)
{
    for (size_t i = 0; i < h->count; i++)
        row_free(&h->rows[i]);
    free(h->rows);
    h->rows = NULL;
    h->count = h->capacity = h->top = 0;
    h->open = false;
}

void help_key(struct help *h, unsigned key, size_t height)
{
    size_t last = h->count > height ? h->count - height : 0;
    size_t page = height > 1 ? height - 1 : 1;
    if (key == KEY_OF(KEY_DOWN) || key == 'j')
        h->top++;
    else if (key == KEY_OF(KEY_UP) || key == 'k')
        h->top -= h->top > 0;
    else if (key == KEY_OF(KEY_NPAGE) || key == ' ')
        h->top += page;
    else if (key == KEY_OF(KEY_PPAGE))
        h->top -= h->top < page ? h->top : page;
    else if (key == KEY_OF(KEY_HOME))
        h->top = 0;
    else if (key == KEY_OF(KEY_END))
        h->top = last;
    else
        h->open = false;
    if (h->top > last)
        h->top = last;
}
