/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/text/intern.h - strings kept once, at an address that stays until the set is freed.
 *
 * Open-addressed hash of pointers into blocks. Owner: one; thread: one at a time. Never fails.
 */
#ifndef ALLSTOP_SYMBOLS_TEXT_INTERN_H
#define ALLSTOP_SYMBOLS_TEXT_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern {
    const char **slots;
    size_t count, capacity;
    char **blocks;
    size_t block_count, block_capacity, block_used, block_size;
};

/* The kept copy of `s`. */
const char *intern(struct intern *set, const char *s);
/* Memory that lives as long as the set, aligned for any type, zeroed. */
void *intern_alloc(struct intern *set, size_t size);
void intern_free(struct intern *set);
/* FNV-1a of a string, for the tables of this room. */
uint64_t string_hash(const char *s);

#endif
