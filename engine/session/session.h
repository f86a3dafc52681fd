/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/session.h - one debugging session: everything that has a life.
 *
 * States, and what holds in each:
 *
 *   DISCONNECTED  no connection; symbol files may be loaded; questions about files are answered
 *
 *   STOPPED       the connection answers; caches belong to the current epoch; a current thread exists
 *
 *   RUNNING       the target was resumed by a plan (engine/control/run/plan.h), or ran when we came and has
 *                 not been spoken to yet; nothing is sent but an interrupt, and what is typed at a console
 *
 *   EXITED        the program ended, and the connection with it; `last stop` says how. Breakpoints are
 *                 `planned` and can be set and changed; `run` starts it again
 *
 * The stop epoch grows with every stop shown to somebody. Every cache of target state dies with a resume.
 *
 * One session is owned by one thread (the engine thread, or the main thread of a batch script). Calls
 * block until done, their deadline, or the cancel descriptor becomes readable. Another thread only ever
 * touches that descriptor and what engine/face/worker.h offers.
 */
#ifndef ALLSTOP_ENGINE_SESSION_SESSION_H
#define ALLSTOP_ENGINE_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/audit/audit.h"
#include "engine/target/event.h"
#include "engine/target/state.h"
#include "engine/target/stop.h"
#include "engine/session/launch/start.h"
#include "rsp/connection.h"

struct session;

struct session_options {
    /* Readable: somebody pressed Ctrl-C. Interrupts a running target, cancels a long command. Drained by the
     * session. -1: none. */
    int cancel_fd;
    /* Runs the steps that were attached to breakpoint `id`, at its stop (at_stop_run()); true when they have
     * let the target go on. NULL: none are run. */
    bool (*run_steps)(struct session *s, int id, const char *steps);
    /* Events (engine/target/event.h; as JSON: event_to_json()). Called on the session's thread; the event is
     * only lent. */
    void (*event)(void *context, struct session *s, const struct event *event);
    /* The bytes of a `console` event as they came, right behind it; or NULL. */
    void (*console)(void *context, const char *bytes, size_t n);
    /* The same of a `program` event, which only `capture_output` brings. */
    void (*program)(void *context, const char *bytes, size_t n);
    /* Asked before more of what the program prints is taken, or NULL. True: the face is behind. */
    bool (*program_waits)(void *context);
    void *context;
    /* Asked when a wait is cancelled or a run begins, or NULL. True: the session is about to end. A kernel
     * that nobody has spoken to yet is not broken into then, a target that does not stop is not waited for
     * long, and nothing is let run any more. */
    bool (*leaving)(void *context);
    const char *wire_log; /* path, or NULL */
    const char *break_in; /* how to stop a running target (engine/session/break_in.h), or NULL */
    const char *tty;      /* the terminal of the program that is started, or NULL: one of ours */
    const char *printers; /* a file of descriptions of containers, which need not be there, or NULL: none */
    bool plans_ahead;     /* breakpoints can be set before there is a target, and are planned for it */
    bool capture_output;  /* what launched programs print becomes `output` and `program` events instead of
                             standard error */
};

struct session *session_create(const struct session_options *options);
/* Detaches (bounded wait), or kills what was launched by us. NULL is fine. */
void session_destroy(struct session *s);

enum target_state session_state(const struct session *s);
/* There is no target because the link to it was lost or could not be made: it was not left, and its program
 * did not end. */
bool session_is_out_of_reach(const struct session *s);
uint64_t session_epoch(const struct session *s);

/* Loads symbols of `program`, remembers it and its arguments for launch; does not start it. NULL args: none.
 */
struct error *session_set_program(struct session *s, const char *program, char *const *args) BASE_MUST_CHECK;
/* `FILE`, `FILE@ADDRESS`, `FILE@+OFFSET` as on the command line. */
struct error *session_add_symbols(struct session *s, const char *spec) BASE_MUST_CHECK;
/* A relocatable file whose sections were loaded at these addresses (symbol_file_place()). */
struct section_address;
struct error *session_add_sections(struct session *s, const char *path, const struct section_address *list,
                                   size_t count) BASE_MUST_CHECK;
