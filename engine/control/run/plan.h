/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/plan.h - running the target until something the user should see happens.
 *
 * A plan is one run command under way: what was asked (kind), on which thread, and where it stands (phase).
 * It is started by plan_start(), which resumes the target, and fed with every stop by plan_on_stop(), which
 * either resumes again or comes to the final stop. It never waits by itself, so the same plan serves a
 * batch script that blocks and an event loop that does not.
 *
 * Phases: RUN everything runs, until a site, a signal, the end; STEP one instruction (or a range, where
 * the stub steps ranges) of the plan's thread; RETURN runs to a site of ours (a return address, the end of
 * a prologue) and then goes on; OFF steps one thread off a site before the phase in `after_off`.
 * Invariants: at most one plan is active; while it is, the session is RUNNING or in plan_on_stop(); a site
 * removed for OFF is put back with the next resume, or before the final stop is told.
 * Engine thread. Errors end the plan.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_PLAN_H
#define ALLSTOP_ENGINE_CONTROL_RUN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/limits.h"
#include "engine/control/run/jumps.h"
#include "engine/target/stop.h"
#include "rsp/stop_reply.h"
#include "symbols/map.h"

struct control;
struct site;
struct thread;

enum plan_kind {
    PLAN_CONTINUE,
    PLAN_STEPI,
    PLAN_NEXTI,
    PLAN_STEP,
    PLAN_NEXT,
    PLAN_UNTIL_NEXT, /* `until` without a place: next that does not go back */
    PLAN_TO,         /* to a place, or out of the frame */
    PLAN_FINISH,
    PLAN_CALL, /* a function for an expression (engine/control/call): its thread alone, until it returns */
};

enum plan_phase { PHASE_RUN, PHASE_STEP, PHASE_RETURN, PHASE_OFF };

/* Which threads run while one steps. */
enum schedule_mode { SCHEDULE_ALL, SCHEDULE_ONE, SCHEDULE_STEP };

struct plan {
    enum plan_kind kind;
    enum plan_phase phase, after_off;
    bool has_thread;
    struct ptid thread;
    uint64_t times; /* steps (or continues) still to do, this one included */

    /* where the step began */
    uint64_t start_pc, start_sp;
    bool has_line;
    struct address_range line;
    uint64_t function_low, function_high;
    const char *file; /* owned by the symbol file */
    unsigned line_number;

    /* Of inlined calls only those are stepped into that are no more than so many levels inside the function
     * that really exists; `leaves_inlined`: the step ends where it comes out of a deeper one. */
    unsigned inlined_depth;
    bool leaves_inlined;

    /* RETURN and TO: sites of ours, and how high sp must be at each for a hit to count (0: anywhere) */
    struct site *targets[PLAN_TARGETS];
    uint64_t target_sp[PLAN_TARGETS];
    unsigned target_count;
    uint64_t least_cfa;   /* what counts anywhere does so in frames from this one outwards only; 0: in all */
    bool final_at_target; /* arriving there ends the plan */
    bool starts;          /* and is where a new program begins for the user */
    uint64_t returned_from, returned_memory; /* of the stop that ends it there */

    struct jumps jumps;
    bool waits;         /* FINISH and TO: for a caller, */
    uint64_t caller_sp; /* which will have this stack pointer at least */

    /* a step into a function of a library: what the call left, while the linker's stub is walked through */
    bool in_plt;
    uint64_t plt_return, plt_sp;
    uint64_t linker_pc; /* in the dynamic linker, which binds the function at its first call: the last pc */
    unsigned linker_steps; /* instructions of it so far */

    struct ptid off_thread;
    bool off_removed, off_with_signal, off_must_remove;
    bool ends_late;        /* what a site that is gone reports late is the stop that is waited for */
    bool off_unknown;      /* nobody knows where it stands: all sites are out for this step */
    bool off_own_trap;     /* off a trap instruction of the program's own */
    struct site *off_trap; /* that step ends in this trap, and all run meanwhile; or NULL */
    bool off_changes_dr7,
        changes_dr7; /* breakpoints/dr7.h: this step is for that; it is to be done in any case */
    uint64_t off_pc;
    bool delivers; /* a signal: its handler may be where the first step comes to */
    bool masked;   /* step_flags.h: interrupts, for this step of this thread */
    struct ptid masked_thread;
    bool under_way;           /* it has resumed before */
    bool told_trap_flag;      /* engine/control/run/step_flags.h */
    unsigned taken_by_others; /* raced.c: resumes that another thread took */
    bool stays;               /* the pc is not where it has to run on from, and cannot be put there */
    bool stuck;               /* a breakpoint that cannot be left: its hit was told before */
    bool held;                /* it would have run on, but for the user's interrupt */

