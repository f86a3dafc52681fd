/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

enum { FILE_LIMIT = 1 << 30, FILES_LIMIT = 1 << 16, LEFT_BEHIND_SECONDS = 3600 };

static const char temporary[] = ".new-";

char *index_cache_path(const char *build_id)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool own = cache && cache[0] == '/';
    if (!build_id || (!own && (!home || home[0] != '/')))
        return NULL;
    return xasprintf("%s%s/allstop/index/%s", own ? cache : home, own ? "" : "/.cache", build_id);
}

/* All of `size` bytes of a descriptor, or NULL. */
static uint8_t *read_all(int fd, size_t size)
{
    uint8_t *bytes = xmalloc(size);
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            free(bytes);
            return NULL;
        }
        done += (size_t)n;
    }
    return bytes;
}

uint8_t *index_cache_load(const char *path, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    uint8_t *bytes = NULL;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size > 0 &&
        st.st_size <= FILE_LIMIT) {
        *size = (size_t)st.st_size;
        bytes = read_all(fd, *size);
        futimens(fd, NULL);
    }
    close(fd);
    return bytes;
}

/* The folders of a path that are missing. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
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
    while (count < FILES_LIMIT && (e = readdir(folder))) {
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
    make_folders(beside);
    int fd = mkostemp(beside, O_CLOEXEC); /* O_EXCL, mode 0600 */
    if (fd < 0)
        return;
    bool ok = write_all(fd, bytes, size);
    ok = close(fd) == 0 && ok;
    if (!ok || rename(beside, path) != 0)
        unlink(beside);
    else
        keep_below(path, limit);
}
