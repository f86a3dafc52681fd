/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/line_noise.h - whether what comes over a serial line is text at all.
 *
 * At another baud rate than ours both sides see rubbish: the kernel neither hears nor is heard. Of each
 * stretch of bytes those are counted that no console prints: control characters but the usual ones, and what
 * is no UTF-8.
 *
 * Part of a session, engine thread; nothing fails.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LINE_NOISE_H
#define ALLSTOP_ENGINE_SESSION_LINE_NOISE_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_NOISE_STRETCH = 32 };

struct line_noise {
    unsigned bytes, odd; /* of this stretch */
    unsigned rest;       /* bytes that a UTF-8 character still has */
    bool told;           /* once for each connection */
};

/* True when a stretch has ended of which more than half is no text, for the first time. */
bool line_noise_feed(struct line_noise *n, const char *bytes, size_t count);

#endif
