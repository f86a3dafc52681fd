/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/pieces.h - values that are spread over several places, as DW_OP_piece says.
 *
 * The pieces cover a value's bits from the lowest-addressed one. They belong to the value that was located;
 * its members refer to them. Engine thread. Errors: those of reading and writing registers and memory;
 * ERR_OPTIMISED_OUT where what is to be written has no place.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_PIECES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_PIECES_H

#include "engine/inspect/values/value.h"
#include "symbols/expression.h"

enum part_kind {
    PART_GONE, /* optimised out */
    PART_MEMORY,
    PART_REGISTER, /* of the current thread */
    PART_BYTES,    /* known, but nowhere */
    PART_CONSTANT, /* bytes of the file */
};

struct value_piece {
    enum part_kind kind;
    uint64_t bits;
    uint64_t source_bit; /* where they begin in the source, from its lowest-addressed bit */
    uint64_t address;
    const struct rsp_register *reg;
    unsigned char bytes[8];
    const unsigned char *constant;
    size_t size; /* of `constant` */
};

/* A register may be more than one piece (engine/inspect/frames/dwarf_register.h). */
enum { VALUE_PIECES = 3 * DWARF_PIECES };

struct value_pieces {
    size_t count;
    struct value_piece items[VALUE_PIECES];
};

/* Fills v->bytes (allocated, v->size) and where something is missing v->known. */
struct error *pieces_load(struct pool *p, struct value *v) BASE_MUST_CHECK;
/* Writes v->size bytes to where the value's pieces are. */
struct error *pieces_store(struct pool *p, struct value *v, const unsigned char *bytes) BASE_MUST_CHECK;
/* Bit `i` of bytes in target order, counted from the lowest-addressed one. */
bool bit_get(const unsigned char *bytes, bool big, uint64_t i);
void bit_put(unsigned char *bytes, bool big, uint64_t i, bool bit);

#endif
