/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/dwarf_register.h - where the register of a DWARF number is, as a frame had it.
 *
 * Number and register are not always one to one: Arm's single floats are halves of its doubles, and a vector
 * of 256 bits is in what a stub describes as two registers. So a register is told in parts. Nothing is kept;
 * the registers are the target's. Engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_DWARF_REGISTER_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_DWARF_REGISTER_H

#include "engine/inspect/frames/frames.h"

struct rsp_register;

enum { REGISTER_PARTS = 4 };

struct register_part {
    enum {
        REGISTER_LIVE,  /* in `reg` of the frame's thread */
        REGISTER_SAVED, /* in memory, at `address` */
        REGISTER_KNOWN, /* nowhere any more: `number` is its value */
    } found;
    const struct rsp_register *reg;
    uint64_t address, number;
    size_t size;            /* bytes of where it is: of the register, of what was saved, 8 of a number */
    uint64_t low_bit, bits; /* which of its bits are meant, 0 being the lowest */
};

/* The parts of a register, the least significant first, up to `bytes` bytes of it: how many; 0: it is not
 * known in this frame. What a register has less than `bytes` is covered by none. */
size_t dwarf_register_parts(struct target *target, const struct frame_registers *f, unsigned number,
                            size_t bytes, struct register_part parts[REGISTER_PARTS]);
/* Its lowest 64 bits; false: not known. */
bool dwarf_register_read(struct target *target, const struct frame_registers *f, unsigned number,
                         uint64_t *ret);

#endif
