/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/event.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/inspect/frames/unwind_rules.h"
#include "engine/target/registers.h"
#include "symbols/tail_calls.h"

const char *frame_rule_name(enum frame_rule rule)
{
    static const char *const names[] = {"top",      "cfi",   "frame-pointer", "entry",  "signal",
                                        "inline",   "orc",   "interrupt",     "called", "link",
                                        "prologue", "exidx", "tail-call"};
    return names[rule];
}

void frames_free(struct frame_list *list)
{
    struct frame_registers *last = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].registers != last)
            free(list->items[i].registers);
        last = list->items[i].registers;
    }
    free(list->items);
    *list = (struct frame_list){0};
}

static size_t reached(const struct frame_list *list)
{
    return list->left_out + list->count;
}

static struct frame *add(struct frame_list *list, const struct frame *f)
{
    ARRAY_RESERVE(list->items, list->count, list->capacity);
    list->items[list->count] = *f;
    list->items[list->count].level = (unsigned)(list->left_out + list->count);
    return &list->items[list->count++];
}

/*
 * The frames of one machine-level frame: inlined calls, innermost first, then the function itself. For a
 * caller (not `exact`) the place looked up is the call, not the instruction behind it.
 */
static void add_function(struct target *target, struct frame_list *list, struct frame_registers *registers,
                         enum frame_rule rule, bool exact, uint64_t cfa, unsigned depth)
{
    struct symbol_place place;
    symbols_lookup(target->map, registers->pc - (exact ? 0 : 1), &place);
    if (reached(list) == 0)
        inlined_take_off(&place, inlined_hidden(registers->thread, registers->pc));
    struct frame f = {.rule = place.inlined_count ? FRAME_INLINE : rule,
                      .pc = registers->pc,
                      .exact = exact,
                      .cfa = cfa,
                      .has_cfa = cfa != 0,
                      .function = place.function,
                      .file = place.file,
                      .line = place.line,
                      .inlined = place.inlined_count > 0,
                      .registers = registers};
    if (reached(list) == 0 && f.rule == FRAME_INLINE)
        f.rule = rule;
    add(list, &f);
    for (unsigned i = 0; i < place.inlined_count && reached(list) < depth; i++) {
        f.function = place.inlined[i].function;
        f.file = place.inlined[i].file;
        f.line = place.inlined[i].line;
        f.inlined = i + 1 < place.inlined_count;
        f.rule = f.inlined ? FRAME_INLINE : rule;
        add(list, &f);
    }
}

/* Where a function returns to that was called for an expression: what is at that address is not what runs. */
static void add_called(struct frame_list *list, struct frame_registers *registers, uint64_t cfa)
{
    add(list, &(struct frame){.rule = FRAME_CALLED,
                              .pc = registers->pc,
                              .exact = true,
                              .cfa = cfa,
                              .has_cfa = true,
                              .function = FRAME_CALLED_NAME,
                              .registers = registers});
}

static void finish(struct frame_list *list, const char *why)
{
    snprintf(list->end, sizeof list->end, "%s", why);
}

static bool is_main(const struct frame_list *list)
{
    const struct frame *last = &list->items[list->count - 1];
    return last->function && strcmp(last->function, "main") == 0 && !last->inlined;
}

/* A cycle shows as a stack pointer that does not grow: every call takes stack or returns to a new pc. */
static bool repeats(const struct frame_registers *from, const struct frame_registers *to)
{
    return to->sp < from->sp || (to->sp == from->sp && to->pc == from->pc);
}

/* Is `to` no caller of `from`? A move to another stack is counted in *switches: there are only so many. */
static bool is_astray(struct target *target, const struct frame_registers *from,
                      const struct frame_registers *to, unsigned *switches)
{
    if (target->unwind_rules->switches_stack(target, from, to))
        return ++*switches > STACK_SWITCHES_MOST;
    return repeats(from, to);
}

static const char cancelled[] = "cancelled";

/* Why no more is wanted than the list has; NULL: more is. */
static const char *why_enough(const struct frame_list *list, unsigned depth, bool past_main)
{
    if (!past_main && is_main(list))
        return "main reached";
    return reached(list) >= depth ? "the depth asked for" : NULL;
}

/* Where the target cannot be asked any more, what could not be read says nothing of the stack. */
static struct error *cut_short(struct target *target, struct frame_list *list)
{
    struct error *e = target->connection ? rsp_why_lost(target->connection) : NULL;
    if (!e && clock_now_ns() >= target->deadline_ns)
        e = error_new(ERR_TIMEOUT, "reading the stack: the time is up");
    if (!e && target_cancel_asked(target))
        e = error_new(ERR_CANCELLED, "reading the stack: cancelled");
    if (e)
        frames_free(list);
    return e;
}

/* The way up a stack. */
struct walk {
    struct target *target;
    struct frame_registers *registers; /* of the frame that is next; the list takes them over */
    enum frame_rule rule;              /* how it was found */
    bool interrupted;                  /* nothing was called here: the pc is the very instruction */
    bool past_main;
    unsigned depth, switches;
    /* The call before, to which nobody jumped: in a recursion it is made again. */
    bool had_no_jumps;
    uint64_t from, to;
};

/* The functions that jumped to the one whose caller was found: what they had in registers is what their
 * caller gets back. */
static void add_jumpers(struct walk *w, struct frame_list *list, const struct frame_registers *caller)
{
    uint64_t pcs[TAIL_CALLS_MOST], from = w->registers->pc - !w->interrupted;
    if (w->had_no_jumps && from == w->from && caller->pc == w->to)
        return;
    size_t count = symbols_tail_calls(w->target->map, caller->pc, from, pcs);
    w->had_no_jumps = count == 0;
    w->from = from;
    w->to = caller->pc;
    for (size_t i = 0; i < count && reached(list) < w->depth; i++) {
        struct frame_registers *registers = xmemdup(caller, sizeof *caller);
        registers->pc = pcs[i];
        add_function(w->target, list, registers, FRAME_TAIL_CALL, false, 0, w->depth);
    }
}

