/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --jsonl: requests on standard input, one JSON object a line; answers and events on standard output. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/output.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "base/json.h"
#include "engine/face/worker.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "scripts/document.h"
#include "scripts/json_read.h"
#include "scripts/limits.h"
#include "scripts/match.h"
#include "scripts/output.h"
#include "scripts/scope.h"
#include "scripts/script.h"

/* For a target that was interrupted because the time was up to stop, and for one who leaves. */
#define GRACE_NS INT64_C(1000000000)
/* What waits without a limit of its own when the input ends has as long as a step of a session. */
#define LAST_WAIT_NS INT64_C(30000000000)

/* A request on its way through the engine, or a sleep. */
struct pending {
    struct pending *next;
    uint64_t worker_id; /* 0: a sleep, or see `with` */
    uint64_t with; /* an interrupt of the request of this worker_id, whose answer is this one's too; or 0 */
    cJSON *request;
    int64_t began_ns, due_ns; /* due_ns: when a sleep ends or the time is up; INT64_MAX: never */
    bool only_waits;          /* out of time, it leaves the target running */
    bool timed_out;           /* what is under way was cancelled, and has until due_ns to say how it ended */
};

struct server {
    struct worker *worker;
    struct scope scope;
    struct buf input;
    struct pending *pending;
    bool asked; /* anything, so far */
    struct signal_pipe *signals;
    bool end_of_input, ready;
    bool passes_line; /* the rest of one that was too long */
    int status;       /* of the whole, so far */
    int ended_by;     /* a signal, or 0 */
};

