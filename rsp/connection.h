/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/connection.h - one conversation with one stub.
 *
 * States: STOPPED (requests are answered), RUNNING (nothing but an interrupt may be sent; a stop reply
 * ends it), LOST (nothing works any more; every call returns ERR_LOST with the first reason).
 * Invariants: while RUNNING no byte but 0x03 (or another way to break in, and what is typed at a console)
 * goes out; in no-ack mode no `+` is sent; a reply is matched to the oldest unanswered request and checked
 * against that request's grammar, so it is never taken for the answer to another question.
 *
 * One owner, one thread; calls block until the answer, the deadline or the cancel descriptor. Requests of
 * one batch are pipelined where this connection has been seen to take it (no-ack mode on a reliable
 * transport; or, in ack mode on a reliable transport, in writes of at most 256 bytes without an ack inside,
 * one ack for each reply, as QEMU takes it), else sent one at a time.
 * With acks a packet in front of a request's ack is never its answer, unless no ack comes at all; without,
 * what lies there before a request is dropped. A request that changes the target is never sent twice by
 * itself, but where kgdb did not even ack it, or the stub was seen not to take it; ERR_TIMEOUT then says so.
 *
 * What an all-stop stub must not do is reported through `violation` (slugs of the JSON interface) and the
 * conversation goes on if it can: a stop reply in place of an answer is queued as a stop, an answer that
 * fits no question is dropped.
 */
#ifndef ALLSTOP_RSP_CONNECTION_H
#define ALLSTOP_RSP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rsp/features.h"
#include "rsp/stop_reply.h"
#include "rsp/transport.h"

struct rsp_connection;
struct wire_log;

enum rsp_state { RSP_STATE_STOPPED, RSP_STATE_RUNNING, RSP_STATE_LOST };

/* What an answer must look like. An empty answer ("not supported") and `E…` errors are always allowed. */
enum rsp_grammar {
    RSP_GRAMMAR_ANY,
    RSP_GRAMMAR_OK,      /* OK */
    RSP_GRAMMAR_HEX,     /* an even number of hex digits; x in a register value means unavailable */
    RSP_GRAMMAR_XFER,    /* m… or l… */
    RSP_GRAMMAR_THREADS, /* m…  or l */
    RSP_GRAMMAR_STOP,    /* a stop reply (only for `?`) */
    RSP_GRAMMAR_TEXT,    /* anything that is not a stop reply (qSupported, vCont?, qC, …) */
    RSP_GRAMMAR_CONSOLE, /* O packets, then OK or text (qRcmd) */
};

enum { RSP_MUTATES = 1 }; /* flag of a request: never retransmitted by itself */

struct rsp_request {
    const char *payload; /* raw, not framed; owned by the caller */
    size_t length;
    enum rsp_grammar grammar;
    unsigned flags;
    void *owner; /* the caller's, not looked at */
    /* filled in by rsp_call_batch(): */
    struct buf reply;    /* the payload, expanded; free with rsp_request_free() */
    struct error *error; /* transport-level trouble with this request (ERR_TIMEOUT, ERR_VIOLATION …) */
};
void rsp_request_free(struct rsp_request *r);

struct rsp_stats {
    uint64_t turns; /* times a packet of ours followed a packet of the stub's */
    uint64_t packets_out, packets_in;
    uint64_t bytes_out, bytes_in; /* everything on the wire, acks too */
    uint64_t violations, retransmits;
};

/* What a stub must not do. */
enum rsp_violation {
    RSP_BREACH_STOP_WHILE_STOPPED,
    RSP_BREACH_STOP_INSTEAD_OF_REPLY,
    RSP_BREACH_RETRANSMIT_STORM,
    RSP_BREACH_TORN_PACKET,
    RSP_BREACH_BAD_CHECKSUM,
    RSP_BREACH_REPLY_TO_ANOTHER_QUESTION,
    RSP_BREACH_BINARY_IN_HEX,
    RSP_BREACH_STRAY_NAK,
    RSP_BREACH_NO_REPLY,
    RSP_BREACH_OVERSIZE,
    RSP_VIOLATIONS /* how many there are */
};
/* As the JSON interface calls it: "stop-while-stopped". */
const char *rsp_violation_name(enum rsp_violation kind);

