/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Procedure Call Standard for the Arm 64-bit Architecture, 6.9 "Result Return", and for the Arm Architecture,
 * 6.4 "Result Return" and 7.1.3 (VFP). */
#include "engine/target/arch/abi.h"

enum { X0 = 0, X1 = 1, X8 = 8, V0 = 64, R0 = 0, R1 = 1, S0 = 64, D0 = 256 };

enum { HOMOGENEOUS_PARTS = 4, HARD_FLOAT = 0x400 /* EF_ARM_ABI_FLOAT_HARD */ };

void abi_returned_aarch64(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    struct abi_leaves l;
    abi_leaves(t, &l);
    size_t count = abi_homogeneous(&l, size, HOMOGENEOUS_PARTS);
    if (type_is_by_reference(t)) {
        abi_in_memory(ret, ABI_NO_REGISTER, X8);
    } else if (count) {
        for (unsigned i = 0; i < count; i++)
            abi_add_float(ret, V0 + i, i * l.items[0].size, l.items[0].size);
    } else if (size <= 16) {
        abi_add_words(ret, X0, X1, size, 8, program->big_endian && abi_is_composite(t));
    } else {
        abi_in_memory(ret, ABI_NO_REGISTER, X8);
    }
}

static void in_vfp(const struct abi_leaves *l, size_t count, struct abi_place *ret)
{
    uint64_t size = l->items[0].size;
    for (unsigned i = 0; i < count; i++) {
        if (size <= 4)
            abi_add_float(ret, S0 + i, i * size, size);
        for (uint64_t at = 0; size > 4 && at < size; at += 8)
            abi_add_float(ret, D0 + (unsigned)((i * size + at) / 8), i * size + at, 8);
    }
}

void abi_returned_arm(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    struct abi_leaves l;
    abi_leaves(t, &l);
    /* One that takes any number of arguments is of the base standard (6.4.1). */
    bool hard = program->elf_flags & HARD_FLOAT && !program->is_variadic;
    size_t count = abi_homogeneous(&l, size, HOMOGENEOUS_PARTS);
    bool composite = abi_is_composite(t) || t->kind == TYPE_COMPLEX;
    if (type_is_by_reference(t))
        abi_in_memory(ret, ABI_NO_REGISTER, R0);
    else if (hard && count)
        in_vfp(&l, count, ret);
    else if (composite && size > 4)
        abi_in_memory(ret, ABI_NO_REGISTER, R0);
    else if (size <= 8)
        abi_add_words(ret, R0, R1, size, 4, program->big_endian && composite);
}
