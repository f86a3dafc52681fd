/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual tables as the Itanium C++ ABI lays them out (section 2.5.2): an object of a dynamic class begins
 * with the address of its first virtual function's entry; two words before that is the offset from there to
 * the top of the object that it is part of.
 */
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/bases.h"
#include "engine/target/target.h"

static bool has_table(struct type *class, unsigned depth)
{
    const struct type_member *members;
    const struct type_method *methods;
    size_t count = type_methods(class, &methods);
    for (size_t i = 0; i < count; i++)
        if (methods[i].slot >= 0)
            return true;
    count = type_members(class, &members);
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_virtual || strncmp(members[i].name, "_vptr", 5) == 0)
            return true;
        if (members[i].base && members[i].known_offset && !members[i].bit_offset && depth < MEMBER_DEPTH_MOST)
            return has_table(members[i].type, depth + 1);
    }
    return false;
}

bool vtable_has(struct type *class)
{
    return kind_is_struct(type_strip(class)->kind) && has_table(class, 0);
}

static struct error *read_word(struct pool *p, uint64_t address, uint64_t *ret)
{
    struct value *word = value_at(p, basic_type(p, "long"), address);
    return value_as_integer(p, word, ret);
}

static uint64_t word_size(struct pool *p)
{
    return type_size(basic_type(p, "long"));
}

struct error *vtable_entry(struct pool *p, uint64_t object, int64_t slot, uint64_t *ret)
{
    uint64_t table;
    TRY(read_word(p, object, &table));
    return read_word(p, table + (uint64_t)slot * word_size(p), ret);
}

/* The class whose table has its functions from this address on; where it has none, another symbol is there.
 */
static struct type *class_of(struct pool *p, uint64_t table)
{
    static const char words[] = "vtable for ";
    struct symbol_place place;
    if (!symbols_lookup(p->target->map, table - 2 * word_size(p), &place) || !place.symbol ||
        strncmp(place.symbol, words, sizeof words - 1) != 0)
        return NULL;
    struct type *t =
        symbols_find_type(p->target->map, place.symbol + sizeof words - 1, p->has_pc ? p->pc : UINT64_MAX);
    return t && kind_is_struct(type_strip(t)->kind) ? t : NULL;
}

struct error *vtable_whole(struct pool *p, struct value *v, uint64_t *address, struct type **class)
{
    uint64_t table, offset;
    BASE_FREE char *name = type_name(v->type);
    if (v->place != PLACE_MEMORY || !vtable_has(v->type))
        return error_new(ERR_UNSUPPORTED,
                         "a %s does not know what object it is a part of: it has no virtual table", name);
    TRY(read_word(p, v->address, &table));
    TRY(read_word(p, table - 2 * word_size(p), &offset));
    if ((int64_t)offset > 0 || (int64_t)offset < -(int64_t)BASE_DISTANCE_MOST)
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "the virtual table of the %s says that its object begins %lld bytes away",
                                    name, (long long)offset),
                          "the object is not constructed yet, is gone, or is damaged");
    *address = v->address + offset;
    *class = class_of(p, table);
    return NULL;
}
