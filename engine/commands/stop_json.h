/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/stop_json.h - a stop in the words of the documented interface, and in those for people.
 *
 * A field that is not known is left out, never made up. Engine thread; stop_to_text() any.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_STOP_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_STOP_JSON_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "engine/target/stop.h"

struct session;

/* With function, file and line looked up. New. */
cJSON *stop_to_json(struct session *s, const struct stop *stop);
/* For people, as gdb tells it: "Breakpoint 1, worker (…) at worker.c:42" and the source line. */
void stop_to_text(const cJSON *stop, struct buf *out);
/* The first line of that, without its end; malloc'd. */
char *stop_headline(struct session *s, const struct stop *stop);
/* A command has come to this stop: it is told, and *ret is its JSON; NULL where the steps of its breakpoint
 * have let the target go on. */
void stop_tell(struct session *s, struct stop *stop, cJSON **ret);

#endif
