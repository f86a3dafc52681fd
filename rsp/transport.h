/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/transport.h - a way for bytes to reach a stub and come back.
 *
 *   HOST:PORT  :PORT  tcp:HOST:PORT    TCP (IPv4, IPv6 as [::1]:PORT), TCP_NODELAY
 *   unix:PATH                          Unix stream socket
 *   telnet:HOST:PORT                   a serial line behind a terminal server or QEMU's `-serial telnet:`:
 *                                      TCP, 0xff doubled both ways, options settled out of sight
 *   /dev/…[,BAUD[,8n1]]  serial:PATH[,BAUD[,8n1]]   termios line or pty, raw, no flow control, exclusive
 *   exec:COMMAND …                     the stub speaks on COMMAND's stdin and stdout
 *   launch:COMMAND …                   COMMAND is started; {port}, {socket}, {pty} in it become the place
 *                                      where the stub is then reached; connecting is tried until it
 *                                      listens, the child exits, or the time is up; `valgrind` needs none of
 *                                      them in its spec, but cannot be opened here
 *
 * COMMAND is split into words as POSIX sh quotes them and run without a shell, in a session of its own so
 * that a Ctrl-C typed at us does not reach it, with /dev/null as stdin (launch), and killed with us
 * (PR_SET_PDEATHSIG). A free port is found by binding port 0; nothing is ever probe-connected.
 *
 * Ownership: one transport, one owner, one thread; transport_close() ends the child. All descriptors are
 * non-blocking and close-on-exec. Every wait has a deadline (CLOCK_MONOTONIC ns, INT64_MAX: none) and ends
 * early with ERR_CANCELLED when the cancel descriptor becomes readable (it is not drained here).
 * Errors: ERR_USAGE bad spec; ERR_NOT_CONNECTED could not be reached; ERR_LOST the peer went away (the
 * message says how: end of file, reset, child exited with status N); ERR_TIMEOUT; ERR_CANCELLED.
 */
#ifndef ALLSTOP_RSP_TRANSPORT_H
#define ALLSTOP_RSP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct transport;

/* How the child of launch: and exec: starts, where that matters. {0} changes nothing. */
struct transport_child_options {
    bool has_terminal; /* launch: `terminal` becomes its controlling terminal, which these belong to: */
    int terminal;      /* a terminal */
    int input, output, error; /* its descriptors 0, 1 and 2 */
    bool has_input;           /* without a terminal: `input` is its descriptor 0 */
    char *const *environment; /* all of it, NULL-terminated; NULL: ours. PATH is searched as ours says */
    const char *folder;       /* where it starts; NULL: here */
};

/* Something else to look after in every wait, on the owner's thread. */
struct transport_side {
    int (*fd)(void *context, short *events); /* what to poll, -1: nothing for now */
    void (*ready)(void *context);
    void *context;
};

struct transport_options {
    int64_t deadline_ns;  /* for connecting */
    int cancel_fd;        /* -1: none */
    bool wait_for_device; /* a serial line whose device is not there yet is waited for until the deadline */
    /*
     * What a launched or exec'ed child prints (its stdout and stderr for launch, stderr for exec) goes to
     * `output` when given (called from within waits on the owner's thread), else to our standard error.
     */
    void (*output)(void *context, const char *bytes, size_t n);
    void *context;
    const struct transport_child_options *child; /* NULL: nothing in particular */
    const struct transport_side *side;           /* copied; NULL: none */
};

struct error *transport_open(const char *spec, const struct transport_options *options,
                             struct transport **ret) BASE_MUST_CHECK;

/* Checks the grammar of a spec without opening anything. */
struct error *transport_check_spec(const char *spec) BASE_MUST_CHECK;

/* Wraps a connected descriptor that the transport then owns (tests, the wire-log server). */
struct transport *transport_from_fd(int fd, const char *description);

/* Closes, ends the child (SIGTERM, a short grace, SIGKILL; reaped by pid). NULL is fine. */
void transport_close(struct transport *t);

/*
 * Reads at least one and at most `capacity` bytes; waits until the deadline. *ret > 0 on success.
 * `wake_fd` (-1: none) ends the wait without error and with *ret == 0 when it becomes readable.
 */
struct error *transport_read(struct transport *t, void *bytes, size_t capacity, int64_t deadline_ns,
                             int wake_fd, size_t *ret) BASE_MUST_CHECK;
/* Writes all of it. */
struct error *transport_write(struct transport *t, const void *bytes, size_t n,
                              int64_t deadline_ns) BASE_MUST_CHECK;
/* A BREAK: on a serial line its own, by telnet the command IAC BREAK; ERR_UNSUPPORTED elsewhere, on a pty
 * too. */
struct error *transport_send_break(struct transport *t) BASE_MUST_CHECK;

/* Whether transport_send_break() can do anything there. */
bool transport_carries_break(const struct transport *t);

/* The descriptor to poll for input. */
int transport_fd(const struct transport *t);
/*
 * What to poll while nothing is waited for: bytes that nobody asked for, or the end of the connection (only
 * that where a line may carry a console: its text waits for whoever asks next), the end of a process whose
 * line does not end with it, and what a child prints. Fills `fds` and gives their count.
 */
enum { TRANSPORT_IDLE_FDS = 3 };
struct pollfd;
size_t transport_idle_fds(const struct transport *t, struct pollfd *fds);
void transport_drain_output(struct transport *t);
/* A process whose line does not end with it ({pty}) has ended: ERR_LOST. */
struct error *transport_check_child(struct transport *t) BASE_MUST_CHECK;

/* True for TCP, Unix sockets and pipes, where bytes are neither lost nor changed; not for telnet, which ends
 * in a line. */
bool transport_is_reliable(const struct transport *t);
/* Time one byte takes on the line in ns (10 bits at the baud rate), 0 where it does not matter. */
int64_t transport_byte_cost_ns(const struct transport *t);
/* The process started for us has ended, with status 0. */
bool transport_child_succeeded(struct transport *t);
/* The process started for us, or 0. */
pid_t transport_child(const struct transport *t);
/* Where we are connected, for people: "tcp:127.0.0.1:1234". Owned by the transport. */
const char *transport_describe(const struct transport *t);
int transport_set_cancel_fd(struct transport *t, int fd); /* the one before */

/*
 * Splits a command line into words by POSIX sh quoting (blanks, '…', "…", \): no expansion of any kind.
 * A NULL-terminated, malloc'd array of malloc'd words; ERR_USAGE on an open quote or no word at all.
 */
struct error *words_split(const char *line, char ***ret) BASE_MUST_CHECK;
void words_free(char **words);

/* A word, or one of the redirections < > >> 2> 2>> 2>&1 that no quotes were around. */
struct shell_word {
    char *text;
    bool is_operator;
};
/* The same with redirections told apart; no word at all is none. Freed by shell_words_free(). */
struct error *shell_words_split(const char *line, struct shell_word **ret, size_t *count) BASE_MUST_CHECK;
void shell_words_free(struct shell_word *words, size_t count);
/* Appends a word so that splitting, and any sh, gives it back. */
void words_quote(struct buf *out, const char *word);

#endif
