/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of template classes that a compiler leaves without their arguments (clang's -gsimple-template-names):
 * they are made of the parameters that the class describes.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

enum { TAG_PARAMETER_PACK = 0x4107 }; /* GCC's DW_TAG_GNU_template_parameter_pack */

struct arguments {
    struct buf text;
    unsigned depth;
    bool unknown; /* one of them is no type and no number */
};

static void add_value(struct arguments *k, struct type *t, const struct attr *value)
{
    t = type_strip(t);
    if (!value || value->kind != ATTR_CONSTANT)
        k->unknown = true;
    else if (t->kind == TYPE_BOOL)
        buf_add_text(&k->text, value->u ? "true" : "false");
    else
        buf_printf(&k->text, t->is_signed ? "%" PRId64 : "%" PRIu64, (int64_t)value->u);
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct arguments *k = context;
    struct die_attrs a;
    bool value = tag == DW_TAG_template_value_param;
    if (tag == TAG_PARAMETER_PACK && k->depth == 0) {
        k->depth++;
        die_children(u, die, visit, k);
        k->depth--;
    }
    if ((tag != DW_TAG_template_type_param && !value) || k->text.length > DEMANGLED_LIMIT)
        return;
    die_attributes(u, die, &a);
    struct type *t = type_of_attr(u->dwarf->file, die_attr(&a, DW_AT_type));
    if (k->text.length)
        buf_add_text(&k->text, ", ");
    if (value) {
        add_value(k, t, die_attr(&a, DW_AT_const_value));
        return;
    }
    BASE_FREE char *name = type_name(t);
    buf_add_text(&k->text, name);
}

char *type_template_name(struct dwarf_unit *u, Dwarf_Die die, const char *name)
{
    struct arguments k = {.text = {0}};
    uint64_t budget = u->budget; /* a walk of this unit may be under way */
    die_walk_begin(u);
    die_children(u, die, visit, &k);
    u->budget = budget;
    bool closes = k.text.length && k.text.data[k.text.length - 1] == '>';
    bool good = k.text.length && !k.unknown && k.text.length <= DEMANGLED_LIMIT;
    char *ret = good ? xasprintf("%s<%s%s>", name, buf_text(&k.text), closes ? " " : "") : NULL;
    buf_free(&k.text);
    return ret;
}
