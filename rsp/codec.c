/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/codec.h"

#include <string.h>

#include "base/text.h"
#include "rsp/codec_private.h"
#include "rsp/limits.h"

enum {
    INTERRUPT_BYTE = 0x03, /* Ctrl-C */
};

void rsp_decoder_init(struct rsp_decoder *d, size_t limit)
{
    *d = (struct rsp_decoder){.limit = limit ? limit : 1};
}

void rsp_decoder_free(struct rsp_decoder *d)
{
    buf_free(&d->input);
    buf_free(&d->payload);
    *d = (struct rsp_decoder){.limit = d->limit};
}

void rsp_decoder_reset(struct rsp_decoder *d)
{
    buf_clear(&d->input);
    d->start = 0;
    d->scanned = 0;
    d->skipping = false;
    d->in_text = false;
}

void rsp_decoder_feed(struct rsp_decoder *d, const void *bytes, size_t n)
{
    if (d->start == d->input.length) {
        buf_clear(&d->input);
        d->start = 0;
    } else if (d->start > d->input.length / 2) {
        buf_drop(&d->input, d->start);
        d->start = 0;
    }
    buf_add(&d->input, bytes, n);
}

bool rsp_decoder_in_packet(const struct rsp_decoder *d)
{
    if (d->skipping)
        return true;
    if (d->start >= d->input.length)
        return false;
    char c = d->input.data[d->start];
    return c == '$' || c == '%';
}

bool rsp_decoder_holds_packet(const struct rsp_decoder *d)
{
    size_t n = d->input.length - d->start;
    const char *s = n ? d->input.data + d->start : NULL;
    if (d->skipping || n < 4 || s[0] != '$' || strchr("OSTWXwN", s[1]))
        return n >= 5 && s[0] == '$' && !d->skipping && memcmp(s + 1, "OK#", 3) == 0;
    const char *end = memchr(s, '#', n);
    return end && end + 2 < s + n;
}

/* -- the payload ----------------------------------------------------------------------------------- */

/* Repeats are of the byte as it was sent, before unescaping: that is the order in which gdbserver encodes. */
struct expander {
    struct buf *out;
    size_t limit;
    bool escaped; /* the last byte was `}` */
};

static bool expand_byte(struct expander *e, char c)
{
    if (!e->escaped && c == '}') {
        e->escaped = true;
        return true;
    }
    if (e->out->length >= e->limit)
        return false;
    buf_add_char(e->out, e->escaped ? (char)(c ^ ESCAPE_FLIP) : c);
    e->escaped = false;
    return true;
}

/* Number of copies that `*` and the character behind it ask for; 0 when it is a plain star (lldb-server sends
 * some). */
static size_t repeat_count(const char *raw, size_t n, size_t star)
{
    if (star == 0 || star + 1 >= n)
        return 0;
    unsigned char count = (unsigned char)raw[star + 1];
    return count >= REPEAT_BASE + REPEAT_LEAST && count <= '~' ? (size_t)count - REPEAT_BASE : 0;
}

/* False when the expanded payload is beyond the limit. */
static bool expand(struct rsp_decoder *d, const char *raw, size_t n)
{
    buf_clear(&d->payload);
    if (d->keep_raw || (!memchr(raw, '}', n) && !memchr(raw, '*', n))) {
        if (n > d->limit)
            return false;
        buf_add(&d->payload, raw, n);
        return true;
    }
    struct expander e = {.out = &d->payload, .limit = d->limit};
    for (size_t i = 0; i < n; i++) {
        size_t copies = raw[i] == '*' ? repeat_count(raw, n, i) : 0;
        if (copies == 0) {
            if (!expand_byte(&e, raw[i]))
                return false;
            continue;
        }
        for (size_t k = 0; k < copies; k++)
            if (!expand_byte(&e, raw[i - 1]))
                return false;
        i++;
    }
    if (e.escaped && e.out->length < e.limit)
        buf_add_char(e.out, '}'); /* nothing followed: it stood for itself */
    return true;
}

/* -- events ---------------------------------------------------------------------------------------- */

