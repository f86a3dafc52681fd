#include "engine/control/run/fork.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/session/core.h"
#include "engine/target/program.h"
#include "engine/target/libraries.h"

static bool is_trap(const struct plant *p)
{
    return p->type == PLANT_SOFTWARE || p->type == PLANT_MEMORY;
}

static void lift_traps(struct session *s, bool lifted)
{
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = t->count; i-- > 0;)
        if (is_trap(t->items[i]))
            plant_lift(s, t->items[i], lifted);
}

static bool ends_the_session(const struct error *e)
{
    return error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED);
}

static struct error *take_out(struct session *s, struct ptid thread, const struct plant *p)
{
    if (p->type == PLANT_MEMORY)
        return rsp_write_memory(s->target.connection, thread, p->address, p->saved, p->length);
    return rsp_remove_point(s->target.connection, (int)p->type, p->address, p->length);
}

/* `z0` acts on the process of the selected thread; what it answers for a place that process has not is no
 * matter. */
static struct error *clean(struct session *s, struct ptid thread)
{
    TRY(rsp_select_thread(s->target.connection, thread));
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = 0; i < t->count; i++) {
        if (!is_trap(t->items[i]) || !t->items[i]->inserted)
            continue;
        struct error *e = take_out(s, thread, t->items[i]);
        if (ends_the_session(e))
            return e;
        error_free(e);
    }
    return NULL;
}

static struct error *let_go(struct session *s, int64_t pid)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->target.connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "D;%" PRIx64, (uint64_t)pid));
    rsp_forget_selected(s->target.connection);
    return NULL;
}

static struct error *select_current(struct session *s)
{
    return s->target.threads.has_current ? rsp_select_thread(s->target.connection, s->target.threads.current)
                                         : NULL;
}

/* -- the processes we hold ------------------------------------------------------------------------- */

static void add_process(struct session *s, int64_t pid)
{
    struct follow *f = &s->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == pid)
            return;
    bool fresh = f->count > 0;
    if (f->count < PROCESSES_MAX)
        f->processes[f->count++] = (struct process){.pid = pid, .fresh = fresh};
}

static void drop_process(struct session *s, int64_t pid)
{
    struct follow *f = &s->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == pid)
            f->processes[i--] = f->processes[--f->count];
    threads_drop_process(&s->target, pid);
}

void fork_forget(struct session *s)
{
    s->follow.count = 0;
    s->follow.vfork_parent = 0;
}

bool fork_caught(struct session *s, const struct stop *stop)
{
    struct follow *f = &s->follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->processes[i].pid == stop->thread.pid && f->processes[i].fresh) {
            f->processes[i].fresh = false;
            return stop->signal == signal_number("SIGSTOP");
        }
    return false;
}

int64_t fork_only_running(const struct session *s)
{
    return s->follow.vfork_parent && s->target.threads.has_current ? s->target.threads.current.pid : 0;
}

static void become(struct session *s, struct ptid thread)
{
    struct thread *t = threads_note(&s->target, thread);
    t->state = THREAD_STOPPED;
    s->target.threads.current = thread;
    s->target.threads.has_current = true;
}

/* -- who is followed ------------------------------------------------------------------------------- */

static struct error *follow_parent(struct session *s, const struct rsp_stop *stop)
{
    if (stop->reason == RSP_REASON_VFORK) {
        lift_traps(s, true);
        struct error *e = plants_flush(s);
        error_free(e);
    } else {
        TRY(clean(s, stop->related));
    }
    TRY(let_go(s, stop->related.pid));
    return select_current(s);
}

/* The parent of a vfork sleeps in the kernel until its child is done, and lends it its memory, traps and all.
 */
static struct error *follow_child(struct session *s, const struct rsp_stop *stop)
{
    struct ptid parent = s->target.threads.current;
    if (stop->reason == RSP_REASON_VFORK) {
        s->follow.vfork_parent = parent.pid;
        add_process(s, parent.pid);
        add_process(s, stop->related.pid);
    } else {
        TRY(clean(s, parent));
        TRY(let_go(s, parent.pid));
        threads_drop_process(&s->target, parent.pid);
    }
    become(s, stop->related);
    s->plan.has_thread = s->plan.has_thread && s->plan.kind == PLAN_CONTINUE;
    return select_current(s);
}

