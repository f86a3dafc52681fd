/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops: the last one, and those that came when nobody waited. */
#include "rsp/connection_private.h"

#include <string.h>

enum { SHOWN_RESUME = 60 };

/* -- facts ----------------------------------------------------------------------------------------- */

bool rsp_has_late_stop(const struct rsp_connection *c)
{
    return c->stops.late_count > 0;
}

bool rsp_stop_was_asked(const struct rsp_connection *c)
{
    return c->stops.asked;
}

const char *rsp_last_stop(const struct rsp_connection *c)
{
    return buf_text(&c->stops.last);
}

/* -- the last one -------------------------------------------------------------------------------------- */

static void set(struct buf *b, const char *payload, size_t n)
{
    buf_clear(b);
    buf_add(b, payload, n);
}

void conn_stops_leave(struct rsp_connection *c, const char *payload, size_t n)
{
    set(&c->stops.previous, buf_text(&c->stops.last), c->stops.last.length);
    conn_stops_forget(c);
    conn_older_run(c);
    c->stops.copies = 0;
    c->stops.commanded = false;
    set(&c->stops.resumed_with, payload, n < SHOWN_RESUME ? n : SHOWN_RESUME);
}

void conn_stops_forget(struct rsp_connection *c)
{
    c->stops.asked = false;
    buf_clear(&c->stops.last);
}

void conn_stops_take(struct rsp_connection *c, const char *payload, size_t n, bool asked)
{
    c->stops.asked = asked;
    c->stops.copies = 0;
    set(&c->stops.last, payload, n);
}

/* One that brings no registers has them asked for, in front of whose answer the true stop comes. */
static bool brings_registers(const char *payload, size_t n)
{
    struct rsp_stop stop;
    struct error *e = rsp_stop_parse(payload, n, &stop);
    bool brings = !e && stop.expedited_count > 0;
    error_free(e);
    return brings;
}

/* With acks a copy of the last stop comes before the resume's own ack, and is passed over by that. */
bool conn_stops_may_be_old(const struct rsp_connection *c, const char *payload, size_t n)
{
    const struct buf *b = &c->stops.previous;
    return c->terms.no_ack && b->length > 0 && n == b->length && memcmp(payload, b->data, n) == 0 &&
           !c->stops.cleared && conn_runs(c) && !rsp_shares_console(c) && !c->race.seen &&
           brings_registers(payload, n);
}

void conn_stops_trust(struct rsp_connection *c, bool trust)
{
    c->stops.cleared = trust;
}

void conn_stops_note(struct rsp_connection *c, const char *payload, size_t n)
{
    set(&c->stops.last, payload, n);
}

void conn_stops_free(struct rsp_connection *c)
{
    for (size_t i = 0; i < LATE_STOPS_MOST; i++)
        buf_free(&c->stops.late[i]);
    buf_free(&c->stops.last);
    buf_free(&c->stops.previous);
    buf_free(&c->stops.held);
    buf_free(&c->stops.resumed_with);
}

/* -- late ones ----------------------------------------------------------------------------------------- */

void conn_keep_stop(struct rsp_connection *c, const char *payload, size_t n)
{
    if (c->stops.late_count == LATE_STOPS_MOST)
        return;
    struct buf *b = &c->stops.late[c->stops.late_count++];
    set(b, payload, n);
}

static bool is_queued(const struct rsp_connection *c, const char *payload, size_t n)
{
    for (size_t i = 0; i < c->stops.late_count; i++)
        if (conn_is_copy(&c->stops.late[i], payload, n))
            return true;
    return false;
}

void conn_stops_command(struct rsp_connection *c)
{
    c->stops.commanded = true;
}

/* Probes that reset and halt say so by a stop reply, in place of OK or behind it. */
void conn_stops_drop_commanded(struct rsp_connection *c)
{
    if (c->stops.commanded)
        c->stops.late_count = 0;
}

void conn_stops_keep(struct rsp_connection *c, size_t count)
{
    c->stops.late_count = count;
}

