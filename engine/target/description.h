/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/description.h - what the target's registers are, and which processor it has.
 *
 * Told by the stub when attaching, and told anew when a process executes another program, which may be one of
 * another processor. Owned by the target; engine thread, target stopped. Values are read with what is told
 * here: where nothing is, they are unavailable.
 */
#ifndef ALLSTOP_ENGINE_TARGET_DESCRIPTION_H
#define ALLSTOP_ENGINE_TARGET_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/target/limits.h"

struct rsp_stop;
struct target;

/* A stub that was silent when it was asked what runs now, to be asked again. */
struct description_due {
    int64_t pid;
    char *path; /* of what is executed; NULL: nothing is due */
    bool asked; /* in the stop that the target stands at */
};
/* A process whose registers are not those of the description, or, `due`, are not known yet. */
struct undescribed {
    int64_t pid;
    bool due, asked;
};

/* Another program runs in process `pid`, the current one: the stub is asked for its description, and where
 * that names no architecture the user's word or the file at `path` (it may be one that is not here) says what
 * the processor is. What was known of registers is forgotten. A stub that does not answer in time leaves it
 * unknown, which is told, until description_ask_again(). Errors only where the connection is in trouble, or
 * the question was cancelled, which leaves it unknown as well. */
struct error *description_renew(struct target *target, int64_t pid, const char *path) BASE_MUST_CHECK;
/* The same for a process that is not the one whose program the session follows: when its registers are
 * others, none of them is read any more. Its thread is selected. */
struct error *description_compare(struct target *target, int64_t pid) BASE_MUST_CHECK;
/* At each stop, before anything is read: asks again what was not answered, of the process that stopped. What
 * has come then is in `described_late` too, until what waits for it is done. */
struct error *description_ask_again(struct target *target, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* ERR_UNSUPPORTED: the registers of this process are another processor's, or not known yet. */
struct error *description_check(const struct target *target, int64_t pid) BASE_MUST_CHECK;
/* The process has ended: the next of that number is another. */
void description_forget_process(struct target *target, int64_t pid);
/* The processor is in no table and no file says it: then it is as much as the description tells, which is
 * where the pc is. */
void description_make_arch(struct target *target);
/* The description is freed, and what was made of it gone. */
void description_forget(struct target *target);
/* The same of registers that the stub did not describe: they were those that the architecture usually has. */
void description_forget_usual(struct target *target);
/* Registers are laid out anew: what is known of their values is gone. */
void description_forget_values(struct target *target);
/* The registers of this process are those of the description. */
bool description_is_of(const struct target *target, int64_t pid);

#endif
