/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/control.h - what we do to the target: what is inserted in it, what runs, and where in time
 * it stands.
 *
 * One struct, made with the session and owned by it; engine thread. Each room of this floor keeps its part in
 * a struct of its own here and is the only one to change it:
 *
 * - breakpoints/: what the user asked for and what is inserted for it, the slots, the journal, the agent's
 * code;
 * - kernel/, libraries/: what follows modules and libraries as they come and go;
 * - audit/: what an all-stop stub must not do;
 * - stop/: what a stop is, and who is held;
 * - call/: functions of the program that expressions call;
 * - run/: the plan of a run command, interrupts, forks;
 * - time/: a recorded past, and bookmarks.
 *
 * What has to happen above is a hook. Below are only the target, what it means (engine/inspect), and the
 * wire.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_CONTROL_H
#define ALLSTOP_ENGINE_CONTROL_CONTROL_H

#include "engine/control/audit/audit.h"
#include "engine/control/breakpoints/breakpoints.h"
#include "engine/control/breakpoints/journal.h"
#include "engine/control/breakpoints/slots.h"
#include "engine/control/kernel/module_events.h"
#include "engine/control/run/fork.h"
#include "engine/control/run/interrupt.h"
#include "engine/control/run/plan.h"
#include "engine/control/run/skip.h"
#include "engine/control/stop/hold.h"
#include "engine/control/stop/run_hooks.h"
#include "engine/control/time/time.h"
#include "engine/target/stop.h"
#include "engine/target/target.h"

struct control {
    struct target *target; /* the session's; never NULL */
    void *context;         /* of the hooks that a session installs */

    struct breakpoint_table breakpoints;
    struct slot_table slots;
    struct journal journal;
    struct module_events module_events;
    struct site *loader_site; /* where the dynamic linker tells of changes (libraries/), or NULL */

    struct site *call_site; /* where functions return to that were called (call/), or NULL: there are none */

    struct audit audit;
    struct hold hold;
    struct follow follow;
    const struct run_hooks *run_hooks;
    struct plan plan;
    bool plan_active;
    enum schedule_mode schedule;
    struct skip_table skips;
    struct time_line time;

    struct interrupt interrupt;
    bool told_race; /* that this stub does not stop its threads */

    struct stop last_stop;
    uint64_t stops, violations;
    int64_t created_ns, stop_ended_ns;
};

#endif
