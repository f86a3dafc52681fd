#include "engine/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum request_kind { REQUEST_LINE, REQUEST_JSON, REQUEST_NEEDS, REQUEST_COMPLETE, REQUEST_QUIT };

struct request {
    struct request *next;
    enum request_kind kind;
    uint64_t id;
    char *text; /* line or command name */
    cJSON *args;
    struct view_needs needs;
    struct completion *completion;
    bool kill;
};

/* Shared by the face that waits and the engine that answers; the last one frees it. */
struct completion {
    unsigned references;
    bool done;
    size_t cursor, word_start;
    char **words;
};

struct message {
    struct message *next;
    struct worker_message content;
};

/* A request whose answer is the next stop. */
struct waiter {
    struct waiter *next;
    uint64_t id;
    const struct command *command;
    bool is_line;
    int64_t started_ns;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t completed;
    int wake_fd, message_fd, cancel_fd;

    /* under the lock */
    struct request *first_request, **last_request;
    struct message *first_message, **last_message;
    struct view *view;
    uint64_t next_id;
    bool busy, stopping;

    /* the engine thread's own */
    struct worker_options options;
    struct session *session;
    struct view_needs needs;
    struct waiter *waiters;
    bool quitting, kill;
};

/* A target that stops again within this time is not shown as running in between. */
enum { SHOW_RUNNING_AFTER_NS = 150000000 };
#define LEAVE_TIME_NS 3000000000

static void signal_fd(int fd)
{
    uint64_t one = 1;
    ssize_t n;
    do
        n = write(fd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
}

static void drain_fd(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n; /* non-blocking: nothing to take is fine */
}

void worker_message_free(struct worker_message *m)
{
    error_free(m->error);
    cJSON_Delete(m->result);
    cJSON_Delete(m->event);
    free(m->text);
    *m = (struct worker_message){0};
}

static void send_message(struct worker *w, const struct worker_message *content)
{
    struct message *m = xcalloc(1, sizeof *m);
    m->content = *content;
    pthread_mutex_lock(&w->lock);
    *w->last_message = m;
    w->last_message = &m->next;
    pthread_mutex_unlock(&w->lock);
    signal_fd(w->message_fd);
}

static void on_event(void *context, const cJSON *event)
{
    struct worker_message m = {.kind = WORKER_EVENT, .event = cJSON_Duplicate(event, true)};
    send_message(context, &m);
}

static void on_console(void *context, const char *bytes, size_t n)
{
    struct worker *w = context;
    if (!w->options.views)
        return;
    struct worker_message m = {.kind = WORKER_CONSOLE, .text = xmemdup(bytes, n), .length = n};
    send_message(w, &m);
}

static bool is_stopping(void *context)
{
    struct worker *w = context;
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return stopping;
}

/* -- the engine's thread ---------------------------------------------------------------------------- */

static void publish(struct worker *w)
{
    if (!w->options.views)
        return;
    pthread_mutex_lock(&w->lock);
    struct view *previous = view_ref(w->view);
    pthread_mutex_unlock(&w->lock);
    struct view *now = view_build(w->session, &w->needs, previous);
    view_unref(previous);
    pthread_mutex_lock(&w->lock);
    struct view *old = w->view;
    w->view = now;
    pthread_mutex_unlock(&w->lock);
    view_unref(old);
    struct worker_message m = {.kind = WORKER_VIEW};
    send_message(w, &m);
}

static void answer(struct worker *w, const struct waiter *to, struct error *e, cJSON *result)
{
    struct worker_message m = {.kind = WORKER_ANSWER,
                               .id = to->id,
                               .command = to->command,
                               .error = e,
                               .result = result,
                               .elapsed_ns = clock_now_ns() - to->started_ns};
    if (to->is_line && result && to->command && to->command->text) {
        struct buf text = {0};
        to->command->text(result, &text);
        m.text = buf_take(&text);
    }
    send_message(w, &m);
}

static void add_waiter(struct worker *w, const struct waiter *from)
{
    struct waiter *copy = xmemdup(from, sizeof *from);
    copy->next = w->waiters;
    w->waiters = copy;
}

static struct error *error_copy(const struct error *e)
{
    struct error *copy = error_new(e->code, "%s", e->message);
    return e->hint ? error_hint(copy, "%s", e->hint) : copy;
}

/* The stop (or what went wrong) goes to everyone who waits for it. */
static void answer_waiters(struct worker *w, struct error *e, cJSON *stop)
{
    if (!w->waiters && stop) {
        session_keep_stop(w->session, stop);
        stop = NULL;
    }
    while (w->waiters) {
        struct waiter *one = w->waiters;
        w->waiters = one->next;
        answer(w, one, e ? error_copy(e) : NULL, stop ? cJSON_Duplicate(stop, true) : NULL);
        free(one);
    }
    error_free(e);
    cJSON_Delete(stop);
}

static struct error *refuse_while_running(struct session *s, const struct command *c)
{
    if (session_state(s) != SESSION_RUNNING || c->flags & (COMMAND_WHILE_RUNNING | COMMAND_PROMPT))
        return NULL;
    return error_hint(error_new(ERR_NOT_STOPPED, "%s: the target is running", c->name),
                      "`interrupt` (Ctrl-C) stops it");
}

static void run_command(struct worker *w, struct waiter *who, const cJSON *args)
{
    cJSON *result = NULL;
    bool running = false;
    struct error *e = refuse_while_running(w->session, who->command);
    if (!e)
        e = session_begin(w->session, who->command, args, &result, &running);
    bool background = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(args, "background"));
    if (!e && running && !background) {
        add_waiter(w, who);
        return;
    }
    if (!e && running) {
        result = cJSON_CreateObject();
        cJSON_AddTrueToObject(result, "running");
    }
    answer(w, who, e, result);
    if (session_state(w->session) != SESSION_RUNNING)
        publish(w);
}

