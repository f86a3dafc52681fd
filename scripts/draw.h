/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/draw.h - which orders of a search are tried: all, a share of them, or some drawn at random.
 *
 * Without a budget the numbers from `first` to `last` follow each other, and a share "k/n" is the k-th of n
 * equal parts. With one, that many different numbers are drawn, the same ones for the same seed on every
 * machine, and a share takes each n-th of them. Plain data, one owner.
 */
#ifndef ALLSTOP_SCRIPTS_DRAW_H
#define ALLSTOP_SCRIPTS_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "scripts/limits.h"

struct draw {
    uint64_t total; /* orders there are */
    uint64_t next, end;
    uint64_t *drawn; /* NULL: next … end follow each other; else indices into this */
    uint64_t step;
};

/* "2/8" is the second of eight; ERR_USAGE for a share that is none. */
struct error *draw_read_share(const char *share, uint64_t *k, uint64_t *n) BASE_MUST_CHECK;
/* `share` is "k/n" or NULL; `budget` 0: all. ERR_USAGE for a share that is none, or too large a budget. */
struct error *draw_init(struct draw *d, uint64_t total, uint64_t budget, const char *share,
                        uint64_t seed) BASE_MUST_CHECK;
void draw_free(struct draw *d);
/* How many are left. */
uint64_t draw_left(const struct draw *d);
/* The next number; false at the end. */
bool draw_next(struct draw *d, uint64_t *ret);
/* Numbers below `behind` need not be tried: returns how many of this draw were passed over. Does nothing
 * where they were drawn at random. */
uint64_t draw_skip_to(struct draw *d, uint64_t behind);

#endif
