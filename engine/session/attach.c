/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a target spec to a stopped session: connect, negotiate, learn what the target is and where it stands.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/call/call.h"
#include "engine/control/stop/stop_report.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/session/architecture.h"
#include "engine/session/limits.h"
#include "engine/session/session_private.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/control/run/interrupt.h"
#include "engine/target/program.h"
#include "engine/control/stop/classify.h"
#include "engine/control/run/step_flags.h"
#include "engine/session/launch/runner.h"
#include "engine/target/libraries.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"

#define CONNECT_TIME_NS 10000000000

void session_output(void *context, const char *bytes, size_t n)
{
    struct session *s = context;
    target_emit_text(s->target, EVENT_OUTPUT, bytes, n);
}

/* Before it is shown: what comes may be much. */
static void look_at_line(struct session *s, const char *bytes, size_t n)
{
    static const char text[] =
        "most of what comes over this line is no text: is that its baud rate? It is named as in "
        "`-t /dev/ttyUSB0,115200`\n";
    if (target_is_thrifty(s->target) && line_noise_feed(&s->noise, bytes, n))
        target_say(s->target, text);
}

static void on_console(void *context, const char *bytes, size_t n)
{
    struct session *s = context;
    look_at_line(s, bytes, n);
    console_take(s, bytes, n);
    printk_feed(s->control, bytes, n);
}

static void on_violation(void *context, enum rsp_violation kind, const char *evidence, size_t n)
{
    struct session *s = context;
    audit_violation(s->control, kind, evidence, n);
}

static void on_log_failed(void *context, const struct error *e)
{
    struct session *s = context;
    target_emit_problem(s->target, EVENT_WIRE_LOG, e);
}

static struct error *open_connection(struct session *s, const struct session_target *target, bool *running)
{
    const char *spec = target->spec;
    int64_t limit = clock_now_ns() + CONNECT_TIME_NS;
    const struct transport_side side = pty_side(s);
    struct transport_options to = {.deadline_ns =
                                       s->target->deadline_ns < limit ? s->target->deadline_ns : limit,
                                   .cancel_fd = s->options.cancel_fd,
                                   .output = s->options.capture_output ? session_output : NULL,
                                   .context = s,
                                   .wait_for_device = target->wait_for_device,
                                   .child = s->runner ? &s->runner->child : NULL,
                                   .side = &side};
    struct transport *t;
    TRY(transport_open(s->runner ? s->runner->spec : spec, &to, &t));
    if (s->options.wire_log) {
        struct error *e = wire_log_create(s->options.wire_log, spec, on_log_failed, s, &s->log);
        if (e) {
            transport_close(t);
            return e;
        }
    }
    struct rsp_options options = {
        .cancel_fd = s->options.cancel_fd,
        .callbacks = {.context = s,
                      .violation = on_violation,
                      .console = on_console,
                      .break_in = break_in_call},
        .log = s->log,
    };
    s->target->connection = rsp_connection_create(t, &options);
    rsp_set_deadline(s->target->connection, s->target->deadline_ns);
    *running = target->running;
    if (!target->running)
        return rsp_open(s->target->connection, running);
    rsp_assume_unspoken(s->target->connection);
    return NULL;
}

/* The conversation goes on behind it, with one thing less known. */
static bool is_about_one_answer(const struct error *e)
{
    return error_is(e, ERR_REFUSED) || error_is(e, ERR_VIOLATION) || error_is(e, ERR_TIMEOUT) ||
           error_is(e, ERR_UNSUPPORTED);
}

/*
 * A stub may have no description. One that is refused, damaged or never comes is told, and done without as if
 * there were none, which is what gdb does too.
 */
static struct error *read_description(struct session *s)
{
    struct error *e = rsp_read_description(s->target->connection, &s->target->description);
    if (!is_about_one_answer(e))
        return e;
    size_t index;
    bool known = program_file(s->target, &index) != NULL || s->target->arch_said;
    BASE_FREE char *text =
        xasprintf("%s: it is done without%s\n", e->message,
                  known ? "" : "; `set architecture NAME`, or a program, says what the processor is");
    if (!error_is(e, ERR_UNSUPPORTED)) {
        description_refuse(s->target, e);
        target_say(s->target, text);
    }
    error_free(e);
    return NULL;
}

/* The file the stub says it runs, when it is the same machine: saves naming it twice. */
static void load_exec_file(struct session *s)
{
    if (symbol_map_count(s->target->map) ||
        !rsp_feature_usable(rsp_features(s->target->connection), FEATURE_XFER_EXEC_FILE))
        return;
    BASE_BUF struct buf path = {0};
    struct error *e = rsp_xfer_read(s->target->connection, "exec-file", "", EXEC_PATH_LIMIT, &path);
    if (!e && path.length && buf_text(&path)[0] == '/' && access(buf_text(&path), R_OK) == 0)
        e = session_add_symbols(s, buf_text(&path));
    error_free(e);
}

