/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a connection: framing, acks, counting, the log, and one received packet at a time. */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/text.h"

enum { READ_BYTES = 65536 };

#define WRITE_TIMEOUT_NS 5000000000

static void log_wire(struct rsp_connection *c, bool out, const char *kind, const char *data, size_t n)
{
    if (c->log)
        wire_log_write(c->log, out, kind, data, n);
}

struct error *conn_note_loss(struct rsp_connection *c, struct error *e)
{
    if (error_is(e, ERR_LOST))
        conn_state_lose(c, e);
    return e;
}

/* -- out ------------------------------------------------------------------------------------------- */

static void add_acks(struct rsp_connection *c)
{
    if (c->race.seen)
        conn_race_add_acks(c);
    for (; c->wire.pending_acks > 0; c->wire.pending_acks--) {
        buf_add_char(&c->sent.bytes, '+');
        log_wire(c, true, "ack", "", 0);
    }
}

void conn_begin(struct rsp_connection *c)
{
    buf_clear(&c->sent.bytes);
    add_acks(c);
    c->sent.packets_at = c->sent.bytes.length;
    c->sent.acked = c->sent.text_since = false;
    c->sent.acks_due = c->sent.acks_more = 0;
    c->sent.resends = 0;
}

static void count_packet(struct rsp_connection *c)
{
    c->stats.packets_out++;
    if (c->wire.theirs_last)
        c->stats.turns++;
    c->wire.theirs_last = false;
}

bool conn_add(struct rsp_connection *c, const char *payload, size_t n, size_t most)
{
    size_t before = c->sent.bytes.length;
    rsp_encode(&c->sent.bytes, payload, n);
    if (most && before > c->sent.packets_at && c->sent.bytes.length - c->sent.packets_at > most) {
        c->sent.bytes.length = before;
        c->sent.bytes.data[before] = '\0';
        return false;
    }
    count_packet(c);
    c->sent.acks_due++;
    log_wire(c, true, "packet", payload, n);
    return true;
}

static struct error *write_bytes(struct rsp_connection *c, const char *bytes, size_t n)
{
    c->stats.bytes_out += n;
    return conn_note_loss(c, transport_write(c->transport, bytes, n, conn_deadline(c, WRITE_TIMEOUT_NS, n)));
}

struct error *conn_write(struct rsp_connection *c)
{
    c->sent.written_ns = clock_now_ns();
    return write_bytes(c, c->sent.bytes.data, c->sent.bytes.length);
}

struct error *conn_write_again(struct rsp_connection *c)
{
    c->stats.retransmits++;
    count_packet(c);
    c->sent.acks_due = 1;
    conn_trouble(c);
    size_t n = c->sent.bytes.length - c->sent.packets_at;
    log_wire(c, true, "packet", c->sent.bytes.data + c->sent.packets_at + 1, n - 4);
    if (c->race.seen)
        return conn_write(c);
    return write_bytes(c, c->sent.bytes.data + c->sent.packets_at, n);
}

struct error *conn_flush_acks(struct rsp_connection *c)
{
    static const char acks[] = "++++++++++++++++";
    if (c->race.seen) /* they go in front of the next packet */
        return NULL;
    while (c->wire.pending_acks > 0) {
        unsigned n =
            c->wire.pending_acks < sizeof acks - 1 ? c->wire.pending_acks : (unsigned)sizeof acks - 1;
        c->wire.pending_acks -= n;
        for (unsigned i = 0; i < n; i++)
            log_wire(c, true, "ack", "", 0);
        TRY(write_bytes(c, acks, n));
    }
    return NULL;
}

struct error *conn_send_nak(struct rsp_connection *c)
{
    c->stats.retransmits++;
    conn_trouble(c);
    log_wire(c, true, "nak", "", 0);
    return write_bytes(c, "-", 1);
}

struct error *conn_complete_checksum(struct rsp_connection *c)
{
    return conn_send_raw(c, "00\n", 3, "stray", 3);
}

struct error *conn_send_raw(struct rsp_connection *c, const char *bytes, size_t n, const char *log_kind,
                            size_t log_length)
{
    log_wire(c, true, log_kind, bytes, log_length);
    c->sent.raw_ns = clock_now_ns();
    conn_console_typed(c);
    return write_bytes(c, bytes, n);
}

/* -- what others know of it ------------------------------------------------------------------------------ */

void conn_drop_acks(struct rsp_connection *c)
{
    c->wire.pending_acks = 0;
}

