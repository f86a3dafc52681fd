/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/render/locals.h - the arguments and variables of the selected thread and frame, one by one.
 *
 * What all of them need is read at the beginning, in few turns. Engine thread. Errors: those of
 * engine/inspect/values/values.h where there is no frame to look at; what is wrong with one variable is its
 * state.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_RENDER_LOCALS_H
#define ALLSTOP_ENGINE_INSPECT_RENDER_LOCALS_H

#include "engine/inspect/values/value.h"

struct locals;

enum local_state {
    LOCAL_SHOWN,
    LOCAL_OPTIMISED_OUT,
    LOCAL_NO_MEMORY, /* it cannot be read, or is too big to be */
};

struct local {
    const char *name, *type;
    const char *text; /* as gdb prints it; "" unless it is shown */
    enum local_state state;
    bool argument;
    bool has_address; /* it lives in memory, at `address`; not told unless it is shown */
    uint64_t address;
    struct value *value; /* of `pool`; NULL unless it is shown */
    struct pool *pool;
};

/* No frame: there are none. *ret is for locals_end(). */
struct error *locals_begin(struct target *target, struct locals **ret) BASE_MUST_CHECK;
size_t locals_count(const struct locals *l);
/* The next one, whose strings are good until the one after it, and its value until the end; NULL: no more, or
 * nothing more can be asked. */
const struct local *locals_next(struct locals *l);
/* What cut the walk short: ERR_LOST, ERR_TIMEOUT, ERR_CANCELLED. */
struct error *locals_end(struct locals *l) BASE_MUST_CHECK;

/* What becomes of a variable where showing its value failed so; of NULL LOCAL_SHOWN. */
enum local_state local_state_of(const struct error *failed);
/* "optimised-out", "no-memory"; "" where it is shown. */
const char *local_state_name(enum local_state state);

#endif
