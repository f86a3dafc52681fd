/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's own thread as a face drives it: posts, messages, views, Ctrl-C, completion, and ways to end.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/face/worker.h"

enum { PATIENCE_MS = 60000 };

static char folder[] = "/tmp/allstop-worker-XXXXXX";
static char program[64];
static bool ready;

static const char source[] = "#include <pthread.h>\n"
                             "#include <unistd.h>\n"
                             "volatile long rounds;\n"
                             "__attribute__((noinline)) long work(long a)\n"
                             "{\n"
                             "    long twice = a * 2;\n"
                             "    rounds++;\n"
                             "    return twice;\n"
                             "}\n"
                             "static void *worker(void *a)\n"
                             "{\n"
                             "    for (;;) { work((long)a); usleep(1000); }\n"
                             "}\n"
                             "int main(void)\n"
                             "{\n"
                             "    pthread_t t;\n"
                             "    alarm(120);\n"
                             "    for (long i = 1; i <= 3; i++) pthread_create(&t, 0, worker, (void *)i);\n"
                             "    for (;;) pause();\n"
                             "}\n";

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(program, sizeof program, "%s/racers", folder);
    BASE_FREE char *path = xasprintf("%s/racers.c", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return -1;
    fwrite(source, 1, sizeof source - 1, f);
    fclose(f);
    BASE_FREE char *command = xasprintf("cc -g -O0 -pthread -o %s %s", program, path);
    ready = system("command -v gdbserver >/dev/null") == 0 && system(command) == 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    BASE_FREE char *path = xasprintf("%s/racers.c", folder);
    unlink(path);
    unlink(program);
    rmdir(folder);
    return 0;
}

static const struct view_needs all_panes = {.source = 20,
                                            .disassembly = 20,
                                            .registers = 20,
                                            .threads = 20,
                                            .breakpoints = 10,
                                            .frames = 10,
                                            .locals = 10,
                                            .memory = 4};

static struct worker *start(const char *path, const char *target)
{
    struct worker_options options = {
        .program = path, .target = target, .capture_output = true, .views = true};
    return worker_start(&options);
}

/* The next message of a kind (and, for answers, of an id); others are thrown away. */
static struct worker_message next(struct worker *w, enum worker_message_kind kind, uint64_t id)
{
    int64_t until = clock_now_ns() + (int64_t)PATIENCE_MS * 1000000;
    struct worker_message m;
    while (clock_now_ns() < until) {
        while (worker_take(w, &m)) {
            if (m.kind == kind && (kind != WORKER_ANSWER || m.id == id))
                return m;
            worker_message_free(&m);
        }
        struct pollfd fd = {.fd = worker_fd(w), .events = POLLIN};
        poll(&fd, 1, 1000);
    }
    fail_msg("no message of kind %d came", (int)kind);
    return (struct worker_message){0};
}

static void wait_ready(struct worker *w)
{
    struct worker_message m = next(w, WORKER_READY, 0);
    if (m.error)
        fail_msg("%s", m.error->message);
    worker_message_free(&m);
}

static struct worker_message answer(struct worker *w, uint64_t id)
{
    return next(w, WORKER_ANSWER, id);
}

static struct worker_message good(struct worker *w, uint64_t id)
{
    struct worker_message m = answer(w, id);
    if (m.error)
        fail_msg("%s", m.error->message);
    return m;
}

static void line(struct worker *w, const char *text)
{
    struct worker_message m = good(w, worker_post_line(w, text));
    worker_message_free(&m);
}

static const char *text_of(const struct worker_message *m, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(m->result, name));
    return text ? text : "";
}

static enum target_state state_of(struct worker *w)
{
    struct view *v = worker_view(w);
    enum target_state state = v->state;
    view_unref(v);
    return state;
}

/* A view of the running target is published, at the latest after a moment. */
static void wait_running(struct worker *w)
{
    while (state_of(w) != TARGET_RUNNING) {
        struct worker_message m = next(w, WORKER_VIEW, 0);
        worker_message_free(&m);
    }
}

