/*
 * engine/control/breakpoints/conditions.h - conditions: checked when they are set, and evaluated inside stubs
 * that can (ConditionalBreakpoints+).
 *
 * A plant gets the conditions of its wishes when every user of it is a wish with a condition that compiles;
 * the stub or-s them. Else it gets none. A stop is evaluated on our side again: which wish it was, and
 * whether the stub could evaluate it at all, is known only here. Nothing is sent here: plants are. Engine
 * thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_CONDITIONS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_CONDITIONS_H

#include "engine/control/breakpoints/plant.h"

struct wish;

/* ERR_SYNTAX for a text that is no expression; ERR_NO_SYMBOL for a name or register that is known at none of
 * the wish's places. A pending wish has none yet, and a watch's scope is wherever it will be hit: their
 * names are not looked at. */
struct error *condition_check(struct control *c, const struct wish *w) BASE_MUST_CHECK;
/* Makes the plant's conditions those of its users. */
void conditions_update(struct control *c, struct plant *p);

#endif
