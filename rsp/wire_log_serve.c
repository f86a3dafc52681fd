/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Being a stub: listening for one client, and answering it from a wire log. */
#include "rsp/wire_log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/codec.h"
#include "rsp/limits.h"
#include "rsp/transport.h"
#include "rsp/wire_log_private.h"

#define WRITE_TIMEOUT_NS 30000000000

enum { READ_BYTES = 65536 };

/* -- listening ------------------------------------------------------------------------------------- */

struct listener {
    int fd;
    char *unix_path; /* removed at the end */
};

static struct error *cannot_listen(const char *where, const char *why)
{
    return error_hint(error_new(ERR_USAGE, "listening on %s: %s", where, why),
                      "give HOST:PORT, :PORT (0: any free one) or unix:PATH");
}

static struct error *listen_unix(const char *where, const char *path, struct listener *ret)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!*path || strlen(path) >= sizeof address.sun_path)
        return cannot_listen(where, "that is no path for a socket");
    memcpy(address.sun_path, path, strlen(path) + 1);
    ret->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ret->fd < 0 || bind(ret->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return cannot_listen(where, strerror(errno));
    ret->unix_path = xstrdup(path);
    if (listen(ret->fd, 1) != 0)
        return cannot_listen(where, strerror(errno));
    fprintf(stderr, "listening on unix:%s\n", path);
    return NULL;
}

static struct error *announce_tcp(const char *where, int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return cannot_listen(where, "its own address is unknown");
    fprintf(stderr, strchr(host, ':') ? "listening on tcp:[%s]:%s\n" : "listening on tcp:%s:%s\n", host,
            port);
    return NULL;
}

