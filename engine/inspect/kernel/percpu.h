/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/percpu.h - per-CPU variables, and what each CPU runs.
 *
 * Every CPU has a copy of the section .data..percpu; __per_cpu_offset[cpu] is how far it is from where the
 * section was linked (include/asm-generic/percpu.h). x86-64 up to 6.14 links it at address 0, which KASLR
 * does not move. Engine thread, target stopped. Errors: those of kernel.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_PERCPU_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_PERCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/inspect/limits.h"

struct target;
struct thread;

/* True when an object at this address of the map is a per-CPU variable: then *linked is its address as the
 * kernel counts it. */
bool percpu_is(struct target *target, uint64_t address, uint64_t *linked);
/* Where that CPU's copy is. ERR_USAGE: there is no such CPU. */
struct error *percpu_address(struct target *target, uint64_t linked, unsigned cpu,
                             uint64_t *ret) BASE_MUST_CHECK;
/* A symbol's copy: ERR_UNSUPPORTED when the kernel has none of this name. */
struct error *percpu_symbol(struct target *target, const char *name, unsigned cpu,
                            uint64_t *ret) BASE_MUST_CHECK;
/* Which CPU a thread of the stub is on. */
struct error *kernel_cpu_of(struct target *target, const struct thread *t, unsigned *ret) BASE_MUST_CHECK;
/* The struct task_struct that a CPU runs. */
struct error *kernel_running(struct target *target, unsigned cpu, uint64_t *ret) BASE_MUST_CHECK;
/* The same of a thread of the stub: of a CPU, or of one of kgdb's tasks. */
struct error *kernel_task_of(struct target *target, const struct thread *t, uint64_t *ret) BASE_MUST_CHECK;

#endif
