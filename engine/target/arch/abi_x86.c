/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System V ABI for AMD64, 3.2.3 "Returning of Values", and for i386, "Function Calling Sequence". */
#include "engine/target/arch/abi.h"

enum { RAX = 0, RDX = 1, XMM0 = 17, AMD64_ST0 = 33, EAX = 0, EDX = 2, I386_ST0 = 11, I386_XMM0 = 21 };

enum { EIGHTBYTE = 8, EIGHTBYTES = 2 };

enum eightbyte { EIGHT_NONE, EIGHT_SSE, EIGHT_INTEGER };

static bool is_x87(const struct abi_leaf *leaf)
{
    return leaf->class == ABI_FLOAT && leaf->size == 16 && !leaf->is_quad;
}

/* Long doubles are alone in st0, and a complex one is in st0 and st1. True: it was one. */
static bool in_x87(struct type *t, const struct abi_leaves *l, struct abi_place *ret)
{
    bool complex = t->kind == TYPE_COMPLEX;
    if (!l->count || l->count > (complex ? 2 : 1) || !is_x87(&l->items[0]))
        return false;
    for (size_t i = 0; i < l->count; i++)
        abi_add_float(ret, AMD64_ST0 + (unsigned)i, l->items[i].offset, l->items[i].size);
    return true;
}

/* False: it has to be in memory. */
static bool classify(const struct abi_leaves *l, enum eightbyte classes[EIGHTBYTES])
{
    for (size_t i = 0; i < l->count; i++) {
        const struct abi_leaf *leaf = &l->items[i];
        enum eightbyte class = leaf->class == ABI_INTEGER ? EIGHT_INTEGER : EIGHT_SSE;
        if (is_x87(leaf))
            return false;
        for (uint64_t at = leaf->offset / EIGHTBYTE; at * EIGHTBYTE < leaf->offset + leaf->size; at++)
            if (at<EIGHTBYTES &&class> classes[at])
                classes[at] = class;
    }
    return true;
}

static bool is_one_vector(const struct abi_leaves *l, uint64_t size)
{
    return l->count == 1 && l->items[0].size == size &&
           (l->items[0].class == ABI_VECTOR || l->items[0].class == ABI_FLOAT) && size >= 16;
}

static void in_eightbytes(const enum eightbyte classes[EIGHTBYTES], uint64_t size, struct abi_place *ret)
{
    unsigned integers = 0, vectors = 0;
    ret->kind = ABI_REGISTERS;
    for (unsigned i = 0; i < EIGHTBYTES && i * EIGHTBYTE < size; i++) {
        uint64_t at = (uint64_t)i * EIGHTBYTE, rest = size - at < EIGHTBYTE ? size - at : EIGHTBYTE;
        if (classes[i] == EIGHT_INTEGER)
            abi_add(ret, integers++ ? RDX : RAX, at, rest);
        else if (classes[i] == EIGHT_SSE)
            abi_add(ret, XMM0 + vectors++, at, rest);
    }
}

void abi_returned_amd64(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    (void)program;
    uint64_t size = type_size(t);
    enum eightbyte classes[EIGHTBYTES] = {EIGHT_NONE};
    struct abi_leaves l;
    abi_leaves(t, &l);
    bool by_reference = type_is_by_reference(t);
    if (!by_reference && is_one_vector(&l, size) && !is_x87(&l.items[0]))
        abi_add(ret, XMM0, 0, size);
    else if (!by_reference && in_x87(t, &l, ret))
        return;
    else if (by_reference || l.too_many || l.is_unaligned || size > (uint64_t)EIGHTBYTE * EIGHTBYTES ||
             !classify(&l, classes))
        abi_in_memory(ret, RAX, ABI_NO_REGISTER);
    else
        in_eightbytes(classes, size, ret);
}

void abi_returned_i386(const struct abi_program *program, struct type *t, struct abi_place *ret)
{
    uint64_t size = type_size(t);
    if (abi_is_composite(t) || (t->kind == TYPE_COMPLEX && size > 8))
        abi_in_memory(ret, EAX, ABI_NO_REGISTER);
    else if (t->kind == TYPE_FLOAT && size >= 4 && size <= 12)
        abi_add_float(ret, I386_ST0, 0, size);
    else if (t->kind == TYPE_ARRAY && size >= 16)
        abi_add(ret, I386_XMM0, 0, size);
    else if (t->kind != TYPE_FLOAT && t->kind != TYPE_ARRAY && size <= 8)
        abi_add_words(ret, EAX, EDX, size, program->address_size, false);
}
