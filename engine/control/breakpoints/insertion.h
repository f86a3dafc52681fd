/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/insertion.h - by which means a breakpoint is inserted.
 *
 * `auto` tries what fits, location by location: Z0; where the stub has none, or refuses it, a trap written
 * into memory; then Z1. Where the memory map says ROM or flash, Z1 alone. Where the code is not there yet (an
 * address that cannot be read, or holds nothing while the file has code: a kernel before its loader ran) Z1
 * first, and Z0 once it is there (insertion_upgrade). A watch takes the slots of the hardware; a write watch
 * that gets none is done by stepping. Any other kind is that and nothing else. What a stub was seen to refuse
 * is not sent again. Each step is kept in the breakpoint as an attempt. Engine thread, target stopped.
 *
 * Errors: a forced kind that fails anywhere leaves nothing behind and is the error; `auto` fails only with
 * the connection.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_INSERTION_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_INSERTION_H

#include "engine/control/breakpoints/breakpoints.h"

/* Sites every location that has no site. */
struct error *insertion_site(struct control *c, struct breakpoint *b) BASE_MUST_CHECK;
/* Releases the sites of all locations; nothing is sent. */
void insertion_release(struct control *c, struct breakpoint *b);
/* Locations that were waiting for their code and have it now become software breakpoints. Costs a read only
 * where there are any. */
struct error *insertion_upgrade(struct control *c) BASE_MUST_CHECK;
/* A site for run control: like one that is there, else the first means that this stub has. */
struct site *insertion_for_run(struct control *c, uint64_t address);
void breakpoint_attempts_free(struct breakpoint *b);

#endif
