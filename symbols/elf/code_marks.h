/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/code_marks.h - what the mapping symbols of a file say of its code: `$a`, `$t`, `$x`, `$d`.
 *
 * ELF for the Arm Architecture, "Mapping symbols"; the same for AArch64 and in RISC-V's psABI. Read once,
 * when first asked for, and owned by the file. Thread: that of the file.
 */
#ifndef ALLSTOP_SYMBOLS_CODE_MARKS_H
#define ALLSTOP_SYMBOLS_CODE_MARKS_H

#include "symbols/file_internal.h"
#include "symbols/map.h"

struct code_mark {
    uint64_t address; /* link-time */
    uint16_t section;
    unsigned char kind; /* enum code_kind */
};

/* The kind at a link-time address; *end is where another begins, or the section ends. CODE_UNKNOWN where
 * nothing is said, and *end is left alone. */
enum code_kind code_marks_at(struct symbol_file *f, uint64_t address, uint64_t *end);

#endif
