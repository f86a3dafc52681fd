/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is a kernel's console and the way to its kgdb: prompts, O packets, half packets, SysRq words,
 * escape sequences and control bytes, cut anywhere. Where they are cut changes neither the packets nor what
 * is shown; nothing that a terminal would obey is shown; what is kept stays bounded.
 *
 * The input: a byte of how it is cut, a byte of flags, then what the line brings.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/session/line_noise.h"
#include "rsp/codec.h"
#include "rsp/limits.h"
#include "ui/console_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST = 16384, ACK_DUE = 1, NOT_PLAIN = 2 };

/* One reader of the line. */
struct reader {
    struct rsp_decoder decoder;
    struct line_noise noise;
    bool noisy;
    struct buf packets; /* each with its length in front */
    struct buf text;    /* what the console said, by itself and in O packets */
    struct console_text console;
    struct scrollback log;
    struct buf split; /* the beginning of a character, as the session holds it back */
};

static void start(struct reader *r, uint8_t flags)
{
    *r = (struct reader){0};
    rsp_decoder_init(&r->decoder, INPUT_MOST);
    r->decoder.plain = !(flags & NOT_PLAIN);
    r->decoder.ack_due = flags & ACK_DUE;
    scrollback_init(&r->log);
}

static void end(struct reader *r)
{
    rsp_decoder_free(&r->decoder);
    buf_free(&r->packets);
    buf_free(&r->text);
    buf_free(&r->split);
    console_text_free(&r->console);
    scrollback_free(&r->log);
}

static void show(struct reader *r, const char *bytes, size_t n)
{
    buf_add(&r->text, bytes, n);
    buf_add(&r->split, bytes, n);
    size_t held = text_unfinished(buf_text(&r->split), r->split.length);
    size_t whole = r->split.length - held;
    console_text_add(&r->console, &r->log, buf_text(&r->split), whole);
    buf_drop(&r->split, whole);
}

static void take_packet(struct reader *r, const struct rsp_event *e)
{
    buf_add(&r->packets, &e->length, sizeof e->length);
    buf_add(&r->packets, e->data, e->length);
    if (e->length < 3 || e->data[0] != 'O')
        return;
    BASE_BUF struct buf text = {0};
    buf_reserve(&text, e->length);
    long n = hex_decode(e->data + 1, e->length - 1, text.data, e->length / 2);
    if (n > 0)
        show(r, text.data, (size_t)n);
}

static void feed(struct reader *r, const uint8_t *bytes, size_t n)
{
    struct rsp_event e;
    r->noisy |= line_noise_feed(&r->noise, (const char *)bytes, n);
    rsp_decoder_feed(&r->decoder, bytes, n);
    while (rsp_decoder_next(&r->decoder, &e)) {
        if (e.kind == RSP_PACKET)
            take_packet(r, &e);
        else if (e.kind == RSP_STRAY)
            show(r, e.data, e.length);
        else if (r->decoder.plain && e.kind == RSP_NOTIFICATION)
            abort(); /* there are none */
    }
    if (r->decoder.plain && r->decoder.input.length - r->decoder.start > PLAIN_PACKET_MOST + 2)
        abort(); /* a longer word is text */
    if (r->console.line.length > SCROLLBACK_LINE || r->log.bytes > SCROLLBACK_BYTES)
        abort();
}

static void feed_all(struct reader *r, const uint8_t *bytes, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step)
        feed(r, bytes + at, n - at < step ? n - at : step);
}

/* Every line is what it would be made if it were made harmless once more. */
static void check_harmless(const struct reader *r)
{
    for (size_t i = 0; i < r->log.count; i++) {
        const struct scrollback_line *line = scrollback_at(&r->log, i);
        char *visible = text_visible(line->text, line->length);
        if (strlen(visible) != line->length || memcmp(visible, line->text, line->length) != 0)
            abort();
        free(visible);
    }
}

static void check_same_bytes(const struct buf *a, const struct buf *b)
{
    if (a->length != b->length || (a->length && memcmp(a->data, b->data, a->length) != 0))
        abort();
}

/* Lines that have ended; the last may be open. */
static size_t ended_lines(const struct reader *r)
{
    return r->log.count - (r->log.open && r->log.count > 0);
}

/* An open line that became empty is still a line of the log, and shown like none. */
static void check_same(const struct reader *a, const struct reader *b)
{
    check_same_bytes(&a->packets, &b->packets);
    check_same_bytes(&a->text, &b->text);
    check_same_bytes(&a->console.line, &b->console.line);
    if (a->noisy != b->noisy || a->console.cursor != b->console.cursor || ended_lines(a) != ended_lines(b))
        abort();
    for (size_t i = 0; i < ended_lines(a); i++)
        if (strcmp(scrollback_at(&a->log, i)->text, scrollback_at(&b->log, i)->text) != 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > INPUT_MOST)
        return 0;
    struct reader whole, pieces;
    start(&whole, data[1]);
    start(&pieces, data[1]);
    feed_all(&whole, data + 2, size - 2, size);
    feed_all(&pieces, data + 2, size - 2, 1 + data[0] % 16);
    check_harmless(&whole);
    check_same(&whole, &pieces);
    end(&whole);
    end(&pieces);
    return 0;
}
