/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back in time: the reverse steps, and back to what was hit last. */
#include "engine/commands/args.h"
#include "engine/commands/stop_json.h"
#include "base/text.h"
#include "engine/control/time/back.h"

/* How long it may take to find out where the way was cut short: what is silent then was silent before. */
#define LOOK_NS 1000000000

static struct error *look(struct session *s, struct stop *ret)
{
    int64_t before = s->target->deadline_ns;
    s->target->deadline_ns = clock_now_ns() + LOOK_NS;
    rsp_set_deadline(s->target->connection, s->target->deadline_ns);
    struct error *e = target_check(s->target, time_here(s->control, STOP_INTERRUPT, ret));
    s->target->deadline_ns = before;
    if (s->target->connection)
        rsp_set_deadline(s->target->connection, s->control->time.holds ? INT64_MAX : before);
    return e;
}

/* Where it is not even known how to go back nothing has moved. */
struct error *time_cut_short(struct session *s, struct error *e, cJSON **ret)
{
    bool interrupted = error_is(e, ERR_CANCELLED);
    struct stop stop;
    if ((!interrupted && !error_is(e, ERR_TIMEOUT)) || !s->target->connection ||
        s->target->state != TARGET_STOPPED || !s->control->time.driver)
        return e;
    if (interrupted)
        target_cancelled(s->target); /* where it met a question, that is still to be said */
    struct error *second = time_landed(s->control, NULL);
    if (!second)
        second = look(s, &stop);
    if (!second)
        stop_tell(s, &stop, ret);
    if (interrupted && !error_is(second, ERR_TIMEOUT)) {
        error_free(e);
        return second;
    }
    error_free(second);
    return error_hint(e, "the target was stopped on the way back; `timeout` allows more time");
}

static struct error *run_back(struct session *s, const cJSON *args, enum time_back_kind kind, cJSON **ret)
{
    uint64_t times;
    struct stop stop;
    TRY(arg_unsigned(args, "times", 1, &times));
    if (times == 0)
        return error_new(ERR_USAGE, "`times` counts from 1");
    struct error *e = time_back(s->control, kind, times, &stop);
    if (e)
        return time_cut_short(s, e, ret);
    stop_tell(s, &stop, ret);
    return NULL;
}

static const struct command_arg back_args[] = {{"times", ARG_UNSIGNED, false, NULL, "how often (1)"}, {0}};

enum { BACK_FLAGS = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_RUNS | COMMAND_WAITS_ITSELF };

static struct error *run_reverse_continue(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_CONTINUE, ret);
}

const struct command command_reverse_continue = {
    .name = "reverse-continue",
    .group = "time",
    .aliases = "rc",
    .usage = "[TIMES]",
    .about = "back to what was hit last, or to the start of the record",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_continue,
    .text = stop_to_text,
};

static struct error *run_reverse_step(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_STEP, ret);
}

const struct command command_reverse_step = {
    .name = "reverse-step",
    .group = "time",
    .aliases = "rs",
    .usage = "[TIMES]",
    .about = "back to the start of the line before, into calls from their end",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_step,
    .text = stop_to_text,
};

static struct error *run_reverse_next(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_NEXT, ret);
}

const struct command command_reverse_next = {
    .name = "reverse-next",
    .group = "time",
    .aliases = "rn",
    .usage = "[TIMES]",
    .about = "back to the start of the line before, over calls",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_next,
    .text = stop_to_text,
};

static struct error *run_reverse_stepi(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_STEPI, ret);
}

const struct command command_reverse_stepi = {
    .name = "reverse-stepi",
    .group = "time",
    .aliases = "rsi",
    .usage = "[TIMES]",
    .about = "one instruction back",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_stepi,
    .text = stop_to_text,
};

static struct error *run_reverse_nexti(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_NEXTI, ret);
}

const struct command command_reverse_nexti = {
    .name = "reverse-nexti",
    .group = "time",
    .aliases = "rni",
    .usage = "[TIMES]",
    .about = "one instruction back, over calls",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_nexti,
    .text = stop_to_text,
};

static struct error *run_reverse_finish(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_back(s, args, TIME_BACK_FINISH, ret);
}

const struct command command_reverse_finish = {
    .name = "reverse-finish",
    .group = "time",
    .aliases = "",
    .usage = "[TIMES]",
    .about = "back to the call of the selected frame's function",
    .args = back_args,
    .flags = BACK_FLAGS,
    .run = run_reverse_finish,
    .text = stop_to_text,
};
