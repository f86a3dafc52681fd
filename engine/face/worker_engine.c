/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's thread: it takes requests, runs them on the session, and waits for stops between them. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "engine/face/limits.h"
#include "engine/face/worker_private.h"
#include "engine/commands/at_stop.h"
#include "engine/commands/command.h"
#include "engine/commands/event_json.h"
#include "engine/commands/execute.h"

/* A target that stops again within this time is not shown as running in between. */
enum { SHOW_RUNNING_AFTER_NS = 150000000 };
#define LEAVE_TIME_NS 3000000000

/* -- what the session says -------------------------------------------------------------------------- */

static void on_event(void *context, struct session *s, const struct event *event)
{
    struct worker *w = context;
    struct worker_message m = {.kind = WORKER_EVENT,
                               .event = event_to_json(s, event),
                               .event_kind = event->kind,
                               .at_end = w->quitting};
    worker_send(w, &m);
}

static void on_console(void *context, const char *bytes, size_t n)
{
    struct worker *w = context;
    if (!w->options.views)
        return;
    struct worker_message m = {.kind = WORKER_CONSOLE, .text = xmemdup(bytes, n), .length = n};
    worker_send(w, &m);
}

static void on_program(void *context, const char *bytes, size_t n)
{
    struct worker *w = context;
    if (!w->options.views)
        return;
    struct worker_message m = {.kind = WORKER_PROGRAM, .text = xmemdup(bytes, n), .length = n};
    worker_send(w, &m);
}

static bool is_behind(void *context)
{
    struct worker *w = context;
    pthread_mutex_lock(&w->lock);
    bool behind = w->backlog > PROGRAM_BACKLOG_MOST;
    pthread_mutex_unlock(&w->lock);
    return behind;
}

static bool is_stopping(void *context)
{
    struct worker *w = context;
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return stopping;
}

/* -- requests ------------------------------------------------------------------------------------------ */

static struct error *refuse_while_running(struct session *s, const struct command *c)
{
    if (session_state(s) != TARGET_RUNNING || c->flags & (COMMAND_WHILE_RUNNING | COMMAND_PROMPT))
        return NULL;
    return error_hint(error_new(ERR_NOT_STOPPED, "%s: the target is running", c->name),
                      "`interrupt` (Ctrl-C) stops it");
}

static void run_command(struct worker *w, struct waiter *who, const cJSON *args)
{
    cJSON *result = NULL;
    bool running = false;
    struct error *e = refuse_while_running(w->session, who->command);
    session_put_away_lost(w->session);
    if (!e)
        e = command_begin(w->session, who->command, args, &result, &running);
    bool background = command_in_background(args);
    if (!e && running && !background) {
        /* at the prompt nobody could type anything while a deaf target is waited for */
        if (who->is_line && strcmp(who->command->name, "interrupt") == 0)
            session_limit_interrupt(w->session);
        worker_add_waiter(w, who);
        return;
    }
    if (!e && running)
        result = command_runs();
    worker_answer(w, who, e, result);
    if (session_state(w->session) != TARGET_RUNNING)
        worker_publish(w);
}

static void handle_line(struct worker *w, const struct request *r)
{
    struct waiter who = {.id = r->id, .is_line = true, .started_ns = clock_now_ns()};
    cJSON *args = NULL;
    struct error *e = command_parse_line(w->session, r->text, &who.command, &args);
    if (e)
        worker_answer(w, &who, e, NULL);
    else
        run_command(w, &who, args);
    cJSON_Delete(args);
}

static void handle_json(struct worker *w, const struct request *r)
{
    struct waiter who = {.id = r->id, .command = command_find(r->text), .started_ns = clock_now_ns()};
    if (!who.command)
        worker_answer(
            w, &who,
            error_hint(error_new(ERR_USAGE, "there is no command `%s`", r->text), "`help` lists them"), NULL);
    else
        run_command(w, &who, r->args);
}

