/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file has at an address of its own: which section, code or not, its bytes. */
#include <string.h>

#include "symbols/file_internal.h"

const struct symbol_section *file_section_at(const struct symbol_file *f, uint64_t address)
{
    for (size_t i = 0; i < f->section_count; i++)
        if (address - f->sections[i].address < f->sections[i].size)
            return &f->sections[i];
    return NULL;
}

bool file_is_code(const struct symbol_file *f, uint64_t address)
{
    for (size_t i = 0; i < f->section_count; i++)
        if (f->sections[i].executable && address - f->sections[i].address < f->sections[i].size)
            return true;
    return false;
}

/* Bytes of the segment that holds `address`, where there are no sections. */
static size_t read_segment(const struct symbol_file *f, uint64_t address, uint8_t *out, size_t n)
{
    const struct elf_image *e = f->image;
    for (size_t i = 0; i < e->segment_count; i++) {
        const struct elf_segment *p = &e->segments[i];
        uint64_t in = address - p->address;
        if (p->type != PT_LOAD || in >= p->memory_size)
            continue;
        n = n < p->memory_size - in ? n : (size_t)(p->memory_size - in);
        for (size_t k = 0; k < n; k++) {
            bool there = in + k < p->file_size && p->offset < e->size && in + k < e->size - p->offset;
            if (in + k < p->file_size && !there)
                return k;
            out[k] = there ? e->map[p->offset + in + k] : 0;
        }
        return n;
    }
    return 0;
}

static size_t read_once(const struct symbol_file *f, uint64_t address, uint8_t *out, size_t n)
{
    const struct symbol_section *s = file_section_at(f, address);
    if (!s)
        return 0;
    const struct elf_section *source = f->section_source[s - f->sections];
    if (!source)
        return read_segment(f, address, out, n);
    uint64_t in = address - s->address;
    n = n < s->size - in ? n : (size_t)(s->size - in);
    if (!s->has_bytes) {
        memset(out, 0, n);
        return n;
    }
    /* The section itself is not changed but for the copy that is made of relocated bytes. */
    size_t size = 0;
    const uint8_t *bytes = f->image->type == ET_REL
                               ? elf_image_bytes(f->image, (struct elf_section *)source, &size)
                               : f->image->map + source->offset;
    if (!bytes || (f->image->type == ET_REL && in >= size))
        return 0;
    if (f->image->type == ET_REL)
        n = n < size - in ? n : (size_t)(size - in);
    memcpy(out, bytes + in, n);
    return n;
}

size_t symbol_file_read(const struct symbol_file *f, uint64_t address, void *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        size_t got = read_once(f, address + done, (uint8_t *)bytes + done, n - done);
        if (!got)
            break;
        done += got;
    }
    return done;
}
