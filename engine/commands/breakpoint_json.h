/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/breakpoint_json.h - a breakpoint in the words of the documented interface.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_BREAKPOINT_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_BREAKPOINT_JSON_H

#include <cjson/cJSON.h>

#include "base/buf.h"

struct breakpoint;
struct control;

/* A new object, as commands return it and the event `breakpoint-changed` has it. */
cJSON *breakpoint_to_json(struct control *c, const struct breakpoint *b);
/* The same for people, in a line and perhaps a warning's. */
void breakpoint_text(const cJSON *breakpoint, struct buf *out);

#endif
