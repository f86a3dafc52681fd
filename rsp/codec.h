/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/codec.h - bytes in, events out.
 *
 * The framing of the GDB Remote Serial Protocol (gdb manual, appendix "Remote Protocol", section
 * "Overview"): packets `$payload#cs`, notifications `%payload#cs`, acknowledgements `+` and `-`, the
 * interrupt byte 0x03, run-length encoding (`*`), escapes (`}`), and *stray text*, because a kgdb console
 * speaks on the same wire. No descriptors, no clock, no allocation per byte. The same codec serves the
 * client, the fake stub, the proxy, the wire-log server and the fuzzers.
 *
 * On a line that is a console too (`plain`), a packet is a word of printable ASCII, as kgdb's all are: a `$`
 * with anything else before its `#` is a prompt or an amount of money, and is text as soon as that is seen.
 *
 * A decoder belongs to one owner on one thread. Nothing here can fail: what is not a packet is an event
 * that says so. Memory is bounded by the limit given to rsp_decoder_init().
 */
#ifndef ALLSTOP_RSP_CODEC_H
#define ALLSTOP_RSP_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum rsp_event_kind {
    RSP_PACKET,       /* data: payload, run-length expanded and unescaped */
    RSP_NOTIFICATION, /* data: payload of a `%` packet */
    RSP_ACK,          /* `+` */
    RSP_NAK,          /* `-` */
    RSP_INTERRUPT,    /* 0x03 outside a packet */
    RSP_STRAY,        /* data: bytes that belong to no packet (console text, noise) */
    RSP_BAD_CHECKSUM, /* data: raw bytes between `$` and `#`, as received */
    RSP_TORN,         /* data: raw bytes of a packet that was cut by the start of another one */
    RSP_OVERSIZE,     /* a packet longer than the limit; its bytes were dropped, up to its end */
};

struct rsp_event {
    enum rsp_event_kind kind;
    const char *data; /* valid until the next call on this decoder; not NUL-terminated for binary payloads,
                         but followed by a NUL that is not counted */
    size_t length;
    const char
        *raw; /* RSP_PACKET, RSP_NOTIFICATION, RSP_BAD_CHECKSUM: all its bytes as they came; valid as long */
    size_t raw_length;
};

struct rsp_decoder {
    struct buf input;   /* received, not yet consumed */
    size_t start;       /* first unconsumed byte of input */
    size_t scanned;     /* how far (from start) the search for '#' has come */
    struct buf payload; /* the expanded payload of the event last returned */
    size_t limit;       /* most bytes of one expanded payload */
    bool skipping;      /* inside an oversize packet */
    bool in_text;       /* the last byte taken was stray text: `+` and `-` belong to it, not to us */
    bool plain;    /* a packet is one word of printable ASCII; there are no notifications or interrupts */
    bool ack_due;  /* with `plain`: a `+` right in front of a packet is an ack, also behind text */
    bool keep_raw; /* do not expand run-length or unescape (host-to-stub direction has no run-length) */
};

/* `limit`: largest expanded payload accepted, bytes; at least 1. */
void rsp_decoder_init(struct rsp_decoder *d, size_t limit);
void rsp_decoder_free(struct rsp_decoder *d);
/* Forgets everything received so far (resync). */
void rsp_decoder_reset(struct rsp_decoder *d);
/* Hands over received bytes; they are copied. */
void rsp_decoder_feed(struct rsp_decoder *d, const void *bytes, size_t n);
/* Takes the next event; false when more bytes are needed. */
bool rsp_decoder_next(struct rsp_decoder *d, struct rsp_event *ret);
/* True when a packet has begun and not ended. */
bool rsp_decoder_in_packet(const struct rsp_decoder *d);
/* True when the next thing is a packet that has come whole (as far as a `#` tells), neither of console text
 * (`O…`) nor one that begins as a stop reply does. */
bool rsp_decoder_holds_packet(const struct rsp_decoder *d);

/* Modulo-256 sum of the bytes, as in `#cs`. */
unsigned char rsp_checksum(const char *bytes, size_t n);

/* Appends `$payload#cs`; bytes `$ # } *` are escaped. The payload is raw. */
void rsp_encode(struct buf *out, const char *payload, size_t n);
/* The same with another leader ('%' for notifications). */
void rsp_encode_as(struct buf *out, char leader, const char *payload, size_t n);
/* A stub's side: with run-length encoding of repeats, as gdbserver does. */
void rsp_encode_run_length(struct buf *out, const char *payload, size_t n);

#endif