static void handle_line(struct worker *w, const struct request *r)
{
    struct waiter who = {.id = r->id, .is_line = true, .started_ns = clock_now_ns()};
    cJSON *args = NULL;
    struct error *e = command_parse_line(w->session, r->text, &who.command, &args);
    if (e)
        answer(w, &who, e, NULL);
    else
        run_command(w, &who, args);
    cJSON_Delete(args);
}

static void handle_json(struct worker *w, const struct request *r)
{
    struct waiter who = {.id = r->id, .command = command_find(r->text), .started_ns = clock_now_ns()};
    if (!who.command)
        answer(w, &who,
               error_hint(error_new(ERR_USAGE, "there is no command `%s`", r->text), "`help` lists them"),
               NULL);
    else
        run_command(w, &who, r->args);
}

static void completion_unref(struct completion *c)
{
    if (--c->references)
        return;
    worker_words_free(c->words);
    free(c);
}

static void handle_complete(struct worker *w, const struct request *r)
{
    size_t start = 0;
    char **words = command_complete(w->session, r->text, r->completion->cursor, &start);
    pthread_mutex_lock(&w->lock);
    r->completion->words = words;
    r->completion->word_start = start;
    r->completion->done = true;
    pthread_cond_broadcast(&w->completed);
    completion_unref(r->completion);
    pthread_mutex_unlock(&w->lock);
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
        if (session_state(w->session) != SESSION_RUNNING)
            publish(w);
        break;
    case REQUEST_COMPLETE:
        handle_complete(w, r);
        break;
    case REQUEST_QUIT:
        w->quitting = true;
        w->kill = r->kill;
        break;
    }
    free(r->text);
    cJSON_Delete(r->args);
    free(r);
}

static struct request *take_request(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct request *r = w->first_request;
    if (r) {
        w->first_request = r->next;
        if (!w->first_request)
            w->last_request = &w->first_request;
    }
    /* Ctrl-C only counts while there is something to interrupt. */
    bool busy = r != NULL || session_state(w->session) == SESSION_RUNNING;
    if (w->busy && !busy)
        drain_fd(w->cancel_fd);
    w->busy = busy;
    pthread_mutex_unlock(&w->lock);
    return r;
}

