/*
 * engine/json.h - what cJSON lacks: moving members from one object to another. No state.
 */
#ifndef ALLSTOP_ENGINE_JSON_H
#define ALLSTOP_ENGINE_JSON_H

#include <cjson/cJSON.h>

/* Moves all members of `from` into `to` and frees `from`. */
void json_move_members(cJSON *to, cJSON *from);

#endif
