/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum {
    MILLISECOND = 1000000,
    DELAY_MOST_MS = 60,
    MERGE_MS = 15,
    PAUSE_MOST_MS = 10,
    PIECES_MOST = 4,
    JUNK_MOST = 12,
    FRAME = 4, /* of a packet: `$`, `#` and the checksum */
    CHECKSUM = 2,
};

const char *const fault_names[FAULTS] = {"drop-packet", "drop-ack", "drop-byte", "corrupt",
                                         "double",      "split",    "merge",     "delay",
                                         "notify",      "junk",     "stray-ack", "stray-nak"};
const char *const direction_names[DIRECTIONS] = {"out", "in"};

/* Of 1000. Notifications are a stub's; what a reliable link can do to packets is less than a serial line. */
#define HARMLESS [SPLIT] = 20, [MERGE] = 20, [DELAY] = 15
#define LOSSES                                                                                               \
    [DROP_PACKET] = 6, [DROP_ACK] = 6, [DROP_BYTE] = 6, [CORRUPT] = 10, [DOUBLE] = 6, [JUNK] = 8,            \
    [STRAY_ACK] = 6, [STRAY_NAK] = 4

static const struct profile profiles[] = {
    {.name = "none"},
    {.name = "mendable", .acks = true, .rates = {{HARMLESS, LOSSES}, {HARMLESS, LOSSES, [NOTIFY] = 12}}},
    {.name = "twice", .rates = {{0}, {HARMLESS, [DOUBLE] = 1000}}},
    {.name = "no-ack", .rates = {{HARMLESS}, {HARMLESS, [DOUBLE] = 15, [NOTIFY] = 25}}},
    {.name = "cut", .cut = true},
    {.name = "stall", .stall = true},
};

