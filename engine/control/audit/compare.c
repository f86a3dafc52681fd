/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moved between two looks, and the words for it. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "engine/control/audit/look.h"

enum { SHOWN_REGISTERS = 4, SHOWN_BYTES = 16 };

static void add_reversed(struct buf *b, const char *hex, size_t bytes, bool big_endian)
{
    buf_add_text(b, "0x");
    for (size_t i = 0; i < bytes; i++)
        buf_add(b, hex + 2 * (big_endian ? i : bytes - 1 - i), 2);
}

static bool differs(const struct buf *a, const struct buf *b, size_t at, size_t n)
{
    return at + n <= a->length && at + n <= b->length && memcmp(a->data + at, b->data + at, n) != 0;
}

/* The first few registers that are not the same. */
static void describe(const struct look *l, const struct buf *first, const struct buf *second, struct buf *ret)
{
    const struct rsp_tdesc *d = l->c->target->description;
    unsigned shown = 0;
    for (size_t i = 0; d && i < d->count && shown < SHOWN_REGISTERS; i++) {
        const struct rsp_register *r = &d->registers[i];
        if (r->size > 16 || !differs(first, second, 2 * r->offset, 2 * r->size))
            continue;
        buf_printf(ret, "%s%s ", shown++ ? ", " : "", r->name);
        add_reversed(ret, first->data + 2 * r->offset, r->size, l->c->target->big_endian);
        buf_add_text(ret, " then ");
        add_reversed(ret, second->data + 2 * r->offset, r->size, l->c->target->big_endian);
    }
    if (!shown)
        buf_printf(ret, "%zu digits, then others", first->length);
}

void look_compare_registers(const struct look *l, const struct look_subject *u, const struct buf *hex)
{
    const struct buf *first = &u->registers;
    if (first->length == hex->length && memcmp(first->data, hex->data, hex->length) == 0)
        return;
    BASE_BUF struct buf text = {0};
    buf_printf(&text, "g of a stopped thread, twice, %u ms apart: ", l->c->audit.pause_ms);
    describe(l, first, hex, &text);
    audit_tell(l->c, AUDIT_REGISTERS_MOVE, u->id, text.data, text.length);
}

/* Bytes that a call is to fill are told as that, once. */
static bool told_with_call(const struct look *l, const struct look_watch *w, uint64_t address)
{
    for (size_t i = 0; !w->call && i < l->watch_count; i++)
        if (l->watches[i].call && address - l->watches[i].address < l->watches[i].length)
            return true;
    return false;
}

void look_compare_memory(const struct look *l, const struct look_watch *w, const unsigned char *bytes,
                         size_t got)
{
    size_t n = got < w->got ? got : w->got, at = 0;
    while (at < n && (bytes[at] == w->bytes[at] || told_with_call(l, w, w->address + at)))
        at++;
    if (at == n)
        return;
    size_t shown = n - at < SHOWN_BYTES ? n - at : SHOWN_BYTES;
    BASE_BUF struct buf text = {0};
    if (w->call)
        buf_printf(&text, "the buffer of a stopped %s(), ", w->call);
    buf_printf(&text, "m%" PRIx64 ",%zx twice, %u ms apart: ", w->address + at, shown, l->c->audit.pause_ms);
    hex_encode(&text, w->bytes + at, shown);
    buf_add_text(&text, " then ");
    hex_encode(&text, bytes + at, shown);
    audit_tell(l->c, w->call ? AUDIT_MEMORY_MOVES_IN_SYSCALL : AUDIT_MEMORY_MOVES, w->thread, text.data,
               text.length);
}
