/*
 * rsp/connection_private.h - what connection*.c and remote_*.c share. Nobody else includes it.
 *
 *   connection_state.[ch]   the states of a conversation, and the ways between them
 *   connection.c            life, facts, the late stops, violations
 *   connection_wire.c       bytes: framing, acks, counting, the log, one received packet at a time
 *   connection_grammar.c    does this answer fit that question?
 *   connection_await.c      one request's answer
 *   connection_batch.c      requests, as many at once as may be
 *   connection_resync.c     finding the place again after an answer was lost
 *   connection_run.c        resume, wait for a stop
 *   connection_break.c      interrupting, and what is sent again while a stop is waited for
 *   connection_console.c    a line that is a console too
 *   connection_negotiate.c  the opening
 */
#ifndef ALLSTOP_RSP_CONNECTION_PRIVATE_H
#define ALLSTOP_RSP_CONNECTION_PRIVATE_H

#include "rsp/codec.h"
#include "rsp/connection.h"
#include "rsp/connection_state.h"
#include "rsp/remote.h"
#include "rsp/wire_log.h"

enum {
    LATE_STOPS_MOST = 64,
    WINDOW_REQUESTS = 64,   /* so that their answers never fill a socket */
    WINDOW_BYTES = 16384,   /* no-ack: fits into any socket's buffer */
    WINDOW_BYTES_ACK = 256, /* QEMU's user emulator reads so many at once and waits for an ack after each */
    EVIDENCE_MOST = 256,
    RESENDS_MOST = 3,   /* of one packet, after `-` or a bad checksum */
    TAIL_BYTES = 64,    /* of console text, to know a prompt */
    SHOWN_REQUEST = 60, /* bytes of one in a message */
};
/* A moment that is past: at once. */
#define PROBE_NOW 1
/* The silence after which what has come is taken for all there is. */
#define NUDGE_NS 300000000

/* What vCont? listed. */
struct vcont_actions {
    bool c, C, s, S, r;
};

struct rsp_connection {
    struct transport *transport;
    struct rsp_callbacks callbacks;
    struct wire_log *log;
    int64_t timeout_ns, deadline_ns;
    size_t payload_limit;

    struct conn_life life;

    struct rsp_decoder decoder;
    struct buf out;        /* what was written last */
    size_t out_packets_at; /* where its packets begin, behind the acks */
    unsigned pending_acks; /* good packets not acked yet */
    bool no_ack;
    bool theirs_last; /* their packet is the newest one on the wire */
    bool acked;       /* a `+` came since our last packet */
    enum rsp_break break_in;
    int64_t break_ns;  /* when SysRq-g is sent again; 0: none is due */
    int64_t resend_ns; /* when a resume that was not acked is sent again; 0: none is due */

    /* a console on the line */
    bool came_running; /* it ran when we came: a kernel */
    bool stop_asked;   /* the stop was the answer to `?` */
    bool saw_text;
    int64_t nudged_ns;           /* when a packet that was cut was last asked for again */
    int64_t came_ns;             /* when something came last */
    bool line_dirty;             /* some of a packet may stand on the console's input line */
    bool text_since;             /* our last packet */
    unsigned times_typed;        /* SysRq for one interrupt */
    bool interrupting;           /* a stop was asked for */
    bool probe_wanted;           /* by what was just printed */
    bool verifying;              /* what is printed is withheld */
    struct buf withheld;         /* all of it, */
    struct buf withheld_of_stop; /* and without copies of the stop reply */
    struct buf console_packet;   /* the last O packet while it ran */
    int64_t typed_ns;            /* when something that is no packet was sent last */
    bool typed_since;            /* and something was sent behind our ack: it may come again */
    int64_t nudge_ns;  /* when it is made to come again, should its ack have been lost; 0: none is due */
    const char *probe; /* what was sent last to see who is there; "" none */
    bool probe_sent;
    int64_t probe_ns; /* when the probe is sent, or given up; 0: none is due */
    char tail[TAIL_BYTES];
    size_t tail_length;
    struct buf probed; /* the answer to qC that opened the conversation; empty once the target has run */
    unsigned bad_in_row, resends;

    bool pipelines;
    bool supported_empty;  /* qSupported was answered with nothing: kgdb, or a very old stub */
    bool description_read; /* QEMU knows p and P only after that */
    size_t packet_size;
    struct rsp_features features;
    struct rsp_stats stats;
    struct vcont_actions vcont;

    size_t owed;             /* answers that nobody waits for any more and that may still come */
    struct buf owed_request; /* the last request that got none, for messages */

    struct buf late[LATE_STOPS_MOST]; /* payloads of stops that came while STOPPED */
    size_t late_count;
    struct buf last_stop; /* payload of the stop last taken */
    unsigned stop_copies; /* how often exactly that came again */
    struct buf held_stop; /* a stop that came where an answer was due; what to call it is not clear yet */
    bool holds_stop;

    struct buf last_misfit;   /* the last packet that fitted no question */
    unsigned misfit_copies;   /* how often exactly that came again */
    unsigned known_questions; /* bits of those that were answered with something (connection_await.c) */

    struct buf *console_sink; /* qRcmd's output, or NULL */
    struct buf scratch;
    struct buf resumed_with; /* the last resume packet, cut, for messages */

