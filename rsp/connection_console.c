/*
 * A line that is the console of a kernel and the way to its kgdb. While the kernel runs everything on it is
 * console text but a stop reply, a console packet (kgdbcon) and the answer to a probe of ours; what we send
 * is typed at a terminal, which echoes it.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* How long a stub may take to say a word when nothing keeps it. */
#define PROBE_NS    1000000000
#define SETTLE_NS   300000000
#define ENTERING_NS 100000000

enum {
    PROBES_MOST = 3,
    KILL_LINE = 0x15, /* Ctrl-U: empties the line that is being typed, at a shell, a login and a cooked tty */
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

/* kgdb's packets are words of plain text; until it is known who is there, so are those of any stub. */
bool conn_is_plain(const struct rsp_connection *c)
{
    return rsp_shares_console(c) && (conn_runs(c) || c->terms.supported_empty || c->console.is_kernel ||
                                     c->life.state == CONN_PROBING);
}

void rsp_assume_unspoken(struct rsp_connection *c)
{
    conn_state_unspoken(c);
    c->console.is_kernel = c->sent.acked = true;
    c->wire.pending_acks = 0; /* it would be typed */
    c->owed.count = 0;
    c->interrupt.again_ns = c->probe.due_ns = 0;
    c->stops.asked = false;
    buf_clear(&c->stops.last);
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
    if (rsp_state(c) == RSP_STATE_LOST)
        return conn_lost_error(c);
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
    return conn_send_raw(c, bytes, n, "stray", n);
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
    c->probe.wanted = at_kdb || entered;
    if (at_kdb)
        c->probe.due_ns = PROBE_NOW;
    else if (entered) /* the other processors are still to be stopped: one may take the line's interrupts */
        c->probe.due_ns = clock_now_ns() + ENTERING_NS;
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
    c->console.spoke = c->sent.text_since = true;
    if (c->console.withholds) {
        buf_add(&c->console.withheld, bytes, n);
        buf_add(&c->console.withheld_of_stop, bytes, n);
        return;
    }
    remember_tail(c, bytes, n);
    note_entry(c);
    give(c, bytes, n);
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
    if (shared)
        c->console.nudge_ns = clock_now_ns() + NUDGE_NS;
}

bool conn_is_only_text(const struct rsp_connection *c, const struct rsp_event *event)
{
    const char *p = event->data;
    size_t n = event->length;
    if (!conn_runs(c) || !rsp_shares_console(c) || c->owed.count > 0 || c->console.withholds)
        return false;
    if (rsp_is_stop_reply(p, n) || conn_is_console(p, n))
        return false;
    if (n == strlen(c->probe.text) && memcmp(p, c->probe.text, n) == 0)
        return false; /* our own, or its echo */
    /* a resume that was refused is answered at once */
    return c->sent.text_since || rsp_never_spoke(c) || (n > 0 && !conn_is_error(p, n));
}

/* -- is it text? ----------------------------------------------------------------------------------- */

enum verdict { VERDICT_OPEN, VERDICT_STOP, VERDICT_TEXT };

static struct error *ask_current(struct rsp_connection *c)
{
    conn_begin(c);
    conn_add(c, "qC", 2, 0);
    return conn_write(c);
}

/* One thing that came after the question. */
static struct error *weigh(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                           enum verdict *ret)
{
    if (got == GOT_NAK)
        return conn_write_again(c); /* it was still waiting for the ack of its stop */
    if (got != GOT_PACKET)
        return NULL;
    const char *p = event->data;
    size_t n = event->length;
    if (n == 2 && memcmp(p, "qC", 2) == 0) {
        *ret = VERDICT_TEXT;
    } else if ((n > 2 && memcmp(p, "QC", 2) == 0) ||
               (n == 0 && !c->terms.supported_empty && !rsp_never_spoke(c))) {
        *ret = VERDICT_STOP;
    } else if (rsp_is_stop_reply(p, n)) { /* the same once more, or text as the first */
        buf_add(&c->console.withheld, event->raw, event->raw_length);
    } else {
        conn_console(c, event->raw, event->raw_length);
        c->wire.pending_acks = 0;
    }
    return NULL;
}

static struct error *await_verdict(struct rsp_connection *c, enum verdict *ret)
{
    for (int tries = 0; tries < PROBES_MOST && *ret == VERDICT_OPEN; tries++) {
        TRY(ask_current(c));
        int64_t deadline_ns = conn_deadline(c, PROBE_NS, 200);
        while (*ret == VERDICT_OPEN) {
            enum conn_got got;
            struct rsp_event event;
            struct error *e = conn_next(c, deadline_ns, -1, &got, &event);
            bool late = error_is(e, ERR_TIMEOUT);
            if (!late)
                TRY(e);
            error_free(e);
            if (late)
                break;
            TRY(weigh(c, got, &event, ret));
        }
    }
    return NULL;
}

/*
 * A console can print a stop reply with a good checksum. kgdb, which waits for the ack of its own, answers a
 * question; a terminal echoes it. A single step is over before anything else is printed.
 */
struct error *conn_verify_stop(struct rsp_connection *c, const struct rsp_event *event, bool *real)
{
    *real = true;
    bool stepped = buf_text(&c->stops.resumed_with)[0] == 's' && !c->sent.text_since;
    if (!rsp_shares_console(c) || !conn_runs(c) || stepped)
        return NULL;
    BASE_BUF struct buf raw = {0};
    BASE_BUF struct buf payload = {0};
    buf_add(&raw, event->raw, event->raw_length);
    buf_add(&payload, event->data, event->length);
    enum verdict verdict = VERDICT_OPEN;
    c->console.withholds = true;
    struct error *e = await_verdict(c, &verdict);
    c->console.withholds = false;
    *real = verdict == VERDICT_STOP;
    if (!*real && !e) {
        c->wire.pending_acks = 0;
        c->sent.acked = true;
        e = conn_kill_line(c);
    }
    if (!*real)
        conn_console(c, buf_text(&raw), raw.length);
    BASE_BUF struct buf withheld = {0};
    const struct buf *kept = *real ? &c->console.withheld_of_stop : &c->console.withheld;
    buf_add(&withheld, buf_text(kept), kept->length);
    buf_clear(&c->console.withheld);
    buf_clear(&c->console.withheld_of_stop);
    conn_console(c, buf_text(&withheld), withheld.length);
    return e;
}

/* -- speaking to a kernel that may have stopped without a word ------------------------------------------ */

struct error *conn_probe(struct rsp_connection *c)
{
    /* at kdb's prompt the packet is a command that switches to the protocol (Linux 6.1,
     * kernel/debug/kdb/kdb_io.c) */
    conn_begin(c);
    conn_add(c, "?", 1, 0);
    c->probe.text = "?";
    c->probe.due_ns = clock_now_ns() + PROBE_NS + 200 * transport_byte_cost_ns(c->transport);
    c->probe.sent = true;
    return conn_write(c);
}

/* Nobody answered: what was typed is taken back. */
struct error *conn_probe_failed(struct rsp_connection *c)
{
    c->probe.sent = false;
    c->probe.due_ns = 0;
    c->sent.acked = true;
    c->console.line_dirty = true; /* should kgdb have got that byte, and the console's terminal the packet */
    return conn_kill_line(c);
}

static struct error *await_first_word(struct rsp_connection *c, bool *answered, bool *echoed)
{
    int64_t deadline_ns =
        conn_deadline(c, c->limits.timeout_ns < PROBE_NS ? c->limits.timeout_ns : PROBE_NS, 200);
    for (;;) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT) && deadline_ns != c->limits.deadline_ns) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        if (got == GOT_NAK) /* it had waited for an ack */
            TRY(conn_write_again(c));
        if (got != GOT_PACKET)
            continue;
        if (event.length == 2 && memcmp(event.data, "qC", 2) == 0) {
            /* kdb echoes too, and answers then */
            *echoed = true;
            c->wire.pending_acks = 0;
            deadline_ns = conn_deadline(c, SETTLE_NS, 200);
        } else if (!rsp_is_stop_reply(event.data, event.length)) {
            *answered = true;
            if (event.length > 2 && memcmp(event.data, "QC", 2) == 0)
                buf_add(&c->probe.answer, event.data, event.length); /* it need not be asked again */
            return NULL;
        }
    }
}