static struct error *listen_tcp(const char *where, const char *place, struct listener *ret)
{
    const char *colon = strrchr(place, ':');
    if (!colon)
        return cannot_listen(where, "there is no ':PORT' in it");
    size_t length = (size_t)(colon - place);
    bool bracketed = length >= 2 && place[0] == '[' && colon[-1] == ']';
    BASE_FREE char *host =
        length == 0 ? xstrdup("127.0.0.1") : xstrndup(place + bracketed, length - 2 * (size_t)bracketed);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *list;
    int failure = getaddrinfo(host, colon + 1, &hints, &list);
    if (failure)
        return cannot_listen(where, gai_strerror(failure));
    int yes = 1;
    ret->fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = ret->fd >= 0 && setsockopt(ret->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
              bind(ret->fd, list->ai_addr, list->ai_addrlen) == 0 && listen(ret->fd, 1) == 0;
    int reason = errno;
    freeaddrinfo(list);
    if (!ok)
        return cannot_listen(where, strerror(reason));
    return announce_tcp(where, ret->fd);
}

static struct error *open_listener(const char *where, struct listener *ret)
{
    *ret = (struct listener){.fd = -1};
    if (strncmp(where, "unix:", 5) == 0)
        return listen_unix(where, where + 5, ret);
    return listen_tcp(where, strncmp(where, "tcp:", 4) == 0 ? where + 4 : where, ret);
}

static void close_listener(struct listener *l)
{
    if (l->fd >= 0)
        close(l->fd);
    if (l->unix_path)
        unlink(l->unix_path);
    free(l->unix_path);
}

/* *client is -1 when the cancel descriptor came first. */
static struct error *accept_one(const struct listener *l, int cancel_fd, int *client)
{
    *client = -1;
    for (;;) {
        struct pollfd fds[2] = {{.fd = l->fd, .events = POLLIN}, {.fd = cancel_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return error_new(ERR_INTERNAL, "waiting for a client: %s", strerror(errno));
        if (fds[1].revents)
            return NULL;
        if (!fds[0].revents)
            continue;
        *client = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
        int yes = 1;
        if (*client >= 0)
            setsockopt(*client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* no harm on a Unix socket */
        if (*client >= 0)
            return NULL;
        if (errno != EINTR && errno != ECONNABORTED)
            return error_new(ERR_LOST, "accepting a client: %s", strerror(errno));
    }
}

/* -- answering ------------------------------------------------------------------------------------- */

struct server {
    struct transport *transport;
    struct rsp_decoder decoder;
    const struct wire_recording *recording;
    size_t *served;  /* per first exchange of a request: the one that was last given, or SIZE_MAX */
    size_t position; /* everything before was passed when the target was let run; exchanges count from here */
    bool no_ack;
    struct buf out;     /* what is being written */
    struct buf answers; /* what was last written, for a `-` */
};

/* The next one of the same request, from where the recording stands, else the first. */
static size_t choose(struct server *s, const char *request, size_t n)
{
    const struct wire_recording *r = s->recording;
    size_t first = wire_recording_first(r, request, n);
    if (first == SIZE_MAX)
        return SIZE_MAX;
    size_t last = s->served[first];
    size_t i = last == SIZE_MAX ? first : r->exchanges[last].next_same;
    while (i != SIZE_MAX && i < s->position)
        i = r->exchanges[i].next_same;
    if (i == SIZE_MAX)
        i = first;
    s->served[first] = i;
    if (r->exchanges[i].moves && i >= s->position)
        s->position = i + 1;
    return i;
}

static void add_answer(struct buf *out, const struct wire_answer *a)
{
    switch (a->kind) {
    case WIRE_ANSWER_PACKET:
        rsp_encode_run_length(out, buf_text(&a->data), a->data.length);
        break;
    case WIRE_ANSWER_NOTIFICATION:
        rsp_encode_as(out, '%', buf_text(&a->data), a->data.length);
        break;
    case WIRE_ANSWER_STRAY:
        buf_add(out, a->data.data, a->data.length);
        break;
    }
}

static struct error *write_out(struct server *s, const struct buf *b)
{
    if (b->length == 0)
        return NULL;
    return transport_write(s->transport, b->data, b->length, clock_now_ns() + WRITE_TIMEOUT_NS);
}

static struct error *answer(struct server *s, const char *request, size_t n)
{
    const struct wire_recording *r = s->recording;
    size_t index = choose(s, request, n);
    buf_clear(&s->answers);
    bool ok = false;
    if (index == SIZE_MAX)
        rsp_encode(&s->answers, "", 0);
    for (size_t i = 0; index != SIZE_MAX && i < r->exchanges[index].count; i++) {
        const struct wire_answer *a = &r->exchanges[index].answers[i];
        ok |= strcmp(buf_text(&a->data), "OK") == 0;
        add_answer(&s->answers, a);
    }
    buf_clear(&s->out);
    if (!s->no_ack)
        buf_add_char(&s->out, '+');
    buf_add(&s->out, s->answers.data, s->answers.length);
    if (ok && n == strlen("QStartNoAckMode") && memcmp(request, "QStartNoAckMode", n) == 0)
        s->no_ack = true;
    return write_out(s, &s->out);
}

/* Requests carry no run-length encoding, only escapes. */
static void unescape(struct buf *ret, const char *raw, size_t n)
{
    buf_clear(ret);
    for (size_t i = 0; i < n; i++) {
        bool escaped = raw[i] == '}' && i + 1 < n;
        i += escaped;
        buf_add_char(ret, escaped ? (char)(raw[i] ^ 0x20) : raw[i]);
    }
}

static struct error *take_event(struct server *s, const struct rsp_event *event)
{
    switch (event->kind) {
    case RSP_PACKET: {
        BASE_BUF struct buf request = {0};
        unescape(&request, event->data, event->length);
        return answer(s, buf_text(&request), request.length);
    }
    case RSP_NAK:
        return s->no_ack ? NULL : write_out(s, &s->answers);
    case RSP_BAD_CHECKSUM:
    case RSP_TORN:
        return s->no_ack ? NULL : transport_write(s->transport, "-", 1, clock_now_ns() + WRITE_TIMEOUT_NS);
    default:
        return NULL;
    }
}

static struct error *converse(struct server *s)
{
    char bytes[READ_BYTES];
    for (;;) {
        struct rsp_event event;
        while (rsp_decoder_next(&s->decoder, &event))
            TRY(take_event(s, &event));
        size_t n;
        TRY(transport_read(s->transport, bytes, sizeof bytes, INT64_MAX, -1, &n));
        rsp_decoder_feed(&s->decoder, bytes, n);
    }
}

static struct error *serve(const struct wire_recording *recording, int client, int cancel_fd)
{
    struct server s = {.recording = recording, .transport = transport_from_fd(client, "the client")};
    transport_set_cancel_fd(s.transport, cancel_fd);
    rsp_decoder_init(&s.decoder, WIRE_LOG_REQUEST_MOST);
    s.decoder.keep_raw = true;
    s.served = xreallocarray(NULL, recording->count + 1, sizeof *s.served);
    for (size_t i = 0; i < recording->count; i++)
        s.served[i] = SIZE_MAX;
    struct error *e = converse(&s);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED)) { /* both are how this ends */
        error_free(e);
        e = NULL;
    }
    free(s.served);
    buf_free(&s.out);
    buf_free(&s.answers);
    rsp_decoder_free(&s.decoder);
    transport_close(s.transport);
    return e;
}

struct error *wire_log_serve(const char *path, const char *listen_at, int cancel_fd)
{
    struct wire_recording recording;
    TRY(wire_recording_read(path, &recording));
    struct listener l;
    int client = -1;
    struct error *e = open_listener(listen_at, &l);
    if (!e)
        e = accept_one(&l, cancel_fd, &client);
    close_listener(&l);
    if (!e && client >= 0)
        e = serve(&recording, client, cancel_fd);
    wire_recording_free(&recording);
    return e;
}
