/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

void json_move_members(cJSON *to, cJSON *from)
{
    for (cJSON *item; (item = from->child) != NULL;) {
        cJSON_DetachItemViaPointer(from, item);
        cJSON_AddItemToObject(to, item->string, item);
    }
    cJSON_Delete(from);
}

const char *json_text(const cJSON *o, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
    return text ? text : "";
}
