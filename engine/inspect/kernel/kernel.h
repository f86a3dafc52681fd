/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/kernel.h - what a debugger knows of a Linux kernel that is the target.
 *
 * A file of the map is taken for a kernel by its sections and symbols, never by its name; what is said here
 * holds only then, and costs others nothing. Layouts come from the kernel's own DWARF (layout.h): nothing is
 * bound to a version where that tells. Every walk through the kernel's memory is bounded, since what is read
 * may be garbage; it can be cancelled and tells its progress. Bytes are counted, as the line may be a serial
 * one: fields are read, not structures, and in batches.
 *
 *   slide.c     how far the kernel was moved (KASLR), found and checked
 *   modules.c   loaded modules, and their symbols as they come and go
 *   percpu.c    per-CPU variables, the running task of a CPU, which CPU a thread is on
 *   tasks.c     the list of tasks
 *   log.c       the ring buffer of printk
 *   sealed_text.c  traps that boot made unremovable
 *   entry.c     stacks across interrupts, exceptions and system calls, and of tasks that sleep
 *
 * Owner: the session. Engine thread. Errors: the connection's, ERR_CANCELLED, ERR_NO_MEMORY for what cannot
 * be read, ERR_UNSUPPORTED where there is no kernel or its DWARF lacks what is needed.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_KERNEL_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct target;
struct stop;
struct symbol_file;
struct kernel_modules;

enum slide_state {
    SLIDE_UNKNOWN, /* not looked for, or nothing to go by yet */
    SLIDE_CHECKED, /* the kernel is where the map says */
    SLIDE_OTHER,   /* the file is not what runs there */
};

/* Whether the kernel's text can be written (sealed_text.h). */
enum text_state { TEXT_UNKNOWN, TEXT_WRITABLE, TEXT_SEALED };

struct kernel {
    enum text_state text;
    const struct symbol_file *known; /* the last file that was looked at, and what it was */
    bool known_is_kernel;
    const struct symbol_file *sought; /* the kernel whose place was looked for, and what came of it */
    enum slide_state slide;
    unsigned slide_tries;
    const struct symbol_file *per_cpu_of; /* the kernel whose per-CPU section was looked up (percpu.c) */
    uint64_t per_cpu_start, per_cpu_size;
    bool per_cpu_moves;             /* with the kernel */
    struct kernel_modules *modules; /* modules.h; or NULL */
};

/* The kernel among the files; NULL: there is none. */
struct symbol_file *kernel_file(struct target *target, uint64_t *offset);
/* ERR_UNSUPPORTED unless there is one, and a stopped target. */
struct error *kernel_need(struct target *target) BASE_MUST_CHECK;
/* A symbol's address in the running kernel, or as the file has it; false: no such symbol. */
bool kernel_symbol(struct target *target, const char *name, uint64_t *ret);
bool kernel_link_symbol(struct target *target, const char *name, uint64_t *ret);

/*
 * A target was attached to (`attached`), or has stopped: finds out where the kernel was loaded when that is
 * not known yet. What came of it is told by an event. True when symbols have moved. An offset that the user
 * gave is left alone.
 */
bool kernel_find_slide(struct target *target, const struct stop *stop, bool attached);
struct kernel *kernel_create(void);
void kernel_free(struct target *target);
/* What is known of a target is of the past. */
void kernel_forget(struct target *target);
/* Takes a file out of the map, with what is known of it as a kernel or a module. */
void kernel_remove_file(struct target *target, struct symbol_file *f);

/* Progress of what reads much: an event, and ERR_CANCELLED when somebody pressed Ctrl-C. */
struct error *kernel_progress(struct target *target, const char *what, size_t done,
                              size_t total) BASE_MUST_CHECK;

#endif
