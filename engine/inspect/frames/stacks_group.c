/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/stacks_group.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"

enum { FIRST_SLOTS = 64 };

void stack_index_init(struct stack_index *x, struct stacks *stacks)
{
    *x = (struct stack_index){.stacks = stacks, .slot_count = FIRST_SLOTS};
    x->slots = xcalloc(x->slot_count, sizeof *x->slots);
}

void stack_index_free(struct stack_index *x)
{
    free(x->slots);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const struct frame_list *list, size_t depth)
{
    uint64_t hash = depth;
    for (size_t i = 0; i < depth; i++)
        hash = mix(mix(hash, list->items[i].pc), list->items[i].inlined);
    return hash;
}

static bool is_alike(const struct stack *stack, uint64_t hash, const struct frame_list *list, size_t depth)
{
    if (stack->hash != hash || stack->depth != depth)
        return false;
    for (size_t i = 0; i < depth; i++)
        if (stack->frames[i].pc != list->items[i].pc ||
            !text_same(stack->frames[i].function, list->items[i].function))
            return false;
    return true;
}

static size_t *find_slot(struct stack_index *x, uint64_t hash, const struct frame_list *list, size_t depth)
{
    size_t mask = x->slot_count - 1, i = (size_t)hash & mask;
    while (x->slots[i] && !is_alike(&x->stacks->items[x->slots[i] - 1], hash, list, depth))
        i = (i + 1) & mask;
    return &x->slots[i];
}

static void grow(struct stack_index *x)
{
    if (x->slot_count > 2 * (x->stacks->count + 1))
        return;
    free(x->slots);
    x->slot_count *= 2;
    x->slots = xcalloc(x->slot_count, sizeof *x->slots);
    for (size_t k = 0; k < x->stacks->count; k++) {
        size_t i = (size_t)x->stacks->items[k].hash & (x->slot_count - 1);
        while (x->slots[i])
            i = (i + 1) & (x->slot_count - 1);
        x->slots[i] = k + 1;
    }
}

static struct stack *add_stack(struct stack_index *x, uint64_t hash, const struct frame_list *list,
                               size_t depth)
{
    struct stacks *all = x->stacks;
    ARRAY_RESERVE(all->items, all->count, all->capacity);
    struct stack *stack = &all->items[all->count++];
    *stack =
        (struct stack){.hash = hash, .depth = depth, .frames = xcalloc(depth + 1, sizeof *stack->frames)};
    for (size_t i = 0; i < depth; i++) {
        const struct frame *f = &list->items[i];
        stack->frames[i] = (struct stack_frame){f->pc, f->function, f->file, f->line, f->rule, f->inlined};
    }
    x->frames += depth;
    return stack;
}

void stack_index_add(struct stack_index *x, struct ptid thread, const struct frame_list *list)
{
    size_t depth = list ? list->count : 0;
    if (depth > 1 && x->frames >= STACKS_FRAMES_MOST)
        depth = 1;
    uint64_t hash = hash_of(list, depth);
    grow(x);
    size_t *slot = find_slot(x, hash, list, depth);
    struct stack *stack = *slot ? &x->stacks->items[*slot - 1] : add_stack(x, hash, list, depth);
    if (!*slot)
        *slot = x->stacks->count;
    ARRAY_RESERVE(stack->threads, stack->count, stack->capacity);
    stack->threads[stack->count++] = thread;
}

struct ranked {
    struct stack stack;
    size_t found;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->stack.count != y->stack.count)
        return x->stack.count > y->stack.count ? -1 : 1;
    return x->found < y->found ? -1 : x->found > y->found;
}

/* Found in order of their first threads. */
void stacks_sort(struct stacks *stacks)
{
    BASE_FREE struct ranked *ranked = xcalloc(stacks->count + 1, sizeof *ranked);
    for (size_t i = 0; i < stacks->count; i++)
        ranked[i] = (struct ranked){stacks->items[i], i};
    qsort(ranked, stacks->count, sizeof *ranked, compare);
    for (size_t i = 0; i < stacks->count; i++)
        stacks->items[i] = ranked[i].stack;
}

void stacks_free(struct stacks *stacks)
{
    for (size_t i = 0; i < stacks->count; i++) {
        free(stacks->items[i].threads);
        free(stacks->items[i].frames);
    }
    free(stacks->items);
    *stacks = (struct stacks){0};
}
