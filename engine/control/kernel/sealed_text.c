/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/kernel/sealed_text.h"

#include <stdlib.h>

#include "base/text.h"
#include "engine/control/control.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/target/registers.h"

enum {
    ENTRIES_MOST = 1000, /* KGDB_MAX_BREAKPOINTS, include/linux/kgdb.h */
    ENTRIES_AT_ONCE = 16,
    BP_POKE_BREAKPOINT = 5, /* enum kgdb_bptype and enum kgdb_bpstate there */
    BP_ACTIVE = 3,
};
#define REENTER_NS 5000000000

static bool leaves_traps(struct control *c, uint64_t *sealed_at)
{
    uint64_t table;
    return c->target->connection && c->target->arch && c->target->arch->linux_leaves_traps &&
           rsp_features(c->target->connection)->state[FEATURE_VCONT].works == TRI_NO &&
           kernel_symbol(c->target, "kgdb_break", &table) &&
           kernel_symbol(c->target, "kernel_set_to_readonly", sealed_at);
}

static bool any_trap(const struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i]->type == SITE_SOFTWARE && t->items[i]->inserted)
            return true;
    return false;
}

static struct error *ask(struct control *c, uint64_t sealed_at)
{
    uint64_t value;
    struct error *e = memory_read_number(c->target, sealed_at, 4, &value);
    if (!error_is(e, ERR_NO_MEMORY)) {
        if (!e)
            c->target->kernel->text = value ? TEXT_SEALED : TEXT_WRITABLE;
        return e;
    }
    error_free(e);
    return NULL;
}

struct error *sealed_text_leave(struct control *c)
{
    uint64_t sealed_at;
    if (c->target->kernel->text != TEXT_UNKNOWN || !any_trap(c) || !leaves_traps(c, &sealed_at))
        return NULL;
    return ask(c, sealed_at);
}

/* -- kgdb's table ---------------------------------------------------------------------------------- */

struct table {
    uint64_t at, entry_size;
    struct kernel_field address, type, state;
};

static bool find_table(struct control *c, struct table *t)
{
    t->entry_size = kernel_type_size(c->target, "struct kgdb_bkpt");
    return t->entry_size && kernel_symbol(c->target, "kgdb_break", &t->at) &&
           kernel_field(c->target, "struct kgdb_bkpt", "bpt_addr", &t->address) &&
           kernel_field(c->target, "struct kgdb_bkpt", "type", &t->type) &&
           kernel_field(c->target, "struct kgdb_bkpt", "state", &t->state) && t->type.size == 4 &&
           t->state.size == 4;
}

static struct site *trap_of(struct control *c, uint64_t address)
{
    struct site *p = site_at(c, address);
    return p && p->type == SITE_SOFTWARE && p->inserted ? p : NULL;
}

static struct error *write_field(struct control *c, uint64_t entry, const struct kernel_field *f,
                                 uint32_t value)
{
    unsigned char bytes[4];
    arch_store(bytes, sizeof bytes, false, value);
    return memory_write(c->target, entry + f->offset, bytes, sizeof bytes);
}

/* Entries are taken in order, so the first free one ends those in use. *one: a trap that was changed. */
static struct error *change_entries(struct control *c, const struct table *t, struct site **one)
{
    for (unsigned i = 0; i < ENTRIES_MOST; i++) {
        uint64_t entry = t->at + i * t->entry_size, address, state;
        if (i % ENTRIES_AT_ONCE == 0) {
            struct memory_want want = {entry, (size_t)t->entry_size * ENTRIES_AT_ONCE};
            TRY(memory_prefetch(c->target, &want, 1));
        }
        TRY(kernel_number(c->target, entry, &t->state, &state));
        if (state == 0)
            return NULL;
        TRY(kernel_number(c->target, entry, &t->address, &address));
        struct site *p = trap_of(c, address);
        if (!p)
            continue;
        TRY(write_field(c, entry, &t->type, BP_POKE_BREAKPOINT));
        TRY(write_field(c, entry, &t->state, BP_ACTIVE));
        p->was_stuck = true;
        *one = p;
    }
    return NULL;
}

/* -- into one of them ------------------------------------------------------------------------------ */

static struct error *run_into(struct control *c, struct ptid id)
{
    struct rsp_action action = {.thread = id, .how = RSP_STEP};
    struct rsp_stop again;
    bool stopped = false;
    TRY(rsp_resume_actions(c->target->connection, &action, 1));
    TRY(rsp_wait_stop(c->target->connection, clock_now_ns() + REENTER_NS, -1, &again, &stopped));
    if (stopped && again.has_thread)
        rsp_note_selected(c->target->connection, again.thread);
    return NULL;
}

static struct error *reenter(struct control *c, const struct stop *stop, const struct site *trap)
{
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    if (!t)
        return NULL;
    TRY(register_write_value(c->target, t, c->target->arch->pc, trap->address));
    TRY(run_into(c, stop->thread));
    TRY(register_write_value(c->target, t, c->target->arch->pc, stop->pc));
    memory_forget(c->target);
    return NULL;
}

struct error *sealed_text_check(struct control *c, const struct stop *stop)
{
    uint64_t sealed_at;
    struct table table;
    struct site *one = NULL;
    if (c->target->kernel->text != TEXT_WRITABLE || !leaves_traps(c, &sealed_at))
        return NULL;
    TRY(target_check(c->target, ask(c, sealed_at)));
    if (c->target->kernel->text != TEXT_SEALED || !any_trap(c) || !stop->has_thread || !stop->has_pc ||
        !find_table(c, &table))
        return NULL;
    struct error *e = change_entries(c, &table, &one);
    if (!e && one)
        e = reenter(c, stop, one);
    return target_check(c->target, e);
}
