/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_scan.h - one walk over the DIEs of a unit, for the names at file scope.
 *
 * Entered are namespaces, modules, enumerations and, but in C, classes; everything else is passed over, with
 * DW_AT_sibling where the compiler wrote it. A definition outside of its class or namespace
 * (DW_AT_specification, DW_AT_abstract_origin) gets the name and scope of what it refers to, in the end; when
 * that is in another unit it is left pending (index_resolve.c).
 * One `struct scanner` a thread; it only reads the unit's bytes. Damage ends a unit's walk.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_SCAN_H
#define ALLSTOP_SYMBOLS_INDEX_SCAN_H

#include <stdatomic.h>

#include "symbols/index/index_abbrev.h"
#include "symbols/index/index_part.h"

/* From here on, DIEs of the unit are in this scope. */
struct scope_change {
    uint64_t die;
    uint32_t scope;
};

struct scanner {
    struct index_part *part;
    const atomic_bool *cancelled;
    struct fast_abbrevs abbrevs;
    /* Of the unit last walked. */
    struct scan_unit unit;
    bool is_c;
    struct scope_change *changes;
    size_t change_count, change_capacity;
    struct part_pending *inside; /* definitions whose declaration is in this unit */
    size_t inside_count, inside_capacity;
};

void scanner_free(struct scanner *s);
/* Adds the unit's names to the part (with `names`; else only finds its scopes); false: its DIEs are damaged.
 */
bool scan_unit(struct scanner *s, const struct scan_unit *u, bool names);

/* What a DIE of the unit last walked says of itself. */
struct die_identity {
    uint32_t name, linkage, scope; /* numbers of the part; 0: none */
    uint64_t next;                 /* what it refers to for the rest, or UINT64_MAX */
};
bool scan_identity(struct scanner *s, uint64_t die, struct die_identity *ret);

/* Follows DW_AT_specification and DW_AT_abstract_origin from `target` through the unit last walked: adds the
 * pending one's entries, or leaves it pending at the first DIE outside. */
void scan_follow(struct scanner *s, const struct part_pending *pending);

#endif
