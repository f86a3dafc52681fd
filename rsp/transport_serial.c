/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial lines and ptys: opening and settings, a BREAK, and a pty made for a child. */
#include "rsp/transport_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum {
    DEFAULT_BAUD = 115200,
    BITS_A_BYTE = 10, /* start, 8 data, stop */
    /* Linux, Documentation/admin-guide/devices.txt: slaves of Unix98 ptys */
    PTY_MAJOR_FIRST = 136,
    PTY_MAJOR_LAST = 143,
    LOOK_AGAIN_NS = 100000000,
};

static const struct {
    unsigned baud;
    speed_t speed;
} speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},       {19200, B19200},
    {38400, B38400},     {57600, B57600},     {115200, B115200},   {230400, B230400},   {460800, B460800},
    {500000, B500000},   {576000, B576000},   {921600, B921600},   {1000000, B1000000}, {1152000, B1152000},
    {1500000, B1500000}, {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
};

static const speed_t *find_speed(unsigned baud)
{
    for (size_t i = 0; i < ARRAY_LENGTH(speeds); i++)
        if (speeds[i].baud == baud)
            return &speeds[i].speed;
    return NULL;
}

bool transport_knows_baud(unsigned baud)
{
    return find_speed(baud) != NULL;
}

static bool is_pty(int fd)
{
    struct stat s;
    return fstat(fd, &s) == 0 && major(s.st_rdev) >= PTY_MAJOR_FIRST && major(s.st_rdev) <= PTY_MAJOR_LAST;
}

/* Raw, 8n1, no flow control, modem lines ignored. */
static bool make_raw(int fd, const struct termios *before, unsigned baud)
{
    struct termios line = *before;
    cfmakeraw(&line);
    line.c_cflag &= ~(tcflag_t)(CRTSCTS | CSTOPB | PARENB | HUPCL);
    line.c_cflag |= CLOCAL | CREAD;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    const speed_t *speed = baud ? find_speed(baud) : NULL;
    if (speed) {
        cfsetispeed(&line, *speed);
        cfsetospeed(&line, *speed);
    }
    return tcsetattr(fd, TCSANOW, &line) == 0;
}

static struct error *serial_trouble(const char *path, const char *hint)
{
    return error_hint(error_new(ERR_NOT_CONNECTED, "opening the line %s: %s", path, strerror(errno)), "%s",
                      hint);
}

/* USB adapters go away and come back; a pty of an emulator too. */
static bool may_come(int reason)
{
    return reason == ENOENT || reason == ENODEV || reason == ENXIO || reason == EIO;
}

/* Opens the device, trying until `wait_until_ns` (0: once). */
static struct error *open_device(struct transport *t, const char *path, int64_t wait_until_ns)
{
    for (;;) {
        t->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (t->fd >= 0 || !may_come(errno) || clock_now_ns() >= wait_until_ns)
            return NULL;
        bool ready;
        const struct transport_wait nap = {
            .fd = -1, .wake_fd = -1, .quiet = true, .deadline_ns = clock_now_ns() + LOOK_AGAIN_NS};
        TRY(transport_wait(t, &nap, &ready));
    }
}

struct error *transport_open_serial(struct transport *t, const struct transport_spec *spec,
                                    int64_t wait_until_ns)
{
    const char *path = spec->path;
    unsigned baud = spec->baud;
    t->device = xstrdup(path);
    errno = 0;
    TRY(open_device(t, path, wait_until_ns));
    if (t->fd < 0)
        return serial_trouble(path, errno == EACCES  ? "are you in the group that owns the device (dialout)?"
                                    : errno == EBUSY ? "another program has the line: a terminal, a getty?"
                                                     : "check the path");
    if (tcgetattr(t->fd, &t->saved) != 0)
        return serial_trouble(path, "the path must be a serial line or a pty");
    /* the lock is for those that may open an exclusive line all the same, as root does */
    if (ioctl(t->fd, TIOCEXCL) != 0 || flock(t->fd, LOCK_EX | LOCK_NB) != 0)
        return serial_trouble(path, "another program has the line: a terminal, a getty?");
    t->restore_line = true;
    bool pty = t->is_pty = is_pty(t->fd);
    if (!baud && !pty)
        baud = DEFAULT_BAUD;
    if (!make_raw(t->fd, &t->saved, baud))
        return serial_trouble(path, "does the line know that baud rate?");
    /* a pty carries bytes at once, unless the user knows what hides behind it */
    t->byte_cost_ns = baud ? (int64_t)BITS_A_BYTE * 1000000000 / baud : 0;
    BASE_FREE char *visible = text_visible(path, strlen(path));
    t->description = baud ? xasprintf("serial:%s,%u", visible, baud) : xasprintf("serial:%s", visible);
    return NULL;
}

void transport_restore_line(struct transport *t)
{
    if (!t->restore_line)
        return;
    ioctl(t->fd, TIOCNXCL);
    tcsetattr(t->fd, TCSANOW, &t->saved);
    t->restore_line = false;
}

struct error *transport_make_pty(struct transport *t, char **path)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name, sizeof name) != 0) {
        int reason = errno;
        if (fd >= 0)
            close(fd);
        return error_new(ERR_NOT_CONNECTED, "making a pty: %s", strerror(reason));
    }
    t->fd = fd;
    t->reliable = false;
    transport_set_nonblocking(fd);
    t->slave_fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios before;
    if (t->slave_fd < 0 || tcgetattr(t->slave_fd, &before) != 0 || !make_raw(t->slave_fd, &before, 0))
        return error_new(ERR_NOT_CONNECTED, "making a pty: %s: %s", name, strerror(errno));
    *path = xstrdup(name);
    return NULL;
}

struct error *transport_serial_break(struct transport *t)
{
    /* the kernel takes the call on a pty and does nothing */
    if (t->is_pty)
        return error_hint(error_new(ERR_UNSUPPORTED, "sending a BREAK to %s: a pty does not carry one",
                                    transport_describe(t)),
                          "use chardev-send-break in QEMU's monitor, or echo g > /proc/sysrq-trigger");
    if (tcsendbreak(t->fd, 0) != 0)
        return error_new(ERR_LOST, "sending a BREAK to %s: %s", transport_describe(t), strerror(errno));
    return NULL;
}
