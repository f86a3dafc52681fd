/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/pattern.h - regular expressions of `match`, bounded.
 *
 * POSIX extended ones (regcomp(3)). The C library writes `x{m,n}` out as n copies, `x+` as two, and copies of
 * copies where these are nested, so a line of a script could take all memory there is; and its
 * back-references, which POSIX does not have in extended expressions, may try for ever. Both are refused
 * before it sees them. So is what repeats a repetition more than twice, for which it takes time beyond all
 * bounds. No state; any thread.
 */
#ifndef ALLSTOP_SCRIPTS_PATTERN_H
#define ALLSTOP_SCRIPTS_PATTERN_H

#include <regex.h>
#include <stdbool.h>

#include "scripts/limits.h"

/* NULL: *ret is compiled, and regfree() is due. Else why not, malloc'd. */
char *pattern_compile(const char *text, regex_t *ret);
/* It matches somewhere in `subject`. A text that is no expression matches nothing. */
bool pattern_fits(const char *text, const char *subject);

#endif
