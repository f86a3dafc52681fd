/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/session.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/call/call.h"
#include "engine/control/breakpoints/hits.h"
#include "engine/control/stop/stop_report.h"
#include "engine/control/kernel/module_events.h"
#include "engine/session/session_private.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/printers/printers.h"
#include "engine/inspect/kernel/entry.h"
#include "engine/control/run/interrupt.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/session/launch/runner.h"
#include "engine/target/names.h"
#include "engine/target/registers.h"

static void tell_lost(struct session *s, const char *message, const char *hint)
{
    target_emit(s->target, &(struct event){.kind = EVENT_LOST, .problem = {message, hint}});
}

static void on_lost(struct target *target, const char *message, const char *hint)
{
    struct session *s = session_of(target);
    if (message)
        audit_lost(s->control, message);
    pty_drain(s); /* what the program said last may tell why */
    interrupt_settled(s->control);
    tell_lost(s, message ? message : "the connection was lost", hint);
}

static void on_runs_again(struct target *target)
{
    session_runs_again(session_of(target));
}

static void on_memory_read(struct target *target, uint64_t address, unsigned char *bytes, size_t n)
{
    traps_hide(session_of(target)->control, address, bytes, n);
}

static void on_memory_write(struct target *target, uint64_t address, const unsigned char *bytes,
                            unsigned char *beneath, size_t n)
{
    struct session *s = session_of(target);
    traps_divert(s->control, address, beneath, n);
    hits_note_written(s->control, address, bytes, n);
}

static void on_thread_gone(struct target *target, const struct thread *t)
{
    hold_thread_gone(session_of(target)->control, t);
}

static void on_event(struct target *target, const struct event *event)
{
    struct session *s = session_of(target);
    if (s->options.event)
        s->options.event(s->options.context, s, event);
}

static void on_ended(struct target *target)
{
    session_drop_connection(session_of(target), TARGET_EXITED);
}

static bool can_run(const struct target *target)
{
    return target->launched ? !target->was_there : session_of(target)->program != NULL;
}

static const char *program_folder(struct target *target)
{
    const struct session *s = session_of(target);
    return s->started ? s->setup.folder : NULL;
}

static const char *file_shown(const struct target *target)
{
    return session_of(target)->listing.file;
}

static bool more_symbols(struct target *target)
{
    return module_events_ask(session_of(target)->control);
}

static const struct target_hooks hooks = {
    .runs_again = on_runs_again,
    .lost = on_lost,
    .memory_read = on_memory_read,
    .memory_write = on_memory_write,
    .event = on_event,
    .ended = on_ended,
    .can_run = can_run,
    .program_folder = program_folder,
    .file_shown = file_shown,
    .more_symbols = more_symbols,
    .thread_gone = on_thread_gone,
};

static struct target *make_target(struct session *s)
{
    struct target *target = xcalloc(1, sizeof *target);
    target->hooks = hooks;
    target->context = s;
    target->deadline_ns = INT64_MAX;
    target->cancel_fd = s->options.cancel_fd;
    target->plans_ahead = s->options.plans_ahead;
    target->map = symbol_map_create();
    target->kernel = kernel_create();
    target->unwind_rules = &kernel_unwind_rules;
    printers_create(target);
    convenience_create(target);
    signal_table_init(&target->signals);
    names_watch(target);
    return target;
}

static struct control *make_control(struct session *s)
{
    struct control *c = xcalloc(1, sizeof *c);
    c->target = s->target;
    c->context = s;
    c->created_ns = clock_now_ns();
    c->interrupt.prepare = break_in_prepare;
    c->breakpoints.waits = libraries_want_events;
    audit_init(&c->audit);
    time_install(c);
    return c;
}

/* Descriptions of containers that the user wrote, where there are any: a wrong one leaves those that are
 * built in. */
static void add_printers(struct target *target, const char *path)
{
    size_t count;
    if (!path || access(path, F_OK) != 0)
        return;
    struct error *e = printers_add_file(target, path, &count);
    if (!e)
        return;
    BASE_FREE char *text = xasprintf(e->hint ? "%s\n  %s\n" : "%s\n", e->message, e->hint);
    target_say(target, text);
    error_free(e);
}

