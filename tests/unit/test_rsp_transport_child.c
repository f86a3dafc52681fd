/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that we start. */
#include "test_rsp_transports.h"

#include <signal.h>
#include <sys/stat.h>

static void collect(void *context, const char *bytes, size_t n)
{
    buf_add(context, bytes, n);
}

static void assert_gone(pid_t pid)
{
    assert_true(kill(pid, 0) != 0 && errno == ESRCH);
}

static void test_exec(void **state)
{
    (void)state;
    struct transport *t;
    must(open_spec("exec:cat", &t));
    assert_true(transport_is_reliable(t));
    pid_t pid = transport_child(t);
    assert_true(pid > 0);
    assert_int_equal(getsid(pid), pid); /* a Ctrl-C typed at us does not reach it */
    write_text(t, "there and back");
    read_text(t, "there and back");
    transport_close(t);
    assert_gone(pid);
}

static void test_exec_that_ends(void **state)
{
    (void)state;
    BASE_BUF struct buf output = {0};
    const struct transport_options options = {
        .deadline_ns = in_seconds(20), .cancel_fd = -1, .output = collect, .context = &output};
    struct transport *t;
    must(transport_open("exec:sh -c 'echo first >&2; echo \"no such target\" >&2; exit 7'", &options, &t));
    size_t n;
    struct error *e = read_once(t, 20, -1, &n);
    assert_true(error_is(e, ERR_LOST));
    assert_non_null(strstr(e->message, "status 7"));
    assert_non_null(strstr(e->message, "no such target"));
    error_free(e);
    transport_close(t);
    assert_string_equal(output.data, "first\nno such target\n");
}

static void test_child_that_ignores_sigterm(void **state)
{
    (void)state;
    struct transport *t;
    must(open_spec("exec:sh -c 'trap \"\" TERM; echo up; while :; do sleep 60; done'", &t));
    read_text(t, "up\n");
    pid_t pid = transport_child(t);
    transport_close(t);
    assert_gone(pid);
}

static void test_missing_program(void **state)
{
    (void)state;
    fails_with("exec:allstop-no-such-program", ERR_NOT_CONNECTED, "No such file");
    fails_with("launch:allstop-no-such-program {port}", ERR_NOT_CONNECTED, "No such file");
    fails_with("launch:/etc {port}", ERR_NOT_CONNECTED, "ermission");
}

static void test_launch_that_ends(void **state)
{
    (void)state;
    BASE_BUF struct buf output = {0};
    const struct transport_options options = {
        .deadline_ns = in_seconds(20), .cancel_fd = -1, .output = collect, .context = &output};
    struct transport *t;
    struct error *e = transport_open("launch:sh -c 'echo cannot listen; exit 3' {port}", &options, &t);
    assert_true(error_is(e, ERR_NOT_CONNECTED));
    assert_non_null(strstr(e->message, "status 3"));
    assert_non_null(strstr(e->message, "cannot listen"));
    error_free(e);
    e = transport_open("launch:sh -c 'kill -9 $$' {socket}", &options, &t);
    assert_true(error_is(e, ERR_NOT_CONNECTED));
    assert_non_null(strstr(e->message, "signal 9"));
    error_free(e);
}

static void test_launch_that_never_listens(void **state)
{
    (void)state;
    const struct transport_options options = {.deadline_ns = in_seconds(0.2), .cancel_fd = -1};
    struct transport *t;
    must_fail(transport_open("launch:sh -c 'sleep 60' {port}", &options, &t), ERR_NOT_CONNECTED);
}

static void test_launch_is_cancelled(void **state)
{
    (void)state;
    int cancel[2];
    assert_int_equal(pipe(cancel), 0);
    assert_int_equal(write(cancel[1], "x", 1), 1);
    const struct transport_options options = {.deadline_ns = INT64_MAX, .cancel_fd = cancel[0]};
    struct transport *t;
    must_fail(transport_open("launch:sh -c 'sleep 60' {port}", &options, &t), ERR_CANCELLED);
    close(cancel[0]);
    close(cancel[1]);
}

/* A listener that takes its time, as a program under valgrind does. */
#define SLOW_LISTENER                                                                                        \
    "launch:python3 -c '"                                                                                    \
    "import socket,sys,time\n"                                                                               \
    "time.sleep(0.1)\n"                                                                                      \
    "s=socket.socket(%s)\n"                                                                                  \
    "s.bind(%s)\n"                                                                                           \
    "s.listen(1)\n"                                                                                          \
    "c,_=s.accept()\n"                                                                                       \
    "c.sendall(c.recv(100).upper())\n"                                                                       \
    "c.recv(1)' %s"

static void launch_and_talk(const char *family, const char *address, const char *place)
{
    BASE_FREE char *spec = xasprintf(SLOW_LISTENER, family, address, place);
    struct transport *t;
    must(open_spec(spec, &t));
    pid_t pid = transport_child(t);
    write_text(t, "hello");
    read_text(t, "HELLO");
    BASE_FREE char *description = xstrdup(transport_describe(t));
    transport_close(t);
    assert_gone(pid);
    struct stat s;
    if (strncmp(description, "unix:", 5) == 0)
        assert_true(stat(description + 5, &s) != 0); /* nothing is left of the socket */
}

static void test_launch(void **state)
{
    (void)state;
    launch_and_talk("", "(\"127.0.0.1\",int(sys.argv[1]))", "{port}");
    launch_and_talk("socket.AF_UNIX", "sys.argv[1]", "{socket}");
}

static void test_launch_pty(void **state)
{
    (void)state;
    struct transport *t;
    must(open_spec("launch:sh -c 'read x < \"$1\"; printf \"<%s>\" \"$x\" > \"$1\"; exit 5' sh {pty}", &t));
    assert_false(transport_is_reliable(t));
    write_text(t, "hello\n");
    read_text(t, "<hello>");
    size_t n;
    struct error *e = read_once(t, 20, -1, &n);
    assert_true(error_is(e, ERR_LOST));
    assert_non_null(strstr(e->message, "status 5"));
    error_free(e);
    transport_close(t);
}

int main(void)
{
    signal(SIGPIPE, SIG_DFL); /* nothing here may depend on it being ignored */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec),
        cmocka_unit_test(test_exec_that_ends),
        cmocka_unit_test(test_child_that_ignores_sigterm),
        cmocka_unit_test(test_missing_program),
        cmocka_unit_test(test_launch_that_ends),
        cmocka_unit_test(test_launch_that_never_listens),
        cmocka_unit_test(test_launch_is_cancelled),
        cmocka_unit_test(test_launch),
        cmocka_unit_test(test_launch_pty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
