/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/memory.h - target memory as the user may see it.
 *
 * What is known to be RAM (a process's memory; sections of loaded files; around the stack pointer) is
 * cached for the current stop: the same bytes are asked once. It is the memory of the selected thread's
 * process, and on a machine what its CPU sees: with another one selected the cache begins anew. Anything else
 * may be a device: it is asked exactly once at the width given and never kept. A write patches the cache. At
 * most 16 MiB is cached a stop. Engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_TARGET_MEMORY_H
#define ALLSTOP_ENGINE_TARGET_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/stop_reply.h"

struct target;

struct memory_piece {
    uint64_t address;
    size_t length;
    unsigned char *bytes;
};
struct memory_want {
    uint64_t address;
    size_t length;
};
/* For qsort(): by address. */
int memory_want_order(const void *a, const void *b);

/* While a cache has one of these, RAM is read from the cache only, and what was missing is noted here. */
struct memory_misses {
    struct memory_want *items;
    size_t count, capacity;
};
struct memory_cache {
    struct memory_piece *pieces;
    size_t count, capacity;
    size_t total;
    struct ptid owner;            /* whose memory that is: a process, or one CPU of a machine */
    struct memory_misses *misses; /* or NULL */
};

void memory_forget(struct target *target); /* drops the cache */
void memory_free(struct memory_cache *c);

/* Reads all `n` bytes or fails with ERR_NO_MEMORY, which names the first unreadable address. */
struct error *memory_read(struct target *target, uint64_t address, void *bytes, size_t n) BASE_MUST_CHECK;
/* As much as can be read from the start goes to *got; an error only when the connection is in trouble. */
struct error *memory_read_some(struct target *target, uint64_t address, void *bytes, size_t n,
                               size_t *got) BASE_MUST_CHECK;
/* True when all of it is in the cache. */
bool memory_cached(struct target *target, uint64_t address, size_t n);
/* Brings ranges of RAM into the cache in one batch; what cannot be read is left out silently. */
struct error *memory_prefetch(struct target *target, const struct memory_want *wants,
                              size_t count) BASE_MUST_CHECK;
/* The same for what the caller knows to be RAM: a kernel's pointers lead there. */
struct error *memory_prefetch_ram(struct target *target, const struct memory_want *wants,
                                  size_t count) BASE_MUST_CHECK;
struct error *memory_write(struct target *target, uint64_t address, const void *bytes,
                           size_t n) BASE_MUST_CHECK;
/* Where the file says the bytes are constant (read-only sections), reads them without the target. */
bool memory_from_file(struct target *target, uint64_t address, void *bytes, size_t n);
/* A target-order unsigned number of 1 to 8 bytes. */
struct error *memory_read_number(struct target *target, uint64_t address, size_t size,
                                 uint64_t *ret) BASE_MUST_CHECK;

#endif
