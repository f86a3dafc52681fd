/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding the FDE for an address: all FDEs of a file, sorted, made on first use (3 ms for a kernel's 49,000).
 */
#include "symbols/dwarf/cfi.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/exidx.h"
#include "symbols/dwarf/orc.h"
#include "symbols/limits.h"

struct fde_entry {
    uint64_t low, high, offset;
    unsigned section;
};

struct cfi {
    struct cfi_section sections[2];
    struct fde_entry *entries; /* by low */
    size_t count, capacity;
};

void cfi_free(struct cfi *c)
{
    if (!c)
        return;
    free(c->entries);
    free(c);
}

static void read_section(struct symbol_file *f, struct elf_image *e, const char *name, unsigned index)
{
    struct cfi *k = f->cfi;
    struct cfi_section *s = &k->sections[index];
    struct elf_section *from = e ? elf_image_section(e, name) : NULL;
    *s = (struct cfi_section){.name = name, .eh = index == 0};
    s->bytes = elf_image_bytes(e, from, &s->size);
    if (!s->bytes || !from)
        return;
    s->address = from->address;
    s->big = e->big;
    s->word = e->is64 ? 8 : 4;
    struct cfi_fde fde = {0};
    uint64_t next = 0;
    bool damaged = false;
    for (uint64_t at = 0; at < s->size && k->count < FDE_LIMIT; at = next) {
        bool ok = cfi_read_fde(s, at, &fde, &next);
        if (ok && file_is_code(f, fde.low)) {
            ARRAY_RESERVE(k->entries, k->count, k->capacity);
            k->entries[k->count++] =
                (struct fde_entry){.low = fde.low, .high = fde.high, .offset = at, .section = index};
        }
        if (!next) {
            damaged = s->size - at >= 8;
            break;
        }
    }
    if (damaged)
        elf_image_complain(e, "section %s of %s is damaged", name, e->path);
}

/* .eh_frame before .debug_frame where both cover a function. */
static int by_low(const void *a, const void *b)
{
    const struct fde_entry *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->section != y->section)
        return x->section > y->section ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static struct cfi *cfi_of(struct symbol_file *f)
{
    if (!f->cfi) {
        f->cfi = xcalloc(1, sizeof *f->cfi);
        struct elf_section *debug = elf_image_section(f->image, ".debug_frame");
        read_section(f, f->image, ".eh_frame", 0);
        read_section(f, debug ? f->image : f->debug, ".debug_frame", 1);
        if (f->cfi->count)
            qsort(f->cfi->entries, f->cfi->count, sizeof *f->cfi->entries, by_low);
    }
    return f->cfi;
}

bool cfi_row_at(struct symbol_file *f, uint64_t pc, struct cfi_row *ret)
{
    struct cfi *k = cfi_of(f);
    size_t low = 0, high = k->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (k->entries[mid].low <= pc)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t steps = 0; low > 0 && steps < 16; steps++) {
        const struct fde_entry *e = &k->entries[--low];
        if (pc >= e->high)
            continue;
        struct cfi_fde fde = {0};
        uint64_t next;
        const struct cfi_section *s = &k->sections[e->section];
        if (cfi_read_fde(s, e->offset, &fde, &next) && cfi_run(s, &fde, pc, ret)) {
            orc_mend(f, pc, ret);
            return true;
        }
    }
    return orc_row(f, pc, ret) || exidx_row(f, pc, ret);
}
