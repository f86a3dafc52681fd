/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/raw_symbols.h"

static struct elf_section *find_table(struct elf_image *e, uint32_t type)
{
    for (size_t i = 1; e && i < e->section_count; i++)
        if (e->sections[i].type == type && e->sections[i].size > 0)
            return &e->sections[i];
    return NULL;
}

bool raw_symbols_read(struct elf_image *e, struct cursor *c, struct elf_symbol *s, uint32_t *name)
{
    uint8_t info;
    *s = (struct elf_symbol){0};
    *name = cursor_u32(c);
    if (e->is64) {
        info = cursor_u8(c);
        s->local_entry = cursor_u8(c);
        s->section = cursor_u16(c);
        s->value = cursor_u64(c);
        s->size = cursor_u64(c);
    } else {
        s->value = cursor_u32(c);
        s->size = cursor_u32(c);
        info = cursor_u8(c);
        cursor_u8(c);
        s->section = cursor_u16(c);
    }
    s->type = ELF64_ST_TYPE(info);
    s->bind = ELF64_ST_BIND(info);
    return !c->bad;
}

static bool open_one(struct elf_image *e, struct elf_section *table, struct raw_table *ret)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    if (table->link >= e->section_count || !bytes) {
        elf_image_complain(e, "the symbol table of %s is damaged", e->path);
        return false;
    }
    *ret = (struct raw_table){.from = e,
                              .entries = cursor_of(bytes, size, e->big),
                              .entry = e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)};
    const uint8_t *strings = elf_image_bytes(e, &e->sections[table->link], &size);
    const uint8_t *nul = strings && size ? memrchr(strings, 0, size) : NULL;
    ret->strings = (const char *)strings;
    ret->strings_size = nul ? (size_t)(nul - strings) + 1 : 0;
    return true;
}

bool raw_symbols_open(struct symbol_file *f, struct raw_table *ret)
{
    struct elf_section *table = find_table(f->image, SHT_SYMTAB);
    if (table)
        return open_one(f->image, table, ret);
    if ((table = find_table(f->debug, SHT_SYMTAB)))
        return open_one(f->debug, table, ret);
    table = find_table(f->image, SHT_DYNSYM);
    return table && open_one(f->image, table, ret);
}

bool raw_symbols_open_mini(struct symbol_file *f, struct raw_table *ret)
{
    struct elf_section *table = find_table(f->mini, SHT_SYMTAB);
    return table && open_one(f->mini, table, ret);
}
