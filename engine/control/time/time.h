/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/time.h - the time line of a target: where it stands, and how to be somewhere else.
 *
 * A position counts what the driver counts (instructions in QEMU's replay). It is asked for lazily and kept
 * until the target runs. Which driver serves is found by a probe at the first question about time, so that a
 * session that never asks pays nothing.
 *
 * Moving: what is inserted is removed while the target is taken to a position, and put back at the end by
 * time_reinsert(); every cache of target state is dropped, the thread table follows. Snapshots of ours have
 * names that begin with `allstop-`; no other is ever replaced or removed.
 *
 * Part of the session; engine thread; the target is stopped. Errors: ERR_UNSUPPORTED with what would make it
 * possible, ERR_HISTORY_END, ERR_NO_SNAPSHOT, ERR_CANCELLED, ERR_TIMEOUT, ERR_LOST.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_TIME_H
#define ALLSTOP_ENGINE_CONTROL_TIME_TIME_H

#include "engine/target/stop.h"
#include "engine/control/time/driver.h"
#include "engine/control/time/ladder.h"

#define TIME_SNAPSHOT_PREFIX "allstop-"

struct bookmark_table;
struct kept_memory;
struct thread;

struct time_line {
    bool probed;
    const struct time_driver *driver; /* NULL: none, or not probed */
    char *recording;                  /* the file of the record as the stub names it, or NULL */
    bool position_known;
    uint64_t position;
    bool last_asked, last_known;
    uint64_t last;       /* the last position that can be reached */
    uint64_t armed;      /* QEMU's replay_break, 0: none */
    uint64_t user_break; /* where the user's own `monitor replay_break` is to stop a run forward, 0: none */
    bool holds;          /* Ctrl-C does not cut requests off (COMMAND_WAITS_ITSELF) */
    bool unsettled;      /* a snapshot was loaded and the target has not run since */
    uint64_t steps_left; /* before the end of the record can be met by stepping */
    bool steps_left_known;
    bool ended;                      /* a run was asked for at the end of the record */
    bool removed;                    /* what is inserted is out for the moment */
    bool listed;                     /* `snapshots` are what the target has */
    struct time_snapshot *snapshots; /* by position */
    size_t snapshot_count;
    char *no_snapshots; /* why none can be taken, or NULL */
    bool temporary;     /* what was taken here without being asked for by name is removed at the end */
    char **taken;       /* the names of those */
    size_t taken_count, taken_capacity;
    struct bookmark_table *bookmarks;
    struct kept_memory *kept; /* of the memory driver: a list */
    struct ladder ladder;
};

/* -- line.c ---------------------------------------------------------------------------------------- */

/* The driver; ERR_UNSUPPORTED where there is none. */
struct error *time_driver(struct control *c, const struct time_driver **ret) BASE_MUST_CHECK;
/* The same, for going back: the error says what would make it possible. */
struct error *time_history(struct control *c, const struct time_driver **ret) BASE_MUST_CHECK;
struct error *time_position(struct control *c, uint64_t *ret) BASE_MUST_CHECK;
struct error *time_last(struct control *c, bool *known, uint64_t *ret) BASE_MUST_CHECK;
/* Takes what is inserted out, or makes it wanted again and sends that. */
struct error *time_remove_all(struct control *c) BASE_MUST_CHECK;
struct error *time_reinsert(struct control *c) BASE_MUST_CHECK;
/* Only what this breakpoint wants, the rest stays out; 0: all. */
struct error *time_reinsert_only(struct control *c, int breakpoint) BASE_MUST_CHECK;
/* The target stands somewhere else: caches are dropped, the thread of `stop` (or NULL) becomes the current
 * one. */
struct error *time_landed(struct control *c, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* To exactly this position; sites are removed by it. ERR_HISTORY_END beyond either end. */
struct error *time_seek(struct control *c, uint64_t position) BASE_MUST_CHECK;
/* The pc, *known: not where no architecture is known, or no such register is told. */
struct error *time_pc(struct control *c, struct thread *t, bool *known, uint64_t *ret) BASE_MUST_CHECK;
/* The stop to tell about where the target stands now. */
struct error *time_here(struct control *c, enum stop_reason reason, struct stop *ret) BASE_MUST_CHECK;
/* The position is not known any more (the target was resumed). */
void time_moved(struct control *c);
/* Nothing is known any more (the target is gone). */
void time_forget(struct control *c);
/* Somebody typed a monitor command, which was answered with this: snapshots may have come or gone, and
 * QEMU's one break is the user's now. */
void time_doubt(struct control *c, const char *command, const char *answer);

/* -- guard.c: forward runs that must not meet the end of the record -------------------------------- */

/* Before a run command: arms the guard; *ended when the target stands at the end and must not run. */
struct error *time_before_run(struct control *c, bool *ended) BASE_MUST_CHECK;
/* Before each single step of a run: the same, without a question while the end is far. */
struct error *time_before_step(struct control *c, bool *ended) BASE_MUST_CHECK;
/* True when a stop with this signal is the guard's; one at the user's own break is told, and no guard's. */
struct error *time_guard_hit(struct control *c, const struct rsp_stop *stop, bool *ret) BASE_MUST_CHECK;

/* A run would have stepped on, but there is nothing more: what to tell. */
struct error *time_end_of_record(struct control *c, const struct rsp_stop *stop,
                                 struct stop *final) BASE_MUST_CHECK;
/* Where watchpoints stop before the access: does it. */
struct error *time_finish_access(struct control *c, struct stop *final) BASE_MUST_CHECK;

/* -- snapshots.c ----------------------------------------------------------------------------------- */

/* The snapshots by position, as the target has them. */
struct error *time_snapshots(struct control *c) BASE_MUST_CHECK;
bool time_snapshot_is_ours(const char *name);
/* The last one at or before a position, or NULL. */
const struct time_snapshot *time_nearest(struct control *c, uint64_t position);
const struct time_snapshot *time_snapshot_named(struct control *c, const char *name);
/* Takes one here, `allstop-KIND-POSITION`, with a number behind it where that name is taken; *ret malloc'd.
 */
struct error *time_save(struct control *c, const char *kind, char **ret) BASE_MUST_CHECK;
/* Of those that only serve going back (`auto`, `near`) all there are, or what was taken since the connection:
 * removed, *count of them. */
struct error *time_remove_helpers(struct control *c, bool all, size_t *count) BASE_MUST_CHECK;
/* Before the target is left: the same where the user wants it. Trouble is told and not returned. */
void time_leave(struct control *c);
/* ERR_USAGE when the name is not one of ours. */
struct error *time_remove(struct control *c, const char *name) BASE_MUST_CHECK;
/* Sees to it that a snapshot lies close behind a position that will be come back to; sites are removed.
 * Where none can be taken that is no error: going back is only slower. */
struct error *time_come_close(struct control *c, uint64_t position) BASE_MUST_CHECK;
/* time_seek() for somebody who stays there: on a long way a snapshot is left shortly before the goal, so that
 * the first step back from it does not go that way again. */
struct error *time_go_to(struct control *c, uint64_t position) BASE_MUST_CHECK;

/* Once, when the session is made: what a past has to do with running on (engine/control/stop/run_hooks.h). */
void time_install(struct control *c);

#endif
