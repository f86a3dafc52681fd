/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP: connecting to a host, and to a port of this machine that a child was told. */
#include "rsp/transport_private.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

/*
 * A connect to a free port of this machine can meet itself: the kernel may choose the very port as the
 * source, and TCP then opens "simultaneously" from both of its ends.
 */
static bool is_connected_to_itself(int fd)
{
    struct sockaddr_storage here = {0}, there = {0};
    socklen_t here_length = sizeof here, there_length = sizeof there;
    return getsockname(fd, (struct sockaddr *)&here, &here_length) == 0 &&
           getpeername(fd, (struct sockaddr *)&there, &there_length) == 0 && here_length == there_length &&
           memcmp(&here, &there, here_length) == 0;
}

/* Connects; *reason is 0 or the errno of the failure, errors are only those of the waiting. */
static struct error *connect_to(struct transport *t, int fd, const struct sockaddr *address, socklen_t length,
                                int64_t deadline_ns, int *reason)
{
    *reason = connect(fd, address, length) == 0 ? 0 : errno;
    if (*reason == EINPROGRESS || *reason == EINTR) {
        const struct transport_wait w = {
            .fd = fd, .events = POLLOUT, .wake_fd = -1, .deadline_ns = deadline_ns};
        bool ready;
        TRY(transport_wait(t, &w, &ready));
        socklen_t size = sizeof *reason;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, reason, &size) != 0)
            *reason = errno;
    }
    if (*reason == 0 && is_connected_to_itself(fd))
        *reason = ECONNREFUSED;
    return NULL;
}

static int new_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/* Tries one address; t->fd is set when it worked. */
static struct error *try_address(struct transport *t, const struct addrinfo *a, int64_t deadline_ns,
                                 int *reason)
{
    int fd = new_socket(a->ai_family);
    if (fd < 0) {
        *reason = errno;
        return NULL;
    }
    struct error *e = connect_to(t, fd, a->ai_addr, a->ai_addrlen, deadline_ns, reason);
    if (e || *reason) {
        close(fd);
        return e;
    }
    t->fd = fd;
    return NULL;
}

struct error *transport_open_tcp(struct transport *t, const struct transport_spec *spec, int64_t deadline_ns)
{
    bool v6 = strchr(spec->host, ':') != NULL;
    const char *kind = spec->kind == TRANSPORT_TELNET ? "telnet" : "tcp";
    t->description = xasprintf(v6 ? "%s:[%s]:%s" : "%s:%s:%s", kind, spec->host, spec->port);
    t->is_socket = true;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int failure = getaddrinfo(spec->host, spec->port, &hints, &list);
    if (failure)
        return error_hint(
            error_new(ERR_NOT_CONNECTED, "connecting to %s: %s", t->description, gai_strerror(failure)),
            "check the host name");
    int reason = 0;
    struct error *e = NULL;
    for (const struct addrinfo *a = list; a && !e && t->fd < 0; a = a->ai_next)
        e = try_address(t, a, deadline_ns, &reason);
    freeaddrinfo(list);
    if (e && e->code == ERR_TIMEOUT)
        e->code = ERR_NOT_CONNECTED;
    if (e)
        return error_while(e, "connecting to %s", t->description);
    if (t->fd < 0)
        return error_hint(
            error_new(ERR_NOT_CONNECTED, "connecting to %s: %s", t->description, strerror(reason)),
            "is the stub started, and does it listen on that port?");
    return NULL;
}

static struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

struct error *transport_try_loopback(struct transport *t, unsigned port, int64_t deadline_ns, int *ret)
{
    *ret = -1;
    struct sockaddr_in address = loopback(port);
    int fd = new_socket(AF_INET);
    if (fd < 0)
        return error_new(ERR_NOT_CONNECTED, "connecting to port %u: %s", port, strerror(errno));
    int reason;
    struct error *e =
        connect_to(t, fd, (const struct sockaddr *)&address, sizeof address, deadline_ns, &reason);
    if (!e && reason && reason != ECONNREFUSED)
        e = error_new(ERR_NOT_CONNECTED, "connecting to port %u: %s", port, strerror(reason));
    if (e || reason)
        close(fd);
    else
        *ret = fd;
    return e;
}

struct error *transport_free_port(unsigned *ret)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (const struct sockaddr *)&address, length) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &length) == 0;
    int reason = errno;
    if (fd >= 0)
        close(fd);
    if (!ok)
        return error_new(ERR_NOT_CONNECTED, "looking for a free port: %s", strerror(reason));
    *ret = ntohs(address.sin_port);
    return NULL;
}
