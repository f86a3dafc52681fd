/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding the place in a conversation again after an answer was lost or given up.
 *
 * Answers come in the order of the questions, so after a timeout or a cancel we know how many are still owed.
 * If they lie there already they are taken off and nothing is sent. Else a packet that every stub answers
 * with nothing (gdb manual, "vMustReplyEmpty") is sent as a fence: what comes before its answer is old.
 *
 * Home-made stubs answer what they do not know with an error or an OK, or are silent to it. Which of them
 * this is, is found out once: behind a silence a question is sent that was answered before and whose answer
 * is like no other, `vCont?` or `qSupported`. Where there is none such, or that brings none either, there is
 * no fence any more, and what was owed is only missing (connection_missing.c).
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

const char conn_fence_text[] = "vMustReplyEmpty";

/* After the fence's empty answer, an old one that was empty itself may have been taken for it. */
#define QUIET_NS 200000000
/* The same after something else, until it is known that this stub answers the fence so. */
#define WORD_NS 1000000000

void conn_fence_know(struct rsp_connection *c, const char *question, const struct buf *answer)
{
    struct conn_fence *f = &c->fence;
    buf_clear(&f->question);
    buf_add_text(&f->question, question);
    buf_clear(&f->answer);
    buf_add(&f->answer, buf_text(answer), answer->length);
}

void conn_fence_free(struct rsp_connection *c)
{
    buf_free(&c->fence.question);
    buf_free(&c->fence.answer);
}

bool conn_fence_is_silent(const struct rsp_connection *c)
{
    return c->fence.kind == FENCE_KNOWN || c->fence.kind == FENCE_NONE;
}

void conn_fence_answered_late(struct rsp_connection *c)
{
    if (c->fence.kind == FENCE_NONE)
        c->fence.kind = FENCE_UNTRIED;
}

static bool has_known(const struct rsp_connection *c)
{
    return c->fence.question.length > 0;
}

/* A fence on its way. */
struct fence {
    size_t words;        /* packets that say something: a stub may say its "" twice */
    size_t taken, due;   /* packets, its own answer among them */
    unsigned tries_left; /* where there are acks it may get lost itself */
    bool fenced;         /* an empty answer came; the last one may not have been the fence's */
    bool word;           /* the last packet says something, which may be its answer all the same */
    bool known;          /* the question with the known answer was sent, and that answer ends it */
    bool done;
    int64_t deadline_ns;
};

static struct error *still_silent(struct rsp_connection *c, const struct fence *f, struct error *e)
{
    const char *place = transport_describe(c->transport);
    bool cut = f->deadline_ns == c->limits.deadline_ns;
    error_free(e);
    if (!cut && f->taken == 0 && !has_known(c) && c->fence.kind == FENCE_UNTRIED)
        c->fence.kind = FENCE_NONE; /* what is asked next is asked all the same */
    if (c->owed.count == 0)
        e = error_new(ERR_TIMEOUT, "%s has not answered '%s'", place, conn_fence_text);
    else
        e = error_new(ERR_TIMEOUT, "%s has still not answered '%s', nor '%s' behind it", place,
                      buf_text(&c->owed.request), f->known ? buf_text(&c->fence.question) : conn_fence_text);
    return error_hint(e, "is the target hung? 'reconnect' starts over");
}

/* Without acks half of the time is left for the question with the known answer. */
static void wait_for_answer(const struct rsp_connection *c, struct fence *f)
{
    int64_t parts = has_known(c) && c->fence.kind == FENCE_UNTRIED ? 2 : 1;
    int64_t wait =
        c->terms.no_ack ? c->limits.timeout_ns / parts : conn_try_ns(c, RESENDS_MOST - 1 - f->tries_left);
    f->deadline_ns = conn_deadline(c, wait, 2 * c->terms.packet_size);
}

static struct error *send(struct rsp_connection *c, struct fence *f, bool known)
{
    const char *text = known ? buf_text(&c->fence.question) : conn_fence_text;
    f->known = known;
    conn_begin(c);
    conn_add(c, text, strlen(text), 0);
    TRY(conn_write(c));
    wait_for_answer(c, f);
    return NULL;
}

static bool is_known_answer(const struct rsp_connection *c, const struct rsp_event *event)
{
    return conn_is_copy(&c->fence.answer, event->data, event->length);
}

/* What it says of where we are. */
static void weigh(struct rsp_connection *c, const struct rsp_event *event, bool packet, struct fence *f)
{
    bool empty = packet && event->length == 0;
    f->words += !empty;
    bool error = packet && conn_is_error(event->data, event->length);
    if (!empty && !error && c->terms.no_ack && f->words > c->owed.count && !conn_is_lenient(c))
        conn_misfit(c, RSP_GRAMMAR_ANY, event->data, event->length);
    if (empty)
        conn_note_taken(c, "", 0); /* a copy of it answers nothing */
    if (f->known)
        return;
    f->fenced |= empty;
    f->word = !empty && c->fence.kind != FENCE_EMPTY;
    f->done = f->taken >= f->due && empty;
    if (f->fenced || f->taken >= f->due || (f->word && c->fence.kind == FENCE_WORD))
        f->deadline_ns = conn_deadline(c, QUIET_NS, 2 * c->terms.packet_size);
    else if (f->word && f->deadline_ns > clock_now_ns() + WORD_NS)
        f->deadline_ns = conn_deadline(c, WORD_NS, 2 * c->terms.packet_size);
}

