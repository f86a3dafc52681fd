/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/percpu.h"

#include <inttypes.h>
#include <string.h>

#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/inspect/kernel/tasks.h"

/* kgdb's fffffffe is CPU 0, fffffffd CPU 1: -2 - cpu (kernel/debug/gdbstub.c, pid_to_uid). */
enum { SHADOW_CPU = -2 };

/* Where the section was linked: asked of the symbols once. */
static void find_section(struct target *target, const struct symbol_file *f)
{
    struct kernel *k = target->kernel;
    uint64_t start, end, text;
    if (k->per_cpu_of == f)
        return;
    k->per_cpu_of = f;
    k->per_cpu_start = k->per_cpu_size = 0;
    if (!kernel_link_symbol(target, "__per_cpu_start", &start) ||
        !kernel_link_symbol(target, "__per_cpu_end", &end))
        return;
    k->per_cpu_start = start;
    k->per_cpu_size = end > start ? end - start : 0;
    k->per_cpu_moves = kernel_link_symbol(target, "_text", &text) && start >= text;
}

bool percpu_is(struct target *target, uint64_t address, uint64_t *linked)
{
    uint64_t offset;
    const struct symbol_file *f = kernel_file(target, &offset);
    const struct kernel_modules *k = target->kernel->modules;
    if (!f)
        return false;
    *linked = address;
    for (size_t i = 0; k && i < k->count; i++)
        if (k->items[i].per_cpu && address - k->items[i].per_cpu < k->items[i].per_cpu_size)
            return true;
    find_section(target, f);
    if (address - offset - target->kernel->per_cpu_start >= target->kernel->per_cpu_size)
        return false;
    if (!target->kernel->per_cpu_moves)
        *linked = address - offset;
    return true;
}

static struct error *no_cpu(unsigned cpu)
{
    return error_hint(error_new(ERR_USAGE, "there is no CPU %u", cpu),
                      "they are numbered from 0; `threads` lists those that there are");
}

struct error *percpu_address(struct target *target, uint64_t linked, unsigned cpu, uint64_t *ret)
{
    uint64_t table, size = target->arch ? target->arch->address_size : 8, distance, possible;
    *ret = linked;
    if (!kernel_symbol(target, "__per_cpu_offset", &table))
        return cpu ? no_cpu(cpu) : NULL; /* one processor: there is but one copy */
    if (cpu >= KERNEL_CPUS_MAX)
        return no_cpu(cpu);
    if (kernel_symbol(target, "nr_cpu_ids", &possible)) {
        TRY(memory_read_number(target, possible, 4, &possible));
        if (cpu >= possible)
            return no_cpu(cpu);
    }
    struct error *e = memory_read_number(target, table + cpu * size, size, &distance);
    if (e)
        return error_while(e, "find the per-CPU variables of CPU %u", cpu);
    *ret = linked + distance;
    return NULL;
}

struct error *percpu_symbol(struct target *target, const char *name, unsigned cpu, uint64_t *ret)
{
    uint64_t address, linked;
    if (!kernel_symbol(target, name, &address) || !percpu_is(target, address, &linked))
        return error_new(ERR_UNSUPPORTED, "the kernel has no per-CPU variable %s", name);
    return percpu_address(target, linked, cpu, ret);
}

struct error *kernel_running(struct target *target, unsigned cpu, uint64_t *ret)
{
    struct kernel_field field = {0};
    uint64_t at = 0;
    /* x86: current_task, from 6.2 to 6.14 in pcpu_hot */
    struct error *e = percpu_symbol(target, "current_task", cpu, &at);
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        e = percpu_symbol(target, "pcpu_hot", cpu, &at);
        if (!e && !kernel_field(target, "struct pcpu_hot", "current_task", &field))
            e = error_new(ERR_UNSUPPORTED, "the kernel does not tell what a CPU runs");
    }
    if (error_is(e, ERR_UNSUPPORTED)) {
        /* elsewhere the scheduler's: rq->curr */
        error_free(e);
        e = percpu_symbol(target, "runqueues", cpu, &at);
        if (!e && !kernel_field(target, "struct rq", "curr", &field))
            e = error_new(ERR_UNSUPPORTED, "the kernel does not tell what a CPU runs");
    }
    if (e)
        return e;
    struct memory_want want = {at + field.offset, target->arch->address_size};
    TRY(kernel_fetch(target, &want, 1));
    return kernel_pointer(target, at + field.offset, ret);
}

/* QEMU and others number CPUs from 1, as threads of one process. */
static bool is_vcpu(const struct target *target, const struct thread *t)
{
    return !thread_is_cpu(t->id) && rsp_feature_usable(rsp_features(target->connection), FEATURE_VCONT);
}

struct error *kernel_cpu_of(struct target *target, const struct thread *t, unsigned *ret)
{
    uint64_t task;
    *ret = 0;
    if (thread_is_cpu(t->id) || is_vcpu(target, t)) {
        int64_t cpu = thread_is_cpu(t->id) ? SHADOW_CPU - (int64_t)(int32_t)t->id.tid : t->id.tid - 1;
        if (cpu < 0 || cpu >= KERNEL_CPUS_MAX)
            return error_new(ERR_UNSUPPORTED, "which CPU this thread is on is not known");
        *ret = (unsigned)cpu;
        return NULL;
    }
    TRY(kernel_task_of(target, t, &task));
    return task_cpu(target, task, ret);
}

struct error *kernel_task_of(struct target *target, const struct thread *t, uint64_t *ret)
{
    unsigned cpu;
    if (!thread_is_cpu(t->id) && !is_vcpu(target, t))
        return task_by_pid(target, t->id.tid, ret);
    TRY(kernel_cpu_of(target, t, &cpu));
    return kernel_running(target, cpu, ret);
}
