/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/cfi.h - call frame information. See DWARF 5,
 * section 6.4, and the Linux Standard Base on .eh_frame.
 */
#ifndef ALLSTOP_SYMBOLS_CFI_H
#define ALLSTOP_SYMBOLS_CFI_H

#include "symbols/elf/bytes.h"
#include "symbols/file_internal.h"
#include "symbols/map.h"

struct cfi_section {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    uint64_t address; /* where it is loaded; .eh_frame pointers are relative to that */
    bool eh, big;
    unsigned word; /* bytes of an address */
};

struct cfi_cie {
    uint64_t offset;
    unsigned version, word;
    uint64_t code_align, return_register;
    int64_t data_align;
    bool augmented, signal_frame;
    uint8_t pointer_encoding;
    struct cursor program;
};

struct cfi_fde {
    uint64_t low, high;
    struct cfi_cie cie;
    struct cursor program;
};

/* Reads the FDE whose length field is at `offset`; false when that is a CIE or damaged. *next is where the
 * entry after it begins, 0 when that cannot be known. */
bool cfi_read_fde(const struct cfi_section *s, uint64_t offset, struct cfi_fde *ret, uint64_t *next);
/* cfi_program.c: runs the instructions up to `pc`; false when they are damaged. */
bool cfi_run(const struct cfi_section *s, const struct cfi_fde *fde, uint64_t pc, struct cfi_row *ret);
/* cfi.c: the rules at a link-time address, ORC's or those of Arm's exception
 * tables where there are no others; false: nothing is known of it. */
bool cfi_row_at(struct symbol_file *f, uint64_t pc, struct cfi_row *ret);
/* A pointer in one of the DW_EH_PE encodings. */
uint64_t cfi_pointer(const struct cfi_section *s, struct cursor *c, uint8_t encoding, unsigned word);

#endif
