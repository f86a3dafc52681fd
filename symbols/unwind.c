/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules for unwinding at an address of the running program. */
#include "symbols/dwarf/cfi.h"
#include "symbols/map_internal.h"

bool symbols_unwind_row(struct symbol_map *m, uint64_t pc, struct cfi_row *ret)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, pc, &offset);
    return f && cfi_row_at(f, pc - offset, ret);
}
