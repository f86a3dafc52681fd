/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A target without any session: its hooks note what they are told, and its processor is an x86-64 whose stub
 * is played by a thread of the test (stub_played.h). Included by the tests of engine/target, engine/inspect
 * and engine/control (test_target_*.c, test_inspect_*.c, test_control_*.c), which are linked with the floors
 * up to their own and nothing else (Makefile).
 */
#ifndef ALLSTOP_TESTS_UNIT_TARGET_PLAYED_H
#define ALLSTOP_TESTS_UNIT_TARGET_PLAYED_H

#include "stub_played.h"

#include "engine/target/libraries.h"
#include "engine/target/names.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

static struct target *target;
static struct buf hooked; /* what the hooks were told, a line each; events as JSON */

/* The memory filter: a byte that is not the user's affair, and what the user sees in its place. */
static struct {
    bool active;
    uint64_t address;
    unsigned char stands, seen;
} filter;
static bool something_to_run; /* what the hook `can_run` says */

/* -- hooks ------------------------------------------------------------------------------------------- */

static void on_runs_again(struct target *t)
{
    (void)t;
    buf_add_text(&hooked, "runs_again\n");
}

static void on_lost(struct target *t, const char *message, const char *hint)
{
    (void)hint;
    buf_printf(&hooked, "lost in state %d: %s\n", (int)t->state, message ? message : "-");
}

static void on_ended(struct target *t)
{
    (void)t;
    buf_add_text(&hooked, "ended\n");
}

static void on_memory_read(struct target *t, uint64_t address, unsigned char *bytes, size_t n)
{
    (void)t;
    buf_printf(&hooked, "read %" PRIx64 " %zu\n", address, n);
    if (filter.active && filter.address - address < n)
        bytes[filter.address - address] = filter.seen;
}

static void on_memory_write(struct target *t, uint64_t address, const unsigned char *bytes,
                            unsigned char *beneath, size_t n)
{
    (void)t;
    buf_printf(&hooked, "write %" PRIx64 " %zu\n", address, n);
    if (!filter.active || filter.address - address >= n)
        return;
    filter.seen = bytes[filter.address - address];
    beneath[filter.address - address] = filter.stands;
}

/* Events of threads by their names, any other by its number. */
static void on_event(struct target *t, const struct event *event)
{
    (void)t;
    char name[48];
    if (event->kind == EVENT_THREAD_STARTED || event->kind == EVENT_THREAD_EXITED) {
        thread_name(event->thread->id, name, sizeof name);
        buf_printf(&hooked, "thread %s: %s, number %d\n",
                   event->kind == EVENT_THREAD_STARTED ? "started" : "exited", name, event->thread->number);
    } else {
        buf_printf(&hooked, "event %d\n", (int)event->kind);
    }
}

static bool on_can_run(const struct target *t)
{
    (void)t;
    return something_to_run;
}

static const char *on_program_folder(struct target *t)
{
    (void)t;
    return NULL;
}

static const char *on_file_shown(const struct target *t)
{
    (void)t;
    return NULL;
}

static bool on_more_symbols(struct target *t)
{
    (void)t;
    buf_add_text(&hooked, "more_symbols\n");
    return false;
}

static void on_thread_gone(struct target *t, const struct thread *thread)
{
    char name[48];
    thread_name(thread->id, name, sizeof name);
    buf_printf(&hooked, "gone %s, %s the table\n", name,
               threads_find(&t->threads, thread->id) == thread ? "in" : "not in");
}

/* -- what a test does ------------------------------------------------------------------------------ */

/* How many lines that the hooks wrote begin so. */
static UNUSED_FUNCTION unsigned told(const char *prefix)
{
    unsigned count = 0;
    for (const char *line = buf_text(&hooked); *line; line = strchr(line, '\n') + 1)
        count += strncmp(line, prefix, strlen(prefix)) == 0;
    return count;
}

/* All that was sent and told so far is forgotten. */
static UNUSED_FUNCTION void nothing_yet(void)
{
    stub_forget_sent();
    buf_clear(&hooked);
}

