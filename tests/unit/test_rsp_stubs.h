/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real stubs for tests: a small program, compiled into a folder of its own, under gdbserver and under QEMU's
 * user emulator. Where they or a compiler are not installed, the tests fail.
 */
#ifndef ALLSTOP_TEST_RSP_STUBS_H
#define ALLSTOP_TEST_RSP_STUBS_H

#include "test_rsp_session.h"

#include "rsp/remote.h"

static char stub_folder[] = "/tmp/allstop-stub-XXXXXX";
static char stub_program[64];
static bool stub_ready;

static const char stub_source[] = "#include <pthread.h>\n"
                                  "#include <unistd.h>\n"
                                  "volatile long counter;\n"
                                  "char bytes[8192] __attribute__((aligned(4096))) = \"some bytes\";\n"
                                  "__attribute__((noinline)) void hot(void) { counter++; }\n"
                                  "static void *sleeper(void *a) { for (;;) pause(); return a; }\n"
                                  "int main(void)\n"
                                  "{\n"
                                  "    pthread_t t;\n"
                                  "    alarm(120);\n"
                                  "    for (int i = 0; i < 3; i++) pthread_create(&t, NULL, sleeper, NULL);\n"
                                  "    for (;;) hot();\n"
                                  "}\n";

static UNUSED_FUNCTION int stubs_setup(void **state)
{
    (void)state;
    if (!mkdtemp(stub_folder))
        return -1;
    snprintf(stub_program, sizeof stub_program, "%s/p", stub_folder);
    BASE_FREE char *command = xasprintf("cc -g -O1 -static -no-pie -w -x c -o %s - -lpthread", stub_program);
    FILE *compiler = popen(command, "w");
    if (!compiler)
        return 0;
    fwrite(stub_source, 1, sizeof stub_source - 1, compiler);
    stub_ready = pclose(compiler) == 0;
    return 0;
}

static UNUSED_FUNCTION int stubs_teardown(void **state)
{
    (void)state;
    unlink(stub_program);
    rmdir(stub_folder);
    return 0;
}

/* Its address, as nm tells it. */
static UNUSED_FUNCTION uint64_t stub_symbol(const char *name)
{
    BASE_FREE char *command = xasprintf("nm %s", stub_program);
    FILE *nm = popen(command, "r");
    assert_non_null(nm);
    char line[500];
    uint64_t found = 0;
    while (fgets(line, sizeof line, nm)) {
        unsigned long long address;
        char symbol[200];
        if (sscanf(line, "%llx %*c %199s", &address, symbol) == 2 && strcmp(symbol, name) == 0)
            found = address;
    }
    pclose(nm);
    assert_true(found != 0);
    return found;
}

static UNUSED_FUNCTION void drop_output(void *context, const char *bytes, size_t n)
{
    (void)context, (void)bytes, (void)n;
}

/* Connects a session without a peer. */
static UNUSED_FUNCTION void stub_open(struct session *s, const char *spec_format, struct wire_log *log)
{
    *s = (struct session){.cancel = {-1, -1}};
    if (!stub_ready)
        fail_msg("there is no compiler that links statically (`make deps-test`)");
    char spec[300];
    snprintf(spec, sizeof spec, spec_format, stub_program);
    const struct transport_options options = {
        .deadline_ns = in_seconds(30), .cancel_fd = -1, .output = drop_output};
    struct transport *t;
    struct error *e = transport_open(spec, &options, &t);
    if (e && strstr(e->message, "No such file"))
        fail_msg("%s (`make deps-test`)", e->message);
    must(e);
    const struct rsp_options rsp_options = {
        .timeout_ns = 20000000000,
        .cancel_fd = -1,
        .callbacks = {.context = s, .violation = on_violation, .console = on_console},
        .log = log,
    };
    s->c = rsp_connection_create(t, &rsp_options);
    must(rsp_negotiate(s->c));
}

static UNUSED_FUNCTION void stub_close(struct session *s)
{
    assert_violations(s, "");
    rsp_connection_destroy(s->c);
    buf_free(&s->violations);
    buf_free(&s->console);
}

#define GDBSERVER "launch:gdbserver --once 127.0.0.1:{port} %s"
#define QEMU_USER "launch:qemu-x86_64 -g {port} %s"

/* The thread that the stub stopped in when we came. */
static UNUSED_FUNCTION struct ptid first_stop(struct session *s)
{
    struct rsp_stop stop;
    must(rsp_query_stop(s->c, &stop));
    assert_int_equal(stop.kind, RSP_STOP_SIGNAL);
    assert_true(stop.has_thread);
    rsp_note_selected(s->c, stop.thread);
    return stop.thread;
}

#endif
