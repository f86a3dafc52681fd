/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short ways to tell of something: each makes the event and hands it up. */
#include <string.h>

#include "engine/target/event.h"
#include "engine/target/target.h"

void target_emit(struct target *target, const struct event *event)
{
    if (target->hooks.event)
        target->hooks.event(target, event);
}

void target_emit_text(struct target *target, enum event_kind kind, const char *bytes, size_t n)
{
    target_emit(target, &(struct event){.kind = kind, .text = {bytes, n}});
}

void target_say(struct target *target, const char *text)
{
    target_emit_text(target, EVENT_OUTPUT, text, strlen(text));
}

void target_emit_library(struct target *target, const char *path)
{
    target_emit(target, &(struct event){.kind = EVENT_LIBRARY, .path = path});
}

void target_emit_progress(struct target *target, const char *what, uint64_t done, uint64_t total)
{
    target_emit(target, &(struct event){.kind = EVENT_PROGRESS,
                                        .progress = {.what = what, .done = done, .total = total}});
}

void target_emit_problem(struct target *target, enum event_kind kind, const struct error *e)
{
    target_emit(target, &(struct event){.kind = kind, .problem = {e->message, e->hint}});
}
