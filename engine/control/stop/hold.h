/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/hold.h - threads that stay where they are, and whether the stub really leaves them
 * there.
 *
 * `hold` makes a thread's state THREAD_HELD: no run command resumes it until `release`. vCont has no action
 * that means "stay", so engine/control/run/resume.c names the threads that run one by one (hold_any()). Under
 * `schedule one` and `step` all but one stay without being named.
 *
 * Whether they do stay is measured (FEATURE_HOLD, never advertised): a stop that is told for a thread that
 * was not resumed, or registers of such a thread that differ after a run, is the violation `not-held`, told
 * once a thread and run. After a run of some length in which another thread moved and these did not, the
 * trait is true, until something else is seen; threads that all wait in the kernel prove nothing. That look
 * costs one batch at each stop shown to somebody, only while threads are held; under `schedule` only until
 * the trait is known, for a few threads and so many times, fewer where single instructions prove nothing.
 *
 * Owned by the session; engine thread. Looks that fail leave the trait as it is.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_HOLD_H
#define ALLSTOP_ENGINE_CONTROL_STOP_HOLD_H

#include "base/error.h"
#include "engine/control/limits.h"
#include "rsp/features.h"
#include "rsp/stop_reply.h"

struct control;
struct thread;
struct plan;
struct stop;
struct rsp_action;

struct hold {
    size_t count; /* threads in state THREAD_HELD */
    struct ptid gone[HOLD_GONE_MAX];
    size_t gone_count; /* ended while held, and not told in a result yet */

    /* the run under way */
    size_t watching;     /* threads whose registers are compared at its end */
    bool sure;           /* no stop was waiting when it was resumed: what comes is of this run */
    bool only;           /* the last resume named one thread, */
    struct ptid resumed; /* this one */
    bool has_start;      /* where the thread was that was selected when the run began */
    struct ptid start_thread;
    uint64_t start_pc;
    unsigned looks; /* spent under `schedule` */
};

/* True when threads are held by name. */
bool hold_any(const struct control *c);
void hold_thread(struct control *c, struct thread *t);
void hold_release(struct control *c, struct thread *t);
/* A thread ended: forgotten, and told in the next result of `hold` or `release` when it was held. */
void hold_thread_gone(struct control *c, const struct thread *t);
/* The target is gone. */
void hold_forget(struct control *c);
/* Those in `gone` were told in a result. */
void hold_gone_told(struct control *c);
/* Whether the stub leaves threads where they are. */
enum rsp_tristate hold_honoured(const struct control *c);

/* A run command begins: ERR_USAGE when the thread that should step is held. Notes where the held ones are. */
struct error *hold_begin(struct control *c, const struct plan *p) BASE_MUST_CHECK;
/* These actions are about to be sent. */
void hold_resumed(struct control *c, const struct rsp_action *actions, size_t count);
/* A stop was told for a thread that was known before it. */
void hold_check_stop(struct control *c, const struct rsp_stop *from, struct thread *t);
/* The run has ended in this stop: the second look. */
void hold_check_run(struct control *c, const struct stop *final);

#endif
