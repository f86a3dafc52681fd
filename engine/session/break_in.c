/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static const struct {
    const char *name;
    bool takes_line;
    enum rsp_break how;
    const char *about;
} ways[] = {
    [BREAK_AUTO] = {"auto", false, RSP_BREAK_AUTO, "what fits the line"},
    [BREAK_INTERRUPT] = {"interrupt", false, RSP_BREAK_INTERRUPT, "the byte 0x03, as most stubs take it"},
    [BREAK_G] = {"break-g", false, RSP_BREAK_G,
                 "SysRq-g: a BREAK and the letter, where the line carries one"},
    [BREAK_SYSRQ] = {"sysrq", false, RSP_BREAK_SYSRQ,
                     "types echo g >/proc/sysrq-trigger at the console: needs a root shell there"},
    [BREAK_COMMAND] = {"command", true, RSP_BREAK_CALL, "runs LINE, which makes the kernel stop"},
    [BREAK_BREAK_COMMAND] =
        {"break-command", true, RSP_BREAK_CALL_G,
         "runs LINE, which makes the BREAK (chardev-send-break in QEMU's monitor); then the letter"},
};

struct error *break_in_name(struct session *s, const char *how)
{
    for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
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

static enum break_way choose(struct session *s, const char **why)
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
    enum break_way way = choose(s, &why);
    rsp_set_break(s->target->connection, by_signal(s, way) ? RSP_BREAK_CALL : ways[way].how);
}

char *break_in_advice(struct session *s)
{
    const char *why;
    enum break_way used = choose(s, &why);
    struct buf b = {0};
    buf_printf(&b, "breaking in by %s did not stop it; other ways, by `break-in`:", ways[used].name);
    for (size_t i = 1; i < ARRAY_LENGTH(ways); i++)
        if (i != used)
            buf_printf(&b, " %s%s", ways[i].name, ways[i].takes_line ? ":LINE" : "");
    return buf_take(&b);
}

/* -- a command of the user's ----------------------------------------------------------------------- */

static void on_output(void *context, const char *bytes, size_t n)
{
    struct session *s = context;
    target_emit_text(s->target, "output", bytes, n);
}

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
        on_output(s, bytes, n);
    }
}

struct error *break_in_call(void *context)
{
    struct session *s = context;
    const char *why;
    if (by_signal(s, choose(s, &why)))
        return send_signal(s);
    int64_t limit = clock_now_ns() + LINE_TIME_NS;
    struct transport_options to = {.deadline_ns = limit, .cancel_fd = -1, .output = on_output, .context = s};
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

/* -- shown ----------------------------------------------------------------------------------------- */

cJSON *break_in_to_json(struct session *s)
{
    const char *why;
    enum break_way used = choose(s, &why);
    cJSON *o = cJSON_CreateObject();
    BASE_FREE char *how =
        s->break_in.line ? xasprintf("%s:%s", ways[used].name, s->break_in.line) : xstrdup(ways[used].name);
    cJSON_AddStringToObject(o, "how", how);
    cJSON_AddBoolToObject(o, "named", s->break_in.named != BREAK_AUTO);
    cJSON_AddStringToObject(o, "why", why);
    cJSON *list = cJSON_AddArrayToObject(o, "ways");
    for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
        cJSON *way = cJSON_CreateObject();
        BASE_FREE char *name = xasprintf("%s%s", ways[i].name, ways[i].takes_line ? ":LINE" : "");
        cJSON_AddStringToObject(way, "how", name);
        cJSON_AddStringToObject(way, "about", ways[i].about);
        cJSON_AddItemToArray(list, way);
    }
    return o;
}
