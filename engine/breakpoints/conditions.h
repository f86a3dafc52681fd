/*
 * engine/breakpoints/conditions.h - conditions evaluated inside stubs that can (ConditionalBreakpoints+).
 *
 * A plant gets the conditions of its wishes when every user of it is a wish with a condition that compiles;
 * the stub or-s them. Else it gets none. A stop is evaluated on our side again: which wish it was, and
 * whether the stub could evaluate it at all, is known only here. Nothing is sent here: plants are. Engine
 * thread.
 */
#ifndef ALLSTOP_ENGINE_BREAKPOINTS_CONDITIONS_H
#define ALLSTOP_ENGINE_BREAKPOINTS_CONDITIONS_H

#include "engine/breakpoints/plant.h"

/* Makes the plant's conditions those of its users. */
void conditions_update(struct session *s, struct plant *p);

#endif
