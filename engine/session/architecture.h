/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/architecture.h - which processor the target has: as the stub describes it, as the program's
 * file says, or as the user says where neither does. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_SESSION_ARCHITECTURE_H
#define ALLSTOP_ENGINE_SESSION_ARCHITECTURE_H

#include "base/error.h"

struct session;

/* Chooses by what is known now. ERR_USAGE: the program or the user's word is of another family than the stub
 * says. */
struct error *architecture_choose(struct session *s) BASE_MUST_CHECK;
/* The user's word, by our name for it or gdb's; "auto" takes it back. It counts where the stub says nothing,
 * at once and for targets to come. ERR_USAGE: there is none of that name, or the stub says another. */
struct error *architecture_set(struct session *s, const char *name) BASE_MUST_CHECK;
/* What was set, or "auto". */
const char *architecture_name(const struct session *s);

#endif
