/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/memory_map.h - what kinds of memory the target says it has (qXfer:memory-map:read).
 *
 * Asked once a connection, when the first question comes; OpenOCD, Black Magic and others that program flash
 * answer it (gdb manual, "Memory Map Format"). At most 1024 regions of a document of at most 1 MiB are
 * believed. Part of the session; engine thread. A stub without it, or with a damaged one, has no regions.
 */
#ifndef ALLSTOP_ENGINE_TARGET_MEMORY_MAP_H
#define ALLSTOP_ENGINE_TARGET_MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target;

enum memory_kind { MEMORY_UNKNOWN, MEMORY_RAM, MEMORY_ROM, MEMORY_FLASH };

struct memory_region {
    uint64_t start, length;
    enum memory_kind kind;
};

struct memory_map {
    bool asked;
    struct memory_region *regions;
    size_t count, capacity;
};

void memory_map_forget(struct memory_map *m);
/* All of them. */
const struct memory_map *memory_map_of(struct target *target);
enum memory_kind memory_kind_at(struct target *target, uint64_t address);
const char *memory_kind_name(enum memory_kind kind); /* "ram", "rom", "flash", NULL */

#endif
