/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/raw_symbols.h - an ELF symbol table as it stands in the file, entry by entry.
 *
 * For the symbols themselves (elf_symbols.c) and the marks between them (code_marks.c). Nothing is owned; the
 * strings are the file's. Thread: that of the file.
 */
#ifndef ALLSTOP_SYMBOLS_RAW_SYMBOLS_H
#define ALLSTOP_SYMBOLS_RAW_SYMBOLS_H

#include <string.h>

#include "symbols/file_internal.h"

struct raw_table {
    struct elf_image *from;
    struct cursor entries;
    size_t entry;
    const char *strings;
    size_t strings_size; /* up to and with the last NUL */
};

/* The table that counts: .symtab of the file or of its debug file, else .dynsym. */
bool raw_symbols_open(struct symbol_file *f, struct raw_table *ret);
/* The functions that are in no other table of a stripped file. */
bool raw_symbols_open_mini(struct symbol_file *f, struct raw_table *ret);
/* An entry of any class and byte order. */
bool raw_symbols_read(struct elf_image *e, struct cursor *c, struct elf_symbol *s, uint32_t *name);

/* The most frequent kind in one go: the loops over a kernel's table are as fast as this is. */
static inline __attribute__((always_inline)) bool raw_symbols_one(struct elf_image *e, struct cursor *c,
                                                                  struct elf_symbol *s, uint32_t *name)
{
    Elf64_Sym sym;
    if (!e->is64 || e->big || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return raw_symbols_read(e, c, s, name);
    const uint8_t *p = cursor_take(c, sizeof sym);
    if (!p)
        return false;
    memcpy(&sym, p, sizeof sym);
    *name = sym.st_name;
    *s = (struct elf_symbol){.value = sym.st_value,
                             .size = sym.st_size,
                             .section = sym.st_shndx,
                             .local_entry = sym.st_other,
                             .type = ELF64_ST_TYPE(sym.st_info),
                             .bind = ELF64_ST_BIND(sym.st_info)};
    return true;
}

/* The next entry, as it is; false at the end. Its name is NULL where the table has none. */
static inline __attribute__((always_inline)) bool raw_symbols_next(struct raw_table *t, struct elf_symbol *s)
{
    uint32_t name;
    if (cursor_left(&t->entries) < t->entry || !raw_symbols_one(t->from, &t->entries, s, &name))
        return false;
    s->name = name < t->strings_size ? t->strings + name : NULL;
    s->thumb = false;
    return true;
}

#endif
