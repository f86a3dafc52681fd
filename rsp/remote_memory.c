/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading memory in pieces that fit into packets, and writing it, in binary where the stub is seen to take
 * that.
 */
#include "rsp/remote_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"

enum {
    PAGE = 4096,
    PIECES_AT_ONCE = 256,       /* bounds what answers take of our memory */
    WRITE_HEADER = 32,          /* "M", address, ",", length, ":" */
    BINARY_WORTH_A_PROBE = 512, /* a shorter write is done in one M anyway */
};

/* A part of a range that one packet can carry. */
struct piece {
    size_t read; /* which range */
    size_t offset, length;
    size_t got;
    bool doubted; /* less came than was asked for, once, and it was asked again */
    struct error *error;
    size_t first_half; /* where its pages are in the second list, when it was split */
    size_t halves;
};

struct pieces {
    struct piece *items;
    size_t count, capacity;
};

static void pieces_free(struct pieces *p)
{
    for (size_t i = 0; i < p->count; i++)
        error_free(p->items[i].error);
    free(p->items);
}

static void pieces_add(struct pieces *p, size_t read, size_t offset, size_t length)
{
    ARRAY_RESERVE(p->items, p->count, p->capacity);
    p->items[p->count++] = (struct piece){.read = read, .offset = offset, .length = length};
}

/* Two hex digits a byte. QEMU takes exactly half its packet size; kgdb says no size, does not check, and
 * overruns a buffer of its kernel above 0x1ff: the 400 that then hold keep away from that. */
static size_t read_most(const struct rsp_connection *c)
{
    return c->terms.packet_size / 2;
}

/* -- reading --------------------------------------------------------------------------------------- */

static struct error *unreadable(uint64_t address, const struct buf *reply)
{
    BASE_FREE char *attempt = xasprintf("reading memory at 0x%" PRIx64, address);
    struct error *e = remote_check(reply, attempt);
    if (e && e->code == ERR_REFUSED)
        e->code = ERR_NO_MEMORY;
    return e;
}

/* Less than was asked for may be what another question was answered: it is asked once more before it is
 * believed. */
static bool is_doubtful(const struct rsp_connection *c, const struct piece *p, const struct rsp_request *r,
                        uint64_t address)
{
    uint64_t n = r->reply.length / 2;
    return !p->doubted && n < p->length - p->got && conn_older_is_short(c, r, (address + n) % PAGE == 0);
}

static void take_piece(struct rsp_connection *c, const struct rsp_read *reads, struct piece *p,
                       struct rsp_request *r)
{
    const struct rsp_read *read = &reads[p->read];
    uint64_t address = read->address + p->offset + p->got;
    if (is_doubtful(c, p, r, address)) {
        p->doubted = true;
        return;
    }
    p->error = r->error;
    r->error = NULL;
    if (!p->error)
        p->error = unreadable(address, &r->reply);
    if (p->error)
        return;
    size_t due = p->length - p->got;
    long n = hex_decode(r->reply.data, r->reply.length, read->bytes + p->offset + p->got, due);
    if (p->doubted && n > 0 && (size_t)n < due)
        conn_older_meant_short(c);
    if (n > 0)
        p->got += (size_t)n;
    else
        p->error =
            error_new(ERR_VIOLATION, "reading %zu bytes at 0x%" PRIx64 ": the stub answered %zu digits", due,
                      address, r->reply.length);
}

static bool is_short(const struct piece *p)
{
    return !p->error && p->got < p->length;
}

/* Asks for what is missing of each piece. */
static struct error *ask_some(struct rsp_connection *c, struct ptid thread, const struct rsp_read *reads,
                              struct piece *pieces, size_t count)
{
    REMOTE_BATCH struct remote_batch b = {0};
    bool selects = remote_add_select(c, &b, thread);
    for (size_t i = 0; i < count; i++)
        if (is_short(&pieces[i]))
            remote_batch_printf(&b, RSP_GRAMMAR_HEX, 0, "m%" PRIx64 ",%zx",
                                reads[pieces[i].read].address + pieces[i].offset + pieces[i].got,
                                pieces[i].length - pieces[i].got);
    TRY(remote_batch_run(c, &b));
    if (selects)
        TRY(remote_check_select(c, &b, thread));
    size_t at = selects;
    for (size_t i = 0; i < count; i++)
        if (is_short(&pieces[i]))
            take_piece(c, reads, &pieces[i], &b.requests[at++]);
    return NULL;
}

