/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "symbols/limits.h"

enum { LEFT_BEHIND_SECONDS = 3600 };

static const char temporary[] = ".new-";

char *index_cache_path(const char *build_id)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool own = cache && cache[0] == '/';
    if (!build_id || (!own && (!home || home[0] != '/')))
        return NULL;
    return xasprintf("%s%s/allstop/index/%s", own ? cache : home, own ? "" : "/.cache", build_id);
}

uint8_t *index_cache_load(const char *path, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    uint8_t *bytes = NULL;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size > 0 &&
        st.st_size <= INDEX_FILE_LIMIT) {
        *size = (size_t)st.st_size;
        bytes = xmalloc(*size);
        if (fd_read_all(fd, bytes, *size) < *size) {
            free(bytes);
            bytes = NULL;
        }
        futimens(fd, NULL);
    }
    close(fd);
    return bytes;
}

struct kept_file {
    char *name;
    uint64_t size;
    struct timespec used;
};

static int by_use(const void *a, const void *b)
{
    const struct kept_file *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* What is in the folder; what a killed session left half written is removed. */
static size_t list_files(DIR *folder, struct kept_file **ret, uint64_t *total)
{
    size_t count = 0, capacity = 0;
    struct dirent *e;
    *ret = NULL;
    *total = 0;
    while (count < INDEX_FILES_LIMIT && (e = readdir(folder))) {
        struct stat st;
        if (fstatat(dirfd(folder), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        if (strncmp(e->d_name, temporary, sizeof temporary - 1) == 0) {
            if (st.st_mtim.tv_sec + LEFT_BEHIND_SECONDS < time(NULL))
                unlinkat(dirfd(folder), e->d_name, 0);
            continue;
        }
        ARRAY_RESERVE(*ret, count, capacity);
        (*ret)[count++] =
            (struct kept_file){.name = xstrdup(e->d_name), .size = (uint64_t)st.st_size, .used = st.st_mtim};
        *total += (uint64_t)st.st_size;
    }
    return count;
}

static void keep_below(const char *path, uint64_t limit)
{
    const char *slash = strrchr(path, '/');
    BASE_FREE char *name = xstrndup(path, (size_t)(slash - path));
    DIR *folder = opendir(name);
    if (!folder)
        return;
    struct kept_file *files;
    uint64_t total;
    size_t count = list_files(folder, &files, &total);
    if (count)
        qsort(files, count, sizeof *files, by_use);
    for (size_t i = 0; i < count; i++) {
        if (total > limit && strcmp(files[i].name, slash + 1) != 0 &&
            unlinkat(dirfd(folder), files[i].name, 0) == 0)
            total -= files[i].size;
        free(files[i].name);
    }
    free(files);
    closedir(folder);
}

void index_cache_store(const char *path, const uint8_t *bytes, size_t size, uint64_t limit)
{
    const char *slash = strrchr(path, '/');
    if (size > limit)
        return;
    BASE_FREE char *beside = xasprintf("%.*s/%sXXXXXX", (int)(slash - path), path, temporary);
    file_make_folders(beside);
    int fd = mkostemp(beside, O_CLOEXEC); /* O_EXCL, mode 0600 */
    if (fd < 0)
        return;
    bool ok = fd_write_all(fd, bytes, size) == 0;
    ok = close(fd) == 0 && ok;
    if (!ok || rename(beside, path) != 0)
        unlink(beside);
    else
        keep_below(path, limit);
}
