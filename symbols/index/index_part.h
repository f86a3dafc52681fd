/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_part.h - what one thread collects for the name index.
 *
 * Names, scopes and entries have numbers of their own in each part; index_merge.h brings parts together. Of a
 * type or enumerator one definition is kept: the one with the lowest offset among those this part was given,
 * in ascending order, or a declaration when there is none. Owner and thread: one.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_PART_H
#define ALLSTOP_SYMBOLS_INDEX_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Where names come from: a text is an offset into the program's .debug_str, or into `text` (IMAGE_OWN_TEXT).
 */
struct part_name {
    uint32_t text, hash;
};

struct part_scope {
    uint32_t parent, name; /* numbers in this part; scope 0 is the file's, name 0 is none */
    bool exported;         /* an inline namespace: its names are also the scope's around it */
};

enum { ENTRY_DECLARATION = 1, ENTRY_LINKAGE = 2 };

struct part_entry {
    uint64_t die;
    uint32_t name, scope, unit;
    uint8_t tag; /* image_tag_code() */
    uint8_t flags;
};

/* A DIE whose name or scope stands in another unit (LTO, dwz). */
struct part_pending {
    uint64_t die, target;
    uint32_t unit;
    uint8_t tag;
    uint32_t name;
};

struct part_import {
    uint64_t target; /* a DIE offset */
    uint32_t importer;
};

/* Open-addressed: 64-bit keys (0: free) to numbers. */
struct number_slot {
    uint64_t key;
    uint32_t number;
};

struct number_table {
    struct number_slot *slots;
    size_t used, capacity;
};

struct index_part {
    const char *strings; /* the program's .debug_str, ends in a NUL */
    size_t strings_size;
    struct part_name *names; /* [0]: none */
    size_t name_count, name_capacity;
    struct number_table by_text, by_hash;
    struct buf text;
    struct part_scope *scopes; /* [0]: the file */
    size_t scope_count, scope_capacity;
    struct number_table by_scope;
    struct part_entry *entries;
    size_t entry_count, entry_capacity;
    struct number_table seen; /* what is kept once */
    uint8_t *seen_quickly; /* by offset in `strings`: a bit for each tag whose definition, at file scope, is
                              kept; NULL: too many */
    struct part_pending *pending;
    size_t pending_count, pending_capacity;
    struct part_import *imports;
    size_t import_count, import_capacity;
};

void index_part_init(struct index_part *p, const char *strings, size_t strings_size);
void index_part_free(struct index_part *p);

/* The number of a name that stands in .debug_str (0: outside of it, or empty), or of any other. */
uint32_t part_name_at(struct index_part *p, uint64_t offset);
uint32_t part_name_of(struct index_part *p, const char *name);
const char *part_name_text(const struct index_part *p, uint32_t name);
/* The number of a scope. */
uint32_t part_scope(struct index_part *p, uint32_t parent, uint32_t name);
void part_add(struct index_part *p, const struct part_entry *e);
/* True when a definition at file scope, of a tag that is kept once, is there already. */
static inline bool part_has(const struct index_part *p, uint64_t offset, int tag)
{
    return p->seen_quickly && offset < p->strings_size && p->seen_quickly[offset] >> tag & 1;
}
void part_add_pending(struct index_part *p, const struct part_pending *pending);
void part_add_import(struct index_part *p, const struct part_import *import);

/* The number under a key (not 0), or NULL when it is new: then it is there with 0, and *ret points at it. */
bool number_table_find(struct number_table *t, uint64_t key, uint32_t **ret);
void number_table_free(struct number_table *t);

#endif
