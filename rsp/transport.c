/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/transport_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"
#include "rsp/transport_spec.h"

enum { CHILD_END_GRACE_NS = 200000000 };
/* For a few bytes of the transport's own. */
#define ANSWER_NS 5000000000

struct transport *transport_new(enum transport_kind kind)
{
    struct transport *t = xcalloc(1, sizeof *t);
    t->kind = kind;
    t->fd = t->cancel_fd = t->child_fd = t->output_fd = t->slave_fd = -1;
    t->reliable = kind != TRANSPORT_SERIAL;
    return t;
}

void transport_set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static struct error *open_kind(struct transport *t, const struct transport_spec *spec, int64_t deadline_ns,
                               bool wait_for_device)
{
    switch (spec->kind) {
    case TRANSPORT_TCP:
        return transport_open_tcp(t, spec, deadline_ns);
    case TRANSPORT_TELNET:
        return transport_open_telnet(t, spec, deadline_ns);
    case TRANSPORT_UNIX:
        return transport_open_unix(t, spec->path);
    case TRANSPORT_SERIAL:
        return transport_open_serial(t, spec, wait_for_device ? deadline_ns : 0);
    case TRANSPORT_EXEC:
        return transport_open_exec(t, spec->words);
    case TRANSPORT_LAUNCH:
        return transport_open_launch(t, spec->words, deadline_ns);
    case TRANSPORT_FD:
        break;
    }
    return error_new(ERR_INTERNAL, "connecting: no such kind of transport");
}

struct error *transport_open(const char *spec_text, const struct transport_options *options,
                             struct transport **ret)
{
    struct transport_spec spec;
    TRY(transport_spec_parse(spec_text, &spec));
    struct transport *t = transport_new(spec.kind);
    t->cancel_fd = options->cancel_fd;
    t->output = options->output;
    t->output_context = options->context;
    if (options->side)
        t->side = *options->side;
    t->child_options = options->child;
    struct error *e = open_kind(t, &spec, options->deadline_ns, options->wait_for_device);
    t->child_options = NULL;
    transport_spec_free(&spec);
    if (e) {
        transport_close(t);
        return e;
    }
    *ret = t;
    return NULL;
}

struct error *transport_check_spec(const char *spec_text)
{
    struct transport_spec spec;
    TRY(transport_spec_parse(spec_text, &spec));
    transport_spec_free(&spec);
    return NULL;
}

struct transport *transport_from_fd(int fd, const char *description)
{
    struct transport *t = transport_new(TRANSPORT_FD);
    int type;
    socklen_t length = sizeof type;
    t->is_socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
    t->reliable = !isatty(fd);
    t->fd = fd;
    t->description = text_visible(description, strlen(description));
    transport_set_nonblocking(fd);
    return t;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void transport_close(struct transport *t)
{
    if (!t)
        return;
    transport_restore_line(t);
    close_fd(t->fd);
    close_fd(t->slave_fd);
    transport_close_telnet(t);
    transport_end_child(t);
    if (t->output_fd >= 0)
        transport_drain_output(t);
    close_fd(t->output_fd);
    close_fd(t->child_fd);
    if (t->socket_path)
        unlink(t->socket_path);
    if (t->socket_folder)
        rmdir(t->socket_folder);
    free(t->socket_path);
    free(t->socket_folder);
    free(t->description);
    free(t->device);
    buf_free(&t->line);
    buf_free(&t->last_line);
    free(t);
}

/* -- what a child prints --------------------------------------------------------------------------- */

/* Remembers the last whole line, for the message when the child ends. */
static void remember_lines(struct transport *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != '\n') {
            if (t->line.length < CHILD_LINE_MOST)
                buf_add_char(&t->line, bytes[i]);
            continue;
        }
        if (t->line.length) {
            buf_clear(&t->last_line);
            buf_add(&t->last_line, t->line.data, t->line.length);
        }
        buf_clear(&t->line);
    }
}

/* Standard error may be full or gone; what a child prints is not worth failing for. */
static void to_standard_error(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = write(STDERR_FILENO, bytes, n);
        if (k <= 0)
            return;
        bytes += k;
        n -= (size_t)k;
    }
}

void transport_drain_output(struct transport *t)
{
    char bytes[4096];
    /* a child that never stops printing must not keep us here */
    for (int rounds = 0; rounds < 64 && t->output_fd >= 0; rounds++) {
        ssize_t n = read(t->output_fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            close(t->output_fd);
            t->output_fd = -1;
            return;
        }
        remember_lines(t, bytes, (size_t)n);
        if (t->output)
            t->output(t->output_context, bytes, (size_t)n);
        else
            to_standard_error(bytes, (size_t)n);
    }
}

