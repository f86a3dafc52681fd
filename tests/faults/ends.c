/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ends.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

enum { CONNECT_TRIES = 2000, CONNECT_PAUSE_US = 5000 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static bool is_pty(int fd)
{
    char name[64];
    return ptsname_r(fd, name, sizeof name) == 0;
}

/* The slave is kept open until somebody else has it, or reading from the master would say that it is closed.
 */
static struct end pty_end(int fd)
{
    char name[64];
    struct termios line;
    struct end e = {.fd = fd, .slave = -1};
    if (ptsname_r(fd, name, sizeof name) != 0 || (e.slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        tcgetattr(e.slave, &line) != 0)
        die("open the pty");
    cfmakeraw(&line);
    tcsetattr(e.slave, TCSANOW, &line);
    return e;
}

static int make_pty(const char *word)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        die("make a pty");
    printf("%s %s\n", word, ptsname(fd));
    return fd;
}

static struct end socket_end(int fd)
{
    int one = 1;
    /* Pieces are to leave as pieces; a Unix socket has no such option and needs none. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return (struct end){.fd = fd, .slave = -1};
}

static struct sockaddr_un unix_address(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    return at;
}

static int listen_unix(const char *path)
{
    struct sockaddr_un at = unix_address(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0)
        die("listen");
    printf("at unix:%s\n", path);
    return fd;
}

int end_listen(const char *spec)
{
    if (strcmp(spec, "pty") == 0)
        return make_pty("at");
    if (strncmp(spec, "unix:", 5) == 0)
        return listen_unix(spec + 5);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        die("listen");
    printf("at 127.0.0.1:%d\n", ntohs(at.sin_port));
    return fd;
}

struct end end_accept(int listening)
{
    if (is_pty(listening))
        return pty_end(listening);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        die("accept");
    close(listening);
    return socket_end(fd);
}

static int try_connect(const char *spec)
{
    struct sockaddr_un path = unix_address(spec + 5);
    struct sockaddr_in port = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *colon = strrchr(spec, ':');
    bool local = strncmp(spec, "unix:", 5) == 0;
    port.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : spec));
    int fd = socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const void *to = local ? (const void *)&path : (const void *)&port;
    if (connect(fd, to, local ? sizeof path : sizeof port) == 0)
        return fd;
    close(fd);
    return -1;
}

struct end end_stub(const char *spec)
{
    int fd = -1;
    if (strcmp(spec, "pty") == 0)
        return pty_end(make_pty("stub"));
    for (int i = 0; i < CONNECT_TRIES && (fd = try_connect(spec)) < 0; i++)
        usleep(CONNECT_PAUSE_US);
    if (fd < 0)
        die("connect to the stub");
    return socket_end(fd);
}

size_t end_read(struct end *e, char *bytes, size_t n)
{
    ssize_t got = read(e->fd, bytes, n);
    if (got > 0 && e->slave >= 0) {
        close(e->slave);
        e->slave = -1;
    }
    return got > 0 ? (size_t)got : 0;
}

void end_write(struct end *e, const char *bytes, size_t n)
{
    while (e->fd >= 0 && n > 0) {
        ssize_t sent = write(e->fd, bytes, n);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

void end_close(struct end *e)
{
    if (e->fd >= 0)
        close(e->fd);
    if (e->slave >= 0)
        close(e->slave);
    e->fd = e->slave = -1;
}
