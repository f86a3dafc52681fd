/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an answer fits a question, and what to call one that does not. */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

static bool is_hex(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hex_digit(p[i]) < 0)
            return false;
    return true;
}

/* `E NN`, `E.text` (gdb manual, "Standard Replies"), and lldb-server's `E NN;text`. */
bool conn_is_error(const char *p, size_t n)
{
    if (n >= 2 && p[0] == 'E' && p[1] == '.')
        return true;
    return n >= 3 && p[0] == 'E' && is_hex(p + 1, 2) && (n == 3 || p[3] == ';');
}

/* An `O` with nothing in it is one too: OpenOCD says it while something takes long. */
bool conn_is_console(const char *p, size_t n)
{
    return n % 2 == 1 && p[0] == 'O' && is_hex(p + 1, n - 1);
}

static bool is_memory(const char *p, size_t n)
{
    if (n % 2)
        return false;
    for (size_t i = 0; i < n; i++)
        if (hex_digit(p[i]) < 0 && p[i] != 'x')
            return false;
    return true;
}

static bool is_thread_list(const char *p, size_t n)
{
    if (p[0] == 'l')
        return n == 1;
    if (p[0] != 'm')
        return false;
    for (size_t i = 1; i < n; i++)
        if (hex_digit(p[i]) < 0 && !strchr("p.,-", p[i]))
            return false;
    return !memchr(p, '\0', n);
}

static bool is_printable(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] < 0x20 && !strchr("\t\r\n", p[i]))
            return false;
    return !memchr(p, '\0', n);
}

bool conn_fits(enum rsp_grammar grammar, const char *p, size_t n)
{
    if (n == 0 || grammar == RSP_GRAMMAR_ANY || conn_is_error(p, n))
        return true;
    switch (grammar) {
    case RSP_GRAMMAR_OK:
        return n == 2 && memcmp(p, "OK", 2) == 0;
    case RSP_GRAMMAR_HEX:
        return is_memory(p, n);
    case RSP_GRAMMAR_XFER:
        return p[0] == 'm' || p[0] == 'l';
    case RSP_GRAMMAR_THREADS:
        return is_thread_list(p, n);
    case RSP_GRAMMAR_STOP:
        return rsp_is_stop_reply(p, n);
    case RSP_GRAMMAR_TEXT:
    case RSP_GRAMMAR_CONSOLE:
        return is_printable(p, n);
    case RSP_GRAMMAR_ANY:
        break;
    }
    return true;
}

/* Pieces of stop replies, alone or melted into something else, have a valid checksum in QEMU's race. */
static bool has_piece_of_stop(const char *p, size_t n)
{
    if (n >= 3 && p[0] == 'T' && is_hex(p + 1, 2))
        return true;
    return memmem(p, n, "thread:", 7) != NULL;
}

enum rsp_violation conn_misfit_kind(enum rsp_grammar grammar, const char *p, size_t n)
{
    if (has_piece_of_stop(p, n))
        return RSP_BREACH_TORN_PACKET;
    bool hex_due = grammar == RSP_GRAMMAR_HEX || grammar == RSP_GRAMMAR_THREADS;
    for (size_t i = 0; hex_due && i < n; i++)
        if ((unsigned char)p[i] < 0x20 || (unsigned char)p[i] > 0x7e)
            return RSP_BREACH_BINARY_IN_HEX;
    return RSP_BREACH_REPLY_TO_ANOTHER_QUESTION;
}

bool conn_ends_as_stop(const char *p, size_t n)
{
    const char *end = p + n, *at = memmem(p, n, "thread:", 7);
    for (const char *next = at; next; next = memmem(at + 1, (size_t)(end - at - 1), "thread:", 7))
        at = next;
    if (!at || at + 7 == end || !is_hex(at + 7, 1))
        return false;
    for (at += 7; at < end && is_hex(at, 1);)
        at++;
    at += at < end && *at == ';';
    at += at < end && *at == '#';
    return end - at <= 2 && is_hex(at, (size_t)(end - at));
}

bool conn_may_be_stop(const char *p, size_t n)
{
    return (n > 1 && (p[0] == 'T' || p[0] == 'S') && is_hex(p + 1, 1)) || conn_ends_as_stop(p, n);
}

bool conn_has_hex(const char *p, size_t n)
{
    enum { LEAST = 6 };
    size_t run = 0;
    for (size_t i = 0; i < n && run < LEAST; i++)
        run = is_hex(p + i, 1) ? run + 1 : 0;
    return run == LEAST;
}

/* -- what was no answer to anything ------------------------------------------------------------------ */

const char *rsp_violation_name(enum rsp_violation kind)
{
    static const char *const names[] = {
        [RSP_BREACH_STOP_WHILE_STOPPED] = "stop-while-stopped",
        [RSP_BREACH_STOP_INSTEAD_OF_REPLY] = "stop-instead-of-reply",
        [RSP_BREACH_RETRANSMIT_STORM] = "retransmit-storm",
        [RSP_BREACH_TORN_PACKET] = "torn-packet",
        [RSP_BREACH_BAD_CHECKSUM] = "bad-checksum",
        [RSP_BREACH_REPLY_TO_ANOTHER_QUESTION] = "reply-to-another-question",
        [RSP_BREACH_BINARY_IN_HEX] = "binary-in-hex",
        [RSP_BREACH_STRAY_NAK] = "stray-nak",
        [RSP_BREACH_NO_REPLY] = "no-reply",
        [RSP_BREACH_OVERSIZE] = "oversize",
    };
    return names[kind];
}

void conn_violation(struct rsp_connection *c, enum rsp_violation kind, const char *evidence, size_t n)
{
    c->stats.violations++;
    conn_race_see(c, kind);
    if (c->callbacks.violation && c->misfits.told[kind]++ < VIOLATIONS_TOLD_MOST)
        c->callbacks.violation(c->callbacks.context, kind, n ? evidence : "",
                               n < EVIDENCE_MOST ? n : EVIDENCE_MOST);
}

bool conn_is_copy(const struct buf *b, const char *payload, size_t n)
{
    return b->length == n && n > 0 && memcmp(b->data, payload, n) == 0;
}

void conn_misfit(struct rsp_connection *c, enum rsp_grammar grammar, const char *payload, size_t n)
{
    if (conn_is_copy(&c->misfits.last, payload, n)) {
        /* QEMU's user emulator, once out of step, says its last word again for every byte it gets */
        c->misfits.copies++;
        if (c->misfits.copies == COPIES_OF_A_STORM)
            conn_violation(c, RSP_BREACH_RETRANSMIT_STORM, payload, n);
        if (c->misfits.copies >= COPIES_OF_A_STORM)
            return;
    } else {
        c->misfits.copies = 0;
        buf_clear(&c->misfits.last);
        buf_add(&c->misfits.last, payload, n);
    }
    conn_violation(c, conn_misfit_kind(grammar, payload, n), payload, n);
}

void conn_know_question(struct rsp_connection *c, unsigned bit)
{
    c->misfits.known_questions |= bit;
}
