/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stubs that are started by us: `exec:` speaks with the child's stdin and stdout, `launch:` tells it where to
 * be reached.
 */
#include "rsp/transport_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum { RETRY_FIRST_NS = 2000000, RETRY_MOST_NS = 20000000 };

static struct error *system_trouble(const char *attempt)
{
    return error_new(ERR_NOT_CONNECTED, "%s: %s", attempt, strerror(errno));
}

static void close_pair(const int fds[2])
{
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static char *describe(const char *kind, char **words)
{
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, kind);
    for (char **w = words; *w && b.length < 200; w++)
        buf_printf(&b, "%s%s", w == words ? "" : " ", *w);
    return text_visible(buf_text(&b), b.length < 240 ? b.length : 240);
}

/* Starts the child with a pipe for what it prints; the ends that are the child's are closed here. */
static struct error *spawn_with_output(struct transport *t, char **words, struct child_io io)
{
    const struct transport_child_options *o = t->child_options;
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return system_trouble("making a pipe");
    transport_set_nonblocking(output[0]);
    io.environment = o ? o->environment : NULL;
    io.folder = o ? o->folder : NULL;
    if (io.errors < 0)
        io.errors = output[1];
    if (io.output < 0)
        io.output = output[1];
    struct error *e = transport_spawn(t, words, &io);
    close(output[1]);
    if (e)
        close(output[0]);
    else
        t->output_fd = output[0];
    return e;
}

/* -- exec: the stub speaks on the child's stdin and stdout ----------------------------------------- */

struct error *transport_open_exec(struct transport *t, char **words)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return system_trouble("making a socket pair");
    t->description = describe("exec:", words);
    struct error *e = spawn_with_output(
        t, words, (struct child_io){.input = pair[1], .output = pair[1], .errors = -1, .terminal = -1});
    if (e) {
        close_pair(pair);
        return e;
    }
    close(pair[1]);
    transport_set_nonblocking(pair[0]);
    t->fd = pair[0];
    t->is_socket = true;
    return NULL;
}

/* -- launch: the child is told where to be reached ------------------------------------------------- */

/* A malloc'd copy of `word` with every `from` replaced. */
static char *replace(const char *word, const char *from, const char *to)
{
    struct buf b = {0};
    const char *hit;
    while ((hit = strstr(word, from))) {
        buf_add(&b, word, (size_t)(hit - word));
        buf_add_text(&b, to);
        word = hit + strlen(from);
    }
    buf_add_text(&b, word);
    return buf_take(&b);
}

static bool mentions(char **words, const char *what)
{
    for (char **w = words; *w; w++)
        if (strstr(*w, what))
            return true;
    return false;
}

static void replace_all(char **words, const char *from, const char *to)
{
    for (char **w = words; *w; w++) {
        char *new = replace(*w, from, to);
        free(*w);
        *w = new;
    }
}

struct launch {
    unsigned port;      /* or 0 */
    const char *socket; /* or NULL */
};

static struct error *make_socket_place(struct transport *t)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    /* a socket's path is short: 108 bytes with its NUL */
    if (!base || base[0] != '/' || strlen(base) > 60 || access(base, W_OK) != 0)
        base = "/tmp";
    char *folder = xasprintf("%s/allstop-XXXXXX", base);
    if (!mkdtemp(folder)) {
        free(folder);
        return system_trouble("making a folder for the socket");
    }
    t->socket_folder = folder;
    t->socket_path = xasprintf("%s/stub", folder);
    return NULL;
}

/* Chooses the place and writes it into the command. */
static struct error *choose_place(struct transport *t, char **words, struct launch *ret)
{
    if (mentions(words, "{port}")) {
        TRY(transport_free_port(&ret->port));
        BASE_FREE char *port = xasprintf("%u", ret->port);
        replace_all(words, "{port}", port);
        t->description = xasprintf("tcp:127.0.0.1:%u", ret->port);
        t->is_socket = true;
    } else if (mentions(words, "{socket}")) {
        TRY(make_socket_place(t));
        ret->socket = t->socket_path;
        replace_all(words, "{socket}", t->socket_path);
        t->description = xasprintf("unix:%s", t->socket_path);
        t->is_socket = true;
    } else if (!mentions(words, "{pty}")) {
        return error_new(ERR_USAGE, "starting %.200s: it is told no place where it can be reached", words[0]);
    } else {
        BASE_FREE char *path = NULL;
        TRY(transport_make_pty(t, &path));
        replace_all(words, "{pty}", path);
        t->description = xasprintf("pty:%s", path);
    }
    return NULL;
}

static struct error *child_gave_up(struct transport *t, const char *program)
{
    BASE_BUF struct buf b = {0};
    transport_describe_child_end(t, &b);
    return error_hint(
        error_new(ERR_NOT_CONNECTED, "starting %.200s: %s before it could be reached at %s", program,
                  buf_text(&b), t->description),
        "try the command by hand; {port}, {socket} or {pty} must stand where it takes the place");
}

static struct error *try_place(struct transport *t, const struct launch *place, int64_t deadline_ns)
{
    if (place->socket)
        return transport_try_unix(place->socket, &t->fd);
    return transport_try_loopback(t, place->port, deadline_ns, &t->fd);
}

/* Connects again and again: a stub with --once serves exactly the one connection that then works. */
static struct error *reach(struct transport *t, const struct launch *place, const char *program,
                           int64_t deadline_ns)
{
    int64_t nap_ns = RETRY_FIRST_NS;
    for (;;) {
        TRY(try_place(t, place, deadline_ns));
        if (t->fd >= 0)
            return NULL;
        if (transport_child_ended(t, 0))
            return child_gave_up(t, program);
        int64_t now = clock_now_ns();
        if (now >= deadline_ns)
            return error_hint(error_new(ERR_NOT_CONNECTED,
                                        "starting %.200s: it runs but does not listen at %s", program,
                                        t->description),
                              "is that where the command was told to listen?");
        bool ready;
        const struct transport_wait w = {
            .fd = -1,
            .wake_fd = -1,
            .child_end = true,
            .quiet = true,
            .deadline_ns = now + nap_ns < deadline_ns ? now + nap_ns : deadline_ns,
        };
        TRY(transport_wait(t, &w, &ready));
        if (nap_ns < RETRY_MOST_NS)
            nap_ns += nap_ns / 2;
    }
}

struct error *transport_open_launch(struct transport *t, char **words, int64_t deadline_ns)
{
    struct launch place = {0};
    TRY(choose_place(t, words, &place));
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0)
        return system_trouble("opening /dev/null");
    const struct transport_child_options *o = t->child_options;
    struct child_io io = {.input = null, .output = -1, .errors = -1, .terminal = -1};
    if (o && o->has_terminal)
        io = (struct child_io){
            .input = o->input, .output = o->output, .errors = o->error, .terminal = o->terminal};
    else if (o && o->has_input)
        io.input = o->input;
    struct error *e = spawn_with_output(t, words, io);
    close(null);
    if (e || t->fd >= 0)
        return e;
    return reach(t, &place, words[0], deadline_ns);
}
