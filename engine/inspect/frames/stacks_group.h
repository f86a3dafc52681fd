/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/stacks_group.h - finding the stacks that are alike (for stacks.c).
 *
 * A hash of the frames, open addressing. At most a million frames are kept in all: of stacks found after that
 * only the innermost. Engine thread; nothing fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_STACKS_GROUP_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_STACKS_GROUP_H

#include "engine/inspect/frames/stacks.h"

struct stack_index {
    struct stacks *stacks;
    size_t *slots; /* index + 1 */
    size_t slot_count;
    size_t frames; /* kept in all */
};

void stack_index_init(struct stack_index *x, struct stacks *stacks);
void stack_index_free(struct stack_index *x);
/* Adds a thread with this stack (NULL: none is known). */
void stack_index_add(struct stack_index *x, struct ptid thread, const struct frame_list *list);
/* The order of the result. */
void stacks_sort(struct stacks *stacks);

#endif