static void give(struct rsp_decoder *d, enum rsp_event_kind kind, struct rsp_event *ret)
{
    *ret = (struct rsp_event){.kind = kind, .data = buf_text(&d->payload), .length = d->payload.length};
}

static void give_raw(struct rsp_decoder *d, enum rsp_event_kind kind, const char *bytes, size_t n,
                     struct rsp_event *ret)
{
    buf_clear(&d->payload);
    buf_add(&d->payload, bytes, n);
    give(d, kind, ret);
}

/* Also tells the bytes as they came: they lie in the input until more is fed. */
static void consume_packet(struct rsp_decoder *d, size_t n, struct rsp_event *ret)
{
    ret->raw = d->input.data + d->start;
    ret->raw_length = n;
    d->start += n;
    d->scanned = 0;
}

static void consume(struct rsp_decoder *d, size_t n)
{
    d->start += n;
    d->scanned = 0;
}

/* A console has percent signs too: a notification begins with a name. */
static bool starts_notification(const char *s, size_t n)
{
    return n < 2 || (s[1] >= 'A' && s[1] <= 'Z') || (s[1] >= 'a' && s[1] <= 'z');
}

static bool is_text(const struct rsp_decoder *d, const char *s, size_t n)
{
    if (d->plain)
        return *s != '$';
    return *s != '$' && *s != INTERRUPT_BYTE && !(*s == '%' && starts_notification(s, n));
}

/* A stub's ack may come right behind a prompt, with its answer behind it. */
static bool may_be_due_ack(const struct rsp_decoder *d, const char *s, size_t n)
{
    return d->plain && d->ack_due && s[0] == '+' && (n == 1 || s[1] == '$');
}

/* Bytes up to the next thing that has a meaning. Acks are looked for only at the start of a line: kgdb sends
 * them right in front of, or right behind, whole lines of console text. */
static void take_text(struct rsp_decoder *d, const char *s, size_t n, struct rsp_event *ret)
{
    size_t length = 1;
    bool ack = false;
    while (length < n && is_text(d, s + length, n - length)) {
        bool line_ended = s[length - 1] == '\n' || s[length - 1] == '\r';
        ack = may_be_due_ack(d, s + length, n - length);
        if (ack || (line_ended && (s[length] == '+' || s[length] == '-')))
            break;
        length++;
    }
    give_raw(d, RSP_STRAY, s, length, ret);
    d->in_text = s[length - 1] != '\n' && s[length - 1] != '\r';
    consume(d, length);
}

static bool take_single(struct rsp_decoder *d, enum rsp_event_kind kind, struct rsp_event *ret)
{
    buf_clear(&d->payload);
    give(d, kind, ret);
    consume(d, 1);
    return true;
}

/* A whole packet lies at `s`: `length` raw bytes behind the leader, then `#` and two more. */
static bool take_packet(struct rsp_decoder *d, const char *s, size_t length, struct rsp_event *ret)
{
    const char *raw = s + 1;
    int high = hex_digit(raw[length + 1]);
    int low = hex_digit(raw[length + 2]);
    if (high < 0 || low < 0 || (high << 4 | low) != rsp_checksum(raw, length)) {
        /* what is no digit may be the beginning of the next packet */
        size_t digits = raw[length + 1] == '$' ? 0 : raw[length + 2] == '$' ? 1 : 2;
        /* nobody sends a notification again, and console text may look like one */
        if (*s == '%')
            give_raw(d, RSP_STRAY, s, length + 2 + digits, ret);
        else
            give_raw(d, RSP_BAD_CHECKSUM, raw, length, ret);
        consume_packet(d, length + 2 + digits, ret);
        return true;
    }
    bool fits = expand(d, raw, length);
    if (!fits)
        buf_clear(&d->payload);
    give(d, !fits ? RSP_OVERSIZE : *s == '%' ? RSP_NOTIFICATION : RSP_PACKET, ret);
    consume_packet(d, length + 4, ret);
    return true;
}

/* The packet at `s` was cut by another one, `length` bytes behind its leader. What began with `%` was only
 * console text. */