static void pass_quiet_signals(struct session *s)
{
    if (!rsp_feature_usable(rsp_features(s->target->connection), FEATURE_PASS_SIGNALS))
        return;
    unsigned char numbers[SIGNAL_COUNT];
    size_t count = signal_table_quiet(&s->target->signals, numbers);
    struct error *e = rsp_pass_signals(s->target->connection, numbers, count);
    error_free(e);
}

/* Where no pc is to be had, as `g` brings nothing that can be read, it is told by whoever asks for it. */
static struct error *classify_first(struct session *s, const struct rsp_stop *from, struct stop *ret)
{
    struct error *e = stop_classify(s->control, from, ret);
    if (!is_about_one_answer(e) || !ret->has_thread || rsp_shares_console(s->target->connection))
        return e;
    BASE_FREE char *text = xasprintf("%s: where the target stands is not known\n", e->message);
    target_say(s->target, text);
    error_free(e);
    return NULL;
}

static struct error *note_stop(struct session *s, const struct rsp_stop *from, struct stop *ret)
{
    struct stop stop;
    TRY(classify_first(s, from, &stop));
    step_check_trap_flag(s->control, &stop);
    if (stop.reason == STOP_EXITED || stop.reason == STOP_KILLED)
        return error_new(ERR_NOT_CONNECTED, "the stub says that its program has already ended");
    stop.reason = STOP_ATTACH;
    stop.signal = 0;
    *ret = stop;
    return NULL;
}

static void announce(struct session *s, bool running)
{
    target_emit(s->target, &(struct event){.kind = EVENT_CONNECTED, .running = running});
}

/* Traps of a debugger that was killed: told, and left alone until the user says so. */
static struct error *tell_left_behind(struct session *s)
{
    BASE_FREE struct journal_entry *list = NULL;
    size_t count;
    TRY(journal_left_behind(s->control, &list, &count));
    if (count == 0)
        return NULL;
    BASE_FREE char *text =
        xasprintf("a debugger that was killed left %zu trap%s in this target's memory: `recover` "
                  "puts back what was there\n",
                  count, count == 1 ? "" : "s");
    target_say(s->target, text);
    return NULL;
}

static struct error *names_none(uint64_t pid)
{
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "attach to process %" PRIu64 ": the stub does not tell processes apart", pid),
                      "`connect TARGET` leaves this one and attaches to another stub");
}

struct error *session_attach_process(struct session *s, uint64_t pid)
{
    struct rsp_stop from;
    struct stop stop;
    TRY(target_need_stopped(s->target));
    if (!rsp_feature_usable(rsp_features(s->target->connection), FEATURE_MULTIPROCESS))
        return names_none(pid);
    struct error *e = target_check(s->target, rsp_attach(s->target->connection, pid, &from));
    if (error_is(e, ERR_REFUSED))
        return error_hint(e, "QEMU numbers the clusters of a machine from 1");
    TRY(e);
    s->target->threads.listed = false;
    TRY(note_stop(s, &from, &stop));
    stop_taken(s->control, &stop);
    return NULL;
}

/* -- a kernel that runs ---------------------------------------------------------------------------- */

static void wait_for_first_stop(struct session *s)
{
    target_runs(s->target);
    s->target->attaching = true;
    interrupt_settled(s->control);
}

static void tell_running(struct session *s)
{
    BASE_FREE char *text = xasprintf(
        "%s runs: `interrupt` stops it (`break-in` shows how), `console TEXT` types at its console\n",
        s->target->spec);
    target_say(s->target, text);
}

void session_left_for_kdb(struct session *s)
{
    plan_end(s->control);
    target_forget(s->target);
    threads_clear(&s->target->threads);
    sites_lost(s->control);
    calls_forget(s->control);
    slots_forget(s->control);
    wait_for_first_stop(s);
}

void session_runs_again(struct session *s)
{
    session_left_for_kdb(s);
    tell_running(s);
}

/* -- the two halves -------------------------------------------------------------------------------- */

/* What is learnt at the first stop. */
static struct error *learn(struct session *s, const struct rsp_stop *first, struct stop *ret)
{
    s->target->is_process = rsp_feature_usable(rsp_features(s->target->connection), FEATURE_XFER_AUXV);
    TRY(read_description(s));
    load_exec_file(s);
    TRY(architecture_choose(s));
    program_find_slide(s->target);
    pass_quiet_signals(s);
    target_stands(s->target);
    TRY(note_stop(s, first, ret));
    libraries_attached(s->control);
    kernel_find_slide(s->target, ret, true);
    return NULL;
}

/* What waits for a target that stands. */
static struct error *settle(struct session *s)
{
    TRY(tell_left_behind(s));
    if (s->control->breakpoints.count)
        return breakpoints_reinsert(s->control);
    return NULL;
}

