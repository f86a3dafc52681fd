/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Units made by hand for tests of the name index: a writer of abbreviations and DIEs, and what an image holds
 * as text.
 */
#ifndef ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_DIES_H
#define ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_DIES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/index/index_internal.h"

#define UNUSED __attribute__((unused))

UNUSED static void put(struct buf *b, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_add_char(b, (char)(v >> 8 * i & 0xff));
}

UNUSED static void put_leb(struct buf *b, uint64_t v)
{
    for (; v > 0x7f; v >>= 7)
        buf_add_char(b, (char)((v & 0x7f) | 0x80));
    buf_add_char(b, (char)v);
}

UNUSED static void put_string(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s) + 1);
}

/* An abbreviation: name, form, name, form, … and -1; behind DW_FORM_implicit_const its value. */
UNUSED static void put_abbrev(struct buf *b, unsigned code, unsigned tag, int children, ...)
{
    va_list args;
    put_leb(b, code);
    put_leb(b, tag);
    put(b, (uint64_t)children, 1);
    va_start(args, children);
    for (int name; (name = va_arg(args, int)) != -1;) {
        int form = va_arg(args, int);
        put_leb(b, (uint64_t)name);
        put_leb(b, (uint64_t)form);
        if (form == DW_FORM_implicit_const)
            put_leb(b, (uint64_t)va_arg(args, int));
    }
    va_end(args);
    put(b, 0, 2);
}

/* Bytes with nothing behind them, so that the address sanitizer sees a read too far. */
struct exact {
    uint8_t *bytes;
    size_t size;
};

UNUSED static struct exact exactly(const struct buf *b, size_t size)
{
    struct exact e = {.bytes = malloc(size), .size = size};
    if (size)
        memcpy(e.bytes, b->data, size);
    return e;
}

UNUSED static const uint8_t *exact_end(struct exact e)
{
    return e.size ? e.bytes + e.size : e.bytes;
}

/* A little-endian unit of DWARF 4 whose first DIE is at `die`, 11 bytes behind its header. */
UNUSED static struct scan_unit unit_over(struct exact abbrev, struct exact info, uint64_t die)
{
    return (struct scan_unit){.bytes = info.bytes,
                              .end = exact_end(info),
                              .die = die,
                              .offset = die - 11,
                              .other_base = UINT64_MAX,
                              .abbrev = abbrev.bytes,
                              .abbrev_end = exact_end(abbrev),
                              .strings = "",
                              .line_strings = "",
                              .other_strings = "",
                              .version = 4,
                              .address_size = 8,
                              .offset_size = 4};
}

struct lines {
    const struct dwarf_index *index;
    char *list[512];
    size_t count;
};

UNUSED static void add_line(void *context, const struct index_entry *e)
{
    static const char *const tags[] = {
        [DW_TAG_base_type] = "base",      [DW_TAG_structure_type] = "struct", [DW_TAG_union_type] = "union",
        [DW_TAG_class_type] = "class",    [DW_TAG_enumeration_type] = "enum", [DW_TAG_typedef] = "typedef",
        [DW_TAG_enumerator] = "constant", [DW_TAG_subprogram] = "function",   [DW_TAG_variable] = "variable",
    };
    struct lines *l = context;
    BASE_BUF struct buf name = {0};
    index_qualified(l->index, e, &name);
    assert_true(l->count < ARRAY_LENGTH(l->list));
    l->list[l->count++] =
        xasprintf("%06llx %s %s%s%s\n", (unsigned long long)e->die, tags[e->tag], buf_text(&name),
                  e->declaration ? " declared" : "", e->linkage ? " linked" : "");
}

UNUSED static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What must be true of every image that was written, by its header's own numbers. */
UNUSED static void check_image(const struct image *m)
{
    for (size_t i = 0; i < m->name_count; i++) {
        assert_true(i == 0 || m->hashes[i - 1] <= m->hashes[i]);
        assert_int_equal(m->hashes[i], image_name_hash(image_text(m, m->names[i].text)));
        assert_true(image_find(m, m->hashes[i]) <= i);
    }
    assert_true(m->scope_count > 0);
    assert_int_equal(m->scopes[0].parent, 0);
    for (size_t i = 1; i < m->scope_count; i++)
        assert_true((m->scopes[i].parent & ~IMAGE_EXPORTED) < i);
}

/* The entries of an image, one a line, by DIE: "000010 function ns::f declared linked". Takes the image. */
UNUSED static char *lines_of(uint8_t *bytes, size_t size, uint64_t binding, const char *strings,
                             size_t strings_size)
{
    struct dwarf_index x = {.ready = true};
    struct lines l = {.index = &x};
    struct buf all = {0};
    const char *why;
    assert_non_null(bytes);
    if (!image_open(bytes, size, binding, &x.image, &why))
        fail_msg("%s", why);
    x.image.strings = strings;
    x.image.strings_size = strings_size;
    check_image(&x.image);
    dwarf_index_walk(&x, add_line, &l);
    if (l.count)
        qsort(l.list, l.count, sizeof *l.list, by_line);
    for (size_t i = 0; i < l.count; i++) {
        buf_add_text(&all, l.list[i]);
        free(l.list[i]);
    }
    free(bytes);
    return all.data ? buf_take(&all) : xstrdup("");
}

UNUSED static void expect_text(const char *have, const char *wanted)
{
    if (strcmp(have, wanted) != 0)
        fail_msg("not\n%sbut\n%s", wanted, have);
}

#endif
