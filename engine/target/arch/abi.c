/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/abi.h"

#include <string.h>

#include "engine/target/limits.h"

static bool is_struct(enum type_kind kind)
{
    return kind == TYPE_STRUCT || kind == TYPE_CLASS || kind == TYPE_UNION;
}

bool abi_is_composite(struct type *t)
{
    return is_struct(t->kind) || (t->kind == TYPE_ARRAY && !t->vector);
}

static void add_leaf(struct abi_leaves *l, enum abi_class class, uint64_t offset, uint64_t size, bool is_quad)
{
    if (l->count == ABI_LEAVES) {
        l->too_many = true;
        return;
    }
    l->is_unaligned = l->is_unaligned || (size && size <= 16 && offset % size != 0);
    l->items[l->count++] = (struct abi_leaf){class, offset, size, is_quad};
}

static bool is_quad(const struct type *t)
{
    return t->name && strstr(t->name, "128");
}

static void collect(struct type *declared, uint64_t offset, unsigned depth, struct abi_leaves *l);

static void collect_members(struct type *t, uint64_t offset, unsigned depth, struct abi_leaves *l)
{
    const struct type_member *members;
    size_t count = type_members(t, &members);
    l->has_union = l->has_union || t->kind == TYPE_UNION;
    for (size_t i = 0; i < count && !l->too_many; i++) {
        const struct type_member *m = &members[i];
        uint64_t at;
        unsigned bit;
        type_member_storage(m, &at, &bit);
        if (!m->known_offset)
            l->too_many = true;
        else if (m->bit_size)
            add_leaf(l, ABI_INTEGER, offset + (at * 8 + bit) / 8, 1, false);
        else
            collect(m->type, offset + at, depth + 1, l);
    }
}

static void collect(struct type *declared, uint64_t offset, unsigned depth, struct abi_leaves *l)
{
    struct type *t = type_strip(declared);
    uint64_t size = type_size(t);
    if (depth > ABI_DEPTH_MOST || ++l->looked_at > ABI_TYPES_MOST) {
        l->too_many = true;
    } else if (is_struct(t->kind)) {
        collect_members(t, offset, depth, l);
    } else if (t->kind == TYPE_ARRAY && t->vector) {
        add_leaf(l, ABI_VECTOR, offset, size, false);
    } else if (t->kind == TYPE_ARRAY) {
        uint64_t step = type_size(type_target(t));
        for (uint64_t i = 0; step && i < size / step && !l->too_many; i++)
            collect(type_target(t), offset + i * step, depth + 1, l);
    } else if (t->kind == TYPE_COMPLEX) {
        add_leaf(l, ABI_FLOAT, offset, size / 2, is_quad(t));
        add_leaf(l, ABI_FLOAT, offset + size / 2, size / 2, is_quad(t));
    } else {
        add_leaf(l, t->kind == TYPE_FLOAT ? ABI_FLOAT : ABI_INTEGER, offset, size, is_quad(t));
    }
}

void abi_leaves(struct type *t, struct abi_leaves *ret)
{
    *ret = (struct abi_leaves){0};
    collect(t, 0, 0, ret);
}

size_t abi_homogeneous(const struct abi_leaves *l, uint64_t size, size_t most)
{
    const struct abi_leaf *first = &l->items[0];
    if (!l->count || l->too_many || l->is_unaligned || first->class == ABI_INTEGER || !first->size ||
        size % first->size || size / first->size > most)
        return 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].class != first->class || l->items[i].size != first->size)
            return 0;
    return (size_t)(size / first->size);
}

static void add(struct abi_place *ret, struct abi_part part)
{
    if (ret->count == ABI_PARTS) {
        ret->kind = ABI_UNKNOWN;
        return;
    }
    ret->kind = ABI_REGISTERS;
    ret->parts[ret->count++] = part;
}

void abi_add(struct abi_place *ret, unsigned number, uint64_t offset, uint64_t size)
{
    add(ret, (struct abi_part){.number = number, .offset = (unsigned)offset, .size = (unsigned)size});
}

void abi_add_float(struct abi_place *ret, unsigned number, uint64_t offset, uint64_t size)
{
    add(ret, (struct abi_part){
                 .number = number, .offset = (unsigned)offset, .size = (unsigned)size, .is_float = true});
}

void abi_add_words(struct abi_place *ret, unsigned first, unsigned second, uint64_t size, unsigned word,
                   bool is_left)
{
    ret->kind = ABI_REGISTERS;
    for (uint64_t at = 0; at < size && at < 2 * (uint64_t)word; at += word)
        add(ret, (struct abi_part){.number = at ? second : first,
                                   .offset = (unsigned)at,
                                   .size = (unsigned)(size - at < word ? size - at : word),
                                   .is_left = is_left});
}

void abi_in_memory(struct abi_place *ret, int pointer, int pointer_at_entry)
{
    *ret = (struct abi_place){.kind = ABI_MEMORY, .pointer = pointer, .pointer_at_entry = pointer_at_entry};
}
