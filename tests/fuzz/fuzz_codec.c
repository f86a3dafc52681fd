/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The codec against any bytes, cut anywhere: nothing may crash, memory stays bounded, and where the bytes are
 * cut changes no packet.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rsp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 4096 };

/* All packets of the input, one after the other, each with its length in front. */
static void collect(struct rsp_decoder *d, struct buf *packets)
{
    struct rsp_event e;
    while (rsp_decoder_next(d, &e)) {
        if (e.kind == RSP_PACKET && e.length > LIMIT)
            abort();
        if (e.data[e.length] != '\0')
            abort();
        if (e.kind == RSP_PACKET) {
            buf_add(packets, &e.length, sizeof e.length);
            buf_add(packets, e.data, e.length);
        }
    }
}

static void decode(const uint8_t *data, size_t size, size_t step, struct buf *packets)
{
    struct rsp_decoder d;
    rsp_decoder_init(&d, LIMIT);
    for (size_t at = 0; at < size; at += step) {
        rsp_decoder_feed(&d, data + at, size - at < step ? size - at : step);
        collect(&d, packets);
    }
    rsp_decoder_free(&d);
}

/* What is encoded comes back. */
static void round_trip(const uint8_t *data, size_t size)
{
    size_t n = size < LIMIT ? size : LIMIT;
    struct buf wire = {0};
    rsp_encode(&wire, (const char *)data, n);
    rsp_encode_run_length(&wire, (const char *)data, n);
    struct buf packets = {0};
    decode((const uint8_t *)wire.data, wire.length, 7, &packets);
    size_t one = sizeof n + n;
    if (packets.length != 2 * one || (n && memcmp(packets.data + sizeof n, data, n) != 0) ||
        memcmp(packets.data, packets.data + one, one) != 0)
        abort();
    buf_free(&packets);
    buf_free(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct buf whole = {0}, pieces = {0};
    decode(data + 1, size - 1, size, &whole);
    decode(data + 1, size - 1, 1 + data[0] % 16, &pieces);
    /* how stray text is told from an ack may depend on the cut, packets may not */
    if (whole.length != pieces.length || (whole.length && memcmp(whole.data, pieces.data, whole.length) != 0))
        abort();
    buf_free(&whole);
    buf_free(&pieces);
    round_trip(data, size);
    return 0;
}
