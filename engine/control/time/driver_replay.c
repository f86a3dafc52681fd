/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's record and replay (`-icount shift=…,rr=replay`), as version 7.2 really behaves:
 * - A position is the instruction count of `info replay`; its monitor does not know the end (replay_log.h).
 * - `replay_seek` loads the nearest snapshot at or before the goal by itself, answers, runs, and then stops
 *   with an unsolicited T02; it stops early at whatever is inserted.
 * - `replay_break` and `replay_seek` abort QEMU when a break that is still armed lies in the past
 *   (replay/replay-debugging.c asserts that), so one that could is deleted first.
 * - With a machine that has flash memory (aarch64 `virt`) a second snapshot loaded while the VM has not run
 *   since the first crashes it: cfi01's handler is registered twice. Start-up with rrsnapshot= is such a
 * load. A seek to the very position where it stands makes it run and stop there.
 * - An interrupted `bs` or `bc` stays armed: the break is deleted, and one more `bs` ends that mode.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/time/qemu.h"
#include "engine/control/time/replay_log.h"
#include "engine/control/time/time.h"

static struct error *probe(struct control *c, bool *ret)
{
    BASE_BUF struct buf out = {0};
    *ret = false;
    if (!rsp_feature_usable(rsp_features(c->target->connection), FEATURE_REVERSE_STEP))
        return NULL;
    bool answered;
    TRY(time_probe_monitor(c, "info replay", &out, &answered));
    if (!answered)
        return NULL;
    free(c->time.recording);
    c->time.recording = NULL;
    *ret = time_qemu_info(&out, "Replaying", &c->time.recording, &c->time.position);
    c->time.unsettled = *ret;
    return NULL;
}

static struct error *position(struct control *c, uint64_t *ret)
{
    BASE_BUF struct buf out = {0};
    TRY(time_monitor(c, &out, "info replay"));
    if (!time_qemu_info(&out, "Replaying", NULL, ret))
        return error_new(ERR_VIOLATION, "asking for the position: `info replay` says %.200s", buf_text(&out));
    return NULL;
}

/* The log's name is relative to where QEMU runs, which is known of a child of ours. */
static bool read_log(struct control *c, uint64_t *ret)
{
    pid_t child = transport_child(rsp_transport(c->target->connection));
    if (replay_log_file_length(c->time.recording, ret))
        return true;
    if (child <= 0 || c->time.recording[0] == '/')
        return false;
    char *there = xasprintf("/proc/%ld/cwd/%s", (long)child, c->time.recording);
    if (!replay_log_file_length(there, ret)) {
        free(there);
        return false;
    }
    free(c->time.recording);
    c->time.recording = there;
    return true;
}

/* The log's last count is where QEMU ends; the one before can be reached. */
static struct error *last(struct control *c, bool *known, uint64_t *ret)
{
    *known = c->time.recording && read_log(c, ret);
    if (*known)
        --*ret;
    return NULL;
}

static struct error *disarm(struct control *c)
{
    c->time.armed = 0;
    return time_monitor_quiet(c, "replay_delete_break");
}

static struct error *wait_for_seek(struct control *c)
{
    struct rsp_stop stop;
    struct error *e = time_wait(c, &stop);
    if (e && c->target->connection && rsp_state(c->target->connection) == RSP_STATE_STOPPED) {
        struct error *second = disarm(c);
        error_free(second);
    }
    return e;
}

static struct error *seek_once(struct control *c, uint64_t goal)
{
    if (c->time.armed && c->time.armed < goal)
        TRY(disarm(c));
    BASE_BUF struct buf out = {0};
    struct error *e = time_monitor(c, &out, "replay_seek %" PRIu64, goal);
    if (error_is(e, ERR_TIMEOUT))
        return error_hint(
            e, "x86 guests need `-global apic-common.vapic=off` when they are recorded and replayed");
    TRY(e);
    if (out.length)
        return error_new(ERR_REFUSED, "going to %" PRIu64 ": the target's monitor said: %.300s", goal,
                         buf_text(&out));
    rsp_assume_running(c->target->connection);
    c->time.armed = goal;
    TRY(wait_for_seek(c));
    c->time.armed = 0;
    c->time.unsettled = false;
    return NULL;
}

