/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/counters_json.h - what was counted, as the command `summary` and the end of a script show
 * it.
 *
 * A new object, the caller's. Any thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_COUNTERS_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_COUNTERS_JSON_H

#include <cjson/cJSON.h>

#include "engine/session/session.h"

/* {violations by_kind? stops turns packets bytes_out bytes_in} */
cJSON *counters_to_json(const struct session_counters *n);

#endif
