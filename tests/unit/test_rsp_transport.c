/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_transports.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/un.h>

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
        cmocka_unit_test(test_specs),           cmocka_unit_test(test_tcp),    cmocka_unit_test(test_unix),
        cmocka_unit_test(test_wake_and_cancel), cmocka_unit_test(test_serial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
