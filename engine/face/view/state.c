/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers, memory, stack, locals and threads of a view. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/face/limits.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/inspect/frames/frame_registers.h"
#include "engine/target/limits.h"
#include "engine/target/libraries.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"
#include "engine/inspect/render/locals.h"
#include "engine/face/view/build.h"

enum { ROW_BYTES = 16, GROUPED = 4 };

static bool is_general(const struct session *s, const struct rsp_register *r)
{
    if (r->size > 8)
        return false;
    if (!s->target->arch || !s->target->arch->general)
        return r->group == REGISTER_GENERAL;
    for (size_t i = 0; s->target->arch->general[i]; i++)
        if (strcmp(s->target->arch->general[i], r->name) == 0)
            return true;
    return false;
}

static void add_register(struct session *s, struct view *v, struct thread *t, const struct frame *f,
                         const struct rsp_register *r)
{
    unsigned char bytes[REGISTER_VALUE_MOST];
    char text[2 * sizeof bytes + 1];
    struct view_register *row = &v->registers[v->register_count++];
    *row = (struct view_register){.name = view_text(r->name), .group = (int)r->group};
    struct error *e = frame_register_read(s->target, t, f, r, bytes);
    if (e) {
        error_free(e);
        row->value = xstrdup("unavailable");
        return;
    }
    register_text(s->target, r, bytes, text);
    row->value = xstrdup(text);
    if (!f && t->has_previous && memcmp(t->previous + r->offset, bytes, r->size) != 0) {
        register_text(s->target, r, t->previous + r->offset, text);
        row->old = xstrdup(text);
    }
}

void view_build_registers(struct session *s, struct view *v, const struct view_needs *needs, struct thread *t)
{
    struct frame_list list = {0};
    const struct frame *f = NULL;
    struct error *e = registers_fetch(s->target, t);
    if (!e)
        e = frame_select(s->target, t, s->target->frame, &list, &f);
    bool known = !e && s->target->description;
    error_free(e);
    v->registers = known ? xcalloc(s->target->description->count, sizeof *v->registers) : NULL;
    for (size_t i = 0; known && i < s->target->description->count; i++) {
        const struct rsp_register *r = &s->target->description->registers[i];
        bool dear = target_is_thrifty(s->target) && !register_cached(t, r); /* one that `g` leaves out */
        if (r->size <= REGISTER_VALUE_MOST && (needs->all_registers || (is_general(s, r) && !dear)))
            add_register(s, v, t, f, r);
    }
    frames_free(&list);
}

static struct error *memory_start(struct session *s, const struct view_needs *needs, struct thread *t,
                                  uint64_t *ret)
{
    if (needs->memory_at[0])
        return location_address(s->target, needs->memory_at, ret);
    return thread_sp(s->target, t, ret);
}

