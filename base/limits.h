/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/limits.h - how much of what a user writes is taken by what all rooms share. Constants only. What
 * stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_BASE_LIMITS_H
#define ALLSTOP_BASE_LIMITS_H

enum {
    /* Bytes of a regular expression: it is refused, and the error says so. */
    PATTERN_BYTES = 4096,
    /* Levels of groups in a regular expression: it is refused, and the error says so. */
    PATTERN_NESTED_MOST = 64,
    /* Steps to find a regular expression from one place of a text: it does not fit. */
    PATTERN_STEPS_MOST = 100000,
    /* Bytes of memory to find a regular expression: it does not fit. */
    PATTERN_SPACE_LIMIT = 16 << 20,
};

#endif