static bool take_torn(struct rsp_decoder *d, const char *s, size_t length, struct rsp_event *ret)
{
    if (*s == '%')
        give_raw(d, RSP_STRAY, s, length + 1, ret);
    else
        give_raw(d, RSP_TORN, s + 1, length, ret);
    consume(d, length + 1);
    return true;
}

/* What began with `$` was only text, `length` bytes of it. */
static bool take_word(struct rsp_decoder *d, const char *s, size_t length, struct rsp_event *ret)
{
    give_raw(d, RSP_STRAY, s, length, ret);
    d->in_text = true;
    consume(d, length);
    return true;
}

/* A byte of a plain word. A blank may stand behind a star: it is the count of a run (three more copies;
 * gdbserver 13.1 on a pseudo-terminal writes `0* `). */
static bool is_word(const char *s, size_t i)
{
    bool run_count = s[i] == ' ' && i > 2 && s[i - 1] == '*';
    return run_count || (s[i] > ' ' && s[i] <= '~' && s[i] != '#' && s[i] != '$');
}

/* The same where packets are plain words. */
static bool next_in_word(struct rsp_decoder *d, const char *s, size_t n, struct rsp_event *ret)
{
    size_t i = d->scanned ? d->scanned : 1;
    while (i < n && i < PLAIN_PACKET_MOST && is_word(s, i))
        i++;
    d->scanned = i;
    if (i == n)
        return false;
    if (s[i] != '#')
        return take_word(d, s, i, ret);
    for (size_t k = i + 1; k < n && k < i + 3; k++)
        if (hex_digit(s[k]) < 0)
            return take_word(d, s, k, ret);
    return i + 2 < n && take_packet(d, s, i - 1, ret);
}

/* Searches the end of the packet at `s`; false when more bytes are needed. */
static bool next_in_packet(struct rsp_decoder *d, const char *s, size_t n, struct rsp_event *ret)
{
    if (d->plain)
        return next_in_word(d, s, n, ret);
    size_t i = d->scanned ? d->scanned : 1;
    while (i < n && s[i] != '#' && s[i] != '$' && !(*s == '%' && s[i] == '\n'))
        i++;
    d->scanned = i;
    if (i < n && s[i] == '$')
        return take_torn(d, s, i - 1, ret);
    if (i < n && s[i] == '\n')
        return take_torn(d, s, i, ret);
    if (i < n && s[i] == '#')
        return i + 2 < n && take_packet(d, s, i - 1, ret);
    if (n / 2 > d->limit) { /* even if every byte were escaped */
        d->skipping = true;
        consume(d, n);
    }
    return false;
}

/* Drops the bytes of an oversize packet up to its end; false when that has not come yet. */
static bool skip(struct rsp_decoder *d, const char *s, size_t n, struct rsp_event *ret)
{
    size_t i = 0;
    while (i < n && s[i] != '#' && s[i] != '$')
        i++;
    if (i == n || (s[i] == '#' && i + 2 >= n)) {
        consume(d, i);
        return false;
    }
    consume(d, s[i] == '$' ? i : i + 3);
    d->skipping = false;
    buf_clear(&d->payload);
    give(d, RSP_OVERSIZE, ret);
    return true;
}

bool rsp_decoder_next(struct rsp_decoder *d, struct rsp_event *ret)
{
    if (d->start >= d->input.length)
        return false;
    const char *s = d->input.data + d->start;
    size_t n = d->input.length - d->start;
    if (d->skipping)
        return skip(d, s, n, ret);
    bool due = may_be_due_ack(d, s, n);
    if (due && d->in_text && n == 1)
        return false; /* what comes next tells */
    bool sign = due || ((*s == '+' || *s == '-') && !d->in_text);
    if (is_text(d, s, n) && !sign) {
        take_text(d, s, n, ret);
        return true;
    }
    d->in_text = false;
    switch (*s) {
    case '+':
        return take_single(d, RSP_ACK, ret);
    case '-':
        return take_single(d, RSP_NAK, ret);
    case INTERRUPT_BYTE:
        return take_single(d, RSP_INTERRUPT, ret);
    default:
        return next_in_packet(d, s, n, ret);
    }
}
