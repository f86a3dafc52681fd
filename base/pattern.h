/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/pattern.h - regular expressions, bounded.
 *
 * Perl's, as PCRE2 has them (pcre2pattern(3)), over bytes: `.` is any of them, `$` only the very end. The C
 * library's own take time and memory beyond all bounds for a short line of a script; PCRE2 compiles in
 * bounded space and counts its steps, and the limits of both stand in base/limits.h. No state; any thread.
 */
#ifndef ALLSTOP_BASE_PATTERN_H
#define ALLSTOP_BASE_PATTERN_H

#include <stdbool.h>

/* NULL where it is a regular expression that is taken; else why not, malloc'd. */
char *pattern_check(const char *text);
/* It is found somewhere in `subject`. A text that is no expression is found nowhere, and one that takes more
 * than PATTERN_STEPS_MOST is not found either. */
bool pattern_fits(const char *text, const char *subject);

#endif
