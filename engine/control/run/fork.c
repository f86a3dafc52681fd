/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/call/call.h"
#include "engine/control/run/fork.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/target/program.h"
#include "engine/target/libraries.h"

static bool is_trap(const struct site *p)
{
    return p->type == SITE_SOFTWARE || p->type == SITE_MEMORY;
}

static void remove_traps(struct control *c, bool removed)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = t->count; i-- > 0;)
        if (is_trap(t->items[i]))
            site_remove(c, t->items[i], removed);
}

static bool ends_the_session(const struct error *e)
{
    return error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED);
}

static struct error *take_out(struct control *c, struct ptid thread, const struct site *p)
{
    if (p->type == SITE_MEMORY)
        return rsp_write_memory(c->target->connection, thread, p->address, p->saved, p->length);
    return rsp_remove_point(c->target->connection, (int)p->type, p->address, p->length);
}

/* `z0` acts on the process of the selected thread; what it answers for a place that process has not is no
 * matter. */
static struct error *clean(struct control *c, struct ptid thread)
{
    TRY(rsp_select_thread(c->target->connection, thread));
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; i < t->count; i++) {
        if (!is_trap(t->items[i]) || !t->items[i]->inserted)
            continue;
        struct error *e = take_out(c, thread, t->items[i]);
        if (ends_the_session(e))
            return e;
        error_free(e);
    }
    return NULL;
}

static struct error *let_go(struct control *c, int64_t pid)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(c->target->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "D;%" PRIx64, (uint64_t)pid));
    rsp_forget_selected(c->target->connection);
    return NULL;
}

static struct error *select_current(struct control *c)
{
    return c->target->threads.has_current
               ? rsp_select_thread(c->target->connection, c->target->threads.current)
               : NULL;
}

/* -- the processes we hold ------------------------------------------------------------------------- */

static void add_process(struct control *c, int64_t pid)
{
    struct follow *f = &c->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == pid)
            return;
    bool fresh = f->count > 0;
    if (f->count < PROCESSES_MAX)
        f->processes[f->count++] = (struct process){.pid = pid, .fresh = fresh};
}

static void drop_process(struct control *c, int64_t pid)
{
    struct follow *f = &c->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == pid)
            f->processes[i--] = f->processes[--f->count];
    threads_drop_process(c->target, pid);
    description_forget_process(c->target, pid);
}

void fork_forget(struct control *c)
{
    c->follow.count = 0;
    c->follow.vfork_parent = 0;
}

bool fork_caught(struct control *c, const struct stop *stop)
{
    struct follow *f = &c->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == stop->thread.pid && f->processes[i].fresh) {
            f->processes[i].fresh = false;
            return stop->signal == signal_number("SIGSTOP");
        }
    return false;
}

int64_t fork_only_running(const struct control *c)
{
    return c->follow.vfork_parent && c->target->threads.has_current ? c->target->threads.current.pid : 0;
}

static struct error *become(struct control *c, struct ptid thread)
{
    struct thread *t = threads_note(c->target, thread);
    t->state = THREAD_STOPPED;
    return threads_select(c->target, thread);
}

/* -- who is followed ------------------------------------------------------------------------------- */

static struct error *follow_parent(struct control *c, const struct rsp_stop *stop)
{
    if (stop->reason == RSP_REASON_VFORK) {
        remove_traps(c, true);
        struct error *e = sites_flush(c);
        error_free(e);
    } else {
        TRY(clean(c, stop->related));
    }
    TRY(let_go(c, stop->related.pid));
    return select_current(c);
}

/* The parent of a vfork sleeps in the kernel until its child is done, and lends it its memory, traps and all.
 */
static struct error *follow_child(struct control *c, const struct rsp_stop *stop)
{
    struct ptid parent = c->target->threads.current;
    if (stop->reason == RSP_REASON_VFORK) {
        c->follow.vfork_parent = parent.pid;
        add_process(c, parent.pid);
        add_process(c, stop->related.pid);
    } else {
        TRY(clean(c, parent));
        TRY(let_go(c, parent.pid));
        threads_drop_process(c->target, parent.pid);
    }
    TRY(become(c, stop->related));
    c->plan.has_thread = c->plan.has_thread && c->plan.kind == PLAN_CONTINUE;
    return select_current(c);
}

static struct error *follow_both(struct control *c, const struct rsp_stop *stop)
{
    add_process(c, c->target->threads.current.pid);
    add_process(c, stop->related.pid);
    threads_note(c->target, stop->related)->state = THREAD_STOPPED;
    return select_current(c);
}

