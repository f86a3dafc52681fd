/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/json_read.h - JSON that somebody wrote: session files, requests, definitions.
 *
 * cJSON takes more than it can keep: a text behind \u0000 is cut, bytes that are not UTF-8 come out again as
 * they went in, of two members with one name the first one counts, a whole number of more than 53 bits loses
 * its last digits, and a number that no double holds becomes infinite. All of these are refused here (RFC
 * 8259, sections 4, 6 and 8), so that no check is skipped and no byte is lost in silence.
 *
 * No state, any thread. Errors: ERR_SYNTAX.
 */
#ifndef ALLSTOP_SCRIPTS_JSON_READ_H
#define ALLSTOP_SCRIPTS_JSON_READ_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/error.h"

/* One JSON value in `n` bytes, with nothing but blanks around it. *where (may be NULL) becomes the offset in
 * bytes of what cannot be read, or SIZE_MAX where it is something else that is wrong: the message then begins
 * with its JSON pointer. */
struct error *json_read(const char *text, size_t n, cJSON **ret, size_t *where) BASE_MUST_CHECK;

#endif
