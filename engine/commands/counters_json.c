/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of violations are left out where there was none. */
#include "engine/commands/counters_json.h"

#include "engine/commands/audit_json.h"

cJSON *counters_to_json(const struct session_counters *n)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "violations", (double)n->violations);
    if (n->violations)
        cJSON_AddItemToObject(o, "by_kind", violations_to_json(n->by_kind));
    cJSON_AddNumberToObject(o, "stops", (double)n->stops);
    cJSON_AddNumberToObject(o, "turns", (double)n->wire.turns);
    cJSON_AddNumberToObject(o, "packets", (double)(n->wire.packets_out + n->wire.packets_in));
    cJSON_AddNumberToObject(o, "bytes_out", (double)n->wire.bytes_out);
    cJSON_AddNumberToObject(o, "bytes_in", (double)n->wire.bytes_in);
    return o;
}
