/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/transport_private.h - what the kinds of transport share. Only rsp/transport*.c include it.
 *
 * transport.c parses specs, moves bytes and waits; each other file knows how one kind is reached. An opener
 * fills `fd` (non-blocking, close-on-exec) and whatever transport_close() must undo.
 */
#ifndef ALLSTOP_RSP_TRANSPORT_PRIVATE_H
#define ALLSTOP_RSP_TRANSPORT_PRIVATE_H

#include <termios.h>

#include "base/buf.h"
#include "rsp/limits.h"
#include "rsp/transport.h"

enum transport_kind {
    TRANSPORT_TCP,
    TRANSPORT_TELNET,
    TRANSPORT_UNIX,
    TRANSPORT_SERIAL,
    TRANSPORT_EXEC,
    TRANSPORT_LAUNCH,
    TRANSPORT_FD,
};

struct transport_spec {
    enum transport_kind kind;
    char *host;    /* tcp, telnet: "127.0.0.1" where none was given */
    char *port;    /* tcp, telnet: decimal */
    char *path;    /* unix, serial */
    unsigned baud; /* serial: 0 where none was given */
    char **words;  /* exec, launch */
};

struct transport {
    enum transport_kind kind;
    int fd;
    bool is_socket;
    bool reliable;
    int64_t byte_cost_ns;
    char *description;
    int cancel_fd;

    void (*output)(void *context, const char *bytes, size_t n);
    void *output_context;
    struct transport_side side;
    const struct transport_child_options *child_options; /* only while it is opened; or NULL */

    pid_t child;
    int child_fd;  /* pidfd: readable when the child has ended; -1 */
    int output_fd; /* what the child prints; -1 */
    bool child_reaped;
    int child_status;     /* of waitpid */
    struct buf last_line; /* the last whole line that the child printed, cut */
    struct buf line;      /* the one being printed */

    struct telnet *telnet; /* telnet: where its commands stand; else NULL */

    char *device;      /* serial: its path */
    bool is_pty;       /* serial: a pty, which carries no BREAK */
    bool restore_line; /* serial: `saved` is what the line was like */
    struct termios saved;
    int slave_fd;      /* our end of a {pty}, kept so that its master never reads EIO; -1 */
    char *socket_path; /* of a {socket}, removed with its folder */
    char *socket_folder;
};

/* -- transport.c ----------------------------------------------------------------------------------- */

struct transport *transport_new(enum transport_kind kind);
void transport_set_nonblocking(int fd);
/*
 * Waits until the deadline for `events` on `fd` (-1: for nothing of its own), handing on a child's output
 * meanwhile. *ready is false when the wake descriptor, the child's end (where `child_end`) or the deadline
 * came first; the deadline is no error only where `quiet`.
 */
struct transport_wait {
    int fd;
    short events;
    int wake_fd;
    bool child_end;
    bool quiet;
    int64_t deadline_ns;
};
struct error *transport_wait(struct transport *t, const struct transport_wait *w,
                             bool *ready) BASE_MUST_CHECK;
/* Writes all of it as it is. */
struct error *transport_write_raw(struct transport *t, const void *bytes, size_t n,
                                  int64_t deadline_ns) BASE_MUST_CHECK;

/* -- the kinds ------------------------------------------------------------------------------------- */

struct error *transport_open_tcp(struct transport *t, const struct transport_spec *spec,
                                 int64_t deadline_ns) BASE_MUST_CHECK;
/* One attempt at a loopback port; *ret is -1 when nobody listens there yet. */
struct error *transport_try_loopback(struct transport *t, unsigned port, int64_t deadline_ns,
                                     int *ret) BASE_MUST_CHECK;
/* A TCP port of 127.0.0.1 that is free now. */
struct error *transport_free_port(unsigned *ret) BASE_MUST_CHECK;

/* -- transport_telnet.c ---------------------------------------------------------------------------- */

struct error *transport_open_telnet(struct transport *t, const struct transport_spec *spec,
                                    int64_t deadline_ns) BASE_MUST_CHECK;
void transport_close_telnet(struct transport *t);
/* Takes telnet's own out of what came, in place: *ret bytes are left, maybe none. Answers what was asked. */
struct error *transport_telnet_received(struct transport *t, void *bytes, size_t n, int64_t deadline_ns,
                                        size_t *ret) BASE_MUST_CHECK;
/* Appends what must be sent for these bytes. */
void transport_telnet_escape(struct buf *b, const void *bytes, size_t n);
struct error *transport_telnet_break(struct transport *t, int64_t deadline_ns) BASE_MUST_CHECK;

struct error *transport_open_unix(struct transport *t, const char *path) BASE_MUST_CHECK;
/* *ret is -1 when nobody listens there yet. */
struct error *transport_try_unix(const char *path, int *ret) BASE_MUST_CHECK;

struct error *transport_open_serial(struct transport *t, const struct transport_spec *spec,
                                    int64_t wait_until_ns) BASE_MUST_CHECK;
/* True for a rate that termios knows. */
bool transport_knows_baud(unsigned baud);
struct error *transport_serial_break(struct transport *t) BASE_MUST_CHECK;
void transport_restore_line(struct transport *t);
/* Makes a pty: t->fd is the master, t->slave_fd the raw slave; its path is malloc'd. */
struct error *transport_make_pty(struct transport *t, char **path) BASE_MUST_CHECK;

struct error *transport_open_exec(struct transport *t, char **words) BASE_MUST_CHECK;
struct error *transport_open_launch(struct transport *t, char **words, int64_t deadline_ns) BASE_MUST_CHECK;
/* -- transport_spawn.c: the child ------------------------------------------------------------------ */

/* Descriptors that become 0, 1 and 2 of the child. */
struct child_io {
    int input, output, errors;
    int terminal;             /* its controlling terminal; -1: none */
    char *const *environment; /* NULL: ours */
    const char *folder;       /* NULL: here */
};
/* Starts it; ERR_NOT_CONNECTED when it cannot be executed. */
struct error *transport_spawn(struct transport *t, char **words, const struct child_io *io) BASE_MUST_CHECK;
/* True when the child has ended (it is reaped then); waits at most `grace_ns` for that. */
bool transport_child_ended(struct transport *t, int64_t grace_ns);
/* "gdbserver exited with status 1; it last said: …", appended. */
void transport_describe_child_end(struct transport *t, struct buf *b);
void transport_end_child(struct transport *t);

#endif
