/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers are compared as they were at the resume, never from stop to stop: a command may have set them. */
#include "engine/control/stop/hold.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/target/registers.h"

enum { EVIDENCE_REGISTERS = 4 };

static enum rsp_tristate *trait(const struct control *c)
{
    return &rsp_features(c->target->connection)->state[FEATURE_HOLD].works;
}

bool hold_any(const struct control *c)
{
    return c->hold.count > 0;
}

void hold_thread(struct control *c, struct thread *t)
{
    if (t->state == THREAD_HELD)
        return;
    t->state = THREAD_HELD;
    c->hold.count++;
}

void hold_release(struct control *c, struct thread *t)
{
    if (t->state != THREAD_HELD)
        return;
    t->state = THREAD_STOPPED;
    c->hold.count--;
}

void hold_thread_gone(struct control *c, const struct thread *t)
{
    struct hold *h = &c->hold;
    if (t->state != THREAD_HELD)
        return;
    h->count--;
    if (h->gone_count < HOLD_GONE_MAX)
        h->gone[h->gone_count++] = t->id;
}

void hold_forget(struct control *c)
{
    c->hold = (struct hold){0};
}

void hold_gone_told(struct control *c)
{
    c->hold.gone_count = 0;
}

enum rsp_tristate hold_honoured(const struct control *c)
{
    return c->target->connection ? *trait(c) : TRI_UNKNOWN;
}

/* -- before a run ---------------------------------------------------------------------------------- */

static bool is_one_instruction(const struct plan *p)
{
    return p->kind == PLAN_STEPI || p->kind == PLAN_NEXTI;
}

/* True when all threads but the plan's stay because of `schedule`. */
static bool others_stay(const struct control *c, const struct plan *p)
{
    return p->has_thread &&
           (c->schedule == SCHEDULE_ONE || (c->schedule == SCHEDULE_STEP && plan_is_step(p)));
}

static struct error *check_runner(struct control *c, const struct plan *p)
{
    bool steps_current = !p->has_thread && c->breakpoints.sites.stepped > 0;
    if (!p->has_thread && !steps_current)
        return NULL;
    struct ptid id = p->has_thread ? p->thread : c->target->threads.current;
    const struct thread *t = threads_find(&c->target->threads, id);
    if (!t || t->state != THREAD_HELD)
        return NULL;
    char name[48];
    thread_name(id, name, sizeof name);
    return error_hint(error_new(ERR_USAGE, "thread %s is held, so it cannot run", name),
                      "`release %s` first, or choose another thread", name);
}

static void note_start(struct control *c)
{
    struct hold *h = &c->hold;
    struct thread *t =
        c->target->threads.has_current ? threads_find(&c->target->threads, c->target->threads.current) : NULL;
    const struct rsp_register *pc = c->target->arch ? register_find(c->target, c->target->arch->pc) : NULL;
    h->has_start = false;
    if (!t || !pc || !register_cached(t, pc))
        return;
    struct error *e = thread_pc(c->target, t, &h->start_pc);
    h->has_start = !e;
    h->start_thread = t->id;
    error_free(e);
}

/* Threads whose registers are compared after this run: all that are held, or some that stay by `schedule`. */
static size_t choose(struct control *c, const struct plan *p, struct thread **list)
{
    bool all = others_stay(c, p) && *trait(c) == TRI_UNKNOWN &&
               c->hold.looks < (is_one_instruction(p) ? HOLD_STEP_LOOKS_MOST : HOLD_RUN_LOOKS_MOST);
    size_t n = 0, unnamed = 0;
    for (size_t i = 0; i < c->target->threads.count; i++) {
        struct thread *t = c->target->threads.items[i];
        bool held = t->state == THREAD_HELD;
        bool looked_at = all && !ptid_equal(t->id, p->thread) && unnamed < HOLD_LOOKS_MOST;
        t->watched = t->told_not_held = false;
        if ((!held && !looked_at) || !description_is_of(c->target, t->id.pid))
            continue; /* what is compared are registers of the selected thread's process */
        unnamed += !held;
        list[n++] = t;
    }
    c->hold.looks += unnamed > 0;
    return n;
}

struct error *hold_begin(struct control *c, const struct plan *p)
{
    TRY(check_runner(c, p));
    c->hold.watching = 0;
    if (!hold_any(c) && !others_stay(c, p))
        return NULL;
    if (hold_any(c))
        TRY(threads_list(c->target));
    note_start(c);
    BASE_FREE struct thread **list = xcalloc(c->target->threads.count + 1, sizeof *list);
    size_t n = choose(c, p, list);
    TRY(registers_fetch_many(c->target, list, n));
    for (size_t i = 0; i < n; i++)
        list[i]->watched = list[i]->has_g;
    c->hold.watching = n;
    return NULL;
}

void hold_resumed(struct control *c, const struct rsp_action *actions, size_t count)
{
    struct hold *h = &c->hold;
    h->sure = !rsp_has_late_stop(c->target->connection);
    /* what a plain `s` lets the other threads do, no manual says */
    bool promised =
        c->schedule == SCHEDULE_ONE || rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT);
    h->only = promised && count == 1 && actions[0].thread.tid > 0;
    h->resumed = actions[0].thread;
}

