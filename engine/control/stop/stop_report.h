/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/stop_report.h - a stop becomes the last one, and is told.
 *
 * The only writer of what the last stop was, of the epoch and of the count of stops. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_STOP_REPORT_H
#define ALLSTOP_ENGINE_CONTROL_STOP_STOP_REPORT_H

#include "engine/target/stop.h"

struct control;

/* A new epoch begins with it. What its watchpoint saw is kept with it, as the watchpoint may be gone soon. */
void stop_taken(struct control *c, const struct stop *stop);
/* The `stopped` event of the last stop. */
void stop_report(struct control *c);

#endif
