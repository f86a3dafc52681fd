/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/description.h"

#include <string.h>
#include <unistd.h>

#include "engine/target/limits.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"
#include "symbols/file.h"

/* A stub without a description, or whose description is damaged, leaves *ret NULL. */
static struct error *ask(struct target *target, struct rsp_tdesc **ret)
{
    *ret = NULL;
    struct error *e = target_check(target, rsp_read_description(target->connection, ret));
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e);
    return NULL;
}

static const struct arch *arch_of_file(const char *path, bool *big_endian)
{
    struct symbol_file *f = NULL;
    struct error *e = path[0] == '/' && access(path, R_OK) == 0 ? symbol_file_open(path, &f) : NULL;
    error_free(e);
    if (!f)
        return NULL;
    const struct arch *a = arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1);
    *big_endian = symbol_file_is_big_endian(f);
    symbol_file_close(f);
    return a;
}

void description_forget_values(struct target *target)
{
    for (size_t i = 0; i < target->threads.count; i++) {
        struct thread *t = target->threads.items[i];
        t->size = 0; /* laid out anew when something is read */
        t->has_g = t->has_previous = t->has_last_pc = false;
    }
}

static const struct rsp_register *named_one_of(const struct rsp_tdesc *t, const char *const *names)
{
    const struct rsp_register *r = NULL;
    for (; *names && !r; names++)
        r = rsp_tdesc_find(t, *names);
    return r;
}

/* The one of this type, NULL where there are none or several. */
static const struct rsp_register *only_one_of(const struct rsp_tdesc *t, const char *type)
{
    const struct rsp_register *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->registers[i].type, type) == 0) {
            found = &t->registers[i];
            count++;
        }
    return count == 1 ? found : NULL;
}

void description_make_arch(struct target *target)
{
    static const char *const pcs[] = {"pc", "PC", "ip", "IP", NULL}, *const sps[] = {"sp", "SP", NULL};
    const struct rsp_tdesc *t = target->description;
    struct arch *own = &target->described.items[target->described.in_force].own_arch;
    if (target->arch || !t || !t->count)
        return;
    const struct rsp_register *pc = named_one_of(t, pcs), *sp = named_one_of(t, sps);
    pc = pc ? pc : only_one_of(t, "code_ptr");
    sp = sp ? sp : only_one_of(t, "data_ptr");
    if (!pc || !arch_from_description(t->architecture, pc->name, sp ? sp->name : NULL, pc->size, own))
        return;
    target->arch = own;
    target->big_endian = target->big_endian || arch_is_big(t->architecture);
}

bool description_made_arch(const struct target *target)
{
    return target->arch && target->arch == &target->described.items[target->described.in_force].own_arch;
}

static void free_description(struct target *target, struct rsp_tdesc *t)
{
    for (size_t i = 0; t && i < target->threads.count; i++) {
        struct thread *thread = target->threads.items[i];
        if (thread->laid_by == t) {
            thread->laid_by = NULL;
            thread->has_g = thread->has_previous = false;
        }
    }
    rsp_tdesc_free(t);
}

