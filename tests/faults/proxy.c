/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fault proxy: stands between a debugger and a stub and makes the line between them a bad one.
 *
 *   proxy [OPTIONS] STUB          STUB is HOST:PORT (loopback), unix:PATH, or pty: one that is made for it
 *
 *   --listen WHERE    tcp (a free port, the default), unix:PATH, pty
 *   --profile NAME    none, mendable, twice, no-ack, cut, stall (faults.c has the table)
 *   --rate [in-|out-]FAULT=N    of 1000 packets (or acks); may repeat, behind --profile
 *   --seed N          what is drawn; the same seed draws the same faults for the same talk
 *   --after N         no fault up to this packet (8): the two have met by then
 *   --cut-at N        cut (or with --stall, fall silent) at this packet, in place of one that is drawn
 *   --span N          draw it among so many packets behind --after (60)
 *   --stall           fall silent in place of cutting
 *   --stall-for MS    and speak again after so long
 *   --acks            no no-ack mode: QStartNoAckMode is taken out of what the stub offers
 *   --log FILE        a line for each fault, and one for what the debugger sent that it must not
 *
 * It prints "seed N", for a pty "stub PATH", and "at ADDRESS" for the debugger. It serves one client and ends
 * with the session: when either side has gone, what waits is passed on and both are closed. Only the loopback
 * is listened on.
 *
 * Both directions go through the codec of the program, so that faults hit packets, acks, notifications and
 * interrupts, and not just bytes. What retransmission can mend is all that `mendable` has; so a request that
 * lets the target run is not doubled (a stub that is told twice runs twice), and the answer to one is damaged
 * but never lost whole (a debugger cannot tell that from a target that runs for long).
 *
 * Held against the debugger, as "ours" in the log: a packet with a bad checksum or torn, bytes that are no
 * packet, a packet while the target runs and the debugger has been told so by an ack, an ack in no-ack mode.
 */
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ends.h"
#include "faults.h"

enum { LIMIT = 4 << 20, READ = 65536, MILLISECOND = 1000000, AFTER = 8, SPAN = 60, SECONDS_MOST = 600 };

struct proxy {
    struct talk talk;
    struct end ends[DIRECTIONS]; /* ends[OUT] is where OUT goes to: the stub */
    struct rsp_decoder decoders[DIRECTIONS];
    struct queue queues[DIRECTIONS];
    unsigned long cut_at; /* 0: never */
    unsigned long span;
    int64_t stall_ns; /* how long; 0: to the end */
    int64_t silent_until_ns;
    bool silent[DIRECTIONS];
    bool over;
    bool no_ack_asked, no_ack;
    bool last_ack_due; /* of the OK that began no-ack mode */
    bool resume_acked;
    unsigned long ours;
};

/* -- what the debugger must not send --------------------------------------------------------------- */

static void hold_against(struct proxy *p, const char *what, const struct rsp_event *e)
{
    BASE_BUF struct buf text = {0};
    text_add_ascii(&text, e->data ? e->data : "", e->data ? e->length : 0);
    p->ours++;
    talk_log(&p->talk, OUT, "ours %s %.200s", what, buf_text(&text));
}

/*
 * On a line that loses bytes a debugger may send what is no packet to shake one loose: digits for a checksum
 * that a stub still waits for, a newline or Ctrl-U for the line of a terminal, and acks behind them.
 */
static bool shakes_loose(const struct proxy *p, const struct rsp_event *e)
{
    static const char bytes[] = "0+-\n\025";
    for (size_t i = 0; i < e->length; i++)
        if (!memchr(bytes, e->data[i], sizeof bytes - 1))
            return false;
    return !p->no_ack;
}

static void judge_out(struct proxy *p, const struct rsp_event *e)
{
    if (e->kind == RSP_BAD_CHECKSUM)
        hold_against(p, "bad-checksum", e);
    else if (e->kind == RSP_TORN)
        hold_against(p, "torn", e);
    else if (e->kind == RSP_STRAY && !shakes_loose(p, e))
        hold_against(p, "stray-bytes", e);
    else if (e->kind == RSP_PACKET && p->talk.resumed && (p->no_ack || p->resume_acked))
        hold_against(p, "packet-while-running", e);
    else if ((e->kind == RSP_ACK || e->kind == RSP_NAK) && p->no_ack && !p->last_ack_due)
        hold_against(p, "ack-without-acks", e);
    if (e->kind == RSP_ACK)
        p->last_ack_due = false;
}

/* -- what is known of the talk --------------------------------------------------------------------- */

static bool begins(const struct rsp_event *e, const char *text)
{
    return e->kind == RSP_PACKET && e->length >= strlen(text) && memcmp(e->data, text, strlen(text)) == 0;
}

static void learn_out(struct proxy *p, const struct rsp_event *e)
{
    judge_out(p, e);
    if (e->kind != RSP_PACKET)
        return;
    p->no_ack_asked = begins(e, "QStartNoAckMode");
    if (is_resume(e)) {
        p->talk.resumed = true;
        p->resume_acked = false;
    }
}