void conn_want_ack(struct rsp_connection *c)
{
    if (c->wire.pending_acks == 0)
        c->wire.pending_acks = 1;
}

void conn_expect_ack(struct rsp_connection *c, bool due)
{
    c->sent.acked = !due;
    c->sent.acks_due = due;
}

void conn_note_text(struct rsp_connection *c)
{
    c->sent.text_since = true;
}

void conn_note_resend(struct rsp_connection *c)
{
    c->sent.resends++;
}

void conn_resend_at(struct rsp_connection *c, int64_t again_ns)
{
    c->sent.again_ns = again_ns;
}

/* -- in -------------------------------------------------------------------------------------------- */

/* Console text that has the form of a packet or an ack. */
static bool take_text(struct rsp_connection *c, const char *bytes, size_t n)
{
    log_wire(c, false, "stray", bytes, n);
    conn_console(c, bytes, n);
    return false;
}

/* A kernel that runs says no more than the one ack of the resume; `+` and `-` are typed by others too. */
static bool is_typed_sign(const struct rsp_connection *c)
{
    return conn_runs(c) && c->sent.acked && !c->console.withholds && !c->probe.sent && conn_is_kernel_line(c);
}

static void take_ack(struct rsp_connection *c)
{
    c->sent.acked = true;
    c->order.acks = true;
    if (c->sent.acks_due)
        c->sent.acks_due--;
    else
        c->sent.acks_more++;
}

/* A prompt like "$ " in console text begins no packet; on a line of its own the stub has no such excuse. */
static void take_torn(struct rsp_connection *c, const struct rsp_event *event)
{
    log_wire(c, false, "torn", event->data, event->length);
    c->wire.torn_in_row++;
    if (transport_is_reliable(c->transport)) {
        /* one who sends nothing but `$` is not told line by line */
        if (c->wire.torn_in_row <= TORN_TOLD_MOST)
            conn_violation(c, RSP_BREACH_TORN_PACKET, event->data, event->length);
        return;
    }
    size_t n = event->length;
    bool ack_behind_it = n >= 2 && memcmp(event->data + n - 2, "\n+", 2) == 0;
    if (ack_behind_it)
        take_ack(c);
    conn_console(c, "$", 1);
    conn_console(c, event->data, n - ack_behind_it);
}

/* A packet beyond the limit, told once: as soon as that is seen, for its end may never come. */
static void note_oversize(struct rsp_connection *c)
{
    if (c->wire.told_oversize)
        return;
    c->wire.told_oversize = true;
    conn_violation(c, RSP_BREACH_OVERSIZE, "", 0);
}

/* True when the event is for the caller. */
static bool take_event(struct rsp_connection *c, unsigned wakes, const struct rsp_event *event,
                       enum conn_got *got)
{
    switch (event->kind) {
    case RSP_PACKET:
        if (conn_is_only_text(c, event))
            return take_text(c, event->raw, event->raw_length);
        log_wire(c, false, "packet", event->data, event->length);
        c->stats.packets_in++;
        c->wire.theirs_last = true;
        c->wire.pending_acks += !c->terms.no_ack;
        c->wire.bad_in_row = 0;
        c->wire.torn_in_row = 0;
        *got = GOT_PACKET;
        return true;
    case RSP_ACK:
        if (is_typed_sign(c))
            return take_text(c, "+", 1);
        log_wire(c, false, "ack", "", 0);
        take_ack(c);
        *got = GOT_WOKEN;
        return wakes & CONN_WAKES_ACK;
    case RSP_NAK:
        if (is_typed_sign(c))
            return take_text(c, "-", 1);
        log_wire(c, false, "nak", "", 0);
        *got = GOT_NAK;
        return true;
    case RSP_BAD_CHECKSUM:
        log_wire(c, false, "bad-checksum", event->data, event->length);
        *got = GOT_DAMAGED;
        return true;
    case RSP_OVERSIZE:
        log_wire(c, false, "oversize", "", 0);
        c->wire.theirs_last = true;
        c->wire.pending_acks += !c->terms.no_ack; /* it would come again for ever */
        note_oversize(c);
        c->wire.told_oversize = false;
        *got = GOT_OVERSIZE;
        return true;
    case RSP_TORN:
        take_torn(c, event);
        return false;
    case RSP_STRAY:
        log_wire(c, false, "stray", event->data, event->length);
        if (conn_is_headless(c, event->data, event->length)) {
            *got = GOT_DAMAGED;
            return true;
        }
        conn_console(c, event->data, event->length);
        return false;
    case RSP_NOTIFICATION:
        log_wire(c, false, "notification", event->data, event->length);
        return false;
    case RSP_INTERRUPT:
        log_wire(c, false, "interrupt", "", 0);
        return false;
    }
    return false;
}

