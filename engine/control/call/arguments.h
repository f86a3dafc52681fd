/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/call/arguments.h - the stack and the registers that a function is entered with, as bytes:
 * nothing is written to the target. For call.c.
 *
 * Errors: ERR_UNSUPPORTED where the convention has no rule for an argument, or the stub does not describe the
 * register for it.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_CALL_ARGUMENTS_H
#define ALLSTOP_ENGINE_CONTROL_CALL_ARGUMENTS_H

#include "engine/inspect/values/calls.h"

/* What a call begins with. */
struct call_entry {
    uint64_t sp_before; /* the thread's, which is higher than the next */
    uint64_t sp;        /* as the caller has it, in front of a return address that is pushed */
    uint64_t result_at; /* where the function is to put what it returns, 0: in registers */
    uint64_t memory_at; /* bytes of the stack, and what belongs there */
    unsigned char *memory;
    size_t memory_size;
    unsigned char *registers,
        *wanted; /* laid out as the description says; `wanted`: 1 a byte to be written */
    size_t register_size;
};

/* `return_to`: with the bit that says Thumb, where the code there is. *ret is empty; call_entry_free() in any
 * case. */
struct error *call_entry_make(struct evaluation *e, struct thread *t, const struct call *call,
                              uint64_t return_to, struct call_entry *ret) BASE_MUST_CHECK;
void call_entry_free(struct call_entry *entry);
/* A register by its name, of at most 8 bytes. */
void call_entry_set(struct target *target, struct call_entry *entry, const char *name, uint64_t value);

/* -- registers.c: a part of an argument into the register of its slot -------------------------------------
 */

struct abi_slot;
struct error *call_put_in_register(struct target *target, struct thread *t, struct call_entry *entry,
                                   const struct abi_slot *slot, const unsigned char *bytes) BASE_MUST_CHECK;
/* What is above a number, `width` bytes in target order from `size` of them. */
void call_extend(const struct target *target, const struct abi_slot *slot, const unsigned char *bytes,
                 unsigned char *out);

#endif