static void handle(struct worker *w, struct request *r)
{
    switch (r->kind) {
    case REQUEST_LINE:
        handle_line(w, r);
        break;
    case REQUEST_JSON:
        handle_json(w, r);
        break;
    case REQUEST_NEEDS:
        w->needs = r->needs;
        if (session_state(w->session) != TARGET_RUNNING)
            worker_publish(w);
        break;
    case REQUEST_TYPE:
        session_type(w->session, r->text, r->length);
        break;
    case REQUEST_SIZE:
        session_resize_terminal(w->session, r->rows, r->columns);
        break;
    case REQUEST_COMPLETE:
        worker_handle_complete(w, r);
        break;
    case REQUEST_ABANDON:
        worker_forget_waiter(w, r->abandoned);
        break;
    case REQUEST_GIVE_UP:
        session_give_up(w->session);
        worker_answer_waiters(w, error_new(ERR_LOST, "the target was given up"), NULL);
        worker_publish(w);
        break;
    case REQUEST_QUIT:
        w->quitting = true;
        w->ending = r->ending;
        break;
    }
    free(r->text);
    cJSON_Delete(r->args);
    free(r);
}

/* What was typed before the program stands where it is to stand first waits for that. */
static bool is_early(const struct worker *w, const struct request *r)
{
    return w->opening && !w->stopping && (r->kind == REQUEST_LINE || r->kind == REQUEST_JSON);
}

/* Of those that came in JSON what need not wait for the end of a search: `wait` and `interrupt` do. */
static bool is_for_meanwhile(const struct request *r)
{
    const struct command *c = r->kind == REQUEST_JSON ? command_find(r->text) : NULL;
    return c && !(c->flags & COMMAND_ONLY_WAITS);
}

