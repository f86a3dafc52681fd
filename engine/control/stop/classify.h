/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/classify.h - what a stop is: whose breakpoint, a step, a signal, the end.
 *
 * The one place that decides it, below running and below time. Engine thread; errors are the connection's.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_CLASSIFY_H
#define ALLSTOP_ENGINE_CONTROL_STOP_CLASSIFY_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/target/stop.h"

struct control;
struct rsp_stop;

/* What a stop is, before the plan has looked at it: thread and pc noted, reason by signal and sites. */
struct error *stop_classify(struct control *c, const struct rsp_stop *from, struct stop *ret) BASE_MUST_CHECK;
/* Counts a hit and asks thread, ignore count and condition: whether this breakpoint really stops. */
/* The instruction that a watchpoint stopped for has been done when the stop is looked at. */
bool watch_stops_behind(const struct control *c);
struct error *breakpoint_stops(struct control *c, struct stop *stop, bool *ret) BASE_MUST_CHECK;
/* Whether some breakpoint of this place would stop here by its thread and condition; nothing is counted. The
 * first that would is named in *stop. */
struct error *breakpoint_would_stop(struct control *c, struct stop *stop, bool *ret) BASE_MUST_CHECK;

#endif
