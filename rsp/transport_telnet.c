/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telnet's commands inside TCP: settled out of sight, doubled where they are data, and its BREAK. */
#include "rsp/transport_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/*
 * A serial line behind a terminal server, or QEMU's `-serial telnet:`: TCP with the in-band commands of
 * RFC 854. Of the options only those are agreed to that make the way clear for all 8 bits: binary (RFC 856),
 * echo by the other side (RFC 857) and no go-aheads (RFC 858). QEMU 7.2 offers these three and waits for no
 * answer; a terminal server may wait for one, and changes line ends until binary is agreed on.
 */
enum {
    TELNET_IAC = 255,
    TELNET_DONT = 254,
    TELNET_DO = 253,
    TELNET_WONT = 252,
    TELNET_WILL = 251,
    TELNET_SB = 250,
    TELNET_BREAK = 243,
    TELNET_SE = 240,
    OPTION_BINARY = 0,
    OPTION_ECHO = 1,
    OPTION_NO_GO_AHEAD = 3,
    OPTIONS = 256,
    BITS = 8,
};

enum telnet_state {
    TELNET_TEXT,
    TELNET_COMMAND,     /* after IAC */
    TELNET_OPTION,      /* after IAC and DO, DONT, WILL or WONT */
    TELNET_SUB,         /* after IAC SB */
    TELNET_SUB_COMMAND, /* after an IAC in there */
};

struct telnet {
    enum telnet_state state;
    unsigned char verb; /* in TELNET_OPTION */
    /* What was answered already: each question of an option gets one answer, so that two programs that
     * answer each other come to an end. */
    unsigned char did[OPTIONS / BITS], willed[OPTIONS / BITS];
    struct buf answers; /* to be written */
};

static bool first_time(unsigned char *set, unsigned option)
{
    unsigned char bit = (unsigned char)(1U << option % BITS);
    bool first = !(set[option / BITS] & bit);
    set[option / BITS] |= bit;
    return first;
}

static void answer(struct telnet *n, unsigned char option)
{
    bool clear = option == OPTION_BINARY || option == OPTION_NO_GO_AHEAD;
    unsigned char verb;
    if (n->verb == TELNET_DO && first_time(n->did, option))
        verb = clear ? TELNET_WILL : TELNET_WONT;
    else if (n->verb == TELNET_WILL && first_time(n->willed, option))
        verb = clear || option == OPTION_ECHO ? TELNET_DO : TELNET_DONT;
    else
        return; /* we ask for nothing, so a WONT or DONT changes nothing */
    const unsigned char bytes[] = {TELNET_IAC, verb, option};
    buf_add(&n->answers, bytes, sizeof bytes);
}

static enum telnet_state after_iac(struct telnet *n, unsigned char c)
{
    switch (c) {
    case TELNET_WILL:
    case TELNET_WONT:
    case TELNET_DO:
    case TELNET_DONT:
        n->verb = c;
        return TELNET_OPTION;
    case TELNET_SB:
        return TELNET_SUB;
    default:
        return TELNET_TEXT;
    }
}

/* True when the byte is one of the line's. */
static bool take(struct telnet *n, unsigned char c)
{
    switch (n->state) {
    case TELNET_TEXT:
        if (c != TELNET_IAC)
            return true;
        n->state = TELNET_COMMAND;
        return false;
    case TELNET_COMMAND:
        n->state = after_iac(n, c);
        return c == TELNET_IAC;
    case TELNET_OPTION:
        answer(n, c);
        n->state = TELNET_TEXT;
        return false;
    case TELNET_SUB:
        if (c == TELNET_IAC)
            n->state = TELNET_SUB_COMMAND;
        return false;
    case TELNET_SUB_COMMAND:
        n->state = c == TELNET_SE ? TELNET_TEXT : TELNET_SUB;
        return false;
    }
    return false;
}

struct error *transport_telnet_received(struct transport *t, void *bytes, size_t n, int64_t deadline_ns,
                                        size_t *ret)
{
    unsigned char *p = bytes;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (take(t->telnet, p[i]))
            p[kept++] = p[i];
    *ret = kept;
    struct buf *answers = &t->telnet->answers;
    struct error *e = transport_write_raw(t, buf_text(answers), answers->length, deadline_ns);
    buf_clear(answers);
    return e;
}

void transport_telnet_escape(struct buf *b, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        const char *iac = memchr(p, TELNET_IAC, n);
        size_t plain = iac ? (size_t)(iac - p) + 1 : n;
        buf_add(b, p, plain);
        if (iac)
            buf_add(b, iac, 1);
        p += plain;
        n -= plain;
    }
}

struct error *transport_telnet_break(struct transport *t, int64_t deadline_ns)
{
    static const unsigned char command[] = {TELNET_IAC, TELNET_BREAK};
    return transport_write_raw(t, command, sizeof command, deadline_ns);
}

struct error *transport_open_telnet(struct transport *t, const struct transport_spec *spec,
                                    int64_t deadline_ns)
{
    t->telnet = xcalloc(1, sizeof *t->telnet);
    t->reliable = false; /* the UART behind it is a line like any other, with a console on it */
    return transport_open_tcp(t, spec, deadline_ns);
}

void transport_close_telnet(struct transport *t)
{
    if (!t->telnet)
        return;
    buf_free(&t->telnet->answers);
    free(t->telnet);
    t->telnet = NULL;
}
