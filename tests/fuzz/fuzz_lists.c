/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists and objects of a stub: thread lists in both forms and what is said of each thread, the description,
 * the memory map, libraries, auxv and the path of the program, read through a whole connection.
 *
 * The input: a byte of flags (which reader, and how the stub answers), a byte of the size of its pieces, then
 * either a document, which the stub serves as it should, or answers, a line each, used as they are. When they
 * are used up the stub hangs up. What is served whole comes out whole, whatever the pieces.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/session_private.h"
#include "engine/target/libraries.h"
#include "engine/target/memory_map.h"
#include "rsp/codec.h"
#include "rsp/remote.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HONEST_NS INT64_C(8000000000) /* for one answer: an honest stub is never late */
#define ANSWER_NS INT64_C(3000000)
#define MOST_NS   INT64_C(15000000000) /* nothing here waits for more than a few answers */

enum { INPUT_MOST = 16384, READERS = 7, THREADS_MOST = 65536, REGIONS_MOST = 1024, HONEST = 8 };

static struct session *session;

static struct {
    int fd;
    const char *data;
    size_t size, at; /* `at`: where the next answer begins */
    size_t piece;    /* bytes of a document that one answer brings */
    bool honest;
} stub;

/* -- the stub ---------------------------------------------------------------------------------------- */

/* The document's piece that is asked for at the end of the packet; false: the packet asks for none. */
static bool add_piece(const char *packet, struct buf *out)
{
    const char *place = strrchr(packet, ':');
    size_t offset, length;
    if (!place || sscanf(place, ":%zx,%zx", &offset, &length) != 2)
        return false;
    size_t left = offset < stub.size ? stub.size - offset : 0;
    size_t n = length < stub.piece ? length : stub.piece;
    buf_add_char(out, n < left ? 'm' : 'l');
    buf_add(out, stub.data + (left ? offset : 0), n < left ? n : left);
    return true;
}

static bool add_answer(const char *packet, struct buf *out)
{
    if (stub.honest)
        return add_piece(packet, out);
    if (stub.at >= stub.size)
        return false;
    const char *start = stub.data + stub.at;
    const char *end = memchr(start, '\n', stub.size - stub.at);
    size_t n = end ? (size_t)(end - start) : stub.size - stub.at;
    stub.at += n + 1;
    buf_add(out, start, n);
    return true;
}

static bool answer(const char *packet)
{
    BASE_BUF struct buf payload = {0};
    BASE_BUF struct buf wire = {0};
    if (!add_answer(packet, &payload))
        return false;
    buf_add_char(&wire, '+');
    rsp_encode_run_length(&wire, buf_text(&payload), payload.length);
    return send(stub.fd, wire.data, wire.length, MSG_NOSIGNAL) == (ssize_t)wire.length;
}

static void *stub_main(void *context)
{
    struct rsp_decoder decoder;
    struct rsp_event event;
    char bytes[4096];
    ssize_t n;
    bool talks = true;
    (void)context;
    rsp_decoder_init(&decoder, 1 << 16);
    decoder.keep_raw = true;
    while (talks && (n = recv(stub.fd, bytes, sizeof bytes, 0)) > 0) {
        rsp_decoder_feed(&decoder, bytes, (size_t)n);
        while (talks && rsp_decoder_next(&decoder, &event))
            if (event.kind == RSP_PACKET)
                talks = answer(event.data);
    }
    rsp_decoder_free(&decoder);
    close(stub.fd);
    return NULL;
}

/* -- the readers ------------------------------------------------------------------------------------- */

static void offer(struct rsp_connection *c, bool xml_threads)
{
    static const enum rsp_feature_id ids[] = {FEATURE_XFER_FEATURES,   FEATURE_XFER_AUXV,
                                              FEATURE_XFER_EXEC_FILE,  FEATURE_XFER_LIBRARIES_SVR4,
                                              FEATURE_XFER_MEMORY_MAP, FEATURE_XFER_SIGINFO};
    struct rsp_features *f = rsp_features(c);
    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
        f->state[ids[i]].advertised = TRI_YES;
    f->state[FEATURE_XFER_THREADS].advertised = xml_threads ? TRI_YES : TRI_NO;
}

