/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several sessions write one file: who adds a line holds the folder meanwhile. */
#include "ui/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "ui/limits.h"

enum { LOCK_TRIES = 50, LOCK_PAUSE_NS = 20000000 }; /* a second in all */

char *history_path(void)
{
    return file_state_path("history");
}

static struct error *failed(const char *what, const char *path)
{
    return error_new(ERR_REFUSED, "the history is not saved: %s %s: %s", what, path, strerror(errno));
}

/* The newest HISTORY_BYTES of it, from the start of a line on. */
static struct error *read_newest(int fd, off_t size, const char *path, struct buf *ret)
{
    off_t from = size > HISTORY_BYTES ? size - HISTORY_BYTES : 0;
    if (lseek(fd, from, SEEK_SET) < 0)
        return failed("cannot read", path);
    buf_reserve(ret, HISTORY_BYTES);
    ret->length = fd_read_all(fd, ret->data, HISTORY_BYTES);
    if (ret->length < (size_t)(size - from)) /* what is not read would be lost with the next line */
        return failed("cannot read", path);
    const char *line = from ? memchr(ret->data, '\n', ret->length) : NULL;
    size_t cut = line ? (size_t)(line + 1 - ret->data) : from ? ret->length : 0;
    memmove(ret->data, ret->data + cut, ret->length - cut);
    ret->length -= cut;
    ret->data[ret->length] = '\0';
    return NULL;
}

static struct error *read_file(const char *path, struct buf *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? NULL : failed("cannot open", path);
    struct stat st;
    struct error *e = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        e = read_newest(fd, st.st_size, path, ret);
    else
        e = error_new(ERR_REFUSED, "the history is not saved: %s is not a file", path);
    close(fd);
    return e;
}

struct error *history_load(const char *path, void (*line)(const char *text))
{
    BASE_BUF struct buf all = {0};
    TRY(read_file(path, &all));
    char *save = NULL;
    for (char *text = all.data ? strtok_r(all.data, "\n", &save) : NULL; text;
         text = strtok_r(NULL, "\n", &save))
        line(text);
    return NULL;
}

/* Where the newest `lines` lines begin. */
static const char *newest(const struct buf *all, size_t lines)
{
    const char *at = all->data + all->length;
    while (at > all->data) {
        const char *end = at - 1; /* the newline of the line before */
        const char *before = memrchr(all->data, '\n', (size_t)(end - all->data));
        if (lines-- == 0)
            return at;
        at = before ? before + 1 : all->data;
    }
    return at;
}

/* Holds the folder, so that no line of another session is lost; its descriptor, which is not held where
 * another session keeps it for a second (it may have been stopped in the middle), or -1 where it cannot be
 * opened. */
static int hold_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    BASE_FREE char *folder = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return fd;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
    }
    return fd;
}

static struct error *add_line(const char *path, const char *line, bool durable)
{
    BASE_BUF struct buf all = {0};
    TRY(read_file(path, &all));
    if (all.length && all.data[all.length - 1] != '\n')
        buf_add_char(&all, '\n');
    buf_add_text(&all, line);
    buf_add_char(&all, '\n');
    const char *from = newest(&all, HISTORY_LINES);
    return file_replace(path, from, all.length - (size_t)(from - all.data), durable);
}

struct error *history_append(const char *path, const char *line, bool durable)
{
    if (strlen(line) > HISTORY_LINE)
        return NULL;
    file_make_folders(path); /* the lock needs one */
    int folder = hold_folder(path);
    struct error *e = add_line(path, line, durable);
    if (folder >= 0)
        close(folder);
    return e;
}
