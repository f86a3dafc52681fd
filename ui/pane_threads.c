/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of threads: those in the same place share a row. */
#include "ui/pane.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "ui/columns.h"
#include "ui/limits.h"
#include "ui/list.h"
#include "ui/screen.h"

enum { ID_COLUMNS = 24, NAME_COLUMNS = 16, WHERE_COLUMNS = 28 };

/* What the user chose: threads in the same place one by one. */
struct choice {
    bool apart;
};

/* One row: a thread, or several that are in the same place. */
struct together {
    size_t first, members;
    bool same_name;
};

/* Rows of the first threads, then each thread is one: only the first have a place that was fetched. */
struct rows {
    struct together items[THREADS_GROUPED_MOST];
    size_t count, threads; /* rows, and the threads in them */
};

static bool is_special(const struct view_thread *t)
{
    return t->selected || t->reported || t->reason || !t->where;
}

static bool in_same_place(const struct view_thread *a, const struct view_thread *b)
{
    return !is_special(a) && !is_special(b) && strcmp(a->where, b->where) == 0 &&
           text_same(a->function, b->function) && text_same(a->state, b->state);
}

static struct together *find_row(struct rows *r, const struct view *v, const struct view_thread *t)
{
    for (size_t i = 0; i < r->count; i++)
        if (in_same_place(&v->threads[r->items[i].first], t))
            return &r->items[i];
    return NULL;
}

static void make_rows(const struct pane *p, const struct view *v, struct rows *r)
{
    const struct choice *choice = p->state;
    r->count = 0;
    r->threads = v->thread_count < THREADS_GROUPED_MOST ? v->thread_count : THREADS_GROUPED_MOST;
    for (size_t i = 0; i < r->threads; i++) {
        struct together *row = choice->apart || v->thrifty ? NULL : find_row(r, v, &v->threads[i]);
        if (row) {
            row->members++;
            row->same_name = row->same_name && text_same(v->threads[row->first].name, v->threads[i].name);
        } else {
            r->items[r->count++] = (struct together){i, 1, true};
        }
    }
}

static size_t row_count(const struct rows *r, const struct view *v)
{
    return r->count + v->thread_count - r->threads;
}

static struct together row_at(const struct rows *r, size_t index)
{
    return index < r->count ? r->items[index] : (struct together){index - r->count + r->threads, 1, true};
}

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->threads = (unsigned)p->area.height;
    needs->threads_from = (unsigned)p->top;
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    (void)p;
    row_add(out, STYLE_TITLE, "threads");
    if (v && v->thread_total)
        row_printf(out, STYLE_TITLE, " %zu · stop %llu", v->thread_total, (unsigned long long)v->epoch);
}

static size_t count(const struct pane *p, const struct view *v)
{
    if (!v)
        return 0;
    struct rows rows;
    make_rows(p, v, &rows);
    return row_count(&rows, v) + (v->thread_total > v->thread_count && v->thread_count ? 1 : 0);
}

static void id_text(const struct view *v, const struct together *row, struct buf *out)
{
    const char *id = v->threads[row->first].id;
    buf_add_text(out, id ? id : "?");
    if (row->members > 1)
        buf_printf(out, " ×%zu", row->members);
}

static const char *name_text(const struct view *v, const struct together *row)
{
    const char *name = row->same_name ? v->threads[row->first].name : NULL;
    return name ? name : "";
}

static const char *where_text(const struct view *v, const struct together *row)
{
    const char *where = v->threads[row->first].where;
    return where ? where : "";
}

struct widths {
    size_t id, name, where;
};

static void widen(size_t *width, const char *text, size_t limit)
{
    size_t n = columns_width(text, strlen(text));
    if (n > *width)
        *width = n < limit ? n : limit;
}

/* The widest of each column among the rows in sight. */
static struct widths measure(const struct pane *p, const struct view *v, const struct rows *rows)
{
    struct widths w = {0};
    size_t end = p->top + (size_t)(p->area.height > 0 ? p->area.height : 0);
    for (size_t i = p->top; i < row_count(rows, v) && i < end; i++) {
        struct together row = row_at(rows, i);
        BASE_BUF struct buf id = {0};
        id_text(v, &row, &id);
        widen(&w.id, buf_text(&id), ID_COLUMNS);
        widen(&w.name, name_text(v, &row), NAME_COLUMNS);
        widen(&w.where, where_text(v, &row), WHERE_COLUMNS);
    }
    return w;
}

static void draw_row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    struct rows rows;
    make_rows(p, v, &rows);
    if (index >= row_count(&rows, v)) {
        row_printf(out, STYLE_QUIET, "  … and %zu more", v->thread_total - v->thread_count);
        return;
    }
    struct together row = row_at(&rows, index);
    struct widths w = measure(p, v, &rows);
    const struct view_thread *t = &v->threads[row.first];
    size_t at = 2;
    BASE_BUF struct buf id = {0};
    id_text(v, &row, &id);
    pane_add_arrow(out, t->selected);
    row_add(out, STYLE_TEXT, " ");
    row_add_cut(out, t->selected ? STYLE_CURRENT : STYLE_TEXT, buf_text(&id), w.id);
    row_pad(out, at += w.id + 1);
    if (w.name) {
        row_add_cut(out, STYLE_NAME, name_text(v, &row), w.name);
        row_pad(out, at += w.name + 2);
    }
    if (w.where) {
        row_add_cut(out, STYLE_TEXT, where_text(v, &row), w.where);
        row_pad(out, at + w.where + 2);
    }
    bool stopped = t->state && strcmp(t->state, "stopped") == 0;
    if (t->reason)
        row_add(out, t->reported ? STYLE_CHANGED : STYLE_TEXT, t->reason);
    else if (t->state && !stopped)
        row_add(out, STYLE_QUIET, t->state);
}

/* The row of the selected thread comes into sight. */
static void show_selected(struct pane *p, const struct view *v)
{
    struct rows rows;
    make_rows(p, v, &rows);
    for (size_t i = 0; i < row_count(&rows, v); i++)
        if (v->threads[row_at(&rows, i).first].selected)
            list_goto(p, count(p, v), i);
}

static void update(struct pane *p, const struct view *old, const struct view *now)
{
    if (!old || old->epoch != now->epoch)
        show_selected(p, now);
}

static void toggle(struct screen *s, const char *argument)
{
    (void)argument;
    struct pane *p = &s->panes[PANE_THREADS];
    struct choice *choice = p->state;
    choice->apart = !choice->apart;
    if (s->view)
        list_clamp(p, count(p, s->view));
}

static void select_thread(struct screen *s, const char *argument)
{
    (void)argument;
    const struct pane *p = &s->panes[PANE_THREADS];
    struct rows rows;
    if (!s->view)
        return;
    make_rows(p, s->view, &rows);
    if (p->cursor >= row_count(&rows, s->view))
        return;
    struct together row = row_at(&rows, p->cursor);
    const char *id = s->view->threads[row.first].id;
    if (row.members > 1) {
        toggle(s, NULL);
    } else if (id) {
        cJSON *args = cJSON_CreateObject();
        cJSON_AddStringToObject(args, "id", id);
        screen_do(s, "thread", args);
    }
}

static const struct key_binding keys[] = {
    {KEY_RETURN, select_thread, NULL, "select, or take apart"},
    {'x', toggle, NULL, "those in one place together, and apart"},
    {0},
};

const struct pane_class pane_threads = {
    .id = PANE_THREADS,
    .name = "threads",
    .keys = keys,
    .state_size = sizeof(struct choice),
    .needs = needs,
    .title = title,
    .count = count,
    .row = draw_row,
    .update = update,
};
