/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads to packets: escapes, checksum, run-length encoding. */
#include <string.h>

#include "rsp/codec.h"
#include "rsp/codec_private.h"

unsigned char rsp_checksum(const char *bytes, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned char)bytes[i];
    return (unsigned char)sum;
}

static bool needs_escape(char c)
{
    return c == '$' || c == '#' || c == '}' || c == '*';
}

static void finish_packet(struct buf *out, size_t start)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum = rsp_checksum(out->data + start, out->length - start);
    char tail[3] = {'#', digits[sum >> 4], digits[sum & 15]};
    buf_add(out, tail, sizeof tail);
}

static void add_escaped(struct buf *out, char c)
{
    if (needs_escape(c)) {
        buf_add_char(out, '}');
        c ^= ESCAPE_FLIP;
    }
    buf_add_char(out, c);
}

void rsp_encode_as(struct buf *out, char leader, const char *payload, size_t n)
{
    buf_add_char(out, leader);
    size_t start = out->length;
    size_t plain = 0;
    for (size_t i = 0; i < n; i++) {
        if (!needs_escape(payload[i]))
            continue;
        buf_add(out, payload + plain, i - plain);
        add_escaped(out, payload[i]);
        plain = i + 1;
    }
    if (n)
        buf_add(out, payload + plain, n - plain);
    finish_packet(out, start);
}

void rsp_encode(struct buf *out, const char *payload, size_t n)
{
    rsp_encode_as(out, '$', payload, n);
}

/* Most copies not above `copies` whose count character cannot be taken for framing (gdb manual,
 * "Overview": not `#` or `$`; gdbserver also avoids `+` and `-`). */
static size_t sendable_copies(size_t copies)
{
    if (copies > REPEAT_MOST)
        copies = REPEAT_MOST;
    while (copies >= REPEAT_LEAST && strchr("#$+-", (char)(copies + REPEAT_BASE)))
        copies--;
    return copies;
}

void rsp_encode_run_length(struct buf *out, const char *payload, size_t n)
{
    buf_add_char(out, '$');
    size_t start = out->length;
    for (size_t i = 0; i < n;) {
        char c = payload[i];
        size_t run = 1;
        while (i + run < n && payload[i + run] == c && run <= REPEAT_MOST)
            run++;
        add_escaped(out, c);
        i++;
        size_t copies = needs_escape(c) ? 0 : sendable_copies(run - 1);
        if (copies >= REPEAT_LEAST) {
            buf_add_char(out, '*');
            buf_add_char(out, (char)(copies + REPEAT_BASE));
            i += copies;
        }
    }
    finish_packet(out, start);
}
