/*
 * engine/location.h - places the user names: `main`, `file.c:12`, `12`, `*0x401000`, `*main+4`, `0x401000`.
 *
 * Engine thread. Needs no target unless an expression does. Errors: ERR_NO_SYMBOL with a near name,
 * ERR_NO_SOURCE, ERR_SYNTAX.
 */
#ifndef ALLSTOP_ENGINE_LOCATION_H
#define ALLSTOP_ENGINE_LOCATION_H

#include "base/buf.h"
#include "symbols/map.h"

struct session;

/* All code places of `at`; *ret malloc'd, *count at least 1 on success. */
struct error *location_find(struct session *s, const char *at, struct symbol_match **ret,
                            size_t *count) BASE_MUST_CHECK;
/* One address, of code or data: a place as above, else any expression. A line gives its first address. */
struct error *location_address(struct session *s, const char *at, uint64_t *ret) BASE_MUST_CHECK;
/* "main+4 at file.c:12" appended, as much as is known. */
void location_describe(struct session *s, uint64_t address, struct buf *out);
/* Last component of a path; NULL stays NULL. */
const char *path_base(const char *path);

#endif
