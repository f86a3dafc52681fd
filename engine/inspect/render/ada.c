/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ada's records as text, as gdb prints them under `set language ada`; enumerators have no package in front.
 */
#include <string.h>

#include "engine/inspect/limits.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/variants.h"

struct error *ada_text(struct rendering *r, struct value *v, unsigned depth)
{
    const struct type_member *members;
    struct variants have;
    size_t count = type_members(v->type, &members);
    bool first = true;
    if (depth >= RENDER_DEPTH) {
        buf_add_text(r->out, "(...)");
        return NULL;
    }
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(r->p, v));
    TRY(variants_read(r->p, v, &have));
    buf_add_char(r->out, '(');
    for (size_t i = 0; i < count && r->out->length < RENDER_TEXT; i++) {
        if (!variants_have(&have, &members[i]))
            continue;
        buf_printf(r->out, "%s%s => ", first ? "" : ", ", members[i].name);
        first = false;
        field_text(r, v, &members[i], depth);
    }
    buf_add_char(r->out, ')');
    variants_free(&have);
    return NULL;
}
