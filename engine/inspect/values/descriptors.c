/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/descriptors.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "symbols/file.h"

static struct error *search(struct target *target, const struct symbol_section *s, uint64_t offset,
                            uint64_t code, uint64_t *address, uint64_t *table, bool *found)
{
    unsigned word = target->arch->address_size;
    BASE_FREE unsigned char *bytes = xcalloc((size_t)s->size + 1, 1);
    TRY(memory_read(target, s->address + offset, bytes, (size_t)s->size));
    for (size_t at = 0; at + 2 * word <= s->size && !*found; at += word) {
        *found = arch_load(bytes + at, word, target->big_endian) == code;
        *address = s->address + offset + at;
        *table = arch_load(bytes + at + word, word, target->big_endian);
    }
    return NULL;
}

struct error *function_descriptor(struct target *target, uint64_t code, uint64_t *address, uint64_t *table,
                                  bool *found)
{
    uint64_t offset;
    const struct symbol_section *sections;
    const char *name = target->arch ? target->arch->descriptor_section : NULL;
    struct symbol_file *f = name ? symbol_map_file_at(target->map, code, &offset) : NULL;
    size_t count = f ? symbol_file_sections(f, &sections) : 0;
    *found = false;
    for (size_t i = 0; i < count && !*found; i++)
        if (strcmp(sections[i].name, name) == 0 && sections[i].size <= DESCRIPTORS_BYTES_MOST)
            TRY(search(target, &sections[i], offset, code, address, table, found));
    return NULL;
}

struct error *function_pointer(struct target *target, uint64_t address, uint64_t *ret)
{
    uint64_t table;
    bool found;
    *ret = address;
    if (target->arch && target->arch->has_thumb && symbols_is_thumb(target->map, address))
        *ret |= 1;
    return function_descriptor(target, address, ret, &table, &found);
}

bool function_is_chosen(struct target *target, uint64_t address)
{
    uint64_t offset;
    const struct elf_symbol *list;
    struct symbol_file *f = symbol_map_file_at(target->map, address, &offset);
    size_t low = 0, high = f ? symbol_file_symbols(f, &list) : 0, count = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].value < address - offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && list[low].value == address - offset; low++)
        if (list[low].type == STT_GNU_IFUNC)
            return true;
    return false;
}
