/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's user emulator, which does not stop its threads (7.2, gdb_handlesig() and gdb_put_packet()): each
 * thread that stops tells so and enters a loop of its own, which reads up to 256 bytes and does what they
 * say. Behind each packet that it says a thread reads single bytes, and says it again for any that is no
 * `+`. So once the race is seen:
 *
 *   - a packet goes out in one write behind as many `+` as there may be threads that wait for one: those take
 *     theirs, and one loop has the rest whole. More of them are passed over. No ack goes out by itself, for
 *     one loop would read it into the packet that another is reading, which is then refused by a `-`.
 *   - one question is asked at a time, a `-` means that it was not taken, and what is read is believed when
 *     it came twice. A thread that stops is the selected one from then on, so `Hg` goes in front each time.
 *   - a resume lets one loop go, no matter whom it names. The others go on at the next byte that they read
 *     while the target runs: a `+` for each thread that stands. They are held again by the next who stops,
 * from the moment at which he has his ack: that goes out at once.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

enum {
    ACKS = 8,          /* in front of each packet */
    TRIES = 5,         /* timeouts of one question, which share that of an answer */
    RESUMES_AGAIN = 3, /* a resume that is not acked */
};

/* Behind a stop others come that were on their way; and how long an ack takes to be read. */
#define SETTLE_NS 10000000
#define ACK_NS    1000000
/* The same before the race was seen, at so many stops. */
#define FIRST_NS 5000000
/* What came too late for its question is waited for. */
#define QUIET_NS 100000000
/* What may have been a stop is asked for when none has come since. */
#define MELTED_NS 30000000
/* Behind something that was no answer the true one is there soon, or was overwritten. */
#define MISFIT_NS 200000000
/* A resume that nobody acks was lost; one that nobody stops from may have let another thread go. */
#define UNACKED_NS 500000000
#define RELEASE_NS 2000000
#define STEP_NS    10000000

bool rsp_races(const struct rsp_connection *c)
{
    return c->race.seen;
}

/* Who tells an auxiliary vector and processes and takes acks only: of the stubs known, QEMU's user emulator.
 */
static bool may_race(const struct rsp_connection *c)
{
    return !c->terms.no_ack && c->order.acks && transport_is_reliable(c->transport) &&
           !rsp_shares_console(c) && rsp_feature_usable(&c->features, FEATURE_XFER_AUXV) &&
           rsp_feature_usable(&c->features, FEATURE_MULTIPROCESS) &&
           !rsp_feature_usable(&c->features, FEATURE_NO_ACK) &&
           !rsp_feature_usable(&c->features, FEATURE_XFER_THREADS);
}

void conn_race_see(struct rsp_connection *c, enum rsp_violation kind)
{
    bool shows = kind != RSP_BREACH_NO_REPLY && kind != RSP_BREACH_OVERSIZE && !conn_is_lenient(c);
    if (!shows || !may_race(c))
        return;
    if (conn_runs(c)) /* two who stop at once have one buffer for what they say */
        c->race.melted_ns = clock_now_ns() + MELTED_NS;
    if (c->race.seen)
        return;
    c->race.seen = true;
    conn_stop_pipelining(c);
}

/* -- who stands -------------------------------------------------------------------------------------- */

void conn_race_note_stop(struct rsp_connection *c, const char *payload, size_t n)
{
    struct conn_race *r = &c->race;
    struct rsp_stop stop;
    struct error *e = rsp_stop_parse(payload, n, &stop);
    bool known = !e && stop.kind == RSP_STOP_SIGNAL && stop.has_thread;
    error_free(e);
    for (size_t i = 0; known && i < r->told_count; i++)
        known = !ptid_equal(r->told[i], stop.thread);
    if (!known || r->told_count == LATE_STOPS_MOST)
        return;
    r->told[r->told_count++] = stop.thread;
    r->standing++;
}

void conn_race_select(struct rsp_connection *c, struct ptid thread)
{
    if (thread.tid <= 0)
        return;
    buf_clear(&c->race.select);
    buf_add_text(&c->race.select, "Hg");
    ptid_encode(&c->race.select, thread);
}

void conn_race_free(struct rsp_connection *c)
{
    buf_free(&c->race.select);
}

/* -- bytes --------------------------------------------------------------------------------------------- */

void conn_race_add_acks(struct rsp_connection *c)
{
    static const char acks[] = "++++++++";
    _Static_assert(sizeof acks == ACKS + 1, "one each");
    conn_drop_acks(c);
    buf_add(&c->sent.bytes, acks, ACKS);
}

static struct error *send(struct rsp_connection *c, const char *payload, size_t n)
{
    conn_begin(c);
    conn_add(c, payload, n, 0);
    return conn_write(c);
}

/* -- what nobody waits for --------------------------------------------------------------------------------
 */

