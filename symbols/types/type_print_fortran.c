/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fortran's types as text, as gdb prints them under `set language fortran`: the first dimension stands first.
 */
#include <inttypes.h>
#include <string.h>

#include "symbols/limits.h"
#include "symbols/types/type_internal.h"
#include "symbols/types/type_print.h"

static void print_bounds(const struct type *t, struct buf *ret)
{
    if (!t->count_known)
        buf_add_char(ret, ':');
    else if (t->lower != 1)
        buf_printf(ret, "%" PRId64 ":%" PRId64, t->lower, (int64_t)((uint64_t)t->lower + t->count - 1));
    else
        buf_printf(ret, "%" PRIu64, t->count);
}

/* The innermost array is the first dimension. */
static void print_dimensions(struct type *const *list, size_t count, struct buf *ret)
{
    buf_add_text(ret, " (");
    for (size_t i = count; i-- > 0;) {
        print_bounds(list[i], ret);
        buf_add_text(ret, i ? "," : ")");
    }
}

static void print_name(struct type *t, unsigned depth, struct buf *ret)
{
    struct type *list[DIMENSION_LIMIT];
    size_t count = 0;
    while (t->kind > TYPE_TYPEDEF && type_target(t) != t && count < DIMENSION_LIMIT)
        t = type_target(t);
    for (; t->kind == TYPE_ARRAY && !t->text && type_target(t) != t && count < DIMENSION_LIMIT;
         t = type_target(t))
        list[count++] = t;
    if (depth > TYPE_DEPTH_LIMIT || ret->length > TYPE_TEXT_LIMIT) {
        buf_add_text(ret, "...");
    } else if (t->kind == TYPE_ARRAY && t->text) {
        buf_add_text(ret, "character*");
        buf_printf(ret, t->count_known ? "%" PRIu64 : "(*)", t->count);
    } else if (t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE) {
        buf_add_text(ret, t->kind == TYPE_POINTER ? "PTR TO -> ( " : "REF TO -> ( ");
        print_name(type_target(t), depth + 1, ret);
        buf_add_text(ret, " )");
    } else if (t->kind == TYPE_STRUCT && t->name) {
        buf_add_text(ret, "Type ");
        text_add_visible(ret, t->name, strlen(t->name), false);
    } else {
        type_print_c(t, "", &(struct type_layout){.expand = -1, .depth = depth + 1}, ret);
    }
    if (count)
        print_dimensions(list, count, ret);
}

void type_print_fortran(struct type *t, const char *name, unsigned depth, struct buf *ret)
{
    print_name(t, depth, ret);
    if (*name)
        buf_add_text(ret, " :: ");
    text_add_visible(ret, name, strlen(name), false);
}
