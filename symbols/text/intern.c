/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/text/intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { BLOCK = 64 * 1024, ALIGNMENT = 16 };

uint64_t string_hash(const char *s)
{
    uint64_t h = 0xcbf29ce484222325ull;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
    return h;
}

void *intern_alloc(struct intern *set, size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > set->block_size - set->block_used) {
        ARRAY_RESERVE(set->blocks, set->block_count, set->block_capacity);
        set->block_size = size > BLOCK ? size : BLOCK;
        set->block_used = 0;
        set->blocks[set->block_count++] = xcalloc(1, set->block_size);
    }
    void *p = set->blocks[set->block_count - 1] + set->block_used;
    set->block_used += size;
    return p;
}

static const char **slot_of(const char **slots, size_t capacity, const char *s)
{
    size_t i = (size_t)string_hash(s) & (capacity - 1);
    while (slots[i] && strcmp(slots[i], s) != 0)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void grow(struct intern *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : 256;
    const char **slots = xcalloc(capacity, sizeof *slots);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i])
            *slot_of(slots, capacity, set->slots[i]) = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->capacity = capacity;
}

const char *intern(struct intern *set, const char *s)
{
    if (set->count * 2 >= set->capacity)
        grow(set);
    const char **slot = slot_of(set->slots, set->capacity, s);
    if (!*slot) {
        size_t n = strlen(s) + 1;
        *slot = memcpy(intern_alloc(set, n), s, n);
        set->count++;
    }
    return *slot;
}

void intern_free(struct intern *set)
{
    for (size_t i = 0; i < set->block_count; i++)
        free(set->blocks[i]);
    free(set->blocks);
    free(set->slots);
    *set = (struct intern){0};
}
