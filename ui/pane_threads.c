#include "ui/pane.h"

#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"
#include "ui/list.h"
#include "ui/screen.h"

enum { NAME_COLUMNS = 16, WHERE_COLUMNS = 28 };

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->threads = (unsigned)(p->top + (size_t)p->area.height);
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
    (void)p;
    if (!v)
        return 0;
    return v->thread_count + (v->thread_total > v->thread_count && v->thread_count ? 1 : 0);
}

/* The widest of a column among the threads in sight, at most `limit`. */
static size_t column(const struct pane *p, const struct view *v, size_t limit,
                     const char *(*of)(const struct view_thread *t))
{
    size_t widest = 0;
    size_t end = p->top + (size_t)(p->area.height > 0 ? p->area.height : 0);
    for (size_t i = p->top; i < v->thread_count && i < end; i++) {
        const char *text = of(&v->threads[i]);
        size_t width = text ? columns_width(text, strlen(text)) : 0;
        if (width > widest)
            widest = width;
    }
    return widest < limit ? widest : limit;
}

static const char *id_of(const struct view_thread *t)
{
    return t->id;
}

static const char *name_of(const struct view_thread *t)
{
    return t->name;
}

static const char *where_of(const struct view_thread *t)
{
    return t->where;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    if (index >= v->thread_count) {
        row_printf(out, STYLE_QUIET, "  … and %zu more", v->thread_total - v->thread_count);
        return;
    }
    const struct view_thread *t = &v->threads[index];
    size_t id_width = column(p, v, NAME_COLUMNS, id_of), at = 2;
    size_t name_width = column(p, v, NAME_COLUMNS, name_of),
           where_width = column(p, v, WHERE_COLUMNS, where_of);
    pane_add_arrow(out, t->selected);
    row_add(out, STYLE_TEXT, " ");
    row_add_cut(out, t->selected ? STYLE_CURRENT : STYLE_TEXT, t->id ? t->id : "?", id_width);
    row_pad(out, at += id_width + 1);
    if (name_width) {
        row_add_cut(out, STYLE_NAME, t->name ? t->name : "", name_width);
        row_pad(out, at += name_width + 2);
    }
    if (where_width) {
        row_add_cut(out, STYLE_TEXT, t->where ? t->where : "", where_width);
        row_pad(out, at + where_width + 2);
    }
    bool stopped = t->state && strcmp(t->state, "stopped") == 0;
    if (t->reason)
        row_add(out, t->reported ? STYLE_CHANGED : STYLE_TEXT, t->reason);
    else if (t->state && !stopped)
        row_add(out, STYLE_QUIET, t->state);
}

static void update(struct pane *p, const struct view *old, const struct view *now)
{
    if (old && old->epoch == now->epoch)
        return;
    for (size_t i = 0; i < now->thread_count; i++)
        if (now->threads[i].selected)
            list_goto(p, count(p, now), i);
}

static void select_thread(struct screen *s, const char *argument)
{
    (void)argument;
    const struct pane *p = &s->panes[PANE_THREADS];
    if (!s->view || p->cursor >= s->view->thread_count || !s->view->threads[p->cursor].id)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "id", s->view->threads[p->cursor].id);
    screen_do(s, "thread", args);
}

static const struct key_binding keys[] = {
    {KEY_RETURN, select_thread, NULL, "select"},
    {0},
};

const struct pane_class pane_threads = {
    .id = PANE_THREADS,
    .name = "threads",
    .keys = keys,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
    .update = update,
};
