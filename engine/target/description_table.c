/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which process has which description, and the one that is in force. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/description.h"
#include "engine/target/description_private.h"

void description_keep_present(struct target *target)
{
    struct described *d = &target->described.items[target->described.in_force];
    d->used = true;
    d->arch = target->arch;
    d->big_endian = target->big_endian;
    d->description = target->description;
}

void description_put_in_force(struct target *target, unsigned i)
{
    description_keep_present(target);
    const struct described *d = &target->described.items[i];
    target->described.in_force = i;
    target->arch = d->arch;
    target->big_endian = d->big_endian;
    target->description = d->description;
}

/* Not counting this process. */
static bool has_users(const struct descriptions *d, unsigned i, int64_t but_for)
{
    for (unsigned k = 0; k < d->process_count; k++)
        if (d->processes[k].of == i && d->processes[k].pid != but_for)
            return true;
    return false;
}

unsigned description_free_place(struct target *target)
{
    struct descriptions *d = &target->described;
    for (unsigned i = 0; i < DESCRIPTIONS_MOST; i++) {
        if (i == d->in_force || (d->items[i].used && has_users(d, i, -1)))
            continue;
        description_free(target, d->items[i].description);
        d->items[i] = (struct described){0};
        return i;
    }
    return DESCRIPTIONS_MOST;
}

/* -- processes ------------------------------------------------------------------------------------- */

static int64_t named(int64_t pid)
{
    return pid > 0 ? pid : 0;
}

static unsigned index_of(const struct descriptions *d, int64_t pid)
{
    unsigned i = 0;
    while (i < d->process_count && d->processes[i].pid != named(pid))
        i++;
    return i;
}

/* Who names none means the session's own. */
static const struct described_process *find_process(const struct descriptions *d, int64_t pid)
{
    unsigned i = index_of(d, pid);
    if (i == d->process_count && pid <= 0)
        i = 0;
    return i < d->process_count ? &d->processes[i] : NULL;
}

struct described_process *description_process(struct target *target, int64_t pid)
{
    const struct described_process *p = find_process(&target->described, pid);
    return p ? &target->described.processes[p - target->described.processes] : NULL;
}

static void drop(struct descriptions *d, unsigned i)
{
    free(d->processes[i].executed);
    d->process_count--;
    memmove(d->processes + i, d->processes + i + 1, (d->process_count - i) * sizeof *d->processes);
}

/* The one beside the session's own that was noted first, unless one of its threads is selected. */
static void make_room(struct target *target)
{
    const struct thread_table *t = &target->threads;
    drop(&target->described, t->has_current && index_of(&target->described, t->current.pid) == 1 ? 2 : 1);
}

struct described_process *description_note(struct target *target, int64_t pid, unsigned of)
{
    struct descriptions *d = &target->described;
    unsigned i = index_of(d, pid);
    if (i == DESCRIBED_PROCESSES_MOST) {
        make_room(target);
        i--;
    }
    if (i == d->process_count)
        d->process_count++;
    else
        free(d->processes[i].executed);
    d->processes[i] = (struct described_process){.pid = named(pid), .of = of};
    return &d->processes[i];
}

struct described_process *description_note_own(struct target *target, int64_t pid, unsigned of)
{
    struct descriptions *d = &target->described;
    struct described_process own = *description_note(target, pid, of);
    unsigned i = index_of(d, pid);
    memmove(d->processes + 1, d->processes, i * sizeof *d->processes);
    d->processes[0] = own;
    return &d->processes[0];
}

void description_note_first(struct target *target, int64_t pid)
{
    if (!target->described.process_count)
        description_note(target, pid, target->described.in_force);
}

void description_inherit(struct target *target, int64_t parent, int64_t child)
{
    const struct described_process *p = find_process(&target->described, parent);
    if (!p || child <= 0)
        return;
    struct described_process like = *p;
    char *executed = like.executed ? xstrdup(like.executed) : NULL;
    struct described_process *own = description_note(target, child, like.of);
    own->due = like.due;
    own->asked_in = like.asked_in;
    own->executed = executed;
}

