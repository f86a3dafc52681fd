/*
 * engine/session/core.h - what is inside a session, for the rooms of engine/ only (faces use
 * engine/session/session.h).
 *
 * One struct, owned by the engine's thread. Each room keeps its part in a struct of its own and is the
 * only one to change it.
 */
#ifndef ALLSTOP_ENGINE_SESSION_CORE_H
#define ALLSTOP_ENGINE_SESSION_CORE_H

#include "engine/target/arch/arch.h"
#include "engine/control/audit/audit.h"
#include "engine/session/break_in.h"
#include "engine/control/breakpoints/breakpoints.h"
#include "engine/control/breakpoints/journal.h"
#include "engine/control/breakpoints/slots.h"
#include "engine/control/kernel/module_events.h"
#include "engine/session/console.h"
#include "engine/session/line_noise.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/session/launch/setup.h"
#include "engine/session/launch/pty.h"
#include "engine/target/link.h"
#include "engine/target/memory.h"
#include "engine/target/memory_map.h"
#include "engine/control/run/fork.h"
#include "engine/control/run/plan.h"
#include "engine/session/session.h"
#include "engine/target/signals.h"
#include "engine/target/stop.h"
#include "engine/target/target.h"
#include "engine/control/stop/hold.h"
#include "engine/control/stop/run_hooks.h"
#include "engine/target/threads.h"
#include "engine/control/time/time.h"
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
    struct target target;
    struct session_options options;
    struct wire_log *log;
    char *target_spec; /* what we are or were connected to */

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

    struct hold hold;
    struct breakpoint_table breakpoints;
    struct slot_table slots;
    struct module_events module_events;
    struct journal journal;
    struct audit audit;

    struct time_line time;
    struct follow follow;
    const struct run_hooks *run_hooks;
    struct plan plan;
    bool plan_active;
    void (*prepare_interrupt)(struct session *s); /* before one is sent */
    bool interrupt_sent;
    unsigned interrupts;    /* sent since the target was resumed: gdbserver makes a SIGINT of each */
    int64_t interrupted_ns; /* when Ctrl-C was pressed that no stop has answered yet, 0: it was not */
    int64_t deaf_ns;        /* when the target counts as one that does not stop, 0: not awaited */
    bool deaf;              /* that moment has passed */
    bool swallow_interrupt; /* an interrupt crossed another stop on the wire: its late SIGINT is ours */
    struct stop last_stop;
    cJSON *untaken_stop; /* a stop that no command has returned yet, or NULL */
    struct plant
        *loader_plant; /* where it tells of changes (engine/control/libraries/libraries_events.c), or NULL */
    enum schedule_mode schedule;

    uint64_t stops, violations;
    struct rsp_stats finished_stats; /* of connections that are closed */
    struct rsp_stats stop_stats;     /* as they were when the last resume began */
    int64_t stop_started_ns, stop_ended_ns;
    int64_t created_ns;
    struct listing listing;
    uint64_t next_read; /* where a plain `x` goes on */
};

/* The session a target is part of: for its hooks. */
static inline struct session *session_of(struct target *target)
{
    return (struct session *)((char *)target - offsetof(struct session, target));
}

/* The connection is lost or closed: to DISCONNECTED (or EXITED), with its counters kept. */
void session_drop_connection(struct session *s, enum target_state state);
/* The counters of the connections so far. */
struct rsp_stats session_stats(const struct session *s);

/* engine/session/execute.c: the target was given its time to stop: it counts as deaf. `e` with what to do. */
struct error *session_does_not_stop(struct session *s, struct error *e) BASE_MUST_CHECK;
/*
 * engine/session/execute.c: tells a stop: epoch, `stopped` event, *ret the stop as JSON. True when the
 * commands of its breakpoint have let the target go on (*ret NULL then).
 */
bool session_tell_stop(struct session *s, const struct stop *final, cJSON **ret);

/* engine/control/audit/findings.c: a rule of all-stop was broken; `kind` is one of the documented slugs. */
void session_violation(struct session *s, const char *kind, const char *evidence, size_t n);

/* engine/session/attach.c: everything between an open transport and a stopped session; or, where a kernel
 * runs at the other end, a session that waits for its first stop. */
struct error *session_attach(struct session *s, const struct session_target *target) BASE_MUST_CHECK;
/* That first stop. */
struct error *session_first_stop(struct session *s, const struct rsp_stop *first,
                                 struct stop *ret) BASE_MUST_CHECK;
/* The target is found to run without our doing. */
void session_runs_again(struct session *s);
/* It was left for the prompt of kdb: nothing is planted any more, and the next stop is a first one. */
void session_left_for_kdb(struct session *s);
/* engine/session/leave.c: lifts what is planted and detaches, or kills; the connection is still to be
 * dropped. */
struct error *session_leave(struct session *s, bool kill) BASE_MUST_CHECK;
/* Connects to the same target again: the program is started anew with its present arguments. */
struct error *session_connect_again(struct session *s, bool running, enum start_at at) BASE_MUST_CHECK;

#endif
