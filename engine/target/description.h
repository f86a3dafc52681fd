/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/description.h - what the target's registers are.
 *
 * Told by the stub when attaching, and told anew when a process executes another program, which may be one of
 * another processor, and for each further process: QEMU has a process for each cluster of CPUs of a machine.
 * What is told is kept for each process. One description is in force (`arch`, `description` and `big_endian`
 * of the target): that of the selected thread's process, and for a moment that of another whose registers are
 * read. Registers are read with the description of their own process or not at all. The session's own process
 * is the one that was attached to, or has executed a program since; the others are beside it.
 *
 * A stub that has no description, or a damaged one, has said so. One that did not answer in time, or was cut
 * off, has said nothing: what its process has is `due`, there are no registers until then, and it is asked
 * again once in each later stop in which the process stops or is looked at.
 *
 * description.c has what is done with the one in force, description_table.c which process has which, and
 * description_ask.c asks. Which processor it is of is chosen by processor.h.
 *
 * Owned by the target; engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_TARGET_DESCRIPTION_H
#define ALLSTOP_ENGINE_TARGET_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/target/arch/arch.h"
#include "engine/target/limits.h"
#include "rsp/stop_reply.h"
#include "rsp/tdesc.h"

struct target;

/* One that is not in force; several processes may have it. */
struct described {
    bool used;
    const struct arch *arch; /* NULL: nobody knows */
    struct arch own_arch; /* of one that there is no table for: made of the description, whose texts it has */
    bool big_endian;
    struct rsp_tdesc *description; /* NULL: none could be had */
};
struct described_process {
    int64_t pid;       /* 0: of a stub that names none */
    unsigned of;       /* which of them */
    bool due;          /* the stub was silent when it was asked */
    uint64_t asked_in; /* of one that is due: the stop that it was asked in */
    char *executed;    /* of one that is due: the path of what the session's own process executes, or NULL */
};
/* The session's own process is the first. */
struct descriptions {
    struct described items[DESCRIPTIONS_MOST];
    unsigned in_force;
    struct described_process processes[DESCRIBED_PROCESSES_MOST];
    unsigned process_count; /* 0: it did not stop yet */
    uint64_t stops;
    char *refused; /* why the one that was told last was not taken, or NULL */
};

/* -- description_table.c --------------------------------------------------------------------------- */

/* The process of the first stop (0: the stub named none) has what was told when attaching. */
void description_note_first(struct target *target, int64_t pid);
/* A process that was forked is like its parent. */
void description_inherit(struct target *target, int64_t parent, int64_t child);
/* The process has ended, or another program runs in it: it is asked for anew when it is needed. */
void description_forget_process(struct target *target, int64_t pid);
/* Puts in force what the session's own process has; nothing is asked. Returns what description_leave() is to
 * be told. */
unsigned description_enter_own(struct target *target);
void description_leave(struct target *target, unsigned before);
/* What is in force is what this process has. */
bool description_is_of(const struct target *target, int64_t pid);
/* The process whose description is in force has not been told what it is. */
bool description_is_due(const struct target *target);
/* ERR_UNSUPPORTED: the registers of this process are not those in force, or nobody has said what they are. */
struct error *description_check(const struct target *target, int64_t pid) BASE_MUST_CHECK;
/* What this process has, or NULL where nobody asked yet. Valid until another is put in force. */
const struct described *description_of(struct target *target, int64_t pid);
/* What the session's own process has. */
const struct described *description_own(struct target *target);
/* There are processes with different ones. */
bool description_several(const struct target *target);
/* What was told is not taken, for this reason (NULL: it is): whatever fails for want of it says so. */
void description_refuse(struct target *target, const struct error *why);
/* `e` is about the processor, or its registers, that nobody has told: with what to try, and that reason. */
struct error *description_missing(const struct target *target, struct error *e) BASE_MUST_CHECK;
/* Nothing is found by address in the files of another processor, where there are several. After each new
 * file. */
void description_hide_files(struct target *target);
/* All of them, with the processes. */
void description_forget_all(struct target *target);

/* -- description_ask.c ----------------------------------------------------------------------------- */

/* Puts in force what this thread's process has; asks for it where that was not done yet, or is due. Where it
 * cannot be had nothing is known of its registers; where a program that the session's own process executed is
 * told of only now, `described_late` is set until what waits for it is done. *before is for
 * description_leave(). Errors only where the connection is in trouble, the question was cancelled or the
 * thread is no more. */
struct error *description_enter(struct target *target, struct ptid id, unsigned *before) BASE_MUST_CHECK;
/* At each stop, before anything is read: what is due is asked again once. */
void description_new_stop(struct target *target);
/* Another program runs in this process, which is the session's own from now on: the stub is asked for its
 * description, and where that names no architecture the user's word or the file at `path` (it may be one that
 * is not here) says what the processor is. What was known of registers is forgotten. Told of the stop that is
 * about to be taken. Errors only where the connection is in trouble, or the question was cancelled, which
 * leaves it due as silence does. */
struct error *description_renew(struct target *target, int64_t pid, const char *path) BASE_MUST_CHECK;

/* -- description.c, of the one in force ------------------------------------------------------------ */

/* The processor is in no table and no file says it: then it is as much as the description tells, which is
 * where the pc is. */
void description_make_arch(struct target *target);
/* It was made so. */
bool description_made_arch(const struct target *target);
/* It is freed, and what was made of it gone. */
void description_forget(struct target *target);
/* The same of registers that the stub did not describe: they were those that the architecture usually has. */
void description_forget_usual(struct target *target);
/* Registers are laid out anew: what is known of their values is gone. */
void description_forget_values(struct target *target);

#endif
