/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/scope_kernel.h - what names mean in a Linux kernel beyond C: per-CPU variables are
 * those of the selected thread's CPU, or of the one that $cpu(N, …) names; $current is the task it runs, $cpu
 * its number. For scope.c and evaluate.c. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_SCOPE_KERNEL_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_SCOPE_KERNEL_H

#include "engine/inspect/values/scope.h"

/* A variable that was found by name: moved to the CPU's copy where it is a per-CPU one. */
struct error *scope_per_cpu(struct evaluation *e, struct value *v) BASE_MUST_CHECK;
/* $current and $cpu; *ret NULL: the name is neither, or the target no kernel. */
struct error *scope_kernel_register(struct evaluation *e, const char *name,
                                    struct value **ret) BASE_MUST_CHECK;

#endif
