/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/stop_report.h - a stop in the words of the documented interface.
 *
 * An unknown field is left out, never made up. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_STOP_REPORT_H
#define ALLSTOP_ENGINE_CONTROL_STOP_STOP_REPORT_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "engine/target/stop.h"

struct control;

/* With function, file and line looked up. New. */
cJSON *stop_to_json(struct control *c, const struct stop *stop);
/* The `stopped` event of the last stop. */
void stop_report(struct control *c);
/* For people, as gdb tells it: "Breakpoint 1, worker (…) at worker.c:42" and the source line. */
void stop_to_text(const cJSON *stop, struct buf *out);

#endif
