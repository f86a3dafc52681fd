/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stub that is played by a thread of the test: a machine of two pages of memory and two threads, which
 * tells what it was sent, and stops as the test says. Nothing of engine/ is in here. Included by
 * engine_played.h, which connects a session to it, and by target_played.h, which does without one.
 */
#ifndef ALLSTOP_TESTS_UNIT_STUB_PLAYED_H
#define ALLSTOP_TESTS_UNIT_STUB_PLAYED_H

#include "test_rsp_support.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>

enum { PLAYED_BASE = 0x1000, PLAYED_SIZE = 0x2000, PLAYED_REGISTERS = 17, PLAYED_RSP = 7, PLAYED_RIP = 16 };
/* In front of a rule's reply: it goes out as it stands, and is no payload. */
#define PLAYED_RAW "\x04"
enum { PLAYED_RULES = 16, PLAYED_STOPS = 32 };

struct played {
    struct peer peer; /* first: its script is given this one */
    pthread_mutex_t lock;
    int listener;
    const char *features; /* more of qSupported, each with its `;` in front */
    const char *vcont;    /* what `vCont?` is answered */
    unsigned char memory[PLAYED_SIZE];
    uint64_t registers[3][PLAYED_REGISTERS]; /* by thread; [0] is not used */
    unsigned selected;
    struct buf sent; /* what came, a line a packet */
    struct {
        const char *prefix, *reply;
    } rules[PLAYED_RULES]; /* asked first; the last that fits. A reply of NULL is silence */
    unsigned rule_count;
    char *stops[PLAYED_STOPS]; /* what the next runs end with; without any the target runs on */
    unsigned stop_first, stop_count;
    const char *on_interrupt; /* what an interrupt is answered, or NULL */
    const char *slow;         /* what begins so is answered when the test lets it; NULL: nothing */
    unsigned waiting, let;    /* of that: how many have come, and may be answered */
    pthread_cond_t changed;   /* one of these three */
};

static struct played played;

static UNUSED_FUNCTION void played_hex(struct buf *b, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%02x", ((const unsigned char *)bytes)[i]);
}

static UNUSED_FUNCTION void played_unhex(const char *hex, unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n && hex[2 * i] && hex[2 * i + 1]; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
}

static UNUSED_FUNCTION void played_describe(struct buf *out)
{
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8",
                                        "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip"};
    buf_add_text(out, "l<target><architecture>i386:x86-64</architecture><feature "
                      "name=\"org.gnu.gdb.i386.core\">");
    for (unsigned i = 0; i < PLAYED_REGISTERS; i++)
        buf_printf(out, "<reg name=\"%s\" bitsize=\"64\"/>", names[i]);
    buf_add_text(out, "</feature></target>");
}

static UNUSED_FUNCTION void played_memory(struct played *m, const char *packet, struct buf *out)
{
    uint64_t address = 0, n = 0;
    sscanf(packet + 1, "%" SCNx64 ",%" SCNx64, &address, &n);
    uint64_t at = address - PLAYED_BASE;
    if (at >= PLAYED_SIZE || n > PLAYED_SIZE - at) {
        buf_add_text(out, "E14");
    } else if (*packet == 'm') {
        played_hex(out, m->memory + at, n);
    } else {
        played_unhex(strchr(packet, ':') + 1, m->memory + at, n);
        buf_add_text(out, "OK");
    }
}

static UNUSED_FUNCTION void played_registers(struct played *m, const char *packet, struct buf *out)
{
    unsigned char bytes[8 * PLAYED_REGISTERS];
    uint64_t *registers = m->registers[m->selected];
    if (*packet == 'g') {
        played_hex(out, registers, sizeof bytes);
        return;
    }
    unsigned number = 0;
    if (*packet == 'P' && sscanf(packet + 1, "%x=", &number) == 1 && number < PLAYED_REGISTERS)
        played_unhex(strchr(packet, '=') + 1, (unsigned char *)&registers[number], 8);
    buf_add_text(out, "OK");
}

static UNUSED_FUNCTION bool played_rule(struct played *m, const char *packet, struct buf *out, bool *silent)
{
    for (unsigned i = m->rule_count; i-- > 0;)
        if (strncmp(packet, m->rules[i].prefix, strlen(m->rules[i].prefix)) == 0) {
            *silent = !m->rules[i].reply;
            buf_add_text(out, *silent ? "" : m->rules[i].reply);
            return true;
        }
    return false;
}

