/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/tasks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/inspect/kernel/percpu.h"

enum { PROGRESS_EACH = 16, PF_KTHREAD = 0x200000, CPUS_LOOKED_AT = 8 };

enum field {
    NEXT,
    PID,
    TGID,
    STATE,
    EXIT_STATE,
    FLAGS,
    CPU,
    PARENT,
    SIGNAL,
    NODE, /* of the list of a process's threads */
    COMM,
    FIELDS
};

struct layout {
    struct kernel_field fields[FIELDS];
    struct kernel_field head; /* signal->thread_head.next */
    bool threads;
};

static struct error *find_layout(struct target *target, bool threads, struct layout *l)
{
    static const char type[] = "struct task_struct";
    struct kernel_field *f = l->fields;
    *l = (struct layout){.threads = threads};
    bool found = kernel_field(target, type, "tasks.next", &f[NEXT]) &&
                 kernel_field(target, type, "pid", &f[PID]) && kernel_field(target, type, "comm", &f[COMM]);
    kernel_field(target, type, "tgid", &f[TGID]);
    kernel_field_of(target, type, &f[STATE], "__state", "state", (char *)NULL);
    kernel_field(target, type, "exit_state", &f[EXIT_STATE]);
    kernel_field(target, type, "flags", &f[FLAGS]);
    kernel_field_of(target, type, &f[CPU], "thread_info.cpu", "cpu", (char *)NULL);
    kernel_field(target, type, "real_parent", &f[PARENT]);
    if (threads && (!kernel_field(target, type, "signal", &f[SIGNAL]) ||
                    !kernel_field(target, type, "thread_node.next", &f[NODE]) ||
                    !kernel_field(target, "struct signal_struct", "thread_head.next", &l->head)))
        found = false;
    return found ? NULL
                 : error_hint(error_new(ERR_UNSUPPORTED,
                                        "the kernel's debug information has not what is needed "
                                        "of struct task_struct"),
                              "a kernel with CONFIG_DEBUG_INFO is needed");
}

/* Bits as include/linux/sched.h has had them since 4.14 (__task_state_index). */
static char state_letter(uint64_t state, uint64_t exit_state)
{
    enum { TASK_NOLOAD = 0x400 };
    static const char letters[] = "SDTtXZP";
    if (state == (2 | TASK_NOLOAD))
        return 'I';
    uint64_t bits = (state | exit_state) & 0x7f;
    if (bits == 0)
        return 'R';
    unsigned highest = 0;
    for (unsigned i = 0; i < sizeof letters - 1; i++)
        if (bits >> i & 1)
            highest = i;
    return letters[highest];
}

static struct error *read_task(struct target *target, const struct layout *l, uint64_t at, struct task *t)
{
    const struct kernel_field *f = l->fields;
    uint64_t pid;
    *t = (struct task){.structure = at, .parent = -1, .cpu = -1};
    TRY(kernel_fetch_fields(target, at, f, FIELDS));
    TRY(kernel_number(target, at, &f[PID], &pid));
    t->pid = (int32_t)pid;
    t->process = f[TGID].size ? (int32_t)kernel_number_or_0(target, at, &f[TGID]) : t->pid;
    t->state = f[STATE].size ? state_letter(kernel_number_or_0(target, at, &f[STATE]),
                                            kernel_number_or_0(target, at, &f[EXIT_STATE]))
                             : '?';
    t->kernel = kernel_number_or_0(target, at, &f[FLAGS]) & PF_KTHREAD;
    if (f[CPU].size)
        t->cpu = (int)kernel_number_or_0(target, at, &f[CPU]);
    uint64_t most = f[COMM].size < TASK_NAME_BYTES ? f[COMM].size : TASK_NAME_BYTES;
    return most ? kernel_string(target, at + f[COMM].offset, most, &t->name) : NULL;
}

/* -- the walk -------------------------------------------------------------------------------------- */

/* True: enough. */
typedef bool task_visitor(void *context, struct task *t);

static struct error *visit_one(struct target *target, const struct layout *l, uint64_t at,
                               task_visitor *visit, void *context, bool *enough)
{
    struct task t;
    struct error *e = read_task(target, l, at, &t);
    if (e) {
        free(t.name);
        return error_while(e, "read the kernel's list of tasks at 0x%" PRIx64, at);
    }
    *enough = visit(context, &t);
    free(t.name);
    return NULL;
}

static struct error *visit_threads(struct target *target, const struct layout *l, uint64_t leader,
                                   size_t *seen, task_visitor *visit, void *context, bool *enough)
{
    uint64_t signal, node, head;
    TRY(kernel_number(target, leader, &l->fields[SIGNAL], &signal));
    TRY(kernel_number(target, leader, &l->fields[NODE], &node));
    head = signal + l->head.offset;
    if (!signal || node == head)
        return NULL;
    for (; node != head && !*enough; ++*seen) {
        uint64_t at = node - l->fields[NODE].offset;
        if (*seen > KERNEL_TASKS_MOST || node == 0)
            return error_new(ERR_NO_MEMORY, "the kernel's list of threads does not end: it is damaged");
        TRY(visit_one(target, l, at, visit, context, enough));
        TRY(kernel_number(target, at, &l->fields[NODE], &node));
    }
    return NULL;
}

