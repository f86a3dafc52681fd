/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/breakpoint.h - breakpoints being made; for the files of this room only.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINT_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINT_H

#include "engine/control/breakpoints/breakpoints.h"

/* Gives it an id and puts it into the table, which owns it then. */
void breakpoint_add(struct control *c, struct breakpoint *b);
/* Undoes that for the breakpoint added last, without sites, and frees it. */
void breakpoint_take_back(struct control *c, struct breakpoint *b);
/* What a request says but the place. ERR_NO_THREAD. */
struct error *breakpoint_fill(struct control *c, const struct breakpoint_request *request,
                              struct breakpoint *b) BASE_MUST_CHECK;
void breakpoint_free(struct breakpoint *b);

#endif