struct rsp_callbacks {
    void *context;
    /* A rule of all-stop or of the protocol was broken. The evidence is raw bytes, cut at 256. */
    void (*violation)(void *context, enum rsp_violation kind, const char *evidence, size_t n);
    /* Text the target printed (O packets while it runs; stray text on a shared line). Raw bytes. */
    void (*console)(void *context, const char *bytes, size_t n);
    /* Makes the target stop, or a BREAK, by a way of the caller's own (RSP_BREAK_CALL, RSP_BREAK_CALL_G). */
    struct error *(*break_in)(void *context);
};

struct rsp_options {
    int64_t timeout_ns;   /* for one answer; default 5 s when 0 */
    size_t payload_limit; /* largest payload accepted; default 4 MiB when 0 */
    int cancel_fd;        /* -1: none */
    struct rsp_callbacks callbacks;
    struct wire_log *log; /* or NULL; not owned */
};

/* How a running target is asked to stop. */
enum rsp_break {
    RSP_BREAK_AUTO,      /* RSP_BREAK_G where a silent kernel is on a line, else RSP_BREAK_INTERRUPT */
    RSP_BREAK_INTERRUPT, /* 0x03 */
    RSP_BREAK_G,         /* SysRq-g: a BREAK, then `g`; again each second */
    RSP_BREAK_SYSRQ,     /* `echo g >/proc/sysrq-trigger` typed at the console, once */
    RSP_BREAK_CALL,      /* the callback, once */
    RSP_BREAK_CALL_G,    /* the callback makes the BREAK, then `g`; again each second */
};

/* Takes over the transport (also on error: it is closed). Sends nothing yet. */
struct rsp_connection *rsp_connection_create(struct transport *t, const struct rsp_options *options);
/* Closes the transport without a word to the stub. NULL is fine. */
void rsp_connection_destroy(struct rsp_connection *c);

/*
 * Finds out who is at the other end. *running: nobody who speaks the protocol now, but a line that may be a
 * kernel's console: serial lines and telnet always, other transports where our own packet came back or text.
 * The state is RUNNING then, and `unspoken`: the first stop is asked for where it does not come by itself,
 * and rsp_negotiate() is still to be called. Else it has negotiated.
 * As little as possible is typed at a console, and taken back with Ctrl-U.
 */
struct error *rsp_open(struct rsp_connection *c, bool *running) BASE_MUST_CHECK;
/* The same without a word: the caller knows that the target runs. */
void rsp_assume_unspoken(struct rsp_connection *c);
bool rsp_never_spoke(const struct rsp_connection *c);
/* The line is a kernel's console too, as far as it is known. */
bool rsp_shares_console(const struct rsp_connection *c);
/* kgdb, by its empty answer to qSupported, or nobody that has spoken yet. */
bool rsp_may_be_kgdb(const struct rsp_connection *c);
/* Types at that console, only while RUNNING: ERR_NOT_RUNNING, ERR_UNSUPPORTED where there is none. */
struct error *rsp_type(struct rsp_connection *c, const char *bytes, size_t n) BASE_MUST_CHECK;
/* The console's last words are kdb's prompt. */
bool rsp_at_kdb(const struct rsp_connection *c);
/* Leaves the protocol for the prompt of kdb (Linux, KGDB_KDB), which deletes every breakpoint: unspoken. */
struct error *rsp_to_kdb(struct rsp_connection *c) BASE_MUST_CHECK;

/*
 * The opening: a `+` where the line wants one, qSupported, QStartNoAckMode where advertised, vCont? and the
 * probe for pipelining. Does not ask `?`. ERR_TIMEOUT when the peer accepts and says nothing, ERR_VIOLATION
 * when it talks but not this protocol.
 */
struct error *rsp_negotiate(struct rsp_connection *c) BASE_MUST_CHECK;

enum rsp_state rsp_state(const struct rsp_connection *c);
struct rsp_features *rsp_features(struct rsp_connection *c);
const struct rsp_stats *rsp_stats(const struct rsp_connection *c);
struct transport *rsp_transport(struct rsp_connection *c);
/* Largest payload the stub takes, bytes (400 when it did not say; capped at 128 KiB). */
size_t rsp_packet_size(const struct rsp_connection *c);
bool rsp_pipelines(const struct rsp_connection *c);
/* The stub was seen not to stop its threads, as QEMU's user emulator: a stop may be one that was told before,
 * and a resume may have let another thread go than the one that it names. */
