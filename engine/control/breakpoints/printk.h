/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/printk.h - what a kernel says on its console about our breakpoints.
 *
 * Linux's kgdb answers OK when a breakpoint is set and sites it when it resumes: what goes wrong then comes
 * as a printk only (kernel/debug/debug_core.c and arch/x86/kernel/kgdb.c of 6.1). Lines are put together from
 * the console's bytes, and one that is exactly such a message, with the address of something inserted by us,
 * marks that as failed with the line as the reason, and `breakpoint-changed` tells it. Whoever writes to the
 * console can say anything; without an address of ours nothing is marked, and nothing is sent because of a
 * line. It stays inserted as far as the stub is concerned, and is taken out like any other. Part of the
 * session; engine thread. No errors.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_PRINTK_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_PRINTK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/control/limits.h"

struct control;

/* A line on its way; one that is longer says nothing to us. */
struct printk_line {
    char text[PRINTK_LINE_MAX];
    size_t length;
};

/* Whether this line (without its end) is such a message, of which address, and of hardware or a trap. */
bool printk_match(const char *line, size_t n, uint64_t *address, bool *hardware);
/* Bytes from the console, as they come. */
void printk_feed(struct control *c, const char *bytes, size_t n);

#endif
