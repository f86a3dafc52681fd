/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/disassembly/disassembly.h - machine code as text.
 *
 * Reads target memory (or, without a target, the file's) and decodes it for the session's architecture by
 * Capstone, and by LLVM's library what that lacks; data between the code, as the file marks it, and bytes
 * that are no instruction are shown as data. Engine thread. Errors: ERR_NO_MEMORY, ERR_UNSUPPORTED when the
 * architecture is unknown; of what no file has, ERR_NOT_CONNECTED without a target.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_H
#define ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct target;

struct instruction {
    uint64_t address;
    unsigned size;
    unsigned char bytes[16];
    char text[192]; /* AT&T is not used: Intel syntax for x86; harmless to a terminal */
};

/* Up to `count` (at most 4096) instructions from `address` on; *ret malloc'd. Fewer when memory ends; none is
 * an error. */
struct error *disassemble(struct target *target, uint64_t address, size_t count, struct instruction **ret,
                          size_t *got) BASE_MUST_CHECK;
/* Why no instruction is read for this processor, and what to install; NULL: they are. */
const char *disassembly_missing(struct target *target);
/* True when the instruction at `pc` always goes on to the one behind it, *next: no branch, call or trap. */
bool instruction_falls_through(struct target *target, uint64_t pc, uint64_t *next);
/* The start of the instruction that `address` is inside of, decoded from the nearest start that the symbols
 * know; 0 when it is a start itself, or nobody knows. */
uint64_t instruction_around(struct target *target, uint64_t address);
/* The start of the instruction `count` (at most 64) before the one at `address` in its function, by the
 * file's bytes alone; nearer where the function begins, `address` itself where the file does not tell. */
uint64_t instruction_back(struct target *target, uint64_t address, unsigned count);

#endif
