/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/connection_state.h - where a conversation stands: its states, what holds in each, and the ways between
 * them. connection_state.c alone writes it. Only connection_parts.h includes this.
 *
 * The target stands, rsp_state() is STOPPED. Nothing is due by the clock:
 *
 *   IDLE      Nothing is asked. What may still come is counted as owed, and a stop reply that comes unasked
 *             is a violation. It begins here.
 *
 *   PROBING   A line was asked who is there, and nothing is known of the other end: its packets are read as
 *             words of plain text, what comes may be a terminal's echo, and stop replies are dropped.
 *
 *   OPENING   The opening's questions. A stop that comes unasked is dropped (it is that of the connecting),
 *             and silence is no violation.
 *
 *   ASKING    Requests are on their way, and their answers come in their order. A stop reply in place of one
 *             is kept as a late one, and a violation.
 *
 *   PARTING   The stub was told to end: a stop is dropped, and silence is no violation either.
 *
 * The target runs, rsp_state() is RUNNING. No request may be sent:
 *
 *   LEAVING   A resume went out behind requests whose answers are still due; a stop reply is kept as a late
 *             one. Only in no-ack mode.
 *   RUNNING   A resume went out, and neither its stop nor a refusal has come. Also a line that fell mute
 *             within the opening, and a target that a request let go.
 *   UNSPOKEN  A kernel runs, or stands without a word, and its kgdb does not know of us: the line is its
 *             console, what was known of the last stop is forgotten, and until a probe of ours is sent no ack
 *             is due on either side.
 *   KDB       As UNSPOKEN; kdb's prompt is wanted, and so it is no reason to speak.
 *
 * And the end, rsp_state() is LOST:
 *
 *   LOST      The transport has ended. The first reason is kept and every call returns it; nothing is sent
 *             or read. Never left.
 *
 * The ways:
 *
 *   rsp_open() on a line       IDLE -> PROBING -> IDLE, where it answered, or UNSPOKEN
 *   rsp_negotiate()            IDLE -> OPENING -> IDLE, or RUNNING on a mute line
 *   a request                  IDLE -> ASKING -> IDLE
 *   the end of the program     IDLE -> PARTING -> IDLE
 *   a resume                   IDLE -> RUNNING
 *   a resume behind requests   IDLE -> LEAVING -> RUNNING
 *   rsp_to_kdb()               IDLE -> UNSPOKEN -> KDB
 *   rsp_interrupt()            KDB -> UNSPOKEN
 *   a stop                     RUNNING, UNSPOKEN, KDB, IDLE (one that nobody asked for) -> IDLE
 *   a late stop, given         RUNNING -> IDLE: it came while LEAVING, in place of an answer
 *   a resume that was refused  RUNNING, UNSPOKEN, KDB -> IDLE
 *   nobody listens             any but LOST -> UNSPOKEN: an echo, or a console's text in place of an answer
 *   the transport ends         any -> LOST
 *
 * A request within OPENING or PARTING leaves the state as it is.
 */
#ifndef ALLSTOP_RSP_CONNECTION_STATE_H
#define ALLSTOP_RSP_CONNECTION_STATE_H

#include <stdbool.h>

#include "base/error.h"

struct rsp_connection;

enum conn_state {
    CONN_IDLE,
    CONN_PROBING,
    CONN_OPENING,
    CONN_ASKING,
    CONN_PARTING,
    CONN_LEAVING,
    CONN_RUNNING,
    CONN_UNSPOKEN,
    CONN_KDB,
    CONN_LOST,
};

struct conn_life {
    enum conn_state state;
    /* when LOST: */
    enum conn_state lost_in; /* what it was before: whether kgdb knew of us stays known */
    enum error_code lost_code;
    char *lost_message; /* the first reason */
};

/* rsp_state() is RUNNING. */
bool conn_runs(const struct rsp_connection *c);
/* Neither silence nor a stop that nobody asked for is a violation: OPENING and PARTING. */
bool conn_is_lenient(const struct rsp_connection *c);

/* Each goes one of the ways above. In a state that the way does not begin in nothing happens. */
void conn_state_probe(struct rsp_connection *c);
void conn_state_open(struct rsp_connection *c);
void conn_state_ask(struct rsp_connection *c);
void conn_state_part(struct rsp_connection *c);
/* `what` is over: IDLE, unless it was left by another way. */
void conn_state_done(struct rsp_connection *c, enum conn_state what);
void conn_state_resume(struct rsp_connection *c);
/* A resume went out behind requests; and their answers are in, or given up. */
void conn_state_leave(struct rsp_connection *c);
void conn_state_left(struct rsp_connection *c);
void conn_state_mute(struct rsp_connection *c);
void conn_state_unspoken(struct rsp_connection *c);
void conn_state_kdb(struct rsp_connection *c);
void conn_state_out_of_kdb(struct rsp_connection *c);
void conn_state_stop(struct rsp_connection *c);
void conn_state_stop_late(struct rsp_connection *c);
void conn_state_refuse(struct rsp_connection *c);
/* For the reason that `why` tells. */
void conn_state_lose(struct rsp_connection *c, const struct error *why);

#endif
