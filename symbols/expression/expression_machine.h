/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/expression/expression_machine.h - the stack machine, between expression.c (control, places),
 * expression_value.c (arithmetic and types) and expression_target.c.
 */
#ifndef ALLSTOP_SYMBOLS_EXPRESSION_MACHINE_H
#define ALLSTOP_SYMBOLS_EXPRESSION_MACHINE_H

#include "symbols/elf/bytes.h"
#include "symbols/expression.h"
#include "symbols/limits.h"

enum value_kind { VALUE_GENERIC, VALUE_SIGNED, VALUE_UNSIGNED, VALUE_FLOAT };

struct value {
    uint64_t bits;
    enum value_kind kind; /* generic: an address-sized integer of no sign */
    uint8_t size;         /* bytes; of generic ones 0 */
};

struct machine {
    const struct dwarf_expression *e;
    const struct dwarf_callbacks *cb;
    struct cursor c;
    struct value stack[DWARF_STACK];
    size_t depth;
    struct dwarf_location *out;
    struct dwarf_piece pending; /* a place named but not yet put into a piece */
    bool has_pending;
    struct error *err; /* set once; ends the run */
};

void machine_push(struct machine *m, struct value v);
void machine_push_number(struct machine *m, uint64_t bits);
struct value machine_pop(struct machine *m);
void machine_fail(struct machine *m, enum error_code code, const char *what);

/* expression_value.c: constants, arithmetic, comparisons, conversions; false: another kind of operation. */
bool machine_step_constant(struct machine *m, uint8_t op);
bool machine_step_arithmetic(struct machine *m, uint8_t op);
bool machine_step_typed(struct machine *m, uint8_t op);
/* expression_target.c: registers, memory, addresses. */
bool machine_step_target(struct machine *m, uint8_t op);
/* The kind and size of a base type given by its offset in the CU; 0: generic. */
bool machine_base_type(struct machine *m, uint64_t offset, struct value *ret);
/* The bits of a value brought to its own width. */
uint64_t machine_narrow(const struct machine *m, const struct value *v);

#endif
