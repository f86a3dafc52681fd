/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backtrace, stacks, frame, locals. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/value_json.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/stacks.h"
#include "engine/inspect/location.h"

enum { DEFAULT_DEPTH = 200, STACKS_DEPTH = 20, NAMES_SHOWN = 8 };

static cJSON *frame_row(const struct frame *f)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "level", f->level);
    json_add_address(o, "pc", f->pc);
    if (f->function)
        cJSON_AddStringToObject(o, "function", f->function);
    if (f->file)
        cJSON_AddStringToObject(o, "file", path_base(f->file));
    if (f->line)
        cJSON_AddNumberToObject(o, "line", f->line);
    cJSON_AddStringToObject(o, "rule", frame_rule_name(f->rule));
    cJSON_AddBoolToObject(o, "inlined", f->inlined);
    return o;
}

static struct error *run_backtrace(struct session *s, const cJSON *args, cJSON **ret)
{
    struct thread *t;
    uint64_t depth, outermost;
    TRY(arg_thread(s, args, &t));
    TRY(arg_unsigned(args, "depth", DEFAULT_DEPTH, &depth));
    TRY(arg_unsigned(args, "outermost", 0, &outermost));
    if (outermost && arg_given(args, "depth"))
        return error_new(ERR_USAGE, "backtrace takes `depth` or `outermost`, not both");
    struct frame_list list = {0};
    unsigned most = (outermost ? outermost : depth) > FRAME_DEPTH_MAX
                        ? FRAME_DEPTH_MAX
                        : (unsigned)(outermost ? outermost : depth);
    TRY((outermost ? frames_read_outermost : frames_read)(s->target, t, most, arg_true(args, "past_main"),
                                                          &list));
    *ret = cJSON_CreateObject();
    cJSON *frames = cJSON_AddArrayToObject(*ret, "frames");
    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(frames, frame_row(&list.items[i]));
    cJSON_AddStringToObject(*ret, "end", list.end);
    frames_free(&list);
    return NULL;
}

static void frame_line(const cJSON *o, struct buf *out)
{
    json_append(out, "#", o, "level", "  ");
    json_append(out, "", o, "pc", "");
    json_append(out, " in ", o, "function", "");
    json_append(out, " at ", o, "file", "");
    json_append(out, ":", o, "line", "");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "inlined")))
        buf_add_text(out, " (inlined)");
    else
        json_append(out, "  [", o, "rule", "]");
    buf_add_char(out, '\n');
}

static void backtrace_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "frames"))
        frame_line(o, out);
    json_append(out, "(", result, "end", ")\n");
}

static struct error *parse_backtrace(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s, (void)alias;
    BASE_FREE char *word = prompt_word(&text);
    BASE_FREE char *more = word ? prompt_word(&text) : NULL;
    if (more)
        return error_new(ERR_USAGE, "backtrace: one number is enough, and not `%s` as well", more);
    if (word && word[0] == '-')
        cJSON_AddStringToObject(args, "outermost", word + 1);
    else if (word)
        cJSON_AddStringToObject(args, "depth", word);
    return NULL;
}

static const struct command_arg backtrace_args[] = {
    {"depth", ARG_UNSIGNED, false, NULL, "how many frames at most (200)"},
    {"outermost", ARG_UNSIGNED, false, NULL, "so many frames at the other end of the stack, instead"},
    {"thread", ARG_ID, false, NULL, "whose (the selected one)"},
    {"past_main", ARG_BOOLEAN, false, NULL, "do not end at main"},
    {0}};

const struct command command_backtrace = {
    .name = "backtrace",
    .group = "data",
    .aliases = "bt where info-stack",
    .usage = "[DEPTH | -OUTERMOST]",
    .about = "the calls that led here, each with the rule that found it",
    .args = backtrace_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_backtrace,
    .parse = parse_backtrace,
    .text = backtrace_text,
};

static cJSON *stack_frames(const struct stack *stack)
{
    cJSON *frames = cJSON_CreateArray();
    for (size_t i = 0; i < stack->depth; i++) {
        const struct stack_frame *f = &stack->frames[i];
        struct frame row = {.level = (unsigned)i,
                            .pc = f->pc,
                            .function = f->function,
                            .file = f->file,
                            .line = f->line,
                            .rule = f->rule,
                            .inlined = f->inlined};
        cJSON_AddItemToArray(frames, frame_row(&row));
    }
    return frames;
}

static struct error *run_stacks(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t depth;
    TRY(arg_unsigned(args, "depth", STACKS_DEPTH, &depth));
    struct stacks stacks;
    TRY(stacks_read(s->target, depth > STACKS_DEPTH_MAX ? STACKS_DEPTH_MAX : (unsigned)depth, &stacks));
    *ret = cJSON_CreateObject();
    cJSON *groups = cJSON_AddArrayToObject(*ret, "groups");
    for (size_t i = 0; i < stacks.count; i++) {
        const struct stack *stack = &stacks.items[i];
        cJSON *group = cJSON_CreateObject();
        cJSON_AddNumberToObject(group, "count", (double)stack->count);
        cJSON *threads = cJSON_AddArrayToObject(group, "threads");
        for (size_t k = 0; k < stack->count; k++) {
            char name[48];
            thread_name(stack->threads[k], name, sizeof name);
            cJSON_AddItemToArray(threads, cJSON_CreateString(name));
        }
        cJSON_AddItemToObject(group, "frames", stack_frames(stack));
        cJSON_AddItemToArray(groups, group);
    }
    stacks_free(&stacks);
    return NULL;
}

