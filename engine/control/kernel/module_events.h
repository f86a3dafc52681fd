/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/kernel/module_events.h - the modules of a running kernel, as they come and go.
 *
 * Once somebody has asked for modules, or waits for a name that may be in one, a breakpoint of ours stands
 * where a module is complete and one where it is about to be freed, so that symbols and breakpoints come and
 * go with it. Owned by the session, engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_KERNEL_MODULE_EVENTS_H
#define ALLSTOP_ENGINE_CONTROL_KERNEL_MODULE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/stop_reply.h"

struct site;
struct control;

struct module_events {
    struct site *come, *go; /* or NULL: they are not followed */
};

/* From now on they are followed. */
void module_events_follow(struct control *c);
/* A name is not known: looks for modules that came unseen; true when there were. Costs nothing on a slow
 * line, nor where they are followed already. */
bool module_events_ask(struct control *c);
/* A thread stopped at `pc`; *event: that was a module that came or goes. Errors: the connection's only. */
struct error *module_events_at_stop(struct control *c, struct ptid thread, uint64_t pc,
                                    bool *event) BASE_MUST_CHECK;
void module_events_forget(struct control *c);

#endif
