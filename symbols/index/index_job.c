/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_job.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/index/index_cache.h"
#include "symbols/limits.h"

enum { BATCH = 1 << 20 };

struct index_job {
    struct index_job_input in;
    atomic_bool cancelled;
    atomic_size_t next, done, running;
    size_t *batches, batch_count;               /* the first unit of each, and one more at the end */
    struct index_part parts[INDEX_THREADS + 1]; /* the last one used is index_resolve()'s */
    pthread_t threads[INDEX_THREADS];
    unsigned thread_count;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    bool ended;
    uint64_t damaged;
    uint8_t *image;
    size_t image_size;
};

struct worker {
    struct index_job *job;
    unsigned number;
};

/* The pages of units that were walked may go; they are the file's and come back when somebody asks. */
static void give_back(const struct index_job_input *in, size_t first, size_t end)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uint8_t *low = in->units[first].bytes, *high = in->units[end - 1].end;
    uintptr_t from = (uintptr_t)low & ~(page - 1), to = (uintptr_t)high & ~(page - 1);
    if (low >= in->mapped && high <= in->mapped_end && from < to && from >= (uintptr_t)in->mapped)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

/* Neighbouring units go to one thread: giving pages back interrupts the other threads' processors. */
static void make_batches(struct index_job *job)
{
    const struct index_job_input *in = &job->in;
    size_t all = 0, bytes = SIZE_MAX, batch = BATCH;
    for (size_t i = 0; i < in->unit_count; i++)
        all += (size_t)(in->units[i].end - in->units[i].bytes);
    if (batch > all / (INDEX_THREADS * 4))
        batch = all / (INDEX_THREADS * 4);
    job->batches = xcalloc(in->unit_count + 2, sizeof *job->batches);
    for (size_t i = 0; i < in->unit_count; i++) {
        if (bytes >= batch) {
            job->batches[job->batch_count++] = i;
            bytes = 0;
        }
        bytes += (size_t)(in->units[i].end - in->units[i].bytes);
    }
    job->batches[job->batch_count] = in->unit_count;
}

static void note_damage(struct index_job *job, uint64_t die)
{
    pthread_mutex_lock(&job->lock);
    job->damaged = die < job->damaged ? die : job->damaged;
    pthread_mutex_unlock(&job->lock);
}

static void walk_units(struct index_job *job, unsigned number)
{
    struct scanner s = {.part = &job->parts[number], .cancelled = &job->cancelled};
    for (;;) {
        size_t batch = atomic_fetch_add(&job->next, 1);
        if (batch >= job->batch_count)
            break;
        size_t first = job->batches[batch], end = job->batches[batch + 1];
        for (size_t i = first; i < end; i++) {
            if (atomic_load(&job->cancelled) || s.abbrevs.work > ABBREV_WORK_LIMIT)
                break;
            if (!scan_unit(&s, &job->in.units[i], true))
                note_damage(job, job->in.units[i].offset);
            atomic_fetch_add(&job->done, 1);
        }
        give_back(&job->in, first, end);
    }
    scanner_free(&s);
}

static void conclude(struct index_job *job)
{
    const struct index_job_input *in = &job->in;
    size_t parts = (in->threads ? in->threads : 1) + 1;
    index_resolve(job->parts, parts - 1, in->units, in->unit_count, &job->cancelled, &job->parts[parts - 1]);
    struct merge_input merge = {.parts = job->parts,
                                .count = parts,
                                .units = in->units,
                                .unit_count = in->unit_count,
                                .ranges = in->ranges,
                                .range_count = in->range_count,
                                .binding = in->binding};
    if (!atomic_load(&job->cancelled)) {
        job->image = index_merge(&merge, &job->image_size);
        if (in->cache)
            index_cache_store(in->cache, job->image, job->image_size, INDEX_CACHE_LIMIT);
    }
    pthread_mutex_lock(&job->lock);
    job->ended = true;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->lock);
}

static void *work(void *context)
{
    struct worker w = *(struct worker *)context;
    free(context);
    walk_units(w.job, w.number);
    if (atomic_fetch_sub(&w.job->running, 1) == 1)
        conclude(w.job);
    return NULL;
}

/* A thread that cannot be had leaves its share to the others; without any, the caller does it all. */
static void start_threads(struct index_job *job)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGBUS); /* the file may be cut short meanwhile (base/guard.h) */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < job->in.threads; i++) {
        struct worker *w = xcalloc(1, sizeof *w);
        *w = (struct worker){.job = job, .number = i};
        if (pthread_create(&job->threads[job->thread_count], NULL, work, w) == 0)
            job->thread_count++;
        else
            work(w);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct index_job *index_job_start(const struct index_job_input *in)
{
    struct index_job *job = xcalloc(1, sizeof *job);
    job->in = *in;
    job->damaged = UINT64_MAX;
    pthread_mutex_init(&job->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&job->changed, &attr);
    pthread_condattr_destroy(&attr);
    for (unsigned i = 0; i <= INDEX_THREADS; i++)
        index_part_init(&job->parts[i], in->strings, in->strings_size);
    make_batches(job);
    atomic_store(&job->running, in->threads ? in->threads : 1);
    if (in->threads) {
        start_threads(job);
    } else {
        walk_units(job, 0);
        conclude(job);
    }
    return job;
}

bool index_job_poll(struct index_job *job, size_t *done, size_t *total)
{
    pthread_mutex_lock(&job->lock);
    bool ended = job->ended;
    pthread_mutex_unlock(&job->lock);
    *done = atomic_load(&job->done);
    *total = job->in.unit_count;
    return ended;
}

bool index_job_wait(struct index_job *job, int64_t nanoseconds)
{
    int64_t until = clock_now_ns() + nanoseconds;
    struct timespec at = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    pthread_mutex_lock(&job->lock);
    while (!job->ended && pthread_cond_timedwait(&job->changed, &job->lock, &at) == 0)
        ;
    bool ended = job->ended;
    pthread_mutex_unlock(&job->lock);
    return ended;
}

void index_job_cancel(struct index_job *job)
{
    atomic_store(&job->cancelled, true);
}

uint8_t *index_job_finish(struct index_job *job, size_t *size, uint64_t *damaged)
{
    for (unsigned i = 0; i < job->thread_count; i++)
        pthread_join(job->threads[i], NULL);
    for (unsigned i = 0; i <= INDEX_THREADS; i++)
        index_part_free(&job->parts[i]);
    pthread_cond_destroy(&job->changed);
    pthread_mutex_destroy(&job->lock);
    uint8_t *image = job->image;
    *size = job->image_size;
    *damaged = job->damaged;
    free(job->batches);
    free(job->in.units);
    free(job->in.ranges);
    free(job->in.cache);
    free(job);
    return image;
}
