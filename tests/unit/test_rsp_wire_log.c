/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session is written down, served again, and answers the same. */
#include "test_rsp_stubs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "rsp/wire_log.h"

/* -- a server in a thread -------------------------------------------------------------------------- */

struct server {
    char *log;
    char *listen;
    char *spec;
    int cancel[2];
    struct error *error;
    pthread_t thread;
};

static void *serve(void *context)
{
    struct server *v = context;
    v->error = wire_log_serve(v->log, v->listen, v->cancel[0]);
    return NULL;
}

static void server_start(struct server *v, const char *log)
{
    v->log = xstrdup(log);
    v->listen = xasprintf("unix:%s.socket", log);
    v->spec = xstrdup(v->listen);
    assert_int_equal(pipe(v->cancel), 0);
    assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
}

static void server_join(struct server *v)
{
    pthread_join(v->thread, NULL);
    must(v->error);
    struct stat st;
    assert_true(stat(v->spec + 5, &st) != 0); /* the socket is gone */
    free(v->log);
    free(v->listen);
    free(v->spec);
    close(v->cancel[0]);
    close(v->cancel[1]);
}

/* Connects as soon as it listens. */
static void server_connect(struct server *v, struct session *s, struct wire_log *log)
{
    *s = (struct session){.cancel = {-1, -1}};
    struct transport *t = NULL;
    int64_t deadline = in_seconds(20);
    while (!t) {
        const struct transport_options options = {.deadline_ns = deadline, .cancel_fd = -1};
        struct error *e = transport_open(v->spec, &options, &t);
        if (e && clock_now_ns() > deadline)
            must(e);
        error_free(e);
    }
    const struct rsp_options options = {
        .timeout_ns = 20000000000,
        .cancel_fd = -1,
        .callbacks = {.context = s, .violation = on_violation, .console = on_console},
        .log = log,
    };
    s->c = rsp_connection_create(t, &options);
}

/* -- the session that is compared ------------------------------------------------------------------- */

static void note_stop(struct session *s, struct buf *notes)
{
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(s->c, in_seconds(30), -1, &stop, &stopped));
    buf_printf(notes, "stop %d %d thread %llx registers %u\n", stop.kind, stop.signal,
               (unsigned long long)stop.thread.tid, stop.expedited_count);
    rsp_note_selected(s->c, stop.thread);
}

static void note_registers(struct session *s, struct ptid thread, struct buf *notes)
{
    struct rsp_g g;
    must(rsp_read_g(s->c, thread, &g));
    hex_encode(notes, g.bytes, g.size);
    buf_add_char(notes, '\n');
    rsp_g_free(&g);
}

static void note_memory(struct session *s, struct ptid thread, struct buf *notes)
{
    unsigned char room[3][200];
    struct rsp_read r[3];
    for (size_t i = 0; i < 3; i++)
        r[i] = (struct rsp_read){.address = stub_symbol("bytes") + i * 300, .length = 200, .bytes = room[i]};
    r[2].address = 0x10;
    must(rsp_read_memory(s->c, thread, r, 3, true));
    for (size_t i = 0; i < 3; i++) {
        buf_printf(notes, "%zu %s ", r[i].got, r[i].error ? r[i].error->message : "");
        hex_encode(notes, room[i], r[i].got);
        buf_add_char(notes, '\n');
        error_free(r[i].error);
    }
}

/* Everything that a short session sees. */
static void walk(struct session *s, struct buf *notes)
{
    must(rsp_negotiate(s->c));
    struct rsp_stop stop;
    must(rsp_query_stop(s->c, &stop));
    rsp_note_selected(s->c, stop.thread);
    struct rsp_tdesc *d;
    must(rsp_read_description(s->c, &d));
    buf_printf(notes, "%s, %zu registers, %zu bytes\n", d->architecture, d->count, d->g_size);
    rsp_tdesc_free(d);
    note_registers(s, stop.thread, notes);
    must(rsp_insert_point(s->c, 0, stub_symbol("hot"), 1));
    const struct rsp_action go = {.thread = {0, -1}};
    must(rsp_resume_actions(s->c, &go, 1));
    note_stop(s, notes);
    must(rsp_remove_point(s->c, 0, stub_symbol("hot"), 1));
    static unsigned char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)i;
    must(rsp_write_memory(s->c, stop.thread, stub_symbol("bytes") + 20, all, sizeof all));
    note_memory(s, stop.thread, notes);
    for (int i = 0; i < 5; i++) {
        const struct rsp_action step = {.thread = stop.thread, .how = RSP_STEP};
        must(rsp_resume_actions(s->c, &step, 1));
        note_stop(s, notes);
        note_registers(s, stop.thread, notes); /* another answer each time */
    }
    struct rsp_thread *threads;
    size_t count;
    must(rsp_list_threads(s->c, &threads, &count));
    for (size_t i = 0; i < count; i++)
        buf_printf(notes, "thread %llx %s\n", (unsigned long long)threads[i].id.tid,
                   threads[i].name ? threads[i].name : "");
    rsp_threads_free(threads, count);
    struct rsp_stats stats = *rsp_stats(s->c);
    buf_printf(notes, "turns %llu\n", (unsigned long long)stats.turns);
}

