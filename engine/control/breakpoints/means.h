/*
 * engine/control/breakpoints/means.h - by which means a wish is planted.
 *
 * `auto` tries what fits, location by location: Z0; where the stub has none, or refuses it, a trap written
 * into memory; then Z1. Where the memory map says ROM or flash, Z1 alone. Where the code is not there yet (an
 * address that cannot be read, or holds nothing while the file has code: a kernel before its loader ran) Z1
 * first, and Z0 once it is there (means_upgrade). A watch takes the slots of the hardware; a write watch that
 * gets none is done by stepping. Any other kind is that and nothing else. What a stub was seen to refuse is
 * not sent again. Each step is kept in the wish as an attempt. Engine thread, target stopped.
 *
 * Errors: a forced kind that fails anywhere leaves nothing behind and is the error; `auto` fails only with
 * the connection.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_MEANS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_MEANS_H

#include "engine/control/breakpoints/breakpoints.h"

/* Plants every location that has no plant. */
struct error *means_plant(struct control *c, struct wish *w) BASE_MUST_CHECK;
/* Releases the plants of all locations; nothing is sent. */
void means_release(struct control *c, struct wish *w);
/* Locations that were waiting for their code and have it now become software breakpoints. Costs a read only
 * where there are any. */
struct error *means_upgrade(struct control *c) BASE_MUST_CHECK;
/* A plant for run control: like one that is there, else the first means that this stub has. */
struct plant *means_for_run(struct control *c, uint64_t address);
void wish_attempts_free(struct wish *w);

#endif
