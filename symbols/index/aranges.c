/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which CU holds an address: `.debug_aranges` where the compiler wrote it (gcc), and for every CU that is not
 * in it (clang) the ranges its root DIE gives.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/limits.h"

enum { FEW_UNITS = 64 };

struct collector {
    struct dwarf *d;
    size_t capacity;
    uint32_t unit;
};

static void collect(void *context, uint64_t low, uint64_t high)
{
    struct collector *k = context;
    struct dwarf *d = k->d;
    ARRAY_RESERVE(d->ranges, d->range_count, k->capacity);
    d->ranges[d->range_count++] = (struct unit_range){.low = low, .high = high, .unit = k->unit};
}

/* One set of .debug_aranges: a CU offset, then pairs of address and length (DWARF 5, section 6.1.2). */
static void read_set(struct collector *k, struct cursor *in, unsigned offset_size, const uint8_t *start)
{
    struct dwarf *d = k->d;
    uint16_t version = cursor_u16(in);
    uint64_t info = cursor_unsigned(in, offset_size);
    unsigned size = cursor_u8(in);
    unsigned segment = cursor_u8(in);
    long unit = dwarf_unit_holding(d, info);
    if (in->bad || version != 2 || !size || size > 8 || segment || unit < 0 || d->units[unit]->offset != info)
        return;
    uint64_t past = (uint64_t)(in->at - start) % (2 * size);
    cursor_take(in, past ? 2 * size - past : 0);
    k->unit = (uint32_t)unit;
    for (;;) {
        uint64_t low = cursor_unsigned(in, size);
        uint64_t length = cursor_unsigned(in, size);
        if (in->bad || (!low && !length))
            break;
        /* A set may list data only: then its code is found by the root DIE. */
        if (length && length <= UINT64_MAX - low && file_is_code(d->file, low)) {
            collect(k, low, low + length);
            d->units[unit]->in_aranges = true;
        }
    }
}

static void read_aranges(struct collector *k)
{
    struct cursor c = dwarf_cursor(k->d, DWARF_ARANGES, 0);
    while (cursor_left(&c) > 0 && !c.bad) {
        const uint8_t *start = c.at;
        unsigned offset_size;
        uint64_t length = cursor_initial_length(&c, &offset_size);
        struct cursor in = cursor_part(&c, length);
        if (!in.bad)
            read_set(k, &in, offset_size, start);
    }
}

static void read_roots(struct collector *k)
{
    struct dwarf *d = k->d;
    size_t work = 0;
    for (size_t i = 0; i < d->unit_count && work < ARANGES_WORK_LIMIT; i++) {
        if (d->units[i]->in_aranges)
            continue;
        const struct unit_head *u = d->units[i]->object == &d->main ? dwarf_head(d, i) : NULL;
        k->unit = (uint32_t)i;
        if (!u)
            continue;
        if (u->ranges != NO_OFFSET)
            work += dwarf_ranges_walk(d, u, u->ranges, u->ranges_is_index, collect, k);
        else if (u->has_low && u->has_high && file_is_code(d->file, u->low)) {
            uint64_t high = u->high_is_size ? u->low + u->high : u->high;
            if (high > u->low)
                collect(k, u->low, high);
        }
    }
}

/* A large file without .debug_aranges: its index knows, and no root DIE need be read. */
static bool read_index(struct collector *k)
{
    const struct image_range *list;
    size_t missing = 0;
    for (size_t i = 0; i < k->d->unit_count; i++)
        missing += !k->d->units[i]->in_aranges;
    const struct dwarf_index *x = missing > FEW_UNITS ? dwarf_index_loaded(k->d) : NULL;
    size_t count = dwarf_index_ranges(x, &list);
    for (size_t i = 0; i < count; i++) {
        k->unit = list[i].unit;
        if (list[i].low < list[i].high && k->unit < k->d->unit_count && !k->d->units[k->unit]->in_aranges)
            collect(k, list[i].low, list[i].high);
    }
    return x != NULL;
}

static int by_low(const void *a, const void *b)
{
    const struct unit_range *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void read_ranges(struct dwarf *d)
{
    struct collector k = {.d = d};
    d->ranges_read = true;
    read_aranges(&k);
    if (!read_index(&k))
        read_roots(&k);
    for (size_t i = 1; i < d->range_count; i++) {
        if (by_low(&d->ranges[i - 1], &d->ranges[i]) > 0) { /* linkers mostly put them in order */
            qsort(d->ranges, d->range_count, sizeof *d->ranges, by_low);
            break;
        }
    }
}

struct image_range *dwarf_root_ranges(struct dwarf *d, size_t *count)
{
    if (!d->ranges_read)
        read_ranges(d);
    struct image_range *list = xcalloc(d->range_count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < d->range_count; i++) {
        const struct unit_range *r = &d->ranges[i];
        if (!d->units[r->unit]->in_aranges)
            list[(*count)++] = (struct image_range){.low = r->low, .high = r->high, .unit = r->unit};
    }
    return list;
}

long dwarf_unit_at(struct dwarf *d, uint64_t address)
{
    if (!d->ranges_read)
        read_ranges(d);
    size_t low = 0, high = d->range_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (d->ranges[mid].low <= address)
            low = mid + 1;
        else
            high = mid;
    }
    /* Ranges of well-formed files do not overlap; a few steps back are enough where they do. */
    for (size_t steps = 0; low > 0 && steps < 16; steps++) {
        const struct unit_range *r = &d->ranges[--low];
        if (address < r->high)
            return (long)r->unit;
    }
    return -1;
}