static size_t count_short(const struct piece *pieces, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += is_short(&pieces[i]);
    return n;
}

/* The answer may hold less than was asked for (gdb manual, "Packets", m): stubs with small buffers do that.
 * What came is good, and the rest is asked for. */
static struct error *read_some(struct rsp_connection *c, struct ptid thread, const struct rsp_read *reads,
                               struct piece *pieces, size_t count)
{
    for (int rounds = 0; rounds < SHORT_READS_MOST && count_short(pieces, count) > 0; rounds++)
        TRY(ask_some(c, thread, reads, pieces, count));
    for (size_t i = 0; i < count; i++)
        if (is_short(&pieces[i]))
            pieces[i].error =
                error_new(ERR_NO_MEMORY,
                          "reading memory at 0x%" PRIx64 ": the stub gave %zu of %zu bytes in %d answers",
                          reads[pieces[i].read].address + pieces[i].offset, pieces[i].got, pieces[i].length,
                          SHORT_READS_MOST);
    return NULL;
}

static struct error *read_pieces(struct rsp_connection *c, struct ptid thread, const struct rsp_read *reads,
                                 struct pieces *p)
{
    for (size_t i = 0; i < p->count; i += PIECES_AT_ONCE) {
        size_t n = p->count - i < PIECES_AT_ONCE ? p->count - i : PIECES_AT_ONCE;
        TRY(read_some(c, thread, reads, p->items + i, n));
    }
    return NULL;
}

static void split(struct pieces *p, const struct rsp_read *reads, size_t count, size_t most)
{
    for (size_t i = 0; i < count; i++)
        for (size_t offset = 0; offset < reads[i].length; offset += most)
            pieces_add(p, i, offset, reads[i].length - offset < most ? reads[i].length - offset : most);
}

/* Cuts what is missing of a piece at page boundaries: QEMU answers E14 for all when one byte is bad. */
static void split_at_pages(struct pieces *out, const struct rsp_read *reads, struct piece *p)
{
    size_t offset = p->offset + p->got;
    size_t end = p->offset + p->length;
    uint64_t address = reads[p->read].address;
    size_t to_boundary = PAGE - (size_t)((address + offset) % PAGE);
    if (p->got == 0 && to_boundary >= end - offset)
        return; /* within one page, and all of it was asked for */
    p->first_half = out->count;
    while (offset < end) {
        size_t n = PAGE - (size_t)((address + offset) % PAGE);
        if (n > end - offset)
            n = end - offset;
        pieces_add(out, p->read, offset, n);
        offset += n;
    }
    p->halves = out->count - p->first_half;
}

/* Only the first piece of a range that fails matters: what can be read from the start ends in it. */
static void split_failed(struct pieces *out, const struct rsp_read *reads, struct pieces *p)
{
    size_t failed_read = SIZE_MAX;
    for (size_t i = 0; i < p->count; i++) {
        struct piece *piece = &p->items[i];
        if (piece->read == failed_read || !error_is(piece->error, ERR_NO_MEMORY))
            continue;
        failed_read = piece->read;
        split_at_pages(out, reads, piece);
    }
}

/* Adds what a piece gave to its range; false when the range ends here. */
static bool add_up(struct rsp_read *reads, struct piece *p, struct pieces *halves)
{
    struct rsp_read *read = &reads[p->read];
    read->got += p->got;
    if (!p->error)
        return true;
    size_t end = p->first_half + p->halves;
    for (size_t i = p->first_half; i < end && i < halves->count; i++)
        if (!add_up(reads, &halves->items[i], halves))
            return false;
    if (p->halves)
        return true;
    read->error = p->error;
    p->error = NULL;
    return false;
}

static void sum_up(struct rsp_read *reads, struct pieces *whole, struct pieces *halves)
{
    for (size_t i = 0; i < whole->count; i++) {
        struct piece *p = &whole->items[i];
        if (!reads[p->read].error)
            add_up(reads, p, halves);
    }
}

