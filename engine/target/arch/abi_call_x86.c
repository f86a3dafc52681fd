/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System V ABI for AMD64, 3.2.3 "Parameter Passing", and for i386, 2.2.3 "Parameter Passing". */
#include "engine/target/arch/abi_call.h"

enum { RAX = 0, XMM0 = 17, AMD64_ST0 = 33, INTEGERS = 6, VECTORS = 8, STACK_ALIGNMENT = 16 };

/* rdi rsi rdx rcx r8 r9, by their numbers. */
static const unsigned char integers[INTEGERS] = {5, 4, 1, 2, 8, 9};

static bool is_vector(const struct abi_part *part)
{
    return part->number >= XMM0;
}

/* Would be returned in registers of these classes, and so many are free. */
static bool fits(const struct abi_placing *p, const struct abi_place *place)
{
    unsigned needs_integers = 0, needs_vectors = 0;
    for (unsigned i = 0; i < place->count; i++) {
        needs_vectors += is_vector(&place->parts[i]);
        needs_integers += !is_vector(&place->parts[i]);
        if (place->parts[i].number >= AMD64_ST0)
            return false;
    }
    return place->kind == ABI_REGISTERS && p->integers + needs_integers <= INTEGERS &&
           p->floats + needs_vectors <= VECTORS;
}

static void place_amd64(struct abi_placing *p, struct type *t)
{
    struct abi_place place;
    abi_class_of(abi_returned_amd64, p, t, &place);
    if (!fits(p, &place)) {
        abi_all_to_stack(p, t, abi_alignment(t, STACK_ALIGNMENT));
        return;
    }
    for (unsigned i = 0; i < place.count; i++) {
        const struct abi_part *part = &place.parts[i];
        if (is_vector(part))
            abi_to_register(p, XMM0 + p->floats++, part->offset, part->size);
        else
            abi_fill(abi_to_register(p, integers[p->integers++], part->offset, part->size), t, p->word);
    }
}

void abi_call_amd64(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++)
        place_amd64(&p, s->items[p.argument].type);
    ret->counter = RAX;
    ret->vectors = p.floats;
}

/* All of them are on the stack; vectors would be in registers. */
void abi_call_i386(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++) {
        struct type *t = s->items[p.argument].type;
        if (t->kind == TYPE_ARRAY && t->vector)
            abi_no_rule(&p);
        abi_all_to_stack(&p, t, p.word);
    }
}
