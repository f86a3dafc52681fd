/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_job.h - building a name index on threads of its own.
 *
 * The starter hands over everything the threads read, as plain bytes that stay mapped until the job has
 * ended; nothing else is shared. Each thread walks units as they come (index_scan.h) into a part of its own;
 * the last to end merges them and writes the cache file. Signals are blocked on these threads.
 * Owner of a job: one thread, the one that started it. Never fails: a cancelled job has no image.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_JOB_H
#define ALLSTOP_SYMBOLS_INDEX_JOB_H

#include "symbols/index/index_merge.h"

enum { INDEX_THREADS = 4 };

struct index_job_input {
    struct scan_unit *units; /* malloc'd, taken over */
    size_t unit_count;
    struct image_range *ranges; /* malloc'd, taken over */
    size_t range_count;
    const char *strings;
    size_t strings_size;
    uint64_t binding;
    const uint8_t *mapped, *mapped_end; /* bytes that are pages of a file: they need not stay in memory */
    char *cache;                        /* malloc'd path, taken over; NULL: none */
    unsigned threads; /* 1 to INDEX_THREADS; 0: the work is done by index_job_start() itself */
};

struct index_job;

struct index_job *index_job_start(const struct index_job_input *in);
/* How many units are done; true when the job has ended. */
bool index_job_poll(struct index_job *job, size_t *done, size_t *total);
/* Waits at most so long; true when the job has ended. */
bool index_job_wait(struct index_job *job, int64_t nanoseconds);
void index_job_cancel(struct index_job *job);
/* Waits for the end and frees the job: its image, malloc'd, or NULL. *damaged: the DIE offset of the first
 * unit that was damaged, or UINT64_MAX. */
uint8_t *index_job_finish(struct index_job *job, size_t *size, uint64_t *damaged);

#endif
