/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stub that goes back by itself and says no more than that (gdb manual, "Reverse Execution"; "Packets", bs
 * and bc): Simics, UDB, simulators. Nobody counts, so there are no positions, and no snapshots.
 */
#include "engine/control/control.h"
#include "engine/control/time/time.h"

static bool offers(struct control *c, enum rsp_feature_id id)
{
    return rsp_feature_usable(rsp_features(c->target->connection), id);
}

static struct error *probe(struct control *c, bool *ret)
{
    *ret = offers(c, FEATURE_REVERSE_STEP) || offers(c, FEATURE_REVERSE_CONTINUE);
    return NULL;
}

/* Never sent where it was not offered: QEMU aborts on such a packet. */
static struct error *go_back(struct control *c, enum rsp_feature_id id, const char *packet,
                             struct rsp_stop *ret)
{
    if (!offers(c, id))
        return error_new(ERR_UNSUPPORTED, "going back: the stub does not offer `%s`", packet);
    TRY(time_resume(c, packet, ret));
    if (ret->reason == RSP_REASON_REPLAYLOG)
        return error_new(ERR_HISTORY_END, "this is the start of the recording");
    return NULL;
}

static struct error *back(struct control *c)
{
    struct rsp_stop stop;
    return go_back(c, FEATURE_REVERSE_STEP, "bs", &stop);
}

static struct error *back_run(struct control *c, struct rsp_stop *stop)
{
    return go_back(c, FEATURE_REVERSE_CONTINUE, "bc", stop);
}

const struct time_driver time_driver_plain = {
    .name = "plain-reverse",
    .unit = "stops",
    .reverses = true,
    .uncounted = true,
    .probe = probe,
    .position = time_count_stops,
    .back = back,
    .back_run = back_run,
};
