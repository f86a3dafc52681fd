/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/limits.h - how much of what a target and a program print, and of what is typed at them,
 * is kept, and how far the checks of --audit follow a stub. Constants only. What stands behind a colon is
 * what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LIMITS_H
#define ALLSTOP_ENGINE_SESSION_LIMITS_H

enum {
    /* Bytes of the path of the program that a stub names: it is not used. */
    EXEC_PATH_LIMIT = 4096,
    /* Bytes of what a target's console printed: the oldest are forgotten. */
    CONSOLE_KEPT = 1 << 20,
    /* Lines of it that are shown at once: the older ones are left out. */
    CONSOLE_LINES_MOST = 10000,
    /* Bytes that are on their way to a target's console: more are refused, and the error says so. */
    CONSOLE_TYPED_MOST = 1 << 16,
    /* Bytes that a program has not read from its terminal: more are refused, and the error says so. */
    PTY_TYPED_MOST = 1 << 16,
    /* Bytes of a program's last words: those before are forgotten. */
    PTY_LAST_MOST = 1024,
    /* Bytes of the name of an Ada program's main procedure, with its end: where the program starts is found
     * by other names. */
    ADA_NAME_MOST = 1024,
    /* Answers that a stub's list of threads takes, in --audit: the list does not end. */
    AUDIT_THREAD_ANSWERS_MOST = 10000,
    /* Bytes of memory that --audit reads with one packet: it asks for no more. */
    AUDIT_READ_MOST = 1 << 16,
    /* Bytes of a target description, in --audit: the check fails, and says so. */
    AUDIT_DOCUMENT_LIMIT = 1 << 20,
    /* Checks in --audit to which nobody answers: it ends there. */
    AUDIT_SILENT_MOST = 2,
};

#endif