struct error *fork_follow(struct control *c, const struct rsp_stop *stop)
{
    if (stop->related.tid <= 0)
        return NULL;
    if (c->follow.mode != FOLLOW_PARENT)
        description_inherit(c->target, c->target->threads.current.pid, stop->related.pid);
    switch (c->follow.mode) {
    case FOLLOW_CHILD:
        return follow_child(c, stop);
    case FOLLOW_BOTH:
        return follow_both(c, stop);
    case FOLLOW_PARENT:
        break;
    }
    return follow_parent(c, stop);
}

/* Its memory is its own again: the traps in it are taken out, and it goes. */
static struct error *release_vfork_parent(struct control *c)
{
    int64_t pid = c->follow.vfork_parent;
    c->follow.vfork_parent = 0;
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->id.pid == pid) {
            TRY(clean(c, c->target->threads.items[i]->id));
            break;
        }
    TRY(let_go(c, pid));
    drop_process(c, pid);
    return NULL;
}

void fork_vfork_done(struct control *c)
{
    if (c->follow.mode == FOLLOW_PARENT)
        remove_traps(c, false);
}

struct error *fork_process_ended(struct control *c, const struct rsp_stop *stop, bool *others)
{
    int64_t pid = stop->has_thread && stop->thread.pid > 0 ? stop->thread.pid : 0;
    *others = false;
    if (c->follow.count < 2 || !pid)
        return NULL;
    drop_process(c, pid);
    if (c->follow.vfork_parent && pid != c->follow.vfork_parent)
        return release_vfork_parent(c); /* the one that was followed is gone */
    if (c->target->threads.count == 0)
        return NULL;
    *others = true;
    bool has_code = stop->kind == RSP_STOP_EXITED && stop->has_status;
    target_emit(c->target, &(struct event){.kind = EVENT_PROCESS_EXITED,
                                           .process = {pid, has_code, has_code ? stop->status : 0}});
    target_stands(c->target);
    rsp_forget_selected(c->target->connection);
    TRY(become(c, c->target->threads.items[0]->id));
    return select_current(c);
}

/* -- exec ------------------------------------------------------------------------------------------ */

static struct error *load_program(struct control *c, const char *path)
{
    struct symbol_file *f = NULL;
    TRY(symbol_file_open(path, &f));
    while (symbol_map_count(c->target->map))
        kernel_remove_file(c->target, symbol_map_file(c->target->map, 0, NULL));
    symbol_map_add(c->target->map, f, 0);
    c->target->big_endian = symbol_file_is_big_endian(f);
    c->target->executed = true;
    program_find_slide(c->target);
    return NULL;
}

/* LLVM's stub does not say which: the names of the one before would be wrong. */
static void forget_program(struct control *c)
{
    static const char text[] =
        "another program was executed, and the stub does not say which: what is known of the one "
        "before is dropped, and `symbols FILE` loads the new one's\n";
    size_t index;
    struct symbol_file *f = program_file(c->target, &index);
    if (!f)
        return;
    kernel_remove_file(c->target, f);
    target_say(c->target, text);
}

/* The process, where it is held beside another: there is one map of symbols, that of the program which the
 * others still run. */
static struct process *held_beside(struct control *c, int64_t pid)
{
    struct follow *f = &c->follow;
    for (size_t i = 0; f->count > 1 && !f->vfork_parent && i < f->count; i++)
        if (f->processes[i].pid == pid)
            return &f->processes[i];
    return NULL;
}

/* The stop's own registers are read by the new program's description. */
struct error *fork_describe_exec(struct control *c, const struct rsp_stop *stop)
{
    if (!held_beside(c, stop->thread.pid))
        return description_renew(c->target, stop->thread.pid, stop->path);
    description_forget_process(c->target, stop->thread.pid);
    return NULL;
}

static struct error *insert_anew(struct control *c)
{
    libraries_attached(c);
    struct error *e = breakpoints_reinsert(c);
    if (ends_the_session(e))
        return e;
    error_free(e); /* a breakpoint the new program has no place for stays, and its state says so */
    return NULL;
}

/* Where it was loaded could not be read by then, nor how a trap of it looks. */
struct error *fork_described_late(struct control *c)
{
    if (!c->target->described_late)
        return NULL;
    c->target->described_late = false;
    program_find_slide(c->target);
    return insert_anew(c);
}

struct error *fork_after_exec(struct control *c, const struct rsp_stop *stop)
{
    struct process *beside = held_beside(c, stop->thread.pid);
    if (beside) {
        beside->foreign = true;
        return NULL;
    }
    if (c->follow.vfork_parent) {
        TRY(release_vfork_parent(c));
        TRY(select_current(c));
    }
    sites_lost(c);
    calls_forget(c);
    if (stop->path[0] == '/' && access(stop->path, R_OK) == 0) {
        struct error *e = load_program(c, stop->path);
        error_free(e);
    }
    if (!stop->path[0])
        forget_program(c);
    return insert_anew(c);
}
