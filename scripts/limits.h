/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/limits.h - how much of a session and of a request is taken. Constants
 * only. What stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_SCRIPTS_LIMITS_H
#define ALLSTOP_SCRIPTS_LIMITS_H

enum {
    /* Bytes of a session file: it is refused, and the error says so. */
    SESSION_FILE_LIMIT = 16 << 20,
    /* Session files that include each other: they are refused, and the error says so. */
    INCLUDE_DEPTH_MOST = 16,
    /* Levels of steps inside each other: they are refused, and the error says so. */
    STEPS_DEPTH_LIMIT = 64,
    /* Levels of `repeat` inside each other: the step fails, and the error says so. */
    REPEAT_NESTING_MOST = 64,
    /* Bytes of one line of requests: it is passed over, and an error answers it. */
    REQUEST_LINE_LIMIT = 16 << 20,
    /* Bytes of a text into which values were put: the step fails, and the error says so. */
    FILLED_TEXT_LIMIT = 1 << 20,
    /* Seconds that `sleep` may take: it is refused, and the error says so. */
    SLEEP_SECONDS_MOST = 86400,
    /* Different reasons, threads and the like that one `repeat` counts: the others are not counted. */
    COUNTED_MOST = 1024,
    /* Threads whose orders are counted: a race has no more. */
    ORDERS_THREADS_MAX = 16,
    /* Turns of one order: a race has no more. */
    ORDERS_TURNS_MAX = 256,
    /* Threads of one race: it is refused, and the error says so. */
    RACE_THREADS_MAX = ORDERS_THREADS_MAX,
    /* Points of one race: it is refused, and the error says so. */
    RACE_POINTS_MAX = 64,
    /* Arrows of one race, and points that one thread passes: it is refused, and the error says so. */
    RACE_ARROWS_MAX = ORDERS_TURNS_MAX,
    /* Bytes of the name of a thread or a point, with its end: it is refused, and the error says so. */
    RACE_NAME_BYTES = 64,
    /* The highest `nth`: it is refused, and the error says so. */
    RACE_NTH_MOST = 1000000,
    /* Places of one point of a race: the others are not breakpoints of it. */
    RACE_PLACES_MOST = 32,
    /* Threads that arrive at one place: the others do not count. */
    GATHERED_MOST = 4096,
    /* Stops in a row with nobody new, where `explore` looks who comes to a place: it looks no further. */
    IDENTIFY_STOPS_MOST = 200,
    /* Windows of patience in which a thread that moves, or others that do, may still bring it to its point:
     * it has not come. */
    RACE_WINDOWS_MOST = 6,
    /* Threads whose births are noted: the others have no number. */
    BIRTHS_MOST = 65536,
    /* Threads that wait to make another until the one before has come to be: of the threads that others make
     * it is not known whose they are. */
    BIRTHS_WAITING_MOST = 64,
    /* Orders that `explore` tries: it is refused, and the error says so. */
    DRAW_BUDGET_MAX = 1000000,
    /* Different outcomes that `explore` tells apart: the others are not told. */
    OUTCOMES_MOST = 1000,
    /* Beginnings of orders that are known to be impossible: orders that begin like others are tried. */
    PREFIXES_MOST = 10000,
};

#endif
