/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floor: a bare loop of single steps over a stub, with nothing looked at. Prints steps per second.
 *
 *   floor PORT|unix:PATH COUNT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "rsp/codec.h"

static int fd;
static bool acks = true;

static void send_text(const char *text, size_t n)
{
    if (write(fd, text, n) != (ssize_t)n)
        exit(1);
}

/* Reads to the end of one packet; the payload goes to `out`. */
static void read_packet(char *out, size_t capacity)
{
    static char bytes[1 << 16];
    static size_t have;
    for (;;) {
        char *start = memchr(bytes, '$', have),
             *end = start ? memchr(start, '#', have - (size_t)(start - bytes)) : NULL;
        if (end && end + 3 <= bytes + have) {
            size_t n = (size_t)(end - start - 1);
            n = n < capacity - 1 ? n : capacity - 1;
            memcpy(out, start + 1, n);
            out[n] = '\0';
            have -= (size_t)(end + 3 - bytes);
            memmove(bytes, end + 3, have);
            if (acks)
                send_text("+", 1);
            return;
        }
        ssize_t got = read(fd, bytes + have, sizeof bytes - have);
        if (got <= 0)
            exit(1);
        have += (size_t)got;
    }
}

static void call(const char *payload, char *out, size_t capacity)
{
    struct buf b = {0};
    rsp_encode(&b, payload, strlen(payload));
    send_text(b.data, b.length);
    buf_free(&b);
    read_packet(out, capacity);
}

static void open_stub(const char *spec)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool is_unix = strncmp(spec, "unix:", 5) == 0;
    if (is_unix)
        snprintf(local.sun_path, sizeof local.sun_path, "%s", spec + 5);
    in.sin_port = htons((uint16_t)atoi(spec));
    for (int i = 0; i < 2000; i++) {
        fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
        int failed = is_unix ? connect(fd, (struct sockaddr *)&local, sizeof local)
                             : connect(fd, (struct sockaddr *)&in, sizeof in);
        if (!failed)
            return;
        close(fd);
        usleep(5000);
    }
    exit(1);
}

int main(int argc, char **argv)
{
    char reply[8192];
    int one = 1;
    if (argc != 3)
        return 2;
    int count = atoi(argv[2]);
    open_stub(argv[1]);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    call("qSupported:multiprocess+;vContSupported+;xmlRegisters=i386", reply, sizeof reply);
    if (strstr(reply, "QStartNoAckMode+")) {
        call("QStartNoAckMode", reply, sizeof reply);
        acks = false;
    }
    call("?", reply, sizeof reply);
    call("qXfer:features:read:target.xml:0,ffb", reply, sizeof reply);
    struct buf step = {0};
    rsp_encode(&step, "vCont;s", 7);
    int64_t start = clock_now_ns();
    for (int i = 0; i < count; i++) {
        send_text(step.data, step.length);
        read_packet(reply, sizeof reply);
    }
    printf("%.0f\n", count / ((double)(clock_now_ns() - start) / 1e9));
    buf_free(&step);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
