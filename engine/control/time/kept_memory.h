/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/kept_memory.h - registers and writable memory of a process, kept by ourselves.
 *
 * For targets that can do nothing of the kind. Kept are the registers of all threads and the writable memory:
 * what /proc says where the process is traced on this machine, else the writable sections of the loaded files
 * and the stack around the stack pointer. Put back is what differs. Not covered: files, sockets, other
 * processes, the kernel's state, memory mapped or unmapped since, and threads that began or ended since.
 * At most KEPT_MOST bytes each and KEPT_COUNT of them. Owned by the session's time line; engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_KEPT_MEMORY_H
#define ALLSTOP_ENGINE_CONTROL_TIME_KEPT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/limits.h"

struct control;
struct kept_memory;

void kept_memory_free(struct kept_memory *list);

struct kept_range {
    uint64_t low, high;
};
/* The writable ranges of lines as in /proc/PID/maps; *ret malloc'd. Shared memory and devices are left out.
 */
size_t kept_ranges_read(const char *maps, struct kept_range **ret);

#endif
