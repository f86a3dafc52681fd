/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a view: references, and a copy for "the same, but running". */
#include "engine/face/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/face/view/build.h"

struct view *view_ref(struct view *v)
{
    if (v)
        __atomic_add_fetch(&v->references, 1, __ATOMIC_RELAXED);
    return v;
}

#define EACH(list, count, item) for (size_t i_ = 0; i_ < (count) && ((item) = &(list)[i_], 1); i_++)

static void free_panes(struct view *v)
{
    struct view_instruction *instruction;
    struct view_register *reg;
    struct view_thread *thread;
    struct view_frame *frame;
    struct view_local *local;
    struct view_breakpoint *point;
    struct view_memory_row *row;
    EACH(v->instructions, v->instruction_count, instruction)
    free(instruction->bytes), free(instruction->text), free(instruction->place);
    EACH(v->registers, v->register_count, reg)
    free(reg->name), free(reg->value), free(reg->old);
    EACH(v->threads, v->thread_count, thread)
    {
        free(thread->id), free(thread->name), free(thread->state);
        free(thread->where), free(thread->function), free(thread->reason);
    }
    EACH(v->frames, v->frame_count, frame)
    free(frame->function), free(frame->where), free(frame->file), free(frame->rule);
    EACH(v->locals, v->local_count, local)
    free(local->name), free(local->type), free(local->value), free(local->old);
    EACH(v->breakpoints, v->breakpoint_count, point)
    free(point->what), free(point->kind), free(point->state), free(point->reason), free(point->file);
    EACH(v->memory, v->memory_count, row)
    free(row->hex), free(row->text);
}

static void view_free(struct view *v)
{
    free_panes(v);
    view_time_free(&v->time);
    free(v->instructions);
    free(v->registers);
    free(v->threads);
    free(v->frames);
    free(v->locals);
    free(v->breakpoints);
    free(v->memory);
    free(v->line_marks);
    source_unref(v->source);
    free(v->stop_text);
    free(v->stop_thread);
    free(v->stop_reason);
    free(v->source_path);
    free(v->last_source_path);
    free(v->source_problem);
    free(v->disassembly_problem);
    free(v->frames_end);
    free(v->target);
    free(v->program);
    free(v->progress);
    free(v);
}

void view_unref(struct view *v)
{
    if (v && __atomic_sub_fetch(&v->references, 1, __ATOMIC_ACQ_REL) == 0)
        view_free(v);
}

static void *copy_list(const void *list, size_t count, size_t size)
{
    return list ? xmemdup(list, count * size) : NULL;
}

static void copy_text(char **field)
{
    *field = xstrdup_or_null(*field);
}

static void copy_panes(struct view *v)
{
    struct view_instruction *instruction;
    struct view_register *reg;
    struct view_thread *thread;
    struct view_frame *frame;
    struct view_local *local;
    struct view_breakpoint *point;
    struct view_memory_row *row;
    EACH(v->instructions, v->instruction_count, instruction)
    copy_text(&instruction->bytes), copy_text(&instruction->text), copy_text(&instruction->place);
    EACH(v->registers, v->register_count, reg)
    copy_text(&reg->name), copy_text(&reg->value), copy_text(&reg->old);
    EACH(v->threads, v->thread_count, thread)
    {
        copy_text(&thread->id), copy_text(&thread->name), copy_text(&thread->state);
        copy_text(&thread->where), copy_text(&thread->function), copy_text(&thread->reason);
    }
    EACH(v->frames, v->frame_count, frame)
    copy_text(&frame->function), copy_text(&frame->where), copy_text(&frame->file), copy_text(&frame->rule);
    EACH(v->locals, v->local_count, local)
    copy_text(&local->name), copy_text(&local->type), copy_text(&local->value), copy_text(&local->old);
    EACH(v->breakpoints, v->breakpoint_count, point)
    {
        copy_text(&point->what), copy_text(&point->kind), copy_text(&point->state);
        copy_text(&point->reason), copy_text(&point->file);
    }
    EACH(v->memory, v->memory_count, row)
    copy_text(&row->hex), copy_text(&row->text);
}

struct view *view_clone(const struct view *from)
{
    struct view *v = xmemdup(from, sizeof *from);
    v->references = 1;
    v->instructions = copy_list(from->instructions, from->instruction_count, sizeof *from->instructions);
    v->registers = copy_list(from->registers, from->register_count, sizeof *from->registers);
    v->threads = copy_list(from->threads, from->thread_count, sizeof *from->threads);
    v->frames = copy_list(from->frames, from->frame_count, sizeof *from->frames);
    v->locals = copy_list(from->locals, from->local_count, sizeof *from->locals);
    v->breakpoints = copy_list(from->breakpoints, from->breakpoint_count, sizeof *from->breakpoints);
    v->memory = copy_list(from->memory, from->memory_count, sizeof *from->memory);
    v->line_marks = copy_list(from->line_marks, from->line_mark_count, sizeof *from->line_marks);
    copy_panes(v);
    view_time_own(&v->time);
    if (v->source)
        v->source = source_ref(v->source);
    copy_text(&v->stop_text);
    copy_text(&v->stop_thread);
    copy_text(&v->stop_reason);
    copy_text(&v->source_path);
    copy_text(&v->last_source_path);
    copy_text(&v->source_problem);
    copy_text(&v->disassembly_problem);
    copy_text(&v->frames_end);
    copy_text(&v->target);
    copy_text(&v->program);
    copy_text(&v->progress);
    return v;
}
