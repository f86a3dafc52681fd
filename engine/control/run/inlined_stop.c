/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which inlined calls that begin where a stop is are shown: engine/inspect/frames/inlined.h. */
#include <string.h>

#include "engine/control/control.h"
#include "engine/inspect/frames/inlined.h"

static bool is_there(const struct breakpoint_location *l, const struct symbol_place *place)
{
    return l->line == place->line && l->function && place->function && l->file && place->file &&
           strcmp(l->function, place->function) == 0 && strcmp(l->file, place->file) == 0;
}

/* A breakpoint is where its place is: in the function that was inlined, or at the line that calls it. */
static unsigned by_breakpoint(struct control *c, const struct stop *stop, unsigned begin)
{
    const struct breakpoint *b = breakpoint_find(c, stop->breakpoint);
    struct symbol_place place;
    symbols_lookup(c->target->map, stop->pc, &place);
    for (unsigned hidden = 0; b && hidden <= begin; hidden++) {
        for (size_t i = 0; i < b->count; i++)
            if (b->locations[i].address == stop->pc && is_there(&b->locations[i], &place))
                return hidden;
        inlined_take_off(&place, 1);
    }
    return 0;
}

static unsigned to_hide(struct control *c, const struct thread *t, const struct stop *stop)
{
    const struct plan *p = &c->plan;
    bool by_instruction = p->kind == PLAN_STEPI || p->kind == PLAN_NEXTI;
    bool by_line = plan_is_step(p) && !by_instruction && p->phase == PHASE_STEP;
    if (stop->reason == STOP_STEP && (by_line || by_instruction))
        return by_line ? inlined_hidden(t, stop->pc) : 0; /* what the step has decided */
    unsigned begin = inlined_beginning(c->target, stop->pc);
    switch (stop->reason) {
    case STOP_BREAKPOINT:
        return begin ? by_breakpoint(c, stop, begin) : 0;
    case STOP_STEP:
    case STOP_ATTACH:
        return begin;
    default:
        return 0; /* what is at the pc may have been tried: a signal tells of that */
    }
}

void plan_hide_inlined(struct control *c, struct stop *stop)
{
    struct thread *t = stop->has_thread ? threads_find(&c->target->threads, stop->thread) : NULL;
    if (!t || !stop->has_pc || stop->reason == STOP_EXITED || stop->reason == STOP_KILLED)
        return;
    stop->inlined_hidden = to_hide(c, t, stop);
    inlined_hide(t, stop->pc, stop->inlined_hidden);
}
