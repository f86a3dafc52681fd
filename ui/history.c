/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/buf.h"

enum { FILE_BYTES = 1 << 20 }; /* more is not read: somebody else's file */

char *history_path(void)
{
    return file_state_path("history");
}

static struct error *failed(const char *what, const char *path)
{
    return error_new(ERR_REFUSED, "the history is not saved: %s %s: %s", what, path, strerror(errno));
}

static struct error *read_file(const char *path, struct buf *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? NULL : failed("cannot open", path);
    struct stat st;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t n = 1;
    while (regular && n > 0 && ret->length < FILE_BYTES) {
        buf_reserve(ret, 65536);
        n = read(fd, ret->data + ret->length, 65536);
        if (n > 0)
            ret->length += (size_t)n;
    }
    close(fd);
    buf_reserve(ret, 0);
    ret->data[ret->length] = '\0';
    if (!regular)
        return error_new(ERR_REFUSED, "the history is not saved: %s is not a file", path);
    return n < 0 ? failed("cannot read", path) : NULL;
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

struct error *history_append(const char *path, const char *line, bool durable)
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