struct session *session_create(const struct session_options *options)
{
    struct session *s = xcalloc(1, sizeof *s);
    s->options = *options;
    s->target = make_target(s);
    s->control = make_control(s);
    s->sources = source_cache_create();
    console_init(&s->console);
    pty_init(&s->terminal);
    if (options->tty)
        s->setup.tty = xstrdup(options->tty);
    add_printers(s->target, options->printers);
    return s;
}

static void close_log(struct session *s)
{
    wire_log_close(s->log);
    s->log = NULL;
}

static void add_stats(struct rsp_stats *to, const struct rsp_stats *from)
{
    to->turns += from->turns;
    to->packets_out += from->packets_out;
    to->packets_in += from->packets_in;
    to->bytes_out += from->bytes_out;
    to->bytes_in += from->bytes_in;
    to->violations += from->violations;
    to->retransmits += from->retransmits;
}

struct rsp_stats session_stats(const struct session *s)
{
    struct rsp_stats all = s->finished_stats;
    if (s->target->connection)
        add_stats(&all, rsp_stats(s->target->connection));
    return all;
}

void session_drop_connection(struct session *s, enum target_state state)
{
    if (s->target->connection)
        add_stats(&s->finished_stats, rsp_stats(s->target->connection));
    plan_end(s->control);
    console_flush(s);
    s->emulated = false;
    buf_clear(&s->console.typed);
    s->target->attaching = false;
    rsp_connection_destroy(s->target->connection);
    s->target->connection = NULL;
    pty_close(s);
    close_log(s);
    target_forget(s->target);
    journal_close(s->control, state == TARGET_EXITED);
    sites_lost(s->control);
    calls_forget(s->control);
    breakpoints_lost(s->control);
    slots_forget(s->control);
    time_forget(s->control);
    fork_forget(s->control);
    memory_map_forget(&s->target->memory_map);
    module_events_forget(s->control);
    kernel_forget(s->target);
    threads_clear(&s->target->threads);
    hold_forget(s->control);
    description_forget_all(s->target);
    interrupt_settled(s->control);
    interrupt_owe(s->control, false);
    if (state == TARGET_EXITED)
        target_has_ended(s->target);
    else
        target_is_gone(s->target);
}

void session_destroy(struct session *s)
{
    if (!s)
        return;
    if (s->target->connection) {
        /* Nobody waits for a good-bye longer than this. */
        s->target->deadline_ns = clock_now_ns() + 2000000000;
        struct error *e = session_leave_at_last(s, session_launched(s));
        error_free(e);
        session_drop_connection(s, TARGET_DISCONNECTED);
    }
    time_forget(s->control);
    module_events_forget(s->control);
    printers_free(s->target);
    convenience_free(s->target);
    kernel_free(s->target); /* where modules are can be said before there is a target */
    breakpoints_free(&s->control->breakpoints);
    audit_free(&s->control->audit);
    slots_free(&s->control->slots);
    skip_free(&s->control->skips);
    threads_free(&s->target->threads);
    memory_free(&s->target->memory);
    symbol_map_free(s->target->map);
    free(s->control);
    source_cache_free(s->sources);
    console_free(&s->console);
    break_in_free(&s->break_in);
    free(s->target->spec);
    free(s->target);
    free(s->program);
    free(s->listing.file);
    setup_free(&s->setup);
    pty_free(s);
    free(s);
}

enum target_state session_state(const struct session *s)
{
    return s->target->state;
}

bool session_is_out_of_reach(const struct session *s)
{
    return s->target->out_of_reach;
}

uint64_t session_epoch(const struct session *s)
{
    return s->target->epoch;
}

void session_set_audit(struct session *s, bool active)
{
    audit_activate(s->control, active, 0);
}

void session_set_deadline(struct session *s, int64_t deadline_ns)
{
    s->target->deadline_ns = deadline_ns;
    if (s->target->connection)
        rsp_set_deadline(s->target->connection, deadline_ns);
}

