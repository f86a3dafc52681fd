/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/expression.h - DWARF expressions (DWARF 5, section 2.5 and 2.6), evaluated for whoever has
 * registers and memory.
 *
 * An expression is bytes of the mapped file with what is needed to read them. Evaluating it costs at most
 * DWARF_STEPS operations. Callbacks may be NULL: an operation that needs one then fails. Errors: what a
 * callback returned; ERR_OPTIMISED_OUT where a value cannot be known here (an entry value without its
 * caller); ERR_UNSUPPORTED for an operation we do not know; ERR_INTERNAL for a damaged expression (stack
 * underflow, an endless loop). No state; any thread.
 */
#ifndef ALLSTOP_SYMBOLS_EXPRESSION_H
#define ALLSTOP_SYMBOLS_EXPRESSION_H

#include "symbols/limits.h"
#include "symbols/map.h"

enum { DWARF_VALUE_BYTES = 16 };

struct dwarf_expression {
    const uint8_t *bytes;
    size_t size;
    struct symbol_file *file; /* whose addresses and types it speaks of; NULL: of none */
    uint64_t unit;            /* offset of its CU in .debug_info, or UINT64_MAX */
    uint64_t load_offset;     /* added to DW_OP_addr and its like */
    uint8_t address_size, offset_size;
    bool big;
};

/* How a float lies in a floating-point register that is wider. */
enum dwarf_float_place {
    DWARF_FLOAT_LOW,
    DWARF_FLOAT_HIGH,      /* s390x */
    DWARF_FLOAT_AS_DOUBLE, /* 64-bit Power: in a double's format */
    DWARF_FLOAT_AS_X87,    /* x86: in the 10 bytes of x87 */
};

struct dwarf_callbacks {
    void *context;
    /* How a register has a float that is narrower than it; NULL: in its lowest bits. */
    enum dwarf_float_place (*float_place)(void *context, unsigned dwarf_number);
    /* The register's value, as the lowest 64 bits. */
    struct error *(*read_register)(void *context, unsigned dwarf_number, uint64_t *ret);
    struct error *(*read_memory)(void *context, uint64_t address, void *bytes, size_t n);
    struct error *(*frame_base)(void *context, uint64_t *ret);
    struct error *(*cfa)(void *context, uint64_t *ret);
    /* The value an expression (usually one register) had when the function was entered. */
    struct error *(*entry_value)(void *context, const struct dwarf_expression *e, uint64_t *ret);
    /* What was passed for the parameter whose DIE is at this offset (DW_OP_GNU_parameter_ref). */
    struct error *(*parameter)(void *context, uint64_t die, uint64_t *ret);
    /* The address of a thread-local variable at this offset in the module's block. */
    struct error *(*tls)(void *context, uint64_t offset, uint64_t *ret);
    const uint64_t *initial; /* pushed first (the CFA, for CFI rules; the object, for members), or NULL */
    const uint64_t *object;  /* DW_OP_push_object_address */
};

enum dwarf_piece_kind {
    PIECE_MEMORY,
    PIECE_REGISTER,
    PIECE_VALUE, /* the value itself, `value`, in target byte order when laid out */
    PIECE_BYTES, /* constant bytes of the file */
    PIECE_OPTIMISED_OUT,
    PIECE_IMPLICIT_POINTER, /* to a variable that has no place: `die`, `offset` bytes into it */
};
struct dwarf_piece {
    enum dwarf_piece_kind kind;
    uint64_t bit_size;   /* 0: all of the object */
    uint64_t bit_offset; /* into the place */
    uint64_t address;
    unsigned reg;
    uint64_t value;
    const uint8_t *bytes;
    size_t size;
    uint64_t die;
    int64_t offset;
};
struct dwarf_location {
    struct dwarf_piece pieces[DWARF_PIECES];
    size_t count; /* at least 1 */
};

/* What one operation says, for those who turn locations into something else than a value. */
struct dwarf_simple {
    enum {
        DWARF_FIXED,           /* at `address` */
        DWARF_REGISTER_OFFSET, /* at register `reg` (DWARF number) + offset */
        DWARF_IN_REGISTER,     /* the register itself */
        DWARF_FRAME_OFFSET,    /* at the frame base + offset */
        DWARF_CFA,             /* the frame's CFA */
    } kind;
    unsigned reg;
    int64_t offset;
    uint64_t address;
};
/* False: it is none of these. */
bool dwarf_simple_location(const struct dwarf_expression *e, struct dwarf_simple *ret);

/* True when the expression is one register, as those of values at entry are: DW_OP_regN, regx, regval_type.
 */
bool dwarf_names_register(const struct dwarf_expression *e, unsigned *number);
/* Where (or what) the expression says. An empty one is optimised out. */
struct error *dwarf_evaluate(const struct dwarf_expression *e, const struct dwarf_callbacks *callbacks,
                             struct dwarf_location *ret) BASE_MUST_CHECK;
/* An expression that computes a number (a frame base, an array bound, a CFI rule). A register as a location
 * is that register's content, as frame bases are meant. */
struct error *dwarf_evaluate_number(const struct dwarf_expression *e, const struct dwarf_callbacks *callbacks,
                                    uint64_t *ret) BASE_MUST_CHECK;

#endif
