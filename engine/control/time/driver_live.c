/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's system emulators without a replay: snapshots of the whole machine in a qcow2 drive. While it records
 * (`rr=record`) they can be taken, with instruction counts, and a later replay uses them; loading one would
 * spoil the recording.
 * Under KVM the traps are in the guest's memory and would be saved with it, so everything inserted is removed
 * around both (the caller's part). See driver_replay.c for why the machine runs between two loads.
 */
#include <string.h>

#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/time/qemu.h"
#include "engine/control/time/time.h"

#define MOMENT_NS 300000000

static struct error *ask(struct control *c, bool *is_qemu, bool *records, uint64_t *position)
{
    BASE_BUF struct buf out = {0};
    *records = *is_qemu = false;
    bool answered;
    TRY(time_probe_monitor(c, "info replay", &out, &answered));
    if (!answered)
        return NULL;
    *records = time_qemu_info(&out, "Recording", NULL, position);
    *is_qemu = *records || strstr(buf_text(&out), "Record/replay is not active");
    return NULL;
}

static struct error *probe(struct control *c, bool *ret)
{
    bool records;
    uint64_t position;
    TRY(ask(c, ret, &records, &position));
    c->time.unsettled = *ret;
    return NULL;
}

static struct error *probe_recording(struct control *c, bool *ret)
{
    bool is_qemu;
    return ask(c, &is_qemu, ret, &c->time.position);
}

static struct error *count_instructions(struct control *c, uint64_t *ret)
{
    bool is_qemu, records;
    TRY(ask(c, &is_qemu, &records, ret));
    return records ? NULL : error_new(ERR_VIOLATION, "asking for the position: it does not record any more");
}

/* One instruction; the load that follows undoes it. A halted processor never answers that: it is stopped. */
static struct error *run_a_moment(struct control *c)
{
    struct rsp_action one = {.thread = c->target->threads.current, .how = RSP_STEP};
    struct rsp_stop stop;
    bool stopped;
    TRY(target_check(c->target, rsp_resume_actions(c->target->connection, &one, 1)));
    struct error *e = rsp_wait_stop(c->target->connection, clock_now_ns() + MOMENT_NS, -1, &stop, &stopped);
    if (!error_is(e, ERR_TIMEOUT))
        return target_check(c->target, e);
    error_free(e);
    TRY(target_check(c->target, rsp_interrupt(c->target->connection)));
    return time_wait(c, &stop);
}

static struct error *restore(struct control *c, const char *name, uint64_t position)
{
    (void)position;
    if (c->time.unsettled)
        TRY(run_a_moment(c));
    c->time.unsettled = true;
    return time_monitor_quiet(c, "loadvm %s", name);
}

static struct error *no_restore(struct control *c, const char *name, uint64_t position)
{
    (void)c;
    (void)name;
    (void)position;
    return error_hint(error_new(ERR_UNSUPPORTED, "the target is being recorded: going back would spoil that"),
                      "replay it with `rr=replay`; the bookmark's snapshot is used then");
}

const struct time_driver time_driver_live = {
    .name = "qemu-live",
    .unit = "stops",
    .removes = true,
    .probe = probe,
    .position = time_count_stops,
    .save = time_qemu_save,
    .restore = restore,
    .remove = time_qemu_remove,
    .list = time_qemu_list,
};

const struct time_driver time_driver_recording = {
    .name = "qemu-record",
    .unit = "instructions",
    .removes = true,
    .probe = probe_recording,
    .position = count_instructions,
    .save = time_qemu_save,
    .restore = no_restore,
    .remove = time_qemu_remove,
    .list = time_qemu_list,
};
