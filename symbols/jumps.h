/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/jumps.h - where a program leaves several functions at once: longjmp() of a C library, and the
 * unwinder that exceptions come to their handlers by.
 *
 * Read when first asked for, and kept by the file. Probes tell where there are any (glibc's `longjmp_target`,
 * libgcc's `unwind`: their manuals name the arguments), else names of functions. Thread: that of the file.
 */
#ifndef ALLSTOP_SYMBOLS_JUMPS_H
#define ALLSTOP_SYMBOLS_JUMPS_H

#include "symbols/file.h"

enum jump_kind {
    JUMP_KNOWN,   /* where it goes is in `argument` there */
    JUMP_HANDLER, /* first instruction of a function whose second argument is where it will go */
    JUMP_CATCH,   /* first instruction of what a handler calls when it has been reached */
    JUMP_BEGINS,  /* first instruction of longjmp() */
};

struct symbol_jump {
    enum jump_kind kind;
    uint64_t address;  /* link-time */
    char argument[12]; /* a register */
    /* JUMP_BEGINS: the instruction that jumps in the end, once whoever followed it has seen it, else 0. */
    uint64_t last;
};

/* How many there are in *ret, which stay the file's; `last` is for the caller to set. */
size_t symbol_file_jumps(struct symbol_file *f, struct symbol_jump **ret);

#endif