static void read_threads(struct rsp_connection *c, bool with_extra)
{
    struct rsp_thread *threads = NULL;
    size_t count = 0;
    struct error *e = rsp_list_threads(c, &threads, &count);
    if (count > THREADS_MOST || (e && count))
        abort();
    for (size_t i = 0; i < count; i++) {
        if (threads[i].id.tid <= 0 || threads[i].id.pid < 0)
            abort();
        for (size_t k = 0; k < i && i < 64; k++)
            if (ptid_equal(threads[i].id, threads[k].id))
                abort();
    }
    error_free(e);
    if (with_extra)
        error_free(rsp_thread_extra(c, threads, count));
    rsp_threads_free(threads, count);
}

static void read_object(struct rsp_connection *c, const char *object)
{
    BASE_BUF struct buf data = {0};
    struct error *e = rsp_xfer_read(c, object, "", INPUT_MOST, &data);
    if (data.length > INPUT_MOST)
        abort();
    if (stub.honest && (e || data.length != stub.size || memcmp(buf_text(&data), stub.data, stub.size) != 0))
        abort();
    error_free(e);
}

static void read_description(struct rsp_connection *c)
{
    struct rsp_tdesc *t = NULL;
    struct error *e = rsp_read_description(c, &t);
    if ((e == NULL) != (t != NULL))
        abort();
    error_free(e);
    rsp_tdesc_free(t);
}

static void read_memory_map(struct target *target)
{
    memory_map_forget(&target->memory_map);
    const struct memory_map *m = memory_map_of(target);
    if (m->count > REGIONS_MOST)
        abort();
    for (size_t i = 0; i < m->count; i++)
        if (!memory_kind_name(m->regions[i].kind))
            abort();
}

static void run_reader(unsigned which, struct target *target)
{
    struct rsp_connection *c = target->connection;
    switch (which) {
    case 0:
    case 1:
        offer(c, which == 0);
        read_threads(c, !stub.honest);
        break;
    case 2:
        read_object(c, "auxv");
        break;
    case 3:
        read_object(c, "exec-file");
        break;
    case 4:
        read_description(c);
        break;
    case 5:
        read_memory_map(target);
        break;
    default:
        libraries_read(target);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const struct session_options options = {.cancel_fd = -1};
    setenv("XDG_STATE_HOME", "/nonexistent", 1); /* no journal is written */
    session = session_create(&options);
    return 0;
}

static void connect_to(int fd)
{
    const struct rsp_options options = {
        .timeout_ns = stub.honest ? HONEST_NS : ANSWER_NS, .payload_limit = 1 << 16, .cancel_fd = -1};
    struct target *target = session->target;
    target->connection = rsp_connection_create(transport_from_fd(fd, "fuzz"), &options);
    target->state = TARGET_STOPPED;
    target->is_process = true;
    offer(target->connection, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MOST)
        return 0;
    int pair[2];
    pthread_t thread;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        abort();
    stub.fd = pair[1];
    stub.data = (const char *)data + 2;
    stub.size = size - 2;
    stub.at = 0;
    stub.piece = (size_t)data[1] + 1;
    stub.honest = data[0] & HONEST;
    if (pthread_create(&thread, NULL, stub_main, NULL) != 0)
        abort();
    connect_to(pair[0]);
    int64_t began_ns = clock_now_ns();
    run_reader((data[0] & 7u) % READERS, session->target);
    if (clock_now_ns() - began_ns > MOST_NS)
        abort(); /* something waited past its limit */
    session_drop_connection(session, TARGET_DISCONNECTED);
    pthread_join(thread, NULL);
    return 0;
}
