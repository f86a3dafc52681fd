/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/json.h - what cJSON lacks. No state.
 */
#ifndef ALLSTOP_BASE_JSON_H
#define ALLSTOP_BASE_JSON_H

#include <stdint.h>

#include <cjson/cJSON.h>

/* The largest whole number that no rounding leads to: 2^53 may have been 2^53 + 1. */
#define JSON_EXACT_MOST 9007199254740991.0

/* Moves all members of `from` into `to` and frees `from`. */
void json_move_members(cJSON *to, cJSON *from);
/* The text of a member, which stays the object's; "" when it is not there or no text. */
const char *json_text(const cJSON *o, const char *name);
/* The same, NULL when it is not there or no text. */
const char *json_text_or_null(const cJSON *o, const char *name);
/* An address as it is spelt everywhere: "0x…". */
cJSON *json_address(uint64_t address);
void json_add_address(cJSON *o, const char *name, uint64_t address);
/* A text that may be missing: NULL adds nothing. */
void json_add_text(cJSON *o, const char *name, const char *text);

#endif