static struct error *seek(struct control *c, uint64_t goal)
{
    uint64_t now;
    if (c->time.unsettled) {
        TRY(position(c, &now));
        TRY(seek_once(c, now));
    }
    TRY(seek_once(c, goal));
    TRY(position(c, &now));
    if (now != goal)
        return error_hint(
            error_new(ERR_REFUSED, "going to %" PRIu64 ": the target stopped at %" PRIu64, goal, now),
            "the snapshots of another recording may be in this image");
    return NULL;
}

/* Only a reverse operation that comes to its end makes QEMU forget that it was under way. */
static struct error *end_reverse(struct control *c, struct error *why)
{
    if (!c->target->connection || rsp_state(c->target->connection) != RSP_STATE_STOPPED)
        return why;
    struct rsp_stop stop;
    struct error *e = disarm(c);
    if (!e)
        e = time_resume(c, "bs", &stop);
    error_free(e);
    return why;
}

static struct error *reverse(struct control *c, const char *packet, struct rsp_stop *stop)
{
    struct error *e = time_resume(c, packet, stop);
    c->time.armed = 0;
    if (error_is(e, ERR_REFUSED)) { /* E14 */
        error_free(e);
        return error_new(ERR_HISTORY_END, "this is the start of the recording");
    }
    if (error_is(e, ERR_CANCELLED) || error_is(e, ERR_TIMEOUT))
        return end_reverse(c, e);
    c->time.unsettled = false;
    return e;
}

static struct error *settle(struct control *c)
{
    uint64_t now;
    if (!c->time.unsettled)
        return NULL;
    TRY(position(c, &now));
    return seek_once(c, now);
}

static struct error *back(struct control *c)
{
    struct rsp_stop stop;
    TRY(settle(c));
    return reverse(c, "bs", &stop);
}

static struct error *arm(struct control *c, uint64_t limit)
{
    if (c->time.armed == limit)
        return NULL;
    if (c->time.armed && c->time.armed < limit)
        TRY(disarm(c));
    TRY(time_monitor_quiet(c, "replay_break %" PRIu64, limit));
    c->time.armed = limit;
    return NULL;
}

static struct error *run(struct control *c, uint64_t limit, struct rsp_stop *stop, bool *at_limit)
{
    *at_limit = false;
    TRY(arm(c, limit));
    struct error *e = time_go(c, false, stop);
    if (e && c->target->connection && rsp_state(c->target->connection) == RSP_STATE_STOPPED) {
        struct error *second = disarm(c);
        error_free(second);
    }
    TRY(e);
    c->time.unsettled = false;
    *at_limit = stop->kind == RSP_STOP_SIGNAL && stop->signal == TARGET_SIGINT;
    if (*at_limit)
        c->time.armed = 0;
    return NULL;
}

static struct error *step(struct control *c, struct rsp_stop *stop)
{
    TRY(time_go(c, true, stop));
    c->time.unsettled = false;
    return NULL;
}

/* `loadvm` would leave it unsettled; a seek to where the snapshot is loads it as well. */
static struct error *restore(struct control *c, const char *name, uint64_t at)
{
    (void)name;
    return seek(c, at);
}

const struct time_driver time_driver_replay = {
    .name = "qemu-replay",
    .unit = "instructions",
    .reverses = true,
    .exact = true,
    .probe = probe,
    .position = position,
    .last = last,
    .seek = seek,
    .back = back,
    .run = run,
    .step = step,
    .guard = arm,
    .save = time_qemu_save,
    .restore = restore,
    .remove = time_qemu_remove,
    .list = time_qemu_list,
};
