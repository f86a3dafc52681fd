/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/disassembly/llvm.h - machine code as text by LLVM's library, for what Capstone does not
 * read.
 *
 * The library is found when first asked for (some 30 ms) and stays; without it nothing is lost but this. Its
 * C interface (llvm-c/Disassembler.h, LLVM-C's stable part) is the same from release to release, so it is not
 * linked. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_LLVM_H
#define ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_LLVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/target/arch/arch.h"

struct llvm;

/* For a Capstone mode (without its endian bit) of the processor; NULL where the library, or it, is not there.
 */
struct llvm *llvm_open(const struct arch *arch, int mode, bool big_endian);
void llvm_close(struct llvm *l); /* NULL is fine */
/* The size of the instruction, 0: none. Its text is cut to `room`. */
size_t llvm_read(struct llvm *l, const unsigned char *bytes, size_t n, uint64_t address, char *text,
                 size_t room);

#endif