static void add_memory_row(struct view *v, uint64_t address, const unsigned char *bytes, size_t known)
{
    BASE_BUF struct buf hex = {0};
    BASE_BUF struct buf text = {0};
    for (size_t i = 0; i < ROW_BYTES; i++) {
        if (i < known)
            buf_printf(&hex, "%02x ", bytes[i]);
        else
            buf_add_text(&hex, "-- ");
        buf_add_char(&text, i < known && bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.');
    }
    v->memory[v->memory_count++] =
        (struct view_memory_row){.address = address, .hex = buf_take(&hex), .text = buf_take(&text)};
}

void view_build_memory(struct session *s, struct view *v, const struct view_needs *needs, struct thread *t)
{
    uint64_t address;
    struct error *e = memory_start(s, needs, t, &address);
    error_free(e);
    if (e)
        return;
    size_t rows = needs->memory < VIEW_MEMORY_ROWS_MOST ? needs->memory : VIEW_MEMORY_ROWS_MOST, got = 0;
    BASE_FREE unsigned char *bytes = xcalloc(rows, ROW_BYTES);
    e = memory_read_some(s->target, address, bytes, rows * ROW_BYTES, &got);
    error_free(e);
    v->memory = xcalloc(rows, sizeof *v->memory);
    for (size_t i = 0; i < rows; i++) {
        size_t known = got > i * ROW_BYTES ? got - i * ROW_BYTES : 0;
        add_memory_row(v, address + i * ROW_BYTES, bytes + i * ROW_BYTES, known);
    }
}

static char *where_text(const char *file, unsigned line)
{
    if (!file)
        return NULL;
    BASE_FREE char *raw = line ? xasprintf("%s:%u", path_base(file), line) : xstrdup(path_base(file));
    return view_text(raw);
}

void view_build_frames(struct session *s, struct view *v, const struct view_needs *needs, struct thread *t)
{
    struct frame_list list;
    struct error *e = frames_read(s->target, t, needs->frames, false, &list);
    if (e) {
        v->frames_end = xstrdup(e->message);
        error_free(e);
        return;
    }
    v->frames = xcalloc(list.count, sizeof *v->frames);
    for (size_t i = 0; i < list.count; i++) {
        const struct frame *f = &list.items[i];
        v->frames[v->frame_count++] = (struct view_frame){
            .level = f->level,
            .pc = f->pc,
            .exact = f->exact,
            .function = f->function ? view_text(f->function) : view_place(s, f->pc - !f->exact),
            .where = where_text(f->file, f->line),
            .file = view_text(f->file),
            .line = f->line,
            .rule = xstrdup(frame_rule_name(f->rule)),
            .inlined = f->inlined,
            .selected = i == s->target->frame,
        };
    }
    v->frames_end = xstrdup(list.end);
    frames_free(&list);
}

/* What a local was at the stop before; within one stop that stays. */
static const char *old_value(const struct view *previous, uint64_t epoch, const char *name, const char *value)
{
    for (size_t i = 0; previous && i < previous->local_count; i++) {
        const struct view_local *l = &previous->locals[i];
        if (strcmp(l->name, name) != 0)
            continue;
        if (previous->epoch == epoch)
            return l->old;
        return strcmp(l->value, value) != 0 ? l->value : NULL;
    }
    return NULL;
}

void view_build_locals(struct session *s, struct view *v, const struct view *previous)
{
    struct locals *locals = NULL;
    const struct local *l;
    struct error *e = locals_begin(s->target, &locals);
    error_free(e);
    v->locals = xcalloc(locals ? locals_count(locals) : 0, sizeof *v->locals);
    while (locals && (l = locals_next(locals)) != NULL) {
        struct view_local *row = &v->locals[v->local_count++];
        row->name = view_text(l->name);
        row->type = view_text(l->type);
        row->value =
            l->state == LOCAL_SHOWN ? view_text(l->text) : xasprintf("<%s>", local_state_name(l->state));
        row->argument = l->argument;
        row->old = xstrdup_or_null(old_value(previous, v->epoch, row->name, row->value));
    }
    if (locals)
        error_free(locals_end(locals)); /* of a loss there is an event */
}

static char *reason_text(const struct stop *stop)
{
    int number = stop->breakpoint ? stop->breakpoint : stop->watchpoint;
    const char *name = stop->reason == STOP_SIGNAL ? signal_name(stop->signal) : NULL;
    if (number)
        return xasprintf("%s %d", stop_reason_name(stop->reason), number);
    return xstrdup(name ? name : stop_reason_name(stop->reason));
}

static void add_thread(struct session *s, struct view *v, struct thread *t, bool with_place)
{
    char id[48];
    thread_name(t->id, id, sizeof id);
    struct view_thread *row = &v->threads[v->thread_count++];
    bool reported = s->control->last_stop.has_thread && ptid_equal(s->control->last_stop.thread, t->id);
    *row = (struct view_thread){
        .number = t->number,
        .id = xstrdup(id),
        .name = view_text(t->name ? t->name : t->extra),
        .state = xstrdup(thread_state_name(t->state)),
        .reason = reported ? reason_text(&s->control->last_stop) : NULL,
        .selected = s->target->threads.has_current && ptid_equal(s->target->threads.current, t->id),
        .reported = reported,
    };
    uint64_t pc;
    struct error *e = with_place ? thread_pc(s->target, t, &pc) : NULL;
    error_free(e);
    if (!with_place || e || pc == 0) /* of a task that sleeps kgdb tells no pc */
        return;
    struct symbol_place place;
    libraries_cover(s->target, pc);
    inlined_place(s->target, t, pc, &place);
    row->function = view_text(place.function);
    row->where = place.file ? where_text(place.file, place.line) : view_place(s, pc);
}

/* Those in the same place are one row on the screen, so that a screenful shows more than its rows; on a slow
 * line only the very rows are asked for. */
static void threads_in_sight(const struct session *s, const struct view_needs *needs, bool thrifty,
                             size_t *first, size_t *count)
{
    size_t rows = thrifty ? needs->threads : GROUPED * ((size_t)needs->threads_from + needs->threads);
    size_t total = s->target->threads.count;
    *first = !thrifty ? 0 : needs->threads_from < total ? needs->threads_from : total;
    *count = rows < VIEW_THREADS_MOST ? rows : VIEW_THREADS_MOST;
    *count = *count < total - *first ? *count : total - *first;
}

void view_build_threads(struct session *s, struct view *v, const struct view_needs *needs)
{
    struct error *e = threads_list(s->target);
    bool listed = !e;
    error_free(e);
    v->thread_total = s->target->threads.count;
    v->threads = xcalloc(s->target->threads.count, sizeof *v->threads);
    size_t first, count;
    threads_in_sight(s, needs, v->thrifty, &first, &count);
    if (listed && s->target->state == TARGET_STOPPED) {
        e = registers_fetch_pcs(s->target, s->target->threads.items + first, count);
        error_free(e);
    }
    for (size_t i = 0; i < s->target->threads.count && s->target->state == TARGET_STOPPED; i++)
        add_thread(s, v, s->target->threads.items[i], i - first < count);
}
