/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/location.h - places the user names: `main`, `file.c:12`, `12`, `*0x401000`, `*main+4`,
 * `0x401000`; a file, or all of a name, may stand in quotes, 'my file.c':12.
 *
 * Engine thread. Needs no target unless an expression does. Errors: ERR_NO_SYMBOL with a near name,
 * ERR_NO_SOURCE, ERR_SYNTAX.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_LOCATION_H
#define ALLSTOP_ENGINE_INSPECT_LOCATION_H

#include "base/buf.h"
#include "symbols/map.h"

struct target;

/* All code places of `at`; *ret malloc'd, *count at least 1 on success. */
struct error *location_find(struct target *target, const char *at, struct symbol_match **ret,
                            size_t *count) BASE_MUST_CHECK;
/* A line of source, whether it has code or not. */
struct line_place {
    const char *file; /* as the debug information has it; the symbols' */
    unsigned line;
    uint64_t address;
    bool has_code; /* `address` is known */
};
/* The line of `at`: FILE:LINE, LINE or +N and -N in `file` (NULL: that of the last listing, of the selected
 * frame, or of `main`), or any place with code. "": where the selected frame is. */
struct error *location_line(struct target *target, const char *at, const char *file,
                            struct line_place *ret) BASE_MUST_CHECK;
/* One address, of code or data: a place as above, else any expression. A line gives its first address. */
struct error *location_address(struct target *target, const char *at, uint64_t *ret) BASE_MUST_CHECK;
/* A name or a line that nobody knows now, and that a library or a module may bring: the target is a program
 * with a dynamic linker, or a kernel. */
bool location_may_come(struct target *target, const char *at);
/* The same, but a variable named by itself means where it is and not what it holds. */
struct error *location_of(struct target *target, const char *at, uint64_t *ret) BASE_MUST_CHECK;
/* "main+4 at file.c:12" appended, as much as is known. */
void location_describe(struct target *target, uint64_t address, struct buf *out);

#endif