void description_forget_process(struct target *target, int64_t pid)
{
    struct descriptions *d = &target->described;
    unsigned i = index_of(d, pid);
    if (i < d->process_count)
        drop(d, i);
}

static void forget_processes(struct target *target)
{
    while (target->described.process_count)
        drop(&target->described, target->described.process_count - 1);
}

void description_put_alone(struct target *target, int64_t pid)
{
    struct descriptions *d = &target->described;
    unsigned i = index_of(d, pid);
    unsigned place = i < d->process_count ? d->processes[i].of : d->in_force;
    if (has_users(d, place, named(pid)))
        place = description_free_place(target);
    if (place == DESCRIPTIONS_MOST) {
        forget_processes(target);
        place = d->in_force;
    }
    description_put_in_force(target, place);
}

unsigned description_enter_own(struct target *target)
{
    struct descriptions *d = &target->described;
    unsigned before = d->in_force;
    if (d->process_count && d->processes[0].of != before) {
        description_put_in_force(target, d->processes[0].of);
        description_hide_files(target);
    }
    return before;
}

void description_leave(struct target *target, unsigned before)
{
    if (before == target->described.in_force)
        return;
    description_put_in_force(target, before);
    description_hide_files(target);
}

/* -- what is known --------------------------------------------------------------------------------- */

bool description_is_of(const struct target *target, int64_t pid)
{
    const struct described_process *p = find_process(&target->described, pid);
    return !target->described.process_count || (p && p->of == target->described.in_force);
}

bool description_is_due(const struct target *target)
{
    const struct descriptions *d = &target->described;
    for (unsigned i = 0; i < d->process_count; i++)
        if (d->processes[i].due && d->processes[i].of == d->in_force)
            return true;
    return false;
}

/* What is read of another processor's registers by this one's names would be wrong. */
struct error *description_check(const struct target *target, int64_t pid)
{
    const struct described_process *p = find_process(&target->described, pid);
    bool in_force = description_is_of(target, pid);
    if (p && p->due && !(in_force && target->description)) /* the user may have said it meanwhile */
        return error_hint(error_new(ERR_UNSUPPORTED, "registers are not available: the stub has not answered "
                                                     "what they are in the program that runs there now"),
                          "it is asked again at the next stop");
    if (in_force)
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "registers of process %lld: they are not those of the selected thread's",
                                (long long)pid),
                      "`thread` selects one of its threads");
}

const struct described *description_of(struct target *target, int64_t pid)
{
    description_keep_present(target);
    const struct described_process *p = find_process(&target->described, pid);
    if (p)
        return &target->described.items[p->of];
    return description_is_of(target, pid) ? &target->described.items[target->described.in_force] : NULL;
}

const struct described *description_own(struct target *target)
{
    const struct descriptions *d = &target->described;
    description_keep_present(target);
    return &d->items[d->process_count ? d->processes[0].of : d->in_force];
}

bool description_several(const struct target *target)
{
    const struct descriptions *d = &target->described;
    for (unsigned i = 1; i < d->process_count; i++)
        if (d->processes[i].of != d->processes[0].of)
            return true;
    return false;
}

void description_hide_files(struct target *target)
{
    bool several = description_several(target) && target->arch;
    for (size_t i = 0; i < symbol_map_count(target->map); i++) {
        const struct symbol_file *f = symbol_map_file(target->map, i, NULL);
        const struct arch *a =
            several ? arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1) : NULL;
        symbol_map_hide(target->map, i, a && !arch_same_family(a, target->arch));
    }
}

void description_forget_all(struct target *target)
{
    description_enter_own(target); /* what the next target is thought to be until it is asked */
    description_forget(target);
    forget_processes(target);
    for (unsigned i = 0; i < DESCRIPTIONS_MOST; i++)
        if (i != target->described.in_force)
            description_free(target, target->described.items[i].description);
    free(target->described.refused);
    target->described = (struct descriptions){0};
    target->described_late = false;
    description_hide_files(target);
}