static void take_stray(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event)
{
    if (got == GOT_DAMAGED)
        conn_violation(c, RSP_BREACH_BAD_CHECKSUM, event->data, event->length);
    if (got == GOT_PACKET && !conn_take_unasked(c, event->data, event->length))
        conn_misfit(c, RSP_GRAMMAR_ANY, event->data, event->length);
}

/* Takes what comes until nothing has for so long. */
static struct error *drain(struct rsp_connection *c, int64_t quiet_ns)
{
    for (unsigned i = 0; i < DRAIN_PACKETS_MOST; i++) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, conn_deadline(c, quiet_ns, 0), -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        take_stray(c, got, &event);
    }
    return NULL;
}

/* Who has told of his stop keeps all loops from going on once he has his ack, and only then. One `+` more
 * than stops: a loop may have read one that was not for it. */
static struct error *settle_raced(struct rsp_connection *c)
{
    size_t acked = 0;
    bool more = true;
    while (more) {
        more = acked <= c->race.told_count && acked < LATE_STOPS_MOST;
        if (more) {
            acked++;
            TRY(conn_send_raw(c, "+", 1, "ack", 0));
        }
        TRY(drain(c, more ? ACK_NS : SETTLE_NS));
        more |= acked <= c->race.told_count && acked < LATE_STOPS_MOST;
    }
    return NULL;
}

/* Threads that were let run are what races: the stop of one that ran alone is looked at only while it is
 * seen. */
static bool takes_a_look(struct rsp_connection *c)
{
    struct conn_race *r = &c->race;
    if (r->seen || !may_race(c) || r->release_ns != RELEASE_NS || r->looks == RACE_LOOKS_MOST ||
        (r->steps && r->step_looks == RACE_STEP_LOOKS_MOST))
        return false;
    r->looks++;
    r->step_looks += r->steps;
    return true;
}

struct error *conn_race_settle(struct rsp_connection *c)
{
    struct conn_race *r = &c->race;
    if (takes_a_look(c))
        TRY(drain(c, FIRST_NS));
    return r->seen ? settle_raced(c) : NULL;
}

/* -- one question ---------------------------------------------------------------------------------------- */

struct question {
    struct rsp_connection *c;
    struct rsp_request *r;
    unsigned naks, silences;
    bool answered, given_up;
    int64_t deadline_ns;
};

static void start_clock(struct question *q)
{
    q->deadline_ns = conn_deadline(q->c, q->c->limits.timeout_ns / TRIES, 0);
}

static void shorten(struct question *q)
{
    int64_t soon = conn_deadline(q->c, MISFIT_NS, 0);
    q->deadline_ns = soon < q->deadline_ns ? soon : q->deadline_ns;
}

static void take_packet(struct question *q, const struct rsp_event *event)
{
    struct rsp_connection *c = q->c;
    enum rsp_grammar grammar = q->r->grammar;
    bool stop = rsp_is_stop_reply(event->data, event->length);
    bool due = grammar == RSP_GRAMMAR_STOP || grammar == RSP_GRAMMAR_ANY;
    bool fits = conn_answers(c, q->r, event->data, event->length);
    if (conn_is_early(c, 0) || (stop && !due) || !fits) {
        take_stray(c, GOT_PACKET, event);
        if (!stop)
            shorten(q);
        return;
    }
    conn_note_taken(c, event->data, event->length);
    buf_clear(&q->r->reply);
    buf_add(&q->r->reply, event->data, event->length);
    q->answered = true;
}

/* A change is said again only where it was not acked. */
static struct error *take_silence(struct question *q)
{
    struct rsp_connection *c = q->c;
    bool changes = q->r->flags & RSP_MUTATES;
    q->given_up =
        ++q->silences >= TRIES || (changes && c->sent.acked) || clock_now_ns() >= c->limits.deadline_ns;
    if (q->given_up)
        return NULL;
    start_clock(q);
    return conn_write_again(c);
}

static struct error *take_nak(struct question *q)
{
    q->given_up = ++q->naks > RACE_NAKS_MOST;
    if (q->given_up)
        return NULL;
    start_clock(q);
    return conn_write_again(q->c);
}

static struct error *ask_once(struct question *q)
{
    struct rsp_connection *c = q->c;
    q->answered = q->given_up = false;
    start_clock(q);
    TRY(send(c, q->r->payload, q->r->length));
    while (!q->answered && !q->given_up) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, q->deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            TRY(take_silence(q));
            continue;
        }
        TRY(e);
        if (got == GOT_PACKET)
            take_packet(q, &event);
        else if (got == GOT_NAK)
            TRY(take_nak(q));
        else if (got == GOT_DAMAGED) {
            take_stray(c, got, &event);
            shorten(q);
        }
    }
    return q->silences ? drain(c, QUIET_NS) : NULL; /* an answer of the first may be late */
}

