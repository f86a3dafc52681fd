/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointers to members as text, as gdb prints them. */
#include <inttypes.h>

#include "base/alloc.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/member_pointer.h"
#include "symbols/variable.h"

/* The member at an offset, by the innermost base class that has it. */
static bool data_name(struct type *class, uint64_t offset, unsigned depth, struct buf *out)
{
    const struct type_member *members;
    size_t count = type_members(class, &members);
    for (size_t i = 0; i < count; i++) {
        if (members[i].base || !members[i].known_offset || members[i].bit_offset != offset * 8)
            continue;
        BASE_FREE char *name = type_name(class);
        buf_printf(out, "&%s::%s", name, members[i].name);
        return true;
    }
    for (size_t i = 0; i < count && depth < MEMBER_DEPTH_MOST; i++) {
        uint64_t begin = members[i].bit_offset / 8;
        if (members[i].base && members[i].known_offset && offset - begin < type_size(members[i].type) &&
            data_name(type_strip(members[i].type), offset - begin, depth + 1, out))
            return true;
    }
    return false;
}

static struct error *data_text(struct pool *p, struct value *v, struct buf *out)
{
    struct type *class = type_containing(v->type);
    uint64_t offset = 0;
    TRY(value_as_integer(p, v, &offset));
    if (offset == UINT64_MAX || (v->size == 4 && offset == UINT32_MAX))
        buf_add_text(out, "NULL");
    else if (!class || !data_name(type_strip(class), offset, 0, out))
        buf_printf(out, "%" PRId64, (int64_t)offset);
    return NULL;
}

/* The virtual method of a place in the table. */
static void virtual_text(struct type *class, int64_t slot, uint64_t offset, struct buf *out)
{
    const struct type_method *methods;
    size_t count = class ? type_methods(class, &methods) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = methods[i].slot == slot ? symbols_method_name(class, &methods[i]) : NULL;
        if (!name)
            continue;
        buf_printf(out, "&virtual %s", name);
        return;
    }
    buf_printf(out, "&virtual table offset %" PRIu64, offset);
}

struct error *member_pointer_text(struct pool *p, struct value *v, struct buf *out)
{
    struct method_pointer m = {0};
    if (!is_method_pointer(v))
        return data_text(p, v, out);
    TRY(method_pointer_take_apart(p, v, &m));
    if (m.is_virtual) {
        struct type *class = type_containing(v->type);
        virtual_text(class ? type_strip(class) : NULL, (int64_t)(m.function / (v->size / 2)), m.function,
                     out);
    } else if (!m.function) {
        buf_add_text(out, "NULL");
    } else {
        BASE_FREE char *name = type_name(v->type);
        buf_printf(out, "(%s) 0x%" PRIx64, name, m.function);
        add_symbol(p, m.function, out);
    }
    if (m.adjustment)
        buf_printf(out, ", this adjustment %" PRId64, m.adjustment);
    return NULL;
}
