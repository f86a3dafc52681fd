#include "engine/inspect/kernel/percpu.h"

#include <inttypes.h>
#include <string.h>

#include "engine/session/core.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/inspect/kernel/tasks.h"

/* kgdb's fffffffe is CPU 0, fffffffd CPU 1: -2 - cpu (kernel/debug/gdbstub.c, pid_to_uid). */
enum { SHADOW_CPU = -2 };

/* Where the section was linked: asked of the symbols once. */
static void find_section(struct session *s, const struct symbol_file *f)
{
    struct kernel *k = &s->kernel;
    uint64_t start, end, text;
    if (k->per_cpu_of == f)
        return;
    k->per_cpu_of = f;
    k->per_cpu_start = k->per_cpu_size = 0;
    if (!kernel_link_symbol(s, "__per_cpu_start", &start) || !kernel_link_symbol(s, "__per_cpu_end", &end))
        return;
    k->per_cpu_start = start;
    k->per_cpu_size = end > start ? end - start : 0;
    k->per_cpu_moves = kernel_link_symbol(s, "_text", &text) && start >= text;
}

bool percpu_is(struct session *s, uint64_t address, uint64_t *linked)
{
    uint64_t offset;
    const struct symbol_file *f = kernel_file(s, &offset);
    const struct kernel_modules *k = s->kernel.modules;
    if (!f)
        return false;
    *linked = address;
    for (size_t i = 0; k && i < k->count; i++)
        if (k->items[i].per_cpu && address - k->items[i].per_cpu < k->items[i].per_cpu_size)
            return true;
    find_section(s, f);
    if (address - offset - s->kernel.per_cpu_start >= s->kernel.per_cpu_size)
        return false;
    if (!s->kernel.per_cpu_moves)
        *linked = address - offset;
    return true;
}

static struct error *no_cpu(unsigned cpu)
{
    return error_hint(error_new(ERR_USAGE, "there is no CPU %u", cpu),
                      "they are numbered from 0; `threads` lists those that there are");
}

struct error *percpu_address(struct session *s, uint64_t linked, unsigned cpu, uint64_t *ret)
{
    uint64_t table, size = s->arch ? s->arch->address_size : 8, distance, possible;
    *ret = linked;
    if (!kernel_symbol(s, "__per_cpu_offset", &table))
        return cpu ? no_cpu(cpu) : NULL; /* one processor: there is but one copy */
    if (cpu >= KERNEL_CPUS_MAX)
        return no_cpu(cpu);
    if (kernel_symbol(s, "nr_cpu_ids", &possible)) {
        TRY(memory_read_number(s, possible, 4, &possible));
        if (cpu >= possible)
            return no_cpu(cpu);
    }
    struct error *e = memory_read_number(s, table + cpu * size, size, &distance);
    if (e)
        return error_while(e, "find the per-CPU variables of CPU %u", cpu);
    *ret = linked + distance;
    return NULL;
}

struct error *percpu_symbol(struct session *s, const char *name, unsigned cpu, uint64_t *ret)
{
    uint64_t address, linked;
    if (!kernel_symbol(s, name, &address) || !percpu_is(s, address, &linked))
        return error_new(ERR_UNSUPPORTED, "the kernel has no per-CPU variable %s", name);
    return percpu_address(s, linked, cpu, ret);
}

struct error *kernel_running(struct session *s, unsigned cpu, uint64_t *ret)
{
    struct kernel_field field = {0};
    uint64_t at = 0;
    /* x86: current_task, from 6.2 to 6.14 in pcpu_hot */
    struct error *e = percpu_symbol(s, "current_task", cpu, &at);
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        e = percpu_symbol(s, "pcpu_hot", cpu, &at);
        if (!e && !kernel_field(s, "struct pcpu_hot", "current_task", &field))
            e = error_new(ERR_UNSUPPORTED, "the kernel does not tell what a CPU runs");
    }
    if (error_is(e, ERR_UNSUPPORTED)) {
        /* elsewhere the scheduler's: rq->curr */
        error_free(e);
        e = percpu_symbol(s, "runqueues", cpu, &at);
        if (!e && !kernel_field(s, "struct rq", "curr", &field))
            e = error_new(ERR_UNSUPPORTED, "the kernel does not tell what a CPU runs");
    }
    if (e)
        return e;
    struct memory_want want = {at + field.offset, s->arch->address_size};
    TRY(kernel_fetch(s, &want, 1));
    return kernel_pointer(s, at + field.offset, ret);
}

/* QEMU and others number CPUs from 1, as threads of one process. */
static bool is_vcpu(const struct session *s, const struct thread *t)
{
    return !thread_is_cpu(t->id) && rsp_feature_usable(rsp_features(s->connection), FEATURE_VCONT);
}

struct error *kernel_cpu_of(struct session *s, const struct thread *t, unsigned *ret)
{
    uint64_t task;
    *ret = 0;
    if (thread_is_cpu(t->id) || is_vcpu(s, t)) {
        int64_t cpu = thread_is_cpu(t->id) ? SHADOW_CPU - (int64_t)(int32_t)t->id.tid : t->id.tid - 1;
        if (cpu < 0 || cpu >= KERNEL_CPUS_MAX)
            return error_new(ERR_UNSUPPORTED, "which CPU this thread is on is not known");
        *ret = (unsigned)cpu;
        return NULL;
    }
    TRY(kernel_task_of(s, t, &task));
    return task_cpu(s, task, ret);
}

struct error *kernel_task_of(struct session *s, const struct thread *t, uint64_t *ret)
{
    unsigned cpu;
    if (!thread_is_cpu(t->id) && !is_vcpu(s, t))
        return task_by_pid(s, t->id.tid, ret);
    TRY(kernel_cpu_of(s, t, &cpu));
    return kernel_running(s, cpu, ret);
}
