/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/qualified.h - names with scopes and template arguments as they stand in a text:
 * `ns::vec<int, 3>::size`, `::x`, `(anonymous namespace)::x`, `A::operator+`, `A::~A`.
 *
 * Pure functions. Whether a `<` begins template arguments or compares cannot be seen, nor whether an operator
 * belongs to the word `operator`: who calls is asked.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_QUALIFIED_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_QUALIFIED_H

#include <stdbool.h>
#include <stddef.h>

/* Is there anything of this name, which ends in template arguments or an operator? */
typedef bool (*is_known_name)(void *context, const char *name);

/* How long the name at `text` is, 0: there is none. With `known` NULL it is of a type: a `<` behind a
 * name begins template arguments wherever they are closed again. */
size_t qualified_length(const char *text, is_known_name known, void *context);
/* The name without blanks around `::`; malloc'd. */
char *qualified_name(const char *text, size_t length);
/* The last part: behind the last `::` outside of brackets. */
const char *qualified_last(const char *name);
/* The length of template arguments from `<` to behind the `>` that closes them; 0: they are not closed. */
size_t template_length(const char *text);

#endif
