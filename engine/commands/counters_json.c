/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kind of violation that never came is left out, and so is the list where there was none at all. */
#include "engine/commands/counters_json.h"

cJSON *violations_json(const uint64_t by_kind[AUDIT_KINDS])
{
    cJSON *o = cJSON_CreateObject();
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (by_kind[i])
            cJSON_AddNumberToObject(o, audit_kind_name(i), (double)by_kind[i]);
    return o;
}

cJSON *counters_json(const struct session_counters *n)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "violations", (double)n->violations);
    if (n->violations)
        cJSON_AddItemToObject(o, "by_kind", violations_json(n->by_kind));
    cJSON_AddNumberToObject(o, "stops", (double)n->stops);
    cJSON_AddNumberToObject(o, "turns", (double)n->wire.turns);
    cJSON_AddNumberToObject(o, "packets", (double)(n->wire.packets_out + n->wire.packets_in));
    cJSON_AddNumberToObject(o, "bytes_out", (double)n->wire.bytes_out);
    cJSON_AddNumberToObject(o, "bytes_in", (double)n->wire.bytes_in);
    return o;
}