static void fail(struct question *q)
{
    struct rsp_connection *c = q->c;
    if (q->r->error)
        return;
    if (!conn_is_lenient(c))
        conn_violation(c, RSP_BREACH_NO_REPLY, q->r->payload, q->r->length);
    q->r->error = error_hint(
        conn_request_error(q->r, ERR_TIMEOUT, "the stub, whose threads run on, gave no answer in time"),
        q->r->flags & RSP_MUTATES ? "look at the target to see whether it took effect" : "ask again");
}

/* -- and until its answer is sure --------------------------------------------------------------------------
 */

static bool is_of_thread(const struct rsp_request *r)
{
    return r->length > 0 && strchr("gGpP", r->payload[0]);
}

static struct error *select_again(struct rsp_connection *c, bool *done)
{
    *done = true;
    if (c->race.select.length == 0)
        return NULL;
    struct rsp_request r = {
        .payload = buf_text(&c->race.select), .length = c->race.select.length, .grammar = RSP_GRAMMAR_OK};
    struct question q = {.c = c, .r = &r};
    struct error *e = ask_once(&q);
    *done = q.answered && strcmp(buf_text(&r.reply), "OK") == 0;
    rsp_request_free(&r);
    return e;
}

/* It is read until two answers in a row are the same; a change is made once. */
static struct error *ask(struct rsp_connection *c, struct rsp_request *r)
{
    struct question q = {.c = c, .r = r};
    BASE_BUF struct buf before = {0};
    bool twice = r->grammar == RSP_GRAMMAR_HEX && !(r->flags & RSP_MUTATES), has_before = false;
    for (unsigned i = 0; i < RACE_READS_MOST; i++) {
        bool selected = true;
        if (is_of_thread(r))
            TRY(select_again(c, &selected));
        TRY(ask_once(&q));
        if (q.given_up) {
            fail(&q);
            return NULL;
        }
        bool same = has_before && before.length == r->reply.length &&
                    memcmp(buf_text(&before), buf_text(&r->reply), before.length) == 0;
        if (!twice || (same && selected))
            return NULL;
        buf_clear(&before);
        buf_add(&before, buf_text(&r->reply), r->reply.length);
        has_before = true;
    }
    r->error = conn_request_error(
        r, ERR_VIOLATION, "each answer is another: the stub's threads run while it counts as stopped");
    return NULL;
}

struct error *conn_race_ask(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    if (c->owed.count > 0 || c->order.out_of_step) {
        TRY(drain(c, QUIET_NS));
        conn_owe_nothing(c);
        conn_in_step(c);
    }
    for (size_t i = 0; i < count; i++) {
        struct rsp_request *r = &requests[i];
        if (r->error)
            continue;
        TRY(drain(c, 0));
        TRY(ask(c, r));
        bool selects = r->length > 2 && memcmp(r->payload, "Hg", 2) == 0;
        if (!selects || r->error)
            continue;
        buf_clear(&c->race.select);
        buf_add(&c->race.select, r->payload, r->length);
    }
    return NULL;
}

/* -- letting go --------------------------------------------------------------------------------------------
 */

void conn_race_leave(struct rsp_connection *c, const char *payload, size_t n)
{
    struct conn_race *r = &c->race;
    r->told_count = 0;
    r->standing -= r->standing > 0; /* the one that takes it */
    r->resent = 0;
    r->melted_ns = 0;
    r->steps = (n > 0 && payload[0] == 's') || memmem(payload, n, ";s", 2) != NULL;
    bool only_one = memmem(payload, n, ";c", 2) == NULL && !(n > 0 && payload[0] == 'c');
    r->release_ns = only_one ? STEP_NS : RELEASE_NS;
    r->unacked_ns = clock_now_ns() + UNACKED_NS;
    r->due_ns = r->seen ? clock_now_ns() + r->release_ns : 0;
}

void conn_race_over(struct rsp_connection *c)
{
    c->race.due_ns = 0;
    c->race.melted_ns = 0;
}

int64_t conn_race_due(const struct rsp_connection *c)
{
    const struct conn_race *r = &c->race;
    if (r->melted_ns)
        return r->melted_ns;
    return r->due_ns;
}

/* A loop that reads anything while the target runs is left, which a `+` does and never harms. */
struct error *conn_race_act(struct rsp_connection *c, int64_t now)
{
    struct conn_race *r = &c->race;
    if (r->melted_ns) {
        r->melted_ns = 0;
        r->standing++;
        r->unacked_ns = now + UNACKED_NS;
        r->due_ns = now + r->release_ns;
        return send(c, "?", 1);
    }
    r->due_ns = now + r->release_ns;
    if (!c->sent.acked && now < r->unacked_ns)
        return NULL;
    if (!c->sent.acked) {
        r->unacked_ns = now + UNACKED_NS;
        if (r->resent++ == RESUMES_AGAIN)
            r->due_ns = 0;
        return conn_write_again(c);
    }
    r->due_ns = r->standing ? now + r->release_ns : 0; /* one more than stand, for one may be an ack */
    r->standing -= r->standing > 0;
    return conn_send_raw(c, "+", 1, "ack", 0);
}
