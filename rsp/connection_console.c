/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is the console of a kernel and the way to its kgdb. While the kernel runs everything on it is
 * console text but a stop reply, a console packet (kgdbcon) and the answer to a probe of ours; what we send
 * is typed at a terminal, which echoes it.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define ENTERING_NS 100000000

enum {
    KILL_LINE = 0x15, /* Ctrl-U: empties the line that is being typed, at a shell, a login and a cooked tty */
    NUDGE_DOUBLINGS = 3,
};

bool rsp_shares_console(const struct rsp_connection *c)
{
    return !transport_is_reliable(c->transport) || c->console.is_kernel ||
           (c->terms.supported_empty && c->console.spoke);
}

bool rsp_may_be_kgdb(const struct rsp_connection *c)
{
    bool asked = c->features.state[FEATURE_PACKET_SIZE].advertised != TRI_UNKNOWN;
    return c->terms.supported_empty || rsp_never_spoke(c) || !asked;
}

bool conn_is_kernel_line(const struct rsp_connection *c)
{
    return rsp_shares_console(c) && (c->console.is_kernel || rsp_may_be_kgdb(c));
}

/* kgdb's packets are words of plain text; until it is known who is there, so are those of any stub. */
bool conn_is_plain(const struct rsp_connection *c)
{
    bool kernel = c->terms.supported_empty || c->console.is_kernel;
    return rsp_shares_console(c) &&
           (kernel || c->life.state == CONN_PROBING || (conn_runs(c) && conn_is_kernel_line(c)));
}

void rsp_assume_unspoken(struct rsp_connection *c)
{
    conn_state_unspoken(c);
    c->console.is_kernel = true;
    conn_expect_ack(c, false);
    conn_drop_acks(c); /* they would be typed */
    conn_owe_nothing(c);
    conn_interrupt_rest(c);
    conn_probe_at(c, 0);
    conn_stops_forget(c);
    rsp_forget_selected(c);
}

struct error *conn_runs_again(struct rsp_connection *c, const char *payload, size_t n)
{
    enum { SHOWN = 60 };
    rsp_assume_unspoken(c);
    error_free(conn_kill_line(c)); /* should the line be gone, the next call says so */
    return error_hint(error_new(ERR_NOT_STOPPED,
                                "asking '%.*s': no answer, and the console prints: the kernel runs again, or "
                                "was started anew",
                                (int)(n < SHOWN ? n : SHOWN), payload),
                      "`interrupt` breaks in");
}

struct error *conn_kill_line(struct rsp_connection *c)
{
    static const char byte[] = {KILL_LINE};
    return conn_send_raw(c, byte, 1, "stray", 1);
}

struct error *rsp_type(struct rsp_connection *c, const char *bytes, size_t n)
{
    TRY(rsp_why_lost(c));
    if (!rsp_shares_console(c))
        return error_hint(error_new(ERR_UNSUPPORTED, "typing at the console of %s: it has none on this line",
                                    transport_describe(c->transport)),
                          "a kernel whose kgdb shares the line with its console has one");
    if (!conn_runs(c))
        return error_hint(
            error_new(ERR_NOT_RUNNING,
                      "typing at the console of %s: it is stopped, and the line belongs to kgdb",
                      transport_describe(c->transport)),
            "`continue` first; `kdb` for the kernel's own prompt");
    if (!rsp_never_spoke(c)) /* else it ran when we came, or is in kdb: there is no ack to come */
        TRY(conn_await_ack(c));
    if (!conn_runs(c))
        return error_new(ERR_NOT_RUNNING, "typing at the console of %s: it has just stopped",
                         transport_describe(c->transport));
    if (n && c->console.line_dirty)
        TRY(conn_kill_line(c));
    c->console.line_dirty &= n == 0;
    if (n && bytes[n - 1] != '\n' && bytes[n - 1] != '\r')
        conn_console_rest(c); /* a nudge would empty the line that is begun here */
    return conn_send_raw(c, bytes, n, "stray", n);
}

void conn_console_typed(struct rsp_connection *c)
{
    c->console.typed_since = true;
}

void conn_console_dirty(struct rsp_connection *c)
{
    c->console.line_dirty = true;
}

/* -- from run to run ------------------------------------------------------------------------------------ */

void conn_console_over(struct rsp_connection *c)
{
    conn_console_rest(c);
    conn_console_forget_text(c);
}

void conn_console_forget_text(struct rsp_connection *c)
{
    c->console.tail_length = 0;
}

void conn_console_rest(struct rsp_connection *c)
{
    c->console.nudge_ns = 0;
}

/*
 * What wakes kgdbcon may be taken from under it like the ack: it is said until it moves. A kernel that merely
 * has nothing to say looks the same, so that is done less and less often, and not for ever.
 */
struct error *conn_console_nudge(struct rsp_connection *c, int64_t now)
{
    unsigned n = ++c->console.nudges, doublings = n < NUDGE_DOUBLINGS ? n : NUDGE_DOUBLINGS;
    c->console.nudge_ns = n < CONSOLE_NUDGES_MOST ? now + ((int64_t)NUDGE_NS << doublings) : 0;
    return conn_kill_line(c);
}

void conn_console_nudged(struct rsp_connection *c, int64_t now)
{
    c->console.nudged_ns = now;
}

void conn_console_free(struct rsp_connection *c)
{
    buf_free(&c->console.scratch);
    buf_free(&c->console.withheld);
    buf_free(&c->console.withheld_of_stop);
    buf_free(&c->console.packet);
}

/* -- what it prints -------------------------------------------------------------------------------- */

/* Linux 6.1, drivers/tty/sysrq.c and kernel/debug: what it says when it stops for somebody it never heard. */
static const char *const entries[] = {"Entering KGDB\r\n", "KGDB or $3#33 for KDB\r\n",
                                      "Waiting for connection from remote gdb...\r\n"};

