/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/status.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/columns.h"

enum { PARTS = 8, TARGET_COLUMNS = 36, ELASTIC_LEAST = 12, BAR_COLUMNS = 10 };
/* A quicker answer needs no telling that it is awaited. */
enum { BUSY_SHOWN_NS = 500000000 };

/* In the order they stand; those of the highest rank go first when there is no room. */
struct part {
    struct buf text;
    enum style style;
    int rank;
    const char *before; /* what separates it from its left neighbour */
    bool elastic;       /* is cut before it is left out */
};

struct parts {
    struct part items[PARTS];
    size_t count;
};

static struct buf *add(struct parts *p, enum style style, int rank, const char *before)
{
    p->items[p->count] = (struct part){.style = style, .rank = rank, .before = before};
    return &p->items[p->count++].text;
}

void status_progress(const char *what, double done, double total, struct buf *out)
{
    double part = total > 0 && done > 0 ? done / total : 0;
    if (part > 1)
        part = 1;
    text_add_visible(out, what, strlen(what), false);
    buf_add_text(out, " [");
    for (int i = 0; i < BAR_COLUMNS; i++)
        buf_add_char(out, i < (int)(part * BAR_COLUMNS) ? '#' : '.');
    buf_printf(out, "] %d %%", (int)(part * 100));
}

void status_bytes(uint64_t bytes, struct buf *out)
{
    if (bytes < 1000)
        buf_printf(out, "%llu B", (unsigned long long)bytes);
    else if (bytes < 1000000)
        buf_printf(out, "%.1f kB", (double)bytes / 1e3);
    else
        buf_printf(out, "%.1f MB", (double)bytes / 1e6);
}

void status_time(int64_t ns, struct buf *out)
{
    if (ns < 1000000000)
        buf_printf(out, "%.1f ms", (double)ns / 1e6);
    else
        buf_printf(out, "%.1f s", (double)ns / 1e9);
}

static void add_state(struct parts *p, const struct status *s)
{
    const struct view *v = s->view;
    struct buf *text = add(p, STYLE_CURRENT, 0, "");
    if (!v || (!s->ready && v->state == TARGET_DISCONNECTED)) {
        buf_add_text(text, "opening …");
        return;
    }
    int64_t seconds = (s->now_ns - v->running_since_ns) / 1000000000;
    switch (v->state) {
    case TARGET_DISCONNECTED:
        buf_add_text(text, "no target");
        break;
    case TARGET_EXITED:
        buf_printf(text, "ended · %s", v->stop_text ? v->stop_text : "the program is gone");
        break;
    case TARGET_STOPPED:
        buf_printf(text, "stopped · %s", v->stop_text ? v->stop_text : "");
        break;
    case TARGET_RUNNING:
        buf_printf(text, "running %lld s%s", (long long)(seconds > 0 ? seconds : 0),
                   v->deaf ? ", does not stop" : "");
        buf_printf(add(p, STYLE_TEXT, 2, " · "), "panes show stop %llu", (unsigned long long)v->epoch);
        buf_add_text(add(p, STYLE_QUIET, 6, " · "), "F6 stops it");
        break;
    }
}

static void add_cost(struct parts *p, const struct view *v)
{
    if (v->state != TARGET_STOPPED || !v->stop_turns)
        return;
    struct buf *text = add(p, STYLE_QUIET, v->thrifty ? 1 : 6, " · ");
    buf_printf(text, "%llu turn%s ", (unsigned long long)v->stop_turns, v->stop_turns == 1 ? "" : "s");
    status_bytes(v->stop_bytes, text);
    buf_add_char(text, ' ');
    status_time(v->stop_ns, text);
}

/* Long work, and how to stop it. */
static void add_work(struct parts *p, const struct status *s)
{
    const char *progress = s->progress ? s->progress : s->view->progress;
    int64_t busy_ns = s->now_ns - s->busy_since_ns;
    bool busy = s->busy && busy_ns > BUSY_SHOWN_NS && s->view->state != TARGET_RUNNING;
    if (progress)
        buf_printf(add(p, STYLE_HINT, 1, " · "), "%s, Ctrl-C stops it", progress);
    else if (busy)
        buf_printf(add(p, STYLE_HINT, 1, " · "), "%lld s on `%s`, Ctrl-C stops it",
                   (long long)(busy_ns / 1000000000), s->busy);
}

/* A launched target's command line can be long. */
static void add_cut(struct buf *out, const char *text)
{
    size_t n = strlen(text), fit = columns_fit(text, n, TARGET_COLUMNS, NULL);
    buf_add(out, text, fit);
    if (fit < n)
        buf_add_text(out, "…");
}

static void gather(struct parts *p, const struct status *s)
{
    const struct view *v = s->view;
    if (s->note) {
        buf_add_text(add(p, s->note_style, 0, ""), s->note);
        buf_add_text(add(p, STYLE_QUIET, 4, " │ "), s->keys);
        return;
    }
    add_state(p, s);
    if (v) {
        add_work(p, s);
        add_cost(p, v);
        if (v->target)
            add_cut(add(p, STYLE_TEXT, 5, " │ "), v->target);
        if (v->violations)
            buf_printf(add(p, STYLE_ERROR, 2, " · "), "all-stop VIOLATED %llu",
                       (unsigned long long)v->violations);
    }
    if (*s->own_keys) {
        buf_add_text(add(p, STYLE_QUIET, 4, " │ "), s->own_keys);
        p->items[p->count - 1].elastic = true;
    }
    buf_add_text(add(p, STYLE_QUIET, 3, *s->own_keys ? " · " : " │ "), s->keys);
}

static size_t width_of(const struct parts *p)
{
    size_t width = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct part *part = &p->items[i];
        width += columns_width(buf_text(&part->text), part->text.length);
        if (i)
            width += columns_width(part->before, strlen(part->before));
    }
    return width;
}

/* Cuts `part` by the columns that are too many; false when too little of it would be left. */
static bool cut(struct part *part, size_t too_many)
{
    size_t width = columns_width(buf_text(&part->text), part->text.length);
    if (!part->elastic || width < too_many + ELASTIC_LEAST)
        return false;
    size_t fit = columns_fit(part->text.data, part->text.length, width - too_many - 1, NULL);
    part->text.length = fit;
    buf_add_text(&part->text, "…");
    return true;
}

/* Makes the line shorter by what matters least. */
static void shorten(struct parts *p, size_t too_many)
{
    size_t least = 0;
    for (size_t i = 1; i < p->count; i++)
        if (p->items[i].rank > p->items[least].rank)
            least = i;
    if (cut(&p->items[least], too_many))
        return;
    buf_free(&p->items[least].text);
    memmove(p->items + least, p->items + least + 1, (p->count - least - 1) * sizeof *p->items);
    p->count--;
}

void status_row(const struct status *s, size_t width, struct row *out)
{
    struct parts parts = {0};
    gather(&parts, s);
    while (parts.count > 1 && width_of(&parts) > width)
        shorten(&parts, width_of(&parts) - width);
    for (size_t i = 0; i < parts.count; i++) {
        if (i)
            row_add(out, STYLE_QUIET, parts.items[i].before);
        row_add_cut(out, parts.items[i].style, buf_text(&parts.items[i].text), width);
        buf_free(&parts.items[i].text);
    }
}