static UNUSED_FUNCTION void put(uint64_t address, const void *bytes, size_t n)
{
    assert_true(address - PLAYED_BASE <= PLAYED_SIZE - n);
    memcpy(played.memory + (address - PLAYED_BASE), bytes, n);
}

static UNUSED_FUNCTION void put_number(uint64_t address, uint64_t value)
{
    put(address, &value, sizeof value);
}

static UNUSED_FUNCTION unsigned char stands_at(uint64_t address)
{
    return played.memory[address - PLAYED_BASE];
}

/* A new stop: what is known of the last one is of the past. */
static UNUSED_FUNCTION void next_stop(void)
{
    target_runs(target);
    target_forget(target);
    threads_resumed(target);
    target->epoch++;
    target_stands(target);
    nothing_yet();
}

/* The stub hangs up; only what is asked next finds out. */
static UNUSED_FUNCTION void hang_up(void)
{
    pthread_mutex_lock(&played.lock);
    shutdown(played.peer.fd, SHUT_RDWR);
    pthread_mutex_unlock(&played.lock);
}

/* A target that nothing is connected to. */
static UNUSED_FUNCTION void target_alone(void)
{
    static const struct target_hooks hooks = {
        .runs_again = on_runs_again,
        .lost = on_lost,
        .ended = on_ended,
        .memory_read = on_memory_read,
        .memory_write = on_memory_write,
        .event = on_event,
        .can_run = on_can_run,
        .program_folder = on_program_folder,
        .file_shown = on_file_shown,
        .more_symbols = on_more_symbols,
        .thread_gone = on_thread_gone,
    };
    target = xcalloc(1, sizeof *target);
    target->hooks = hooks;
    target->deadline_ns = INT64_MAX;
    target->cancel_fd = -1;
    target->map = symbol_map_create();
    target->library_miss = UINT64_MAX;
    signal_table_init(&target->signals);
    names_watch(target);
    filter.active = something_to_run = false;
    buf_clear(&hooked);
}

/* Starts a stub and connects to it; thread 1 is selected. `features` as in struct played. */
static UNUSED_FUNCTION void target_connect(const char *features)
{
    const struct transport_options to = {.deadline_ns = in_seconds(20), .cancel_fd = -1};
    const struct rsp_options options = {.cancel_fd = -1};
    struct transport *t;
    free(target->spec);
    target->spec = stub_start(features, "vCont;c;C;s;S");
    must(transport_open(target->spec, &to, &t));
    target->connection = rsp_connection_create(t, &options);
    rsp_set_deadline(target->connection, in_seconds(20));
    must(rsp_negotiate(target->connection));
    must(rsp_read_description(target->connection, &target->description));
    target->arch = &arch_x86_64;
    target_stands(target);
    target->threads.current = threads_note(target, (struct ptid){0, 1})->id;
    target->threads.has_current = true;
    nothing_yet();
}

static UNUSED_FUNCTION void target_disconnect(void)
{
    if (!target->connection)
        return;
    rsp_connection_destroy(target->connection);
    target->connection = NULL;
    target_is_gone(target);
    target_forget(target);
    threads_clear(&target->threads);
    memory_map_forget(&target->memory_map);
    rsp_tdesc_free(target->description);
    target->description = NULL;
    stub_end();
}

static UNUSED_FUNCTION int start_alone(void **state)
{
    (void)state;
    target_alone();
    return 0;
}

/* A bare machine: only what is known to be RAM may be read twice. */
static UNUSED_FUNCTION int start_machine(void **state)
{
    (void)state;
    target_alone();
    target_connect("");
    return 0;
}

/* A process: all its memory is RAM. */
static UNUSED_FUNCTION int start_process(void **state)
{
    start_machine(state);
    target->is_process = true;
    return 0;
}

static UNUSED_FUNCTION int end_target(void **state)
{
    (void)state;
    target_disconnect();
    threads_free(&target->threads);
    memory_free(&target->memory);
    symbol_map_free(target->map);
    free(target->spec);
    free(target);
    buf_free(&hooked);
    return 0;
}

#define TEST_ON(start, f) cmocka_unit_test_setup_teardown(f, start, end_target)

#endif
