/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unix stream sockets: connecting to one by its path. */
#include "rsp/transport_private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"

static struct error *unix_address(const char *path, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof ret->sun_path)
        return error_new(ERR_USAGE, "connecting to unix:%.120s…: a socket's path has at most %zu bytes", path,
                         sizeof ret->sun_path - 1);
    memcpy(ret->sun_path, path, strlen(path) + 1);
    return NULL;
}

/* *reason is 0 and *ret the socket, or the errno of the failure. */
static struct error *connect_unix(const char *path, int *ret, int *reason)
{
    struct sockaddr_un address;
    TRY(unix_address(path, &address));
    *ret = -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *reason = fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ? errno : 0;
    if (*reason && fd >= 0)
        close(fd);
    if (!*reason)
        *ret = fd;
    return NULL;
}

struct error *transport_open_unix(struct transport *t, const char *path)
{
    t->description = xasprintf("unix:%s", path);
    t->is_socket = true;
    int reason;
    TRY(connect_unix(path, &t->fd, &reason));
    if (reason)
        return error_hint(
            error_new(ERR_NOT_CONNECTED, "connecting to %s: %s", t->description, strerror(reason)),
            reason == ENOENT ? "is the stub started, and is this the path it listens on?"
                             : "does a stub still listen there?");
    return NULL;
}

struct error *transport_try_unix(const char *path, int *ret)
{
    int reason;
    TRY(connect_unix(path, ret, &reason));
    if (reason && reason != ENOENT && reason != ECONNREFUSED && reason != EAGAIN)
        return error_new(ERR_NOT_CONNECTED, "connecting to unix:%s: %s", path, strerror(reason));
    return NULL;
}