void description_forget(struct target *target)
{
    if (description_made_arch(target))
        target->arch = NULL;
    free_description(target, target->description);
    target->description = NULL;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(const struct rsp_tdesc *a, const struct rsp_tdesc *b)
{
    bool all = a && b && a->count == b->count && same_text(a->architecture, b->architecture);
    for (size_t i = 0; all && i < a->count; i++) {
        const struct rsp_register *x = &a->registers[i], *y = &b->registers[i];
        all = x->number == y->number && x->size == y->size && x->offset == y->offset &&
              strcmp(x->name, y->name) == 0;
    }
    return all;
}

/* -- which is in force ------------------------------------------------------------------------------ */

static void keep_present(struct target *target)
{
    struct described *d = &target->described.items[target->described.in_force];
    d->used = true;
    d->arch = target->arch;
    d->big_endian = target->big_endian;
    d->description = target->description;
}

static void put_in_force(struct target *target, unsigned i)
{
    keep_present(target);
    const struct described *d = &target->described.items[i];
    target->described.in_force = i;
    target->arch = d->arch;
    target->big_endian = d->big_endian;
    target->description = d->description;
}

static bool has_users(const struct descriptions *d, unsigned i)
{
    for (unsigned k = 0; k < d->process_count; k++)
        if (d->processes[k].of == i)
            return true;
    return false;
}

/* One that no process has any more is free for another. DESCRIPTIONS_MOST: there is none. */
static unsigned free_place(struct target *target)
{
    struct descriptions *d = &target->described;
    for (unsigned i = 0; i < DESCRIPTIONS_MOST; i++) {
        if (i == d->in_force || (d->items[i].used && has_users(d, i)))
            continue;
        free_description(target, d->items[i].description);
        d->items[i] = (struct described){0};
        return i;
    }
    return DESCRIPTIONS_MOST;
}

static unsigned index_of(const struct descriptions *d, int64_t pid)
{
    unsigned i = 0;
    while (i < d->process_count && d->processes[i].pid != (pid > 0 ? pid : 0))
        i++;
    return i == d->process_count && pid <= 0 ? 0 : i; /* who names none means the first */
}

static struct described_process *find_process(struct descriptions *d, int64_t pid)
{
    unsigned i = index_of(d, pid);
    return i < d->process_count ? &d->processes[i] : NULL;
}

/* Beyond the limit the one that was noted first is asked for again when it is needed. */
static void note_process(struct descriptions *d, int64_t pid, unsigned of)
{
    unsigned i = 0;
    while (i < d->process_count && d->processes[i].pid != pid)
        i++;
    struct described_process *p = i < d->process_count ? &d->processes[i] : NULL;
    if (!p && d->process_count == DESCRIBED_PROCESSES_MOST)
        memmove(d->processes, d->processes + 1, --d->process_count * sizeof *d->processes);
    if (!p)
        p = &d->processes[d->process_count++];
    *p = (struct described_process){pid, of};
}

void description_note_first(struct target *target, int64_t pid)
{
    if (!target->described.process_count)
        note_process(&target->described, pid > 0 ? pid : 0, target->described.in_force);
}

void description_inherit(struct target *target, int64_t parent, int64_t child)
{
    const struct described_process *p = find_process(&target->described, parent);
    if (p && child > 0)
        note_process(&target->described, child, p->of);
}

void description_forget_process(struct target *target, int64_t pid)
{
    struct descriptions *d = &target->described;
    unsigned kept = 0;
    for (unsigned i = 0; i < d->process_count; i++)
        if (d->processes[i].pid != pid)
            d->processes[kept++] = d->processes[i];
    d->process_count = kept;
}

bool description_is_of(const struct target *target, int64_t pid)
{
    const struct descriptions *d = &target->described;
    unsigned i = index_of(d, pid);
    return !d->process_count || (i < d->process_count && d->processes[i].of == d->in_force);
}

const struct described *description_of(struct target *target, int64_t pid)
{
    keep_present(target);
    const struct described_process *p = find_process(&target->described, pid);
    if (p)
        return &target->described.items[p->of];
    return description_is_of(target, pid) ? &target->described.items[target->described.in_force] : NULL;
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

/* -- of another process ----------------------------------------------------------------------------- */

/* The same as another's, or new. `t` is taken over. Beyond the limit there is none. */
static unsigned place_for(struct target *target, struct rsp_tdesc *t)
{
    struct descriptions *d = &target->described;
    keep_present(target);
    for (unsigned i = 0; t && i < DESCRIPTIONS_MOST; i++)
        if (d->items[i].used && same(t, d->items[i].description)) {
            rsp_tdesc_free(t);
            return i;
        }
    unsigned place = free_place(target), before = d->in_force;
    if (place == DESCRIPTIONS_MOST) {
        rsp_tdesc_free(t);
        return place;
    }
    const struct arch *usual = target->arch;
    bool big_endian = target->big_endian;
    put_in_force(target, place);
    target->description = t;
    target->arch = t && t->architecture ? arch_by_description(t->architecture) : NULL;
    bool related = usual && target->arch && arch_same_family(usual, target->arch);
    target->big_endian = related ? big_endian : arch_has_big_only(target->arch);
    registers_complete(target);
    description_make_arch(target);
    put_in_force(target, before);
    return place;
}

static struct error *learn(struct target *target, struct ptid id)
{
    struct rsp_tdesc *t;
    TRY(target_need_stopped(target));
    TRY(target_check(target, rsp_select_thread(target->connection, id)));
    TRY(ask(target, &t));
    unsigned place = place_for(target, t);
    if (place == DESCRIPTIONS_MOST)
        return error_new(ERR_UNSUPPORTED,
                         "registers of process %lld: there are more than %d kinds of processor",
                         (long long)id.pid, DESCRIPTIONS_MOST);
    note_process(&target->described, id.pid, place);
    return NULL;
}

struct error *description_enter(struct target *target, struct ptid id, unsigned *before)
{
    *before = target->described.in_force;
    if (description_is_of(target, id.pid))
        return NULL;
    if (!find_process(&target->described, id.pid))
        TRY(learn(target, id));
    put_in_force(target, find_process(&target->described, id.pid)->of);
    description_hide_files(target);
    return NULL;
}

void description_leave(struct target *target, unsigned before)
{
    if (before == target->described.in_force)
        return;
    put_in_force(target, before);
    description_hide_files(target);
}

/* -- exec, and the end ------------------------------------------------------------------------------ */

struct error *description_renew(struct target *target, int64_t pid, const char *path)
{
    struct rsp_tdesc *t;
    TRY(ask(target, &t));
    const struct arch *arch = t && t->architecture ? arch_by_description(t->architecture) : NULL;
    if (!arch && !description_made_arch(target) && same(t, target->description))
        arch = target->arch; /* whoever said what the processor is, it is that one still */
    description_forget_process(target, pid);
    unsigned place =
        has_users(&target->described, target->described.in_force) ? free_place(target) : DESCRIPTIONS_MOST;
    if (place != DESCRIPTIONS_MOST)
        put_in_force(target, place); /* the one in force is also another's */
    description_forget(target);
    target->description = t;
    target->arch = arch ? arch : arch_of_file(path, &target->big_endian);
    registers_complete(target);
    description_make_arch(target);
    description_forget_values(target);
    note_process(&target->described, pid > 0 ? pid : 0, target->described.in_force);
    return NULL;
}

void description_forget_all(struct target *target)
{
    if (target->described.process_count) /* what the next target is thought to be until it is asked */
        put_in_force(target, target->described.processes[0].of);
    description_forget(target);
    for (unsigned i = 0; i < DESCRIPTIONS_MOST; i++)
        if (i != target->described.in_force)
            free_description(target, target->described.items[i].description);
    target->described = (struct descriptions){0};
    description_hide_files(target);
}
