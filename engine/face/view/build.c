/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting a view together. */
#include "engine/face/view/build.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/commands/stop_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/disassembly/disassembly.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"

enum { BACK_BYTES = 4096, CODE_WINDOW = 256, STACK_WINDOW = 512 };

char *view_text(const char *text)
{
    return text ? text_visible(text, strlen(text)) : NULL;
}

char *view_place(struct session *s, uint64_t address)
{
    BASE_BUF struct buf b = {0};
    location_describe(s->target, address, &b);
    return buf_take(&b);
}

enum view_mark view_mark_of(const struct breakpoint *b)
{
    enum breakpoint_state state = breakpoint_state(b);
    if (state == BREAKPOINT_FAILED || state == BREAKPOINT_SUSPECT)
        return MARK_FAILED;
    if (state != BREAKPOINT_ARMED && state != BREAKPOINT_UNVERIFIED)
        return MARK_PLANNED;
    enum breakpoint_kind kind = breakpoint_kind(b);
    return kind == BREAKPOINT_MEMORY     ? MARK_MEMORY
           : kind == BREAKPOINT_HARDWARE ? MARK_HARDWARE
                                         : MARK_SOFTWARE;
}

static bool holds_slot(const struct site *p)
{
    return site_in_hardware(p) && p->inserted;
}

static void build_breakpoints(struct session *s, struct view *v)
{
    for (unsigned i = 0; i < SLOT_POOLS; i++)
        v->hardware_total += s->control->slots.pools[i].total_known ? s->control->slots.pools[i].total : 0;
    v->breakpoints = xcalloc(s->control->breakpoints.count, sizeof *v->breakpoints);
    for (size_t i = 0; i < s->control->breakpoints.count; i++) {
        const struct breakpoint *b = s->control->breakpoints.items[i];
        const struct breakpoint_location *l = b->count ? &b->locations[0] : NULL;
        v->breakpoints[v->breakpoint_count++] = (struct view_breakpoint){
            .id = b->id,
            .mark = view_mark_of(b),
            .what = view_text(b->at),
            .kind = xstrdup(b->is_watch ? "watch" : breakpoint_kind_name(breakpoint_kind(b))),
            .state = xstrdup(breakpoint_state_name(breakpoint_state(b))),
            .reason = view_text(breakpoint_reason(b)),
            .hits = b->hits,
            .file = l ? view_text(l->file) : NULL,
            .line = l ? l->line : 0,
            .address = l ? l->address : 0,
            .enabled = b->enabled,
        };
        for (size_t k = 0; b->locations && k < b->count; k++)
            v->hardware_used += holds_slot(b->locations[k].site);
    }
}

static enum view_mark mark_at(struct session *s, uint64_t address)
{
    for (size_t i = 0; i < s->control->breakpoints.count; i++) {
        const struct breakpoint *b = s->control->breakpoints.items[i];
        for (size_t k = 0; !b->is_watch && k < b->count; k++)
            if (b->locations[k].address == address)
                return view_mark_of(b);
    }
    return MARK_NONE;
}

/* A function's start is where decoding is sure to be in step; far behind, the pc itself has to do. */
static uint64_t code_start(struct session *s, const struct view *v, const struct view_needs *needs)
{
    if (needs->disassembly_from)
        return needs->disassembly_from;
    if (target_is_thrifty(s->target))
        return instruction_back(s->target, v->pc, needs->disassembly / 3);
    struct symbol_place place;
    symbols_lookup(s->target->map, v->place, &place);
    uint64_t low = place.function_low ? place.function_low : place.symbol ? v->place - place.offset : v->pc;
    return v->pc - low <= BACK_BYTES ? low : v->pc;
}

static void add_instruction(struct session *s, struct view *v, const struct instruction *from)
{
    BASE_BUF struct buf hex = {0};
    for (unsigned i = 0; i < from->size && i < sizeof from->bytes; i++)
        buf_printf(&hex, "%s%02x", i ? " " : "", from->bytes[i]);
    struct symbol_place place;
    symbols_lookup(s->target->map, from->address, &place);
    v->instructions[v->instruction_count++] = (struct view_instruction){
        .address = from->address,
        .bytes = buf_take(&hex),
        .text = view_text(from->text),
        .place = view_place(s, from->address),
        .line = place.line,
        .mark = mark_at(s, from->address),
        .current = v->has_pc && from->address == v->pc,
    };
}