/* -- waiting --------------------------------------------------------------------------------------- */

static int poll_until(struct pollfd *fds, nfds_t count, int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return ppoll(fds, count, NULL, NULL);
    int64_t left = deadline_ns - clock_now_ns();
    if (left < 0)
        left = 0;
    struct timespec ts = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    return ppoll(fds, count, &ts, NULL);
}

enum { MAIN, CANCEL, WAKE, OUTPUT, CHILD, SIDE, SLOTS };

/* What is waited for; poll() skips negative descriptors. */
static void fill_slots(struct transport *t, const struct transport_wait *w, struct pollfd fds[SLOTS])
{
    short side_events = 0;
    int side_fd = t->side.fd ? t->side.fd(t->side.context, &side_events) : -1;
    fds[MAIN] = (struct pollfd){.fd = w->fd, .events = w->events};
    fds[CANCEL] = (struct pollfd){.fd = t->cancel_fd, .events = POLLIN};
    fds[WAKE] = (struct pollfd){.fd = w->wake_fd, .events = POLLIN};
    fds[OUTPUT] = (struct pollfd){.fd = t->output_fd, .events = POLLIN};
    fds[CHILD] = (struct pollfd){.fd = w->child_end ? t->child_fd : -1, .events = POLLIN};
    fds[SIDE] = (struct pollfd){.fd = side_fd, .events = side_events};
}

/* What is seen to on the way, whatever is waited for. */
static void serve_others(struct transport *t, const struct pollfd fds[SLOTS])
{
    if (fds[SIDE].revents)
        t->side.ready(t->side.context);
    if (fds[OUTPUT].revents)
        transport_drain_output(t);
}

struct error *transport_wait(struct transport *t, const struct transport_wait *w, bool *ready)
{
    *ready = false;
    for (;;) {
        struct pollfd fds[SLOTS];
        fill_slots(t, w, fds);
        int n = poll_until(fds, SLOTS, w->deadline_ns);
        if (n < 0 && errno != EINTR)
            return error_new(ERR_INTERNAL, "waiting for %s: %s", transport_describe(t), strerror(errno));
        if (n < 0)
            continue;
        serve_others(t, fds);
        if (fds[CANCEL].revents)
            return error_new(ERR_CANCELLED, "waiting for %s: cancelled", transport_describe(t));
        *ready = fds[MAIN].revents && !fds[WAKE].revents;
        if (fds[WAKE].revents || *ready || fds[CHILD].revents)
            return NULL;
        if (n == 0 || (w->deadline_ns != INT64_MAX && clock_now_ns() >= w->deadline_ns))
            return w->quiet ? NULL
                            : error_new(ERR_TIMEOUT, "waiting for %s: the time is up", transport_describe(t));
    }
}

/* -- bytes ----------------------------------------------------------------------------------------- */

/* A modem that hung up and an adapter that was pulled out look alike to read(). */
static const char *what_became(const struct transport *t, const char *how)
{
    if (t->kind != TRANSPORT_SERIAL)
        return how;
    if (access(t->device, F_OK) != 0)
        return "its device is gone: was it unplugged? `reconnect` waits for it to come back";
    return "the line hung up: a modem, or the other side of a pty; `reconnect` opens it again";
}

static struct error *lost(struct transport *t, const char *how)
{
    how = what_became(t, how);
    BASE_BUF struct buf b = {0};
    buf_printf(&b, "the connection to %s was lost: %s", transport_describe(t), how);
    if (t->child && transport_child_ended(t, CHILD_END_GRACE_NS)) {
        buf_add_text(&b, "; ");
        transport_describe_child_end(t, &b);
    }
    struct error *e = error_new(ERR_LOST, "%s", buf_text(&b));
    bool again = !t->child && t->kind != TRANSPORT_SERIAL;
    return again ? error_hint(e, "`reconnect` attaches again, once something is there that listens") : e;
}

