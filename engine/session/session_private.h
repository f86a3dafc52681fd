/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/session_private.h - what is inside a session, for the rooms of engine/ only (faces use
 * engine/session/session.h).
 *
 * One struct, owned by the engine's thread. Each room keeps its part in a struct of its own and is the
 * only one to change it.
 */
#ifndef ALLSTOP_ENGINE_SESSION_SESSION_PRIVATE_H
#define ALLSTOP_ENGINE_SESSION_SESSION_PRIVATE_H

#include "engine/control/control.h"
#include "engine/session/break_in.h"
#include "engine/session/console.h"
#include "engine/session/launch/pty.h"
#include "engine/session/launch/setup.h"
#include "engine/session/line_noise.h"
#include "engine/session/session.h"
#include "engine/target/target.h"
#include "rsp/remote.h"
#include "rsp/wire_log.h"
#include "symbols/map.h"
#include "symbols/source.h"

struct runner;

/* What `list` showed last, and where the target stood then. */
struct listing {
    char *file; /* NULL: nothing yet */
    uint64_t first, last, epoch;
    unsigned frame;
    struct ptid thread;
};

struct session {
    struct session_options options;
    struct target *target;
    struct control *control;
    struct wire_log *log;

    char *program; /* path, or NULL */
    struct program_setup setup;
    struct program_terminal terminal;
    bool started;                /* what we are or were connected to is that program, started by its name */
    bool emulated;               /* what we are connected to is qemu's user emulator, a child of ours */
    const struct runner *runner; /* what runs it, only while it is connected to; or NULL */
    struct source_cache *sources;

    struct break_in break_in;
    struct line_noise noise;
    struct console console;

    bool has_untaken_stop; /* one that no command has returned yet */
    struct stop untaken_stop;

    struct rsp_stats finished_stats; /* of connections that are closed */
    struct rsp_stats stop_stats;     /* as they were when the last resume began */
    int64_t stop_started_ns;
    struct listing listing;
    uint64_t next_read; /* where a plain `x` goes on */
};

/* The session a target is part of: for its hooks. */
static inline struct session *session_of(const struct target *target)
{
    return target->context;
}

/* The connection is lost or closed: to DISCONNECTED (or EXITED), with its counters kept. */
void session_drop_connection(struct session *s, enum target_state state);
/* The counters of the connections so far. */
struct rsp_stats session_stats(const struct session *s);

/* engine/session/pump.c: the target was given its time to stop: it counts as deaf. `e` with what to do. */
struct error *session_does_not_stop(struct session *s, struct error *e) BASE_MUST_CHECK;
/*
 * engine/session/pump.c: a stop is taken and told: epoch, `stopped` event, *stop as it is kept from now on.
 * Then the steps of its breakpoint run. True when they have let the target go on.
 */
bool session_tell_stop(struct session *s, struct stop *stop);
/* What a run costs is counted from here on. */
void session_count_from_here(struct session *s);
/* A run that failed half-way leaves the target stopped or running; the session says which. Returns `e`. */
struct error *session_run_failed(struct session *s, struct error *e) BASE_MUST_CHECK;
/* It is about to end (struct session_options). */
bool session_is_leaving(const struct session *s);

/* engine/session/attach.c: everything between an open transport and a stopped session; or, where a kernel
 * runs at the other end, a session that waits for its first stop. */
struct error *session_attach(struct session *s, const struct session_target *target) BASE_MUST_CHECK;
/* `output` of struct transport_options, with the session as context: what a child prints, as an event. */
void session_output(void *session, const char *bytes, size_t n);
/* That first stop. */
struct error *session_first_stop(struct session *s, const struct rsp_stop *first,
                                 struct stop *ret) BASE_MUST_CHECK;
/* The target is found to run without our doing. */
void session_runs_again(struct session *s);
/* It was left for the prompt of kdb: nothing is inserted any more, and the next stop is a first one. */
void session_left_for_kdb(struct session *s);
/* engine/session/leave.c: removes what is inserted and detaches, or kills; the connection is still to be
 * dropped. */
struct error *session_leave(struct session *s, bool kill) BASE_MUST_CHECK;
/* Of its error when it was to kill: the stub knows no way to, or refuses it, and the target stands as it did.
 */
bool session_was_not_killed(const struct session *s, const struct error *e);
/* The same where the connection is dropped in any case: what is not killed is left with nothing inserted. */
struct error *session_leave_at_last(struct session *s, bool kill) BASE_MUST_CHECK;
/* Connects to the same target again: the program is started anew with its present arguments. */
struct error *session_connect_again(struct session *s, bool running, enum start_at at) BASE_MUST_CHECK;

#endif
