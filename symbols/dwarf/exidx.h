/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/exidx.h - the exception tables of 32-bit Arm (`.ARM.exidx`, `.ARM.extab`), for code that has
 * no DWARF call frame information: a C library without debug information, firmware, kernels.
 *
 * The index is a sorted list of functions, each with a few unwinding instructions in the entry itself or in
 * the other table. They describe the frame as it is at a call, behind the prologue, so the row that is made
 * of them says so (`at_calls`). Facts: "Exception Handling ABI for the Arm Architecture" (IHI 0038), sections
 * 6, 7, 10.2 and 10.3. For the files of this room only; nothing is kept. The tables may say anything.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_EXIDX_H
#define ALLSTOP_SYMBOLS_DWARF_EXIDX_H

#include "symbols/file_internal.h"
#include "symbols/map.h"

/* The row in force at a link-time address; false where the file has no tables, they do not cover it, or they
 * are damaged or ask for what cannot be said in a row. A function that cannot be unwound has an undefined
 * return address. */
bool exidx_row(struct symbol_file *f, uint64_t pc, struct cfi_row *ret);
/* The same from unwinding instructions; false: see above. */
bool exidx_run(const uint8_t *code, size_t size, struct cfi_row *ret);

#endif
