/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/who.h - is a thread that has arrived the one that a race means? Main thread.
 */
#ifndef ALLSTOP_SCRIPTS_WHO_H
#define ALLSTOP_SCRIPTS_WHO_H

#include "scripts/drive.h"

/* The selected thread `id`, which has stopped where `t` is to arrive. An expression or a function that is
 * unknown is an error of the session. */
struct error *who_is_it(struct drive *d, const struct race_thread *t, const char *id,
                        bool *ret) BASE_MUST_CHECK;
/* "as number 2", "as the thread that was created as number 2": by what it is known, for messages. malloc'd.
 */
char *who_text(const struct race_thread *t);
/* Adds a warning for each thread that may be another one in the next run. */
void who_warn(const struct race *race, struct race_result *result);
void who_add_warning(struct race_result *result, char *text); /* taken over */

#endif
