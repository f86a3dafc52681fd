/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/type_json.h - a type as the interface says it in JSON: what `type` answers. Engine thread;
 * nothing fails.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_TYPE_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_TYPE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct type;

/* {name, size, kind, members: [{name, type, offset, size, bits?}] or [{name, value}], text}, the caller's.
 * With `offsets` the text shows them and the holes. */
cJSON *type_to_json(struct type *t, bool offsets);

#endif
