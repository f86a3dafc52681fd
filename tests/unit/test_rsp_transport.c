#include "test_rsp_session.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct error *open_spec(const char *spec, struct transport **ret)
{
    const struct transport_options options = {.deadline_ns = in_seconds(20), .cancel_fd = -1};
    *ret = NULL;
    return transport_open(spec, &options, ret);
}

static void fails_with(const char *spec, enum error_code code, const char *part)
{
    struct transport *t;
    struct error *e = open_spec(spec, &t);
    if (!error_is(e, code) || !strstr(e->message, part))
        print_error("%s: %s\n", spec, e ? e->message : "no error");
    assert_true(error_is(e, code));
    assert_non_null(strstr(e->message, part));
    assert_null(t);
    error_free(e);
}

static void write_text(struct transport *t, const char *text)
{
    must(transport_write(t, text, strlen(text), in_seconds(20)));
}

/* Reads until that much is there. */
static void read_text(struct transport *t, const char *expected)
{
    BASE_BUF struct buf b = {0};
    while (b.length < strlen(expected)) {
        char bytes[100];
        size_t n;
        must(transport_read(t, bytes, sizeof bytes, in_seconds(20), -1, &n));
        buf_add(&b, bytes, n);
    }
    assert_string_equal(b.data, expected);
}

static struct error *read_once(struct transport *t, double seconds, int wake_fd, size_t *n)
{
    char bytes[100];
    return transport_read(t, bytes, sizeof bytes, in_seconds(seconds), wake_fd, n);
}

/* -- specs ----------------------------------------------------------------------------------------- */

static void test_specs(void **state)
{
    (void)state;
    static const char *const good[] = {
        ":1234",        "localhost:1",      "tcp:host:65535",    "[::1]:1234",      "tcp:[::1]:1",
        "unix:/x",      "/dev/ttyS0",       "/dev/ttyS0,115200", "/dev/x,9600,8n1", "serial:x,57600",
        "exec:a 'b c'", "launch:a :{port}", "launch:a {socket}", "launch:a {pty}",
    };
    static const char *const bad[] = {
        "",        "host",    "host:",   "host:0",   "host:65536",          "host:x",
        "::1:1",   "tcp:",    "unix:",   "/dev/x,",  "/dev/x,12345",        "/dev/x,9600,7e1",
        "serial:", "exec:",   "exec:'a", "launch:a", "launch:{port} {pty}", "launch:",
        "host: 1", "host:-1",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        must(transport_check_spec(good[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct error *e = transport_check_spec(bad[i]);
        if (!error_is(e, ERR_USAGE))
            fail_msg("'%s' was taken", bad[i]);
        assert_non_null(e->hint ? e->hint : strstr(e->message, "splitting"));
        error_free(e);
    }
}

/* -- TCP, Unix ------------------------------------------------------------------------------------- */

static int listen_tcp(unsigned *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 1) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &length), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static void test_tcp(void **state)
{
    (void)state;
    unsigned port;
    int listener = listen_tcp(&port);
    BASE_FREE char *spec = xasprintf(":%u", port);
    struct transport *t;
    must(open_spec(spec, &t));
    int peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    assert_true(transport_is_reliable(t));
    assert_int_equal(transport_byte_cost_ns(t), 0);
    assert_int_equal(transport_child(t), 0);
    BASE_FREE char *description = xasprintf("tcp:127.0.0.1:%u", port);
    assert_string_equal(transport_describe(t), description);
    write_text(t, "hello");
    char bytes[10] = {0};
    assert_int_equal(read(peer, bytes, sizeof bytes), 5);
    assert_string_equal(bytes, "hello");
    size_t n;
    must_fail(read_once(t, 0.02, -1, &n), ERR_TIMEOUT);
    must_fail(transport_send_break(t), ERR_UNSUPPORTED);
    close(peer);
    must_fail(read_once(t, 20, -1, &n), ERR_LOST);
    transport_close(t);
    close(listener);
    fails_with(spec, ERR_NOT_CONNECTED, "refused");
}

static void test_unix(void **state)
{
    (void)state;
    char folder[] = "/tmp/allstop-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s/s", folder);
    BASE_FREE char *spec = xasprintf("unix:%s", a.sun_path);
    fails_with(spec, ERR_NOT_CONNECTED, "No such file");
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 && listen(listener, 1) == 0);
    struct transport *t;
    must(open_spec(spec, &t));
    assert_true(transport_is_reliable(t));
    int peer = accept(listener, NULL, NULL);
    assert_int_equal(write(peer, "abc", 3), 3);
    read_text(t, "abc");
    transport_close(t);
    close(peer);
    close(listener);
    unlink(a.sun_path);
    rmdir(folder);
    BASE_BUF struct buf endless = {0};
    buf_add_text(&endless, "unix:/");
    for (int i = 0; i < 200; i++)
        buf_add_char(&endless, 'x');
    fails_with(endless.data, ERR_USAGE, "at most");
}

