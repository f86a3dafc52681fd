/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/orc.h - the Linux kernel's own unwind tables (ORC), for code that has no DWARF call frame
 * information: the assembler of x86-64 kernels, where interrupts and system calls enter.
 *
 * `.orc_unwind_ip` holds sorted addresses, `.orc_unwind` an entry for each: where the caller's stack pointer
 * is, where the frame pointer was saved, and whether the stack holds a whole `struct pt_regs`. The answer is
 * put as a CFI row. Facts: arch/x86/include/asm/orc_types.h and arch/x86/kernel/unwind_orc.c of Linux 6.1 and
 * 6.12 (files with an `.orc_header` have the newer entry). For the files of this room only; nothing is kept.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_ORC_H
#define ALLSTOP_SYMBOLS_DWARF_ORC_H

#include "symbols/file_internal.h"
#include "symbols/map.h"

/* DWARF knows nothing of inline assembler that switches stacks (interrupts onto their own): where the tables
 * say so, the row's CFA, or the whole row, becomes theirs. */
void orc_mend(struct symbol_file *f, uint64_t pc, struct cfi_row *row);
/* The row in force at a link-time address; false where the file has no tables or they do not cover it. */
bool orc_row(struct symbol_file *f, uint64_t pc, struct cfi_row *ret);

#endif
