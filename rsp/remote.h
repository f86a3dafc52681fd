/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/remote.h - the typed calls, one file a family of packets.
 *
 * Each call is one or more requests on a connection and turns the answers into values. Addresses and
 * lengths are in bytes, register bytes in target order. One owner, one thread (the connection's).
 * Errors besides those of the connection: ERR_UNSUPPORTED (the stub answered with an empty packet; this is
 * remembered in the feature table and not asked again), ERR_REFUSED (an `E…` answer, quoted in the
 * message), ERR_NO_MEMORY, ERR_NO_THREAD, ERR_NO_SLOT is left to the engine, who knows what a refusal of Z
 * means.
 */
#ifndef ALLSTOP_RSP_REMOTE_H
#define ALLSTOP_RSP_REMOTE_H

#include "rsp/connection.h"
#include "rsp/tdesc.h"

/* -- remote_query.c: stop, objects, monitor; remote_description.c ------------------------------------ */

/* `?`: why the target is stopped. Asked once, at attach: in QEMU and kgdb it deletes every breakpoint. */
struct error *rsp_query_stop(struct rsp_connection *c, struct rsp_stop *ret) BASE_MUST_CHECK;
/* `qC`. ERR_UNSUPPORTED where the stub knows it not, is silent to it or says what is no thread. */
struct error *rsp_query_current(struct rsp_connection *c, struct ptid *ret) BASE_MUST_CHECK;
/* `qXfer:OBJECT:read:ANNEX`: the whole object, at most `limit` bytes (ERR_VIOLATION beyond). */
struct error *rsp_xfer_read(struct rsp_connection *c, const char *object, const char *annex, size_t limit,
                            struct buf *ret) BASE_MUST_CHECK;
/* Several documents of one object at once; each result and error stands on its own. */
struct rsp_xfer {
    const char *annex;
    struct buf data;
    struct error *error;
};
struct error *rsp_xfer_read_many(struct rsp_connection *c, const char *object, struct rsp_xfer *items,
                                 size_t count, size_t limit) BASE_MUST_CHECK;
/* `vAttach`: the stop that a further process is found at. Its threads are in the next list. */
struct error *rsp_attach(struct rsp_connection *c, uint64_t pid, struct rsp_stop *ret) BASE_MUST_CHECK;
/* target.xml and its includes, level by level in batches. ERR_UNSUPPORTED when the stub has none. */
struct error *rsp_read_description(struct rsp_connection *c, struct rsp_tdesc **ret) BASE_MUST_CHECK;
/* `qRcmd`: output is what its O packets and the final text say, raw bytes. */
struct error *rsp_monitor(struct rsp_connection *c, const char *command, struct buf *output) BASE_MUST_CHECK;
/* `QPassSignals` with gdb's signal numbers. */
struct error *rsp_pass_signals(struct rsp_connection *c, const unsigned char *signals,
                               size_t count) BASE_MUST_CHECK;

/* -- remote_registers.c ---------------------------------------------------------------------------- */

/* `g` of a thread (Hg first where another one is selected, in the same batch). Hex digits `x` clear the
 * byte's bit in `known`. */
struct rsp_g {
    unsigned char *bytes; /* `size` bytes */
    unsigned char *known; /* 1 a byte that is known */
    size_t size;
};
void rsp_g_free(struct rsp_g *g);
/* The answer to a `g` that was asked in a batch; false when it is none (an error, or empty). */
bool rsp_decode_g(const struct buf *reply, struct rsp_g *ret);
struct error *rsp_read_g(struct rsp_connection *c, struct ptid thread, struct rsp_g *ret) BASE_MUST_CHECK;
struct error *rsp_write_g(struct rsp_connection *c, struct ptid thread, const unsigned char *bytes,
                          size_t n) BASE_MUST_CHECK;
/* `p`/`P`, one register by the stub's number. *size: in capacity, out bytes; *size 0: unavailable. */
struct error *rsp_read_register(struct rsp_connection *c, struct ptid thread, uint32_t number,
                                unsigned char *bytes, size_t *size) BASE_MUST_CHECK;
struct error *rsp_write_register(struct rsp_connection *c, struct ptid thread, uint32_t number,
                                 const unsigned char *bytes, size_t size) BASE_MUST_CHECK;
/* Which thread `g`, `m` … speak of; sends Hg only when it changes. `forget` after a resume. */
struct error *rsp_select_thread(struct rsp_connection *c, struct ptid thread) BASE_MUST_CHECK;
void rsp_forget_selected(struct rsp_connection *c);
/* After a stop reply that named `thread`: gdbserver, QEMU and kgdb have it selected for `g` and `m`. */
void rsp_note_selected(struct rsp_connection *c, struct ptid thread);
/* Whom the stub speaks of while nothing is selected: who stopped last, the answer to `qC`, or the only one.
 */
void rsp_note_spoken_of(struct rsp_connection *c, struct ptid thread);
/* It is that one, as far as is known; so is any where no thread has a name. */
bool rsp_speaks_of(const struct rsp_connection *c, struct ptid thread);
/* False once H was answered with nothing, or refused for the very thread that the stub speaks of. */
bool rsp_can_select(const struct rsp_connection *c);

/* -- remote_memory.c ------------------------------------------------------------------------------- */

struct rsp_read {
    uint64_t address;
    size_t length;
    unsigned char *bytes; /* the caller's, `length` bytes */
    size_t got;           /* bytes read from the start; the rest cannot be read */
    struct error *error;  /* why nothing (or less) was read: ERR_NO_MEMORY */
};
/*
 * Reads several ranges in as few turns as the stub allows, split to its packet size. With `bisect`, a range
 * that fails is split at 4 KiB page boundaries to give what can be read from its start; without it (a
 * device may be there) each range is asked exactly once at the width given.
 */
struct error *rsp_read_memory(struct rsp_connection *c, struct ptid thread, struct rsp_read *reads,
                              size_t count, bool bisect) BASE_MUST_CHECK;
/* X where it is seen to work, else M. */
struct error *rsp_write_memory(struct rsp_connection *c, struct ptid thread, uint64_t address,
                               const unsigned char *bytes, size_t n) BASE_MUST_CHECK;

/* -- remote_breakpoints.c -------------------------------------------------------------------------- */

/* Z/z TYPE,ADDRESS,KIND. type 0 to 4. ERR_UNSUPPORTED: empty answer; ERR_REFUSED: E… */
struct error *rsp_insert_point(struct rsp_connection *c, int type, uint64_t address,
                               unsigned kind) BASE_MUST_CHECK;
struct error *rsp_remove_point(struct rsp_connection *c, int type, uint64_t address,
                               unsigned kind) BASE_MUST_CHECK;

/* -- remote_resume.c ------------------------------------------------------------------------------- */

enum rsp_resume_how { RSP_CONTINUE, RSP_STEP };

/* One thread's part in a resume. */
struct rsp_action {
    struct ptid thread; /* tid -1: every thread not named before */
    enum rsp_resume_how how;
    int signal;           /* gdb's number, 0: none */
    uint64_t range_start; /* RSP_STEP with range_end != 0: vCont;r, where FEATURE_VCONT_RANGE is usable */
    uint64_t range_end;
};
/*
 * Builds the packet for these actions (threads that no action names stay stopped): vCont where offered, else
 * Hc and c, s, C, S. Needs Hc sent: appended as a request to `before` (may be empty). ERR_UNSUPPORTED when
 * plain c/s cannot express it.
 */
struct error *rsp_resume_packet(struct rsp_connection *c, const struct rsp_action *actions, size_t count,
                                struct buf *before, struct buf *packet) BASE_MUST_CHECK;
/* The answer to the request in `before`: stubs with one thread refuse Hc, or do not know it, and resume the
 * one there is. ERR_REFUSED, ERR_NO_THREAD: another thread would run. */
struct error *rsp_take_chosen(struct rsp_connection *c, const struct buf *reply) BASE_MUST_CHECK;
/* Builds and sends it. */
struct error *rsp_resume_actions(struct rsp_connection *c, const struct rsp_action *actions,
                                 size_t count) BASE_MUST_CHECK;
/* `D` in the form the stub wants (D;PID with multiprocess). Lost-connection answers count as done. */
struct error *rsp_detach(struct rsp_connection *c, int64_t pid) BASE_MUST_CHECK;
/* `vKill;PID` with multiprocess, else `k`, and the other one where the stub does not know the first. The end
 * of the connection and silence behind `k` count as done. ERR_UNSUPPORTED, ERR_REFUSED: nothing was ended,
 * all is as it was. */
struct error *rsp_kill(struct rsp_connection *c, int64_t pid) BASE_MUST_CHECK;

/* -- remote_threads.c ------------------------------------------------------------------------------ */

struct rsp_thread {
    struct ptid id;
    char *name;  /* or NULL: not told yet */
    char *extra; /* qThreadExtraInfo's text, or NULL */
    int core;    /* -1: not told */
};
/* qXfer:threads where advertised, else qfThreadInfo (capped at 65536; repeated ids are dropped; ends at `l`
 * or an empty answer). */
struct error *rsp_list_threads(struct rsp_connection *c, struct rsp_thread **ret,
                               size_t *count) BASE_MUST_CHECK;
void rsp_threads_free(struct rsp_thread *threads, size_t count);
/* qThreadExtraInfo for those given, in one batch; empty or failed answers leave NULL. */
struct error *rsp_thread_extra(struct rsp_connection *c, struct rsp_thread *threads,
                               size_t count) BASE_MUST_CHECK;

#endif
