/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the name index of a file costs: built from nothing on threads, and opened from its cache file.
 *
 *   index FILE        prints: build cpu ms, build ms, opening ms, bytes, peak KiB
 *
 * XDG_CACHE_HOME says where the cache is; the file's index there is made anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "symbols/index/index_cache.h"
#include "symbols/index/index_internal.h"

static double cpu_ms(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
}

/* Cpu and time of having the index of a freshly opened file. */
static size_t measure(const char *path, bool fresh, double *cpu, double *time)
{
    struct symbol_file *f;
    struct error *e = symbol_file_open(path, &f);
    if (e) {
        fprintf(stderr, "%s\n", e->message);
        exit(2);
    }
    char *cache = index_cache_path(symbol_file_build_id(f));
    if (fresh && cache)
        unlink(cache);
    free(cache);
    struct dwarf *d = dwarf_of(f);
    double cpu_before = cpu_ms();
    int64_t before = clock_now_ns();
    const struct dwarf_index *x = d ? dwarf_index_of(d) : NULL;
    *time = (double)(clock_now_ns() - before) / 1e6;
    *cpu = cpu_ms() - cpu_before;
    size_t size = x ? x->image.size : 0;
    symbol_file_close(f);
    return size;
}

int main(int argc, char **argv)
{
    double build_cpu, build, open_cpu, open_time;
    if (argc != 2)
        return 2;
    measure(argv[1], true, &build_cpu, &build);
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    size_t size = measure(argv[1], false, &open_cpu, &open_time);
    printf("%.1f %.1f %.2f %zu %ld\n", build_cpu, build, open_time, size, r.ru_maxrss);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
