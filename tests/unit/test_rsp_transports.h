/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening transports, and text through them, for tests.
 */
#ifndef ALLSTOP_TEST_RSP_TRANSPORTS_H
#define ALLSTOP_TEST_RSP_TRANSPORTS_H

#include "test_rsp_session.h"

static UNUSED_FUNCTION struct error *open_spec(const char *spec, struct transport **ret)
{
    const struct transport_options options = {.deadline_ns = in_seconds(20), .cancel_fd = -1};
    *ret = NULL;
    return transport_open(spec, &options, ret);
}

static UNUSED_FUNCTION void fails_with(const char *spec, enum error_code code, const char *part)
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

static UNUSED_FUNCTION void write_text(struct transport *t, const char *text)
{
    must(transport_write(t, text, strlen(text), in_seconds(20)));
}

/* Reads until that much is there. */
static UNUSED_FUNCTION void read_text(struct transport *t, const char *expected)
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

static UNUSED_FUNCTION struct error *read_once(struct transport *t, double seconds, int wake_fd, size_t *n)
{
    char bytes[100];
    return transport_read(t, bytes, sizeof bytes, in_seconds(seconds), wake_fd, n);
}

#endif