static cJSON *member(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

/*
 * What the command gets. `id` is the request's own here; a command's argument of that name (or any other)
 * goes into `args`: {"id": 7, "do": "delete", "args": {"id": 1}}.
 */
static cJSON *request_arguments(const cJSON *request)
{
    cJSON *args = step_arguments(request);
    cJSON_DeleteItemFromObjectCaseSensitive(args, "id");
    cJSON *inner = cJSON_DetachItemFromObjectCaseSensitive(args, "args");
    if (cJSON_IsObject(inner))
        json_move_members(args, inner);
    else if (inner)
        cJSON_AddItemToObject(args, "args", inner);
    return args;
}

static void reply(struct server *s, const cJSON *request, const struct error *e, cJSON *result,
                  int64_t began_ns)
{
    cJSON *line = cJSON_CreateObject();
    const cJSON *expect = member(request, "expect"), *id = member(request, "id");
    cJSON *failed = cJSON_CreateArray();
    bool ok = match_outcome(expect, e, result, failed);
    if (id)
        cJSON_AddItemToObject(line, "id", cJSON_Duplicate(id, true));
    cJSON_AddBoolToObject(line, "ok", ok);
    cJSON_AddNumberToObject(line, "ms", round((double)(clock_now_ns() - began_ns) / 1e4) / 1e2);
    const char *save = json_text_or_null(request, "save");
    if (save && result)
        scope_set(&s->scope, save, cJSON_Duplicate(result, true));
    if (e)
        cJSON_AddItemToObject(line, "error", error_to_json(e));
    if (result)
        cJSON_AddItemToObject(line, "result", result);
    if (cJSON_GetArraySize(failed))
        cJSON_AddItemToObject(line, "failed", failed);
    else
        cJSON_Delete(failed);
    output_line(line);
}

static void reply_error(struct server *s, const cJSON *request, struct error *e)
{
    reply(s, request, e, NULL, clock_now_ns());
    error_free(e);
}

static struct pending *add_pending(struct server *s, cJSON *request, uint64_t worker_id)
{
    struct pending *p = xcalloc(1, sizeof *p);
    const cJSON *timeout = member(request, "timeout");
    *p = (struct pending){.worker_id = worker_id,
                          .request = request,
                          .began_ns = clock_now_ns(),
                          .due_ns = INT64_MAX,
                          .next = s->pending};
    const struct command *c = command_find(json_text_or_null(request, "do"));
    p->only_waits = c && c->flags & COMMAND_ONLY_WAITS;
    if (cJSON_IsNumber(timeout) && timeout->valuedouble > 0 && timeout->valuedouble < 1e8)
        p->due_ns = p->began_ns + (int64_t)(timeout->valuedouble * 1e9);
    s->pending = p;
    s->asked = true;
    return p;
}

static void drop_pending(struct server *s, struct pending *p)
{
    struct pending **at = &s->pending;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    cJSON_Delete(p->request);
    free(p);
}

static void start_sleep(struct server *s, cJSON *request)
{
    double seconds = cJSON_GetNumberValue(member(request, "seconds"));
    if (!(seconds >= 0 && seconds <= 86400)) {
        reply_error(s, request, error_new(ERR_USAGE, "`seconds` is 0 to 86400"));
        cJSON_Delete(request);
        return;
    }
    struct pending *p = add_pending(s, request, 0);
    p->due_ns = p->began_ns + (int64_t)(seconds * 1e9);
}

/* `assert` of an expression is an `eval` whose value must not be zero. */
static void start_assert(struct server *s, cJSON *request)
{
    const char *expr = json_text_or_null(request, "expr");
    const cJSON *value = member(request, "value");
    if (expr) {
        cJSON *args = cJSON_CreateObject();
        cJSON_AddStringToObject(args, "expr", expr);
        add_pending(s, request, worker_post(s->worker, "eval", args));
        return;
    }
    cJSON *result = cJSON_CreateObject();
    cJSON_AddItemToObject(result, "value", cJSON_Duplicate(value, true));
    bool ok = member(request, "expect") || match_truth(value);
    struct error *e = ok ? NULL : error_new(ERR_VIOLATION, "assertion failed: the value is zero");
    reply(s, request, e, result, clock_now_ns());
    error_free(e);
    cJSON_Delete(request);
}

/* The first request that works its way back in time without letting the target run for the worker to see. */
static const struct pending *going_back(const struct server *s)
{
    const struct pending *found = NULL;
    for (const struct pending *p = s->pending; p; p = p->next) {
        const char *name = json_text_or_null(p->request, "do");
        const struct command *c = name ? command_find(name) : NULL;
        if (c && (c->flags & COMMAND_WAITS_ITSELF))
            found = p; /* the newest comes first */
    }
    return found;
}

static void dispatch(struct server *s, const struct command *c, cJSON *request)
{
    const struct pending *back = strcmp(c->name, "interrupt") == 0 && s->ready ? going_back(s) : NULL;
    if (back) { /* what becomes of that is the answer to both */
        uint64_t with = back->worker_id;
        worker_interrupt(s->worker);
        add_pending(s, request, 0)->with = with;
    } else if (strcmp(c->name, "sleep") == 0) {
        start_sleep(s, request);
    } else if (strcmp(c->name, "assert") == 0) {
        start_assert(s, request);
    } else if (strcmp(c->name, "echo") == 0) {
        reply(s, request, NULL, request_arguments(request), clock_now_ns());
        cJSON_Delete(request);
    } else if (c->flags & COMMAND_SCRIPT) {
        reply_error(s, request,
                    error_hint(error_new(ERR_USAGE, "`%s` is for session files", c->name),
                               "send its steps one by one"));
        cJSON_Delete(request);
    } else {
        add_pending(s, request, worker_post(s->worker, c->name, request_arguments(request)));
    }
}

static struct error *check_timeout(const cJSON *request)
{
    const cJSON *timeout = member(request, "timeout");
    if (!timeout || (cJSON_IsNumber(timeout) && timeout->valuedouble > 0))
        return NULL;
    return error_new(ERR_USAGE, "`timeout` is a number of seconds above 0");
}

static void take_request(struct server *s, cJSON *raw)
{
    const char *name = json_text_or_null(raw, "do");
    const struct command *c = name ? command_find(name) : NULL;
    cJSON *request = NULL;
    struct error *e = NULL;
    if (!name)
        e = error_hint(error_new(ERR_USAGE, "a request is an object with `do`"),
                       "{\"id\": 1, \"do\": \"threads\"}");
    else if (!c)
        e = error_new(ERR_USAGE, "there is no command `%s`", name);
    else
        e = scope_substitute(&s->scope, raw, &request);
    if (!e)
        e = check_timeout(request);
    if (!e) {
        cJSON *args = request_arguments(request);
        e = command_check(c, args, NULL);
        cJSON_Delete(args);
    }
    if (e) {
        reply_error(s, raw, e);
        cJSON_Delete(request);
    } else if (c) {
        dispatch(s, c, request);
    }
    cJSON_Delete(raw);
}

/* With the request's id where it has one all the same. */
static void refuse_line(struct server *s, const char *line, size_t n, struct error *e)
{
    cJSON *read = cJSON_ParseWithLength(line, n), *only_id = cJSON_CreateObject();
    cJSON *id = cJSON_DetachItemFromObjectCaseSensitive(read, "id");
    if (cJSON_IsNumber(id) && fabs(id->valuedouble) > JSON_EXACT_MOST)
        cJSON_Delete(id); /* it would come back as another */
    else if (id)
        cJSON_AddItemToObject(only_id, "id", id);
    reply_error(s, only_id, e);
    cJSON_Delete(only_id);
    cJSON_Delete(read);
}

static void take_line(struct server *s, const char *line, size_t n)
{
    size_t blank = strspn(line, " \t\r");
    if (blank >= n)
        return;
    cJSON *request = NULL;
    struct error *e = json_read(line, n, &request, NULL);
    if (e)
        refuse_line(s, line, n, error_while(e, "read the request %.*s", (int)(n < 200 ? n : 200), line));
    else
        take_request(s, request);
}

static void read_input(struct server *s)
{
    char bytes[65536];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        s->end_of_input = true;
        return;
    }
    buf_add(&s->input, bytes, (size_t)n);
    if (s->passes_line && !memchr(bytes, '\n', (size_t)n))
        buf_clear(&s->input);
    char *newline;
    while (s->input.length && (newline = memchr(s->input.data, '\n', s->input.length)) != NULL) {
        size_t length = (size_t)(newline - s->input.data);
        if (!s->passes_line)
            take_line(s, s->input.data, length);
        s->passes_line = false;
        buf_drop(&s->input, length + 1);
    }
    if (s->input.length > REQUEST_LINE_LIMIT) {
        reply_error(s, NULL, error_new(ERR_USAGE, "a request line is longer than 16 MiB"));
        buf_clear(&s->input);
        s->passes_line = true;
    }
}

