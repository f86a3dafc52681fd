/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzer: the bytes are the image of a name index, as a cache file may hold them, with a header and a
 * checksum that fit. Whatever the parts say, searches and walks stay inside of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(void *context, const struct index_entry *e)
{
    struct index_search *s = context;
    BASE_BUF struct buf b = {0};
    if (s->hash++ < 1000)
        index_qualified(s->index, e, &b);
}

static void search(const struct dwarf_index *x, const char *name)
{
    struct index_search s = index_search_begin(x, name);
    struct index_entry e;
    for (int n = 0; n < 1000 && index_search_next(&s, &e); n++)
        visit(&s, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char strings[] = "\0main\0f<int>\0{impl#0}";
    struct image_header h = {0};
    /* The input: the parts' offsets and sizes, the name searched for, then the parts. */
    enum { PARTS = sizeof h.offsets + sizeof h.sizes, NAME = 16 };
    if (size < PARTS + NAME || size > 1 << 16)
        return 0;
    size_t n = size - PARTS - NAME + sizeof h;
    BASE_FREE uint8_t *bytes = xmalloc(n);
    memcpy(h.offsets, data, sizeof h.offsets);
    memcpy(h.sizes, data + sizeof h.offsets, sizeof h.sizes);
    BASE_FREE char *name = xstrndup((const char *)data + PARTS, NAME);
    memcpy(bytes, &h, sizeof h);
    memcpy(bytes + sizeof h, data + PARTS + NAME, n - sizeof h);
    image_header_finish(bytes, n, 1);
    struct dwarf_index x = {.ready = true};
    const char *why;
    if (!image_open(bytes, n, 1, &x.image, &why))
        return 0;
    x.image.strings = strings;
    x.image.strings_size = sizeof strings;
    search(&x, name);
    search(&x, "main");
    struct index_search all = {.index = &x};
    dwarf_index_walk(&x, visit, &all);
    const struct image_import *imports;
    dwarf_index_importers(&x, 0, &imports);
    return 0;
}
