/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/program.h - the program among the files of the map, and where it was loaded.
 *
 * Engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_PROGRAM_H
#define ALLSTOP_ENGINE_TARGET_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct symbol_file;
struct target;

/* The first file of the map; NULL: there is none. *index is its place there. */
struct symbol_file *program_file(struct target *target, size_t *index);
/* Where a position-independent program was loaded, asked of the auxiliary vector; and where its dynamic
 * linker was (loader_base). What cannot be read changes nothing. */
void program_find_slide(struct target *target);
/* The same of file `index`, which was named when the process was there already. False: it is not what runs
 * there (its entry or its headers, which are in its first page, lie elsewhere), or nobody can say. */
bool program_named_late(struct target *target, size_t index);

#endif