static void wait_idle(struct worker *w)
{
    struct pollfd fds[2] = {{.fd = w->wake_fd, .events = POLLIN},
                            {.fd = session_output_fd(w->session), .events = POLLIN}};
    if (poll(fds, 2, -1) < 0)
        return;
    if (fds[0].revents)
        drain_fd(w->wake_fd);
    if (fds[1].revents)
        session_drain_output(w->session);
}

static void pump(struct worker *w, bool *shown_running)
{
    cJSON *stop = NULL;
    bool done = false;
    int64_t deadline = *shown_running ? INT64_MAX : clock_now_ns() + SHOW_RUNNING_AFTER_NS;
    struct error *e = session_pump(w->session, deadline, w->wake_fd, &stop, &done);
    if (error_is(e, ERR_TIMEOUT) && session_state(w->session) == SESSION_RUNNING) {
        error_free(e);
        *shown_running = true;
        publish(w);
        return;
    }
    if (!e && !done) {
        drain_fd(w->wake_fd);
        return;
    }
    *shown_running = false;
    answer_waiters(w, e, stop);
    publish(w);
}

static struct error *open_session(struct worker *w)
{
    const struct worker_options *o = &w->options;
    bool none = o->target && strcmp(o->target, "none") == 0;
    for (size_t i = 0; o->symbols && o->symbols[i]; i++)
        TRY(session_add_symbols(w->session, o->symbols[i]));
    if (o->program)
        TRY(session_set_program(w->session, o->program, o->args));
    if (none || (!o->target && !o->program))
        return NULL;
    return session_connect_to(w->session, &(struct session_target){.spec = o->target, .running = o->running});
}

/* A target that cannot say good-bye in time is left as it is. */
static void leave(struct worker *w)
{
    cJSON *result = NULL;
    session_set_deadline(w->session, clock_now_ns() + LEAVE_TIME_NS);
    struct error *e = session_execute(w->session, command_find(w->kill ? "kill" : "detach"), NULL, &result);
    cJSON_Delete(result);
    error_free(e);
}

static void *engine_main(void *context)
{
    struct worker *w = context;
    struct session_options options = {.cancel_fd = w->cancel_fd,
                                      .event = on_event,
                                      .console = on_console,
                                      .leaving = is_stopping,
                                      .context = w,
                                      .wire_log = w->options.wire_log,
                                      .break_in = w->options.break_in,
                                      .capture_output = w->options.capture_output};
    w->session = session_create(&options);
    struct worker_message ready = {.kind = WORKER_READY, .error = open_session(w)};
    publish(w);
    send_message(w, &ready);
    bool shown_running = false;
    while (!w->quitting) {
        struct request *r = take_request(w);
        if (r)
            handle(w, r);
        else if (session_state(w->session) == SESSION_RUNNING)
            pump(w, &shown_running);
        else
            wait_idle(w);
    }
    drain_fd(w->cancel_fd);
    leave(w);
    answer_waiters(w, error_new(ERR_CANCELLED, "the session is over"), NULL);
    session_destroy(w->session);
    return NULL;
}

/* -- the face's side -------------------------------------------------------------------------------- */

static char **copy_words(const char *const *words)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    char **copy = xcalloc(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = xstrdup(words[i]);
    return copy;
}

static void copy_options(struct worker_options *to, const struct worker_options *from)
{
    *to = *from;
    to->program = xstrdup_or_null(from->program);
    to->target = xstrdup_or_null(from->target);
    to->wire_log = xstrdup_or_null(from->wire_log);
    to->break_in = xstrdup_or_null(from->break_in);
    to->args = copy_words((const char *const *)from->args);
    to->symbols = (const char *const *)copy_words(from->symbols);
}

static void free_options(struct worker_options *o)
{
    free((char *)(uintptr_t)o->program);
    free((char *)(uintptr_t)o->target);
    free((char *)(uintptr_t)o->wire_log);
    free((char *)(uintptr_t)o->break_in);
    worker_words_free((char **)(uintptr_t)o->args);
    worker_words_free((char **)(uintptr_t)o->symbols);
}