const struct profile *profile_named(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): neighbouring inputs have nothing in common. */
static uint64_t mixed(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint64_t drawn(const struct talk *t, uint64_t salt, uint64_t below)
{
    return mixed(mixed(t->seed) ^ mixed(salt)) % below;
}

void talk_log(struct talk *t, enum direction way, const char *format, ...)
{
    va_list args;
    if (!t->log)
        return;
    fprintf(t->log, "%" PRId64 " %s %lu ", (clock_now_ns() - t->began_ns) / MILLISECOND, direction_names[way],
            t->packets);
    va_start(args, format);
    vfprintf(t->log, format, args);
    va_end(args);
    fputc('\n', t->log);
    fflush(t->log);
}

bool is_resume(const struct rsp_event *e)
{
    if (e->kind != RSP_PACKET || e->length == 0)
        return false;
    if (e->length >= 6 && (memcmp(e->data, "vCont;", 6) == 0 || memcmp(e->data, "vRun;", 5) == 0))
        return true;
    return strchr("cCsSb", e->data[0]) != NULL;
}

void event_bytes(const struct rsp_event *e, struct buf *ret)
{
    static const char single[] = {[RSP_ACK] = '+', [RSP_NAK] = '-', [RSP_INTERRUPT] = '\003'};
    buf_clear(ret);
    if (e->kind == RSP_ACK || e->kind == RSP_NAK || e->kind == RSP_INTERRUPT) {
        buf_add_char(ret, single[e->kind]);
    } else if (e->kind == RSP_STRAY) {
        buf_add(ret, e->data, e->length);
    } else if (e->kind == RSP_TORN) {
        buf_add_char(ret, '$');
        buf_add(ret, e->data, e->length);
    } else {
        buf_add(ret, e->raw, e->raw_length);
    }
}

/* -- one event ------------------------------------------------------------------------------------- */

struct passing {
    struct talk *t;
    enum direction way;
    const struct rsp_event *e;
    uint64_t salt; /* of this event */
    unsigned draws;
    struct buf bytes;
    int64_t after_ns;
};

static uint64_t draw(struct passing *p, uint64_t below)
{
    return drawn(p->t, p->salt + ++p->draws, below);
}

static bool happens(struct passing *p, enum fault f)
{
    /* Each fault has a draw of its own, so that another rate of one moves none of the others. */
    return drawn(p->t, p->salt + 0x100 + f, 1000) < p->t->profile.rates[p->way][f];
}

static void log_bytes(struct passing *p, enum fault f, const char *bytes, size_t n)
{
    enum { SHOWN = 120 };
    BASE_BUF struct buf text = {0};
    text_add_ascii(&text, bytes, n < SHOWN ? n : SHOWN);
    talk_log(p->t, p->way, "%s %s%s", fault_names[f], buf_text(&text), n > SHOWN ? "..." : "");
}

/* The answer to a resume: no debugger can know that it is missing, since the target may run for ever. */
static bool is_last_word(const struct passing *p)
{
    return p->way == IN && p->t->resumed;
}

/*
 * Where a byte may be lost or changed. In the answer to a resume only behind the `$` and before the `#`: so
 * that it is seen to be damaged and asked for again, and not taken for one that has not come. To a stub not
 * in the checksum: gdbserver 13 hangs up on a digit there that is none.
 */
static size_t draw_place(struct passing *p)
{
    size_t n = p->bytes.length;
    if (n <= FRAME)
        return n;
    if (is_last_word(p))
        return 1 + draw(p, n - FRAME);
    return draw(p, p->way == OUT ? n - CHECKSUM : n);
}

static void drop_byte(struct passing *p)
{
    size_t at = draw_place(p);
    if (at >= p->bytes.length)
        return;
    log_bytes(p, DROP_BYTE, p->bytes.data, p->bytes.length);
    talk_log(p->t, p->way, "  byte %zu", at);
    memmove(p->bytes.data + at, p->bytes.data + at + 1, p->bytes.length - at - 1);
    p->bytes.length--;
}

/* Letters only: a changed byte that is an interrupt, an ack or a frame is another fault than this. */
static void corrupt(struct passing *p)
{
    size_t at = draw_place(p);
    if (at >= p->bytes.length)
        return;
    char was = p->bytes.data[at], now = (char)('a' + draw(p, 26));
    log_bytes(p, CORRUPT, p->bytes.data, p->bytes.length);
    p->bytes.data[at] = now == was ? '~' : now;
    talk_log(p->t, p->way, "  byte %zu to %c", at, p->bytes.data[at]);
}

static void add_in_front(struct passing *p, struct queue *to)
{
    static const char letters[] = "abcdefgh ijklmnop\r\nqrstuvwxyz=:;,.0123456789!?";
    BASE_BUF struct buf text = {0};
    if (happens(p, JUNK)) {
        for (uint64_t n = 1 + draw(p, JUNK_MOST); n > 0; n--)
            buf_add_char(&text, letters[draw(p, sizeof letters - 1)]);
        log_bytes(p, JUNK, text.data, text.length);
        queue_add(to, text.data, text.length, 0);
    }
    if (happens(p, NOTIFY)) {
        char words[32];
        int n = snprintf(words, sizeof words, "fault:%" PRIx64, draw(p, 0x10000));
        buf_clear(&text);
        rsp_encode_as(&text, '%', words, (size_t)n);
        log_bytes(p, NOTIFY, text.data, text.length);
        queue_add(to, text.data, text.length, 0);
    }
    /* To a debugger that has just let the target run, these say that the stub has heard it or has not. */
    bool speaks = !is_last_word(p);
    for (enum fault f = STRAY_ACK; f <= STRAY_NAK; f++)
        if (speaks && happens(p, f)) {
            log_bytes(p, f, "", 0);
            queue_add(to, f == STRAY_ACK ? "+" : "-", 1, 0);
        }
}

static void send_in_pieces(struct passing *p, struct queue *to)
{
    size_t pieces = 2 + draw(p, PIECES_MOST - 1), sent = 0;
    log_bytes(p, SPLIT, p->bytes.data, p->bytes.length);
    for (size_t i = 0; i < pieces && sent < p->bytes.length; i++) {
        size_t rest = p->bytes.length - sent, n = i + 1 == pieces ? rest : 1 + draw(p, rest);
        talk_log(p->t, p->way, "  %zu bytes", n);
        queue_add(to, p->bytes.data + sent, n, p->after_ns);
        sent += n;
        p->after_ns += (int64_t)(1 + draw(p, PAUSE_MOST_MS)) * MILLISECOND;
    }
    queue_add(to, p->bytes.data + sent, p->bytes.length - sent, p->after_ns);
}

static void send_late(struct passing *p)
{
    if (happens(p, DELAY)) {
        p->after_ns = (int64_t)(1 + draw(p, DELAY_MOST_MS)) * MILLISECOND;
        talk_log(p->t, p->way, "%s %" PRId64 " ms", fault_names[DELAY], p->after_ns / MILLISECOND);
    }
    if (happens(p, MERGE)) {
        p->after_ns += (int64_t)MERGE_MS * MILLISECOND;
        log_bytes(p, MERGE, p->bytes.data, p->bytes.length);
    }
}

/* Two changes can make up for each other in a checksum of 8 bits; that is another packet, which nobody can
 * know. */
static bool looks_whole(const struct passing *p, const struct buf *whole)
{
    size_t n = p->bytes.length;
    const char *s = p->bytes.data;
    if (n < FRAME || s[0] != '$' || (n == whole->length && memcmp(s, whole->data, n) == 0))
        return false;
    unsigned sum = 0;
    for (size_t i = 1; i + CHECKSUM + 1 < n; i++)
        sum += (unsigned char)s[i];
    return s[n - CHECKSUM - 1] == '#' && hex_digit(s[n - 2]) * 16 + hex_digit(s[n - 1]) == (int)(sum & 0xff);
}

static void pass_packet(struct passing *p, struct queue *to)
{
    add_in_front(p, to);
    if (happens(p, DROP_PACKET) && !is_last_word(p)) {
        log_bytes(p, DROP_PACKET, p->bytes.data, p->bytes.length);
        return;
    }
    /* Twice told to run, a stub runs twice, and no retransmission mends that. */
    bool twice = happens(p, DOUBLE) && !(p->way == OUT && is_resume(p->e));
    BASE_BUF struct buf whole = {0};
    buf_add(&whole, p->bytes.data, p->bytes.length);
    if (happens(p, DROP_BYTE))
        drop_byte(p);
    if (happens(p, CORRUPT))
        corrupt(p);
    if (looks_whole(p, &whole)) {
        talk_log(p->t, p->way, "  undone: its checksum fits");
        buf_clear(&p->bytes);
        buf_add(&p->bytes, whole.data, whole.length);
    }
    send_late(p);
    if (happens(p, SPLIT) && p->bytes.length > 1)
        send_in_pieces(p, to);
    else
        queue_add(to, p->bytes.data, p->bytes.length, p->after_ns);
    if (twice) {
        log_bytes(p, DOUBLE, whole.data, whole.length);
        queue_add(to, whole.data, whole.length, p->after_ns);
    }
}

void faults_pass(struct talk *t, enum direction way, const struct rsp_event *e, const struct buf *bytes,
                 struct queue *to)
{
    struct passing p = {.t = t, .way = way, .e = e};
    p.salt = ++t->events[way] << 16 | (uint64_t)way << 12;
    buf_add(&p.bytes, bytes->data, bytes->length);
    bool ack = e->kind == RSP_ACK || e->kind == RSP_NAK;
    if (t->packets <= t->after || (e->kind != RSP_PACKET && !ack))
        queue_add(to, bytes->data, bytes->length, 0);
    else if (!ack)
        pass_packet(&p, to);
    else if (happens(&p, DROP_ACK))
        log_bytes(&p, DROP_ACK, bytes->data, bytes->length);
    else
        queue_add(to, bytes->data, bytes->length, 0);
    buf_free(&p.bytes);
}
