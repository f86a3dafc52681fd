/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/pace.h - how many questions may lie at the stub at one time.
 *
 * Whatever is asked next waits behind all that lies there, also when Ctrl-C has put an end to what it was
 * asked for: a stub that takes half a second for an answer gets one question after the other, one that is
 * quick gets as many as the connection takes. Who asks much at once divides it by this. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_PACE_H
#define ALLSTOP_ENGINE_TARGET_PACE_H

#include <stddef.h>
#include <stdint.h>

struct target;

/* How many questions may go out together now, 1 to `most`. */
size_t pace_at_once(const struct target *target, size_t most);
/* So many answers have taken so long. */
void pace_note(struct target *target, size_t answers, int64_t took_ns);

#endif
