/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other end must not do, and what was no answer to anything. */
#include "rsp/connection_private.h"

#include <string.h>

void conn_violation(struct rsp_connection *c, const char *kind, const char *evidence, size_t n)
{
    c->stats.violations++;
    if (c->callbacks.violation)
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
            conn_violation(c, "retransmit-storm", payload, n);
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
