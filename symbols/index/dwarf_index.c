/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_cache.h"
#include "symbols/index/index_internal.h"

/* Bytes of .debug_info. Below SMALL an index takes a few milliseconds: built when asked for, on the asking
 * thread below TINY, and never kept on disk. */
enum { TINY = 1 << 20, SMALL = 8 << 20 };
enum { PROGRESS_NS = 50 * 1000 * 1000 };

static struct dwarf_index *holder(struct dwarf *d)
{
    if (!d->index) {
        d->index = xcalloc(1, sizeof *d->index);
        d->index->dwarf = d;
        d->index_free = dwarf_index_free;
    }
    return d->index;
}

uint64_t index_binding(struct dwarf *d)
{
    static const enum dwarf_section_id bound[] = {DWARF_INFO, DWARF_ABBREV,      DWARF_STR,
                                                  DWARF_LINE, DWARF_STR_OFFSETS, DWARF_RNGLISTS};
    uint64_t sizes[ARRAY_LENGTH(bound) + 3] = {d->image->size, d->image->machine, d->unit_count};
    for (size_t i = 0; i < ARRAY_LENGTH(bound); i++)
        sizes[i + 3] = dwarf_section(d, bound[i])->size;
    const char *id = d->file->build_id;
    return image_checksum(sizes, sizeof sizes) ^ (id ? image_checksum(id, strlen(id)) : 0);
}

/* A string section up to its last NUL, so that every offset in it is a string. */
static const char *strings_in(struct dwarf_section s, size_t *size)
{
    const uint8_t *nul = s.bytes && s.size ? memrchr(s.bytes, 0, s.size) : NULL;
    *size = nul ? (size_t)(nul - s.bytes) + 1 : 0;
    return nul ? (const char *)s.bytes : "";
}

/* Takes an image into use; it is freed when it is of no use. */
static bool take_image(struct dwarf_index *x, uint8_t *bytes, size_t size)
{
    const char *why;
    x->ready = bytes && image_open(bytes, size, index_binding(x->dwarf), &x->image, &why);
    if (!x->ready) {
        free(bytes);
        return false;
    }
    x->bytes = bytes;
    x->image.strings = strings_in(*dwarf_section(x->dwarf, DWARF_STR), &x->image.strings_size);
    return true;
}

static size_t info_size(struct dwarf *d)
{
    return dwarf_section(d, DWARF_INFO)->size;
}

static bool load_cached(struct dwarf_index *x)
{
    size_t size = 0;
    if (x->cache_tried || info_size(x->dwarf) < SMALL || x->dwarf->other_count)
        return false;
    x->cache_tried = true;
    BASE_FREE char *path = index_cache_path(x->dwarf->file->build_id);
    uint8_t *bytes = path ? index_cache_load(path, &size) : NULL;
    return take_image(x, bytes, size);
}

/* What the threads read of a unit; false: nothing. */
static bool fill_unit(struct dwarf *d, size_t i, struct scan_unit *ret)
{
    const struct unit_head *u = d->units[i];
    if (u->damaged || u->is_skeleton)
        return false;
    struct cursor dies = unit_cursor(d, u, u->root);
    struct cursor abbrevs = unit_section_cursor(u, DWARF_ABBREV, u->abbrev);
    struct dwarf_section offsets = unit_section(u, DWARF_STR_OFFSETS);
    if (dies.bad || abbrevs.bad)
        return false;
    *ret = (struct scan_unit){.bytes = dies.at,
                              .end = dies.end,
                              .die = u->root,
                              .offset = u->offset,
                              .abbrev = abbrevs.at,
                              .abbrev_end = abbrevs.end,
                              .string_offsets = offsets.bytes,
                              .string_offsets_size = offsets.size,
                              .string_offsets_base = u->str_offsets_base,
                              .unit = (uint32_t)i,
                              .version = u->version,
                              .address_size = u->address_size,
                              .offset_size = u->offset_size,
                              .big = u->object->elf->big,
                              .other_strings = "",
                              .info_base = u->object->info_base,
                              .other_base = d->alt ? d->alt->info_base : NO_OFFSET};
    ret->strings = strings_in(unit_section(u, DWARF_STR), &ret->strings_size);
    ret->line_strings = strings_in(unit_section(u, DWARF_LINE_STR), &ret->line_strings_size);
    if (d->alt)
        ret->other_strings = strings_in(*object_section(d->alt, DWARF_STR), &ret->other_strings_size);
    return true;
}

