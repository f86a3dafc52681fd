/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/elf/unpack.h"
#include "symbols/file_internal.h"

static bool occupies_memory(const struct elf_section *s)
{
    /* .tbss has an address but no memory: what follows it overlaps. */
    return s->flags & SHF_ALLOC && s->size && s->type != SHT_NULL &&
           !(s->flags & SHF_TLS && s->type == SHT_NOBITS);
}

static void collect_sections(struct symbol_file *f)
{
    struct elf_image *e = f->image;
    size_t room = e->section_count + e->segment_count + 1;
    f->sections = xcalloc(room, sizeof *f->sections);
    f->section_source = xcalloc(room, sizeof *f->section_source);
    for (size_t i = 1; i < e->section_count; i++) {
        const struct elf_section *s = &e->sections[i];
        if (!occupies_memory(s))
            continue;
        f->section_source[f->section_count] = s;
        f->sections[f->section_count++] = (struct symbol_section){.name = s->name,
                                                                  .address = s->address,
                                                                  .size = s->size,
                                                                  .writable = s->flags & SHF_WRITE,
                                                                  .executable = s->flags & SHF_EXECINSTR,
                                                                  .has_bytes = s->type != SHT_NOBITS};
    }
    /* Firmware and core files may have no sections at all: their segments stand in. */
    for (size_t i = 0; e->section_count <= 1 && i < e->segment_count; i++) {
        const struct elf_segment *p = &e->segments[i];
        if (p->type != PT_LOAD || !p->memory_size || p->memory_size > UINT64_MAX - p->address)
            continue;
        f->sections[f->section_count++] = (struct symbol_section){.name = "",
                                                                  .address = p->address,
                                                                  .size = p->memory_size,
                                                                  .writable = p->flags & PF_W,
                                                                  .executable = p->flags & PF_X,
                                                                  .has_bytes = p->file_size > 0};
    }
}

struct error *symbol_file_open(const char *path, struct symbol_file **ret)
{
    BASE_FREE char *real = realpath(path, NULL);
    struct elf_image *image = NULL;
    TRY(elf_image_open(real ? real : path, &image));
    struct symbol_file *f = xcalloc(1, sizeof *f);
    f->image = image;
    f->path = xstrdup(image->path);
    f->build_id = elf_image_build_id(image);
    if (elf_image_section(image, ".debug_info")) {
        f->dwarf_image = image;
    } else if (image->type != ET_CORE && (f->debug = debug_file_find(image, f->build_id))) {
        f->dwarf_image = f->debug;
        f->debug_path = xstrdup(f->debug->path);
    }
    if (!f->dwarf_image)
        f->mini = mini_debug_open(image);
    if (f->dwarf_image == image)
        f->debug_path = xstrdup(f->path);
    collect_sections(f);
    *ret = f;
    return NULL;
}

void symbol_file_close(struct symbol_file *f)
{
    if (!f)
        return;
    dwarf_free(f->dwarf);
    cfi_free(f->cfi);
    if (f->types)
        f->types_free(f->types);
    elf_image_close(f->debug);
    elf_image_close(f->mini);
    elf_image_close(f->image);
    intern_free(&f->strings);
    buf_free(&f->complaint);
    free(f->symbols);
    free(f->named);
    free(f->named_list);
    free(f->marks);
    free(f->plt);
    free(f->jumps);
    free(f->sections);
    free(f->section_source);
    free(f->build_id);
    free(f->debug_path);
    free(f->path);
    free(f);
}

const char *symbol_file_path(const struct symbol_file *f)
{
    return f->path;
}

const char *symbol_file_debug_path(const struct symbol_file *f)
{
    return f->debug_path;
}

const char *symbol_file_build_id(const struct symbol_file *f)
{
    return f->build_id;
}

unsigned symbol_file_machine(const struct symbol_file *f)
{
    return f->image->machine;
}

unsigned symbol_file_flags(const struct symbol_file *f)
{
    return f->image->flags;
}

unsigned symbol_file_type(const struct symbol_file *f)
{
    return f->image->type;
}

bool symbol_file_is_64(const struct symbol_file *f)
{
    return f->image->is64;
}

bool symbol_file_is_big_endian(const struct symbol_file *f)
{
    return f->image->big;
}

uint64_t symbol_file_entry(const struct symbol_file *f)
{
    return f->image->entry;
}