static void names_line(const cJSON *threads, struct buf *out)
{
    const cJSON *name;
    int shown = 0, total = cJSON_GetArraySize(threads);
    cJSON_ArrayForEach (name, threads) {
        if (shown++ == NAMES_SHOWN)
            break;
        buf_printf(out, " %s", cJSON_GetStringValue(name));
    }
    if (total > NAMES_SHOWN)
        buf_printf(out, " and %d more", total - NAMES_SHOWN);
    buf_add_char(out, '\n');
}

static void stacks_text(const cJSON *result, struct buf *out)
{
    const cJSON *group, *frame;
    cJSON_ArrayForEach (group, cJSON_GetObjectItemCaseSensitive(result, "groups")) {
        const cJSON *threads = cJSON_GetObjectItemCaseSensitive(group, "threads");
        const cJSON *frames = cJSON_GetObjectItemCaseSensitive(group, "frames");
        int count = cJSON_GetArraySize(threads);
        buf_printf(out, "%d thread%s:", count, count == 1 ? "" : "s");
        json_append(out, " ", cJSON_GetArrayItem(frames, 0), "function", "");
        if (!frames || !cJSON_GetArraySize(frames))
            buf_add_text(out, " registers that cannot be read");
        buf_add_char(out, '\n');
        buf_add_text(out, "  of");
        names_line(threads, out);
        cJSON_ArrayForEach (frame, frames) {
            buf_add_text(out, "  ");
            frame_line(frame, out);
        }
    }
}

static const struct command_arg stacks_args[] = {
    {"depth", ARG_UNSIGNED, false, NULL, "how many frames of each are compared and shown (20)"}, {0}};

const struct command command_stacks = {
    .name = "stacks",
    .group = "threads",
    .aliases = "info-stacks",
    .usage = "[DEPTH]",
    .about = "the stacks of all threads, those that are alike together",
    .args = stacks_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_stacks,
    .text = stacks_text,
};

static struct error *select_level(struct session *s, uint64_t level, cJSON **ret)
{
    struct thread *t;
    TRY(threads_current(s->target, &t));
    struct frame_list list;
    unsigned depth = level >= FRAME_DEPTH_MAX ? FRAME_DEPTH_MAX : (unsigned)level + 1;
    TRY(frames_read(s->target, t, depth, true, &list));
    struct error *e = NULL;
    if (level >= list.count) {
        e = error_hint(error_new(ERR_USAGE, "there is no frame %" PRIu64 ": the stack has %zu (%s)", level,
                                 list.count, list.end),
                       "`backtrace` lists them");
    } else {
        s->target->frame = (unsigned)level;
        *ret = frame_row(&list.items[level]);
    }
    frames_free(&list);
    return e;
}

static struct error *run_frame(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t level, moves;
    TRY(arg_unsigned(args, "level", s->target->frame, &level));
    TRY(arg_unsigned(args, "up", 0, &moves));
    level += moves;
    TRY(arg_unsigned(args, "down", 0, &moves));
    level = moves > level ? 0 : level - moves;
    return select_level(s, level, ret);
}

static struct error *parse_frame(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    const char *key = strcmp(alias, "up") == 0 ? "up" : strncmp(alias, "down", 4) == 0 ? "down" : "level";
    BASE_FREE char *word = prompt_word(&text);
    if (word)
        cJSON_AddStringToObject(args, key, word);
    else if (strcmp(key, "level") != 0)
        cJSON_AddNumberToObject(args, key, 1);
    return NULL;
}

static const struct command_arg frame_args[] = {
    {"level", ARG_UNSIGNED, false, NULL, "0 is the innermost; none: the selected one"},
    {"up", ARG_UNSIGNED, false, NULL, "so many outwards from the selected one"},
    {"down", ARG_UNSIGNED, false, NULL, "so many inwards"},
    {0}};

const struct command command_frame = {
    .name = "frame",
    .group = "data",
    .aliases = "f up down info-frame",
    .usage = "[LEVEL]",
    .about = "select a frame (up, down: relative)",
    .args = frame_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_frame,
    .parse = parse_frame,
    .text = frame_line,
};

static struct error *run_locals(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t level;
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    TRY(arg_unsigned(args, "frame", s->target->frame, &level));
    struct ptid kept = s->target->threads.current;
    unsigned kept_frame = s->target->frame;
    s->target->threads.current = t->id;
    s->target->frame = (unsigned)level;
    struct error *e = locals_to_json(s->target, ret);
    s->target->threads.current = kept;
    s->target->frame = kept_frame;
    return e;
}

static void locals_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "variables")) {
        json_append(out, "", o, "name", " = ");
        json_append(out, "", o, "text", "");
        json_append(out, "<", o, "state", ">");
        buf_add_char(out, '\n');
    }
}

static const struct command_arg locals_args[] = {
    {"thread", ARG_ID, false, NULL, "whose (the selected one)"},
    {"frame", ARG_UNSIGNED, false, NULL, "which frame (the selected one)"},
    {0}};

const struct command command_locals = {
    .name = "locals",
    .group = "data",
    .aliases = "info-locals info-args",
    .usage = "",
    .about = "arguments and variables of the selected frame",
    .args = locals_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_locals,
    .text = locals_text,
};