/* -- waiting --------------------------------------------------------------------------------------- */

static void test_wake_and_cancel(void **state)
{
    (void)state;
    int pair[2], wake[2], cancel[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(pipe(cancel), 0);
    struct transport *t = transport_from_fd(pair[0], "a\x1b[2Jpair");
    assert_string_equal(transport_describe(t), "a^[[2Jpair");
    transport_set_cancel_fd(t, cancel[0]);
    assert_int_equal(write(wake[1], "x", 1), 1);
    size_t n = 99;
    must(read_once(t, 20, wake[0], &n));
    assert_int_equal(n, 0);
    assert_int_equal(write(cancel[1], "x", 1), 1);
    must_fail(read_once(t, 20, wake[0], &n), ERR_CANCELLED);
    /* a peer that reads nothing: the write waits, and ends too */
    static char block[1 << 20];
    for (int i = 0; i < 64; i++) {
        struct error *e = transport_write(t, block, sizeof block, in_seconds(20));
        if (e) {
            must_fail(e, ERR_CANCELLED);
            break;
        }
        assert_true(i < 63);
    }
    transport_set_cancel_fd(t, -1);
    must_fail(transport_write(t, block, sizeof block, in_seconds(0.02)), ERR_TIMEOUT);
    close(pair[1]);
    must_fail(transport_write(t, block, sizeof block, in_seconds(20)), ERR_LOST);
    transport_close(t);
    transport_close(NULL);
    for (int i = 0; i < 2; i++) {
        close(wake[i]);
        close(cancel[i]);
    }
}

/* -- children -------------------------------------------------------------------------------------- */

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

/* -- serial ---------------------------------------------------------------------------------------- */

static void test_serial(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    char name[64];
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, name, sizeof name), 0);
    int keeper = open(name, O_RDWR | O_NOCTTY);
    struct termios before, during, after;
    assert_int_equal(tcgetattr(keeper, &before), 0);
    BASE_FREE char *spec = xasprintf("serial:%s,9600,8n1", name);
    struct transport *t;
    must(open_spec(spec, &t));
    assert_false(transport_is_reliable(t));
    assert_int_equal(transport_byte_cost_ns(t), 1041666);
    assert_int_equal(tcgetattr(keeper, &during), 0);
    assert_int_equal(during.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_int_equal(during.c_iflag & (IXON | ICRNL), 0);
    assert_int_equal(cfgetospeed(&during), B9600);
    write_text(t, "a\x03\r\n");
    char bytes[10] = {0};
    assert_int_equal(read(master, bytes, sizeof bytes), 4);
    assert_string_equal(bytes, "a\x03\r\n");
    assert_int_equal(write(master, "x\r\x11y", 4), 4);
    read_text(t, "x\r\x11y");
    must_fail(transport_send_break(t), ERR_UNSUPPORTED);
    transport_close(t);
    assert_int_equal(tcgetattr(keeper, &after), 0);
    assert_int_equal(after.c_lflag, before.c_lflag);
    close(keeper);
    must(open_spec(name, &t));
    assert_int_equal(transport_byte_cost_ns(t), 0); /* nothing is known of what is behind */
    close(master);
    size_t n;
    must_fail(read_once(t, 20, -1, &n), ERR_LOST);
    transport_close(t);
    fails_with("/dev/null", ERR_NOT_CONNECTED, "/dev/null");
    fails_with("/dev/allstop-no-such-line", ERR_NOT_CONNECTED, "No such file");
}

int main(void)
{
    signal(SIGPIPE, SIG_DFL); /* nothing here may depend on it being ignored */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_unix),
        cmocka_unit_test(test_wake_and_cancel),
        cmocka_unit_test(test_exec),
        cmocka_unit_test(test_exec_that_ends),
        cmocka_unit_test(test_child_that_ignores_sigterm),
        cmocka_unit_test(test_missing_program),
        cmocka_unit_test(test_launch_that_ends),
        cmocka_unit_test(test_launch_that_never_listens),
        cmocka_unit_test(test_launch_is_cancelled),
        cmocka_unit_test(test_launch),
        cmocka_unit_test(test_launch_pty),
        cmocka_unit_test(test_serial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
