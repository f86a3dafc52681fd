/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/counters_json.h - what was counted, as the command `summary` and the end of a script show
 * it.
 *
 * New objects, the caller's. Any thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_COUNTERS_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_COUNTERS_JSON_H

#include <cjson/cJSON.h>

#include "engine/session/session.h"

/* {violations by_kind? stops turns packets bytes_out bytes_in} */
cJSON *counters_json(const struct session_counters *n);
/* {kind: how often} of those that were seen. */
cJSON *violations_json(const uint64_t by_kind[AUDIT_KINDS]);

#endif
