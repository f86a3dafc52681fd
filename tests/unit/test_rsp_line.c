/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A serial device: who else has it, what became of it, and waiting for one that is not there yet. */
#include "test_rsp_support.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "rsp/transport.h"

/* A pty whose slave is called by a link that comes and goes, as a USB adapter's device does. */
struct device {
    int master;
    char folder[40];
    char *link;
};

static void plug(struct device *d)
{
    char name[64];
    d->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(d->master >= 0 && grantpt(d->master) == 0 && unlockpt(d->master) == 0);
    assert_int_equal(ptsname_r(d->master, name, sizeof name), 0);
    assert_int_equal(symlink(name, d->link), 0);
}

static void unplug(struct device *d)
{
    unlink(d->link);
    close(d->master);
}

static struct device new_device(void)
{
    struct device d = {.folder = "/tmp/allstop-line-XXXXXX"};
    assert_non_null(mkdtemp(d.folder));
    d.link = xasprintf("%s/tty", d.folder);
    return d;
}

static void free_device(struct device *d)
{
    rmdir(d->folder);
    free(d->link);
}

static struct error *open_line(const struct device *d, bool wait, double seconds, struct transport **ret)
{
    BASE_FREE char *spec = xasprintf("serial:%s", d->link);
    const struct transport_options options = {
        .deadline_ns = in_seconds(seconds), .cancel_fd = -1, .wait_for_device = wait};
    return transport_open(spec, &options, ret);
}

static void says(struct transport *t, const char *expected)
{
    char byte;
    size_t n;
    struct error *e = transport_read(t, &byte, 1, in_seconds(20), -1, &n);
    assert_true(error_is(e, ERR_LOST));
    if (!strstr(e->message, expected))
        fail_msg("'%s' says nothing of '%s'", e->message, expected);
    error_free(e);
}

static void test_unplugged(void **state)
{
    (void)state;
    struct device d = new_device();
    plug(&d);
    struct transport *t;
    must(open_line(&d, false, 10, &t));
    unplug(&d);
    says(t, "its device is gone");
    transport_close(t);
    must_fail(open_line(&d, false, 10, &t), ERR_NOT_CONNECTED); /* at once */
    must_fail(open_line(&d, true, 0.3, &t), ERR_NOT_CONNECTED); /* it did not come */
    free_device(&d);
}

static void *plug_later(void *context)
{
    usleep(300000);
    plug(context);
    return NULL;
}

static void test_comes_back(void **state)
{
    (void)state;
    struct device d = new_device();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, plug_later, &d), 0);
    struct transport *t = NULL;
    must(open_line(&d, true, 20, &t));
    pthread_join(thread, NULL);
    transport_close(t);
    unplug(&d);
    free_device(&d);
}

/* The device is there, and the line hung up. */
static void test_hung_up(void **state)
{
    (void)state;
    struct device d = new_device();
    plug(&d);
    struct transport *t;
    must(open_line(&d, false, 10, &t));
    close(d.master);
    unlink(d.link);
    assert_int_equal(symlink("/dev/null", d.link), 0);
    says(t, "the line hung up");
    transport_close(t);
    unlink(d.link);
    free_device(&d);
}

static void test_somebody_else(void **state)
{
    (void)state;
    struct device d = new_device();
    plug(&d);
    struct transport *first, *second;
    must(open_line(&d, false, 10, &first));
    struct error *e = open_line(&d, false, 10, &second);
    assert_true(error_is(e, ERR_NOT_CONNECTED));
    assert_non_null(strstr(e->hint, "another program has the line"));
    error_free(e);
    transport_close(first);
    must(open_line(&d, false, 10, &second));
    transport_close(second);
    unplug(&d);
    free_device(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unplugged),
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_hung_up),
        cmocka_unit_test(test_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
