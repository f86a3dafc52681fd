/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job that builds an index: which pages of the file it gives back, what it leaves on disk, how it is waited
 * for and cancelled. */
#include "test_symbols_dies.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/guard.h"
#include "symbols/index/index_cache.h"

enum { PAGES = 170 };

static size_t page;
static uint8_t *region;
static struct exact abbrev;

/* Memory that is nobody's file: a page that is given back is zeros afterwards. */
static int set_up(void **state)
{
    (void)state;
    struct buf b = {0};
    page = (size_t)sysconf(_SC_PAGESIZE);
    region = mmap(NULL, (PAGES + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    put_abbrev(&b, 1, DW_TAG_compile_unit, true, -1);
    put_abbrev(&b, 2, DW_TAG_formal_parameter, false, -1);
    put(&b, 0, 1);
    abbrev = exactly(&b, b.length);
    buf_free(&b);
    return region == MAP_FAILED;
}

static int tear_down(void **state)
{
    (void)state;
    free(abbrev.bytes);
    return munmap(region, (PAGES + 1) * page);
}

static struct scan_unit unit_at(uint8_t *from, size_t size)
{
    *from = 1;
    return unit_over(abbrev, (struct exact){from, size}, (uint64_t)(from - region) + 1);
}

static struct index_job *start(const struct scan_unit *units, size_t count, const uint8_t *low,
                               const uint8_t *high, unsigned threads)
{
    struct index_job_input in = {.units = xmemdup(units, count * sizeof *units),
                                 .unit_count = count,
                                 .strings = "",
                                 .mapped = low,
                                 .mapped_end = high,
                                 .threads = threads};
    return index_job_start(&in);
}

static void run(const struct scan_unit *units, size_t count, const uint8_t *low, const uint8_t *high,
                unsigned threads)
{
    size_t size;
    uint64_t damaged;
    uint8_t *image = index_job_finish(start(units, count, low, high, threads), &size, &damaged);
    assert_non_null(image);
    assert_true(damaged == UINT64_MAX);
    free(image);
}

/* The units are walked once; only whole pages, and only of the file, are given back. */
static void test_pages(void **state)
{
    (void)state;
    const size_t half = page / 2;
    const struct {
        size_t low, high, mapped, mapped_end; /* the unit, and what of the memory is a file's */
        unsigned first, end;                  /* the pages that go */
    } rows[] = {
        {page, 4 * page, 0, 9 * page, 1, 4},
        {page + half, 4 * page + half, 0, 9 * page, 1, 4},
        {page + 1, 4 * page - 1, 0, 9 * page, 1, 3},
        {page + 100, page + 200, 0, 9 * page, 0, 0},
        {page, 4 * page, page, 4 * page, 1, 4},
        {page + half, 4 * page, page + half, 9 * page, 0, 0}, /* the page is not all the file's */
        {page + half, 4 * page, 2 * page, 9 * page, 0, 0},    /* nor are the unit's bytes */
        {page, 4 * page + 1, page, 4 * page, 0, 0},
        {page, 4 * page, page + 1, 9 * page, 0, 0},
        {2 * page, 3 * page, 0, 9 * page, 2, 3},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        for (unsigned threads = 0; threads <= 1; threads++) {
            memset(region, 2, PAGES * page);
            struct scan_unit u = unit_at(region + rows[i].low, rows[i].high - rows[i].low);
            run(&u, 1, region + rows[i].mapped, region + rows[i].mapped_end, threads);
            for (unsigned k = 0; k < 9; k++)
                if ((region[k * page + page - 1] == 0) != (k >= rows[i].first && k < rows[i].end))
                    fail_msg("row %zu: page %u", i, k);
        }
    memset(region, 2, PAGES * page);
    struct scan_unit u = unit_at(region, 9 * page);
    run(&u, 1, NULL, NULL, 0);
    assert_int_equal(region[page], 2);
}

/* Neighbours are walked together, a sixteenth of it all at a time. What lies between them is given back with
 * them, and shows which they were. */
static void test_batches(void **state)
{
    (void)state;
    static const struct {
        size_t units, together, size;
    } rows[] = {{80, 5, 160},  {48, 3, 160}, {33, 3, 160}, {32, 2, 160},
                {32, 2, 3000}, {16, 1, 160}, {1, 1, 160},  {31, 2, 160}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        for (unsigned threads = 0; threads <= 2; threads += 2) {
            struct scan_unit units[80];
            memset(region, 2, PAGES * page);
            for (size_t k = 0; k < rows[i].units; k++)
                units[k] = unit_at(region + 2 * k * page, rows[i].size);
            run(units, rows[i].units, region, region + PAGES * page, threads);
            for (size_t k = 0; k + 1 < rows[i].units; k++) {
                bool with_next = (k + 1) % rows[i].together != 0;
                assert_int_equal(region[2 * k * page + page - 1], with_next ? 0 : 2);
                assert_int_equal(region[2 * k * page + page], with_next ? 0 : 2);
            }
        }
}

/* At most a megabyte at a time, however large the program. */
static void test_large_batches(void **state)
{
    (void)state;
    enum { UNITS = 34 };
    const size_t each = (size_t)1 << 19, stride = each + 2 * page;
    uint8_t *large = mmap(NULL, UNITS * stride, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(large != MAP_FAILED);
    memset(large, 2, UNITS * stride);
    struct scan_unit units[UNITS];
    for (size_t k = 0; k < UNITS; k++)
        units[k] = unit_at(large + k * stride, each);
    run(units, UNITS, large, large + UNITS * stride, 0);
    for (size_t k = 0; k + 1 < UNITS; k++)
        assert_int_equal(large[k * stride + each], (k + 1) % 2 ? 0 : 2);
    munmap(large, UNITS * stride);
}

static void test_cache_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/allstop-job-XXXXXX";
    assert_non_null(mkdtemp(folder));
    memset(region, 2, 2 * page);
    struct scan_unit u = unit_at(region, page);
    size_t size, stored;
    uint64_t damaged;
    struct index_job_input in = {.units = xmemdup(&u, sizeof u),
                                 .unit_count = 1,
                                 .strings = "",
                                 .cache = xasprintf("%s/deep/x", folder)};
    BASE_FREE char *path = xstrdup(in.cache), *inside = xasprintf("%s/deep", folder);
    BASE_FREE uint8_t *image = index_job_finish(index_job_start(&in), &size, &damaged);
    BASE_FREE uint8_t *file = index_cache_load(path, &stored);
    assert_non_null(file);
    assert_int_equal(stored, size);
    assert_memory_equal(file, image, size);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(inside), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* A wait ends when the job does, or when its time is over, and not before. */
static void test_waits(void **state)
{
    (void)state;
    memset(region, 2, PAGES * page);
    for (int i = 0; i < 20; i++) {
        struct scan_unit u = unit_at(region, PAGES * page);
        struct index_job *job = start(&u, 1, NULL, NULL, 1);
        size_t done, total, size;
        uint64_t damaged;
        assert_true(index_job_wait(job, 600 * (int64_t)1000000000));
        assert_true(index_job_wait(job, 0));
        assert_true(index_job_poll(job, &done, &total));
        assert_true(index_job_poll(job, &done, &total));
        assert_int_equal(done, 1);
        assert_int_equal(total, 1);
        uint8_t *image = index_job_finish(job, &size, &damaged);
        assert_non_null(image);
        free(image);
    }
}

/* A file that is cut short meanwhile has zeros where it ends, on these threads too. */
static void test_cut_file(void **state)
{
    (void)state;
    char path[] = "/tmp/allstop-job-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ftruncate(fd, (off_t)(4 * page)), 0);
    uint8_t *file = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(file != MAP_FAILED);
    struct guard *guard = guard_add(file, 4 * page);
    assert_non_null(guard);
    memset(file, 2, 4 * page);
    struct scan_unit u = unit_at(file, 4 * page);
    assert_int_equal(ftruncate(fd, (off_t)page), 0);
    size_t size;
    uint64_t damaged;
    uint8_t *image = index_job_finish(start(&u, 1, NULL, NULL, 1), &size, &damaged);
    assert_non_null(image);
    assert_true(guard_was_hit(guard));
    free(image);
    guard_remove(guard);
    munmap(file, 4 * page);
    close(fd);
}

/* Without units there is an image all the same. */
static void test_nothing(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads <= INDEX_THREADS; threads++) {
        struct scan_unit none = {0};
        struct index_job *job = start(&none, 0, NULL, NULL, threads);
        size_t size;
        uint64_t damaged;
        uint8_t *image = index_job_finish(job, &size, &damaged);
        assert_non_null(image);
        free(image);
    }
}

/* Cancelled, it ends with an image when it was faster, and without one when not; all is freed. */
static void test_cancelled(void **state)
{
    (void)state;
    memset(region, 2, PAGES * page);
    for (unsigned threads = 0; threads <= INDEX_THREADS; threads++) {
        struct scan_unit units[PAGES];
        for (size_t k = 0; k < PAGES; k++)
            units[k] = unit_at(region + k * page, page);
        struct index_job *job = start(units, PAGES, NULL, NULL, threads);
        size_t size, done, total;
        uint64_t damaged;
        index_job_cancel(job);
        while (!index_job_wait(job, 1000000000))
            ;
        assert_true(index_job_poll(job, &done, &total));
        assert_int_equal(total, PAGES);
        uint8_t *image = index_job_finish(job, &size, &damaged);
        assert_true(!image || done == PAGES);
        assert_true(threads || image);
        free(image);
    }
}

/* The starter's signals are as they were. */
static void test_signals(void **state)
{
    (void)state;
    sigset_t before, after;
    struct scan_unit u = unit_at(region, page);
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    run(&u, 1, NULL, NULL, 2);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    for (int i = 1; i < SIGRTMAX; i++)
        if (sigismember(&before, i) != sigismember(&after, i))
            fail_msg("signal %d", i);
}

static volatile sig_atomic_t heard;

static void hear(int number)
{
    heard = number;
}

/* Nobody's signals end up on a job's threads: the program waits for them elsewhere. */
static void test_signals_elsewhere(void **state)
{
    (void)state;
    enum { LONG = 32 << 20 };
    uint8_t *large = mmap(NULL, LONG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(large != MAP_FAILED);
    memset(large, 2, LONG);
    struct scan_unit u = unit_at(large, LONG);
    struct sigaction action = {.sa_handler = hear}, before;
    sigset_t one, pending;
    sigemptyset(&one);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &one, NULL), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    struct index_job *job = start(&u, 1, NULL, NULL, 1);
    sigaddset(&one, SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    size_t size;
    uint64_t damaged;
    uint8_t *image = index_job_finish(job, &size, &damaged);
    assert_int_equal(heard, 0);
    assert_int_equal(sigpending(&pending), 0);
    assert_true(sigismember(&pending, SIGUSR1));
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &one, NULL), 0);
    assert_int_equal(heard, SIGUSR1);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    free(image);
    munmap(large, LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),         cmocka_unit_test(test_batches),
        cmocka_unit_test(test_large_batches), cmocka_unit_test(test_cache_file),
        cmocka_unit_test(test_waits),         cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_cut_file),      cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_signals),       cmocka_unit_test(test_signals_elsewhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