bool conn_has_input(struct rsp_connection *c)
{
    if (c->wire.decoder.start < c->wire.decoder.input.length)
        return true;
    return fd_is_readable(transport_fd(c->transport));
}

/* One who never falls silent does not outlast a deadline: behind it what lies there is looked at once. A look
 * that has no deadline takes a number of reads. */
static struct error *check_flood(struct rsp_connection *c, int64_t deadline_ns, unsigned reads)
{
    bool over;
    if (deadline_ns <= PROBE_NOW) {
        over = reads >= LOOK_READS_MOST;
    } else {
        bool late = deadline_ns != INT64_MAX && clock_now_ns() >= deadline_ns;
        over = late && (reads > 0 || c->wire.over_ns == deadline_ns);
        if (late)
            c->wire.over_ns = deadline_ns;
    }
    return over ? error_new(ERR_TIMEOUT, "waiting for %s: the time is up, and it still talks",
                            transport_describe(c->transport))
                : NULL;
}

struct error *conn_next_or(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                           enum conn_got *got, struct rsp_event *ret)
{
    unsigned reads = 0;
    for (;;) {
        for (;;) {
            c->wire.decoder.plain = conn_is_plain(c);
            c->wire.decoder.ack_due = !c->sent.acked;
            if (!rsp_decoder_next(&c->wire.decoder, ret))
                break;
            if (take_event(c, wakes, ret, got))
                return NULL;
        }
        if (c->wire.decoder.skipping)
            note_oversize(c);
        if ((wakes & CONN_WAKES_DUTY) && conn_probe_take_wanted(c)) {
            *got = GOT_DUTY;
            return NULL;
        }
        /* QEMU's user emulator goes on only after the ack of what it said */
        if (deadline_ns != CONN_ONLY_LOOK)
            TRY(conn_flush_acks(c));
        TRY(check_flood(c, deadline_ns, reads++));
        char bytes[READ_BYTES];
        size_t n;
        TRY(conn_note_loss(c, transport_read(c->transport, bytes, sizeof bytes, deadline_ns, wake_fd, &n)));
        if (n == 0) {
            *got = GOT_WOKEN;
            return NULL;
        }
        c->stats.bytes_in += n;
        c->wire.came_ns = clock_now_ns();
        rsp_decoder_feed(&c->wire.decoder, bytes, n);
    }
}

struct error *conn_next(struct rsp_connection *c, int64_t deadline_ns, int wake_fd, enum conn_got *got,
                        struct rsp_event *ret)
{
    return conn_next_or(c, 0, deadline_ns, wake_fd, got, ret);
}

struct error *conn_damaged(struct rsp_connection *c, const struct rsp_event *event, bool *again)
{
    c->wire.bad_in_row++;
    /* one who computes it wrongly says the same each time; where something eats bytes each copy is another */
    bool other = c->wire.bad_in_row > 1 && !conn_is_copy(&c->wire.damaged, event->data, event->length);
    bool lossy = !transport_is_reliable(c->transport) || other;
    buf_clear(&c->wire.damaged);
    buf_add(&c->wire.damaged, event->data, event->length);
    *again = !c->terms.no_ack && c->wire.bad_in_row <= (unsigned)(lossy ? RESENDS_MOST_LOSSY : RESENDS_MOST);
    /* where bytes get lost, less at once gets through more often */
    if (lossy)
        conn_ask_for_less(c);
    /* a retransmission mends the first one on an acked line; a line that is bad by nature gets all of its
     * tries */
    if (c->terms.no_ack || (lossy ? !*again : c->wire.bad_in_row == 2))
        conn_violation(c, RSP_BREACH_BAD_CHECKSUM, event->data, event->length);
    if (!*again && !c->terms.no_ack && transport_is_reliable(c->transport))
        c->wire.pending_acks++; /* it would come again for ever, in place of what is asked next */
    if (!*again)
        return NULL;
    conn_drop_acks(c); /* those of copies before it: behind the `-` they would be for what it brings */
    return conn_send_nak(c);
}
