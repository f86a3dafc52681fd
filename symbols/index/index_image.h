/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_image.h - the name index as one flat run of bytes, as it stands in memory and in the
 * cache file.
 *
 * The image has no pointers: a header, then parts that the header gives by offset and size. Numbers are in
 * the byte order of this machine. A name is an offset into the program's own `.debug_str`, or, with the top
 * bit set, into the image's IMAGE_TEXT. Names are sorted by hash; each has a list of postings (a byte for tag
 * and flags, then LEB128: distance to the DIE before, and the scope where there is one). A scope is a
 * namespace or class with the scope around it, which has a lower number; scope 0 is the file's.
 *
 * Whatever the bytes say, a reader stays inside of them: image_open() checks the header and the checksum,
 * and everything else is checked where it is used. Immutable; any thread.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_IMAGE_H
#define ALLSTOP_SYMBOLS_INDEX_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/elf/bytes.h"

enum { IMAGE_VERSION = 4 };

enum image_part_id {
    IMAGE_HASHES,   /* uint32_t a name, ascending */
    IMAGE_NAMES,    /* struct image_name beside each hash */
    IMAGE_SCOPES,   /* struct image_scope; [0] stands for the file */
    IMAGE_POSTINGS, /* bytes */
    IMAGE_TEXT,     /* names that are not in .debug_str, each with its NUL */
    IMAGE_RANGES,   /* struct image_range: code of units that are not in .debug_aranges, by address */
    IMAGE_IMPORTS,  /* struct image_import, sorted */
    IMAGE_PART_COUNT
};

struct image_name {
    uint32_t text, postings;
};

struct image_scope {
    uint32_t parent, text; /* parent: with IMAGE_EXPORTED for an inline namespace */
};

struct image_range {
    uint64_t low, high;
    uint32_t unit, unused;
};

/* Unit `importer` has a DW_TAG_imported_unit of `unit` (LTO, dwz): it may hold inlined copies of its code. */
struct image_import {
    uint32_t unit, importer;
};

#define IMAGE_OWN_TEXT 0x80000000u
#define IMAGE_EXPORTED 0x80000000u

struct image_header {
    char magic[8];
    uint32_t version, byte_order;
    uint64_t checksum; /* of all that follows */
    uint64_t binding;  /* what of the program the image is for: see index_binding() */
    uint64_t size;     /* of the image */
    uint32_t offsets[IMAGE_PART_COUNT], sizes[IMAGE_PART_COUNT];
};

struct image {
    const uint8_t *bytes;
    size_t size;
    const uint32_t *hashes;
    const struct image_name *names;
    size_t name_count;
    const struct image_scope *scopes;
    size_t scope_count;
    const struct image_range *ranges;
    size_t range_count;
    const struct image_import *imports;
    size_t import_count;
    const char *text, *strings; /* IMAGE_TEXT and the program's .debug_str */
    size_t text_size, strings_size;
};

/* What a posting's tag and flags stand for. */
struct posting {
    uint64_t die;
    uint32_t scope;
    uint16_t tag;
    bool declaration, linkage; /* linkage: the name is a DW_AT_linkage_name */
};

/* Fills `ret` from an image; false, with *why, when it is none, damaged, of another version or not bound to
 * `binding`. The bytes (aligned to 8) stay the caller's and must live as long as `ret`. */
bool image_open(const uint8_t *bytes, size_t size, uint64_t binding, struct image *ret, const char **why);
/* The string of a text number, or "" where there is none. */
const char *image_text(const struct image *m, uint32_t text);
/* The postings of name `i`, and the next of them; false at their end or where they are damaged. */
struct cursor image_postings(const struct image *m, size_t i);
bool image_posting_next(const struct image *m, struct cursor *c, struct posting *ret);
/* The first name of this hash; name_count when there is none. */
size_t image_find(const struct image *m, uint32_t hash);
/* The units that import `unit`: the first in `imports`, and how many. */
size_t image_importers(const struct image *m, uint32_t unit, const struct image_import **ret);

/* Of a name without its template arguments, so that `f` and `f<int>` are found together. */
uint32_t image_name_hash(const char *name);
/* Bytes of `name` before its template arguments: all of it when there are none. */
size_t name_base_length(const char *name, size_t n);
/* Fast, for damage and not for enemies. `size` is any. */
uint64_t image_checksum(const void *bytes, size_t size);

/* For the writer: the header's field and the posting's byte. */
void image_header_finish(uint8_t *bytes, size_t size, uint64_t binding);
/* A tag's number in a posting, or -1 for tags that are not indexed. */
int image_tag_code(uint16_t tag);
/* The numbers of DW_TAG_subprogram and DW_TAG_variable; those of what is kept once are below. */
enum { IMAGE_FUNCTION = 7, IMAGE_VARIABLE = 8 };
enum {
    POSTING_TAG = 15,
    POSTING_DECLARATION = 16,
    POSTING_LINKAGE = 32,
    POSTING_SCOPE = 64,
    POSTING_LAST = 128
};

#endif
