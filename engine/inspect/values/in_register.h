/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/in_register.h - values that live in registers, as the pieces of them (for locate.c).
 *
 * Engine thread. Errors: ERR_OPTIMISED_OUT where the register is not known in the selected frame, and those
 * of reading registers.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_IN_REGISTER_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_IN_REGISTER_H

#include "engine/inspect/values/pieces.h"
#include "engine/inspect/values/scope.h"

/* Adds what covers `bits` bits of a register (DWARF number) as the selected frame had it, from `bit_offset`
 * on, as DW_OP_bit_piece counts: from the lowest bit. What is not there is added as gone. */
struct error *register_pieces(struct evaluation *e, unsigned number, uint64_t bit_offset, uint64_t bits,
                              struct value_pieces *ret) BASE_MUST_CHECK;
/* A number in the target's order, of which `bits` bits from `source_bit` are meant. */
void number_piece(struct evaluation *e, uint64_t number, struct value_piece *ret);

#endif