/* Adds a frame, and goes on to its caller; or why there is none, or none is wanted. */
static const char *add_next(struct walk *w, struct frame_list *list)
{
    struct frame_registers *caller = xcalloc(1, sizeof *caller);
    uint64_t cfa = 0;
    enum frame_rule next = FRAME_CFI;
    const char *why =
        unwind_step(w->target, w->registers, reached(list) == 0, w->interrupted, caller, &cfa, &next);
    bool trampoline = next == FRAME_SIGNAL, called = next == FRAME_CALLED && !why;
    if (called)
        add_called(list, w->registers, cfa);
    else
        add_function(w->target, list, w->registers, trampoline ? FRAME_SIGNAL : w->rule,
                     w->interrupted || trampoline, cfa, w->depth);
    if (!why)
        why = why_enough(list, w->depth, w->past_main);
    if (!why && is_astray(w->target, w->registers, caller, &w->switches))
        why = "the stack pointer does not grow: a cycle or a damaged stack";
    if (!why && next == FRAME_CFI) {
        add_jumpers(w, list, caller);
        why = why_enough(list, w->depth, true);
    }
    if (why) {
        free(caller);
        return why;
    }
    w->registers = caller;
    w->rule = trampoline || called ? FRAME_CFI : next;
    w->interrupted = trampoline || called || next == FRAME_INTERRUPT;
    return NULL;
}

static struct error *begin(struct walk *w, struct thread *t)
{
    w->registers = xcalloc(1, sizeof *w->registers);
    w->rule = FRAME_TOP;
    w->interrupted = true;
    struct error *e = unwind_start(w->target, t, w->registers);
    if (e)
        free(w->registers);
    return e;
}

struct error *frames_read(struct target *target, struct thread *t, unsigned depth, bool past_main,
                          struct frame_list *ret)
{
    *ret = (struct frame_list){0};
    struct walk w = {.target = target,
                     .past_main = past_main,
                     .depth = depth == 0 || depth > FRAME_DEPTH_MAX ? FRAME_DEPTH_MAX : depth};
    TRY(begin(&w, t));
    const char *why;
    do {
        why = add_next(&w, ret);
    } while (!why);
    finish(ret, why);
    return unwind_was_cut(why) ? cut_short(target, ret) : NULL;
}

/* Leaves out the frames further in, but for `most`. Inlined frames share their registers with the next. */
static void leave_out(struct frame_list *list, size_t most)
{
    size_t gone = list->count > most ? list->count - most : 0;
    for (size_t i = 0; i < gone; i++)
        if (i + 1 == list->count || list->items[i].registers != list->items[i + 1].registers)
            free(list->items[i].registers);
    memmove(list->items, list->items + gone, (list->count - gone) * sizeof *list->items);
    list->count -= gone;
    list->left_out += gone;
}

/* The last event of a walk, with `done` the same as `total`, takes the bar away. */
static void tell_progress(struct target *target, const struct frame_list *list, int64_t *next_ns, bool end)
{
    enum { FIRST_MS = 500, EACH_MS = 250, MS = 1000000 };
    int64_t now_ns = clock_now_ns();
    bool told = *next_ns < 0;
    if (*next_ns == 0)
        *next_ns = now_ns + (int64_t)FIRST_MS * MS;
    if (end ? !told : now_ns < (told ? -*next_ns : *next_ns))
        return;
    target_emit(
        target,
        &(struct event){
            .kind = EVENT_PROGRESS,
            .progress = {.what = "stack", .done = reached(list), .total = reached(list), .no_total = !end}});
    *next_ns = -(now_ns + (int64_t)EACH_MS * MS);
}

struct error *frames_read_outermost(struct target *target, struct thread *t, unsigned most, bool past_main,
                                    struct frame_list *ret)
{
    enum { KEPT = 256 }; /* frames between two looks at the clock */
    *ret = (struct frame_list){0};
    most = most > FRAME_DEPTH_MAX ? FRAME_DEPTH_MAX : most;
    struct walk w = {.target = target, .past_main = past_main, .depth = FRAME_WALK_MOST};
    TRY(begin(&w, t));
    int64_t next_ns = 0;
    const char *why;
    do {
        why = add_next(&w, ret);
        if (ret->count < most + KEPT)
            continue;
        leave_out(ret, most);
        tell_progress(target, ret, &next_ns, false);
        if (!why && target_cancel_asked(target)) {
            free(w.registers);
            why = cancelled;
        }
    } while (!why);
    leave_out(ret, most);
    tell_progress(target, ret, &next_ns, true);
    finish(ret, why);
    return why == cancelled || unwind_was_cut(why) ? cut_short(target, ret) : NULL;
}

struct error *frame_return_address(struct target *target, struct thread *t, uint64_t *address, uint64_t *sp)
{
    BASE_FREE struct frame_registers *here = xcalloc(1, sizeof *here);
    BASE_FREE struct frame_registers *caller = xcalloc(1, sizeof *caller);
    TRY(unwind_start(target, t, here));
    uint64_t cfa;
    enum frame_rule rule;
    const char *why = unwind_step(target, here, true, false, caller, &cfa, &rule);
    if (why)
        return error_hint(error_new(ERR_NO_MEMORY, "find the caller: %s", why),
                          "`backtrace` shows what is known");
    *address = caller->pc;
    *sp = caller->sp;
    return NULL;
}
