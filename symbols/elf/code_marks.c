/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/code_marks.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/elf/raw_symbols.h"

static bool has_marks(unsigned machine)
{
    return machine == EM_ARM || machine == EM_AARCH64 || machine == EM_RISCV;
}

static enum code_kind kind_of(unsigned machine, const char *name)
{
    if (!name || name[0] != '$')
        return CODE_UNKNOWN;
    /* `$d.realdata` and the like have a point behind the letter, RISC-V's `$x` the name of an extension. */
    bool ends = name[1] && (name[2] == '\0' || name[2] == '.' || (machine == EM_RISCV && name[1] == 'x'));
    switch (ends ? name[1] : 0) {
    case 'a':
        return CODE_USUAL;
    case 'x':
        return CODE_USUAL;
    case 't':
        return CODE_THUMB;
    case 'd':
        return CODE_DATA;
    default:
        return CODE_UNKNOWN;
    }
}

static int by_address(const void *a, const void *b)
{
    const struct code_mark *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void read_marks(struct symbol_file *f)
{
    struct raw_table t;
    struct elf_symbol s;
    size_t capacity = 0;
    f->marks_read = true;
    if (!has_marks(f->image->machine) || !raw_symbols_open(f, &t))
        return;
    while (raw_symbols_next(&t, &s)) {
        enum code_kind kind = kind_of(t.from->machine, s.name);
        if (kind == CODE_UNKNOWN || s.section >= f->image->section_count)
            continue;
        ARRAY_RESERVE(f->marks, f->mark_count, capacity);
        uint64_t base = t.from->type == ET_REL ? t.from->sections[s.section].address : 0;
        f->marks[f->mark_count++] = (struct code_mark){s.value + base, s.section, (unsigned char)kind};
    }
    if (f->mark_count)
        qsort(f->marks, f->mark_count, sizeof *f->marks, by_address);
}

/* How many marks stand at or before the place. */
static size_t marks_up_to(const struct symbol_file *f, uint64_t address, uint16_t section)
{
    const struct code_mark place = {.address = address, .section = section};
    size_t low = 0, high = f->mark_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (by_address(&f->marks[mid], &place) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static const struct elf_section *section_of(const struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *found = file_section_at(f, address);
    return found ? f->section_source[found - f->sections] : NULL;
}

enum code_kind code_marks_at(struct symbol_file *f, uint64_t address, uint64_t *end)
{
    if (!f->marks_read)
        read_marks(f);
    const struct elf_section *s = f->mark_count ? section_of(f, address) : NULL;
    size_t n = s ? marks_up_to(f, address, (uint16_t)s->index) : 0;
    if (!n || f->marks[n - 1].section != s->index)
        return CODE_UNKNOWN;
    enum code_kind kind = f->marks[n - 1].kind;
    while (n < f->mark_count && f->marks[n].section == s->index && f->marks[n].kind == kind)
        n++;
    bool other = n < f->mark_count && f->marks[n].section == s->index;
    *end = other ? f->marks[n].address : s->address + s->size;
    return kind;
}