static pid_t inferior;

/* What was detached from goes on, and is nobody's. */
static void end_inferior(void)
{
    if (inferior > 1)
        kill(inferior, SIGKILL);
    inferior = 0;
}

/* With the breakpoint of every test: stopped in work(), called by a worker. */
static struct worker *stopped_in_work(void)
{
    if (!ready)
        fail_msg("gdbserver or a compiler is not installed (`make deps-test`)");
    struct worker *w = start(program, NULL);
    worker_set_needs(w, &all_panes);
    wait_ready(w);
    line(w, "break work");
    struct worker_message m = good(w, worker_post_line(w, "continue"));
    assert_string_equal(text_of(&m, "reason"), "breakpoint");
    assert_string_equal(text_of(&m, "function"), "work");
    assert_non_null(strstr(m.text, "Breakpoint 1"));
    inferior = (pid_t)strtol(text_of(&m, "thread") + 1, NULL, 10);
    worker_message_free(&m);
    return w;
}

static void test_view(void **state)
{
    (void)state;
    struct worker *w = stopped_in_work();
    /* The view of the stop follows its answer. */
    struct view *v = worker_view(w);
    while (!v->stop_reason || strcmp(v->stop_reason, "breakpoint") != 0 || v->thread_count < 2) {
        view_unref(v);
        struct worker_message m = next(w, WORKER_VIEW, 0);
        worker_message_free(&m);
        v = worker_view(w);
    }
    assert_int_equal(v->state, TARGET_STOPPED);
    assert_true(v->has_pc);
    assert_true(v->register_count > 15);
    assert_non_null(v->source);
    assert_int_equal(v->source_line, 6);
    assert_true(v->instruction_count > 0);
    assert_true(v->frame_count >= 2);
    assert_string_equal(v->frames[0].function, "work");
    assert_true(v->local_count >= 2);
    assert_string_equal(v->locals[0].name, "a");
    assert_int_equal(v->breakpoint_count, 1);
    assert_int_equal(v->breakpoints[0].hits, 1);
    assert_true(v->memory_count > 0);
    /* A view that is held outlives many newer ones. */
    for (int i = 0; i < 20; i++)
        line(w, "stepi");
    assert_string_equal(v->frames[0].function, "work");
    view_unref(v);
    worker_stop(w, WORKER_KILL);
}

static void test_interrupt_and_refusal(void **state)
{
    (void)state;
    struct worker *w = stopped_in_work();
    line(w, "delete");
    uint64_t run = worker_post_line(w, "continue");
    wait_running(w);
    struct worker_message m = answer(w, worker_post_line(w, "registers"));
    assert_true(error_is(m.error, ERR_NOT_STOPPED));
    worker_message_free(&m);
    m = good(w, worker_post(w, "summary", NULL));
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(m.result, "stops")) >= 2);
    worker_message_free(&m);
    worker_interrupt(w);
    m = good(w, run);
    assert_string_equal(text_of(&m, "reason"), "interrupt");
    worker_message_free(&m);
    m = good(w, worker_post(w, "threads", NULL));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(m.result, "threads")), 4);
    worker_message_free(&m);
    worker_stop(w, WORKER_KILL);
}

/* Every waiter gets the one stop. */
static void test_many_waiters(void **state)
{
    (void)state;
    struct worker *w = stopped_in_work();
    line(w, "delete");
    uint64_t ids[4];
    ids[0] = worker_post(w, "continue", NULL);
    ids[1] = worker_post(w, "wait", NULL);
    ids[2] = worker_post(w, "wait", NULL);
    ids[3] = worker_post(w, "interrupt", NULL);
    /* next() throws away what is not asked for, so all are collected here */
    unsigned seen = 0;
    for (int n = 0; n < 4; n++) {
        struct worker_message m;
        do {
            while (!worker_take(w, &m)) {
                struct pollfd fd = {.fd = worker_fd(w), .events = POLLIN};
                assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
            }
            if (m.kind != WORKER_ANSWER)
                worker_message_free(&m);
        } while (m.kind != WORKER_ANSWER || m.id == 0);
        assert_null(m.error);
        assert_string_equal(text_of(&m, "reason"), "interrupt");
        for (unsigned i = 0; i < 4; i++)
            if (m.id == ids[i])
                seen |= 1u << i;
        worker_message_free(&m);
    }
    assert_int_equal(seen, 15);
    worker_stop(w, WORKER_KILL);
}

