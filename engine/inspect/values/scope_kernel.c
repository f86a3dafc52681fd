/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/scope_kernel.h"

#include <string.h>

#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/percpu.h"

static struct error *cpu_of(struct evaluation *e, unsigned *ret)
{
    struct thread *t;
    *ret = e->pool.cpu;
    if (e->pool.has_cpu)
        return NULL;
    TRY(threads_current(e->pool.target, &t));
    return kernel_cpu_of(e->pool.target, t, ret);
}

struct error *scope_per_cpu(struct evaluation *e, struct value *v)
{
    struct target *target = e->pool.target;
    unsigned cpu;
    uint64_t linked;
    if (v->place != PLACE_MEMORY || target->state != TARGET_STOPPED || target->is_process ||
        !percpu_is(target, v->address, &linked))
        return NULL;
    TRY(cpu_of(e, &cpu));
    return percpu_address(target, linked, cpu, &v->address);
}

static struct error *current(struct evaluation *e, struct value **ret)
{
    struct target *target = e->pool.target;
    struct thread *t;
    uint64_t task;
    struct type *type = symbols_find_type(target->map, "struct task_struct", UINT64_MAX);
    if (!type)
        return error_new(ERR_NO_TYPE, "the kernel's debug information has no struct task_struct");
    TRY(threads_current(target, &t));
    if (e->pool.has_cpu)
        TRY(kernel_running(target, e->pool.cpu, &task));
    else
        TRY(kernel_task_of(target, t, &task));
    *ret = value_integer(&e->pool, type_pointer_to(type), task);
    return NULL;
}

struct error *scope_kernel_register(struct evaluation *e, const char *name, struct value **ret)
{
    struct target *target = e->pool.target;
    unsigned cpu;
    *ret = NULL;
    if (target->is_process || !kernel_file(target, NULL))
        return NULL;
    if (strcmp(name, "current") == 0)
        return current(e, ret);
    if (strcmp(name, "cpu") != 0)
        return NULL;
    TRY(cpu_of(e, &cpu));
    *ret = value_integer(&e->pool, basic_type(&e->pool, "int"), cpu);
    return NULL;
}