/* The thread that stops is selected, and has the pc and the rbx (register 1) that are told of it. */
static UNUSED_FUNCTION void played_stop(struct played *m, const char *reply, struct buf *out)
{
    buf_add_text(out, reply);
    const char *thread = strstr(reply, "thread:"), *pc = strstr(reply, "10:");
    m->selected = thread && (thread[7] == '1' || thread[7] == '2') ? (unsigned)(thread[7] - '0') : 1;
    if (pc)
        played_unhex(pc + 3, (unsigned char *)&m->registers[m->selected][PLAYED_RIP], 8);
    const char *rbx = strstr(reply, ";01:");
    if (rbx)
        played_unhex(rbx + 4, (unsigned char *)&m->registers[m->selected][1], 8);
}

/* With the lock held. */
static UNUSED_FUNCTION void played_wait_slow(struct played *m, const char *packet)
{
    if (!m->slow || strncmp(packet, m->slow, strlen(m->slow)) != 0)
        return;
    unsigned number = m->waiting++;
    pthread_cond_broadcast(&m->changed);
    while (m->slow && m->let <= number)
        pthread_cond_wait(&m->changed, &m->lock);
}

/* False: nothing is answered. */
static UNUSED_FUNCTION bool played_answer(struct played *m, const char *packet, struct buf *out)
{
    bool silent;
    if (played_rule(m, packet, out, &silent))
        return !silent;
    if (strncmp(packet, "qSupported", 10) == 0)
        buf_printf(out, "PacketSize=1000;QStartNoAckMode+;qXfer:features:read+%s", m->features);
    else if (strncmp(packet, "qXfer:features:read:target.xml:0,", 33) == 0)
        played_describe(out);
    else if (strcmp(packet, "vCont?") == 0)
        buf_add_text(out, m->vcont);
    else if (strcmp(packet, "qC") == 0)
        buf_add_text(out, "QC1");
    else if (strcmp(packet, "qfThreadInfo") == 0)
        buf_add_text(out, "m1,2");
    else if (strcmp(packet, "qsThreadInfo") == 0)
        buf_add_text(out, "l");
    else if (strncmp(packet, "Hg", 2) == 0 && strtol(packet + 2, NULL, 16) > 0) {
        m->selected = (unsigned)strtol(packet + 2, NULL, 16);
        buf_add_text(out, m->selected < 3 ? "OK" : "E01");
    } else if (strncmp(packet, "vCont;", 6) == 0 || strcmp(packet, "c") == 0 || strcmp(packet, "s") == 0 ||
               strcmp(packet, "bs") == 0 || strcmp(packet, "bc") == 0) {
        if (m->stop_first == m->stop_count)
            return false;
        played_stop(m, m->stops[m->stop_first++], out);
    } else if (*packet == '?')
        buf_add_text(out, "T05thread:1;");
    else if (*packet == 'm' || *packet == 'M')
        played_memory(m, packet, out);
    else if (*packet == 'g' || *packet == 'P')
        played_registers(m, packet, out);
    else if ((*packet == 'Z' || *packet == 'z') && packet[1] <= '4')
        buf_add_text(out, "OK");
    else if (*packet == 'H' || *packet == 'T' || *packet == 'D' || strcmp(packet, "QStartNoAckMode") == 0)
        buf_add_text(out, "OK");
    return true;
}

static UNUSED_FUNCTION void played_event(struct played *m, const struct rsp_event *event)
{
    struct buf out = {0};
    pthread_mutex_lock(&m->lock);
    if (event->kind == RSP_PACKET) {
        buf_printf(&m->sent, "%s\n", event->data);
        played_wait_slow(m, event->data);
        bool answered = played_answer(m, event->data, &out);
        if (answered && out.length > 0 && out.data[0] == PLAYED_RAW[0])
            peer_write(&m->peer, out.data + 1, out.length - 1);
        else if (answered)
            peer_reply(&m->peer, buf_text(&out));
        bool agreed = strcmp(event->data, "QStartNoAckMode") == 0 && strcmp(buf_text(&out), "OK") == 0;
        m->peer.no_ack = m->peer.no_ack || agreed;
    } else if (event->kind == RSP_INTERRUPT) {
        buf_add_text(&m->sent, "interrupt\n");
        if (m->on_interrupt)
            peer_say(&m->peer, m->on_interrupt);
    }
    pthread_mutex_unlock(&m->lock);
    buf_free(&out);
}

