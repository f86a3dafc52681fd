/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_merge.h - several threads' parts made one image.
 *
 * The image depends on the program alone: not on how many parts there are, nor on which units went to which.
 * One thread, after the others are done. Never fails; what is beyond an image's limits is left out.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_MERGE_H
#define ALLSTOP_SYMBOLS_INDEX_MERGE_H

#include "symbols/index/index_image.h"
#include "symbols/index/index_scan.h"

struct merge_input {
    struct index_part *parts;
    size_t count;
    const struct scan_unit *units; /* by DIE offset, for imports */
    size_t unit_count;
    const struct image_range *ranges; /* sorted */
    size_t range_count;
    uint64_t binding;
};

/* The image, malloc'd. */
uint8_t *index_merge(const struct merge_input *in, size_t *size);

/* index_resolve.c: gives the pending DIEs of all parts their names, as entries of `extra`. */
void index_resolve(struct index_part *parts, size_t count, const struct scan_unit *units, size_t unit_count,
                   const atomic_bool *cancelled, struct index_part *extra);
/* The unit in whose DIEs an offset is, or -1. */
long scan_unit_holding(const struct scan_unit *units, size_t count, uint64_t die);

#endif
