/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/link.h - the link to the target: whether it stands, runs or is gone, what may be asked of it
 * now, and what becomes of a call that failed.
 *
 * Every call on the connection goes through target_check(), so that a loss is found at once and told once.
 * What that means for the rooms above is their own: they install what is to be done (struct target_hooks).
 * Owned by the session, engine thread. Errors: ERR_NOT_CONNECTED, ERR_NOT_STOPPED, ERR_NOT_RUNNING, each with
 * what to try.
 */
#ifndef ALLSTOP_ENGINE_TARGET_LINK_H
#define ALLSTOP_ENGINE_TARGET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct event;
struct target;
struct thread;

/* Installed once, when the session is made. */
struct target_hooks {
    /* A kernel that was spoken to runs again without our doing. */
    void (*runs_again)(struct target *target);
    /* The connection has just been found lost; `message` says how, `hint` may be NULL. */
    void (*lost)(struct target *target, const char *message, const char *hint);
    /* The program has ended: the connection to it is of no use any more. */
    void (*ended)(struct target *target);
    /* The memory filter. What was read is to be as the user wrote it: traps that stand in it are taken out.
     */
    void (*memory_read)(struct target *target, uint64_t address, unsigned char *bytes, size_t n);
    /* What is about to be written: what belongs beneath a trap is kept there, and `beneath` then has the
     * trap; `bytes` is what the user wrote. */
    void (*memory_write)(struct target *target, uint64_t address, const unsigned char *bytes,
                         unsigned char *beneath, size_t n);
    /* An event for the face, lent. */
    void (*event)(struct target *target, const struct event *event);
    /* While a command lets the target run and waits for it: what was asked for meanwhile and needs no target
     * is done. The state is TARGET_RUNNING. */
    void (*meanwhile)(struct target *target);
    /* `run` has something to start. */
    bool (*can_run)(const struct target *target);
    /* The folder a program of ours was told to start in; NULL: none. */
    const char *(*program_folder)(struct target *target);
    /* The file whose lines were shown last, or NULL. */
    const char *(*file_shown)(const struct target *target);
    /* A name is not known: more symbols may be got from the target; true when some came. */
    bool (*more_symbols)(struct target *target);
    /* A thread is about to leave the table. */
    void (*thread_gone)(struct target *target, const struct thread *t);
};

/* Reading for what is shown meanwhile, without anybody having asked for it. Written by link.c alone. */
struct target_showing {
    bool (*is_awaited)(void *context); /* NULL: it is not read for that */
    void *context;
    int64_t since_ns;
    bool gave_way;
};

/*
 * The transitions of a target's state (engine/target/target.h), and the only places that write it. RUNNING: a
 * resume was sent, or it ran when we came; STOPPED: a stop was taken, or the resume was not sent after all;
 * EXITED: the stub told the end of the program, whose connection is of no more use; DISCONNECTED: the link
 * was left or lost, which target_is_out_of_reach() notes until there is a target again.
 */
void target_runs(struct target *target);
void target_stands(struct target *target);
void target_has_ended(struct target *target);
void target_is_gone(struct target *target);
void target_is_out_of_reach(struct target *target);

struct error *target_need(struct target *target) BASE_MUST_CHECK;
struct error *target_need_stopped(struct target *target) BASE_MUST_CHECK;
/* For commands that let the target run: as target_need_stopped(), and ERR_NOT_RUNNING once it has ended. */
struct error *target_need_runnable(struct target *target) BASE_MUST_CHECK;
/* For what is inserted: as target_need_stopped(), but after the end, and for faces that plan ahead before
 * there is a target, it is planned for the next start. */
struct error *target_need_insertable(struct target *target) BASE_MUST_CHECK;
/* `run` has something to start (a hook). */
bool target_can_run(const struct target *target);
/* There is a target, standing or running. */
bool target_is_connected(const struct target *target);
/* Bytes are dear: a serial line, or what ends in one (telnet, a pty). Only what is looked at is fetched. */
bool target_is_thrifty(const struct target *target);
/* Somebody pressed Ctrl-C while this went on. */
bool target_cancel_asked(const struct target *target);
/* What was cancelled is over: Ctrl-C that was meant for it is not to hit what comes next. */
void target_cancelled(struct target *target);
/*
 * From now on until target_shown() what is read is only to be shown, and nobody has asked for it. Ctrl-C ends
 * that, and so does whoever waits (`is_awaited`) where it takes longer than a moment: from then on
 * target_need_stopped() fails with ERR_CANCELLED, so that nothing more is asked.
 */
void target_show(struct target *target, bool (*is_awaited)(void *context), void *context);
/* False: it has given way to who waits. */
bool target_shown(struct target *target) BASE_MUST_CHECK;
/* It gives way now, or has done. */
bool target_gives_way(struct target *target);
/* Throws away every cache of target state. */
void target_forget(struct target *target);
/* Draws the consequences of a failed call: a lost connection is told, and nothing more can be asked. Returns
 * `e`. */
struct error *target_check(struct target *target, struct error *e) BASE_MUST_CHECK;

#endif
