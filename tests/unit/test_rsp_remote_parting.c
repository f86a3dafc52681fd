/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real stubs: leaving them, and other ways to come to them. */
#include "test_rsp_stubs.h"

#include <signal.h>

static void detach_from(const char *spec, bool lives)
{
    struct session s;
    stub_open(&s, spec, NULL);
    struct ptid thread = first_stop(&s);
    must(rsp_detach(s.c, thread.pid));
    if (lives)
        kill((pid_t)thread.pid, SIGKILL); /* it runs on, and is ours to end */
    stub_close(&s);
}

static void test_detach(void **state)
{
    (void)state;
    detach_from(GDBSERVER, true);
    detach_from(QEMU_USER, false);
}

/* The program that gdbserver let go of is ours to end. */
static void test_detach_lets_it_live(void **state)
{
    (void)state;
    struct session s;
    stub_open(&s, GDBSERVER, NULL);
    struct ptid thread = first_stop(&s);
    must(rsp_detach(s.c, thread.pid));
    pid_t pid = (pid_t)thread.pid;
    assert_int_equal(kill(pid, 0), 0);
    kill(pid, SIGKILL);
    stub_close(&s);
}

static void test_kill_is_quick(void **state)
{
    (void)state;
    struct session s;
    stub_open(&s, QEMU_USER, NULL);
    first_stop(&s);
    must(rsp_kill(s.c, 0)); /* no process named: k */
    BASE_ERROR struct error *e = rsp_query_stop(s.c, &(struct rsp_stop){0});
    assert_non_null(e);
    stub_close(&s);
}

/* -- other ways to the same stubs ------------------------------------------------------------------- */

static void way_to(const char *spec)
{
    struct session s;
    stub_open(&s, spec, NULL);
    struct ptid thread = first_stop(&s);
    unsigned char b[11];
    struct rsp_read r = {.address = stub_symbol("bytes"), .length = sizeof b, .bytes = b};
    must(rsp_read_memory(s.c, thread, &r, 1, true));
    assert_string_equal((char *)b, "some bytes");
    must(rsp_kill(s.c, thread.pid));
    stub_close(&s);
}

static void test_exec(void **state)
{
    (void)state;
    way_to("exec:gdbserver --once - %s");
}

static void test_socket(void **state)
{
    (void)state;
    way_to("launch:qemu-x86_64 -g {socket} %s");
}

static void test_pty(void **state)
{
    (void)state;
    way_to("launch:gdbserver --once {pty} %s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detach),        cmocka_unit_test(test_detach_lets_it_live),
        cmocka_unit_test(test_kill_is_quick), cmocka_unit_test(test_exec),
        cmocka_unit_test(test_socket),        cmocka_unit_test(test_pty),
    };
    return cmocka_run_group_tests(tests, stubs_setup, stubs_teardown);
}