    struct ptid selected; /* what Hg chose */
    bool selected_known;
    struct ptid stopped; /* whom the last stop reply named */
    bool stopped_known;
    struct ptid stepped; /* what Hc chose */
    bool stepped_known;
    size_t g_size;        /* bytes of the last `g`, 0: not read yet */
    size_t threads_guess; /* how many there were when last listed */
};

/* -- connection.c ---------------------------------------------------------------------------------- */

void conn_violation(struct rsp_connection *c, const char *kind, const char *evidence, size_t n);
void conn_console(struct rsp_connection *c, const char *bytes, size_t n);
/* NULL when requests may be sent now. */
struct error *conn_check_stopped(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_lost_error(const struct rsp_connection *c) BASE_MUST_CHECK;
/* The end of a wait that begins now: the timeout plus what the line needs for `bytes`, within the deadline.
 */
int64_t conn_deadline(const struct rsp_connection *c, int64_t timeout_ns, size_t bytes);
/* A stop reply that nobody waited for: queued, named. With `hold`, what to call it is decided later by
 * conn_release_stop(). */
void conn_unexpected_stop(struct rsp_connection *c, const char *payload, size_t n, bool hold);
/* Keeps a stop for the next rsp_wait_stop(). */
void conn_keep_stop(struct rsp_connection *c, const char *payload, size_t n);
void conn_release_stop(struct rsp_connection *c, const char *kind);
/* A packet that is no answer to a question of this grammar: named, and dropped by the caller. */
void conn_misfit(struct rsp_connection *c, enum rsp_grammar grammar, const char *payload, size_t n);

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
struct error *conn_send_raw(struct rsp_connection *c, const char *bytes, size_t n, const char *log_kind,
                            size_t log_length) BASE_MUST_CHECK;
/* Something lies there unread. */
bool conn_has_input(struct rsp_connection *c);
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

/* An O packet while it runs; a copy is only acked. */
void conn_take_console_packet(struct rsp_connection *c, const char *p, size_t n);
bool conn_is_plain(const struct rsp_connection *c);
/* A whole packet that came while the target runs and is only what its console printed. */
bool conn_is_only_text(const struct rsp_connection *c, const struct rsp_event *event);
/* Whether a stop reply that came while the target runs is one; text is handed on as such. */
struct error *conn_verify_stop(struct rsp_connection *c, const struct rsp_event *event,
                               bool *real) BASE_MUST_CHECK;
/* Asks a kernel that may have stopped without a word. */
struct error *conn_probe(struct rsp_connection *c) BASE_MUST_CHECK;
struct error *conn_probe_failed(struct rsp_connection *c) BASE_MUST_CHECK;
/* A request got no answer, and the console prints. */
struct error *conn_runs_again(struct rsp_connection *c, const char *payload, size_t n) BASE_MUST_CHECK;
/* Takes back what was typed. */
struct error *conn_kill_line(struct rsp_connection *c) BASE_MUST_CHECK;

/* -- connection_run.c ------------------------------------------------------------------------------ */

/* rsp_wait_stop(), which also returns for what `wakes` names (conn_next_or()). */
struct error *conn_wait_stop(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                             struct rsp_stop *ret, bool *stopped) BASE_MUST_CHECK;

/* -- connection_break.c ---------------------------------------------------------------------------- */

/* The next thing before the deadline, or of `wakes`; what is due meanwhile is sent again. */
struct error *conn_next_of_run(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                               enum conn_got *got, struct rsp_event *event) BASE_MUST_CHECK;
/* Waits until the resume is acked, or for a moment: what is sent earlier is lost in kgdb. A stop that comes
 * instead is kept, and the state is STOPPED. */
struct error *conn_await_ack(struct rsp_connection *c) BASE_MUST_CHECK;

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
const char *conn_misfit_kind(enum rsp_grammar grammar, const char *p, size_t n);
/* Hands on the text of an O packet. */
void conn_take_console(struct rsp_connection *c, const char *p, size_t n);

/* -- connection_await.c ---------------------------------------------------------------------------- */

/* What became of a request whose answer was waited for. */
enum conn_fate {
    FATE_ANSWERED,
    FATE_FAILED, /* its `error` is set and nothing more will come */
    FATE_OPEN,   /* its `error` is set and an answer may still come */
};
/* Waits for the answer to `r`, which is the oldest on its way; `alone` when it is the only one. The returned
 * error is one that ends the conversation or the wait as a whole. */
struct error *conn_await(struct rsp_connection *c, struct rsp_request *r, bool alone,
                         enum conn_fate *ret) BASE_MUST_CHECK;
/* "asking '…': what" */
struct error *conn_request_error(const struct rsp_request *r, enum error_code code,
                                 const char *what) BASE_MUST_CHECK;

/* -- connection_batch.c ---------------------------------------------------------------------------- */

void conn_stop_pipelining(struct rsp_connection *c);
void conn_owe(struct rsp_connection *c, const struct rsp_request *oldest, size_t count);

/* -- connection_resync.c --------------------------------------------------------------------------- */

/* Before a request: whatever earlier questions are still owed is taken off the line. ERR_TIMEOUT when the
 * stub is still silent. */
struct error *conn_resync(struct rsp_connection *c) BASE_MUST_CHECK;
/* Takes those of them that lie there already. */
struct error *conn_take_owed(struct rsp_connection *c) BASE_MUST_CHECK;

#endif
