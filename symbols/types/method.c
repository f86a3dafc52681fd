/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The code of a class's methods: by the linkage name that the class says, or by the function that says whose
 * it is.
 */
#include <string.h>

#include "symbols/index/demangle.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"
#include "symbols/types/type_internal.h"
#include "symbols/variable.h"

static const char *linkage_name(struct dwarf *d, uint64_t method)
{
    struct dwarf_unit *u;
    Dwarf_Die die;
    struct die_attrs a;
    if (!die_anywhere(d, method, &u, &die))
        return NULL;
    die_attributes(u, die, &a);
    dwarf_dealloc_die(die);
    const struct attr *name = die_attr(&a, DW_AT_linkage_name);
    if (!name)
        name = die_attr(&a, DW_AT_MIPS_linkage_name);
    return name ? attr_string(d, u->head, name) : NULL;
}

/* Does a function's DIE say, in some steps, that it is what another declares? */
static bool is_of(struct dwarf *d, uint64_t function, uint64_t declaration)
{
    for (unsigned i = 0; i < ORIGIN_LIMIT && function != declaration; i++) {
        struct dwarf_unit *u;
        Dwarf_Die die;
        struct die_attrs a;
        if (!die_anywhere(d, function, &u, &die))
            return false;
        die_attributes(u, die, &a);
        dwarf_dealloc_die(die);
        const struct attr *of = die_attr(&a, DW_AT_abstract_origin);
        if (!of)
            of = die_attr(&a, DW_AT_specification);
        if (!of || of->kind != ATTR_REFERENCE)
            return false;
        function = of->u;
    }
    return function == declaration;
}

static bool in_unit(struct dwarf *d, const struct type_method *method, uint64_t *ret)
{
    struct dwarf_unit *u = dwarf_unit_of_die(d, method->die);
    const struct function_table *t = u ? unit_functions(u) : NULL;
    for (size_t i = 0; t && i < t->count; i++) {
        const struct unit_function *f = &t->functions[i];
        if (f->inlined || !f->name || strcmp(f->name, method->name) != 0 || !is_of(d, f->die, method->die))
            continue;
        *ret = f->entry;
        return true;
    }
    return false;
}

/* The symbol of exactly this name: parts of functions have names that begin so. */
static bool by_symbol(struct symbol_file *f, const char *name, uint64_t *ret)
{
    const struct elf_symbol *list;
    size_t count = elf_symbols_named(f, name, &list);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) != 0)
            continue;
        *ret = list[i].value;
        return true;
    }
    return false;
}

bool symbols_method(struct symbol_map *m, struct type *class, const struct type_method *method, uint64_t *ret)
{
    class = type_strip(class);
    struct dwarf *d = class->file ? dwarf_of(class->file) : NULL;
    const char *name = d ? linkage_name(d, method->die) : NULL;
    for (size_t i = 0; i < m->count; i++) {
        const struct map_entry *e = &m->entries[i];
        bool found =
            name ? by_symbol(e->file, name, ret) : d && e->file == class->file && in_unit(d, method, ret);
        if (found) {
            *ret += e->offset;
            return true;
        }
    }
    return false;
}

const char *symbols_method_name(struct type *class, const struct type_method *method)
{
    class = type_strip(class);
    struct dwarf *d = class->file ? dwarf_of(class->file) : NULL;
    const char *name = d ? linkage_name(d, method->die) : NULL;
    return name ? demangled(&class->file->strings, name) : NULL;
}
