/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the sections of a relocatable file are: its header says 0 for all. Objects get one behind the other.
 * Kernel modules as Linux up to 6.3 lays them out (layout_sections() in kernel/module/main.c): code,
 * read-only data, what becomes read-only, data, each from a new page, and then the same again of what is
 * freed after initialisation. Newer kernels allocate each kind apart: there only the target knows.
 */
#include "base/alloc.h"
#include "symbols/elf/elf_image.h"
#include "symbols/file.h"
#include "symbols/limits.h"

enum { PAGE = 4096 };

static uint64_t align(uint64_t at, uint64_t to)
{
    return (at + to - 1) & ~(to - 1);
}

static uint64_t place(struct elf_section *s, uint64_t at)
{
    uint64_t to = s->alignment ? s->alignment : 1;
    if ((to & (to - 1)) != 0 || to > SECTION_ALIGNMENT_LIMIT)
        to = 16;
    s->address = align(at, to);
    return s->address + s->size;
}

static bool has_room(const struct elf_section *s, uint64_t at)
{
    return s->flags & SHF_ALLOC && s->size <= UINT64_MAX / 4 && at <= UINT64_MAX / 4;
}

static bool is_init(const struct elf_section *s)
{
    return strncmp(s->name, ".init", 5) == 0;
}

static int kind_of(const struct elf_section *s)
{
    if (s->flags & SHF_EXECINSTR)
        return 0;
    if (!(s->flags & SHF_WRITE))
        return 1;
    return strcmp(s->name, ".data..ro_after_init") == 0 ? 2 : 3;
}

static void lay_out_module(struct elf_image *e, struct elf_section *text, uint64_t at)
{
    for (int init = 0; init < 2; init++) {
        for (int kind = 0; kind < 4; kind++) {
            for (size_t i = 1; i < e->section_count; i++) {
                struct elf_section *s = &e->sections[i];
                if (s != text && is_init(s) == init && kind_of(s) == kind && has_room(s, at))
                    at = place(s, at);
            }
            at = align(at, PAGE);
        }
    }
}

void elf_lay_out(struct elf_image *e)
{
    uint64_t at = 0;
    struct elf_section *text = elf_image_section(e, ".text");
    if (text && text->flags & SHF_ALLOC)
        at = place(text, at);
    struct elf_section *info = elf_image_section(e, ".modinfo"),
                       *versions = elf_image_section(e, "__versions");
    if (info) {
        /* The loader reads these two, they are not loaded. */
        info->flags &= ~(uint64_t)SHF_ALLOC;
        if (versions)
            versions->flags &= ~(uint64_t)SHF_ALLOC;
        lay_out_module(e, text, at);
        return;
    }
    for (size_t i = 1; i < e->section_count; i++)
        if (&e->sections[i] != text && has_room(&e->sections[i], at))
            at = place(&e->sections[i], at);
}

static bool overlap(const struct elf_section *a, const struct elf_section *b)
{
    return a->size && b->size && (a->address - b->address < b->size || b->address - a->address < a->size);
}

struct named {
    struct elf_section **list;
    size_t count;
};

static bool is_named(const struct named *n, const struct elf_section *s)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->list[i] == s)
            return true;
    return false;
}

static bool hides_named(const struct named *n, const struct elf_section *s)
{
    for (size_t i = 0; i < n->count; i++)
        if (overlap(n->list[i], s))
            return true;
    return false;
}

/* Sections that were not named must not hide one that was: they go behind all that were. */
static void give_way(struct elf_image *e, const struct named *n)
{
    uint64_t top = 0;
    for (size_t i = 0; i < n->count; i++)
        if (n->list[i]->address + n->list[i]->size > top)
            top = align(n->list[i]->address + n->list[i]->size, PAGE);
    for (size_t i = 1; i < e->section_count; i++) {
        struct elf_section *s = &e->sections[i];
        if (has_room(s, 0) && !is_named(n, s) && hides_named(n, s))
            top = place(s, top);
    }
}

void elf_place(struct elf_image *e, const struct section_address *list, size_t count)
{
    BASE_FREE struct elf_section **sections = xcalloc(count + 1, sizeof *sections);
    struct named n = {.list = sections};
    const struct elf_section *text = elf_image_section(e, ".text");
    uint64_t distance = 0;
    for (size_t i = 0; text && i < count; i++)
        if (strcmp(list[i].name, ".text") == 0)
            distance = list[i].address - text->address;
    for (size_t i = 1; i < e->section_count; i++)
        if (e->sections[i].flags & SHF_ALLOC)
            e->sections[i].address += distance;
    for (size_t i = 0; i < count; i++) {
        struct elf_section *s = elf_image_section(e, list[i].name);
        if (!s || !(s->flags & SHF_ALLOC))
            continue;
        s->address = list[i].address;
        n.list[n.count++] = s;
    }
    give_way(e, &n);
}
