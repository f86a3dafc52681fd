/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/event_json.h - events in the words of the documented interface: `{"event": …}`.
 *
 * Engine thread; a new object each time. What a target, a stub or a program wrote is made visible in it: no
 * control character gets through.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_EVENT_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_EVENT_JSON_H

#include <cjson/cJSON.h>

#include "base/error.h"
#include "engine/target/event.h"

struct command;
struct session;

/* A step of a breakpoint that has run: what it gave, or why it failed. */
struct command_told {
    int breakpoint;
    const struct command *command;
    const cJSON *result;        /* or NULL */
    const struct error *failed; /* or NULL */
};

cJSON *event_to_json(struct session *s, const struct event *event);
/* What faces have to say themselves: an `output` event of this text, and how many events they have lost. */
cJSON *event_of_text(const char *text);
cJSON *event_of_dropped(size_t count);
/* Bytes of its texts. */
size_t event_weight(const cJSON *event);

#endif