struct error *rsp_read_memory(struct rsp_connection *c, struct ptid thread, struct rsp_read *reads,
                              size_t count, bool bisect)
{
    struct pieces whole = {0}, halves = {0};
    for (size_t i = 0; i < count; i++) {
        reads[i].got = 0;
        reads[i].error = NULL;
    }
    split(&whole, reads, count, read_most(c));
    struct error *e = read_pieces(c, thread, reads, &whole);
    if (!e && bisect) {
        split_failed(&halves, reads, &whole);
        e = read_pieces(c, thread, reads, &halves);
    }
    if (!e)
        sum_up(reads, &whole, &halves);
    pieces_free(&whole);
    pieces_free(&halves);
    return e;
}

/* -- writing --------------------------------------------------------------------------------------- */

/* gdb manual, "Packets", X: a write of no bytes only asks whether X is known. */
static struct error *probe_binary(struct rsp_connection *c, uint64_t address, size_t n)
{
    struct rsp_feature_state *state = &c->features.state[FEATURE_BINARY_WRITE];
    if (state->works != TRI_UNKNOWN || n < BINARY_WORTH_A_PROBE || !transport_is_reliable(c->transport))
        return NULL;
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(c, RSP_GRAMMAR_OK, 0, &reply, "X%" PRIx64 ",0:", address));
    state->works = strcmp(buf_text(&reply), "OK") == 0 ? TRI_YES : TRI_NO;
    return NULL;
}

/* How many bytes one X can carry, counting the escapes. */
static size_t binary_fit(const unsigned char *bytes, size_t n, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        used += bytes[i] && strchr("$#}*", bytes[i]) ? 2 : 1;
        if (used > room)
            return i;
    }
    return n;
}

static size_t add_write(struct rsp_connection *c, struct remote_batch *b, uint64_t address,
                        const unsigned char *bytes, size_t n)
{
    bool binary = c->features.state[FEATURE_BINARY_WRITE].works == TRI_YES;
    size_t room = c->terms.packet_size - WRITE_HEADER;
    size_t now = binary ? binary_fit(bytes, n, room) : n < room / 2 ? n : room / 2;
    struct buf packet = {0};
    buf_printf(&packet, "%c%" PRIx64 ",%zx:", binary ? 'X' : 'M', address, now);
    if (binary)
        buf_add(&packet, bytes, now);
    else
        hex_encode(&packet, bytes, now);
    remote_batch_add(b, RSP_GRAMMAR_OK, RSP_MUTATES, &packet);
    return now;
}

static struct error *check_write(struct rsp_request *r, uint64_t address)
{
    struct error *e = r->error;
    r->error = NULL;
    BASE_FREE char *attempt = xasprintf("writing memory at 0x%" PRIx64, address);
    if (!e)
        e = remote_check_ok(&r->reply, attempt);
    if (error_is(e, ERR_REFUSED))
        e->code = ERR_NO_MEMORY;
    return e;
}

/* All of them were sent together: what follows a refused one may have been taken. at[i] is where piece i
 * begins. */
static struct error *check_writes(struct remote_batch *b, size_t first, const size_t *at, uint64_t address,
                                  size_t before, size_t n)
{
    struct error *refused = NULL;
    size_t written = before;
    for (size_t i = first; i < b->count; i++) {
        struct error *e = check_write(&b->requests[i], address + at[i]);
        written += e ? 0 : at[i + 1] - at[i];
        if (refused)
            error_free(e);
        else
            refused = e;
    }
    return refused && written ? error_hint(refused, "%zu of the %zu bytes were written", written, n)
                              : refused;
}

struct error *rsp_write_memory(struct rsp_connection *c, struct ptid thread, uint64_t address,
                               const unsigned char *bytes, size_t n)
{
    TRY(probe_binary(c, address, n));
    size_t done = 0;
    while (done < n) {
        REMOTE_BATCH struct remote_batch b = {0};
        size_t at[PIECES_AT_ONCE + 2] = {0};
        bool selects = remote_add_select(c, &b, thread);
        size_t end = done;
        while (end < n && b.count < PIECES_AT_ONCE) {
            at[b.count] = end;
            end += add_write(c, &b, address + end, bytes + end, n - end);
        }
        TRY(remote_batch_run(c, &b));
        if (selects)
            TRY(remote_check_select(c, &b, thread));
        at[b.count] = end;
        TRY(check_writes(&b, selects, at, address, done, n));
        done = end;
    }
    return NULL;
}