static struct error *read_raw(struct transport *t, void *bytes, size_t capacity, int64_t deadline_ns,
                              int wake_fd, size_t *ret)
{
    *ret = 0;
    /* the master of a {pty} gives no end of file while we hold the slave: the child's end is the only sign */
    bool watch_child = t->slave_fd >= 0;
    const struct transport_wait w = {
        .fd = t->fd,
        .events = POLLIN,
        .wake_fd = wake_fd,
        .child_end = watch_child,
        .deadline_ns = deadline_ns,
    };
    for (;;) {
        bool ready;
        TRY(transport_wait(t, &w, &ready));
        if (!ready && watch_child && transport_child_ended(t, 0))
            return lost(t, "its process has ended");
        if (!ready)
            return NULL;
        ssize_t n = read(t->fd, bytes, capacity);
        if (n > 0) {
            *ret = (size_t)n;
            return NULL;
        }
        if (n == 0)
            return lost(t, "end of file");
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return lost(t, strerror(errno));
    }
}

struct error *transport_read(struct transport *t, void *bytes, size_t capacity, int64_t deadline_ns,
                             int wake_fd, size_t *ret)
{
    for (;;) {
        TRY(read_raw(t, bytes, capacity, deadline_ns, wake_fd, ret));
        if (*ret == 0 || !t->telnet)
            return NULL;
        TRY(transport_telnet_received(t, bytes, *ret, clock_now_ns() + ANSWER_NS, ret));
        if (*ret > 0)
            return NULL;
    }
}

struct error *transport_write_raw(struct transport *t, const void *bytes, size_t n, int64_t deadline_ns)
{
    const char *p = bytes;
    const struct transport_wait w = {
        .fd = t->fd, .events = POLLOUT, .wake_fd = -1, .deadline_ns = deadline_ns};
    while (n > 0) {
        ssize_t k = t->is_socket ? send(t->fd, p, n, MSG_NOSIGNAL) : write(t->fd, p, n);
        if (k > 0) {
            p += k;
            n -= (size_t)k;
            continue;
        }
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return lost(t, strerror(errno));
        bool ready;
        TRY(transport_wait(t, &w, &ready));
    }
    return NULL;
}

struct error *transport_write(struct transport *t, const void *bytes, size_t n, int64_t deadline_ns)
{
    if (!t->telnet)
        return transport_write_raw(t, bytes, n, deadline_ns);
    BASE_BUF struct buf b = {0};
    transport_telnet_escape(&b, bytes, n);
    return transport_write_raw(t, buf_text(&b), b.length, deadline_ns);
}

struct error *transport_send_break(struct transport *t)
{
    if (t->kind == TRANSPORT_SERIAL)
        return transport_serial_break(t);
    if (t->kind == TRANSPORT_TELNET)
        return transport_telnet_break(t, clock_now_ns() + ANSWER_NS);
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "sending a BREAK to %s: only a serial line and telnet carry one",
                                transport_describe(t)),
                      "break in by another way, as the emulator's monitor or /proc/sysrq-trigger");
}

bool transport_carries_break(const struct transport *t)
{
    return t->kind == TRANSPORT_TELNET || (t->kind == TRANSPORT_SERIAL && !t->is_pty);
}

/* -- facts ----------------------------------------------------------------------------------------- */

int transport_fd(const struct transport *t)
{
    return t->fd;
}

size_t transport_idle_fds(const struct transport *t, struct pollfd *fds)
{
    size_t n = 0;
    fds[n++] = (struct pollfd){.fd = t->fd, .events = t->reliable ? POLLIN | POLLRDHUP : POLLRDHUP};
    if (t->slave_fd >= 0 && t->child_fd >= 0)
        fds[n++] = (struct pollfd){.fd = t->child_fd, .events = POLLIN};
    if (t->output_fd >= 0)
        fds[n++] = (struct pollfd){.fd = t->output_fd, .events = POLLIN};
    return n;
}

struct error *transport_check_child(struct transport *t)
{
    return t->slave_fd >= 0 && transport_child_ended(t, 0) ? lost(t, "its process has ended") : NULL;
}

bool transport_is_reliable(const struct transport *t)
{
    return t->reliable;
}

int64_t transport_byte_cost_ns(const struct transport *t)
{
    return t->byte_cost_ns;
}

bool transport_child_succeeded(struct transport *t)
{
    return t->child && transport_child_ended(t, CHILD_END_GRACE_NS) && WIFEXITED(t->child_status) &&
           WEXITSTATUS(t->child_status) == 0;
}

pid_t transport_child(const struct transport *t)
{
    return t->child;
}

const char *transport_describe(const struct transport *t)
{
    return t->description ? t->description : "the stub";
}

int transport_set_cancel_fd(struct transport *t, int fd)
{
    int before = t->cancel_fd;
    t->cancel_fd = fd;
    return before;
}