void view_build_code(struct session *s, struct view *v, const struct view_needs *needs)
{
    uint64_t from = code_start(s, v, needs);
    struct instruction *list = NULL;
    size_t got, first = 0, rows = needs->disassembly;
    bool around = !needs->disassembly_from && v->has_pc && from < v->pc;
    size_t count = around && !target_is_thrifty(s->target) ? (size_t)(v->pc - from) + rows : rows;
    struct error *e = disassemble(s->target, from, count, &list, &got);
    if (e) {
        v->disassembly_problem = xstrdup(e->message);
        error_free(e);
        return;
    }
    for (size_t i = 0; around && i < got && list[i].address <= v->pc; i++)
        first = i;
    first = first > rows / 3 ? first - rows / 3 : 0;
    v->instructions = xcalloc(rows, sizeof *v->instructions);
    for (size_t i = first; i < got && i < first + rows; i++)
        add_instruction(s, v, &list[i]);
    free(list);
}

static void build_line_marks(struct session *s, struct view *v, const char *file)
{
    size_t capacity = 0;
    for (size_t i = 0; i < s->control->breakpoints.count; i++) {
        const struct breakpoint *b = s->control->breakpoints.items[i];
        for (size_t k = 0; !b->is_watch && k < b->count; k++) {
            if (!b->locations[k].file || strcmp(b->locations[k].file, file) != 0)
                continue;
            ARRAY_RESERVE(v->line_marks, v->line_mark_count, capacity);
            v->line_marks[v->line_mark_count++] =
                (struct view_line_mark){b->locations[k].line, view_mark_of(b)};
        }
    }
}

/* The source of the frame that is looked at, or the file that was asked for; NULL: neither is known. */
static const char *wanted_source(struct session *s, struct view *v, const struct view_needs *needs,
                                 struct symbol_place *place)
{
    if (v->has_pc)
        inlined_place(s->target, threads_find(&s->target->threads, s->target->threads.current), v->place,
                      place);
    if (needs->source_file[0])
        return needs->source_file;
    const char *file = place->file;
    for (size_t i = 0; i < v->frame_count && s->target->frame; i++)
        if (v->frames[i].selected) {
            file = v->frames[i].file;
            place->line = v->frames[i].line;
        }
    return file;
}

static void read_source(struct session *s, struct view *v, const struct view_needs *needs,
                        const struct view *previous)
{
    struct symbol_place place = {0};
    bool gone = v->state == TARGET_EXITED || v->state == TARGET_DISCONNECTED;
    const char *file = wanted_source(s, v, needs, &place);
    if (!file && gone && previous) /* what was shown last stays; nothing stands anywhere in it */
        file = previous->last_source_path;
    if (!file) {
        v->source_problem = view_text(v->has_pc ? "no line information for this address" : "no source yet");
        return;
    }
    v->source_path = view_text(file);
    v->source_line = needs->source_file[0] && (!place.file || strcmp(place.file, file) != 0) ? 0 : place.line;
    struct error *e = source_load(s->sources, file, &v->source);
    if (e)
        v->source_problem = text_visible(e->message, strlen(e->message));
    error_free(e);
    uint64_t offset;
    const struct symbol_file *f = v->has_pc ? symbol_map_file_at(s->target->map, v->place, &offset) : NULL;
    v->source_newer = v->source && f && source_mtime(v->source) > symbol_file_mtime(f);
    build_line_marks(s, v, file);
}

static void build_source(struct session *s, struct view *v, const struct view_needs *needs,
                         const struct view *previous)
{
    read_source(s, v, needs, previous);
    v->last_source_path = v->source  ? xstrdup(v->source_path)
                          : previous ? xstrdup_or_null(previous->last_source_path)
                                     : NULL;
}

static void build_status(struct session *s, struct view *v)
{
    struct rsp_stats now = session_stats(s);
    v->target = view_text(s->target->spec);
    v->program = view_text(path_base(s->program));
    v->has_terminal = s->terminal.master >= 0;
    v->violations = s->control->violations;
    v->stops = s->control->stops;
    v->stop_turns = now.turns - s->stop_stats.turns;
    v->stop_bytes = now.bytes_in + now.bytes_out - s->stop_stats.bytes_in - s->stop_stats.bytes_out;
    v->stop_ns = s->control->stop_ended_ns - s->stop_started_ns;
    v->running_since_ns = s->target->state == TARGET_RUNNING ? s->stop_started_ns : 0;
    if (s->control->last_stop.reason == STOP_NONE)
        return;
    v->stop_text = stop_headline(s, &s->control->last_stop);
    v->stop_reason = xstrdup(stop_reason_name(s->control->last_stop.reason));
    if (s->control->last_stop.has_thread) {
        char name[48];
        thread_name(s->control->last_stop.thread, name, sizeof name);
        v->stop_thread = xstrdup(name);
    }
}

