/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/driver.h - ways a target can be taken to another moment.
 *
 * One struct of functions for each way: QEMU's replay, QEMU's snapshots without replay, rr, and registers
 * with memory kept by ourselves. A driver moves the target and nothing else: what is inserted is the caller's
 * business (time.h), and so is what the user is told. Engine thread, target stopped before and after every
 * call; a driver that waits heeds the session's deadline and its cancel descriptor, and then leaves the
 * target stopped, nothing armed, and returns ERR_TIMEOUT or ERR_CANCELLED. Functions a driver lacks are NULL.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_DRIVER_H
#define ALLSTOP_ENGINE_CONTROL_TIME_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rsp/stop_reply.h"

struct control;

struct time_snapshot {
    char *name;
    uint64_t position; /* UINT64_MAX: the target did not say */
    uint64_t bytes;    /* as the target says, 0: unknown */
};

struct time_driver {
    const char *name; /* "qemu-replay" */
    const char *unit; /* what positions count: "instructions" */
    bool reverses;    /* there is a history to go back in, position by position */
    bool exact;       /* every position can be gone to, forwards too */
    bool removes;     /* what is inserted would be part of a snapshot: it is removed for one */
    bool uncounted;   /* nobody counts: there is a way back and no position to tell */
    bool only_asked;  /* a snapshot costs much or covers little: taken where it is asked for by name */
    /* Whether this is the way for the connected target. Errors only when the connection is in trouble. */
    struct error *(*probe)(struct control *c, bool *ret)BASE_MUST_CHECK;
    struct error *(*position)(struct control *c, uint64_t *ret)BASE_MUST_CHECK;
    /* The last position that can be reached; *known false where nobody says. */
    struct error *(*last)(struct control *c, bool *known, uint64_t *ret)BASE_MUST_CHECK;
    /* To exactly this position, either way; sites are removed. */
    struct error *(*seek)(struct control *c, uint64_t position)BASE_MUST_CHECK;
    /* One instruction back; sites in the way do not matter. ERR_HISTORY_END at the start. */
    struct error *(*back)(struct control *c)BASE_MUST_CHECK;
    /* Runs back to what is inserted, told in *stop. ERR_HISTORY_END at the start. */
    struct error *(*back_run)(struct control *c, struct rsp_stop *stop)BASE_MUST_CHECK;
    /* Runs forward to `limit` or to what is inserted, whichever comes first. */
    struct error *(*run)(struct control *c, uint64_t limit, struct rsp_stop *stop,
                         bool *at_limit)BASE_MUST_CHECK;
    /* One instruction forward. */
    struct error *(*step)(struct control *c, struct rsp_stop *stop)BASE_MUST_CHECK;
    /* Makes the next free run stop at `last`, before the end of the record. */
    struct error *(*guard)(struct control *c, uint64_t last)BASE_MUST_CHECK;
    struct error *(*save)(struct control *c, const char *name)BASE_MUST_CHECK;
    struct error *(*restore)(struct control *c, const char *name, uint64_t position)BASE_MUST_CHECK;
    struct error *(*remove)(struct control *c, const char *name)BASE_MUST_CHECK;
    /* All snapshots there are, anybody's; *ret malloc'd, free with time_snapshots_free(). */
    struct error *(*list)(struct control *c, struct time_snapshot **ret, size_t *count)BASE_MUST_CHECK;
};

extern const struct time_driver time_driver_rr, time_driver_replay, time_driver_plain, time_driver_recording,
    time_driver_live, time_driver_memory;

/* -- drive.c: what drivers share ------------------------------------------------------------------- */

void time_snapshots_free(struct time_snapshot *list, size_t count);
/* The time that a slow request may take at most: so many nanoseconds, and never more than the command has
 * left. */
int64_t time_patience(const struct control *c, int64_t most_ns);
/* What a driver's probe asks of the monitor: silence is no answer, and no reason to wait for long. *answered
 * false: there is no such monitor. Errors only where the connection is in trouble or the time is up. */
struct error *time_probe_monitor(struct control *c, const char *command, struct buf *out,
                                 bool *answered) BASE_MUST_CHECK;
/* A monitor command; what it prints without carriage returns. A slow one is waited for 120 s, as far as the
 * command's time reaches; Ctrl-C ends that wait. */
struct error *time_monitor(struct control *c, struct buf *out, const char *format, ...)
    BASE_PRINTF(3, 4) BASE_MUST_CHECK;
/* A monitor command that says nothing when it succeeds: ERR_REFUSED with what it said. */
struct error *time_monitor_quiet(struct control *c, const char *format, ...)
    BASE_PRINTF(2, 3) BASE_MUST_CHECK;
/*
 * Waits for the stop that ends a resume; the one place where the session's deadline and the cancel descriptor
 * count (COMMAND_WAITS_ITSELF). Out of time or cancelled, the target is interrupted and waited for,
 * and the error says which. A target that ended is ERR_LOST, and the session knows.
 */
struct error *time_wait(struct control *c, struct rsp_stop *ret) BASE_MUST_CHECK;
/* A command whose time is up gets some more to leave the target where it was: between begin and end. */
void time_way_home(struct control *c, bool begin, int64_t *saved);
/* `position` where stops are all that can be counted. */
struct error *time_count_stops(struct control *c, uint64_t *ret) BASE_MUST_CHECK;
/* Sends a resume packet and waits. */
struct error *time_resume(struct control *c, const char *packet, struct rsp_stop *ret) BASE_MUST_CHECK;
/* c or s of every thread, or of the current one. */
struct error *time_go(struct control *c, bool step, struct rsp_stop *ret) BASE_MUST_CHECK;

#endif
