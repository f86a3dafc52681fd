/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole stub against the whole engine: the input says what the stub answers to each packet, right, bent or
 * absurd, and which commands are run. Each command has STEP_NS; the oracle is the clock: nothing may wait
 * past its limit and GRACE_NS. When the input is used up the stub hangs up.
 */
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "engine/session/session.h"
#include "rsp/codec.h"
#include "tests/fuzz/parts.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEP_NS  INT64_C(50000000)
#define GRACE_NS INT64_C(6000000000) /* a clean good-bye has limits of its own */

enum { COMMANDS_MOST = 8, INPUT_MOST = 4096 };

static struct {
    int listener;
    char path[108];
    const uint8_t *data;
    size_t left;
} stub;

static uint8_t take(void)
{
    if (stub.left == 0)
        return 0;
    stub.left--;
    return *stub.data++;
}

static const uint8_t *take_bytes(size_t n, size_t *got)
{
    *got = n < stub.left ? n : stub.left;
    const uint8_t *bytes = stub.data;
    stub.data += *got;
    stub.left -= *got;
    return bytes;
}

/* What a well-behaved stub of a small RISC-V machine says. */
static const char *right_answer(const char *packet)
{
    static const char *const table[][2] = {
        {"qSupported", "PacketSize=1000;qXfer:features:read+;qXfer:threads:read+;qXfer:memory-map:read+;"
                       "qXfer:libraries-svr4:read+;vContSupported+;swbreak+;hwbreak+;ReverseStep+;"
                       "QStartNoAckMode+;ConditionalBreakpoints+"},
        {"QStartNoAckMode", "OK"},
        {"qXfer:features:read:target.xml",
         "l<target><architecture>riscv:rv64</architecture><feature name=\"org.gnu.gdb.riscv.cpu\">"
         "<reg name=\"zero\" bitsize=\"64\"/><reg name=\"ra\" bitsize=\"64\"/><reg name=\"sp\" "
         "bitsize=\"64\"/><reg name=\"pc\" bitsize=\"64\"/></feature></target>"},
        {"qXfer:threads",
         "l<threads><thread id=\"p1.1\" name=\"a\"/><thread id=\"p1.2\" core=\"1\"/></threads>"},
        {"qXfer:memory-map",
         "l<memory-map><memory type=\"ram\" start=\"0x1000\" length=\"0x10000\"/></memory-map>"},
        {"qXfer:libraries-svr4", "l<library-list-svr4 version=\"1.0\"/>"},
        {"qfThreadInfo", "mp1.1,p1.2"},
        {"qsThreadInfo", "l"},
        {"qC", "QCp1.1"},
        {"qAttached", "1"},
        {"qSymbol", "OK"},
        {"qRcmd", "48690a"},
        {"vCont?", "vCont;c;C;s;S;t;r"},
        {"vCont", "T05swbreak:;thread:p1.1;03:0010000000000000;"},
        {"?", "T05thread:p1.1;03:0010000000000000;"},
        {"b", "T05replaylog:begin;"},
        {"H", "OK"},
        {"T", "OK"},
        {"g", "000000000000000000000000000000000020000000000000"
              "0010000000000000"},
        {"p", "0010000000000000"},
        {"m", "13000000130000001300000013000000"},
        {"M", "OK"},
        {"X", "OK"},
        {"P", "OK"},
        {"G", "OK"},
        {"Z", "OK"},
        {"z", "OK"},
        {"D", "OK"},
        {"s", "T05thread:p1.1;"},
        {"c", "T05thread:p1.1;"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (strncmp(packet, table[i][0], strlen(table[i][0])) == 0)
            return table[i][1];
    return "";
}

/* A stop reply, a thread list or an object of pieces that are each near to right. */
static void add_pieces(struct buf *out)
{
    static const char *const pieces[] = {
        "T05",
        "S05",
        "W00",
        "X0b",
        "T",
        "thread:",
        "p1.1",
        "p-1.-1",
        ";",
        ":",
        ",",
        "watch:",
        "swbreak:",
        "hwbreak:",
        "library:",
        "fork:p2.2",
        "exec:",
        "core:",
        "03:",
        "replaylog:begin;",
        "syscall_entry:",
        "ffffffffffffffff",
        "0",
        "-1",
        "m",
        "l",
        "E01",
        "E.text",
        "OK",
        "O48690a",
        "F-1,4",
        "QC",
        "<target>",
        "<threads>",
        "<thread id=\"",
        "\"/>",
        "<memory ",
        "&lt;&x;",
        "<!DOCTYPE a [<!ENTITY x \"y\">]>",
        "bitsize=\"4294967296\"",
        "offset=\"99999999999\"",
        "xxxxxxxx",
        "process:",
        "1",
        "7fffffff",
        "vCont",
        "reason:",
        "\x1b[31m",
        "N",
        "w0;p1.1",
    };
    unsigned count = take() % 12u;
    for (unsigned i = 0; i < count && stub.left; i++)
        buf_add_text(out, pieces[take() % ARRAY_LENGTH(pieces)]);
}

static void bend(struct buf *payload)
{
    for (unsigned count = take() % 4u; count && payload->length; count--) {
        size_t at = take() % payload->length;
        payload->data[at] = (char)take();
    }
    if (take() & 1)
        payload->length = payload->length * take() / 255;
}

/* One answer, in one of the ways there are; false: none comes. */
static bool add_answer(const char *packet, struct buf *wire)
{
    BASE_BUF struct buf payload = {0};
    size_t n;
    unsigned way = take() % 16u;
    buf_add_text(&payload, way == 8 || way == 9 ? "" : right_answer(packet));
    switch (way) {
    case 8:
        add_pieces(&payload);
        break;
    case 9: {
        const uint8_t *bytes = take_bytes(take(), &n);
        buf_add(&payload, bytes, n);
        break;
    }
    case 10:
        bend(&payload);
        break;
    case 11:
        payload.length = 0;
        buf_printf(&payload, "E%02x", take());
        break;
    case 12:
        return false;
    case 13:
        rsp_encode_run_length(wire, buf_text(&payload), payload.length); /* said twice */
        break;
    case 14: {
        const uint8_t *bytes = take_bytes(take() % 32u, &n);
        buf_add(wire, bytes, n);
        break;
    }
    case 15:
        rsp_encode_as(wire, '%', "Stop:T05thread:p1.2;", 20);
        break;
    default:
        break;
    }
    rsp_encode_run_length(wire, buf_text(&payload), payload.length);
    return true;
}

static void answer(int fd, const struct rsp_event *event)
{
    BASE_BUF struct buf wire = {0};
    buf_add_char(&wire, '+');
    add_answer(event->data, &wire);
    if (send(fd, wire.data, wire.length, MSG_NOSIGNAL) < 0)
        return;
}

static void serve(int fd)
{
    struct rsp_decoder decoder;
    struct rsp_event event;
    char bytes[4096];
    ssize_t n;
    rsp_decoder_init(&decoder, 1 << 16);
    decoder.keep_raw = true;
    while (stub.left && (n = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        rsp_decoder_feed(&decoder, bytes, (size_t)n);
        while (stub.left && rsp_decoder_next(&decoder, &event)) {
            if (event.kind == RSP_PACKET)
                answer(fd, &event);
            else if (event.kind == RSP_INTERRUPT)
                answer(fd, &(struct rsp_event){.data = "?"});
        }
    }
    rsp_decoder_free(&decoder);
}

static void *stub_main(void *context)
{
    (void)context;
    int fd = accept(stub.listener, NULL, NULL);
    if (fd < 0)
        return NULL;
    serve(fd);
    close(fd);
    return NULL;
}

static void leave(void)
{
    unlink(stub.path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(stub.path, sizeof stub.path, "/tmp/allstop-fuzz-%d", (int)getpid());
    memcpy(address.sun_path, stub.path, strlen(stub.path) + 1);
    unlink(stub.path);
    stub.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(stub.listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(stub.listener, 1) < 0)
        abort();
    atexit(leave);
    setenv("XDG_STATE_HOME", "/nonexistent", 1); /* no journal is written */
    return 0;
}

static void limit(struct session *s)
{
    session_set_deadline(s, clock_now_ns() + STEP_NS);
}

static void run_line(struct session *s, const char *line)
{
    const struct command *command;
    cJSON *args = NULL, *result = NULL;
    limit(s);
    struct error *e = command_parse_line(s, line, &command, &args);
    if (!e && command->run)
        e = command_execute(s, command, args, &result);
    if (!e && result && command->text) {
        BASE_BUF struct buf text = {0};
        command->text(result, &text);
    }
    error_free(e);
    cJSON_Delete(args);
    cJSON_Delete(result);
    session_put_away_lost(s);
}

static void run_session(const uint8_t *commands, size_t count, int64_t *allowed_ns)
{
    static const char *const lines[] = {
        "info registers",
        "bt",
        "x/8xb 0x1000",
        "break *0x1008",
        "continue",
        "step",
        "stepi",
        "locals",
        "threads",
        "hbreak *0x100c",
        "watch *(int *)0x2000",
        "info breakpoints",
        "delete",
        "monitor help",
        "set $sp = 3",
        "write 0x1000 00112233",
        "reverse-stepi",
        "stacks",
        "verify",
        "slots",
        "x/4i $pc",
        "signals",
        "maps",
        "schedule one",
        "thread 2",
        "hold p1.2",
        "release all",
        "interrupt",
        "features",
        "next",
        "until *0x1010",
        "audit now",
    };
    const struct session_options options = {.cancel_fd = -1};
    struct session *s = session_create(&options);
    BASE_FREE char *spec = xasprintf("unix:%s", stub.path);
    limit(s);
    struct error *e = session_connect(s, spec);
    error_free(e);
    for (size_t i = 0; i < count; i++)
        run_line(s, lines[commands[i] % ARRAY_LENGTH(lines)]);
    *allowed_ns += (int64_t)(count + 1) * STEP_NS;
    limit(s);
    session_destroy(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MOST)
        return 0;
    size_t count = data[0] % COMMANDS_MOST;
    if (count > size - 1)
        count = size - 1;
    stub.data = data + 1 + count;
    stub.left = size - 1 - count;
    pthread_t thread;
    if (pthread_create(&thread, NULL, stub_main, NULL) != 0)
        abort();
    int64_t began_ns = clock_now_ns(), allowed_ns = GRACE_NS;
    run_session(data + 1, count, &allowed_ns);
    if (clock_now_ns() - began_ns > allowed_ns)
        abort(); /* something waited past its limit */
    pthread_join(thread, NULL);
    return 0;
}

/* -- changed answer by answer ------------------------------------------------------------------------- */

/* The ways that add_answer() reads, with what each needs behind it. */
static void make_answer(struct buf *out, unsigned *seed)
{
    static const char *const texts[] = {
        "T05thread:p1.2;03:0c10000000000000;",
        "T05thread:p1.1;watch:2000;",
        "T05hwbreak:;thread:p1.1;",
        "T05library:;thread:p1.1;",
        "T05replaylog:end;",
        "T0bthread:p1.1;",
        "W00;process:1",
        "X0b",
        "w0;p1.2",
        "N",
        "O48690a",
        "mp1.1,p1.2,p1.3",
        "l",
        "OK",
        "",
        "E01",
        "E.no",
        "x0800000000000000",
        "QC0",
        "l<threads><thread id=\"p1.3\"/></threads>",
        "m<target>",
        "PacketSize=40;vContSupported-",
    };
    const char *text = texts[parts_draw(seed, ARRAY_LENGTH(texts))];
    unsigned way = parts_draw(seed, 16);
    if (way < 8)
        way = 9;
    buf_add_char(out, (char)way);
    if (way == 9 || way == 14) {
        size_t n = strlen(text), most = way == 9 ? 255 : 31;
        buf_add_char(out, (char)(n < most ? n : most));
        buf_add(out, text, n < most ? n : most);
    } else if (way == 8) {
        unsigned count = parts_draw(seed, 12);
        for (buf_add_char(out, (char)count); count; count--)
            buf_add_char(out, (char)parts_draw(seed, 256));
    } else if (way == 10) {
        const char bytes[] = {1, (char)parts_draw(seed, 256), (char)parts_draw(seed, 256), 0};
        buf_add(out, bytes, sizeof bytes);
    } else if (way == 11) {
        buf_add_char(out, (char)parts_draw(seed, 256));
    }
}

/* Bytes of the answer at `a`, as add_answer() takes them. */
static size_t answer_length(const uint8_t *a, size_t left)
{
    unsigned next = left > 1 ? a[1] : 0;
    switch (a[0] % 16) {
    case 8:
        return 2 + next % 12u;
    case 9:
        return 2 + next;
    case 10: {
        size_t n = 2 + 2 * (next % 4u);
        return n + (n < left && a[n] & 1 ? 2 : 1);
    }
    case 11:
        return 2;
    case 14:
        return 2 + next % 32u;
    default:
        return 1;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct parts p = {0};
    size_t at = size ? 1 + data[0] % (size_t)COMMANDS_MOST : 1;
    unsigned how = parts_draw(&seed, 4);
    if (how == 0 || at >= size)
        return LLVMFuzzerMutate(data, size, most);
    if (how == 1 && at > 1) {
        data[1 + parts_draw(&seed, (unsigned)at - 1)] = (uint8_t)parts_draw(&seed, 256);
        return size;
    }
    for (parts_end(&p, at); at < size && p.count < PARTS_MOST; parts_end(&p, at)) {
        at += answer_length(data + at, size - at);
        if (at > size)
            at = size;
    }
    return parts_mutate(data, size, most, &p, 1, &seed, make_answer);
}