bool rsp_races(const struct rsp_connection *c);
/* Why nothing works any more, ERR_LOST as every call says it; NULL while the connection stands. */
struct error *rsp_why_lost(const struct rsp_connection *c) BASE_MUST_CHECK;
void rsp_set_timeout(struct rsp_connection *c, int64_t timeout_ns);
int64_t rsp_timeout(const struct rsp_connection *c);
/* A further limit for all waits, CLOCK_MONOTONIC ns (a script's step); INT64_MAX: none. */
void rsp_set_deadline(struct rsp_connection *c, int64_t deadline_ns);

/* One request, one answer. The reply is `*reply` cleared and filled. */
struct error *rsp_call(struct rsp_connection *c, enum rsp_grammar grammar, unsigned flags, struct buf *reply,
                       const char *format, ...) BASE_PRINTF(5, 6) BASE_MUST_CHECK;
/* What the stub said for itself in the `E.text` that it answered last; "" where the last batch had none. */
const char *rsp_last_words(const struct rsp_connection *c);
/*
 * Several requests whose answers come in order, in as few turns as the stub allows. The returned error is
 * one that ended the whole conversation (ERR_LOST, ERR_CANCELLED); trouble with one request is in its
 * `error`.
 */
struct error *rsp_call_batch(struct rsp_connection *c, struct rsp_request *requests,
                             size_t count) BASE_MUST_CHECK;

/*
 * Sends a packet that lets the target run (s, c, vCont…): state RUNNING. Nothing is waited for. Where a stop
 * came unasked before, nothing is sent and the state stays STOPPED: rsp_wait_stop() gives that stop first.
 */
struct error *rsp_resume(struct rsp_connection *c, const char *payload, size_t n) BASE_MUST_CHECK;
/* What became of a resume behind requests. */
enum rsp_resumed {
    RSP_RESUMED_NOT,   /* it was not sent: a request failed, or the conversation before it; it still stands */
    RSP_RESUMED_EARLY, /* it was not sent: a stop came unasked before, and rsp_wait_stop() gives that one */
    RSP_RESUMED_ALREADY, /* it was not sent: nobody listens, it turned out that the kernel runs again */
    RSP_RESUMED_SENT, /* it went out, whatever came of the requests in front of it, and of the line since */
};
/*
 * The same, sent behind requests in one write where pipelining is proven: "z0…, vCont;s" costs one turn.
 * The answers of `requests` are taken before the stop reply. When one of them failed, the resume may have
 * happened all the same, which *resumed tells, also beside an error; the caller looks at each `error` and
 * reply. After RSP_RESUMED_NOT without an error rsp_resume() may follow.
 */
struct error *rsp_batch_then_resume(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                    const char *payload, size_t n, enum rsp_resumed *resumed) BASE_MUST_CHECK;
/*
 * Waits for the next stop. *ret is valid when *stopped; without error and !*stopped the wake descriptor
 * (-1: none) became readable. O packets go to `console` meanwhile. Also returns stops that came late, at
 * once.
 */
struct error *rsp_wait_stop(struct rsp_connection *c, int64_t deadline_ns, int wake_fd, struct rsp_stop *ret,
                            bool *stopped) BASE_MUST_CHECK;
/* The payload of the stop that rsp_wait_stop() gave last; "" before the first. */
const char *rsp_last_stop(const struct rsp_connection *c);
/* A stop that came while the target counted as stopped is waiting to be taken. */
bool rsp_has_late_stop(const struct rsp_connection *c);
/* The answer to `?` was the last stop: it is not to be asked again. */
bool rsp_stop_was_asked(const struct rsp_connection *c);
/* What rsp_interrupt() sends is SysRq-g: a kernel behind a line, whose own trap is then the stop. */
bool rsp_interrupts_by_break(const struct rsp_connection *c);
void rsp_set_break(struct rsp_connection *c, enum rsp_break how);
/* Asks the target to stop. Only while RUNNING, else ERR_NOT_RUNNING. At kdb's prompt it switches to the
 * protocol. */
struct error *rsp_interrupt(struct rsp_connection *c) BASE_MUST_CHECK;
/*
 * While the target stands and nothing is asked: takes what lies there unasked (as the next request would),
 * and finds out whether the peer is gone: ERR_LOST. Waits for nothing. Where a line may carry a console its
 * text is left for whoever asks next.
 */
struct error *rsp_look(struct rsp_connection *c) BASE_MUST_CHECK;
/* After a request that let the target run (QEMU's `monitor replay_seek`): its end is the next stop. */
void rsp_assume_running(struct rsp_connection *c);

#endif
