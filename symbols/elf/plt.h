/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/plt.h - the linker's stubs (`.plt`, `.plt.sec`, `.plt.got`, `.iplt`) as symbols: `puts@plt`.
 *
 * No table names them: which function a stub jumps to, the relocation of its slot in the table of addresses
 * says. One that is chosen at the start of the program (IRELATIVE) has the name of what chooses it, if any:
 * `strlen@plt`. Read once, when a stub is first asked for, and owned by the file. Thread: that of the file.
 */
#ifndef ALLSTOP_SYMBOLS_PLT_H
#define ALLSTOP_SYMBOLS_PLT_H

#include "symbols/file_internal.h"

/* The stub around a link-time address; NULL: none is known there. */
const struct elf_symbol *plt_at(struct symbol_file *f, uint64_t address);
/* All of them, by address; they stay the file's. */
size_t plt_symbols(struct symbol_file *f, const struct elf_symbol **ret);

#endif
