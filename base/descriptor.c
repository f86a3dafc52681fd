/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

void fd_signal(int fd)
{
    uint64_t one = 1;
    ssize_t n;
    do
        n = write(fd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
}

void fd_drain(int fd)
{
    char bytes[64];
    /* what is less than asked for was all */
    while (fd >= 0 && read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
    }
}

bool fd_is_readable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, 0) > 0; /* which skips a negative one */
}

size_t fd_read_all(int fd, void *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = read(fd, (char *)bytes + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

int fd_write_all(int fd, const void *bytes, size_t n)
{
    for (const char *p = bytes; n > 0;) {
        ssize_t written = write(fd, p, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        p += written;
        n -= (size_t)written;
    }
    return 0;
}
