/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/stacks.h - the stacks of all threads, those that are alike together.
 *
 * Two stacks are alike when all their frames have the same pc and function. Registers of all threads come in
 * one batch. In a process, the memory that the stacks of some hundred threads need is asked in rounds: each
 * round unwinds what it can from the cache, and what was missing for any of them is one batch; so the turns
 * go by the depth of the stacks and the size of a window and not by the number of threads. Elsewhere (CPUs,
 * whose memory may be a device) each stack is read as `backtrace` does.
 *
 * Results are the caller's; strings belong to the symbol files. Engine thread, target stopped. Errors: the
 * connection's, and ERR_CANCELLED. A thread whose registers cannot be had has a stack without frames.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_STACKS_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_STACKS_H

#include "engine/inspect/frames/frames.h"
#include "engine/inspect/limits.h"

struct stack_frame {
    uint64_t pc;
    const char *function, *file;
    unsigned line;
    enum frame_rule rule;
    bool inlined;
};

struct stack {
    struct ptid *threads; /* in order of their numbers */
    size_t count, capacity;
    struct stack_frame *frames; /* innermost first */
    size_t depth;
    uint64_t hash;
};

struct stacks {
    struct stack *items; /* those with the most threads first, then by their first thread */
    size_t count, capacity;
};

/* At most `depth` frames of each, and at most STACKS_DEPTH_MAX. */
struct error *stacks_read(struct target *target, unsigned depth, struct stacks *ret) BASE_MUST_CHECK;
void stacks_free(struct stacks *stacks);

#endif