/* Called before the faults: a stop that is damaged is still the end of the run. */
static void learn_in(struct proxy *p, const struct rsp_event *e)
{
    if (begins(e, "OK") && p->no_ack_asked) {
        p->no_ack = p->last_ack_due = true;
        p->no_ack_asked = false;
    }
}

/* Behind the faults: the next packet is no last word any more. Console output of the program ends no run. */
static void learn_behind(struct proxy *p, enum direction way, const struct rsp_event *e)
{
    if (way == IN && e->kind == RSP_ACK)
        p->resume_acked = true;
    if (way == IN && e->kind == RSP_PACKET && !begins(e, "O"))
        p->talk.resumed = false;
}

/* Without the offer no debugger goes into no-ack mode; the packet is framed anew. */
static void withhold_no_ack(const struct proxy *p, const struct rsp_event *e, struct buf *bytes)
{
    static const char offer[] = "QStartNoAckMode+";
    enum { OFFER = sizeof offer - 1 };
    const char *at = e->kind == RSP_PACKET ? memmem(e->data, e->length, offer, OFFER) : NULL;
    if (!p->talk.profile.acks || !at)
        return;
    BASE_BUF struct buf payload = {0};
    buf_add(&payload, e->data, (size_t)(at - e->data));
    buf_add_text(&payload, "QStartNoAckMode-");
    buf_add(&payload, at + OFFER, (size_t)(e->data + e->length - at - OFFER));
    buf_clear(bytes);
    rsp_encode(bytes, payload.data, payload.length);
}

/* -- the end of the line --------------------------------------------------------------------------- */

/* In front of the packet, in the middle of it or behind it. */
static void cut(struct proxy *p, enum direction way, const struct buf *bytes)
{
    size_t n = drawn(&p->talk, 2, 3) * bytes->length / 2;
    talk_log(&p->talk, way, "cut behind %zu of %zu bytes", n, bytes->length);
    queue_add(&p->queues[way], bytes->data, n, 0);
    p->over = true;
}

static void fall_silent(struct proxy *p)
{
    uint64_t which = drawn(&p->talk, 3, 3);
    p->silent[OUT] = which != 0;
    p->silent[IN] = which != 1;
    p->silent_until_ns = p->stall_ns ? clock_now_ns() + p->stall_ns : INT64_MAX;
    talk_log(&p->talk, p->silent[IN] ? IN : OUT, "stall%s", which == 2 ? " of both directions" : "");
}

static bool speaks(struct proxy *p, enum direction way)
{
    if (p->silent[way] && clock_now_ns() >= p->silent_until_ns)
        p->silent[OUT] = p->silent[IN] = false;
    return !p->silent[way];
}

/* -- passing on ------------------------------------------------------------------------------------ */

static void take_event(struct proxy *p, enum direction way, const struct rsp_event *e)
{
    BASE_BUF struct buf bytes = {0};
    event_bytes(e, &bytes);
    p->talk.packets += e->kind == RSP_PACKET;
    if (way == OUT)
        learn_out(p, e);
    else
        learn_in(p, e);
    withhold_no_ack(p, e, &bytes);
    bool last = p->cut_at && e->kind == RSP_PACKET && p->talk.packets == p->cut_at;
    if (last && p->talk.profile.stall)
        fall_silent(p);
    if (last && p->talk.profile.cut)
        cut(p, way, &bytes);
    else
        faults_pass(&p->talk, way, e, &bytes, &p->queues[way]);
    learn_behind(p, way, e);
}

static void take_bytes(struct proxy *p, enum direction way)
{
    char bytes[READ];
    struct rsp_event e;
    size_t n = end_read(&p->ends[1 - way], bytes, sizeof bytes);
    if (n == 0) {
        talk_log(&p->talk, way, "end");
        p->over = true;
    }
    rsp_decoder_feed(&p->decoders[way], bytes, n);
    while (!p->over && rsp_decoder_next(&p->decoders[way], &e))
        take_event(p, way, &e);
}

static void pass_on(struct proxy *p, enum direction way, bool all)
{
    BASE_BUF struct buf bytes = {0};
    if (speaks(p, way) && queue_take(&p->queues[way], all, &bytes))
        end_write(&p->ends[way], bytes.data, bytes.length);
}

/* Milliseconds to the next piece that may leave. */
static int patience(struct proxy *p)
{
    int64_t now = clock_now_ns(), due = p->silent[OUT] || p->silent[IN] ? p->silent_until_ns : INT64_MAX;
    for (enum direction way = OUT; way < DIRECTIONS; way++)
        if (!p->silent[way] && queue_due(&p->queues[way]) < due)
            due = queue_due(&p->queues[way]);
    if (due == INT64_MAX)
        return -1;
    return due <= now ? 0 : (int)((due - now) / MILLISECOND) + 1;
}

