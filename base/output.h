/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/output.h - standard output, which may be a full disk or a pipe that nobody reads any more.
 *
 * The state is stdio's own: after the first write that failed output_broken() is true for good. Single thread
 * (the main one). Nothing fails: the loss is told once on standard error, and main() turns it into the exit
 * status.
 */
#ifndef ALLSTOP_BASE_OUTPUT_H
#define ALLSTOP_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes and flushes. What cannot be written is dropped. */
void output_write(const char *bytes, size_t n);
/* Flushes what was written by other means; false when that or something before could not be written. */
bool output_flush(void);
bool output_broken(void);

#endif