struct worker *worker_start(const struct worker_options *options)
{
    struct worker *w = xcalloc(1, sizeof *w);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->completed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->message_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->last_request = &w->first_request;
    w->last_message = &w->first_message;
    w->busy = true; /* the opening can be interrupted */
    copy_options(&w->options, options);
    if (w->wake_fd < 0 || w->message_fd < 0 || w->cancel_fd < 0 ||
        pthread_create(&w->thread, NULL, engine_main, w) != 0) {
        perror("allstop: cannot start the engine's thread");
        abort();
    }
    return w;
}

static uint64_t post(struct worker *w, struct request *r)
{
    pthread_mutex_lock(&w->lock);
    r->id = ++w->next_id;
    uint64_t id = r->id;
    *w->last_request = r;
    w->last_request = &r->next;
    w->busy = true;
    pthread_mutex_unlock(&w->lock);
    signal_fd(w->wake_fd);
    return id;
}

uint64_t worker_post_line(struct worker *w, const char *line)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_LINE;
    r->text = xstrdup(line);
    return post(w, r);
}

uint64_t worker_post(struct worker *w, const char *command, cJSON *args)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_JSON;
    r->text = xstrdup(command);
    r->args = args ? args : cJSON_CreateObject();
    return post(w, r);
}

void worker_set_needs(struct worker *w, const struct view_needs *needs)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_NEEDS;
    r->needs = *needs;
    post(w, r);
}

void worker_interrupt(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->busy)
        signal_fd(w->cancel_fd); /* under the lock, so that it cannot hit what comes after */
    pthread_mutex_unlock(&w->lock);
}

int worker_fd(const struct worker *w)
{
    return w->message_fd;
}

bool worker_take(struct worker *w, struct worker_message *ret)
{
    pthread_mutex_lock(&w->lock);
    struct message *m = w->first_message;
    if (m) {
        w->first_message = m->next;
        if (!w->first_message)
            w->last_message = &w->first_message;
    } else {
        drain_fd(w->message_fd);
    }
    pthread_mutex_unlock(&w->lock);
    if (!m)
        return false;
    *ret = m->content;
    free(m);
    return true;
}

struct view *worker_view(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct view *v = view_ref(w->view);
    pthread_mutex_unlock(&w->lock);
    return v;
}

void worker_words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static struct timespec after_ms(int timeout_ms)
{
    int64_t at = clock_now_ns() + (int64_t)timeout_ms * 1000000;
    return (struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
}

char **worker_complete(struct worker *w, const char *line, size_t cursor, int timeout_ms, size_t *word_start)
{
    struct completion *c = xcalloc(1, sizeof *c);
    c->references = 2;
    c->cursor = cursor;
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_COMPLETE;
    r->text = xstrdup(line);
    r->completion = c;
    post(w, r);
    struct timespec until = after_ms(timeout_ms);
    pthread_mutex_lock(&w->lock);
    while (!c->done && pthread_cond_timedwait(&w->completed, &w->lock, &until) == 0) {
    }
    char **words = c->words;
    c->words = NULL;
    *word_start = c->word_start;
    completion_unref(c);
    pthread_mutex_unlock(&w->lock);
    return words;
}

static void drop_requests(struct worker *w)
{
    while (w->first_request) {
        struct request *r = w->first_request;
        w->first_request = r->next;
        if (r->completion)
            completion_unref(r->completion);
        free(r->text);
        cJSON_Delete(r->args);
        free(r);
    }
}

void worker_stop(struct worker *w, bool kill)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_mutex_unlock(&w->lock);
    worker_interrupt(w);
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_QUIT;
    r->kill = kill;
    post(w, r);
    pthread_join(w->thread, NULL);
    struct worker_message m;
    while (worker_take(w, &m))
        worker_message_free(&m);
    drop_requests(w);
    view_unref(w->view);
    free_options(&w->options);
    close(w->wake_fd);
    close(w->message_fd);
    close(w->cancel_fd);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->completed);
    free(w);
}
