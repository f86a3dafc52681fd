/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/prologue.h - the caller of a frame of which no table speaks, by the instructions of
 * its function: how far they have moved the stack pointer, and where they have put the return address.
 *
 * They are read from the program's file. Nothing is guessed: where a function begins a symbol must say, and
 * all ways from there to the pc must agree (prologue_flow.h). Nothing is kept. Engine thread; reads target
 * memory where a register was saved.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_PROLOGUE_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_PROLOGUE_H

#include "engine/inspect/frames/frames.h"

enum prologue_found {
    PROLOGUE_UNKNOWN, /* the code is not known, or its beginning */
    PROLOGUE_ASTRAY,  /* the code cannot be followed to there */
    PROLOGUE_FP,      /* the same, but its function has a frame pointer */
    PROLOGUE_LOST,    /* it can, and the return address is in no place that is known */
    PROLOGUE_UNREAD,  /* it is in memory that cannot be read */
    PROLOGUE_LINK,    /* *ret is the caller; its address is in a register still */
    PROLOGUE_ENTRY,   /* the same, at the first instruction */
    PROLOGUE_STACKED, /* *ret is the caller; its address was stored */
};

/* `exact`: the pc is the very instruction, and not the one behind a call. *cfa: the stack pointer that the
 * caller gets back. */
enum prologue_found prologue_step(struct target *target, const struct frame_registers *from, bool exact,
                                  struct frame_registers *ret, uint64_t *cfa);
/* Why an address is no return address, a constant string: it is not behind a call, or in no code. NULL: it
 * may be one. Of a process, code that is in no file is read from memory; elsewhere nobody knows what is
 * there. */
const char *prologue_no_return(struct target *target, uint64_t pc);
/* A return address without what signs it. */
uint64_t prologue_address(const struct target *target, uint64_t pc);

#endif
