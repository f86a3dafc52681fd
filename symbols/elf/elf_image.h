/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/elf_image.h - one ELF file mapped into memory: headers checked, sections by name and as bytes.
 *
 * The mapping is read-only and followed by a page of zeros. Everything an ELF header points at was checked to
 * lie inside the file. Compressed sections are inflated, and the debug sections of relocatable files
 * relocated, when their bytes are first asked for; the result is kept. Owner: one; thread: one at a time.
 * Errors as in symbols/file.h.
 */
#ifndef ALLSTOP_SYMBOLS_ELF_IMAGE_H
#define ALLSTOP_SYMBOLS_ELF_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/guard.h"
#include "symbols/elf/bytes.h"

struct elf_section {
    const char *name; /* "" when it has none */
    unsigned index;
    uint32_t type;
    uint64_t flags;
    uint64_t address; /* relocatable files: laid out by us, as all of theirs are 0 */
    uint64_t offset, size, entry_size, alignment;
    uint32_t link, info;
    bool outside; /* its bytes are (partly) not in the file */
    bool ready;   /* bytes and bytes_size are valid (NULL: cannot be had) */
    const uint8_t *bytes;
    size_t bytes_size;
    uint8_t *owned; /* inflated or relocated copy, or NULL */
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, file_size, memory_size, alignment;
};

struct elf_image {
    char *path;
    uint8_t *map;
    int fd;              /* -1: none; for elf_image_peek() */
    struct stat opened;  /* what the file was like */
    struct guard *guard; /* the mapping's (base/guard.h) */
    size_t size;         /* of the file */
    size_t mapping_size; /* with the page behind it */
    bool is64, big;
    unsigned machine, flags, type;
    uint64_t entry;
    struct elf_section *sections; /* [0] is the null section */
    size_t section_count;
    struct elf_segment *segments;
    size_t segment_count;
    struct buf complaint; /* damaged parts that were left out, joined by "; " */
};

struct error *elf_image_open(const char *path, struct elf_image **ret) BASE_MUST_CHECK;
/* The same of bytes in memory, which are copied; `path` is what it is called. */
struct error *elf_image_of_bytes(const char *path, const void *bytes, size_t size,
                                 struct elf_image **ret) BASE_MUST_CHECK;
void elf_image_close(struct elf_image *e); /* NULL is fine */

/* The first section of this name, or NULL. A `.debug_x` also finds the old compressed `.zdebug_x`. */
struct elf_section *elf_image_section(struct elf_image *e, const char *name);
/* The next one of this name behind `after`, or the first when that is NULL; NULL: no more. Relocatable files
 * have many: a group for every type unit, template or inline function. */
struct elf_section *elf_image_next_section(struct elf_image *e, const char *name,
                                           const struct elf_section *after);
/* Its bytes, inflated and relocated; NULL and *size 0 when there are none (.bss) or they are damaged. */
const uint8_t *elf_image_bytes(struct elf_image *e, struct elf_section *s, size_t *size);
/* The string at `offset` of a string table section, or NULL when it is not one or not terminated. */
const char *elf_image_string(struct elf_image *e, struct elf_section *table, uint64_t offset);
/* Its build id in lower-case hex, malloc'd, or NULL. */
char *elf_image_build_id(struct elf_image *e);
/* A few bytes of a section, where few of many pages are wanted: a page fault maps 64 KiB, so they are read
 * into `space` when they are the file's own. */
const uint8_t *elf_image_peek(const struct elf_image *e, const uint8_t *from, size_t n, uint8_t *space);
/* Bytes of a section that was read once and far apart: the kernel maps 64 KiB around each, which need not
 * stay. Bytes that are not pages of the file (inflated) are left alone. */
void elf_image_give_back(const struct elf_image *e, const uint8_t *from, const uint8_t *to);
/* How the file under the path differs from the one that is open: "was replaced", "has changed", "was cut
 * short"; NULL: it does not. */
const char *elf_image_changed(const struct elf_image *e);
void elf_image_complain(struct elf_image *e, const char *format, ...) BASE_PRINTF(2, 3);

/* elf_inflate.c: the bytes of a compressed section in `s->owned`; false with a complaint when damaged. */
bool elf_inflate(struct elf_image *e, struct elf_section *s);
/* elf_layout.c: gives the sections of a relocatable file addresses that do not overlap, `.text` at 0; those
 * of a kernel module as a kernel would. */
void elf_lay_out(struct elf_image *e);
/* The same, where some addresses are known: before any bytes were relocated. Names that are not there are
 * passed over. */
struct section_address;
void elf_place(struct elf_image *e, const struct section_address *list, size_t count);
/* elf_relocate.c: applies the relocations of a debug section of a relocatable file to a copy in `s->owned`.
 */
void elf_relocate(struct elf_image *e, struct elf_section *s);

#endif
