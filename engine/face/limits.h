/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/face/limits.h - how much waits for a slow face, and how much one view has. Constants only. What
 * stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_FACE_LIMITS_H
#define ALLSTOP_ENGINE_FACE_LIMITS_H

enum {
    /* Events and pieces of console text that wait for who shows them: the oldest are dropped, and their
     * number is told. */
    WORKER_EVENTS_MOST = 16384,
    /* Bytes of them: the oldest are dropped, and their number is told. */
    WORKER_TEXT_MOST = 16 << 20,
    /* Bytes that a program printed and nobody has shown yet: no more is read from its terminal, and it waits
     * in its write(). */
    PROGRAM_BACKLOG_MOST = 256 << 10,
    /* Rows of 16 bytes of memory in one view: the others are not shown. */
    VIEW_MEMORY_ROWS_MOST = 512,
    /* Threads in one view of which it is shown where they are: the others are shown without. */
    VIEW_THREADS_MOST = 256,
};

#endif
