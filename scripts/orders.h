/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/orders.h - the orders in which threads can pass their points.
 *
 * Each of n threads passes its own points in its own order; a schedule says whose turn it is, so there are
 * (a+b+…)! / (a! b! …) of them for threads with a, b, … points. They are numbered lexicographically by
 * thread, so that any of them can be written down from its number, and those that begin alike are neighbours.
 * Plain arithmetic, no state.
 */
#ifndef ALLSTOP_SCRIPTS_ORDERS_H
#define ALLSTOP_SCRIPTS_ORDERS_H

#include <stddef.h>
#include <stdint.h>

#include "scripts/limits.h"

/* How many; UINT64_MAX when that is more than fits. `lengths[i]` points of thread i, n threads. */
uint64_t orders_count(const unsigned *lengths, size_t n);
/* Writes number `rank` (below the count, which must fit) into `turns`: the thread of each turn. */
void orders_write(const unsigned *lengths, size_t n, uint64_t rank, unsigned *turns);
/* The number of the first schedule behind those that begin with these turns; the count when none is. */
uint64_t orders_behind(const unsigned *lengths, size_t n, const unsigned *turns, size_t turn_count);
/* How often another thread gets its turn. */
unsigned orders_switches(const unsigned *turns, size_t turn_count);

#endif
