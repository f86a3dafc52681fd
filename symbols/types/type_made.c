/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structs that no file describes: what an operating system hands out, say. */
#include <string.h>

#include "symbols/types/type_internal.h"

/* What a member is aligned to: the size of its innermost plain part. */
static uint64_t alignment_of(struct type *t, unsigned most)
{
    uint64_t align = 1;
    t = type_strip(t);
    for (unsigned depth = 0; t->kind == TYPE_ARRAY && depth < 8; depth++)
        t = type_strip(type_target(t));
    if (t->kind != TYPE_STRUCT && t->kind != TYPE_UNION) {
        align = type_size(t);
    } else {
        const struct type_member *list;
        size_t count = type_members(t, &list);
        for (size_t i = 0; i < count; i++) {
            uint64_t one = alignment_of(list[i].type, most);
            align = one > align ? one : align;
        }
    }
    align = align > most ? most : align;
    return align ? align : 1;
}

static uint64_t rounded(uint64_t size, uint64_t align)
{
    return (size + align - 1) / align * align;
}

struct type *type_struct_of(struct type *near, enum type_kind kind, const char *name,
                            const struct type_member *members, size_t count, unsigned align)
{
    struct intern *arena = near->inside->arena;
    struct type *t = type_make(arena, NULL, kind);
    struct type_member *list = intern_alloc(arena, (count + 1) * sizeof *list);
    uint64_t end = 0, most = 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t own = alignment_of(members[i].type, align), size = type_size(members[i].type);
        uint64_t at = kind == TYPE_UNION ? 0 : rounded(end, own);
        list[i] = members[i];
        list[i].name = intern(arena, members[i].name);
        list[i].bit_offset = at * 8;
        list[i].known_offset = true;
        end = at + size > end ? at + size : end;
        most = own > most ? own : most;
    }
    t->name = name ? intern(arena, name) : NULL;
    t->inside->map = near->inside->map;
    t->inside->size = rounded(end, most);
    t->inside->children_read = true;
    t->inside->members = list;
    t->inside->member_count = count;
    return t;
}
