/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RISC-V ELF psABI, "Procedure Calling Convention". */
#include "engine/target/arch/abi_call.h"

enum { A0 = 10, FA0 = 42, REGISTERS = 8 };

/* By floating-point registers, where the type is one of those and enough of both kinds are free. */
static bool place_floats(struct abi_placing *p, const struct abi_place *place)
{
    unsigned floats = 0, integers = 0;
    for (unsigned i = 0; i < place->count; i++) {
        floats += place->parts[i].number >= FA0;
        integers += place->parts[i].number < FA0;
    }
    if (place->kind != ABI_REGISTERS || !floats || p->floats + floats > REGISTERS ||
        p->integers + integers > REGISTERS)
        return false;
    for (unsigned i = 0; i < place->count; i++) {
        const struct abi_part *part = &place->parts[i];
        bool is_float = part->number >= FA0;
        unsigned number = is_float ? FA0 + p->floats++ : A0 + p->integers++;
        struct abi_slot *slot = abi_to_register(p, number, part->offset, part->size);
        slot->fill = is_float ? ABI_FILL_ONES : ABI_FILL_NONE; /* a narrower float is boxed in a NaN */
        slot->width = 8;
    }
    return true;
}

/* Numbers of 32 bits are extended by their sign, also those that have none. */
static void extend_words(struct abi_call *c, size_t from)
{
    for (size_t i = from; i < c->count; i++)
        if (c->slots[i].fill == ABI_FILL_ZERO && c->slots[i].size == 4)
            c->slots[i].fill = ABI_FILL_SIGN;
}

static void place(struct abi_placing *p, const struct abi_argument *a)
{
    struct abi_place place;
    struct type *t = a->type;
    size_t from = p->ret->count;
    abi_class_of(abi_returned_riscv, p, t, &place);
    if (a->is_named && place_floats(p, &place))
        return;
    uint64_t size = type_size(t), alignment = abi_alignment(t, 2 * (uint64_t)p->word);
    if (size > 2 * (uint64_t)p->word) {
        t = abi_by_address(p, t);
        alignment = p->word;
    }
    if (!a->is_named && alignment > p->word && p->integers < REGISTERS)
        p->integers += p->integers % 2;
    if (p->integers >= REGISTERS)
        abi_all_to_stack(p, t, alignment);
    else
        abi_words(p, t, A0, REGISTERS, p->s->program.big_endian && abi_is_composite(t));
    extend_words(p->ret, from);
}

void abi_call_riscv(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++)
        place(&p, &s->items[p.argument]);
}
