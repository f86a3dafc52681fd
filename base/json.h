/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/json.h - what cJSON lacks. No state.
 */
#ifndef ALLSTOP_BASE_JSON_H
#define ALLSTOP_BASE_JSON_H

#include <cjson/cJSON.h>

/* The largest whole number that no rounding leads to: 2^53 may have been 2^53 + 1. */
#define JSON_EXACT_MOST 9007199254740991.0

/* Moves all members of `from` into `to` and frees `from`. */
void json_move_members(cJSON *to, cJSON *from);
/* The text of a member, which stays the object's; "" when it is not there or no text. */
const char *json_text(const cJSON *o, const char *name);

#endif
