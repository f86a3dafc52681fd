/*
 * symbols/index/dwarf_index.h - names of types, variables, functions and enumerators over all CUs of a file.
 *
 * Built once, by a walk over the mapped `.debug_info` with DW_AT_sibling (dwarf_scan.h), when the first
 * question comes that the ELF symbol table cannot answer. Of a type that many CUs define one definition is
 * kept; functions and variables are all there. For the files of this room only; one thread.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_INDEX_H
#define ALLSTOP_SYMBOLS_DWARF_INDEX_H

#include "symbols/dwarf/dwarf.h"

struct index_entry {
    const char *name;
    uint64_t die;
    uint32_t hash; /* of the name */
    uint32_t unit;
    uint16_t tag;
    bool declaration;
    uint32_t next; /* in the same slot, the newest first; index + 1, 0: end */
};

struct dwarf_index {
    struct index_entry *entries;
    size_t count, capacity;
    uint32_t *slots; /* index + 1 */
    size_t slot_count;
};

const struct dwarf_index *dwarf_index_of(struct dwarf *d);
void dwarf_index_free(struct dwarf_index *x);
/* The first entry of this name at or after `from` in its chain; pass NULL to begin. */
const struct index_entry *dwarf_index_find(const struct dwarf_index *x, const char *name,
                                           const struct index_entry *from);

#endif
