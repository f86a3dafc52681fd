/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the function around an address begins and ends, by the symbols that name functions. */
#include <string.h>

#include "symbols/elf/plt.h"
#include "symbols/map_internal.h"

/* Labels inside of a function may be symbols too: local ones without a type are no beginnings. */
static bool begins_function(const struct elf_symbol *s)
{
    return s->type == STT_FUNC || s->type == STT_GNU_IFUNC || (s->type == STT_NOTYPE && s->bind != STB_LOCAL);
}

/* Code that is entered by jumps, with a frame that another function has made: parts of functions that are
 * kept apart, and the routines that they share for saving and restoring registers. */
static bool is_part(const char *name)
{
    static const char *const shared[] = {"_restgpr", "_restfpr", "_restvr",         "_savegpr",
                                         "_savefpr", "_savevr",  "__riscv_restore", "__riscv_save"};
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
        if (strncmp(name, shared[i], strlen(shared[i])) == 0)
            return true;
    return strstr(name, ".cold") != NULL;
}

static uint64_t next_function(const struct symbol_file *f, long i, uint64_t above, uint64_t end)
{
    for (; (size_t)i < f->symbol_count && f->symbols[i].value < end; i++)
        if (f->symbols[i].value > above && begins_function(&f->symbols[i]))
            return f->symbols[i].value;
    return end;
}

static bool range_of(struct symbol_file *f, uint64_t address, struct address_range *ret)
{
    const struct symbol_section *section = file_section_at(f, address);
    if (!section || !section->executable)
        return false;
    const struct elf_symbol *stub = plt_at(f, address);
    if (stub) {
        *ret = (struct address_range){stub->value, stub->value + stub->size};
        return address_range_has(ret, address);
    }
    elf_symbols_read(f);
    long i = elf_symbols_below(f, address);
    for (unsigned steps = 0; i >= 0 && steps < SYMBOL_WALK_LIMIT; i--, steps++) {
        const struct elf_symbol *s = &f->symbols[i];
        if (s->value < section->address)
            break;
        if (!begins_function(s))
            continue;
        uint64_t end = section->address + section->size;
        *ret = (struct address_range){s->value,
                                      s->size ? s->value + s->size : next_function(f, i + 1, address, end)};
        return address_range_has(ret, address) && !is_part(s->name);
    }
    return false;
}

bool symbols_function_range(struct symbol_map *m, uint64_t address, struct address_range *ret)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    if (!f || !range_of(f, address - offset, ret))
        return false;
    ret->low += offset;
    ret->high += offset;
    return true;
}