/*
 * A stub that does not know `?`, or answers it with something else, has a target that stands, for a reason
 * that nobody tells: it has answered other questions. A kernel that falls silent there runs.
 */
static struct error *ask_why(struct session *s, struct rsp_stop *ret)
{
    struct rsp_connection *connection = s->target->connection;
    struct error *e = rsp_query_stop(connection, ret);
    bool may_run = error_is(e, ERR_TIMEOUT) && rsp_shares_console(connection);
    if (!is_about_one_answer(e) || may_run)
        return e;
    *ret = (struct rsp_stop){.kind = RSP_STOP_SIGNAL, .core = -1};
    BASE_FREE char *text = xasprintf("%s: it is taken to stand, and why is not known\n", e->message);
    if (!error_is(e, ERR_UNSUPPORTED))
        target_say(s->target, text);
    error_free(e);
    return NULL;
}

static struct error *first_words(struct session *s, const struct rsp_stop *first, struct stop *ret)
{
    struct rsp_stop asked = *first;
    bool interrupted = s->control->interrupt.sent;
    description_forget(s->target);
    TRY(rsp_negotiate(s->target->connection));
    if (!rsp_stop_was_asked(s->target->connection))
        TRY(ask_why(s, &asked));
    TRY(learn(s, &asked, ret));
    if (interrupted)
        ret->reason = STOP_INTERRUPT;
    s->target->attaching = false;
    announce(s, false);
    return settle(s);
}

struct error *session_first_stop(struct session *s, const struct rsp_stop *first, struct stop *ret)
{
    struct error *e = first_words(s, first, ret);
    if (e && s->target->connection && s->target->attaching &&
        rsp_state(s->target->connection) != RSP_STATE_LOST) {
        rsp_assume_unspoken(s->target->connection); /* it can be tried again */
        wait_for_first_stop(s);
    }
    return e;
}

/* First of all: gdbserver has no current thread before, and its target description depends on that. A kernel
 * that was just let go may run again by now, and its terminal answers. */
static struct error *ask_first(struct session *s, struct rsp_stop *ret, bool *running)
{
    struct error *e = ask_why(s, ret);
    *running = error_is(e, ERR_NOT_STOPPED) && rsp_state(s->target->connection) == RSP_STATE_RUNNING;
    if (!*running)
        return e;
    error_free(e);
    return NULL;
}

/* gdb manual, "General Query Packets", qAttached: 1 for a process that was there before its stub. gdbserver
 * --attach and valgrind say so; a machine is never asked, as QEMU's ends with the child that it is. */
static bool was_there(struct session *s)
{
    BASE_BUF struct buf reply = {0};
    bool processes = rsp_feature_usable(rsp_features(s->target->connection), FEATURE_MULTIPROCESS);
    BASE_FREE char *packet =
        processes && s->target->threads.has_current && s->target->threads.current.pid > 0
            ? xasprintf("qAttached:%llx", (unsigned long long)s->target->threads.current.pid)
            : xstrdup("qAttached");
    struct error *e = rsp_call(s->target->connection, RSP_GRAMMAR_TEXT, 0, &reply, "%s", packet);
    error_free(e); /* a stub that does not know leaves what was started for us ours */
    return !e && strcmp(buf_text(&reply), "1") == 0;
}

static struct error *attach(struct session *s, const struct session_target *target)
{
    target_is_gone(s->target);
    s->noise = (struct line_noise){0};
    s->target->g_told = 0;
    s->stop_stats = session_stats(s);
    s->stop_started_ns = clock_now_ns();
    bool running;
    struct rsp_stop first;
    TRY(open_connection(s, target, &running));
    if (!running)
        TRY(ask_first(s, &first, &running));
    libraries_may_have_changed(s->target);
    if (running) {
        wait_for_first_stop(s);
        announce(s, true);
        tell_running(s);
        return NULL;
    }
    struct stop stop;
    TRY(learn(s, &first, &stop));
    s->target->was_there = s->target->launched && s->target->is_process && was_there(s);
    stop_taken(s->control, &stop);
    announce(s, false);
    if (target->at == START_ENTRY)
        stop_report(s->control);
    audit_at_stop(s->control);
    return settle(s);
}

/* A failed attempt leaves it at the target before: that is what `run` and `reconnect` are about. */
struct error *session_attach(struct session *s, const struct session_target *target)
{
    char *before = s->target->spec;
    bool launched = s->target->launched, was_there_before = s->target->was_there;
    s->target->spec = xstrdup(target->spec);
    s->target->launched = transport_spec_command(target->spec) != NULL;
    s->target->was_there = false;
    struct error *e = attach(s, target);
    if (!e || !before) {
        free(before);
        return e;
    }
    free(s->target->spec);
    s->target->spec = before;
    s->target->launched = launched;
    s->target->was_there = was_there_before;
    return e;
}
