/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An input that is a row of parts (fields of a packet, answers of a stub), changed by whole parts: one is
 * left out, doubled, put elsewhere, or a new one comes in its place or beside it. For custom mutators.
 */
#ifndef ALLSTOP_TESTS_FUZZ_PARTS_H
#define ALLSTOP_TESTS_FUZZ_PARTS_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most); /* libFuzzer's own */

enum { PARTS_MOST = 128 };

struct parts {
    size_t count;
    size_t ends[PARTS_MOST]; /* of each, in the input; each begins where the one in front ends */
};

static inline void parts_end(struct parts *p, size_t at)
{
    if (p->count < PARTS_MOST)
        p->ends[p->count++] = at;
}

/* A number below `n`, of the seed. */
static inline unsigned parts_draw(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % n;
}

static inline void parts_copy(struct buf *out, const uint8_t *data, const struct parts *p, size_t which)
{
    size_t start = which ? p->ends[which - 1] : 0;
    buf_add(out, data + start, p->ends[which] - start);
}

enum parts_edit { PARTS_LEAVE_OUT, PARTS_DOUBLE, PARTS_MOVE, PARTS_REPLACE, PARTS_INSERT, PARTS_EDITS };

/* One edit at a part behind the first `fixed`; `make` appends a new part. The new size, at most `most`. */
static inline size_t parts_mutate(uint8_t *data, size_t size, size_t most, const struct parts *p,
                                  size_t fixed, unsigned *seed, void (*make)(struct buf *out, unsigned *seed))
{
    BASE_BUF struct buf out = {0};
    size_t room = p->count > fixed ? p->count - fixed : 1;
    size_t at = fixed + parts_draw(seed, (unsigned)room), other = fixed + parts_draw(seed, (unsigned)room);
    enum parts_edit edit = (enum parts_edit)parts_draw(seed, PARTS_EDITS);
    for (size_t i = 0; i < p->count; i++) {
        if (i == at && (edit == PARTS_REPLACE || edit == PARTS_INSERT))
            make(&out, seed);
        if (i == other && edit == PARTS_MOVE)
            parts_copy(&out, data, p, at);
        if (i != at || edit == PARTS_DOUBLE || edit == PARTS_INSERT)
            parts_copy(&out, data, p, i);
        if (i == at && edit == PARTS_DOUBLE)
            parts_copy(&out, data, p, i);
    }
    if (p->count <= fixed)
        make(&out, seed);
    size_t told = p->count ? p->ends[p->count - 1] : 0;
    buf_add(&out, data + told, size - told);
    size_t n = out.length < most ? out.length : most;
    if (n)
        memcpy(data, out.data, n);
    return n;
}

#endif
