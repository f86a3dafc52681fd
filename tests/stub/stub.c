/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scriptable fake stub: for what no real stub does on demand.
 *
 *   stub SCRIPT.json PORT      listens on 127.0.0.1:PORT (0: a free one, printed), serves one client
 *
 * SCRIPT is {"rules": [RULE, …], "registers": N}. Rules are tried in order for each packet; the first whose
 * `on` (a prefix of the payload) fits and that is not used up answers:
 *   reply   payload, framed here          raw     bytes as they are ("\u00XX" for a byte)
 *   times   how often the rule may serve  delay   milliseconds before the answer
 *   repeat  send it so often              close   hang up afterwards
 *   xml     a document served by qXfer    flood   so many MiB of 'A' in one packet
 *   mute    say nothing, not even an ack  stop    framed as well, sent unasked after the answer
 *   ids     so many thread ids that were not told before (m…)
 * With {"mends": true} a damaged packet is answered with `-`, and a `-` with the last answer of the machine
 * again. With {"silent": true} nothing is ever said. A packet no rule fits is the machine's (machine.h), or
 * gets an empty answer. {"clients": N} serves so many, one after the other. Built-in: acks until
 * QStartNoAckMode was answered OK.
 */
#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "machine.h"
#include "rsp/codec.h"

enum { MAX_RULES = 256, READ = 65536 };

struct stub {
    int fd;
    cJSON *script;
    unsigned used[MAX_RULES];
    bool no_ack, silent;
    struct machine *machine;
    char *last;      /* what was asked last, for `-` */
    struct buf said; /* the last packet, framed, for `-` where the script mends */
    long next_id;    /* of threads */
};

static const cJSON *get(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static int number(const cJSON *o, const char *name, int fallback)
{
    const cJSON *item = get(o, name);
    return cJSON_IsNumber(item) ? item->valueint : fallback;
}

static void send_bytes(struct stub *s, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(s->fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0 && number(s->script, "clients", 1) > 1)
            return; /* the next one may stay */
        if (sent <= 0)
            exit(0);
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void send_packet(struct stub *s, const char *payload, size_t n)
{
    struct buf b = {0};
    rsp_encode(&b, payload, n);
    send_bytes(s, b.data, b.length);
    buf_free(&s->said);
    s->said = b;
}

/* Strings of a script are Latin-1: code points up to U+00FF stand for bytes. */
static size_t to_bytes(const char *text, char *out)
{
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p >= 0xc2 && *p <= 0xc3 && p[1]) {
            out[n++] = (char)((*p & 3) << 6 | (p[1] & 0x3f));
            p++;
        } else {
            out[n++] = (char)*p;
        }
    }
    return n;
}

/* One chunk of a document: "…:OFFSET,LENGTH". */
static void serve_xml(struct stub *s, const char *xml, const char *payload)
{
    const char *colon = strrchr(payload, ':');
    unsigned long offset = colon ? strtoul(colon + 1, NULL, 16) : 0;
    const char *comma = colon ? strchr(colon, ',') : NULL;
    unsigned long length = comma ? strtoul(comma + 1, NULL, 16) : 0, total = strlen(xml);
    struct buf b = {0};
    unsigned long rest = offset < total ? total - offset : 0;
    buf_add_char(&b, rest > length ? 'm' : 'l');
    buf_add(&b, xml + (offset < total ? offset : total), rest > length ? length : rest);
    send_packet(s, b.data, b.length);
    buf_free(&b);
}

/* {"registers": N} makes a description of so many. */
static char *many_registers(int count)
{
    struct buf b = {0};
    buf_add_text(&b, "<target><architecture>i386:x86-64</architecture><feature name=\"x\">");
    for (int i = 0; i < count; i++)
        buf_printf(&b, "<reg name=\"r%d\" bitsize=\"64\"/>", i);
    buf_add_text(&b, "</feature></target>");
    return buf_take(&b);
}

static void flood(struct stub *s, int mebibytes)
{
    char *block = xmalloc(1 << 20);
    memset(block, 'A', 1 << 20);
    send_bytes(s, "$", 1);
    for (int i = 0; i < mebibytes; i++)
        send_bytes(s, block, 1 << 20);
    send_bytes(s, "#00", 3);
    free(block);
}

static void tell_ids(struct stub *s, int count)
{
    struct buf b = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&b, "%c%lx", i ? ',' : 'm', ++s->next_id);
    send_packet(s, b.data, b.length);
    buf_free(&b);
}