    /* cut_step.c: where the step that is under way began, that one of this thread was cut off before, and
     * that the stop is the rest of it */
    bool knows_from, was_cut, cut_step, unmoved;
    unsigned still; /* times in a row that it has not moved */
    uint64_t stepped_from;

    /* watching by stepping (watch_steps.h) */
    bool watch_stepping;
    struct ptid watch_thread;
    uint64_t watch_steps;
};

/* A step of whatever kind, as opposed to a run. */
static inline bool plan_is_step(const struct plan *p)
{
    return p->kind >= PLAN_STEPI && p->kind <= PLAN_UNTIL_NEXT;
}

/* Starts the plan described by `plan` (kind, thread, times, targets filled in): resumes. */
struct error *plan_start(struct control *c, const struct plan *plan) BASE_MUST_CHECK;
/* Handles a stop of the stub's. *done: *final is for the user, also beside an error. Else the target runs
 * again. */
struct error *plan_on_stop(struct control *c, const struct rsp_stop *stop, struct stop *final,
                           bool *done) BASE_MUST_CHECK;
/* Ends the plan: its own sites are no longer wanted. */
void plan_end(struct control *c);
/* Adds a place of our own to run to; a hit counts where sp is at least `least_sp` (0: always). */
void plan_add_site(struct plan *p, struct site *site); /* one that is wanted already, taken over */
void plan_add_target(struct control *c, struct plan *plan, uint64_t address, uint64_t least_sp);

/* -- resume.c -------------------------------------------------------------------------------------- */

/* Sends what is pending of sites and the resume packet for the plan's phase, in one write where the stub
 * takes it. */
struct error *plan_resume(struct control *c) BASE_MUST_CHECK;
/* The target runs: what is known of where it stood is of the past. */
void plan_mark_running(struct control *c);
/* What runs now is a step. */
bool plan_steps(const struct control *c);

/* -- unseen.c -------------------------------------------------------------------------------------- */

/* Lets the target run on where that is right without a look at the stop; *gone: that was so. */
struct error *plan_go_on_unseen(struct control *c, const struct rsp_stop *stop, bool *gone) BASE_MUST_CHECK;

/* -- raced.c --------------------------------------------------------------------------------------- */

/* Where the stub does not stop its threads: the stop, which was classified, is one that was told before, or
 * the end of a step that nobody waits for. The target is to run again. */
bool plan_is_raced(struct control *c, const struct stop *stop);
/* Says once of such a stub what cannot be relied upon. */
void plan_tell_race(struct control *c);

/* -- cut_step.c ------------------------------------------------------------------------------------ */

/* A thread is about to be stepped. */
void plan_note_step(struct control *c, struct ptid id);
/* A stop ends the step of its thread. *passed: the stop is the rest of a step that was cut off, and the
 * target is to run again. Where the plan's own step is seen to be done it is that one's stop from now on. */
struct error *plan_pass_cut_step(struct control *c, struct stop *stop, bool *passed) BASE_MUST_CHECK;

/* -- inlined_stop.c -------------------------------------------------------------------------------- */

/* The stop is for the user: decides what is shown of inlined calls that begin there. */
void plan_hide_inlined(struct control *c, struct stop *stop);

/* -- astray.c -------------------------------------------------------------------------------------- */

/* The pc of a stop whose place decides how the plan goes on, where it is not there yet: that it cannot be had
 * is the error. */
struct error *plan_need_pc(struct control *c, struct stop *stop) BASE_MUST_CHECK;
/* The plan cannot go on from a stop: the error says what was under way and where it stands. *done: that stop
 * is to be told, as the target is not where it was. Returns `e`. */
struct error *plan_astray(struct control *c, struct error *e, struct stop *final, bool *done) BASE_MUST_CHECK;

/* The target runs, and what let it run has failed: whenever it stops, that is told as the stop of a
 * `continue`. */
void plan_adopt(struct control *c);
/* The same where it was no plan, but a way back that was interrupted in vain. */
void plan_runs_unasked(struct control *c);

/* -- step.c ---------------------------------------------------------------------------------------- */

/* A signal is about to be passed to the plan's thread: its handler runs to the end before the step goes on.
 */
struct error *plan_run_handler(struct control *c, struct plan *plan) BASE_MUST_CHECK;
/* `step` where inlined calls begin goes into them without running: takes off what can be done so. True: that
 * was all. */
bool plan_step_in_place(struct control *c, struct plan *plan, struct thread *t, uint64_t pc);
/* Notes where the step begins. */
struct error *plan_begin_step(struct control *c, struct plan *plan) BASE_MUST_CHECK;
/* After one instruction or range of the plan's thread: *done when the step is complete, else the phase is
 * set. */
struct error *plan_step_again(struct control *c, struct plan *plan, uint64_t pc, bool *done) BASE_MUST_CHECK;
#endif
