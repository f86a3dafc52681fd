/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/registers.h - register values of a thread in this stop, by name or number.
 *
 * Reads are answered from what came with the stop reply, else by one `g` (or `p` for the registers that `g`
 * leaves out). Values are at most REGISTER_VALUE_MOST bytes (engine/target/limits.h), in target order. Engine
 * thread, target stopped. Errors: ERR_NO_SYMBOL no such register; ERR_OPTIMISED_OUT the stub says it is
 * unavailable.
 *
 * registers.c reads, registers_many.c does so for many threads at once, registers_write.c writes, and
 * registers_layout.c has the registers there are, where they lie in `g`, and what of them is known of a
 * thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_REGISTERS_H
#define ALLSTOP_ENGINE_TARGET_REGISTERS_H

#include "engine/target/threads.h"

struct arch;

/* Where the stub described no registers, or nothing at all: those of the architecture's built-in layout. */
void registers_complete(struct target *target);

/* Finds a register by the stub's name or a common alias ($pc, $sp, $fp, $ps); NULL: none. */
const struct rsp_register *register_find(struct target *target, const char *name);
/* Bytes of one register. */
struct error *register_read(struct target *target, struct thread *t, const struct rsp_register *r,
                            unsigned char *bytes) BASE_MUST_CHECK;
/* Makes sure that all registers of a thread were asked for: one `g`, or, where the stub refuses that, each by
 * itself. */
struct error *registers_fetch(struct target *target, struct thread *t) BASE_MUST_CHECK;
/* Takes a value that somebody else asked the stub for. */
void registers_note(struct target *target, struct thread *t, const struct rsp_register *r,
                    const unsigned char *bytes);
/* Asks for those of floating-point numbers and vectors that `g` leaves out, in as few turns as the stub
 * allows; what it does not tell stays unknown. */
struct error *registers_fetch_beside(struct target *target, struct thread *t) BASE_MUST_CHECK;
/* The same for all registers, as `g` tells them. */
void registers_note_all(struct target *target, struct thread *t, const struct rsp_g *g);
/* All registers of several threads in as few turns as the stub allows; a thread that fails is left out
 * silently: its `has_g` stays false. */
struct error *registers_fetch_many(struct target *target, struct thread *const *threads,
                                   size_t count) BASE_MUST_CHECK;
/* The pc of several threads in as few turns as the stub allows; a thread that fails is left out silently. */
struct error *registers_fetch_pcs(struct target *target, struct thread *const *threads,
                                  size_t count) BASE_MUST_CHECK;
/* True when it is there already, without asking. */
bool register_cached(const struct thread *t, const struct rsp_register *r);
/* The same as a number, of registers of at most 8 bytes; false where it is not there, or not known. */
bool register_cached_value(struct target *target, const struct thread *t, const char *name, uint64_t *ret);
/* As a number: registers of at most 8 bytes. */
struct error *register_value(struct target *target, struct thread *t, const char *name,
                             uint64_t *ret) BASE_MUST_CHECK;
/* Writes one register: P, or g changed and G where P is not there. */
struct error *register_write(struct target *target, struct thread *t, const struct rsp_register *r,
                             const unsigned char *bytes) BASE_MUST_CHECK;
struct error *register_write_value(struct target *target, struct thread *t, const char *name,
                                   uint64_t value) BASE_MUST_CHECK;
/* Writes those registers whose bytes `wanted` marks (1 a byte), laid out as the description says, where they
 * are not known to be so already: by one `G` where the stub takes it, else each by itself. */
struct error *registers_write_all(struct target *target, struct thread *t, const unsigned char *bytes,
                                  const unsigned char *wanted) BASE_MUST_CHECK;
/* The pc, and the stack pointer. */
struct error *thread_pc(struct target *target, struct thread *t, uint64_t *ret) BASE_MUST_CHECK;
struct error *thread_sp(struct target *target, struct thread *t, uint64_t *ret) BASE_MUST_CHECK;
/* Hex digits, most significant first, as people read a number: out has 2*size+1 bytes. */
void register_text(struct target *target, const struct rsp_register *r, const unsigned char *bytes,
                   char *out);

#endif