static struct pending *find_pending(struct server *s, uint64_t worker_id)
{
    struct pending *p = s->pending;
    while (p && p->worker_id != worker_id)
        p = p->next;
    return p;
}

static bool has_interrupt(const struct server *s, uint64_t worker_id)
{
    const struct pending *p = s->pending;
    while (p && (p->with != worker_id || worker_id == 0))
        p = p->next;
    return p != NULL;
}

/* The interrupts of a request are answered with what became of it. */
static void answer_with(struct server *s, uint64_t worker_id, const struct error *e, const cJSON *result)
{
    for (struct pending *p = s->pending, *next; p; p = next) {
        next = p->next;
        if (p->with != worker_id || worker_id == 0)
            continue;
        reply(s, p->request, e, result ? cJSON_Duplicate(result, true) : NULL, p->began_ns);
        drop_pending(s, p);
    }
}

static void take_answer(struct server *s, struct worker_message *m)
{
    struct pending *p = find_pending(s, m->id);
    if (!p)
        return;
    struct error *e = m->error;
    m->error = NULL;
    const char *name = json_text_or_null(p->request, "do");
    if (!e && strcmp(name, "assert") == 0 && !member(p->request, "expect") &&
        !match_truth(member(m->result, "value")))
        e = error_new(ERR_VIOLATION, "assertion failed: %s", json_text_or_null(p->request, "expr"));
    if (p->timed_out && (!e || error_is(e, ERR_CANCELLED))) { /* cancelled by us, because of the time */
        cJSON_Delete(m->result);
        m->result = NULL;
        struct error *late = error_new(ERR_TIMEOUT, "%s: out of time; %s", name,
                                       e ? e->message : "the target was interrupted");
        error_free(e);
        e = late;
    }
    cJSON *copy = has_interrupt(s, p->worker_id) ? cJSON_Duplicate(m->result, true) : NULL;
    reply(s, p->request, e, m->result, p->began_ns);
    m->result = NULL;
    answer_with(s, p->worker_id, e, copy);
    cJSON_Delete(copy);
    error_free(e);
    drop_pending(s, p);
}

