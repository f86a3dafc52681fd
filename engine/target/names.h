/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/names.h - while somebody waits for the name index of a large file: `progress` events, Ctrl-C
 * and deadlines.
 *
 * A question about names blocks inside symbols/ until the index is there (symbols/names.h). Here that wait
 * becomes events for the face, and is given up when the cancel descriptor becomes readable or the command's
 * time is over. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_NAMES_H
#define ALLSTOP_ENGINE_TARGET_NAMES_H

#include "base/error.h"

struct target;

/* Once, when the session's map is made. */
void names_watch(struct target *target);
/* Waits until every inlined copy of every function can be found. ERR_CANCELLED, ERR_TIMEOUT. */
struct error *names_wait(struct target *target) BASE_MUST_CHECK;
/* What a command gives when a wait in it was given up: that error in place of `e` (which may be NULL). */
struct error *names_outcome(struct target *target, struct error *e) BASE_MUST_CHECK;

#endif
