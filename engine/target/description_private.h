/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/description_private.h - what the files of description.h share: the table of descriptions and
 * of the processes that have them. Engine thread; nothing here asks the stub, and nothing can fail.
 */
#ifndef ALLSTOP_ENGINE_TARGET_DESCRIPTION_PRIVATE_H
#define ALLSTOP_ENGINE_TARGET_DESCRIPTION_PRIVATE_H

#include "engine/target/target.h"

/* Frees one, with what is known of registers by it. */
void description_free(struct target *target, struct rsp_tdesc *t);
/* They tell of the same registers. */
bool description_same(const struct rsp_tdesc *a, const struct rsp_tdesc *b);

/* The target's own members are the ones that count for the one in force: this copies them to its place. */
void description_keep_present(struct target *target);
void description_put_in_force(struct target *target, unsigned i);
/* A place that no process has any more. DESCRIPTIONS_MOST: there is none. */
unsigned description_free_place(struct target *target);
/* Puts a place in force that no process but this one has. Where there is none the other processes are
 * forgotten, and asked again when they are needed. */
void description_put_alone(struct target *target, int64_t pid);
/* NULL: it was not noted. Valid until the next is noted. */
struct described_process *description_process(struct target *target, int64_t pid);
/* This process has what is in this place. Beyond the limit the one beside the session's own that was noted
 * first is forgotten, unless it is selected. */
struct described_process *description_note(struct target *target, int64_t pid, unsigned of);
/* The same of the session's own process. */
struct described_process *description_note_own(struct target *target, int64_t pid, unsigned of);

#endif
