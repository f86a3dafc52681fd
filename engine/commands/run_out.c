/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running out of the selected frame, or to a place before that: finish, until, advance. */
#include <stdlib.h>

#include "engine/commands/args.h"
#include "engine/commands/breakpoint_args.h"
#include "engine/commands/stop_json.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/inspect/location.h"
#include "engine/inspect/values/returned.h"
#include "engine/target/registers.h"
#include "symbols/limits.h"

/* The frame that the selected one returns to. */
struct caller {
    bool there;       /* false: it is the outermost */
    uint64_t pc, sp;  /* once that has returned */
    uint64_t left_pc; /* in the selected frame; 0 where that was inlined */
    bool has_cfa;
    uint64_t cfa; /* of the function that really exists there */
};

static struct error *read_frames(struct session *s, struct thread *t, struct frame_list *list)
{
    TRY(frames_read(s->target, t, s->target->frame + 2, true, list));
    if (!list->count || list->items[list->count - 1].rule != FRAME_TAIL_CALL)
        return NULL;
    frames_free(list);
    return frames_read(s->target, t, s->target->frame + 2 + TAIL_CALLS_MOST, true, list);
}

/* Of any frame but the innermost: nobody returns to one that jumped. */
static struct error *outer_caller(struct session *s, struct thread *t, struct caller *ret)
{
    struct frame_list list;
    TRY(read_frames(s, t, &list));
    unsigned at = s->target->frame + 1;
    while (at < list.count && list.items[at].rule == FRAME_TAIL_CALL)
        at++;
    *ret = (struct caller){.there = at < list.count};
    if (ret->there) {
        const struct frame *left = &list.items[s->target->frame];
        ret->pc = list.items[at].pc;
        ret->sp = list.items[at].registers->sp;
        ret->left_pc = left->inlined ? 0 : left->pc - !left->exact;
        ret->has_cfa = left->has_cfa;
        ret->cfa = left->cfa;
    }
    frames_free(&list);
    return NULL;
}

/* An inlined function returns nothing by the calling convention. */
static struct error *note_returning(struct session *s, struct thread *t, struct plan *plan)
{
    struct symbol_place place;
    uint64_t pc;
    TRY(thread_pc(s->target, t, &pc));
    if (inlined_place(s->target, t, pc, &place) && place.inlined_count > 0)
        return NULL;
    plan->returned_from = pc;
    plan->returned_memory = returned_memory(s->target, t, pc);
    return NULL;
}

/* Out of an inlined function of the innermost frame: there is no return to run to, so it is stepped through.
 */
static bool out_of_inlined(struct session *s, struct thread *t, struct plan *plan)
{
    struct symbol_place place;
    uint64_t pc;
    struct error *e = thread_pc(s->target, t, &pc);
    bool inlined = !e && inlined_place(s->target, t, pc, &place) && s->target->frame < place.inlined_count;
    error_free(e);
    if (inlined)
        *plan = (struct plan){.kind = PLAN_NEXT,
                              .leaves_inlined = true,
                              .inlined_depth = place.inlined_count - s->target->frame - 1};
    return inlined;
}

static struct error *run_finish(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    struct plan plan = {.kind = PLAN_FINISH, .final_at_target = true};
    if (out_of_inlined(s, t, &plan))
        return run_plan(s, args, &plan);
    struct caller caller = {.there = true};
    if (s->target->frame == 0) {
        TRY(frame_return_address(s->target, t, &caller.pc, &caller.sp));
        TRY(note_returning(s, t, &plan));
    } else {
        TRY(outer_caller(s, t, &caller));
        plan.returned_from = caller.left_pc;
    }
    if (!caller.there)
        return error_new(ERR_USAGE, "finish: the outermost frame has no caller");
    plan_add_target(s->control, &plan, caller.pc, caller.sp);
    plan.waits = true;
    plan.caller_sp = caller.sp;
    return run_plan(s, args, &plan);
}

