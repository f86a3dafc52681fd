/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64-bit PowerPC ELF ABI, 3.2.5 "Return Values"; Power ELF V2 ABI, 2.2.5; s390x ELF ABI supplement, "Return
 * Values"; MIPS ABI supplement (o32), "Function Return Values". */
#include "engine/target/arch/abi.h"

/* -- Power ------------------------------------------------------------------------------------------------
 */

enum { R3 = 3, R4 = 4, F1 = 33, V2 = 1126, POWER_ABI = 3 /* EF_PPC64_ABI */, POWER_HOMOGENEOUS_PARTS = 8 };

/* Files from before the flag are of the first ABI where they are big-endian. */
bool abi_power_is_second(const struct abi_program *program)
{
    unsigned version = program->elf_flags & POWER_ABI;
    return version == 2 || (version == 0 && !program->big_endian);
}

/* A long double is a pair of doubles or, where its name says so, one number of 128 bits in a vector register.
 */
static void in_float_registers(const struct abi_leaves *l, size_t count, struct abi_place *ret)
{
    const struct abi_leaf *first = &l->items[0];
    uint64_t size = first->size;
    for (unsigned i = 0; i < count; i++) {
        if (first->class == ABI_VECTOR || (size == 16 && first->is_quad))
            abi_add(ret, V2 + i, i * size, size);
        else
            for (uint64_t at = 0; at < size; at += 8)
                abi_add_float(ret, F1 + ret->count, i * size + at, size < 8 ? size : 8);
    }
}

void abi_returned_power(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    struct abi_leaves l;
    abi_leaves(t, &l);
    bool composite = abi_is_composite(t);
    size_t count = abi_homogeneous(&l, size, POWER_HOMOGENEOUS_PARTS);
    if (type_is_by_reference(t) || (composite && !abi_power_is_second(program)))
        abi_in_memory(ret, ABI_NO_REGISTER, R3);
    else if (count)
        in_float_registers(&l, count, ret);
    else if (size <= 16)
        abi_add_words(ret, R3, R4, size, 8, program->big_endian && composite);
    else
        abi_in_memory(ret, ABI_NO_REGISTER, R3);
}

/* -- s390x ------------------------------------------------------------------------------------------------
 */

enum { R2 = 2, F0 = 16, V24 = 76 };

void abi_returned_s390(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    (void)program;
    uint64_t size = type_size(t);
    if (t->kind == TYPE_ARRAY && t->vector && size <= 16)
        abi_add_words(ret, V24, V24, size, 16, true);
    else if (abi_is_composite(t) || t->kind == TYPE_COMPLEX || size > 8)
        abi_in_memory(ret, ABI_NO_REGISTER, R2);
    else if (t->kind == TYPE_FLOAT)
        abi_add_float(ret, F0, 0, size);
    else
        abi_add(ret, R2, 0, size);
}

/* -- MIPS -------------------------------------------------------------------------------------------------
 */

enum { V0 = 2, V1 = 3, MIPS_F0 = 32, MIPS_F2 = 34 };

void abi_returned_mips(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    if (abi_is_composite(t)) {
        abi_in_memory(ret, V0, ABI_NO_REGISTER);
    } else if (t->kind == TYPE_FLOAT && size <= 8) {
        abi_add_float(ret, MIPS_F0, 0, size);
    } else if (t->kind == TYPE_COMPLEX && size <= 16) {
        abi_add_float(ret, MIPS_F0, 0, size / 2);
        abi_add_float(ret, MIPS_F2, size / 2, size / 2);
    } else if (size <= 8 && t->kind != TYPE_FLOAT && t->kind != TYPE_COMPLEX) {
        abi_add_words(ret, V0, V1, size, program->address_size, false);
    }
}
