/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language that an expression or a type is of (symbols/type.h). */
#include "symbols/types/type_internal.h"

/* The unit that an expression is read in: the one at `pc`, else the program's. */
static struct dwarf_unit *unit_read_in(struct symbol_map *m, uint64_t pc)
{
    uint64_t offset;
    struct symbol_file *f = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, pc - offset) : NULL;
    for (size_t i = 0; i < m->count && !u; i++) {
        const struct elf_symbol *list;
        if (elf_symbols_named(m->entries[i].file, "main", &list))
            u = lookup_unit(m->entries[i].file, list[0].value);
    }
    return u;
}

enum symbols_language symbols_language(struct symbol_map *m, uint64_t pc)
{
    struct dwarf_unit *u = unit_read_in(m, pc);
    return u ? dwarf_language(u->head) : LANGUAGE_UNKNOWN;
}

enum symbols_language type_language(struct type *t)
{
    for (unsigned i = 0; i < TYPE_CHAIN_LIMIT && !t->inside->language; i++) {
        struct type *next = t->die ? t : type_target(t);
        if (next == t)
            break;
        t = next;
    }
    return t->inside->language;
}

struct type *symbols_truth_type(struct symbol_map *m, uint64_t pc)
{
    enum symbols_language is = symbols_language(m, pc);
    struct type *logical = is == LANGUAGE_FORTRAN ? symbols_find_type(m, "logical(kind=4)", pc) : NULL;
    if (logical)
        return logical;
    return type_builtin(m, is == LANGUAGE_CPLUS || is == LANGUAGE_RUST || is == LANGUAGE_D ? "bool" : "int");
}