static void serve(struct stub *s, const cJSON *rule, const char *payload)
{
    const cJSON *raw = get(rule, "raw"), *reply = get(rule, "reply"), *xml = get(rule, "xml"),
                *stop = get(rule, "stop");
    int registers = number(rule, "registers", 0);
    usleep((useconds_t)number(rule, "delay", 0) * 1000);
    for (int i = 0; i < number(rule, "repeat", 1); i++) {
        if (raw) {
            char *bytes = xmalloc(strlen(raw->valuestring) + 1);
            send_bytes(s, bytes, to_bytes(raw->valuestring, bytes));
            free(bytes);
        }
        if (reply)
            send_packet(s, reply->valuestring, strlen(reply->valuestring));
    }
    if (xml)
        serve_xml(s, xml->valuestring, payload);
    if (registers) {
        char *text = many_registers(registers);
        serve_xml(s, text, payload);
        free(text);
    }
    if (get(rule, "ids"))
        tell_ids(s, number(rule, "ids", 0));
    if (get(rule, "flood"))
        flood(s, number(rule, "flood", 0));
    if (stop)
        send_packet(s, stop->valuestring, strlen(stop->valuestring));
    if (cJSON_IsTrue(get(rule, "close")))
        exit(0);
}

static const cJSON *find_rule(struct stub *s, const char *payload)
{
    const cJSON *rule;
    int i = 0;
    cJSON_ArrayForEach (rule, get(s->script, "rules")) {
        const char *on = json_text_or_null(rule, "on");
        bool fits = on && strncmp(payload, on, strlen(on)) == 0;
        if (i < MAX_RULES && fits && s->used[i] < (unsigned)number(rule, "times", 1 << 30)) {
            s->used[i]++;
            return rule;
        }
        i++;
    }
    return NULL;
}

static void answer(struct stub *s, const char *payload)
{
    const cJSON *rule = find_rule(s, payload);
    if (s->silent || (rule && cJSON_IsTrue(get(rule, "mute"))))
        return;
    if (!s->no_ack)
        send_bytes(s, "+", 1);
    if (!rule) {
        struct buf reply = {0};
        bool known = machine_answer(s->machine, payload, &reply);
        if (*payload != '\003')
            send_packet(s, reply.data ? reply.data : "", reply.length);
        buf_free(&reply);
        if (known && strcmp(payload, "QStartNoAckMode") == 0)
            s->no_ack = true;
        return;
    }
    serve(s, rule, payload);
    const char *reply = json_text_or_null(rule, "reply");
    if (strcmp(payload, "QStartNoAckMode") == 0 && reply && strcmp(reply, "OK") == 0)
        s->no_ack = true;
}

static bool mends(const struct stub *s)
{
    return !s->no_ack && cJSON_IsTrue(get(s->script, "mends"));
}

static void take(struct stub *s, const struct rsp_event *e)
{
    if (e->kind == RSP_PACKET) {
        free(s->last);
        s->last = xmemdup(e->data, e->length + 1);
        answer(s, s->last);
    } else if (e->kind == RSP_INTERRUPT) {
        answer(s, "\003");
    } else if (e->kind == RSP_NAK && s->last) {
        const cJSON *rule = find_rule(s, s->last);
        if (rule)
            serve(s, rule, s->last);
        else if (mends(s))
            send_bytes(s, s->said.data, s->said.length);
    } else if ((e->kind == RSP_BAD_CHECKSUM || e->kind == RSP_TORN) && mends(s)) {
        send_bytes(s, "-", 1);
    }
}

static int listen_on(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    at.sin_port = htons((uint16_t)port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        perror("stub: listen");
        exit(1);
    }
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void serve_client(struct stub *s)
{
    struct rsp_decoder d;
    struct rsp_event e;
    rsp_decoder_init(&d, 1 << 20);
    char bytes[READ];
    s->no_ack = false;
    for (ssize_t n; (n = read(s->fd, bytes, sizeof bytes)) > 0;) {
        rsp_decoder_feed(&d, bytes, (size_t)n);
        while (rsp_decoder_next(&d, &e))
            take(s, &e);
    }
    rsp_decoder_free(&d);
    close(s->fd);
}

static cJSON *read_script(const char *path)
{
    struct buf b = {0};
    char bytes[READ];
    FILE *f = fopen(path, "re");
    if (!f) {
        perror(path);
        exit(2);
    }
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        buf_add(&b, bytes, n);
    fclose(f);
    cJSON *script = cJSON_ParseWithOpts(buf_text(&b), NULL, true);
    buf_free(&b);
    if (!script) {
        fprintf(stderr, "stub: %s is no JSON\n", path);
        exit(2);
    }
    return script;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    alarm(300); /* never outlives the test that forgot it */
    struct stub s = {.script = read_script(argv[1])};
    s.silent = cJSON_IsTrue(get(s.script, "silent"));
    s.machine = machine_create(get(s.script, "machine"));
    int fd = listen_on(atoi(argv[2]));
    for (int i = 0; i < number(s.script, "clients", 1); i++) {
        s.fd = accept(fd, NULL, NULL);
        if (s.fd < 0)
            return 1;
        int at_once = 1; /* as gdbserver and QEMU do */
        setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        serve_client(&s);
    }
    close(fd);
    machine_free(s.machine);
    free(s.last);
    buf_free(&s.said);
    cJSON_Delete(s.script);
    return 0;
}