static void serve(struct proxy *p)
{
    while (!p->over) {
        struct pollfd fds[DIRECTIONS] = {{.fd = p->ends[IN].fd, .events = POLLIN},
                                         {.fd = p->ends[OUT].fd, .events = POLLIN}};
        if (poll(fds, DIRECTIONS, patience(p)) < 0)
            return;
        for (enum direction way = OUT; way < DIRECTIONS; way++) {
            if (fds[way].revents && !p->over)
                take_bytes(p, way);
            pass_on(p, way, p->over);
        }
    }
}

/* -- the command line ------------------------------------------------------------------------------ */

static void die(const char *what, const char *value)
{
    fprintf(stderr, "proxy: %s: %s\n", what, value);
    exit(2);
}

static unsigned long number(const char *text)
{
    uint64_t n;
    if (!text_parse_u64(text, &n))
        die("no number", text);
    return n;
}

static void set_rate(struct profile *profile, const char *text)
{
    bool out = strncmp(text, "in-", 3) != 0, in = strncmp(text, "out-", 4) != 0;
    const char *name = text + (in ? 0 : 4) + (out ? 0 : 3), *equals = strchr(name, '=');
    size_t n = equals ? strlen(name) - strlen(equals) : 0;
    for (int f = 0; f < FAULTS && equals; f++)
        if (strlen(fault_names[f]) == n && strncmp(fault_names[f], name, n) == 0) {
            for (enum direction way = OUT; way < DIRECTIONS; way++)
                if (way == OUT ? out : in)
                    profile->rates[way][f] = (unsigned short)number(equals + 1);
            return;
        }
    die("no such fault", text);
}

static void set_profile(struct proxy *p, const char *name)
{
    const struct profile *profile = profile_named(name);
    if (!profile)
        die("no such profile", name);
    p->talk.profile = *profile;
}

static FILE *open_log(const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f)
        die("cannot write", path);
    return f;
}

static void set_option(struct proxy *p, int option, const char **listen_spec)
{
    switch (option) {
    case 'l':
        *listen_spec = optarg;
        break;
    case 'p':
        set_profile(p, optarg);
        break;
    case 'r':
        set_rate(&p->talk.profile, optarg);
        break;
    case 's':
        p->talk.seed = number(optarg);
        break;
    case 'a':
        p->talk.after = number(optarg);
        break;
    case 'c':
        p->cut_at = number(optarg);
        p->talk.profile.cut = !p->talk.profile.stall;
        break;
    case 'n':
        p->span = number(optarg);
        break;
    case 'S':
        p->talk.profile.stall = true;
        p->talk.profile.cut = false;
        break;
    case 'f':
        p->stall_ns = (int64_t)number(optarg) * MILLISECOND;
        break;
    case 'A':
        p->talk.profile.acks = true;
        break;
    case 'L':
        p->talk.log = open_log(optarg);
        break;
    default:
        exit(2);
    }
}

static const char *read_options(struct proxy *p, int argc, char **argv)
{
    static const struct option options[] = {
        {"listen", 1, NULL, 'l'}, {"profile", 1, NULL, 'p'}, {"rate", 1, NULL, 'r'},
        {"seed", 1, NULL, 's'},   {"after", 1, NULL, 'a'},   {"cut-at", 1, NULL, 'c'},
        {"span", 1, NULL, 'n'},   {"stall", 0, NULL, 'S'},   {"stall-for", 1, NULL, 'f'},
        {"acks", 0, NULL, 'A'},   {"log", 1, NULL, 'L'},     {0},
    };
    const char *listen_spec = "tcp";
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        set_option(p, option, &listen_spec);
    if (optind + 1 != argc)
        die("which stub", "one argument is needed");
    bool ends = p->talk.profile.cut || p->talk.profile.stall;
    if (ends && p->cut_at == 0)
        p->cut_at = p->talk.after + 1 + drawn(&p->talk, 1, p->span ? p->span : 1);
    return listen_spec;
}

int main(int argc, char **argv)
{
    struct proxy p = {.span = SPAN, .talk = {.after = AFTER, .seed = (uint64_t)clock_now_ns()}};
    const char *listen_spec = read_options(&p, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    alarm(SECONDS_MOST); /* never outlives the test that forgot it */
    printf("seed %" PRIu64 "\n", p.talk.seed);
    p.ends[OUT] = end_stub(argv[optind]);
    int listening = end_listen(listen_spec);
    fflush(stdout);
    p.ends[IN] = end_accept(listening);
    p.talk.began_ns = clock_now_ns();
    talk_log(&p.talk, OUT, "seed %" PRIu64 " profile %s", p.talk.seed,
             p.talk.profile.name ? p.talk.profile.name : "none");
    for (enum direction way = OUT; way < DIRECTIONS; way++)
        rsp_decoder_init(&p.decoders[way], LIMIT);
    p.decoders[OUT].keep_raw = true; /* a debugger packs no repeats */
    serve(&p);
    for (enum direction way = OUT; way < DIRECTIONS; way++) {
        end_close(&p.ends[way]);
        rsp_decoder_free(&p.decoders[way]);
        queue_free(&p.queues[way]);
    }
    printf("packets %lu ours %lu\n", p.talk.packets, p.ours);
    if (p.talk.log)
        fclose(p.talk.log);
    return 0;
}
