/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/names.h - the name indexes of a map's files: begun in the background, waited for, given up.
 *
 * Questions of symbols/map.h that need an index wait for it by themselves; addresses, source lines, and
 * functions that the symbol table knows need none. What an index adds to such a function are its inlined
 * copies in other CUs: symbols_find_name() finds them when the index is there. Small files are indexed when
 * asked; large ones take a fraction of a second the first time and a cache file afterwards.
 * Thread: the map's owner. The threads that build read the mapped files alone; closing a file ends its build.
 */
#ifndef ALLSTOP_SYMBOLS_NAMES_H
#define ALLSTOP_SYMBOLS_NAMES_H

#include "symbols/map.h"

/* Called a few times a second while a question waits for an index, on the asking thread, with the CUs that
 * were read so far and in all. False gives up: the question then finds nothing, and the next begins anew. */
typedef bool symbols_progress(void *context, size_t done, size_t total);
/* For all files that are in the map now and later; NULL: nobody asks. */
void symbols_watch_names(struct symbol_map *m, symbols_progress *progress, void *context);

/* Begins in the background what is not there. */
void symbols_start_names(struct symbol_map *m);
/* True when the indexes of all files are there; *done and *total are the CUs read of those being built. */
bool symbols_have_names(struct symbol_map *m, size_t *done, size_t *total);
/* Waits until they are there; false when the progress function gave up. */
bool symbols_wait_names(struct symbol_map *m);

#endif