static void learn_arch(struct session *s, const struct symbol_file *f)
{
    description_hide_files(s->target);
    if ((s->target->arch && !description_made_arch(s->target)) || description_several(s->target) ||
        description_is_due(s->target))
        return;
    const struct arch *told = arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1);
    if (!told && s->target->arch)
        return; /* what its description says is all that is known of it */
    s->target->arch = told;
    s->target->big_endian = symbol_file_is_big_endian(f);
    if (s->target->state == TARGET_STOPPED)
        registers_complete(s->target);
}

struct error *session_add_sections(struct session *s, const char *path, const struct section_address *list,
                                   size_t count)
{
    struct symbol_file *f;
    TRY(symbol_file_open(path, &f));
    struct error *e = symbol_map_add_sections(s->target->map, f, list, count);
    if (e)
        symbol_file_close(f);
    else
        learn_arch(s, f);
    return e;
}

static struct error *load(struct session *s, const char *path, bool absolute, uint64_t address)
{
    struct symbol_file *f;
    TRY(symbol_file_open(path, &f));
    uint64_t offset = address;
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; absolute && i < count; i++)
        if (strcmp(sections[i].name, ".text") == 0)
            offset = address - sections[i].address;
    learn_arch(s, f);
    symbol_map_add(s->target->map, f, offset);
    if (absolute || address)
        symbol_map_set_told(s->target->map, symbol_map_count(s->target->map) - 1);
    return NULL;
}

struct error *session_add_symbols(struct session *s, const char *spec)
{
    const char *at = strrchr(spec, '@');
    uint64_t address = 0;
    if (at && text_parse_u64(at[1] == '+' ? at + 2 : at + 1, &address)) {
        BASE_FREE char *path = xstrndup(spec, (size_t)(at - spec));
        return load(s, path, at[1] != '+', address);
    }
    return load(s, spec, false, 0);
}

struct error *session_set_program(struct session *s, const char *program, char *const *args)
{
    TRY(load(s, program, false, 0));
    free(s->program);
    s->program = xstrdup(program);
    setup_set_args(&s->setup, args);
    return NULL;
}

/* The program is to be started that was named, not what it executed in its place when it ran last. */
static struct error *reload_program(struct session *s)
{
    struct symbol_map *map = s->target->map;
    if (!s->target->executed || !s->program)
        return NULL;
    s->target->executed = false;
    while (symbol_map_count(map))
        kernel_remove_file(s->target, symbol_map_file(map, 0, NULL));
    return load(s, s->program, false, 0);
}

void session_set_start(struct session *s, enum start_at at)
{
    s->setup.stop_at = at;
}

struct error *session_connect(struct session *s, const char *spec)
{
    return session_connect_to(s, &(struct session_target){.spec = spec});
}

static struct error *attach(struct session *s, const struct session_target *target)
{
    const char *break_in = s->options.break_in; /* named once: the command may name another */
    s->options.break_in = NULL;
    if (break_in)
        TRY(break_in_name(s, break_in));
    struct error *e = session_attach(s, target);
    if (e && s->target->connection)
        session_drop_connection(s, TARGET_DISCONNECTED);
    return e;
}

static struct error *go_from_entry(struct session *s, enum start_at at)
{
    bool told;
    struct error *e = start_from_entry(s, at, &told);
    if ((e || told) && at != START_ENTRY && s->target->state == TARGET_STOPPED)
        stop_report(s->control);
    return e;
}

/* With what runs the program, which is taken over. */
static struct error *attach_with(struct session *s, const struct session_target *target,
                                 struct runner *runner)
{
    s->runner = runner;
    struct error *e = attach(s, target);
    s->runner = NULL;
    s->emulated = !e && runner->emulator;
    runner_free(runner);
    pty_started(s);
    return e ? runner_failed(s, e) : NULL;
}

