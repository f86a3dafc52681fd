/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events for the face: small JSON objects, lent for the time of the call. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/target/target.h"
#include "base/json.h"

void target_emit(struct target *target, cJSON *event)
{
    if (target->hooks.event)
        target->hooks.event(target, event);
    cJSON_Delete(event);
}

void target_emit_text(struct target *target, const char *event, const char *bytes, size_t n)
{
    BASE_BUF struct buf text = {0};
    text_add_visible(&text, bytes, n, true);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event);
    cJSON_AddStringToObject(o, "text", buf_text(&text));
    target_emit(target, o);
}

void target_emit_problem(struct target *target, const char *event, const struct error *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event);
    cJSON_AddStringToObject(o, "message", e->message);
    if (e->hint)
        cJSON_AddStringToObject(o, "hint", e->hint);
    target_emit(target, o);
}