static void round_trip(const char *spec)
{
    char path[] = "/tmp/allstop-log-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct wire_log *log;
    must(wire_log_create(path, spec, NULL, NULL, &log));
    struct session s;
    struct transport *t;
    char full[300];
    snprintf(full, sizeof full, spec, stub_program);
    const struct transport_options options = {
        .deadline_ns = in_seconds(30), .cancel_fd = -1, .output = drop_output};
    must(transport_open(full, &options, &t));
    s = (struct session){.cancel = {-1, -1}};
    const struct rsp_options rsp_options = {
        .timeout_ns = 20000000000,
        .cancel_fd = -1,
        .callbacks = {.context = &s, .violation = on_violation, .console = on_console},
        .log = log,
    };
    s.c = rsp_connection_create(t, &rsp_options);
    BASE_BUF struct buf recorded = {0};
    walk(&s, &recorded);
    stub_close(&s);
    wire_log_close(log);

    struct server v = {0};
    server_start(&v, path);
    server_connect(&v, &s, NULL);
    BASE_BUF struct buf replayed = {0};
    walk(&s, &replayed);
    stub_close(&s);
    server_join(&v);
    unlink(path);
    assert_string_equal(replayed.data, recorded.data);
}

static void test_gdbserver(void **state)
{
    (void)state;
    round_trip(GDBSERVER);
}

static void test_qemu(void **state)
{
    (void)state;
    round_trip(QEMU_USER);
}

/* -- the file -------------------------------------------------------------------------------------- */

static char *write_file(const char *text)
{
    char *path = xstrdup("/tmp/allstop-log-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

#define HEADER       "{\"wire-log\": 1, \"target\": \"x\"}\n"
#define OUT(t, data) "{\"t\": " #t ", \"dir\": \"out\", \"kind\": \"packet\", \"data\": \"" data "\"}\n"
#define IN(t, data)  "{\"t\": " #t ", \"dir\": \"in\", \"kind\": \"packet\", \"data\": \"" data "\"}\n"

static void test_what_is_written(void **state)
{
    (void)state;
    BASE_FREE char *path = write_file("old text");
    struct wire_log *log;
    must(wire_log_create(path, "tcp:\"a\"\\b", NULL, NULL, &log));
    wire_log_write(log, true, "packet", "m0,\0\x03\"\\\x80\xff~", 10);
    wire_log_write(log, false, "ack", "", 0);
    wire_log_close(log);
    wire_log_close(NULL);
    FILE *f = fopen(path, "r");
    char line[3][300] = {{0}};
    for (int i = 0; i < 3; i++)
        assert_non_null(fgets(line[i], sizeof line[i], f));
    assert_int_equal(fgetc(f), EOF);
    fclose(f);
    unlink(path);
    assert_string_equal(line[0], "{\"wire-log\": 1, \"target\": \"tcp:\\u0022a\\u0022\\u005cb\"}\n");
    assert_memory_equal(line[1], "{\"t\": 0.", 8);
    assert_non_null(strstr(line[1], "\"dir\": \"out\", \"kind\": \"packet\", "
                                    "\"data\": \"m0,\\u0000\\u0003\\u0022\\u005c\\u0080\\u00ff~\"}\n"));
    assert_non_null(strstr(line[2], "\"dir\": \"in\", \"kind\": \"ack\", \"data\": \"\"}\n"));
}

static void count_failure(void *context, const struct error *e)
{
    assert_true(error_is(e, ERR_REFUSED));
    assert_non_null(strstr(e->message, strerror(EPIPE)));
    ++*(unsigned *)context;
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    struct wire_log *log;
    must_fail(wire_log_create("/no-such-folder/x", "t", NULL, NULL, &log), ERR_USAGE);
    must_fail(wire_log_create("/dev/full", "t", NULL, NULL, &log), ERR_USAGE);
    /* A disk that gets full on the way is played by a pipe that nobody reads any more. */
    char folder[] = "/tmp/allstop-log-XXXXXX";
    assert_non_null(mkdtemp(folder));
    BASE_FREE char *path = xasprintf("%s/log", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    unsigned told = 0;
    signal(SIGPIPE, SIG_IGN);
    must(wire_log_create(path, "t", count_failure, &told, &log));
    wire_log_write(log, true, "packet", "g", 1);
    assert_int_equal(told, 0);
    close(reader);
    wire_log_write(log, true, "packet", "g", 1);
    wire_log_write(log, true, "packet", "g", 1);
    wire_log_close(log);
    assert_int_equal(told, 1);
    unlink(path);
    rmdir(folder);
}

static void test_files_that_are_no_logs(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "{}\n",
        "[]\n",
        "not json\n",
        HEADER "{\"t\": 1}\n",
        HEADER "{\"t\": 1, \"dir\": \"up\", \"kind\": \"packet\", \"data\": \"\"}\n",
        HEADER "{\"t\": 1, \"dir\": \"in\", \"kind\": \"packet\", \"data\": 5}\n",
        HEADER OUT(1, "\\u20ac"),
        HEADER "{{{\n",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        BASE_FREE char *path = write_file(bad[i]);
        must_fail(wire_log_serve(path, "unix:/tmp/never", -1), ERR_USAGE);
        unlink(path);
    }
    must_fail(wire_log_serve("/no-such-log", "127.0.0.1:0", -1), ERR_USAGE);
    BASE_FREE char *path = write_file(HEADER);
    must_fail(wire_log_serve(path, "nowhere", -1), ERR_USAGE);
    must_fail(wire_log_serve(path, "unix:/no-such-folder/s", -1), ERR_USAGE);
    unlink(path);
}

static void test_cancelled_while_it_waits(void **state)
{
    (void)state;
    BASE_FREE char *path = write_file(HEADER);
    struct server v = {0};
    server_start(&v, path);
    assert_int_equal(write(v.cancel[1], "x", 1), 1);
    server_join(&v);
    unlink(path);
}

/* -- which answer ---------------------------------------------------------------------------------- */

static void check_answer(struct session *s, const char *request, const char *expected)
{
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s->c, RSP_GRAMMAR_ANY, 0, &reply, "%s", request));
    if (strcmp(buf_text(&reply), expected) != 0)
        fail_msg("%s was answered '%s', not '%s'", request, buf_text(&reply), expected);
}

