/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/target.h - what the target is now: the link to it, and what is known of the stop it stands
 * at.
 *
 * Everything above takes or holds a struct target. The rooms of this floor read and write the target and
 * decide nothing; each keeps its part in a struct of its own here and is the only one to change it. What has
 * to happen above is the hooks' affair. Caches belong to a stop epoch and are thrown away with it
 * (target_forget()).
 *
 * States: DISCONNECTED nothing can be asked; STOPPED all stands, everything may be asked; RUNNING only an
 * interrupt may be sent; EXITED the program has ended, what is known of its files stays. Owned by the
 * session, engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_TARGET_H
#define ALLSTOP_ENGINE_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/target/arch/arch.h"
#include "engine/target/event.h"
#include "engine/target/limits.h"
#include "engine/target/link.h"
#include "engine/target/calls.h"
#include "engine/target/description.h"
#include "engine/target/memory.h"
#include "engine/target/memory_map.h"
#include "engine/target/signals.h"
#include "engine/target/state.h"
#include "engine/target/threads.h"
#include "rsp/remote.h"
#include "symbols/map.h"

struct call_rules;
struct convenience;
struct element_rules;
struct kernel;
struct printers;
struct unwind_rules;
struct variable_rules;

struct target {
    struct target_hooks hooks;
    void *context; /* of the hooks */
    char *spec;    /* what we are or were connected to, or NULL */
    enum target_state state;
    bool out_of_reach;   /* no target: the link to it was lost, or could not be made; not one that was left */
    uint64_t epoch;      /* counts the stops */
    int64_t deadline_ns; /* of what is under way (CLOCK_MONOTONIC), INT64_MAX: none */
    int cancel_fd;       /* readable: somebody pressed Ctrl-C; -1: nobody can */
    int meanwhile_fd;    /* readable while a command waits: hooks.meanwhile has something to do; -1: never */
    struct target_showing showing; /* what is read is only to be shown (link.h) */

    struct rsp_connection *connection; /* NULL: none */
    bool launched;                     /* its stub was started by us */
    bool was_there;   /* the stub was, but attached to a process that ran before (`qAttached`) */
    bool attaching;   /* RUNNING since we came: the first stop does what attaching does */
    bool is_process;  /* a process of an operating system: all its memory is RAM */
    bool executed;    /* another program has taken its place: the map has that one's file */
    bool plans_ahead; /* breakpoints are planned before there is a target */

    const struct arch *arch;      /* NULL until a target, the user or a file says */
    const struct arch *arch_said; /* the user's word, NULL: none (processor.h) */
    bool arch_unsettled;          /* which was said while the target ran */
    bool big_endian;
    struct rsp_tdesc *description;
    struct descriptions described; /* those of other processes (description.h) */
    bool described_late;           /* that of what was executed has come at this stop only */
    size_t g_told;                 /* the length of `g` that does not fit and was told last */
    struct symbol_map *map;

    struct thread_table threads;
    unsigned frame;    /* the selected level of the current thread */
    int64_t answer_ns; /* what one answer took lately, 0: not known (pace.h) */
    struct memory_cache memory;
    struct memory_map memory_map;
    struct target_calls calls; /* made by us, and not returned */
    bool refuses_g;            /* the stub does not write all registers at once */
    struct signal_table signals;
    uint64_t loader_base;           /* AT_BASE: where the dynamic linker was loaded, 0: unknown */
    uint64_t library_epoch;         /* the stop in which the list was last asked for by name */
    uint64_t library_miss;          /* neighbourhood no library was found for (libraries.c) */
    enum error_code names_given_up; /* why a wait for the name index ended early (names.h); 0: it did not */
    const struct unwind_rules
        *unwind_rules;         /* engine/inspect/frames/unwind_rules.h; set with the kernel's part */
    struct kernel *kernel;     /* engine/inspect/kernel/kernel.h; made with the session */
    struct printers *printers; /* engine/inspect/printers/printers.h; made with the session, NULL: none */
    const struct element_rules
        *element_rules;              /* engine/inspect/values/elements.h; set with the printers, NULL: none */
    struct convenience *convenience; /* engine/inspect/convenience/convenience.h; made with the session */
    const struct variable_rules *variable_rules; /* set with it, NULL: none */
    const struct call_rules *call_rules; /* engine/inspect/values/calls.h; set while a command may call */
};

#endif
