/*
 * engine/libraries.h - the shared libraries of a process (gdb manual, "Library List Format for SVR4
 * Targets").
 *
 * Asked of the stub only when somebody looks at an address that no loaded file covers, and not again for the
 * same neighbourhood until the target has run freely: a step through code that nobody knows costs no turn.
 * Libraries that can be read on this machine are added to the map, lazily as every file. Engine thread.
 * Nothing fails: a stub without the list, or files that are not here, leave things as they are.
 */
#ifndef ALLSTOP_ENGINE_LIBRARIES_H
#define ALLSTOP_ENGINE_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Makes an address known if a library holds it; true when new files came. */
bool libraries_cover(struct session *s, uint64_t address);
/* The target ran freely, or is another one: what was not there may be there now. */
void libraries_may_have_changed(struct session *s);

#endif