/* The code and stack that the panes will look at, in one batch. */
static void prefetch(struct session *s, const struct view *v, const struct view_needs *needs,
                     struct thread *t)
{
    uint64_t sp;
    struct memory_want wants[2];
    size_t n = 0;
    if (needs->disassembly && v->has_pc) {
        uint64_t from = code_start(s, v, needs);
        uint64_t until = (needs->disassembly_from ? from : v->pc) + CODE_WINDOW;
        size_t length = until - from < 4096 ? (size_t)(until - from) : 4096;
        wants[n++] = (struct memory_want){from, length};
    }
    struct error *e = needs->frames ? thread_sp(s->target, t, &sp) : NULL;
    if (needs->frames && !e)
        wants[n++] = (struct memory_want){sp, STACK_WINDOW};
    error_free(e);
    e = n > 1 ? memory_prefetch(s->target, wants, n) : NULL;
    error_free(e);
}

static void build_stopped(struct session *s, struct view *v, const struct view_needs *needs,
                          const struct view *previous)
{
    struct thread *t =
        s->target->threads.has_current ? threads_find(&s->target->threads, s->target->threads.current) : NULL;
    if (!t)
        return;
    struct error *e = thread_pc(s->target, t, &v->pc);
    v->has_pc = !e;
    error_free(e);
    if (needs->registers)
        view_build_registers(s, v, needs, t);
    if (!target_is_thrifty(s->target)) /* there each pane reads what it needs */
        prefetch(s, v, needs, t);
    if (needs->frames || s->target->frame)
        view_build_frames(s, v, needs, t);
    v->place = v->pc;
    if (s->target->frame && s->target->frame < v->frame_count) {
        v->pc = v->frames[s->target->frame].pc;
        v->place = v->pc - !v->frames[s->target->frame].exact;
    }
    if (needs->disassembly)
        view_build_code(s, v, needs);
    if (needs->memory)
        view_build_memory(s, v, needs, t);
    if (needs->locals)
        view_build_locals(s, v, previous);
    if (needs->threads)
        view_build_threads(s, v, needs);
    if (needs->time)
        view_build_time(s, v, previous);
}

/* What is shown while the target runs: where it stood last. */
static struct view *build_running(struct session *s, const struct view *previous)
{
    struct view *v = view_clone(previous);
    v->state = s->target->state;
    v->serial++;
    v->running_since_ns = s->stop_started_ns;
    v->deaf = s->control->interrupt.deaf;
    return v;
}

static struct view *build_whole(struct session *s, const struct view_needs *needs,
                                const struct view *previous)
{
    struct view *v = xcalloc(1, sizeof *v);
    v->references = 1;
    v->serial = previous ? previous->serial + 1 : 1;
    v->state = s->target->state;
    v->epoch = s->target->epoch;
    v->thrifty = target_is_thrifty(s->target);
    v->launched = session_launched(s);
    v->can_run = target_can_run(s->target);
    build_breakpoints(s, v);
    if (s->target->state == TARGET_STOPPED)
        build_stopped(s, v, needs, previous);
    if (needs->source)
        build_source(s, v, needs, previous);
    struct view_needs code = {.disassembly = needs->source};
    if (needs->code_for_source && !needs->disassembly && !v->source && v->has_pc && !needs->source_file[0])
        view_build_code(s, v, &code);
    build_status(s, v);
    return v;
}

struct view *view_build(struct session *s, const struct view_needs *needs, const struct view *previous,
                        bool (*is_awaited)(void *context), void *context)
{
    if (s->target->state == TARGET_RUNNING && previous)
        return build_running(s, previous);
    target_show(s->target, is_awaited, context);
    struct view *v = build_whole(s, needs, previous);
    if (target_shown(s->target))
        return v;
    view_unref(v);
    return NULL;
}
