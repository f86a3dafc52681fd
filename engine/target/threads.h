/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/threads.h - the threads (or vCPUs) we know of, and their registers in this stop.
 *
 * A thread gets a small number when it is first seen, and keeps it. The list is asked of the stub only when
 * somebody looks at it; a stop reply that names an unknown thread adds it. Registers are cached for the
 * current stop: expedited ones cost nothing, the rest come with one `g`. threads_resumed() forgets all of
 * that. Owned by the session; engine thread. At most 65536 threads are kept.
 */
#ifndef ALLSTOP_ENGINE_TARGET_THREADS_H
#define ALLSTOP_ENGINE_TARGET_THREADS_H

#include "rsp/remote.h"

struct target;

/* A thread that is THREAD_HELD keeps that state whatever runs (hold.h). */
enum thread_state { THREAD_STOPPED, THREAD_RUNNING, THREAD_HELD, THREAD_EXITED, THREAD_UNKNOWN };

struct thread {
    struct ptid id;
    unsigned number;
    enum thread_state state;
    char *name;  /* from the stub, or NULL */
    char *extra; /* qThreadExtraInfo, or NULL */
    bool extra_asked;
    int core; /* -1: not told */

    /* registers of this stop: `size` bytes laid out as the description says */
    const struct rsp_tdesc *laid_by; /* that one; NULL: they are to be laid out anew */
    unsigned char *bytes;
    unsigned char *known; /* 1 a byte */
    unsigned char *asked; /* 1 a byte: the stub was asked and this is all it says */
    size_t size;
    bool has_g;
    size_t g_size;     /* bytes of `g`: where they are fewer the rest came by `p`, more are not kept */
    bool g_refused;    /* the stub has none of `g` in this stop; single registers may be had */
    size_t paid_alone; /* what registers asked for one by one have cost in this stop, bytes on the wire */
    unsigned char *previous; /* the registers as they were at the stop before, when they were known */
    bool has_previous;

    /* The last stop told to the user was at a site at this address, and the thread has not run since. */
    bool at_site;
    uint64_t site_address;
    /* Its last stop was for a trap instruction of the program's own at this address, which the stub leaves to
     * us to go past. */
    bool at_trap;
    uint64_t trap_address;
    /* It went from such a site into a signal's handler, to come back to this pc with this sp. */
    bool in_handler;
    uint64_t handler_pc, handler_sp;
    int pending_signal; /* to be passed on at the next resume, gdb's number */

    /* Inlined calls that begin at this pc and are not shown yet (engine/inspect/frames/inlined.h). */
    unsigned inlined_hidden;
    uint64_t hidden_pc;

    bool own_trap_flag; /* it was there without a step of ours (engine/control/run/step_flags.h) */
    bool steps;       /* a step of it was begun whose end has not been told (engine/control/run/cut_step.c) */
    bool has_last_pc; /* where it was at the stop that was shown before this one, when that was known */
    uint64_t last_pc;
    bool shown;   /* by `threads` */
    bool in_list; /* the stub's list that is being taken has it */

    bool watched;       /* it should stay in this run: its registers are compared at the end (hold.h) */
    bool told_not_held; /* it did not, and that was told */
};

struct thread_table {
    struct thread **items;
    size_t count, capacity;
    size_t *slots; /* where in `items` an id is, + 1: open addressing (table.c) */
    size_t slot_count;
    unsigned next_number; /* `items` is in order of numbers */
    bool listed;          /* the stub's list was taken in this stop */
    bool listed_any;      /* the stub has named threads when asked: none now means that all are gone */
    bool nameless;        /* the stub names no thread, in no way: the one there is has the id 0 */
    bool shown;           /* `threads` was answered before: what it did not show is new */
    struct ptid current;  /* selected */
    bool has_current;
    struct ptid stopped; /* whom the last stop reply named: it exists, whatever a list says */
    bool has_stopped;
};

void threads_free(struct thread_table *t);
/* All known threads are forgotten (a new target). */
void threads_clear(struct thread_table *t);
struct thread *threads_find(const struct thread_table *t, struct ptid id);
/* The same, also when the stub writes its id in another way: each is there once. */
struct thread *threads_find_alike(const struct thread_table *t, struct ptid id);
/* table.c: those that are there have the ids by which the stub lists them. */
void thread_table_rename(struct thread_table *t, const struct rsp_thread *threads, size_t count);
/* table.c: a new one, whose id is not there; and after some were taken out of `items`. */
void thread_table_add(struct thread_table *t, struct thread *thread);
void thread_table_index(struct thread_table *t);
/* Forgets the threads of one process. */
void threads_drop_process(struct target *target, int64_t pid);
/* Finds or adds. */
struct thread *threads_note(struct target *target, struct ptid id);
/* The same for a thread that a stop names: a new one is announced where others were known before. */
struct thread *threads_note_stopped(struct target *target, struct ptid id);
/* The selected thread; ERR_NO_THREAD when there is none. */
struct error *threads_current(struct target *target, struct thread **ret) BASE_MUST_CHECK;
/* Makes it the selected one, and puts in force what its process has (description.h). Errors only where the
 * connection is in trouble. */
struct error *threads_select(struct target *target, struct ptid id) BASE_MUST_CHECK;
/* "p1.3", "3" (our number), "cpu0" (a kernel stub's): a thread the user named, or ERR_NO_THREAD with what
 * there is. */
struct error *threads_by_name(struct target *target, const char *name, struct thread **ret) BASE_MUST_CHECK;
/* A CPU of a kernel stub that lists its tasks beside them: kgdb's fffffffe is CPU 0, fffffffd CPU 1 … */
bool thread_is_cpu(struct ptid id);
/* As shown and read by people and scripts: "p1.3", "cpu0". */
void thread_name(struct ptid id, char *out, size_t n);
/* Takes the stub's list (once a stop): threads that are new or gone are announced by events. */
struct error *threads_list(struct target *target) BASE_MUST_CHECK;
/* A run command begins: remembers where the threads are, as far as that is known. */
void threads_leave(struct target *target);
/* The target runs: registers and the list are of the past. */
void threads_resumed(struct target *target);
/* Takes the registers that came with a stop reply. */
void threads_expedited(struct target *target, struct thread *t, const struct rsp_stop *stop);
const char *thread_state_name(enum thread_state state);

#endif