static struct error *start_program(struct session *s, const struct session_target *target)
{
    struct runner runner;
    struct session_target t = *target;
    TRY(reload_program(s));
    TRY(runner_prepare(s, &runner));
    BASE_FREE char *spec = xstrdup(runner.spec);
    t.spec = spec;
    s->started = true;
    return attach_with(s, &t, &runner);
}

static struct error *attach_to_spec(struct session *s, const struct session_target *target)
{
    struct runner runner;
    bool runs;
    TRY(runner_for_spec(s, target->spec, &runner, &runs));
    bool before = s->started;
    s->started = false;
    struct error *e = runs ? attach_with(s, target, &runner) : attach(s, target);
    if (e)
        s->started = before; /* `run` is about what was there before */
    return e;
}

struct error *session_connect_to(struct session *s, const struct session_target *target)
{
    if (target_is_connected(s->target))
        return error_hint(error_new(ERR_USAGE, "already connected to %s", s->target->spec),
                          "`detach` or `kill` first");
    if (s->target->connection)
        session_drop_connection(s, TARGET_DISCONNECTED);
    struct error *e = target->spec ? attach_to_spec(s, target) : start_program(s, target);
    if (e && e->code != ERR_USAGE)
        target_is_out_of_reach(s->target);
    return e ? e : go_from_entry(s, target->at);
}

struct error *session_connect_again(struct session *s, bool running, enum start_at at)
{
    BASE_FREE char *spec = xstrdup(s->target->spec);
    return session_connect_to(
        s, &(struct session_target){
               .spec = s->started ? NULL : spec, .at = at, .running = running, .wait_for_device = true});
}

size_t session_idle_fds(struct session *s, struct pollfd *fds)
{
    struct transport_side terminal = pty_side(s);
    *fds = (struct pollfd){.fd = terminal.fd(terminal.context, &fds->events)};
    return 1 +
           (s->target->connection ? transport_idle_fds(rsp_transport(s->target->connection), fds + 1) : 0);
}

void session_idle(struct session *s, const struct pollfd *fds, size_t count)
{
    struct transport_side terminal = pty_side(s);
    bool any = false;
    if (count && fds[0].revents)
        terminal.ready(terminal.context);
    for (size_t i = 1; i < count; i++)
        any = any || fds[i].revents;
    if (!any || !s->target->connection)
        return;
    transport_drain_output(rsp_transport(s->target->connection));
    if (s->target->state != TARGET_STOPPED)
        return;
    struct error *e = target_check(s->target, rsp_look(s->target->connection));
    error_free(e); /* a loss was told */
    session_put_away_lost(s);
}

void session_put_away_lost(struct session *s)
{
    if (s->target->connection && s->target->state == TARGET_DISCONNECTED &&
        rsp_state(s->target->connection) == RSP_STATE_LOST)
        session_drop_connection(s, TARGET_DISCONNECTED);
}

void session_give_up(struct session *s)
{
    if (!target_is_connected(s->target))
        return;
    BASE_FREE char *text = xasprintf("the connection to %s was dropped without a word", s->target->spec);
    bool inserted = sites_any(s->control);
    session_drop_connection(s, TARGET_DISCONNECTED);
    target_is_out_of_reach(s->target);
    tell_lost(s, text,
              inserted ? "what was inserted is still in the target: `recover` puts it right once it answers"
                       : NULL);
}

void session_type(struct session *s, const char *bytes, size_t n)
{
    struct error *e = pty_type(s, bytes, n, false);
    if (e)
        target_say(s->target, e->message);
    error_free(e);
}

void session_resize_terminal(struct session *s, unsigned rows, unsigned columns)
{
    pty_resize(s, rows, columns);
}

struct session_counters session_counters(const struct session *s)
{
    struct session_counters n = {
        .violations = s->control->violations, .stops = s->control->stops, .wire = session_stats(s)};
    memcpy(n.by_kind, s->control->audit.counts, sizeof n.by_kind);
    return n;
}

bool session_has_sites(const struct session *s)
{
    return sites_any(s->control);
}

bool session_launched(const struct session *s)
{
    return s->target->launched && !s->target->was_there;
}
