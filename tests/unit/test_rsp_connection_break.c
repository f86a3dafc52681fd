/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breaking into a kernel whose line is reached by telnet: when SysRq-g goes out, and how often. */
#include "test_rsp_session.h"

#include <netinet/in.h>

/* A stop reply may be console text: the current thread is asked for to see that somebody is there. */
#define CURRENT "+$QC1#c5"

struct line {
    int listener, peer;
    struct rsp_connection *c;
};

static void line_gets(struct line *l, const char *expected, size_t n)
{
    char bytes[100];
    size_t got = 0;
    assert_true(n <= sizeof bytes);
    while (got < n) {
        ssize_t k = read(l->peer, bytes + got, n - got);
        assert_true(k > 0);
        got += (size_t)k;
    }
    assert_memory_equal(bytes, expected, n);
}

static void says(struct line *l, const char *text)
{
    assert_int_equal(write(l->peer, text, strlen(text)), strlen(text));
}

/* Connected, and let run. */
static struct line running_line(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof a;
    struct line l = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(l.listener >= 0 && bind(l.listener, (struct sockaddr *)&a, sizeof a) == 0 &&
                listen(l.listener, 1) == 0);
    assert_int_equal(getsockname(l.listener, (struct sockaddr *)&a, &length), 0);
    BASE_FREE char *spec = xasprintf("telnet::%u", ntohs(a.sin_port));
    const struct transport_options to = {.deadline_ns = in_seconds(20), .cancel_fd = -1};
    struct transport *t;
    must(transport_open(spec, &to, &t));
    l.peer = accept(l.listener, NULL, NULL);
    assert_true(l.peer >= 0);
    const struct rsp_options options = {.cancel_fd = -1};
    l.c = rsp_connection_create(t, &options);
    assert_true(rsp_interrupts_by_break(l.c));
    must(rsp_resume(l.c, "c", 1));
    line_gets(&l, "$c#63", 5);
    return l;
}

static void hang_up(struct line *l)
{
    rsp_connection_destroy(l->c);
    close(l->peer);
    close(l->listener);
}

static void stops(struct line *l)
{
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(l->c, in_seconds(20), -1, &stop, &stopped));
    assert_true(stopped);
    assert_int_equal(stop.signal, 5);
    assert_int_equal(rsp_state(l->c), RSP_STATE_STOPPED);
}

static void test_after_the_ack(void **state)
{
    (void)state;
    struct line l = running_line();
    says(&l, "+a line of the console\r\n");
    must(rsp_interrupt(l.c));
    line_gets(&l, "\xff\xf3g", 3);
    says(&l, "sysrq: DEBUG\r\n$T05thread:1;#d7" CURRENT);
    stops(&l);
    line_gets(&l, "+$qC#b4+", 8);
    hang_up(&l);
}

/* The ack may have been lost. */
static void test_without_an_ack(void **state)
{
    (void)state;
    struct line l = running_line();
    must(rsp_interrupt(l.c));
    line_gets(&l, "\xff\xf3g", 3);
    hang_up(&l);
}

/* It stops by itself meanwhile: that stop is the one, and no break goes to a kernel that listens for packets.
 */
static void test_a_stop_instead(void **state)
{
    (void)state;
    struct line l = running_line();
    says(&l, "$T05thread:1;#d7" CURRENT);
    must(rsp_interrupt(l.c));
    line_gets(&l, "+$qC#b4+", 8);
    stops(&l);
    must(transport_write(rsp_transport(l.c), "!", 1, in_seconds(20)));
    line_gets(&l, "!", 1);
    hang_up(&l);
}

static void test_sent_again_until_it_stops(void **state)
{
    (void)state;
    struct line l = running_line();
    says(&l, "+");
    must(rsp_interrupt(l.c));
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(l.c, in_seconds(1.2), -1, &stop, &stopped), ERR_TIMEOUT);
    line_gets(&l, "\xff\xf3g\xff\xf3g", 6);
    says(&l, "$T05thread:1;#d7" CURRENT);
    stops(&l);
    line_gets(&l, "+$qC#b4+", 8);
    /* the next run begins without one */
    must(rsp_resume(l.c, "c", 1));
    must_fail(rsp_wait_stop(l.c, in_seconds(1.2), -1, &stop, &stopped), ERR_TIMEOUT);
    must(transport_write(rsp_transport(l.c), "!", 1, in_seconds(20)));
    line_gets(&l, "$c#63!", 6);
    hang_up(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_the_ack),
        cmocka_unit_test(test_without_an_ack),
        cmocka_unit_test(test_a_stop_instead),
        cmocka_unit_test(test_sent_again_until_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
