/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/registers_private.h - what registers_layout.c has for the files that read and write
 * (engine/target/registers.h says which is which). Engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_REGISTERS_PRIVATE_H
#define ALLSTOP_ENGINE_TARGET_REGISTERS_PRIVATE_H

#include "engine/target/threads.h"

/* Room for a thread's registers as they are described now; what was known by another layout is dropped. */
void registers_make_room(struct target *target, struct thread *t);
/* Notes that one was asked for, and its bytes where they are known. */
void register_store(struct thread *t, const struct rsp_register *r, const unsigned char *bytes, bool known);
/* Tells a `g` whose length does not fit what is described. */
void registers_check_length(struct target *target, const struct rsp_g *g);
/* `G` with all that the stub's `g` has fits into a packet; else ERR_UNSUPPORTED. */
struct error *registers_check_fits(const struct target *target, const struct thread *t) BASE_MUST_CHECK;
/* One of at most 8 bytes by its name. ERR_NO_SYMBOL, ERR_TYPE_MISMATCH. */
struct error *register_find_number(struct target *target, int64_t pid, const char *name,
                                   const struct rsp_register **ret) BASE_MUST_CHECK;

#endif
