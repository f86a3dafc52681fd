/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RISC-V ELF psABI, "Procedure Calling Convention": values are returned as a first argument would be passed.
 */
#include "engine/target/arch/abi.h"

enum { A0 = 10, A1 = 11, FA0 = 42, FA1 = 43, FLOAT_ABI = 6 /* EF_RISCV_FLOAT_ABI */ };

/* Bytes of the widest float that is passed in a register of its own. */
static unsigned float_size(const struct abi_program *program)
{
    static const unsigned sizes[] = {0, 4, 8, 16};
    return sizes[(program->elf_flags & FLOAT_ABI) / 2];
}

/* One or two members, with a float among them; unions are never taken apart. */
static bool is_taken_apart(const struct abi_program *program, const struct abi_leaves *l)
{
    bool has_float = false;
    if (l->too_many || l->has_union || !l->count || l->count > 2)
        return false;
    for (size_t i = 0; i < l->count; i++) {
        const struct abi_leaf *leaf = &l->items[i];
        bool is_float = leaf->class == ABI_FLOAT;
        if (leaf->class == ABI_VECTOR ||
            leaf->size > (is_float ? float_size(program) : program->address_size))
            return false;
        has_float = has_float || is_float;
    }
    return has_float;
}

void abi_returned_riscv(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    unsigned floats = 0;
    struct abi_leaves l;
    abi_leaves(t, &l);
    if (type_is_by_reference(t)) {
        abi_in_memory(ret, ABI_NO_REGISTER, A0);
    } else if (is_taken_apart(program, &l)) {
        for (size_t i = 0; i < l.count; i++) {
            if (l.items[i].class == ABI_FLOAT)
                abi_add_float(ret, floats++ ? FA1 : FA0, l.items[i].offset, l.items[i].size);
            else
                abi_add(ret, A0, l.items[i].offset, l.items[i].size);
        }
    } else if (size <= 2 * (uint64_t)program->address_size) {
        abi_add_words(ret, A0, A1, size, program->address_size, program->big_endian && abi_is_composite(t));
    } else {
        abi_in_memory(ret, ABI_NO_REGISTER, A0);
    }
}