static void test_order(void **state)
{
    (void)state;
    BASE_FREE char *path =
        write_file(HEADER OUT(1, "m1,1") OUT(1, "m2,1") IN(1, "11") IN(1, "22") /* sent together */
                   OUT(2, "s") IN(2, "S05")                                     /* another moment */
                   OUT(3, "m1,1") IN(3, "33")                                   /* */
                   OUT(4, "qx") OUT(9, "vMustReplyEmpty") IN(9, "") OUT(9, "m2,1") IN(9, "44") /* no answer */
                   OUT(10, "s") IN(10, "O6869") IN(10, "S0b") OUT(11, "m1,1")
                       IN(11, "\\u0000}\\u00ff") "{\"t\": 12, \"dir\": \"out\", \"kind\": \"pack"); /* cut */
    struct server v = {0};
    server_start(&v, path);
    struct session s;
    server_connect(&v, &s, NULL);
    check_answer(&s, "m2,1", "22"); /* in another order than then */
    check_answer(&s, "m1,1", "11");
    check_answer(&s, "unheard", "");
    check_answer(&s, "s", "S05");
    check_answer(&s, "m2,1", "44");
    check_answer(&s, "m1,1", "33");
    check_answer(&s, "s", "S0b");
    assert_string_equal(buf_text(&s.console), "hi");
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s.c, RSP_GRAMMAR_ANY, 0, &reply, "m1,1"));
    assert_int_equal(reply.length, 3);
    assert_memory_equal(reply.data, "\0}\xff", 3);
    check_answer(&s, "m1,1", "11"); /* no more of it: the first one */
    rsp_set_timeout(s.c, 100000000);
    must_fail(rsp_call(s.c, RSP_GRAMMAR_ANY, 0, &reply, "qx"), ERR_TIMEOUT); /* as then */
    rsp_connection_destroy(s.c);
    buf_free(&s.violations);
    buf_free(&s.console);
    server_join(&v);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gdbserver),
        cmocka_unit_test(test_qemu),
        cmocka_unit_test(test_what_is_written),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_files_that_are_no_logs),
        cmocka_unit_test(test_cancelled_while_it_waits),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, stubs_setup, stubs_teardown);
}
