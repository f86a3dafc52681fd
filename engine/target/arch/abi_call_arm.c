/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Procedure Call Standard for the Arm 64-bit Architecture, 6.8 "Parameter passing", and for the Arm
 * Architecture, 6.5 "Parameter Passing" and 7.1 (VFP). */
#include "engine/target/arch/abi_call.h"

enum { X0 = 0, X8 = 8, V0 = 64, R0 = 0, S0 = 64, D0 = 256, REGISTERS_64 = 8, REGISTERS_32 = 4, SINGLES = 16 };

enum { HOMOGENEOUS_PARTS = 4, HARD_FLOAT = 0x400 /* EF_ARM_ABI_FLOAT_HARD */ };

/* Floats, vectors and homogeneous aggregates of them: all in registers, or none and no later one either. */
static void place_vectors(struct abi_placing *p, struct type *t, const struct abi_place *place)
{
    if (p->floats + place->count > REGISTERS_64) {
        p->floats = REGISTERS_64;
        abi_all_to_stack(p, t, abi_alignment(t, 16));
        return;
    }
    for (unsigned i = 0; i < place->count; i++)
        abi_to_register(p, V0 + p->floats++, place->parts[i].offset, place->parts[i].size);
}

static void place_aarch64(struct abi_placing *p, struct type *t)
{
    struct abi_place place;
    abi_class_of(abi_returned_aarch64, p, t, &place);
    if (place.kind == ABI_MEMORY)
        t = abi_by_address(p, t);
    if (place.kind == ABI_REGISTERS && place.count && place.parts[0].number >= V0) {
        place_vectors(p, t, &place);
        return;
    }
    uint64_t size = type_size(t), alignment = abi_alignment(t, 16), words = (size + p->word - 1) / p->word;
    if (alignment == 16)
        p->integers += p->integers % 2;
    if (p->integers + words <= REGISTERS_64) {
        abi_words(p, t, X0, REGISTERS_64, p->s->program.big_endian && abi_is_composite(t));
        return;
    }
    p->integers = REGISTERS_64;
    abi_all_to_stack(p, t, alignment);
}

void abi_call_aarch64(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    if (s->tells_memory)
        abi_to_register(&p, X8, 0, p.word);
    for (p.argument = s->tells_memory; p.argument < s->count; p.argument++)
        place_aarch64(&p, s->items[p.argument].type);
}

/* -- 32 bits ---------------------------------------------------------------------------------------------
 */

/* The first run of free registers of single precision, `count` of them, at a multiple of `alignment`;
 * SINGLES: there is none. Earlier gaps are filled (7.1.2.4, "back-filling"). */
static unsigned find_singles(unsigned used, unsigned count, unsigned alignment)
{
    for (unsigned i = 0; i + count <= SINGLES; i += alignment)
        if (!(used >> i & ((1u << count) - 1)))
            return i;
    return SINGLES;
}

/* False: it is no candidate for these registers. */
static bool place_vfp(struct abi_placing *p, struct type *t)
{
    struct abi_leaves l;
    uint64_t size = type_size(t);
    abi_leaves(t, &l);
    size_t count = abi_homogeneous(&l, size, HOMOGENEOUS_PARTS);
    uint64_t one = l.items[0].size;
    if (!count || one < 4)
        return false;
    unsigned each = (unsigned)one / 4, all = each * (unsigned)count, doubles = each > 2 ? 2 : each;
    unsigned from = find_singles(p->floats, all, doubles);
    if (from == SINGLES) {
        p->floats = (1u << SINGLES) - 1;
        abi_all_to_stack(p, t, abi_alignment(t, 8));
        return true;
    }
    p->floats |= ((1u << all) - 1) << from;
    for (unsigned i = 0; i < all; i += doubles)
        abi_to_register(p, doubles == 1 ? S0 + from + i : D0 + (from + i) / 2, i * 4u, doubles * 4u);
    return true;
}

static void place_arm(struct abi_placing *p, struct type *t, bool hard)
{
    if (hard && place_vfp(p, t))
        return;
    uint64_t size = type_size(t), alignment = abi_alignment(t, 8), words = (size + 3) / 4;
    bool composite = abi_is_composite(t) || t->kind == TYPE_COMPLEX;
    if (alignment == 8)
        p->integers += p->integers % 2;
    if (p->integers < REGISTERS_32 && (p->integers + words <= REGISTERS_32 || p->stack == 0)) {
        abi_words(p, t, R0, REGISTERS_32, p->s->program.big_endian && composite);
        return;
    }
    p->integers = REGISTERS_32;
    abi_all_to_stack(p, t, alignment);
}

/* A function that takes any number of arguments takes none in floating-point registers (6.4.1). */
void abi_call_arm(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    bool hard = s->program.elf_flags & HARD_FLOAT && !s->program.is_variadic;
    for (; p.argument < s->count; p.argument++)
        place_arm(&p, s->items[p.argument].type, hard);
}