static struct error *follow_both(struct session *s, const struct rsp_stop *stop)
{
    add_process(s, s->target.threads.current.pid);
    add_process(s, stop->related.pid);
    threads_note(&s->target, stop->related)->state = THREAD_STOPPED;
    return select_current(s);
}

struct error *fork_follow(struct session *s, const struct rsp_stop *stop)
{
    if (stop->related.tid <= 0)
        return NULL;
    switch (s->follow.mode) {
    case FOLLOW_CHILD:
        return follow_child(s, stop);
    case FOLLOW_BOTH:
        return follow_both(s, stop);
    case FOLLOW_PARENT:
        break;
    }
    return follow_parent(s, stop);
}

/* Its memory is its own again: the traps in it are taken out, and it goes. */
static struct error *release_vfork_parent(struct session *s)
{
    int64_t pid = s->follow.vfork_parent;
    s->follow.vfork_parent = 0;
    for (size_t i = 0; i < s->target.threads.count; i++)
        if (s->target.threads.items[i]->id.pid == pid) {
            TRY(clean(s, s->target.threads.items[i]->id));
            break;
        }
    TRY(let_go(s, pid));
    drop_process(s, pid);
    return NULL;
}

void fork_vfork_done(struct session *s)
{
    if (s->follow.mode == FOLLOW_PARENT)
        lift_traps(s, false);
}

struct error *fork_process_ended(struct session *s, const struct rsp_stop *stop, bool *others)
{
    int64_t pid = stop->has_thread && stop->thread.pid > 0 ? stop->thread.pid : 0;
    *others = false;
    if (s->follow.count < 2 || !pid)
        return NULL;
    drop_process(s, pid);
    if (s->follow.vfork_parent && pid != s->follow.vfork_parent)
        return release_vfork_parent(s); /* the one that was followed is gone */
    if (s->target.threads.count == 0)
        return NULL;
    *others = true;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "process-exited");
    cJSON_AddNumberToObject(o, "pid", (double)pid);
    if (stop->kind == RSP_STOP_EXITED && stop->has_status)
        cJSON_AddNumberToObject(o, "exit_code", (double)stop->status);
    target_emit(&s->target, o);
    s->target.state = TARGET_STOPPED;
    rsp_forget_selected(s->target.connection);
    become(s, s->target.threads.items[0]->id);
    return select_current(s);
}

/* -- exec ------------------------------------------------------------------------------------------ */

static struct error *load_program(struct session *s, const char *path)
{
    struct symbol_file *f = NULL;
    TRY(symbol_file_open(path, &f));
    while (symbol_map_count(s->target.map)) {
        struct error *e =
            symbol_map_remove(s->target.map, symbol_file_path(symbol_map_file(s->target.map, 0, NULL)));
        if (e) {
            symbol_file_close(f);
            return e;
        }
    }
    symbol_map_add(s->target.map, f, 0);
    program_find_slide(&s->target);
    return NULL;
}

/* There is one map of symbols, that of the program which the others still run. */
static bool goes_its_own_way(struct session *s, int64_t pid)
{
    struct follow *f = &s->follow;
    for (size_t i = 0; f->count > 1 && !f->vfork_parent && i < f->count; i++)
        if (f->processes[i].pid == pid)
            return f->processes[i].foreign = true;
    return false;
}

struct error *fork_after_exec(struct session *s, const struct rsp_stop *stop)
{
    if (goes_its_own_way(s, stop->thread.pid))
        return NULL;
    if (s->follow.vfork_parent) {
        TRY(release_vfork_parent(s));
        TRY(select_current(s));
    }
    plants_lost(s);
    if (stop->path[0] == '/' && access(stop->path, R_OK) == 0) {
        struct error *e = load_program(s, stop->path);
        error_free(e);
    }
    libraries_attached(s);
    struct error *e = breakpoints_replant(s);
    if (ends_the_session(e))
        return e;
    error_free(e); /* a wish the new program has no place for stays, and its state says so */
    return NULL;
}