static void test_completion(void **state)
{
    (void)state;
    struct worker *w = stopped_in_work();
    size_t at = 99;
    char **words = worker_complete(w, "b wor", 5, PATIENCE_MS, &at);
    assert_non_null(words);
    assert_int_equal(at, 2);
    bool work = false, worker = false;
    for (size_t i = 0; words[i]; i++) {
        work = work || strcmp(words[i], "work") == 0;
        worker = worker || strcmp(words[i], "worker") == 0;
    }
    assert_true(work && worker);
    worker_words_free(words);
    /* One that nobody waits for is answered to nobody. */
    words = worker_complete(w, "b wor", 5, 0, &at);
    worker_words_free(words);
    worker_stop(w, WORKER_KILL);
}

static void test_stop_while_running(void **state)
{
    (void)state;
    for (int kill_it = 0; kill_it <= 1; kill_it++) {
        struct worker *w = stopped_in_work();
        line(w, "delete");
        worker_post_line(w, "continue");
        wait_running(w);
        worker_stop(w, kill_it ? WORKER_KILL : WORKER_DETACH);
        if (kill_it)
            assert_int_not_equal(kill(inferior, 0), 0);
        end_inferior();
    }
}

/* Stopped between hits that come a thousand times a second, requests still waiting, answers not taken. */
static void test_stop_at_any_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct worker *w = stopped_in_work();
        for (unsigned k = 0; k < 5 * i; k++)
            worker_post_line(w, k % 2 ? "next" : "continue 3");
        worker_interrupt(w);
        size_t at;
        worker_words_free(worker_complete(w, "p rou", 5, 0, &at));
        worker_stop(w, i % 2 ? WORKER_KILL : WORKER_LEAVE);
        end_inferior();
    }
}

static void test_bad_openings(void **state)
{
    (void)state;
    struct worker *w = start("/nowhere/nothing", NULL);
    struct worker_message m = next(w, WORKER_READY, 0);
    assert_non_null(m.error);
    worker_message_free(&m);
    m = answer(w, worker_post_line(w, "continue"));
    assert_true(error_is(m.error, ERR_NOT_CONNECTED));
    worker_message_free(&m);
    m = answer(w, worker_post(w, "nonsense", NULL));
    assert_true(error_is(m.error, ERR_USAGE));
    worker_message_free(&m);
    struct view *v = worker_view(w);
    assert_int_equal(v->state, TARGET_DISCONNECTED);
    view_unref(v);
    worker_stop(w, WORKER_KILL);

    w = start(NULL, "launch:/bin/false {port}");
    m = next(w, WORKER_READY, 0);
    assert_non_null(m.error);
    worker_message_free(&m);
    worker_stop(w, WORKER_LEAVE);
}

/* A stub that never answers: the opening is cancelled by leaving. */
static void test_leaving_a_mute_stub(void **state)
{
    (void)state;
    struct worker *w = start(NULL, "exec:sleep 100");
    int64_t began = clock_now_ns();
    worker_stop(w, WORKER_KILL);
    assert_true(clock_now_ns() - began < (int64_t)PATIENCE_MS * 1000000);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view),
        cmocka_unit_test(test_interrupt_and_refusal),
        cmocka_unit_test(test_many_waiters),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_stop_while_running),
        cmocka_unit_test(test_stop_at_any_time),
        cmocka_unit_test(test_bad_openings),
        cmocka_unit_test(test_leaving_a_mute_stub),
    };
    return cmocka_run_group_tests_name("engine worker", tests, set_up, tear_down);
}