static const struct command_arg finish_args[] = {
    {"thread", ARG_ID, false, NULL, "the thread (the selected one)"},
    {"background", ARG_BOOLEAN, false, NULL, "answer at once; `wait` takes the stop"},
    {0}};

const struct command command_finish = {
    .name = "finish",
    .group = "run",
    .aliases = "fin",
    .usage = "",
    .about = "run until the selected frame returns",
    .args = finish_args,
    .flags = RUN_FLAGS,
    .run = run_finish,
    .text = stop_to_text,
};

/* Of the function that the selected frame is in, also where that was inlined into it. */
static struct error *real_caller(struct session *s, struct thread *t, struct caller *ret)
{
    struct frame_list list;
    unsigned depth = s->target->frame + 2 + SYMBOL_INLINE_MAX, at = s->target->frame;
    TRY(frames_read(s->target, t, depth, true, &list));
    const struct frame_registers *own = at < list.count ? list.items[at].registers : NULL;
    *ret = (struct caller){.has_cfa = own && list.items[at].has_cfa, .cfa = own ? list.items[at].cfa : 0};
    while (at < list.count && (list.items[at].registers == own || list.items[at].rule == FRAME_TAIL_CALL))
        at++;
    ret->there = at < list.count;
    if (ret->there) {
        ret->pc = list.items[at].pc;
        ret->sp = list.items[at].registers->sp;
    }
    frames_free(&list);
    return NULL;
}

/* To a place, or out of the selected frame, whichever comes first. */
static struct error *run_to_place(struct session *s, const cJSON *args, bool in_frame)
{
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(location_find(s->target, arg_text(args, "at"), &matches, &count));
    struct plan plan = {.kind = PLAN_TO, .final_at_target = true};
    for (size_t i = 0; i < count; i++)
        plan_add_target(s->control, &plan, matches[i].address, 0);
    free(matches);
    struct caller caller = {0};
    struct error *e = real_caller(s, t, &caller);
    if (error_ends_asking(e))
        return e;
    error_free(e); /* the outermost frame has nothing to return to */
    if (in_frame && caller.has_cfa)
        plan.least_cfa = caller.cfa;
    if (caller.there) {
        plan_add_target(s->control, &plan, caller.pc, caller.sp);
        plan.waits = true;
        plan.caller_sp = caller.sp;
    }
    return run_plan(s, args, &plan);
}

static struct error *run_until(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    struct plan plan = {.kind = PLAN_UNTIL_NEXT};
    const char *at = arg_text(args, "at");
    return at && *at ? run_to_place(s, args, true) : run_plan(s, args, &plan);
}

static struct error *run_advance(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    return run_to_place(s, args, false);
}

/* A place may have blanks in it. */
static struct error *parse_place(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s, (void)alias;
    return breakpoint_words_parse(text, "at", args);
}

static const struct command_arg until_args[] = {
    {"at", ARG_TEXT, false, NULL, "a place; none: the next line after this one"},
    {"thread", ARG_ID, false, NULL, "the thread (the selected one)"},
    {"background", ARG_BOOLEAN, false, NULL, "answer at once; `wait` takes the stop"},
    {0}};

const struct command command_until = {
    .name = "until",
    .group = "run",
    .aliases = "u",
    .usage = "[PLACE]",
    .about = "run to a place in this frame, or out of a loop to the line behind it",
    .args = until_args,
    .flags = RUN_FLAGS,
    .run = run_until,
    .parse = parse_place,
    .text = stop_to_text,
};

static const struct command_arg advance_args[] = {
    {"at", ARG_TEXT, true, NULL, "a place"},
    {"thread", ARG_ID, false, NULL, "the thread (the selected one)"},
    {"background", ARG_BOOLEAN, false, NULL, "answer at once; `wait` takes the stop"},
    {0}};

const struct command command_advance = {
    .name = "advance",
    .group = "run",
    .aliases = "adv",
    .usage = "PLACE",
    .about = "run to a place, in whatever frame, or out of the selected one",
    .args = advance_args,
    .flags = RUN_FLAGS,
    .run = run_advance,
    .parse = parse_place,
    .text = stop_to_text,
};
