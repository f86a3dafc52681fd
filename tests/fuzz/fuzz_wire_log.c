/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wire logs of any bytes, read back as a recording that a session could be served from. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "rsp/wire_log_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each request is found by itself, and no chain of equal ones goes round in a circle. */
static void look_up_all(const struct wire_recording *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct buf *request = &r->exchanges[i].request;
        size_t at = wire_recording_first(r, buf_text(request), request->length), steps = 0;
        while (at != SIZE_MAX && at != i && steps++ <= r->count)
            at = r->exchanges[at].next_same;
        if (at != i)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("wire-log", MFD_CLOEXEC);
    if (fd < 0 || fd_write_all(fd, data, size) != 0)
        abort();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct wire_recording recording = {0};
    struct error *e = wire_recording_read(path, &recording);
    if (e && e->code != ERR_USAGE)
        abort();
    if (!e)
        look_up_all(&recording);
    error_free(e);
    wire_recording_free(&recording);
    close(fd);
    return 0;
}
