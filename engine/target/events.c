/* Events for the face: small JSON objects, lent for the time of the call. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/session/core.h"
#include "base/json.h"

void target_emit(struct session *s, cJSON *event)
{
    if (s->options.event)
        s->options.event(s->options.context, event);
    cJSON_Delete(event);
}

void target_emit_text(struct session *s, const char *event, const char *bytes, size_t n)
{
    BASE_BUF struct buf text = {0};
    text_add_visible(&text, bytes, n, true);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event);
    cJSON_AddStringToObject(o, "text", buf_text(&text));
    target_emit(s, o);
}

void target_emit_problem(struct session *s, const char *event, const struct error *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event);
    cJSON_AddStringToObject(o, "message", e->message);
    if (e->hint)
        cJSON_AddStringToObject(o, "hint", e->hint);
    target_emit(s, o);
}

void target_emit_stop(struct session *s)
{
    cJSON *stop = stop_to_json(s, &s->last_stop);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "stopped");
    json_move_members(o, stop);
    target_emit(s, o);
}