static UNUSED_FUNCTION void played_script(struct peer *p)
{
    struct played *m = (struct played *)p;
    struct rsp_event event;
    p->fd = accept(m->listener, NULL, NULL);
    close(m->listener);
    do {
        while (rsp_decoder_next(&p->decoder, &event))
            played_event(m, &event);
    } while (p->fd >= 0 && peer_fill(p));
}

/* -- what a test does ------------------------------------------------------------------------------ */

/* The stub's answer to all packets that begin so, from now on. */
static UNUSED_FUNCTION void rule(const char *prefix, const char *reply)
{
    pthread_mutex_lock(&played.lock);
    assert_true(played.rule_count < PLAYED_RULES);
    played.rules[played.rule_count].prefix = prefix;
    played.rules[played.rule_count++].reply = reply;
    pthread_mutex_unlock(&played.lock);
}

/* The next run ends with this. */
static UNUSED_FUNCTION void stops_with(const char *reply)
{
    pthread_mutex_lock(&played.lock);
    assert_true(played.stop_count < PLAYED_STOPS);
    played.stops[played.stop_count++] = xstrdup(reply);
    pthread_mutex_unlock(&played.lock);
}

/* "T05…" of a thread that stands at `pc`, with MORE in it; valid until the next call. */
static UNUSED_FUNCTION const char *at(unsigned thread, uint64_t pc, const char *more)
{
    static char text[200];
    BASE_BUF struct buf b = {0};
    buf_printf(&b, "T05%s10:", more);
    played_hex(&b, &pc, 8);
    snprintf(text, sizeof text, "%s;thread:%x;", buf_text(&b), thread);
    played.registers[thread][PLAYED_RIP] = pc;
    return text;
}

/* From now on what begins so waits for slow_goes_on(); NULL: nothing does. */
static UNUSED_FUNCTION void slow(const char *prefix)
{
    pthread_mutex_lock(&played.lock);
    played.slow = prefix;
    played.waiting = played.let = 0;
    pthread_cond_broadcast(&played.changed);
    pthread_mutex_unlock(&played.lock);
}

/* The next that waits is answered. */
static UNUSED_FUNCTION void slow_goes_on(void)
{
    pthread_mutex_lock(&played.lock);
    played.let++;
    pthread_cond_broadcast(&played.changed);
    pthread_mutex_unlock(&played.lock);
}

/* Until so many have come since slow(). */
static UNUSED_FUNCTION void wait_slow(unsigned count)
{
    pthread_mutex_lock(&played.lock);
    while (played.waiting < count)
        pthread_cond_wait(&played.changed, &played.lock);
    pthread_mutex_unlock(&played.lock);
}

/* How many packets began so since the last sent_nothing_yet(). */
static UNUSED_FUNCTION unsigned sent(const char *prefix)
{
    unsigned count = 0;
    pthread_mutex_lock(&played.lock);
    for (const char *line = buf_text(&played.sent); *line; line = strchr(line, '\n') + 1)
        count += strncmp(line, prefix, strlen(prefix)) == 0;
    pthread_mutex_unlock(&played.lock);
    return count;
}

static UNUSED_FUNCTION void stub_forget_sent(void)
{
    pthread_mutex_lock(&played.lock);
    buf_clear(&played.sent);
    pthread_mutex_unlock(&played.lock);
}

/* The machine, and nobody connected to it: `features` and `vcont` as in struct played. The place where it
 * listens, malloc'd. */
static UNUSED_FUNCTION char *stub_start(const char *features, const char *vcont)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    played = (struct played){.features = features, .vcont = vcont, .selected = 1};
    pthread_mutex_init(&played.lock, NULL);
    pthread_cond_init(&played.changed, NULL);
    memset(played.memory, 0x90, sizeof played.memory);
    for (unsigned i = 1; i < 3; i++) {
        played.registers[i][PLAYED_RIP] = PLAYED_BASE;
        played.registers[i][PLAYED_RSP] = 0x2f00;
    }
    played.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(played.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(played.listener, 1), 0);
    assert_int_equal(getsockname(played.listener, (struct sockaddr *)&address, &size), 0);
    peer_start(&played.peer, -1, played_script);
    return xasprintf("127.0.0.1:%u", ntohs(address.sin_port));
}

/* Whoever was connected has hung up. */
static UNUSED_FUNCTION void stub_end(void)
{
    peer_join(&played.peer);
    for (unsigned i = 0; i < played.stop_count; i++)
        free(played.stops[i]);
    buf_free(&played.sent);
    pthread_cond_destroy(&played.changed);
    pthread_mutex_destroy(&played.lock);
}

#endif
