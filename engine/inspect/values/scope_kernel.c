#include "engine/inspect/values/scope_kernel.h"

#include <string.h>

#include "engine/session/core.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/percpu.h"

static struct error *cpu_of(struct evaluation *e, unsigned *ret)
{
    struct thread *t;
    *ret = e->pool.cpu;
    if (e->pool.has_cpu)
        return NULL;
    TRY(threads_current(e->pool.session, &t));
    return kernel_cpu_of(e->pool.session, t, ret);
}

struct error *scope_per_cpu(struct evaluation *e, struct value *v)
{
    struct session *s = e->pool.session;
    unsigned cpu;
    uint64_t linked;
    if (v->place != PLACE_MEMORY || s->state != SESSION_STOPPED || s->is_process ||
        !percpu_is(s, v->address, &linked))
        return NULL;
    TRY(cpu_of(e, &cpu));
    return percpu_address(s, linked, cpu, &v->address);
}

static struct error *current(struct evaluation *e, struct value **ret)
{
    struct session *s = e->pool.session;
    struct thread *t;
    uint64_t task;
    struct type *type = symbols_find_type(s->map, "struct task_struct", UINT64_MAX);
    if (!type)
        return error_new(ERR_NO_TYPE, "the kernel's debug information has no struct task_struct");
    TRY(threads_current(s, &t));
    if (e->pool.has_cpu)
        TRY(kernel_running(s, e->pool.cpu, &task));
    else
        TRY(kernel_task_of(s, t, &task));
    *ret = value_integer(&e->pool, type_pointer_to(type), task);
    return NULL;
}

struct error *scope_kernel_register(struct evaluation *e, const char *name, struct value **ret)
{
    struct session *s = e->pool.session;
    unsigned cpu;
    *ret = NULL;
    if (s->is_process || !kernel_file(s, NULL))
        return NULL;
    if (strcmp(name, "current") == 0)
        return current(e, ret);
    if (strcmp(name, "cpu") != 0)
        return NULL;
    TRY(cpu_of(e, &cpu));
    *ret = value_integer(&e->pool, basic_type(&e->pool, "int"), cpu);
    return NULL;
}
