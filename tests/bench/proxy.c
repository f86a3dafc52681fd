/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A counting proxy: stands between a debugger and a stub and counts packets, bytes and turns by phase.
 *
 *   proxy STUB_HOST:PORT|unix:PATH [pty]   prints its own port, or with `pty` the path of a pty, serves one
 *                                          client (a pty: until it is closed), then prints a table
 *
 * A phase begins when the debugger reads one byte at 0xfeed0000 + N: that packet is answered here with E01,
 * is not counted and not passed on. So both debuggers can mark phases without a second channel. A turn is a
 * packet of the debugger's that follows one of the stub's (or begins the phase): a round trip waited for.
 * What a console prints between packets is not counted.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "rsp/codec.h"

enum { PHASES = 64, LIMIT = 4 << 20 };
#define MARK_BASE 0xfeed0000u

struct phase {
    unsigned long turns, packets_out, packets_in, bytes_out, bytes_in;
    bool used;
};

struct proxy {
    int client, stub;
    struct rsp_decoder from_client, from_stub;
    struct phase phases[PHASES];
    unsigned now;
    bool stub_spoke;  /* the last packet was the stub's */
    bool swallow_ack; /* the client's ack of an answer made here */
    bool no_ack;
    unsigned outstanding; /* requests the stub has not answered */
    bool mark_due;        /* a mark that waits for the answers before it */
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = write(fd, bytes, n);
        if (sent <= 0)
            exit(1);
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* "mfeed0003,1" → 3; -1: no mark. */
static int mark_of(const struct rsp_event *e)
{
    const char *p = e->data + 1;
    uint64_t address;
    if (e->kind != RSP_PACKET || e->length < 2 || e->data[0] != 'm' ||
        !hex_parse_u64(&p, e->data + e->length, &address) || address < MARK_BASE ||
        address >= MARK_BASE + PHASES)
        return -1;
    return (int)(address - MARK_BASE);
}

static void begin_phase(struct proxy *p, int number)
{
    p->now = (unsigned)number;
    p->phases[number].used = true;
    p->stub_spoke = true;
    p->mark_due = true;
}

/* The client's questions before the mark are answered first. */
static void answer_mark(struct proxy *p)
{
    if (!p->mark_due || p->outstanding)
        return;
    p->mark_due = false;
    send_all(p->client, p->no_ack ? "$E01#a6" : "+$E01#a6", p->no_ack ? 7 : 8);
    p->swallow_ack = !p->no_ack;
}

static void count_out(struct proxy *p, const struct rsp_event *e)
{
    struct phase *now = &p->phases[p->now];
    if (e->kind != RSP_PACKET)
        return;
    if (e->data[0] == 'k' || e->data[0] == 'D' || strncmp(e->data, "vKill", 5) == 0) {
        p->now = PHASES - 1; /* the good-bye belongs to no action */
        now = &p->phases[p->now];
    }
    now->packets_out++;
    p->outstanding++;
    now->turns += p->stub_spoke;
    p->stub_spoke = false;
    if (e->length == 15 && memcmp(e->data, "QStartNoAckMode", 15) == 0)
        p->no_ack = true;
}

/* Takes the mark's packet out of what is passed on. */
static void cut_mark(char *bytes, size_t *n)
{
    char *at = memmem(bytes, *n, "$mfeed00", 8);
    enum { MARK_BYTES = 15 };
    if (!at || (size_t)(bytes + *n - at) < MARK_BYTES)
        return;
    memmove(at, at + MARK_BYTES, (size_t)(bytes + *n - at) - MARK_BYTES);
    *n -= MARK_BYTES;
}

/* True when bytes are to be passed on. */
static bool client_bytes(struct proxy *p, char *bytes, size_t *n)
{
    if (p->swallow_ack && bytes[0] == '+') {
        memmove(bytes, bytes + 1, --*n);
        p->swallow_ack = false;
        if (*n == 0)
            return false;
    }
    struct rsp_event e;
    bool marked = false;
    rsp_decoder_feed(&p->from_client, bytes, *n);
    while (rsp_decoder_next(&p->from_client, &e)) {
        int mark = mark_of(&e);
        if (mark >= 0) {
            begin_phase(p, mark);
            marked = true;
        } else {
            count_out(p, &e);
        }
    }
    if (marked)
        cut_mark(bytes, n);
    else
        p->phases[p->now].bytes_out += *n;
    answer_mark(p);
    return *n > 0;
}

static void stub_bytes(struct proxy *p, const char *bytes, size_t n)
{
    struct rsp_event e;
    p->phases[p->now].bytes_in += n;
    rsp_decoder_feed(&p->from_stub, bytes, n);
    while (rsp_decoder_next(&p->from_stub, &e))
        if (e.kind == RSP_PACKET) {
            p->phases[p->now].packets_in++;
            p->outstanding -= p->outstanding > 0;
            p->stub_spoke = true;
        } else if (e.kind == RSP_STRAY) {
            p->phases[p->now].bytes_in -= e.length;
        }
}

static int connect_stub(const char *spec)
{
    int fd;
    if (strncmp(spec, "unix:", 5) == 0) {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        snprintf(to.sun_path, sizeof to.sun_path, "%s", spec + 5);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        for (int i = 0; i < 2000 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0; i++)
            usleep(5000);
        return fd;
    }
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)atoi(strrchr(spec, ':') + 1));
    for (int i = 0; i < 2000; i++) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
            return fd;
        close(fd);
        usleep(5000);
    }
    die("connect to the stub");
    return -1;
}

