/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/limits.h - how much one command may ask for. Constants only. What stands behind a colon
 * is what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_LIMITS_H
#define ALLSTOP_ENGINE_COMMANDS_LIMITS_H

enum {
    /* Bytes that `read` reads: it is refused, and the error says so. */
    MEMORY_READ_LIMIT = 1 << 20,
    /* Bytes of the text or the hex digits that are written or looked for: they are refused, and the error
     * says so. */
    MEMORY_WRITE_LIMIT = 1 << 20,
    /* Bytes that `find` searches: it is refused, and the error says so. */
    MEMORY_FIND_LIMIT = 64 << 20,
    /* Places that `find` finds: the search ends there. */
    MEMORY_FOUND_MOST = 1000,
    /* The highest count of `x`: it is refused, and the error says so. */
    EXAMINE_MOST = 4096,
    /* Bytes of a string that `x/s` shows: the next row goes on. */
    EXAMINE_STRING_MOST = 200,
    /* Functions at which `rbreak` sets breakpoints, where its `limit` says no other number: it is refused,
     * and the error says so. */
    RBREAK_MOST = 200,
    /* Lines that `list` shows: a higher count is refused, and the error says so. */
    LIST_LINES_MOST = 100000,
    /* Lines that `dmesg` shows: the older ones are left out. */
    DMESG_LINES_MOST = 1 << 20,
    /* Threads that one command names: it is refused, and the error says so. */
    HOLD_NAMED_MOST = 65536,
    /* Places where a function begins whose calls are looked for: the others are not looked at. */
    CALL_ENTRIES_MOST = 16,
    /* Completions of one word: the others are left out. */
    COMPLETE_MOST = 200,
    /* Bytes of a word for which a similar command is looked for: none is proposed for a longer one. */
    NEAR_COMMAND_MOST = 32,
};

#endif
