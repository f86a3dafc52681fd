/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice is made anew at every interrupt: who is at the other end may be known better by then. */
#include "engine/session/break_in.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/local_process.h"
#include "engine/session/session_private.h"
#include "engine/inspect/kernel/kernel.h"

/* A user's command that takes longer is ended. */
#define LINE_TIME_NS 5000000000

static const struct break_in_way ways[BREAK_WAYS] = {
    [BREAK_AUTO] = {"auto", false, "what fits the line"},
    [BREAK_INTERRUPT] = {"interrupt", false, "the byte 0x03, as most stubs take it"},
    [BREAK_G] = {"break-g", false, "SysRq-g: a BREAK and the letter, where the line carries one"},
    [BREAK_SYSRQ] = {"sysrq", false,
                     "types echo g >/proc/sysrq-trigger at the console: needs a root shell there"},
    [BREAK_COMMAND] = {"command", true, "runs LINE, which makes the kernel stop"},
    [BREAK_BREAK_COMMAND] =
        {"break-command", true,
         "runs LINE, which makes the BREAK (chardev-send-break in QEMU's monitor); then the letter"},
};

static const enum rsp_break sent_as[BREAK_WAYS] = {
    [BREAK_AUTO] = RSP_BREAK_AUTO,    [BREAK_INTERRUPT] = RSP_BREAK_INTERRUPT,
    [BREAK_G] = RSP_BREAK_G,          [BREAK_SYSRQ] = RSP_BREAK_SYSRQ,
    [BREAK_COMMAND] = RSP_BREAK_CALL, [BREAK_BREAK_COMMAND] = RSP_BREAK_CALL_G,
};

const struct break_in_way *break_in_way(enum break_way way)
{
    return &ways[way];
}

struct error *break_in_name(struct session *s, const char *how)
{
    for (size_t i = 0; i < BREAK_WAYS; i++) {
        size_t n = strlen(ways[i].name);
        bool line = ways[i].takes_line;
        if (strncmp(how, ways[i].name, n) != 0 || how[n] != (line ? ':' : '\0'))
            continue;
        if (line) {
            char **words;
            TRY(words_split(how + n + 1, &words));
            words_free(words);
        }
        break_in_free(&s->break_in);
        s->break_in.named = (enum break_way)i;
        s->break_in.line = line ? xstrdup(how + n + 1) : NULL;
        return NULL;
    }
    return error_hint(error_new(ERR_USAGE, "there is no way to break in called `%s`", how),
                      "auto, interrupt, break-g, sysrq, command:LINE, break-command:LINE");
}

void break_in_free(struct break_in *b)
{
    free(b->line);
    *b = (struct break_in){0};
}

enum break_way break_in_used(struct session *s, const char **why)
{
    struct rsp_connection *c = s->target->connection;
    *why = "it was named";
    if (s->break_in.named != BREAK_AUTO)
        return s->break_in.named;
    *why = s->emulated ? "the emulator that we started tells of a SIGINT, in place of the byte"
           : local_process_to_signal(s)
               ? "the process leads no group that the stub's SIGINT would reach: it is sent to it"
               : "a debug stub takes it";
    /* kgdb gives its empty answer to qSupported also where nothing was printed yet; the symbols know better
     */
    if (!c || !rsp_may_be_kgdb(c) || (!rsp_shares_console(c) && !kernel_file(s->target, NULL)))
        return BREAK_INTERRUPT;
    if (transport_carries_break(rsp_transport(c))) {
        *why = "a kernel is at the other end of a line that carries a BREAK";
        return BREAK_G;
    }
    *why = "a kernel is at the other end of a line that carries no BREAK";
    return BREAK_SYSRQ;
}

/* qemu's user emulator does not heed 0x03 while its program runs; sent all the same it makes it say its next
 * stop twice. A signal for it is told to the debugger before its program gets it. */
static bool by_signal(const struct session *s, enum break_way way)
{
    return way == BREAK_INTERRUPT && (s->emulated || local_process_to_signal(s) > 0);
}

static struct error *send_signal(struct session *s)
{
    pid_t to =
        s->emulated ? transport_child(rsp_transport(s->target->connection)) : local_process_to_signal(s);
    if (to > 0 && kill(to, SIGINT) == 0)
        return NULL;
    return error_new(ERR_REFUSED, "sending SIGINT to the %s: %s", s->emulated ? "emulator" : "process",
                     to > 0 ? strerror(errno) : "it is not there any more");
}

void break_in_prepare(void *context)
{
    struct session *s = context;
    const char *why;
    enum break_way way = break_in_used(s, &why);
    rsp_set_break(s->target->connection, by_signal(s, way) ? RSP_BREAK_CALL : sent_as[way]);
}

char *break_in_advice(struct session *s)
{
    const char *why;
    enum break_way used = break_in_used(s, &why);
    struct buf b = {0};
    buf_printf(&b, "breaking in by %s did not stop it; other ways, by `break-in`:", ways[used].name);
    for (size_t i = 1; i < BREAK_WAYS; i++)
        if (i != used)
            buf_printf(&b, " %s%s", ways[i].name, ways[i].takes_line ? ":LINE" : "");
    return buf_take(&b);
}

/* -- a command of the user's ----------------------------------------------------------------------- */

/* What it prints, until it ends. */
static struct error *read_all(struct session *s, struct transport *t, int64_t deadline_ns)
{
    char bytes[4096];
    for (;;) {
        size_t n;
        struct error *e = transport_read(t, bytes, sizeof bytes, deadline_ns, -1, &n);
        if (error_is(e, ERR_LOST) && transport_child_succeeded(t)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        session_output(s, bytes, n);
    }
}

struct error *break_in_call(void *context)
{
    struct session *s = context;
    const char *why;
    if (by_signal(s, break_in_used(s, &why)))
        return send_signal(s);
    int64_t limit = clock_now_ns() + LINE_TIME_NS;
    struct transport_options to = {
        .deadline_ns = limit, .cancel_fd = -1, .output = session_output, .context = s};
    BASE_FREE char *spec = xasprintf("exec:%s", s->break_in.line ? s->break_in.line : "");
    struct transport *t;
    struct error *e = transport_open(spec, &to, &t);
    if (!e) {
        e = read_all(s, t, limit);
        transport_close(t);
    }
    if (!e)
        return NULL;
    BASE_FREE char *advice = break_in_advice(s);
    struct error *told = error_hint(
        error_new(ERR_REFUSED, "breaking in by '%s': %s", s->break_in.line, e->message), "%s", advice);
    error_free(e);
    return told;
}
