/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/fork.h - children and new programs of a process we debug.
 *
 * A child made by fork has our traps in its copy of memory and dies of SIGTRAP when nobody takes them out
 * (gdbserver 13), so the events are negotiated. Who is followed is the user's word: `parent` (the child is
 * cleaned and let go), `child` (the parent is), or `both`. A child made by vfork shares the parent's memory:
 * a child that is let go runs without traps until it has called exec or ended; a parent that is let go waits
 * for that too. After exec the sites are gone with the old program; breakpoints are resolved anew in the new
 * one, by name. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_FORK_H
#define ALLSTOP_ENGINE_CONTROL_RUN_FORK_H

#include "engine/control/limits.h"
#include "engine/target/stop.h"
#include "base/error.h"
#include "rsp/stop_reply.h"

struct control;

enum follow_mode { FOLLOW_PARENT, FOLLOW_CHILD, FOLLOW_BOTH };

struct follow {
    enum follow_mode mode;
    bool stop; /* a fork is told as a stop */
    struct process {
        int64_t pid;
        bool fresh;   /* a child: its first SIGSTOP is how it was caught (gdbserver 13), not the program's */
        bool foreign; /* it runs another program, which has no sites of ours */
    } processes[PROCESSES_MAX]; /* those we hold, once a fork was followed; none: just the one */
    size_t count;
    int64_t vfork_parent; /* to be let go when its child has called exec or ended; 0: none */
};

/* The stop told of a fork or vfork: lets go whom the user does not follow. */
struct error *fork_follow(struct control *c, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* The child of a vfork is done. */
void fork_vfork_done(struct control *c);
/* The stop tells of an exec, and was not looked at yet: what the registers are is asked for anew. */
struct error *fork_describe_exec(struct control *c, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* The stop told of an exec: new symbols where the file can be read, sites again. */
struct error *fork_after_exec(struct control *c, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* At a later stop: what could not be done behind an exec while its stub had not said what runs now. */
struct error *fork_described_late(struct control *c) BASE_MUST_CHECK;
/* A process ended: *others when we hold more, one of which is current now. */
struct error *fork_process_ended(struct control *c, const struct rsp_stop *stop,
                                 bool *others) BASE_MUST_CHECK;
/* The pid that alone may run (the child of a vfork whose parent is to be let go), or 0. */
int64_t fork_only_running(const struct control *c);
/* True for the SIGSTOP by which a child was caught: nobody is told, and nobody gets it. */
bool fork_caught(struct control *c, const struct stop *stop);
/* The target is gone. */
void fork_forget(struct control *c);

#endif