static struct request *take_for_meanwhile(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct request **at = &w->first_request;
    while (*at && !is_for_meanwhile(*at))
        at = &(*at)->next;
    struct request *r = w->opening ? NULL : *at;
    if (r) {
        *at = r->next;
        if (w->last_request == &r->next)
            w->last_request = at;
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

/* A command works its way through time on this very thread, and the target runs. */
static void on_meanwhile(void *context)
{
    struct worker *w = context;
    struct request *r;
    fd_drain(w->wake_fd);
    while ((r = take_for_meanwhile(w)) != NULL)
        handle(w, r);
}

static struct request *take_request(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct request *r = w->first_request;
    if (r && is_early(w, r))
        r = NULL;
    if (r) {
        w->first_request = r->next;
        if (!w->first_request)
            w->last_request = &w->first_request;
    }
    /* Ctrl-C only counts while there is something to interrupt. */
    bool busy = r != NULL || w->view_owed || session_state(w->session) == TARGET_RUNNING;
    if (w->busy && !busy)
        fd_drain(w->cancel_fd);
    w->busy = busy;
    pthread_mutex_unlock(&w->lock);
    return r;
}

/* A stub that dies while its target stands is told now, and not at the next command. */
static void wait_idle(struct worker *w)
{
    struct pollfd fds[1 + SESSION_IDLE_FDS] = {{.fd = w->wake_fd, .events = POLLIN}};
    size_t count = session_idle_fds(w->session, fds + 1);
    if (poll(fds, 1 + count, -1) < 0)
        return;
    if (fds[0].revents)
        fd_drain(w->wake_fd);
    enum target_state before = session_state(w->session);
    session_idle(w->session, fds + 1, count);
    if (session_state(w->session) != before)
        worker_publish(w);
}

/* The face may begin. The error, or NULL, is taken over. */
static void opened(struct worker *w, struct error *e)
{
    struct worker_message ready = {.kind = WORKER_READY, .error = e};
    w->opening = false;
    worker_publish(w);
    worker_send(w, &ready);
}

/* Whoever waits is told; else it is said all the same, as somebody pressed Ctrl-C. */
static void tell_deaf(struct worker *w, struct error *e)
{
    if (!w->waiters) {
        BASE_FREE char *text = xasprintf("%s\n%s%s", e->message, e->hint ? e->hint : "", e->hint ? "\n" : "");
        worker_send(w, &(struct worker_message){.kind = WORKER_EVENT, .event = event_of_text(text)});
        error_free(e);
        e = NULL;
    } else {
        worker_answer_waiters(w, e, NULL);
    }
    worker_publish(w);
}

static void pump(struct worker *w, bool *shown_running)
{
    struct stop stop;
    bool done = false, was_deaf = session_is_deaf(w->session);
    int64_t deadline = *shown_running ? INT64_MAX : clock_now_ns() + SHOW_RUNNING_AFTER_NS;
    struct error *e = session_pump(w->session, deadline, w->wake_fd, &stop, &done);
    bool deaf = session_is_deaf(w->session) && !was_deaf;
    if (error_is(e, ERR_TIMEOUT) && deaf) {
        *shown_running = true;
        if (w->opening)
            opened(w, e);
        else
            tell_deaf(w, e);
        return;
    }
    if (error_is(e, ERR_TIMEOUT) && session_state(w->session) == TARGET_RUNNING) {
        error_free(e);
        *shown_running = true;
        worker_publish(w);
        return;
    }
    if (!e && !done) {
        fd_drain(w->wake_fd);
        return;
    }
    *shown_running = false;
    session_put_away_lost(w->session);
    if (w->opening) {
        opened(w, e);
        return;
    }
    worker_answer_waiters(w, e, done ? &stop : NULL);
    worker_publish(w);
}

static struct error *open_session(struct worker *w)
{
    const struct worker_options *o = &w->options;
    bool none = o->target && strcmp(o->target, "none") == 0;
    for (size_t i = 0; o->symbols && o->symbols[i]; i++)
        TRY(session_add_symbols(w->session, o->symbols[i]));
    if (o->program)
        TRY(session_set_program(w->session, o->program, o->args));
    session_set_start(w->session, o->stop_at);
    if (none || (!o->target && !o->program))
        return NULL;
    enum start_at at = o->target ? START_ENTRY : o->stop_at;
    TRY(session_connect_to(w->session,
                           &(struct session_target){.spec = o->target, .at = at, .running = o->running}));
    w->opening = at == START_MAIN && session_state(w->session) == TARGET_RUNNING;
    return NULL;
}

/* A target that cannot say good-bye in time is left as it is. */
static void leave(struct worker *w)
{
    cJSON *result = NULL;
    bool kill = w->ending == WORKER_KILL || (w->ending == WORKER_LEAVE && session_launched(w->session));
    session_set_deadline(w->session, clock_now_ns() + LEAVE_TIME_NS);
    struct error *e = command_execute(w->session, command_find(kill ? "kill" : "detach"), NULL, &result);
    cJSON_Delete(result);
    error_free(e);
}

void *worker_engine_main(void *context)
{
    struct worker *w = context;
    struct session_options options = {.cancel_fd = w->cancel_fd,
                                      .run_steps = at_stop_run,
                                      .event = on_event,
                                      .console = on_console,
                                      .program = on_program,
                                      .program_waits = is_behind,
                                      .meanwhile = on_meanwhile,
                                      .meanwhile_fd = w->wake_fd,
                                      .leaving = is_stopping,
                                      .context = w,
                                      .wire_log = w->options.wire_log,
                                      .tty = w->options.tty,
                                      .printers = w->options.printers,
                                      .break_in = w->options.break_in,
                                      .plans_ahead = w->options.views,
                                      .capture_output = w->options.capture_output};
    w->session = session_create(&options);
    struct error *failed = open_session(w);
    if (!w->opening)
        opened(w, failed);
    bool shown_running = false;
    while (!w->quitting) {
        struct request *r = take_request(w);
        if (r)
            handle(w, r);
        else if (session_state(w->session) == TARGET_RUNNING)
            pump(w, &shown_running);
        else if (w->view_owed)
            worker_publish(w);
        else
            wait_idle(w);
    }
    fd_drain(w->cancel_fd);
    leave(w);
    worker_answer_waiters(w, error_new(ERR_CANCELLED, "the session is over"), NULL);
    session_destroy(w->session);
    return NULL;
}
