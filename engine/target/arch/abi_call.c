/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the conventions share (abi_call_*.c). */
#include "engine/target/arch/abi_call.h"

void abi_placing_begin(struct abi_placing *p, const struct abi_signature *s, struct abi_call *ret)
{
    *p = (struct abi_placing){.s = s, .ret = ret, .word = s->program.address_size};
    ret->counter = ABI_NO_REGISTER;
}

void abi_no_rule(struct abi_placing *p)
{
    if (!p->ret->failed)
        p->ret->failed_at = p->argument;
    p->ret->failed = true;
}

static struct abi_slot *add(struct abi_placing *p, uint64_t offset, uint64_t size)
{
    struct abi_call *c = p->ret;
    if (c->count == CALL_SLOTS_MOST) {
        abi_no_rule(p);
        c->count--; /* it is not sent */
    }
    struct abi_slot *slot = &c->slots[c->count++];
    *slot = (struct abi_slot){.argument = p->argument, .offset = offset, .size = size};
    return slot;
}

struct abi_slot *abi_to_register(struct abi_placing *p, unsigned number, uint64_t offset, uint64_t size)
{
    struct abi_slot *slot = add(p, offset, size);
    slot->number = number;
    return slot;
}

struct abi_slot *abi_to_stack(struct abi_placing *p, uint64_t at, uint64_t offset, uint64_t size)
{
    struct abi_slot *slot = add(p, offset, size);
    slot->on_stack = true;
    slot->at = at;
    return slot;
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

uint64_t abi_take_stack(struct abi_placing *p, uint64_t size, uint64_t alignment)
{
    uint64_t at = round_up(p->stack, alignment > p->word ? alignment : p->word);
    p->stack = at + round_up(size, p->word);
    p->ret->stack = p->stack;
    return at;
}

static bool is_integer(const struct type *t)
{
    switch (t->kind) {
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_INTEGER:
    case TYPE_ENUM:
    case TYPE_POINTER:
    case TYPE_REFERENCE:
    case TYPE_RVALUE_REFERENCE:
        return true;
    default:
        return false;
    }
}

void abi_fill(struct abi_slot *slot, struct type *t, unsigned width)
{
    if (!is_integer(t) || slot->size >= width)
        return;
    slot->fill = t->is_signed ? ABI_FILL_SIGN : ABI_FILL_ZERO;
    slot->width = width;
}

void abi_all_to_stack(struct abi_placing *p, struct type *t, uint64_t alignment)
{
    uint64_t size = type_size(t), at = abi_take_stack(p, size, alignment);
    bool right = p->s->program.big_endian && size < p->word && !abi_is_composite(t);
    if (right && !is_integer(t))
        at += p->word - size;
    abi_fill(abi_to_stack(p, at, 0, size), t, p->word);
}

void abi_words(struct abi_placing *p, struct type *t, unsigned first, unsigned most, bool is_left)
{
    uint64_t size = type_size(t);
    for (uint64_t at = 0; at < size; at += p->word) {
        uint64_t n = size - at < p->word ? size - at : p->word;
        if (p->integers >= most) {
            uint64_t place = abi_take_stack(p, size - at, p->word);
            struct abi_slot *rest = abi_to_stack(p, place, at, size - at);
            abi_fill(rest, t, p->word);
            return;
        }
        struct abi_slot *slot = abi_to_register(p, first + p->integers++, at, n);
        slot->is_left = is_left;
        abi_fill(slot, t, p->word);
    }
}

struct type *abi_by_address(struct abi_placing *p, struct type *t)
{
    p->ret->by_address[p->argument] = true;
    return type_pointer_to(t);
}

uint64_t abi_alignment(struct type *t, uint64_t most)
{
    struct abi_leaves l;
    uint64_t alignment = 1;
    abi_leaves(t, &l);
    for (size_t i = 0; i < l.count; i++) {
        uint64_t size = l.items[i].size < most ? l.items[i].size : most;
        while (size > alignment)
            alignment *= 2;
    }
    return alignment < most ? alignment : most;
}

void abi_class_of(abi_returned *returned, const struct abi_placing *p, struct type *t, struct abi_place *ret)
{
    *ret = (struct abi_place){.kind = ABI_UNKNOWN};
    returned(&p->s->program, t, ret);
}

bool abi_is_single_float(struct type *t, uint64_t *size)
{
    struct abi_leaves l;
    abi_leaves(t, &l);
    *size = l.items[0].size;
    return l.count == 1 && !l.too_many && l.items[0].class == ABI_FLOAT && !l.items[0].is_quad &&
           *size == type_size(t);
}