/* Which bit of vcont_taken the last resume has; 0: it was no vCont. */
static unsigned vcont_bit(const struct rsp_connection *c)
{
    static const char actions[] = "cCsSr";
    const char *s = buf_text(&c->stops.resumed_with);
    const char *at = strncmp(s, "vCont;", 6) == 0 && s[6] ? strchr(actions, s[6]) : NULL;
    return at ? 1u << (at - actions) : 0;
}

void conn_stops_know_resume(struct rsp_connection *c)
{
    c->stops.vcont_taken |= vcont_bit(c);
}

bool conn_stops_knows_resume(const struct rsp_connection *c)
{
    return c->stops.vcont_taken & vcont_bit(c);
}

void conn_release_stop(struct rsp_connection *c, enum rsp_violation kind)
{
    if (c->stops.held.length == 0)
        return;
    conn_violation(c, kind, buf_text(&c->stops.held), c->stops.held.length);
    buf_clear(&c->stops.held);
}

/* The length of a field `core:N;` that begins here, 0: it is another. */
static size_t core_field(const char *p, size_t n)
{
    static const char key[] = "core:";
    const char *end = n > sizeof key - 1 && memcmp(p, key, sizeof key - 1) == 0 ? memchr(p, ';', n) : NULL;
    return end ? (size_t)(end - p) + 1 : 0;
}

/* All but the processor: where a resume arrived twice, gdbserver, which finds itself at a breakpoint whose
 * condition holds, tells the same stop once more at once. */
static bool is_same_stop(const struct buf *last, const char *p, size_t n)
{
    const char *q = buf_text(last);
    size_t m = last->length;
    while (n && m) {
        size_t core_p = core_field(p, n), core_q = core_field(q, m);
        if (core_p && core_q) {
            p += core_p, n -= core_p;
            q += core_q, m -= core_q;
        } else if (*p == *q) {
            p++, n--;
            q++, m--;
        } else {
            return false;
        }
    }
    return n == 0 && m == 0 && last->length > 0;
}

void conn_unexpected_stop(struct rsp_connection *c, const char *payload, size_t n, bool hold)
{
    if (conn_is_lenient(c)) /* QEMU stops a running machine for a new connection and says so unasked */
        return;
    conn_race_note_stop(c, payload, n);
    bool copy = false;
    if (is_same_stop(&c->stops.last, payload, n) || is_queued(c, payload, n)) {
        c->stops.copies++;
        if (c->stops.copies == COPIES_OF_A_STORM)
            conn_violation(c, RSP_BREACH_RETRANSMIT_STORM, payload, n);
        /* a serial line may lose our ack; the stub then rightly says it again */
        bool mended = !c->terms.no_ack && rsp_shares_console(c);
        if (c->stops.copies >= COPIES_OF_A_STORM || mended)
            return;
        /* Nobody let it run since, so that is the same stop told again and none of its own (with acks,
         * because ours was lost): kept, it would end the next run. */
        copy = true;
        if (!c->terms.no_ack)
            hold = false;
    }
    if (!copy)
        conn_keep_stop(c, payload, n);
    if (c->stops.commanded)
        return;
    conn_release_stop(c, RSP_BREACH_STOP_WHILE_STOPPED); /* of two, the first was surely no answer */
    if (!hold) {
        conn_violation(c, RSP_BREACH_STOP_WHILE_STOPPED, payload, n);
        return;
    }
    set(&c->stops.held, payload, n);
}

struct error *conn_take_late(struct rsp_connection *c, struct rsp_stop *ret, bool *stopped)
{
    struct buf first = c->stops.late[0];
    c->stops.late_count--;
    memmove(&c->stops.late[0], &c->stops.late[1], c->stops.late_count * sizeof c->stops.late[0]);
    c->stops.late[c->stops.late_count] = first; /* keeps its memory */
    *stopped = true;
    return rsp_stop_parse(buf_text(&first), first.length, ret);
}
