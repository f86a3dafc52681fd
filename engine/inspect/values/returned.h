/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/returned.h - what a function returned to the caller that stands there now.
 *
 * By the processor's calling convention (engine/target/arch/abi.h), right behind the return: a later
 * instruction may have used the registers for something else. Engine thread, target stopped. Errors:
 * ERR_OPTIMISED_OUT where it cannot be known, and why; those of reading registers and memory.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_RETURNED_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_RETURNED_H

#include "engine/inspect/values/scope.h"

struct thread;

/* The type that the function around an address returns, NULL: none, or it is not known. */
struct type *returned_type(struct target *target, uint64_t function_pc);
/* At a function's first instruction: where it was told to put what it returns; 0: in registers, or it is not
 * known any more. */
uint64_t returned_memory(struct target *target, struct thread *t, uint64_t function_pc);
/* What it returned, `memory` being what the function above said at its entry. The innermost frame is the
 * evaluation's from then on. */
struct error *returned_value(struct evaluation *e, uint64_t function_pc, uint64_t memory,
                             struct value **ret) BASE_MUST_CHECK;

/* The same of a type that the caller knows, with a size. */
struct error *returned_as(struct evaluation *e, struct type *type, uint64_t function_pc, uint64_t memory,
                          struct value **ret) BASE_MUST_CHECK;
/* How a function at an address returns this type: the convention knows it, and it is where the caller says
 * (*memory). */
bool returned_is_known(struct target *target, uint64_t function_pc, struct type *t, bool *memory);
/* What the calling convention depends upon, of the file that the code is in. */
struct abi_program;
void returned_program(struct target *target, uint64_t function_pc, struct abi_program *ret);

#endif
