/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/scope.h - the variables of a script: defined on the command line or in the file, or saved by steps.
 *
 * `${x.pc}`, `${list[0].id}` in a string put a value in; a string that is exactly one `${…}` keeps the
 * value's type. One owner, one thread. Errors: ERR_USAGE for a name or path that is not there.
 */
#ifndef ALLSTOP_SCRIPTS_SCOPE_H
#define ALLSTOP_SCRIPTS_SCOPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

struct scope {
    cJSON *values; /* an object */
};

void scope_init(struct scope *s);
void scope_free(struct scope *s);
/* Takes the value over; replaces an older one. */
void scope_set(struct scope *s, const char *name, cJSON *value);
/* "NAME=VALUE" of the command line: VALUE is JSON, or else a string. */
struct error *scope_define(struct scope *s, const char *text) BASE_MUST_CHECK;
/* A new value with every ${…} put in. */
struct error *scope_substitute(const struct scope *s, const cJSON *from, cJSON **ret) BASE_MUST_CHECK;
/* Calls `visit` with the first name of every ${…} in `from` until it returns false. */
bool scope_each_name(const cJSON *from, bool (*visit)(void *context, const char *name), void *context);
/* True when some string inside has a ${…}. */
bool scope_is_open(const cJSON *from);

#endif