static int accept_client(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        die("listen");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    int client = accept(fd, NULL, NULL);
    close(fd);
    return client;
}

/* A line to the client. Its other end is kept open until the client has it, or it would count as closed. */
static int make_pty(int *slave)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios line;
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        die("make a pty");
    *slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0 || tcgetattr(*slave, &line) != 0)
        die("open the pty");
    cfmakeraw(&line);
    tcsetattr(*slave, TCSANOW, &line);
    printf("%s\n", ptsname(fd));
    fflush(stdout);
    return fd;
}

static void close_once_used(int *slave)
{
    if (*slave >= 0)
        close(*slave);
    *slave = -1;
}

static void serve(struct proxy *p, int slave)
{
    char bytes[65536];
    for (;;) {
        struct pollfd fds[2] = {{.fd = p->client, .events = POLLIN}, {.fd = p->stub, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0)
            return;
        if (fds[1].revents) {
            ssize_t n = read(p->stub, bytes, sizeof bytes);
            if (n <= 0)
                return;
            stub_bytes(p, bytes, (size_t)n);
            send_all(p->client, bytes, (size_t)n);
            answer_mark(p);
        }
        if (fds[0].revents) {
            ssize_t n = read(p->client, bytes, sizeof bytes);
            if (n <= 0)
                return;
            close_once_used(&slave);
            size_t left = (size_t)n;
            if (client_bytes(p, bytes, &left))
                send_all(p->stub, bytes, left);
        }
    }
}

int main(int argc, char **argv)
{
    struct proxy p = {0};
    int one = 1, slave = -1;
    if (argc < 2 || argc > 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    rsp_decoder_init(&p.from_client, LIMIT);
    rsp_decoder_init(&p.from_stub, LIMIT);
    p.phases[0].used = true;
    p.stub_spoke = true;
    p.client = argc == 3 ? make_pty(&slave) : accept_client();
    p.stub = connect_stub(argv[1]);
    setsockopt(p.client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(p.stub, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    serve(&p, slave);
    for (int i = 0; i < PHASES; i++)
        if (p.phases[i].used)
            printf("%d %lu %lu %lu %lu\n", i, p.phases[i].turns, p.phases[i].packets_out,
                   p.phases[i].bytes_out, p.phases[i].bytes_in);
    rsp_decoder_free(&p.from_client);
    rsp_decoder_free(&p.from_stub);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