/* Whether kgdb listens at the other end of a line that may be a console. */
static struct error *probe_line(struct rsp_connection *c, bool *running)
{
    bool answered = false;
    bool echoed = false;
    conn_state_probe(c);
    /* a stub on a shared line may still wait for the ack of something said long ago */
    c->wire.pending_acks = 1;
    struct error *e = NULL;
    for (int tries = 0; tries < 2 && !e && !answered && !echoed; tries++) {
        e = ask_current(c);
        if (!e)
            e = await_first_word(c, &answered, &echoed);
    }
    conn_state_done(c, CONN_PROBING);
    TRY(e);
    *running = !answered;
    if (!*running)
        return conn_flush_acks(c);
    rsp_assume_unspoken(c);
    return conn_kill_line(c);
}

/* On a transport that is no line a stub is expected; a kernel's terminal gives itself away by its echo. */
static struct error *negotiate_or_run(struct rsp_connection *c, bool *running)
{
    struct error *e = rsp_negotiate(c);
    bool echoed = error_is(e, ERR_NOT_STOPPED) && conn_runs(c);
    bool printed = error_is(e, ERR_VIOLATION) && c->console.spoke;
    if (!echoed && !printed)
        return e;
    error_free(e);
    *running = true;
    rsp_assume_unspoken(c);
    return conn_kill_line(c);
}

struct error *rsp_open(struct rsp_connection *c, bool *running)
{
    *running = false;
    if (transport_is_reliable(c->transport))
        return negotiate_or_run(c, running);
    TRY(probe_line(c, running));
    return *running ? NULL : rsp_negotiate(c);
}
