/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/slots_json.h - the hardware slots as the interface shows them.
 *
 * Both make a new object, the caller's. Engine thread; nothing is sent.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_SLOTS_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_SLOTS_JSON_H

#include <cjson/cJSON.h>

#include "engine/control/breakpoints/site.h"

/* pools[{for total free at_most fires? reason? holders[{slot id? kind address}]}] */
cJSON *slots_to_json(struct control *c);
/* {total free} of the pool that this kind takes its slots from. */
cJSON *slots_type_to_json(struct control *c, enum site_type type);

#endif
