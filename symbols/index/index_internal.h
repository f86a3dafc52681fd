/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_internal.h - a file's index and how it comes to be. For this folder only.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_INTERNAL_H
#define ALLSTOP_SYMBOLS_INDEX_INTERNAL_H

#include "symbols/index/dwarf_index.h"
#include "symbols/index/index_job.h"

struct dwarf_index {
    struct dwarf *dwarf;
    bool ready, cache_tried;
    struct image image;    /* valid when ready */
    uint8_t *bytes;        /* the image */
    struct index_job *job; /* building, or NULL */
};

/* What of the program an image is for: its build id and the sizes of its debug sections. */
uint64_t index_binding(struct dwarf *d);
/* What a job needs to build the index, without a cache file. */
struct index_job_input index_input(struct dwarf *d, unsigned threads);

#endif