struct session_target {
    const char *spec;     /* NULL: the program is started (gdbserver or qemu-ARCH) */
    enum start_at at;     /* where it is let stand; anywhere but at its entry leaves the session RUNNING */
    bool running;         /* it runs: nothing is sent until it is interrupted */
    bool wait_for_device; /* a serial line that is not there yet is waited for */
};
/* Where a program that is started by its name stands first, from its next start on; `entry` before this. */
void session_set_start(struct session *s, enum start_at at);
/* Connects. Emits `connected`, and `stopped` where the target is let stand. A kernel that runs leaves the
 * session RUNNING, and so does a program on its way to `main`. */
struct error *session_connect_to(struct session *s, const struct session_target *target) BASE_MUST_CHECK;
/* The same with nothing but a spec. */
struct error *session_connect(struct session *s, const char *spec) BASE_MUST_CHECK;
/* A further process of the stub that is there: QEMU tells the CPUs of one cluster and attaches to the others
 * when asked. A thread of it is selected. ERR_UNSUPPORTED, ERR_REFUSED. */
struct error *session_attach_process(struct session *s, uint64_t pid) BASE_MUST_CHECK;

/* The second look after every stop (engine/control/audit/audit.h), from the connection on. */
void session_set_audit(struct session *s, bool active);

/* All waits of commands end at this moment (CLOCK_MONOTONIC ns; INT64_MAX: none) with ERR_TIMEOUT. */
void session_set_deadline(struct session *s, int64_t deadline_ns);

/*
 * Waits until the deadline or `wake_fd` and handles what the stub sends; *done with *ret set when the plan of
 * a run command has come to its final stop. Ctrl-C interrupts the target; when it then does not stop for some
 * seconds, or Ctrl-C comes again, that is ERR_TIMEOUT, session_is_deaf() and the session stays RUNNING.
 */
struct error *session_pump(struct session *s, int64_t deadline_ns, int wake_fd, struct stop *ret,
                           bool *done) BASE_MUST_CHECK;
/* The same until the session's deadline; when that has passed, a target that may be interrupted is, and given
 * one more second. ERR_TIMEOUT all the same. */
struct error *session_wait(struct session *s, bool may_interrupt, struct stop *ret,
                           bool *done) BASE_MUST_CHECK;
/* A stop that no request was waiting for: the next `wait` or `interrupt` takes it. */
void session_keep_stop(struct session *s, const struct stop *stop);
/* False: there is none. */
bool session_take_stop(struct session *s, struct stop *ret);
/* Types at the program; that it cannot hear becomes an `output` event. */
void session_type(struct session *s, const char *bytes, size_t n);
/* The size of the terminal that the program has, in cells. */
void session_resize_terminal(struct session *s, unsigned rows, unsigned columns);
/*
 * For event loops, while nothing runs: what to poll (at most SESSION_IDLE_FDS, filled in; their count), and
 * what to do when something of it is readable. A connection that has ended is told by the `lost` event, and
 * the session is DISCONNECTED then.
 */
enum { SESSION_IDLE_FDS = 4 };
struct pollfd;
size_t session_idle_fds(struct session *s, struct pollfd *fds);
void session_idle(struct session *s, const struct pollfd *fds, size_t count);
/* Between two commands: puts away a connection that was found lost. */
void session_put_away_lost(struct session *s);
/* Drops the connection without a word to the stub, which is deaf: what was inserted stays there. */
void session_give_up(struct session *s);
/* The target was interrupted, and has not stopped in the time that was given to it. */
bool session_is_deaf(const struct session *s);
/* An interrupt that was just sent is waited for only so long: session_pump() gives ERR_TIMEOUT then. */
void session_limit_interrupt(struct session *s);

/* Of all connections so far. */
struct session_counters {
    uint64_t violations;
    uint64_t by_kind[AUDIT_KINDS]; /* named by audit_kind_name() */
    uint64_t stops;
    struct rsp_stats wire;
};
struct session_counters session_counters(const struct session *s);
/* True when something of ours is inserted in the target (asked before quitting). */
bool session_has_sites(const struct session *s);
/* The program was started for this session, and ends with it; not one that was there before, whoever started
 * its stub. */
bool session_launched(const struct session *s);

#endif