/* What a target that never falls silent says is taken for no longer than this at a time: requests, limits of
 * time and signals are heeded in between. */
#define SAYING_NS INT64_C(20000000)

static void take_messages(struct server *s)
{
    struct worker_message m;
    int64_t until_ns = clock_now_ns() + SAYING_NS;
    while (clock_now_ns() < until_ns && worker_take(s->worker, &m)) {
        if (m.kind == WORKER_EVENT) {
            if (m.event_kind == EVENT_WIRE_LOG)
                s->status = script_worse(s->status, STATUS_UNWRITTEN);
            output_line(m.event);
            m.event = NULL;
        } else if (m.kind == WORKER_ANSWER) {
            take_answer(s, &m);
        } else if (m.kind == WORKER_READY) {
            s->ready = true;
            if (m.error) {
                output_error(m.error);
                cJSON *line = cJSON_CreateObject();
                cJSON_AddItemToObject(line, "error", error_to_json(m.error));
                output_line(line);
                bool wrong = m.error->code == ERR_USAGE || m.error->code == ERR_NO_SOURCE;
                s->status = wrong ? STATUS_WRONG : STATUS_LOST;
                s->end_of_input = true;
            }
        }
        worker_message_free(&m);
    }
}

/* The answer is given here, whatever the engine still says to it. */
static void answer_for_engine(struct server *s, struct pending *p, struct error *e)
{
    worker_abandon(s->worker, p->worker_id);
    reply(s, p->request, e, NULL, p->began_ns);
    answer_with(s, p->worker_id, e, NULL);
    error_free(e);
    drop_pending(s, p);
}

static struct error *out_of_time(const struct server *s, const struct pending *p)
{
    const char *name = json_text_or_null(p->request, "do");
    if (!s->ready)
        return error_hint(error_new(ERR_TIMEOUT, "%s: out of time; the target is still being opened", name),
                          "it was not begun, and will not be; is its stub there, and free?");
    if (p->only_waits)
        return error_hint(error_new(ERR_TIMEOUT, "%s: out of time; the target has not stopped", name),
                          "it counts as running; its stop is what the next `wait` returns");
    return error_hint(
        error_new(ERR_TIMEOUT, "%s: out of time; the target was interrupted and has not stopped", name),
        "it counts as running: is its stub deaf?");
}

static void expire_one(struct server *s, struct pending *p)
{
    if (p->with) {
        answer_for_engine(s, p, out_of_time(s, p));
    } else if (p->worker_id == 0) {
        reply(s, p->request, NULL, cJSON_CreateObject(), p->began_ns);
        drop_pending(s, p);
    } else if (!s->ready || p->only_waits || p->timed_out) {
        answer_for_engine(s, p, out_of_time(s, p));
    } else {
        p->timed_out = true;
        p->due_ns = clock_now_ns() + GRACE_NS;
        worker_interrupt(s->worker);
    }
}

static void expire(struct server *s)
{
    int64_t now = clock_now_ns();
    struct pending *p = s->pending;
    while (p) {
        if (p->due_ns > now) {
            p = p->next;
            continue;
        }
        expire_one(s, p); /* it may take others with it, or get more time */
        p = s->pending;
    }
}

