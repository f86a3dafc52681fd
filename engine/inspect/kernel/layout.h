/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/layout.h - fields of the kernel's structures, and reading them thriftily.
 *
 * Where a field is comes from DWARF; reading several of them merges what lies close together and asks for the
 * rest in one batch. What the kernel's own pointers lead to is RAM. Engine thread; nothing is kept but in the
 * memory cache of the stop.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_LAYOUT_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct target;
struct memory_want;
struct type;

struct kernel_field {
    uint64_t offset, size; /* bytes; size 0: there is no such field */
    struct type *type;
    unsigned bit_offset, bit_size; /* of a bit-field, in its storage unit; bit_size 0: none */
};

/* `path` of "struct module" or another type: "state", "core_layout.base", "mem[0].base"; through anonymous
 * members. False: the kernel has none. */
bool kernel_field(struct target *target, const char *type, const char *path, struct kernel_field *ret);
/* The first of these paths that is there (the last argument is `(char *)NULL`). */
bool kernel_field_of(struct target *target, const char *type, struct kernel_field *ret,
                     ... /* const char * */) __attribute__((sentinel));
/* Bytes of a type; 0: unknown. */
uint64_t kernel_type_size(struct target *target, const char *type);

/* Brings ranges into the cache, in batches of merged reads; `wants` is sorted by this. What cannot be read is
 * left out silently. */
struct error *kernel_fetch(struct target *target, struct memory_want *wants, size_t count) BASE_MUST_CHECK;
/* The same for fields of a structure at `base`. */
struct error *kernel_fetch_fields(struct target *target, uint64_t base, const struct kernel_field *fields,
                                  size_t count) BASE_MUST_CHECK;
/* A field's value, from the cache or else by itself; bit-fields too. */
struct error *kernel_number(struct target *target, uint64_t base, const struct kernel_field *f,
                            uint64_t *ret) BASE_MUST_CHECK;
/* A pointer. */
struct error *kernel_pointer(struct target *target, uint64_t address, uint64_t *ret) BASE_MUST_CHECK;
/* A string of at most `n` - 1 bytes in a field or elsewhere; what was read is made harmless. malloc'd. */
struct error *kernel_string(struct target *target, uint64_t address, size_t n, char **ret) BASE_MUST_CHECK;

#endif