time_t symbol_file_mtime(const struct symbol_file *f)
{
    return f->image->opened.st_mtime;
}

bool symbol_file_has_dwarf(const struct symbol_file *f)
{
    return f->dwarf_image != NULL;
}

bool symbol_file_tls(const struct symbol_file *f, struct symbol_tls *ret)
{
    for (size_t i = 0; i < f->image->segment_count; i++) {
        const struct elf_segment *p = &f->image->segments[i];
        if (p->type != PT_TLS)
            continue;
        *ret = (struct symbol_tls){p->address, p->memory_size, p->alignment ? p->alignment : 1};
        return true;
    }
    return false;
}

static const struct elf_segment *segment_of(const struct symbol_file *f, uint32_t type)
{
    for (size_t i = 0; i < f->image->segment_count; i++)
        if (f->image->segments[i].type == type)
            return &f->image->segments[i];
    return NULL;
}

bool symbol_file_has_interpreter(const struct symbol_file *f)
{
    return segment_of(f, PT_INTERP) != NULL;
}

const char *symbol_file_interpreter(const struct symbol_file *f)
{
    const struct elf_segment *p = segment_of(f, PT_INTERP);
    const struct elf_image *e = f->image;
    if (!p || p->offset > e->size || p->file_size > e->size - p->offset)
        return NULL;
    const char *path = (const char *)e->map + p->offset;
    return memchr(path, 0, (size_t)p->file_size) ? path : NULL;
}

bool symbol_file_dynamic(const struct symbol_file *f, uint64_t *address, uint64_t *size)
{
    const struct elf_segment *p = segment_of(f, PT_DYNAMIC);
    *address = p ? p->address : 0;
    *size = p ? p->memory_size : 0;
    return p != NULL;
}

static void add_change(struct buf *b, const struct elf_image *e)
{
    const char *how = e ? elf_image_changed(e) : NULL;
    if (how)
        buf_printf(b, "%s%s %s since it was opened: `restart` reads it again", b->length ? "; " : "", e->path,
                   how);
}

bool symbol_file_changed(const struct symbol_file *f)
{
    return elf_image_changed(f->image) || (f->debug && elf_image_changed(f->debug));
}

const char *symbol_file_complaint(const struct symbol_file *f)
{
    /* The two images collect; joining them on request does not change the file as anyone can see it. */
    struct buf *b = &((struct symbol_file *)f)->complaint;
    buf_clear(b);
    buf_add_text(b, buf_text(&f->image->complaint));
    if (f->debug && f->debug->complaint.length) {
        if (b->length)
            buf_add_text(b, "; ");
        buf_add_text(b, buf_text(&f->debug->complaint));
    }
    add_change(b, f->image);
    add_change(b, f->debug);
    return b->length ? buf_text(b) : NULL;
}

static struct error *no_such_section(const struct symbol_file *f, const char *name)
{
    BASE_BUF struct buf have = {0};
    for (size_t i = 0; i < f->section_count && have.length < 400; i++)
        buf_printf(&have, "%s%s", i ? " " : "", f->sections[i].name);
    return error_hint(error_new(ERR_USAGE, "%s has no section \"%s\" that is loaded", f->path, name),
                      "it has %s", buf_text(&have));
}

struct error *symbol_file_place(struct symbol_file *f, const struct section_address *list, size_t count)
{
    if (f->image->type != ET_REL)
        return error_hint(error_new(ERR_USAGE, "%s is not a relocatable file", f->path),
                          "its sections keep their distances: give the address of .text, or an offset");
    if (f->dwarf || f->symbols_read || f->cfi || f->types)
        return error_new(ERR_USAGE, "the sections of %s have their places already", f->path);
    for (size_t i = 0; i < count; i++) {
        const struct elf_section *s = elf_image_section(f->image, list[i].name);
        if (!s || !(s->flags & SHF_ALLOC))
            return no_such_section(f, list[i].name);
    }
    elf_place(f->image, list, count);
    /* A separate debug file repeats the sections, and is relocated by itself. */
    if (f->debug)
        elf_place(f->debug, list, count);
    for (size_t i = 0; i < f->section_count; i++)
        if (f->section_source[i])
            f->sections[i].address = f->section_source[i]->address;
    return NULL;
}

size_t symbol_file_sections(const struct symbol_file *f, const struct symbol_section **ret)
{
    *ret = f->sections;
    return f->section_count;
}