static struct error *walk(struct target *target, const struct layout *l, task_visitor *visit, void *context)
{
    uint64_t first, at;
    bool enough = false;
    if (!kernel_symbol(target, "init_task", &first))
        return error_new(ERR_UNSUPPORTED, "the kernel has no init_task");
    at = first;
    for (size_t seen = 0; !enough; seen++) {
        if (seen > KERNEL_TASKS_MOST)
            return error_new(ERR_NO_MEMORY, "the kernel's list of tasks does not end: it is damaged");
        TRY(visit_one(target, l, at, visit, context, &enough));
        /* The threads of the leader's own list begin with itself, which is the only one as a rule. */
        if (l->threads && at != first && !enough)
            TRY(visit_threads(target, l, at, &seen, visit, context, &enough));
        TRY(kernel_number(target, at, &l->fields[NEXT], &at));
        at -= l->fields[NEXT].offset;
        if (at == first)
            break;
        if (seen % PROGRESS_EACH == 0)
            TRY(kernel_progress(target, "tasks", seen, seen + PROGRESS_EACH + 1));
    }
    return kernel_progress(target, "tasks", 1, 1);
}

struct collecting {
    struct target *target;
    struct task_list *list;
    struct layout layout;
    uint64_t *parents; /* of each, as structures */
    size_t capacity;
};

static bool collect(void *context, struct task *t)
{
    struct collecting *c = context;
    for (size_t i = c->list->count; i-- > 0 && c->list->items[i].process == t->process;)
        if (c->list->items[i].structure == t->structure)
            return false; /* the leader, again in the list of its threads */
    ARRAY_RESERVE(c->list->items, c->list->count, c->list->capacity);
    if (c->capacity < c->list->capacity)
        c->parents = xreallocarray(c->parents, c->capacity = c->list->capacity, sizeof *c->parents);
    c->parents[c->list->count] = kernel_number_or_0(c->target, t->structure, &c->layout.fields[PARENT]);
    c->list->items[c->list->count++] = *t;
    t->name = NULL;
    return c->list->count >= KERNEL_TASKS_MOST;
}

static int by_parent(const void *a, const void *b)
{
    const struct task *const *x = a, *const *y = b;
    return (*x)->structure < (*y)->structure ? -1 : (*x)->structure > (*y)->structure;
}

static void name_parents(struct collecting *c)
{
    size_t count = c->list->count;
    BASE_FREE struct task **sorted = xcalloc(count + 1, sizeof(struct task *));
    for (size_t i = 0; i < count; i++)
        sorted[i] = &c->list->items[i];
    qsort(sorted, count, sizeof *sorted, by_parent);
    for (size_t i = 0; i < count; i++) {
        const struct task wanted = {.structure = c->parents[i]}, *key = &wanted;
        struct task **found = bsearch(&key, sorted, count, sizeof *sorted, by_parent);
        if (found)
            c->list->items[i].parent = (*found)->process;
    }
}

struct error *tasks_read(struct target *target, bool threads, struct task_list *ret)
{
    struct collecting c = {.target = target, .list = ret};
    *ret = (struct task_list){0};
    TRY(kernel_need(target));
    TRY(find_layout(target, threads, &c.layout));
    struct error *e = walk(target, &c.layout, collect, &c);
    if (e)
        tasks_free(ret);
    else if (ret->count)
        name_parents(&c);
    free(c.parents);
    return e;
}

void tasks_free(struct task_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].name);
    free(list->items);
    *list = (struct task_list){0};
}

/* -- one task -------------------------------------------------------------------------------------- */

struct looking {
    int64_t pid;
    uint64_t found;
};

static bool is_it(void *context, struct task *t)
{
    struct looking *l = context;
    if (t->pid == l->pid)
        l->found = t->structure;
    return l->found != 0;
}

/* Most often it is the one that a CPU runs: two reads each. */
static struct error *running_with(struct target *target, const struct layout *l, struct looking *x)
{
    for (unsigned cpu = 0; cpu < CPUS_LOOKED_AT && !x->found; cpu++) {
        uint64_t task, pid = 0;
        struct error *e = kernel_running(target, cpu, &task);
        if (!e)
            e = kernel_fetch_fields(target, task, &l->fields[PID], 1);
        if (!e)
            e = kernel_number(target, task, &l->fields[PID], &pid);
        if (error_ends_asking(e))
            return e;
        bool last = e != NULL;
        error_free(e);
        if (last)
            break;
        if ((int32_t)pid == x->pid)
            x->found = task;
    }
    return NULL;
}

struct error *task_by_pid(struct target *target, int64_t pid, uint64_t *ret)
{
    struct looking x = {.pid = pid};
    struct layout l;
    *ret = 0;
    TRY(kernel_need(target));
    TRY(find_layout(target, true, &l));
    TRY(running_with(target, &l, &x));
    if (!x.found) {
        struct layout few = {.threads = true, .head = l.head};
        static const enum field needed[] = {NEXT, PID, SIGNAL, NODE};
        for (size_t i = 0; i < ARRAY_LENGTH(needed); i++)
            few.fields[needed[i]] = l.fields[needed[i]];
        TRY(walk(target, &few, is_it, &x));
    }
    *ret = x.found;
    return x.found ? NULL : error_new(ERR_NO_THREAD, "the kernel has no task %" PRId64, pid);
}

struct error *task_cpu(struct target *target, uint64_t task, unsigned *ret)
{
    struct kernel_field f;
    uint64_t cpu;
    *ret = 0;
    if (!kernel_field_of(target, "struct task_struct", &f, "thread_info.cpu", "cpu", (char *)NULL))
        return NULL; /* one processor */
    TRY(kernel_fetch_fields(target, task, &f, 1));
    TRY(kernel_number(target, task, &f, &cpu));
    if (cpu >= KERNEL_CPUS_MAX)
        return error_new(ERR_NO_MEMORY, "the task at 0x%" PRIx64 " is on no CPU: it is damaged", task);
    *ret = (unsigned)cpu;
    return NULL;
}