static int wait_ms(const struct server *s)
{
    int64_t due = INT64_MAX, now = clock_now_ns();
    for (const struct pending *p = s->pending; p; p = p->next)
        due = p->due_ns < due ? p->due_ns : due;
    if (due == INT64_MAX)
        return -1;
    return due <= now ? 0 : (int)((due - now) / 1000000 + 1);
}

static bool is_over(const struct server *s)
{
    return s->ended_by || output_broken() || s->status != STATUS_OK;
}

/* Waits for what comes next, and does it; input is taken while there is some to come. */
static void serve_once(struct server *s)
{
    struct pollfd fds[4] = {{.fd = worker_fd(s->worker), .events = POLLIN},
                            {.fd = s->end_of_input ? -1 : STDIN_FILENO, .events = POLLIN},
                            {.fd = s->signals->fd, .events = POLLIN},
                            {.fd = STDOUT_FILENO}}; /* whether anybody is there to read it */
    if (poll(fds, 4, wait_ms(s)) < 0)
        return;
    if (fds[3].revents & (POLLERR | POLLHUP)) {
        s->status = script_worse(s->status, STATUS_UNWRITTEN);
        return;
    }
    if (fds[2].revents) {
        signal_pipe_take(s->signals);
        s->ended_by = signal_pipe_ended_by();
        return;
    }
    if (fds[0].revents)
        take_messages(s);
    if (fds[1].revents)
        read_input(s);
    expire(s);
}

/* Before the target is open the end of the input is no reason to leave, unless the time of all that was asked
 * is up. */
static bool waits_for_target(const struct server *s)
{
    return !s->ready && (s->pending || !s->asked);
}

static void serve(struct server *s)
{
    while ((!s->end_of_input || waits_for_target(s)) && !is_over(s))
        serve_once(s);
    if (!s->ready && !is_over(s))
        s->status = script_worse(s->status, STATUS_LOST);
}

/* What was asked before the input ended is still answered, in the time it was given. */
static void answer_rest(struct server *s)
{
    int64_t last_ns = clock_now_ns() + LAST_WAIT_NS;
    for (struct pending *p = s->pending; p; p = p->next)
        if (p->due_ns == INT64_MAX)
            p->due_ns = last_ns;
    while (s->pending && !is_over(s))
        serve_once(s);
}

/* Each request gets its one answer, also where a signal, or a connection that failed, ends it all. */
static void cancel_rest(struct server *s)
{
    while (s->pending) {
        struct pending *p = s->pending;
        reply_error(s, p->request, error_new(ERR_CANCELLED, "the session is over"));
        drop_pending(s, p);
    }
}

static void last_words(const cJSON *event)
{
    output_line(cJSON_Duplicate(event, true));
}

int jsonl_run(const struct script_options *options)
{
    struct worker_options worker = {.program = options->program,
                                    .args = options->args,
                                    .target = options->target,
                                    .symbols = options->symbols,
                                    .wire_log = options->wire_log,
                                    .tty = options->tty,
                                    .printers = options->printers,
                                    .stop_at = START_ENTRY,
                                    .break_in = options->break_in,
                                    .running = options->running,
                                    .capture_output = true,
                                    .last_words = last_words};
    struct server s = {.signals = options->signals};
    if (options->stop_at)
        start_at_parse(options->stop_at, &worker.stop_at);
    scope_init(&s.scope);
    for (size_t i = 0; options->defines && options->defines[i]; i++) {
        struct error *e = scope_define(&s.scope, options->defines[i]);
        if (!e)
            continue;
        output_error(e);
        error_free(e);
        scope_free(&s.scope);
        return STATUS_WRONG;
    }
    s.worker = worker_start(&worker);
    serve(&s);
    answer_rest(&s);
    cancel_rest(&s);
    worker_stop(s.worker, WORKER_LEAVE);
    buf_free(&s.input);
    scope_free(&s.scope);
    return s.ended_by ? 128 + s.ended_by : s.status;
}