static bool ends_with(const struct rsp_connection *c, const char *end)
{
    size_t n = strlen(end);
    return c->console.tail_length >= n && memcmp(c->console.tail + c->console.tail_length - n, end, n) == 0;
}

bool rsp_at_kdb(const struct rsp_connection *c)
{
    return ends_with(c, "]kdb> ");
}

static void remember_tail(struct rsp_connection *c, const char *bytes, size_t n)
{
    if (n > TAIL_BYTES) {
        bytes += n - TAIL_BYTES;
        n = TAIL_BYTES;
    }
    if (c->console.tail_length + n > TAIL_BYTES) {
        size_t drop = c->console.tail_length + n - TAIL_BYTES;
        c->console.tail_length -= drop;
        memmove(c->console.tail, c->console.tail + drop, c->console.tail_length);
    }
    memcpy(c->console.tail + c->console.tail_length, bytes, n);
    c->console.tail_length += n;
}

/* A kernel that says it stopped, and waits without a word: it is spoken to at once. */
static void note_entry(struct rsp_connection *c)
{
    if (!conn_runs(c) || c->probe.due_ns == PROBE_NOW)
        return;
    bool at_kdb = rsp_at_kdb(c) && c->life.state != CONN_KDB, entered = false;
    for (size_t i = 0; rsp_never_spoke(c) && i < ARRAY_LENGTH(entries); i++)
        entered |= ends_with(c, entries[i]);
    conn_probe_want(c, at_kdb || entered);
    if (at_kdb)
        conn_probe_at(c, PROBE_NOW);
    else if (entered) /* the other processors are still to be stopped: one may take the line's interrupts */
        conn_probe_at(c, clock_now_ns() + ENTERING_NS);
}

static void give(struct rsp_connection *c, const char *bytes, size_t n)
{
    if (c->callbacks.console && n)
        c->callbacks.console(c->callbacks.context, bytes, n);
}

void conn_console(struct rsp_connection *c, const char *bytes, size_t n)
{
    if (n == 0)
        return;
    c->console.spoke = true;
    conn_note_text(c);
    if (c->console.withholds) {
        buf_add(&c->console.withheld, bytes, n);
        buf_add(&c->console.withheld_of_stop, bytes, n);
        return;
    }
    remember_tail(c, bytes, n);
    note_entry(c);
    give(c, bytes, n);
}

void conn_withhold(struct rsp_connection *c, bool on)
{
    c->console.withholds = on;
}

void conn_withhold_copy(struct rsp_connection *c, const char *bytes, size_t n)
{
    buf_add(&c->console.withheld, bytes, n);
}

void conn_hand_on(struct rsp_connection *c, bool with_copies)
{
    BASE_BUF struct buf withheld = {0};
    const struct buf *kept = with_copies ? &c->console.withheld : &c->console.withheld_of_stop;
    buf_add(&withheld, buf_text(kept), kept->length);
    buf_clear(&c->console.withheld);
    buf_clear(&c->console.withheld_of_stop);
    conn_console(c, buf_text(&withheld), withheld.length);
}

/* -- O packets ----------------------------------------------------------------------------------------- */

void conn_divert_console(struct rsp_connection *c, struct buf *sink)
{
    c->console.sink = sink;
}

void conn_take_console(struct rsp_connection *c, const char *p, size_t n)
{
    size_t room = (n - 1) / 2;
    buf_clear(&c->console.scratch);
    buf_reserve(&c->console.scratch, room);
    long length = hex_decode(p + 1, n - 1, c->console.scratch.data, room);
    if (length <= 0)
        return;
    if (!c->console.sink)
        conn_console(c, c->console.scratch.data, (size_t)length);
    else if (c->console.sink->length + (size_t)length <= c->limits.payload)
        buf_add(c->console.sink, c->console.scratch.data, (size_t)length);
}

/* What an earlier command printed is none of the output that is collected now. */
void conn_take_console_of_nobody(struct rsp_connection *c, const char *p, size_t n)
{
    struct buf *sink = c->console.sink;
    c->console.sink = NULL;
    conn_take_console(c, p, n);
    c->console.sink = sink;
}

/*
 * kgdbcon waits for the ack of each packet by polling the UART, and on another CPU the tty's interrupt may
 * take the ack from under it (Linux 6.1, seen with two CPUs): it then waits for ever. Any other byte makes it
 * say the packet again.
 */
void conn_take_console_packet(struct rsp_connection *c, const char *p, size_t n)
{
    bool shared = rsp_shares_console(c);
    bool copy = shared && c->console.typed_since && n == c->console.packet.length &&
                memcmp(c->console.packet.data, p, n) == 0;
    if (!copy) {
        c->console.typed_since = false;
        buf_clear(&c->console.packet);
        buf_add(&c->console.packet, p, n);
        conn_take_console(c, p, n);
    }
    c->console.nudges = 0;
    if (!copy)
        conn_interrupt_heard(c);
    if (shared)
        c->console.nudge_ns = clock_now_ns() + NUDGE_NS;
}

bool conn_is_only_text(const struct rsp_connection *c, const struct rsp_event *event)
{
    const char *p = event->data;
    size_t n = event->length;
    if (!conn_runs(c) || !conn_is_kernel_line(c) || c->owed.count > 0 || c->console.withholds)
        return false;
    if (rsp_is_stop_reply(p, n) || conn_is_console(p, n))
        return false;
    if (n == strlen(c->probe.text) && memcmp(p, c->probe.text, n) == 0)
        return false; /* our own, or its echo */
    /* a resume that was refused is answered at once */
    return c->sent.text_since || rsp_never_spoke(c) || (n > 0 && !conn_is_error(p, n));
}
