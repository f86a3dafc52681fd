/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes are known by how many came before them, so that no reader has to care where the ring ends. */
#include "engine/session/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "engine/session/limits.h"
#include "engine/session/session_private.h"

void console_init(struct console *c)
{
    *c = (struct console){.log_fd = -1, .wake_fd = -1};
}

static void close_log(struct console *c)
{
    if (c->log_fd >= 0)
        close(c->log_fd);
    c->log_fd = -1;
    free(c->log_path);
    c->log_path = NULL;
}

void console_free(struct console *c)
{
    close_log(c);
    if (c->wake_fd >= 0)
        close(c->wake_fd);
    buf_free(&c->typed);
    free(c->awaited);
    free(c->ring);
    console_init(c);
}

/* -- the log --------------------------------------------------------------------------------------- */

struct error *console_log(struct session *s, const char *path)
{
    struct console *c = &s->console;
    close_log(c);
    if (!*path)
        return NULL;
    c->log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (c->log_fd < 0)
        return error_new(ERR_REFUSED, "opening %s for the console: %s", path, strerror(errno));
    c->log_path = xstrdup(path);
    return NULL;
}

static void write_log(struct session *s, const char *bytes, size_t n)
{
    struct console *c = &s->console;
    int number = c->log_fd >= 0 ? fd_write_all(c->log_fd, bytes, n) : 0;
    if (!number)
        return;
    BASE_FREE char *text = xasprintf("the console's log %s ends here: %s\n", c->log_path, strerror(number));
    close_log(c);
    target_say(s->target, text);
}

/* -- what is kept ---------------------------------------------------------------------------------- */

static char at(const struct console *c, uint64_t number)
{
    return c->ring[number % CONSOLE_KEPT];
}

static uint64_t oldest(const struct console *c)
{
    return c->total > CONSOLE_KEPT ? c->total - CONSOLE_KEPT : 0;
}

static void keep(struct console *c, const char *bytes, size_t n)
{
    if (!c->ring)
        c->ring = xcalloc(1, CONSOLE_KEPT);
    for (size_t i = 0; i < n; i++)
        c->ring[c->total++ % CONSOLE_KEPT] = bytes[i];
}

static char *line_text(const struct console *c, uint64_t from, uint64_t to)
{
    BASE_BUF struct buf raw = {0};
    struct buf text = {0};
    for (; from < to; from++)
        buf_add_char(&raw, at(c, from));
    while (raw.length && buf_text(&raw)[raw.length - 1] == '\r')
        buf_truncate(&raw, raw.length - 1);
    text_add_visible(&text, buf_text(&raw), raw.length, false);
    return buf_take(&text);
}

/* The number of the byte that the last `count` lines begin with. */
static uint64_t tail_begins(const struct console *c, uint64_t count)
{
    uint64_t from = c->total, first = oldest(c);
    uint64_t left = count < CONSOLE_LINES_MOST ? count : CONSOLE_LINES_MOST;
    while (from > first && left > 0) {
        bool end = at(c, from - 1) == '\n' && from < c->total;
        if (end && --left == 0)
            break;
        from--;
    }
    return from;
}

char **console_tail(const struct console *c, uint64_t count)
{
    char **list = NULL;
    size_t n = 0, capacity = 0;
    for (uint64_t end, from = tail_begins(c, count); count && from < c->total; from = end + 1) {
        for (end = from; end < c->total && at(c, end) != '\n';)
            end++;
        ARRAY_RESERVE(list, n, capacity);
        list[n++] = line_text(c, from, end);
    }
    ARRAY_RESERVE(list, n, capacity);
    list[n] = NULL;
    return list;
}

/* -- typing ---------------------------------------------------------------------------------------- */

struct error *console_type_waiting(struct session *s)
{
    struct console *c = &s->console;
    if (c->typed.length == 0 || s->target->state != TARGET_RUNNING || !s->target->connection ||
        rsp_state(s->target->connection) != RSP_STATE_RUNNING ||
        (s->control->plan_active && plan_steps(s->control)))
        return NULL;
    struct error *e = rsp_type(s->target->connection, buf_text(&c->typed), c->typed.length);
    if (!error_is(e, ERR_NOT_RUNNING)) { /* else it has stopped just now: the next run gets it */
        buf_clear(&c->typed);
        return e;
    }
    error_free(e);
    return NULL;
}

struct error *console_type(struct session *s, const char *text)
{
    struct console *c = &s->console;
    size_t n = strlen(text);
    if (s->target->state != TARGET_RUNNING)
        return rsp_type(s->target->connection, text, n); /* which says why not */
    if (c->typed.length + n > CONSOLE_TYPED_MOST)
        return error_new(ERR_REFUSED, "typing %zu bytes at the console: %zu are still on their way", n,
                         c->typed.length);
    buf_add(&c->typed, text, n);
    return console_type_waiting(s);
}

/* -- waiting for words ----------------------------------------------------------------------------- */

bool console_found(struct session *s)
{
    struct console *c = &s->console;
    if (!c->awaited || !c->ring)
        return false;
    size_t n = strlen(c->awaited);
    uint64_t from = c->looked > oldest(c) ? c->looked : oldest(c);
    for (; from + n <= c->total; from++) {
        size_t same = 0;
        while (same < n && at(c, from + same) == c->awaited[same])
            same++;
        if (same == n) {
            c->looked = from + n;
            return true;
        }
    }
    c->looked = from; /* what is behind it is too short yet */
    return false;
}

int console_wait_fd(struct session *s)
{
    struct console *c = &s->console;
    if (c->wake_fd < 0)
        c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return c->wake_fd;
}

void console_await(struct session *s, const char *text)
{
    console_await_no_more(s);
    s->console.awaited = xstrdup(text);
}

void console_await_no_more(struct session *s)
{
    fd_drain(s->console.wake_fd);
    free(s->console.awaited);
    s->console.awaited = NULL;
}

static void wake(struct session *s)
{
    if (s->console.awaited)
        fd_signal(console_wait_fd(s));
}

/* -- what comes ------------------------------------------------------------------------------------ */

static void tell(struct session *s, const char *bytes, size_t n)
{
    target_emit_text(s->target, EVENT_CONSOLE, bytes, n);
    if (s->options.console)
        s->options.console(s->options.context, bytes, n);
}

void console_take(struct session *s, const char *bytes, size_t n)
{
    struct console *c = &s->console;
    write_log(s, bytes, n);
    keep(c, bytes, n);
    BASE_BUF struct buf whole = {0};
    buf_add(&whole, c->split, c->split_length);
    buf_add(&whole, bytes, n);
    c->split_length = text_unfinished(buf_text(&whole), whole.length);
    size_t shown = whole.length - c->split_length;
    memcpy(c->split, buf_text(&whole) + shown, c->split_length);
    if (shown)
        tell(s, buf_text(&whole), shown);
    wake(s);
}

void console_flush(struct session *s)
{
    size_t n = s->console.split_length;
    s->console.split_length = 0;
    if (n)
        tell(s, s->console.split, n);
}
