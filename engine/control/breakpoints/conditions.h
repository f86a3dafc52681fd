/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/conditions.h - conditions: checked when they are set, and evaluated inside stubs
 * that can (ConditionalBreakpoints+).
 *
 * A site gets the conditions of its breakpoints when every user of it is a breakpoint with a condition that
 * compiles; the stub or-s them. Else it gets none. A stop is evaluated on our side again: which breakpoint it
 * was, and whether the stub could evaluate it at all, is known only here. Nothing is sent here: sites are.
 * Engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_CONDITIONS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_CONDITIONS_H

#include "engine/control/breakpoints/site.h"

struct breakpoint;

/* ERR_SYNTAX for a text that is no expression; ERR_NO_SYMBOL for a name or register that is known at none of
 * the breakpoint's places. A pending breakpoint has none yet, and a watch's scope is wherever it will be hit:
 * their names are not looked at. */
struct error *condition_check(struct control *c, const struct breakpoint *b) BASE_MUST_CHECK;
/* Makes the site's conditions those of its users. */
void conditions_update(struct control *c, struct site *p);

#endif
