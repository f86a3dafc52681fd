/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/libraries.h - the shared libraries of a process (gdb manual, "Library List Format for SVR4
 * Targets").
 *
 * Asked of the stub only when somebody looks at an address that no loaded file covers, and not again for the
 * same neighbourhood until the target has run freely: a step through code that nobody knows costs no turn.
 * Libraries that can be read on this machine are added to the map, lazily as every file. Engine thread.
 * Nothing fails: a stub without the list, or files that are not here, leave things as they are.
 */
#ifndef ALLSTOP_ENGINE_TARGET_LIBRARIES_H
#define ALLSTOP_ENGINE_TARGET_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/stop_reply.h"

struct target;
struct symbol_file;

/* Makes an address known if a library holds it; true when new files came. */
bool libraries_cover(struct target *target, uint64_t address);
/* A name is not known: asks for the list once a stop; true when new files came. */
bool libraries_ask(struct target *target);
/* The target ran freely, or is another one: what was not there may be there now. */
void libraries_may_have_changed(struct target *target);

/* -- for who follows the list (engine/control/libraries/libraries_events.h)
 * ---------------------------------- */

/* The program: the first file of the map that names a dynamic linker; NULL: there is none. */
struct symbol_file *libraries_program(struct target *target, uint64_t *offset);
/* Adds a library that the target calls `path`, at its sysroot's place where there is one, or moves it when it
 * is loaded already; true when it is new or moved. */
bool libraries_add(struct target *target, const char *path, uint64_t offset);
/* The list as it is now, the stub's own where it has one: how many libraries came, moved or went. */
size_t libraries_read(struct target *target);
/* The dynamic linker's entry (struct link_map) of a library that is loaded; false: it has none. */
bool libraries_link_map(struct target *target, const struct symbol_file *f, uint64_t *ret);
/* True when the stub lists libraries itself. */
bool libraries_listed(struct target *target);
/* Reads the dynamic linker's list; how many were new, moved or unloaded. */
size_t libraries_read_debug(struct target *target);

#endif
