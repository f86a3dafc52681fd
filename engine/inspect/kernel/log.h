/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/log.h - what the kernel has said: the ring buffer of printk (Linux 5.10 and newer).
 *
 * Facts: kernel/printk/printk_ringbuffer.h and .c. Read from the newest record backwards, so that the last
 * lines cost the same in any buffer: descriptors and what is known of each, then the texts, in batches. A
 * list is the caller's. Engine thread, target stopped. Errors: those of kernel.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_LOG_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct target;

struct log_line {
    uint64_t time_ns; /* since the kernel began to count */
    unsigned level;   /* 0 (emergency) to 7 (debug) */
    char *text;       /* harmless */
};
struct log_list {
    struct log_line *items; /* oldest first */
    size_t count, capacity;
};

/* The last `most` records of at most this level. */
struct error *log_read(struct target *target, size_t most, unsigned level,
                       struct log_list *ret) BASE_MUST_CHECK;
void log_free(struct log_list *list);

#endif