static struct error *take_at_fence(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                                   struct fence *f)
{
    if (got == GOT_NAK && !c->terms.no_ack && c->sent.resends < RESENDS_MOST) {
        conn_note_resend(c);
        return conn_write_again(c);
    }
    if (f->known && got == GOT_PACKET && is_known_answer(c, event)) {
        f->taken++;
        f->done = true;
        conn_note_taken(c, event->data, event->length);
        return NULL;
    }
    bool early = conn_is_early(c, 0) && transport_is_reliable(c->transport);
    size_t before = f->taken;
    TRY(conn_take_old(c, got, event, &f->taken));
    if (early && f->taken > before) { /* not even the fence was acked: it is a copy */
        f->taken = before;
        conn_note_stray(c);
    }
    if (f->taken > before)
        weigh(c, event, got == GOT_PACKET, f);
    return NULL;
}

/* Nothing came for a while: `e`, or NULL when that is the quiet behind the fence or it is sent again. */
static struct error *take_quiet(struct rsp_connection *c, struct fence *f, struct error *e)
{
    /* Without time to wait for quiet, what was taken for the fence's answer may be an older one's. */
    bool cut = f->deadline_ns == c->limits.deadline_ns;
    bool answered = f->fenced || f->word || f->taken >= f->due;
    f->done = !cut && !f->known && answered;
    bool silent = c->terms.no_ack || c->sent.acked || f->tries_left == 0;
    bool turns = !f->known && silent && has_known(c);
    if (!f->done && (cut || (!turns && f->tries_left == 0)))
        return still_silent(c, f, e);
    error_free(e);
    if (f->done)
        return NULL;
    f->due++;
    if (turns)
        return send(c, f, true);
    f->tries_left--;
    wait_for_answer(c, f);
    return conn_write_again(c);
}

/* One who never falls silent has no quiet behind his fence. */
static struct error *pass_fence(struct rsp_connection *c, struct fence *f)
{
    int64_t until_ns = conn_deadline(c, c->limits.timeout_ns, 2 * c->terms.packet_size) + QUIET_NS;
    while (!f->done) {
        if (clock_now_ns() >= until_ns)
            return error_hint(error_new(ERR_TIMEOUT, "%s says what nobody asked for, and does not end",
                                        transport_describe(c->transport)),
                              "'reconnect' starts over");
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, f->deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            TRY(take_quiet(c, f, e));
            continue;
        }
        TRY(e);
        TRY(take_at_fence(c, got, &event, f));
    }
    return NULL;
}

static void learn(struct rsp_connection *c, const struct fence *f)
{
    if (f->known && !f->fenced)
        c->fence.kind = FENCE_KNOWN;
    else if (f->fenced)
        c->fence.kind = FENCE_EMPTY;
    else if (f->word && c->fence.kind == FENCE_UNTRIED)
        c->fence.kind = FENCE_WORD;
}

/* More came than was owed and the fence's own answer, which some stubs make an error, or an answer did not
 * come in front of the fence's and may yet. */
static void note_difference(struct rsp_connection *c, const struct fence *f, const struct error *e)
{
    size_t own = f->known ? 1u + f->fenced : f->due - c->owed.count;
    size_t came = f->taken > own ? f->taken - own : 0;
    size_t missing = came < c->owed.count ? c->owed.count - came : 0;
    if (!e && c->terms.no_ack && f->words > c->owed.count + !f->fenced)
        conn_careful(c, CAREFUL_LONG);
    else if (!e && f->taken < f->due && c->order.gave_up)
        conn_careful(c, CAREFUL_SHORT);
    if (!e)
        conn_missing_note(c, missing < c->owed.doubtful ? missing : c->owed.doubtful);
    c->order.gave_up &= e != NULL;
}

/* Whoever is asked next says himself whether he lives. */
static void do_without(struct rsp_connection *c)
{
    conn_missing_note(c, c->owed.doubtful);
    if (c->order.gave_up)
        conn_careful(c, CAREFUL_SHORT);
    c->order.gave_up = false;
    c->owed.came = 0;
    conn_owe_nothing(c);
    conn_in_step(c);
}

struct error *conn_resync(struct rsp_connection *c)
{
    c->owed.fenced = false;
    TRY(conn_take_owed(c));
    if (c->owed.count == 0 && !c->order.out_of_step)
        return NULL;
    if (c->fence.kind == FENCE_NONE) {
        do_without(c);
        return NULL;
    }
    struct fence f = {.due = c->owed.count + 1, .tries_left = c->terms.no_ack ? 0 : RESENDS_MOST - 1};
    TRY(send(c, &f, c->fence.kind == FENCE_KNOWN));
    struct error *e = pass_fence(c, &f);
    c->owed.came = f.words;
    note_difference(c, &f, e);
    if (e) { /* the fence's answer is owed too */
        c->owed.count = f.due > f.taken ? f.due - f.taken : 1;
        return e;
    }
    learn(c, &f);
    c->owed.fenced = true;
    conn_in_step(c);
    conn_owe_nothing(c);
    return conn_drain(c, LOOK_PACKETS_MOST); /* who says each answer twice has said the fence's so */
}
