/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/line_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "ui/limits.h"

void line_reader_free(struct line_reader *r)
{
    buf_free(&r->bytes);
}

void line_reader_fill(struct line_reader *r)
{
    char bytes[4096];
    ssize_t n = read(r->fd, bytes, sizeof bytes);
    if (n > 0)
        buf_add(&r->bytes, bytes, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        r->over = true;
}

static char *take(struct line_reader *r, size_t n, size_t drop)
{
    char *line =
        r->skipping ? NULL : xstrndup(buf_text(&r->bytes), n < LINE_READER_BYTES ? n : LINE_READER_BYTES);
    r->skipping = false;
    buf_drop(&r->bytes, drop);
    return line;
}

char *line_reader_next(struct line_reader *r)
{
    for (;;) {
        const char *bytes = buf_text(&r->bytes);
        const char *end = memchr(bytes, '\n', r->bytes.length);
        char *line;
        if (end) {
            line = take(r, (size_t)(end - bytes), (size_t)(end - bytes) + 1);
        } else if (r->over && r->bytes.length) {
            line = take(r, r->bytes.length, r->bytes.length);
        } else if (r->bytes.length > LINE_READER_BYTES) {
            line = take(r, r->bytes.length, r->bytes.length);
            r->skipping = true;
        } else {
            return NULL;
        }
        if (line)
            return line;
    }
}