/* -- what is seen ---------------------------------------------------------------------------------- */

static void violated(struct control *c, struct thread *t, const struct buf *evidence)
{
    *trait(c) = TRI_NO;
    if (!t->told_not_held)
        audit_tell(c, AUDIT_NOT_HELD, t->id, buf_text(evidence), evidence->length);
    t->told_not_held = true;
}

static bool should_stay(const struct control *c, const struct thread *t)
{
    return t->state == THREAD_HELD || (c->hold.only && !ptid_equal(t->id, c->hold.resumed));
}

/*
 * QEMU tells an interrupt for the CPU that was resumed last or first, whatever it did; an exec gives its
 * thread the id of the first one; a new thread was not there to be held.
 */
static bool says_nothing(const struct control *c, const struct rsp_stop *from)
{
    return from->kind != RSP_STOP_SIGNAL || from->signal == 0 || from->reason == RSP_REASON_EXEC ||
           from->reason == RSP_REASON_CREATE ||
           (from->signal == TARGET_SIGINT && (c->interrupt.sent || c->interrupt.owed));
}

void hold_check_stop(struct control *c, const struct rsp_stop *from, struct thread *t)
{
    if (!c->plan_active || !c->hold.sure || !should_stay(c, t) || says_nothing(c, from))
        return;
    BASE_BUF struct buf evidence = {0};
    char name[48];
    thread_name(t->id, name, sizeof name);
    buf_printf(&evidence, "a stop with signal %d was told for %s, which was %s", from->signal, name,
               t->state == THREAD_HELD ? "held" : "not resumed");
    violated(c, t, &evidence);
}

static void add_change(struct control *c, struct buf *evidence, const struct rsp_register *r,
                       const unsigned char *before, const unsigned char *now)
{
    BASE_FREE char *text = xmalloc((size_t)r->size * 2 + 1);
    buf_printf(evidence, "%s%s 0x", evidence->length ? ", " : "", r->name);
    register_text(c->target, r, before, text);
    buf_printf(evidence, "%s -> 0x", text);
    register_text(c->target, r, now, text);
    buf_add_text(evidence, text);
}

/* General registers that differ from what they were when the run began. */
static void compare(struct control *c, const struct thread *t, struct buf *evidence)
{
    unsigned told = 0;
    for (size_t i = 0; i < c->target->description->count && told < EVIDENCE_REGISTERS; i++) {
        const struct rsp_register *r = &c->target->description->registers[i];
        size_t at = r->offset;
        if (r->group != REGISTER_GENERAL || at + r->size > t->size || !t->known[at] ||
            memcmp(t->bytes + at, t->previous + at, r->size) == 0)
            continue;
        add_change(c, evidence, r, t->previous + at, t->bytes + at);
        told++;
    }
}

/* The run was more than an instant, and the thread it stopped for has moved. */
static bool proves(struct control *c, const struct plan *p, const struct stop *final)
{
    const struct hold *h = &c->hold;
    const struct thread *t = final->has_thread ? threads_find(&c->target->threads, final->thread) : NULL;
    if (!t || is_one_instruction(p) || t->watched)
        return false;
    if (final->reason != STOP_INTERRUPT)
        return true;
    return h->has_start && final->has_pc && ptid_equal(final->thread, h->start_thread) &&
           final->pc != h->start_pc;
}

/* Linux leaves the number of the system call that a thread waits in where ptrace shows it, else -1. */
static bool waits_in_kernel(struct control *c, struct thread *t)
{
    uint64_t number;
    if (register_cached_value(c->target, t, "orig_rax", &number))
        return !(number >> 63);
    return register_cached_value(c->target, t, "orig_eax", &number) && !(number >> 31);
}

static size_t watched(struct control *c, struct thread **list)
{
    size_t n = 0;
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->watched && c->target->threads.items[i]->has_previous &&
            description_is_of(c->target, c->target->threads.items[i]->id.pid))
            list[n++] = c->target->threads.items[i];
    return n;
}

void hold_check_run(struct control *c, const struct stop *final)
{
    if (!c->hold.watching)
        return;
    c->hold.watching = 0;
    BASE_FREE struct thread **list = xcalloc(c->target->threads.count + 1, sizeof *list);
    size_t n = watched(c, list), same = 0, could_move = 0;
    if (n == 0)
        return;
    BASE_ERROR struct error *e = registers_fetch_many(c->target, list, n);
    if (e || !c->target->connection)
        return;
    bool proof = proves(c, &c->plan, final);
    for (size_t i = 0; i < n; i++) {
        BASE_BUF struct buf evidence = {0};
        if (list[i]->has_g)
            compare(c, list[i], &evidence);
        if (evidence.length)
            violated(c, list[i], &evidence);
        else
            same += list[i]->has_g && !list[i]->told_not_held;
        could_move += list[i]->has_g && !waits_in_kernel(c, list[i]);
        list[i]->watched = false;
    }
    if (proof && same == n && could_move && *trait(c) == TRI_UNKNOWN)
        *trait(c) = TRI_YES;
}
