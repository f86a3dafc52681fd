/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>

void json_move_members(cJSON *to, cJSON *from)
{
    for (cJSON *item; (item = from->child) != NULL;) {
        cJSON_DetachItemViaPointer(from, item);
        cJSON_AddItemToObject(to, item->string, item);
    }
    cJSON_Delete(from);
}

const char *json_text_or_null(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

const char *json_text(const cJSON *o, const char *name)
{
    const char *text = json_text_or_null(o, name);
    return text ? text : "";
}

cJSON *json_address(uint64_t address)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, address);
    return cJSON_CreateString(text);
}

void json_add_address(cJSON *o, const char *name, uint64_t address)
{
    cJSON_AddItemToObject(o, name, json_address(address));
}

void json_add_text(cJSON *o, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(o, name, text);
}