/* Whether root DIEs must be read to know. */
static bool may_be_split(struct dwarf *d)
{
    bool addresses = dwarf_section(d, DWARF_ADDR)->size > 0;
    for (size_t i = 0; i < d->unit_count; i++)
        if (d->units[i]->unit_type == DW_UT_skeleton || (addresses && d->units[i]->version < 5))
            return true;
    return false;
}

static unsigned thread_count(size_t work)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return work < TINY ? 0 : n < INDEX_THREADS ? (unsigned)n : INDEX_THREADS;
}

struct index_job_input index_input(struct dwarf *d, unsigned threads)
{
    if (may_be_split(d))
        dwarf_open_all(d);
    struct index_job_input in = {.units = xcalloc(d->unit_count + 1, sizeof *in.units),
                                 .binding = index_binding(d),
                                 .mapped = d->image->map,
                                 .mapped_end = d->image->map + d->image->size,
                                 .threads = threads};
    for (size_t i = 0; i < d->unit_count; i++)
        in.unit_count += fill_unit(d, i, &in.units[in.unit_count]);
    in.ranges = dwarf_root_ranges(d, &in.range_count);
    in.strings = strings_in(*dwarf_section(d, DWARF_STR), &in.strings_size);
    return in;
}

static void start(struct dwarf_index *x)
{
    struct dwarf *d = x->dwarf;
    struct index_job_input in = index_input(d, thread_count(info_size(d)));
    /* Of a program in several files, the build id says nothing about the others. */
    if (info_size(d) >= SMALL && !d->other_count)
        in.cache = index_cache_path(d->file->build_id);
    x->job = index_job_start(&in);
}

/* The job has ended: its image is taken into use. */
static void finish(struct dwarf_index *x)
{
    size_t size;
    uint64_t damaged;
    uint8_t *bytes = index_job_finish(x->job, &size, &damaged);
    x->job = NULL;
    if (damaged != UINT64_MAX)
        dwarf_complain(x->dwarf, "the DIEs of the unit at 0x%llx are damaged", (unsigned long long)damaged);
    take_image(x, bytes, size);
}

void dwarf_index_start(struct dwarf *d)
{
    struct dwarf_index *x = holder(d);
    if (!x->ready && !x->job && !load_cached(x))
        start(x);
}

enum index_state dwarf_index_poll(struct dwarf *d, size_t *done, size_t *total)
{
    struct dwarf_index *x = holder(d);
    *done = *total = d->unit_count;
    if (x->job && index_job_poll(x->job, done, total))
        finish(x);
    return x->ready ? INDEX_READY : x->job ? INDEX_BUILDING : INDEX_NONE;
}

void dwarf_index_cancel(struct dwarf *d)
{
    struct dwarf_index *x = holder(d);
    if (!x->job)
        return;
    index_job_cancel(x->job);
    finish(x);
}

static bool go_on(struct dwarf *d, size_t done, size_t total)
{
    struct symbol_file *f = d->file;
    return !f->progress || f->progress(f->progress_context, done, total);
}

const struct dwarf_index *dwarf_index_of(struct dwarf *d)
{
    struct dwarf_index *x = holder(d);
    dwarf_index_start(d);
    while (x->job) {
        size_t done, total;
        if (index_job_wait(x->job, PROGRESS_NS)) {
            finish(x);
            continue;
        }
        index_job_poll(x->job, &done, &total);
        if (!go_on(d, done, total))
            dwarf_index_cancel(d);
    }
    return x->ready ? x : NULL;
}

const struct dwarf_index *dwarf_index_loaded(struct dwarf *d)
{
    struct dwarf_index *x = holder(d);
    size_t done, total;
    return dwarf_index_poll(d, &done, &total) == INDEX_READY || (!x->job && load_cached(x)) ? x : NULL;
}

const struct dwarf_index *dwarf_index_if_there(struct dwarf *d)
{
    const struct dwarf_index *x = dwarf_index_loaded(d);
    return x || d->index->job || info_size(d) >= SMALL ? x : dwarf_index_of(d);
}

void dwarf_index_free(struct dwarf_index *x)
{
    if (!x)
        return;
    dwarf_index_cancel(x->dwarf);
    free(x->bytes);
    free(x);
}
