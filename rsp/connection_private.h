/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/connection_private.h - what connection*.c and remote_*.c share. Nobody else includes it.
 *
 *   connection_state.[ch]   the states of a conversation, and the ways between them
 *   connection_parts.h      what a connection knows, by subject
 *   connection.c            life, facts
 *   connection_wire.c       bytes: framing, acks, counting, the log, one received packet at a time
 *   connection_grammar.c    does this answer fit that question?
 *   connection_order.c      which packet answers which question
 *   connection_await.[ch]   one request's answer
 *   connection_retry.c      what is done when it does not come
 *   connection_copy.c       an answer that may be the one before it, said once more
 *   connection_older.c      an answer that may be one of an earlier question
 *   connection_careful.c    a stub, or a line, that says more than was asked
 *   connection_unheard.c    a change that may not have reached the stub
 *   connection_batch.c      requests, as many at once as may be
 *   connection_resync.c     answers that are owed
 *   connection_fence.c      finding the place again after an answer was lost
 *   connection_missing.c    answers that a fence, or a `-`, overtook
 *   connection_run.c        resume, wait for a stop
 *   connection_doubt.c      a resume that was not acked
 *   connection_unread.c     what came in place of a stop, and is none
 *   connection_break.c      interrupting, and what is sent again while a stop is waited for
 *   connection_console.c    a line that is a console too
 *   connection_verify.c     a stop reply on such a line: is it text?
 *   connection_probe.c      who is at the other end?
 *   connection_race.c       a stub that does not stop its threads
 *   connection_negotiate.c  the opening
 *   connection_stops.c      the last stop, and those that came when nobody waited
 */
#ifndef ALLSTOP_RSP_CONNECTION_PRIVATE_H
#define ALLSTOP_RSP_CONNECTION_PRIVATE_H

#include "rsp/connection.h"
#include "rsp/connection_parts.h"
#include "rsp/remote.h"
#include "rsp/wire_log.h"

/* -- connection.c ---------------------------------------------------------------------------------- */

/* NULL when requests may be sent now. */
struct error *conn_check_stopped(struct rsp_connection *c) BASE_MUST_CHECK;
/* The end of a wait that begins now: the timeout plus what the line needs for `bytes`, within the deadline.
 */
int64_t conn_deadline(const struct rsp_connection *c, int64_t timeout_ns, size_t bytes);

/* -- connection_stops.c ------------------------------------------------------------------------------ */

/* A stop reply that nobody waited for: queued, named. With `hold`, what to call it is decided later by
 * conn_release_stop(). */
void conn_unexpected_stop(struct rsp_connection *c, const char *payload, size_t n, bool hold);
/* Keeps a stop for the next rsp_wait_stop(). */
void conn_keep_stop(struct rsp_connection *c, const char *payload, size_t n);
void conn_release_stop(struct rsp_connection *c, enum rsp_violation kind);
/* The first that was kept; there is one. */
struct error *conn_take_late(struct rsp_connection *c, struct rsp_stop *ret, bool *stopped) BASE_MUST_CHECK;
/* A command of the monitor: the stops that it brings end no later run. */
void conn_stops_command(struct rsp_connection *c);
/* Forgets the late stops behind the first `count`. */
void conn_stops_keep(struct rsp_connection *c, size_t count);
void conn_stops_drop_commanded(struct rsp_connection *c);
/* The action of a vCont led to a stop, and whether it ever did. */
void conn_stops_know_resume(struct rsp_connection *c);
bool conn_stops_knows_resume(const struct rsp_connection *c);
/* A resume is sent: what was known of the last stop is over. */
void conn_stops_leave(struct rsp_connection *c, const char *payload, size_t n);
void conn_stops_forget(struct rsp_connection *c);
/* A stop is taken; `asked`: it was the answer to `?` in place of a wait. */
void conn_stops_take(struct rsp_connection *c, const char *payload, size_t n, bool asked);
/* It is word for word the stop before the resume, registers and all, of a stub that was not seen to mean
 * that; and whether it was. */
