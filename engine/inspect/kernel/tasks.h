/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/tasks.h - the tasks of a Linux kernel, read from its memory.
 *
 * The list begins at init_task and goes by `tasks` (processes) and `signal->thread_head` (their threads).
 * A list is the caller's; the one of the stop is not kept beyond the memory cache. Engine thread, target
 * stopped. Errors: those of kernel.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_TASKS_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct target;

struct task {
    uint64_t structure; /* of struct task_struct */
    int64_t pid;        /* of the thread, as kgdb numbers threads */
    int64_t process;    /* tgid */
    int64_t parent;     /* process; -1: not known */
    char *name;         /* comm, harmless */
    char state;         /* as ps(1): R S D T t X Z P I; ? */
    int cpu;            /* -1: not known */
    bool kernel;        /* a kernel thread */
};
struct task_list {
    struct task *items;
    size_t count, capacity;
};

/* Processes, and with `threads` all their threads. */
struct error *tasks_read(struct target *target, bool threads, struct task_list *ret) BASE_MUST_CHECK;
void tasks_free(struct task_list *list);
/* The struct task_struct of a thread. ERR_NO_THREAD: none has this number. */
struct error *task_by_pid(struct target *target, int64_t pid, uint64_t *ret) BASE_MUST_CHECK;
/* Where it runs or ran last. */
struct error *task_cpu(struct target *target, uint64_t task, unsigned *ret) BASE_MUST_CHECK;

#endif
