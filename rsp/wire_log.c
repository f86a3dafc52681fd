/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/wire_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"

struct wire_log {
    int fd;
    char *path;
    int64_t opened_ns;
    int failed; /* the errno of the first write that did not work; nothing is written after it */
    wire_log_failed *tell;
    void *context;
    struct buf line;
};

static void add_string(struct buf *b, const char *data, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    buf_add_char(b, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            buf_add_char(b, (char)c);
            continue;
        }
        const char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        buf_add(b, escape, sizeof escape);
    }
    buf_add_char(b, '"');
}

static void fail(struct wire_log *log, int number)
{
    log->failed = number;
    if (!log->tell)
        return;
    BASE_ERROR struct error *e = error_hint(
        error_new(ERR_REFUSED, "writing the wire log %s: %s; it ends here", log->path, strerror(number)),
        "look at the free space of its file system");
    log->tell(log->context, e);
}

/* A line at a time, so that the log of a session that crashes is whole up to its last packet. */
static void write_line(struct wire_log *log)
{
    buf_add_char(&log->line, '\n');
    const char *p = log->line.data;
    size_t n = log->line.length;
    while (n > 0 && !log->failed) {
        ssize_t k = write(log->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            fail(log, k < 0 ? errno : ENOSPC);
            return;
        }
        p += k;
        n -= (size_t)k;
    }
}

static struct error *cannot_write(const char *path, int number)
{
    return error_hint(error_new(ERR_USAGE, "writing the wire log %s: %s", path, strerror(number)),
                      "choose a file that you may write to, where there is room");
}

struct error *wire_log_create(const char *path, const char *target, wire_log_failed *failed, void *context,
                              struct wire_log **ret)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot_write(path, errno);
    struct wire_log *log = xcalloc(1, sizeof *log);
    log->fd = fd;
    log->path = xstrdup(path);
    log->opened_ns = clock_now_ns();
    buf_add_text(&log->line, "{\"wire-log\": 1, \"target\": ");
    add_string(&log->line, target, strlen(target));
    buf_add_char(&log->line, '}');
    write_line(log);
    if (log->failed) {
        struct error *e = cannot_write(path, log->failed);
        wire_log_close(log);
        return e;
    }
    log->tell = failed;
    log->context = context;
    *ret = log;
    return NULL;
}

void wire_log_write(struct wire_log *log, bool out, const char *kind, const char *data, size_t n)
{
    if (log->failed)
        return;
    int64_t t = clock_now_ns() - log->opened_ns;
    buf_clear(&log->line);
    /* no floating point: a comma in somebody's locale would break the file */
    buf_printf(&log->line, "{\"t\": %lld.%06lld, \"dir\": \"%s\", \"kind\": \"%s\", \"data\": ",
               (long long)(t / 1000000000), (long long)(t % 1000000000 / 1000), out ? "out" : "in", kind);
    add_string(&log->line, data, n);
    buf_add_char(&log->line, '}');
    write_line(log);
}

void wire_log_close(struct wire_log *log)
{
    if (!log)
        return;
    if (close(log->fd) != 0 && !log->failed)
        fail(log, errno);
    free(log->path);
    buf_free(&log->line);
    free(log);
}