bool conn_stops_may_be_old(const struct rsp_connection *c, const char *payload, size_t n);
void conn_stops_trust(struct rsp_connection *c, bool trust);
/* The stub told the last stop once more. */
void conn_stops_note(struct rsp_connection *c, const char *payload, size_t n);
void conn_stops_free(struct rsp_connection *c);

/* -- remote.c ------------------------------------------------------------------------------------------ */

/* A vCont packet as `c`, `s`, `C` or `S`, which go on with the thread that stopped; false where these cannot
 * say it.
 */
bool remote_plain_resume(const struct rsp_connection *c, const char *vcont, struct buf *ret);
/* Whom a stop named. */
void conn_note_stopped(struct rsp_connection *c, const struct rsp_stop *stop);

/* -- connection_wire.c ----------------------------------------------------------------------------- */

enum conn_got { GOT_PACKET, GOT_NAK, GOT_DAMAGED, GOT_OVERSIZE, GOT_WOKEN, GOT_DUTY };

/* The first loss is what every later call reports; returns `e`. */
struct error *conn_note_loss(struct rsp_connection *c, struct error *e) BASE_MUST_CHECK;
/* Begins a write: the acks that are due. */
void conn_begin(struct rsp_connection *c);
/* Adds a packet unless the packets would exceed `most` bytes (0: no limit); false when it was left out. */
bool conn_add(struct rsp_connection *c, const char *payload, size_t n, size_t most);
struct error *conn_write(struct rsp_connection *c) BASE_MUST_CHECK;
/* Writes the last packets again, without the acks. */
struct error *conn_write_again(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_flush_acks(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_send_nak(struct rsp_connection *c) BASE_MUST_CHECK;
/* Ends what may be left of a packet that lost a digit of its checksum: gdbserver 13.1 ends itself at a `$` or
 * `-` in place of one. Who waits for a packet passes it over. */
struct error *conn_complete_checksum(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_send_raw(struct rsp_connection *c, const char *bytes, size_t n, const char *log_kind,
                            size_t log_length) BASE_MUST_CHECK;
/* Something lies there unread. */
bool conn_has_input(struct rsp_connection *c);
/* What came so far is not acked any more: a terminal would take it for typed. */
void conn_drop_acks(struct rsp_connection *c);
/* The next write begins with an ack in any case. */
void conn_want_ack(struct rsp_connection *c);
/* Whether the ack of what was sent last is still to come. */
void conn_expect_ack(struct rsp_connection *c, bool due);
/* The console has printed, and something was sent to have our last packet, or its answer, again. */
void conn_note_text(struct rsp_connection *c);
void conn_note_resend(struct rsp_connection *c);
/* When the resume is sent again if it is not acked; 0: never. */
void conn_resend_at(struct rsp_connection *c, int64_t again_ns);
/* connection_retry.c: how long an answer is waited for that was asked for `tries` times in vain, out of
 * RESENDS_MOST. All of them share a timeout; where something was lost before, the first is short. */
int64_t conn_try_ns(const struct rsp_connection *c, unsigned tries);
/* So long, and not that long where something was lost before and the stub was seen to be quick. */
int64_t conn_soon_ns(const struct rsp_connection *c, int64_t most_ns);
/* The answer came now, at the first try. */
void conn_note_speed(struct rsp_connection *c);
/* A deadline for conn_next(): takes what is there, and sends no acks yet. */
#define CONN_ONLY_LOOK 0
/* The next thing that matters. Acks, console text and notifications are dealt with here. */
struct error *conn_next(struct rsp_connection *c, int64_t deadline_ns, int wake_fd, enum conn_got *got,
                        struct rsp_event *ret) BASE_MUST_CHECK;
/* The same, which also returns for what `wakes` names. */
enum {
    CONN_WAKES_ACK = 1,  /* an ack, as GOT_WOKEN */
    CONN_WAKES_DUTY = 2, /* a probe has come to be wanted, as GOT_DUTY */
};
struct error *conn_next_or(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                           enum conn_got *got, struct rsp_event *ret) BASE_MUST_CHECK;
/* A packet with a bad checksum came: asks for it again where that is possible (*again). */
struct error *conn_damaged(struct rsp_connection *c, const struct rsp_event *event,
                           bool *again) BASE_MUST_CHECK;

/* -- connection_console.c -------------------------------------------------------------------------- */

/* Text that the console printed. */
void conn_console(struct rsp_connection *c, const char *bytes, size_t n);
/* Hands on the text of an O packet, to `sink` where there is one (NULL: none). */
void conn_take_console(struct rsp_connection *c, const char *p, size_t n);
void conn_take_console_of_nobody(struct rsp_connection *c, const char *p, size_t n);
void conn_divert_console(struct rsp_connection *c, struct buf *sink);
/* An O packet while it runs; a copy is only acked. */
void conn_take_console_packet(struct rsp_connection *c, const char *p, size_t n);
bool conn_is_plain(const struct rsp_connection *c);
/* A whole packet that came while the target runs and is only what its console printed. */
bool conn_is_only_text(const struct rsp_connection *c, const struct rsp_event *event);
/* A request got no answer, and the console prints. */
struct error *conn_runs_again(struct rsp_connection *c, const char *payload, size_t n) BASE_MUST_CHECK;
/* Takes back what was typed. */
struct error *conn_kill_line(struct rsp_connection *c) BASE_MUST_CHECK;
/* A line that may belong to a kernel with its console: what we send there while it runs is typed. */
bool conn_is_kernel_line(const struct rsp_connection *c);
/* Something that is no packet was sent. */
void conn_console_typed(struct rsp_connection *c);
/* Some of a packet may stand on its input line. */
void conn_console_dirty(struct rsp_connection *c);
/* No O packet is waited for; what was printed says nothing any more; and both, when the run is over. */
void conn_console_rest(struct rsp_connection *c);
void conn_console_forget_text(struct rsp_connection *c);
void conn_console_over(struct rsp_connection *c);
/* A packet that was cut was asked for again. */
void conn_console_nudged(struct rsp_connection *c, int64_t now);
/* It is made to come again, now and, while nothing does, later. */
struct error *conn_console_nudge(struct rsp_connection *c, int64_t now) BASE_MUST_CHECK;
/* While it is on, what is printed is kept; conn_hand_on() then gives it, with copies of the stop reply or
 * without. */
void conn_withhold(struct rsp_connection *c, bool on);
void conn_withhold_copy(struct rsp_connection *c, const char *bytes, size_t n);
void conn_hand_on(struct rsp_connection *c, bool with_copies);
void conn_console_free(struct rsp_connection *c);

/* -- connection_verify.c ------------------------------------------------------------------------------- */

/* Whether a stop reply that came while the target runs is one; text is handed on as such. */
struct error *conn_verify_stop(struct rsp_connection *c, const struct rsp_event *event,
                               bool *real) BASE_MUST_CHECK;

/* -- connection_probe.c -------------------------------------------------------------------------------- */

/* Asks a kernel that may have stopped without a word; and nobody answered, in which case what was typed is
 * taken back. */
struct error *conn_probe(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_probe_failed(struct rsp_connection *c) BASE_MUST_CHECK;
/* When it is asked next; 0: never. */
void conn_probe_at(struct rsp_connection *c, int64_t due_ns);
/* Whether what was just printed wants it; asked once. */
void conn_probe_want(struct rsp_connection *c, bool wanted);
bool conn_probe_take_wanted(struct rsp_connection *c);
/* A run begins, and is over. */
void conn_probe_leave(struct rsp_connection *c);
void conn_probe_over(struct rsp_connection *c);
/* Sends `qC`, which tells a stub from a terminal. */
struct error *conn_ask_current(struct rsp_connection *c) BASE_MUST_CHECK;

/* -- connection_run.c ------------------------------------------------------------------------------ */

/* rsp_wait_stop(), which also returns for what `wakes` names (conn_next_or()). */
struct error *conn_wait_stop(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                             struct rsp_stop *ret, bool *stopped) BASE_MUST_CHECK;

/* -- connection_doubt.c ---------------------------------------------------------------------------- */

/* A resume is sent, and its run is over. */
void conn_doubt_leave(struct rsp_connection *c);
void conn_doubt_over(struct rsp_connection *c);
/* What may have been the stop came damaged, and was asked for again; or was not. */
void conn_doubt_damaged(struct rsp_connection *c, bool asked);
/* What came before comes again behind the resume's ack: that ack strayed, and the stub is not at the resume
 * yet. */
void conn_doubt_ack(struct rsp_connection *c, const char *payload, size_t n);
/* A packet in front of the resume's ack that came before: it is put aside. */
bool conn_doubt_takes(struct rsp_connection *c, const char *payload, size_t n);
/* Text that is what a packet leaves that lost its `$`. */
bool conn_is_headless(const struct rsp_connection *c, const char *text, size_t n);
/* When something is done about it, 0: never; and doing it. *believed: what was put aside is the stop. */
int64_t conn_doubt_due(const struct rsp_connection *c);
struct error *conn_doubt_act(struct rsp_connection *c, int64_t now, bool *believed,
                             struct rsp_event *ret) BASE_MUST_CHECK;
/* Sends a question beside the resume, which stays what would be sent again. */
struct error *conn_ask_beside(struct rsp_connection *c, const char *question) BASE_MUST_CHECK;
/* Whether `qC` was sent beside the resume and is not answered; and sending it. */
bool conn_doubt_asks_who(const struct rsp_connection *c);
struct error *conn_doubt_ask_who(struct rsp_connection *c) BASE_MUST_CHECK;
/* An answer came that is no stop: *taken, it was to our question, and the resume goes out again. */
struct error *conn_doubt_answered(struct rsp_connection *c, bool *taken) BASE_MUST_CHECK;
/* A stop came: *goes_on, it was us, and the resume goes out again. */
struct error *conn_doubt_stopped(struct rsp_connection *c, int signal, bool *goes_on) BASE_MUST_CHECK;

/* Whether the last resume is a single step. */
bool conn_is_step(const struct rsp_connection *c);

/* -- connection_unread.c ------------------------------------------------------------------------------- */

/* A packet that is no stop came while one was waited for, and was told; and the run is over, or begins. */
void conn_unread_note(struct rsp_connection *c, const char *payload, size_t n);
void conn_unread_over(struct rsp_connection *c);
/* When something is done about it, 0: never; and doing it. The error ends the run: the target stands. */
int64_t conn_unread_due(const struct rsp_connection *c);
struct error *conn_unread_act(struct rsp_connection *c) BASE_MUST_CHECK;
/* `?` was sent, whose answer is the next packet; and it was no stop. */
bool conn_unread_asked(const struct rsp_connection *c);
struct error *conn_unread_failed(struct rsp_connection *c) BASE_MUST_CHECK;
void conn_unread_free(struct rsp_connection *c);

/* -- connection_break.c ---------------------------------------------------------------------------- */

/* The next thing before the deadline, or of `wakes`; what is due meanwhile is sent again. */
struct error *conn_next_of_run(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                               enum conn_got *got, struct rsp_event *event) BASE_MUST_CHECK;
/* Waits until the resume is acked, or for a moment: what is sent earlier is lost in kgdb. A stop that comes
 * instead is kept, and the state is STOPPED. */
struct error *conn_await_ack(struct rsp_connection *c) BASE_MUST_CHECK;
/* The interrupt is not sent again; and it is over, by a stop or a new run. */
void conn_interrupt_rest(struct rsp_connection *c);
void conn_interrupt_over(struct rsp_connection *c);
/* A console packet has come: the moment to type what may have lost letters. */
void conn_interrupt_heard(struct rsp_connection *c);

/* -- connection_grammar.c -------------------------------------------------------------------------- */

bool conn_is_error(const char *p, size_t n);
bool conn_is_console(const char *p, size_t n);
bool conn_fits(enum rsp_grammar grammar, const char *p, size_t n);
/* A stop reply of kgdb, or what the line has left of one; text that ends as one does, with nothing behind it.
 */
bool conn_may_be_stop(const char *p, size_t n);
bool conn_ends_as_stop(const char *p, size_t n);
/* Text that holds some of a packet in hex. */
bool conn_has_hex(const char *p, size_t n);
/* The slug for an answer that does not fit. */
enum rsp_violation conn_misfit_kind(enum rsp_grammar grammar, const char *p, size_t n);

void conn_violation(struct rsp_connection *c, enum rsp_violation kind, const char *evidence, size_t n);
/* A packet that is no answer to a question of this grammar: named, and dropped by the caller. */
void conn_misfit(struct rsp_connection *c, enum rsp_grammar grammar, const char *payload, size_t n);
/* This kind of question was answered with something (connection_await.c). */
void conn_know_question(struct rsp_connection *c, unsigned bit);
/* The same bytes, and some. */
bool conn_is_copy(const struct buf *b, const char *payload, size_t n);

/* -- connection_order.c ---------------------------------------------------------------------------- */

/* The request that has `behind` others behind it in its write was not acked yet, by a stub that acks: no
 * packet that came is its answer. */
bool conn_is_early(const struct rsp_connection *c, size_t behind);
/* An answer or a stop was taken; and whether this is that once more. */
void conn_note_taken(struct rsp_connection *c, const char *payload, size_t n);
bool conn_is_taken_already(const struct rsp_connection *c, const char *payload, size_t n);
/* A packet that is older than what was asked, or a copy: told where it is a breach, and dropped by the
 * caller.
 */
void conn_stale(struct rsp_connection *c, const char *payload, size_t n);
/* Something was lost, damaged or sent again: one request at a time from now on. */
void conn_trouble(struct rsp_connection *c);
/* It answers and does not ack. */
void conn_does_not_ack(struct rsp_connection *c);
/* A fence was answered. */
void conn_in_step(struct rsp_connection *c);
/* The next question is fenced off. */
void conn_fence(struct rsp_connection *c);
/* A packet that answers nothing has come. */
void conn_note_stray(struct rsp_connection *c);
/* A packet that no question needs, a stop or console text: it is kept or shown. False for another, of which
 * nothing is done. */
bool conn_take_unasked(struct rsp_connection *c, const char *payload, size_t n);
/* Before something is sent: takes what lies there, at most so many packets. */
struct error *conn_drain(struct rsp_connection *c, unsigned most) BASE_MUST_CHECK;
/* A whole packet that is no stop and no console text lies behind the answer, where nothing is asked: one of
 * them was not for us. */
bool conn_has_surplus(struct rsp_connection *c);

/* -- connection_copy.c ----------------------------------------------------------------------------- */

/* Whether the answer that was just taken may be the one before it, said once more. */
bool conn_may_be_copy(const struct rsp_connection *c, const struct rsp_request *r, size_t window);
/* Finds out, and has the request answered anew where that may be: a turn, two where it was so. */
struct error *conn_doubt_copy(struct rsp_connection *c, struct rsp_request *r) BASE_MUST_CHECK;
/* What it changes, if anything, is the same after the second time. */
bool conn_may_be_said_twice(const struct rsp_request *r);
/* Whether it is a `z` that was refused and may be done; and inserting and taking out that point once more. */
bool conn_may_be_gone(const struct rsp_connection *c, const struct rsp_request *r, size_t window);
struct error *conn_take_out_again(struct rsp_connection *c, struct rsp_request *r) BASE_MUST_CHECK;

/* -- connection_careful.c -------------------------------------------------------------------------- */

/* Each of the next questions, so many of them, stands between two silences. Not on a line that is a console.
 */
enum { CAREFUL_SHORT = 16, CAREFUL_LONG = 256 };
void conn_careful(struct rsp_connection *c, unsigned questions);
bool conn_is_careful(const struct rsp_connection *c);
/* A question got no answer; that may still come, behind a fence's. */
void conn_gave_up(struct rsp_connection *c);
/* An answer was taken, whose copy it may be; and, before it is believed, a fence that finds out. */
void conn_suspect(struct rsp_connection *c, const struct rsp_request *r);
struct error *conn_settle_suspicion(struct rsp_connection *c) BASE_MUST_CHECK;
/* A stop that may be a copy of the one before the resume: *real, or *stop is now the one that came behind it,
 * or the target runs on. */
struct error *conn_settle_old_stop(struct rsp_connection *c, struct buf *stop, bool *real) BASE_MUST_CHECK;
/* Before a resume: waits for silence, where that is due. */
struct error *conn_careful_quiet(struct rsp_connection *c) BASE_MUST_CHECK;
/* One question at a time; those that have an `error` are left. */
struct error *conn_careful_ask(struct rsp_connection *c, struct rsp_request *requests,
                               size_t count) BASE_MUST_CHECK;

/* -- connection_await.c ---------------------------------------------------------------------------- */

/* What became of a request whose answer was waited for. */
enum conn_fate {
    FATE_ANSWERED,
    FATE_FAILED, /* its `error` is set and nothing more will come */
    FATE_OPEN,   /* its `error` is set and an answer may still come */
};
/* Waits for the answer to `r`, which is the oldest on its way: number `place` of the `window` packets of one
 * write. The returned error is one that ends the conversation or the wait as a whole. */
struct error *conn_await(struct rsp_connection *c, struct rsp_request *r, size_t place, size_t window,
                         enum conn_fate *ret) BASE_MUST_CHECK;
/* "asking '…': what" */
struct error *conn_request_error(const struct rsp_request *r, enum error_code code,
                                 const char *what) BASE_MUST_CHECK;

/* One request in a write of its own: sent, and its answer waited for. */
struct error *conn_say(struct rsp_connection *c, struct rsp_request *r, enum conn_fate *ret) BASE_MUST_CHECK;
/* The same, where an answer that does not come is owed from then on. */
struct error *conn_say_once(struct rsp_connection *c, struct rsp_request *r,
                            enum conn_fate *ret) BASE_MUST_CHECK;
/* Of the right form, and of nothing else that is known. */
bool conn_answers(const struct rsp_connection *c, const struct rsp_request *r, const char *p, size_t n);

/* -- connection_unheard.c -------------------------------------------------------------------------- */

/* A change that stood alone in its write got neither ack nor answer; and finding out whether it was heard,
 * and saying it again where it was not. What has still no answer is owed. */
bool conn_is_unheard(const struct rsp_connection *c, const struct rsp_request *r);
struct error *conn_say_until_heard(struct rsp_connection *c, struct rsp_request *r) BASE_MUST_CHECK;

/* -- connection_race.c ------------------------------------------------------------------------------ */

/* Something was told that must not be: from then on the race counts as seen, in a stub that has it. */
void conn_race_see(struct rsp_connection *c, enum rsp_violation kind);
/* Each stop that is told, and whom the conversation is of. */
void conn_race_note_stop(struct rsp_connection *c, const char *payload, size_t n);
void conn_race_select(struct rsp_connection *c, struct ptid thread);
/* What goes in front of each packet. */
void conn_race_add_acks(struct rsp_connection *c);
/* Behind a stop: takes others that are on their way, in a stub that may have any. */
struct error *conn_race_settle(struct rsp_connection *c) BASE_MUST_CHECK;
/* One question at a time, each until its answer is sure; those that have an `error` are left. */
struct error *conn_race_ask(struct rsp_connection *c, struct rsp_request *requests,
                            size_t count) BASE_MUST_CHECK;
/* A resume is sent, and its run is over. */
void conn_race_leave(struct rsp_connection *c, const char *payload, size_t n);
void conn_race_over(struct rsp_connection *c);
/* When the resume is sent again, or another one for another thread, 0: never; and doing it. */
int64_t conn_race_due(const struct rsp_connection *c);
struct error *conn_race_act(struct rsp_connection *c, int64_t now) BASE_MUST_CHECK;
void conn_race_free(struct rsp_connection *c);

/* -- connection_older.c ---------------------------------------------------------------------------------- */

/* The answer to `r` is word for word what another question was answered, and not known to be its own. */
bool conn_older_may_be(const struct rsp_connection *c, const struct rsp_request *r);
/* It was found to be its own. */
void conn_older_trust(struct rsp_connection *c, const struct rsp_request *r);
/* Whether an answer to `m` that brings less than was asked for may be an older one: so may one that is
 * shorter than the stub can give and does not end at the end of a page, behind which nothing may be. */
bool conn_older_is_short(const struct rsp_connection *c, const struct rsp_request *r, bool ends_page);
/* It brought less once more. */
void conn_older_meant_short(struct rsp_connection *c);
/* The target is resumed. */
void conn_older_run(struct rsp_connection *c);
/* Requests of one write were answered, or not: those whose answer may be an older one are asked again by
 * `ask`.
 */
struct error *conn_older_settle(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                struct error *(*ask)(struct rsp_connection *c, struct rsp_request *requests,
                                                     size_t count)) BASE_MUST_CHECK;

/* -- connection_negotiate.c ----------------------------------------------------------------------------- */

/* It was seen to take one request at a time. */
void conn_stop_pipelining(struct rsp_connection *c);
/* The line loses bytes: less is asked at once. */
void conn_ask_for_less(struct rsp_connection *c);

/* -- connection_resync.c --------------------------------------------------------------------------- */

/* So many requests, of which `oldest` is the first in its array, have got no answer. */
void conn_owe(struct rsp_connection *c, const struct rsp_request *oldest, size_t count);
/* The same one was sent again; and one that was answered may have another answer to come. */
void conn_owe_again(struct rsp_connection *c, const struct rsp_request *r);
void conn_owe_perhaps(struct rsp_connection *c, const struct rsp_request *r);
/* All of them came, in one form or another, but for copies. */
void conn_owed_trust(struct rsp_connection *c);
/* One of those answers came; and none will. */
void conn_owed_came(struct rsp_connection *c);
void conn_owe_nothing(struct rsp_connection *c);
/* Takes those of them that lie there already. */
struct error *conn_take_owed(struct rsp_connection *c) BASE_MUST_CHECK;
/* Something came that is older than what is asked now: *taken is one more where it was an answer. */
struct error *conn_take_old(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                            size_t *taken) BASE_MUST_CHECK;

/* -- connection_fence.c ------------------------------------------------------------------------------ */

/* What every stub answers with nothing. */
extern const char conn_fence_text[];
/* A question that was answered, with what answers no other: it may stand in for the fence. */
void conn_fence_know(struct rsp_connection *c, const char *question, const struct buf *answer);
/* An empty packet came that nothing else asked for. */
void conn_fence_answered_late(struct rsp_connection *c);
void conn_fence_free(struct rsp_connection *c);
/* It was seen to be silent to conn_fence_text. */
bool conn_fence_is_silent(const struct rsp_connection *c);
/* Before a request: whatever earlier questions are still owed is taken off the line. ERR_TIMEOUT when the
 * stub is still silent. */
struct error *conn_resync(struct rsp_connection *c) BASE_MUST_CHECK;

/* -- connection_missing.c ------------------------------------------------------------------------------ */

/* So many of those that are owed did not come in front of the fence's answer. */
void conn_missing_note(struct rsp_connection *c, size_t count);
/* How many are expected; one has come, or what may be one; and whether this may be. */
/* The answer to `r` came for a `-` behind a silence: it may come once more. */
void conn_missing_said_again(struct rsp_connection *c, const struct rsp_request *r);
size_t conn_missing_count(const struct rsp_connection *c);
void conn_missing_came(struct rsp_connection *c);
bool conn_missing_may_be(const struct rsp_connection *c, const char *payload, size_t n);
/* Before `r` is sent: *refused where it must not be, as its answer could not be known. */
struct error *conn_missing_before(struct rsp_connection *c, const struct rsp_request *r,
                                  struct error **refused) BASE_MUST_CHECK;
/* `r` has an answer: it is asked again by `ask` until that is surely its own; else its `error` is set. */
struct error *conn_missing_settle(struct rsp_connection *c, struct rsp_request *r,
                                  struct error *(*ask)(struct rsp_connection *c,
                                                       struct rsp_request *r)) BASE_MUST_CHECK;
void conn_missing_free(struct rsp_connection *c);

#endif
