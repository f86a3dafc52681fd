/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/skip.h - functions and files that `step` does not go into (gdb manual, "Skipping Over
 * Functions and Files").
 *
 * A table of the session's, which ends with it; ids count up and are not used again. A step goes over a call
 * of what one that is enabled means, and on in its line. Engine thread. Errors: ERR_USAGE for a text that
 * cannot be meant, for more than SKIPS_MOST of them, and for an id that there is not.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_SKIP_H
#define ALLSTOP_ENGINE_CONTROL_RUN_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct symbol_place;

/* How a text means names. */
enum skip_how { SKIP_NAME, SKIP_GLOB, SKIP_REGEX };

struct skip {
    int id;
    bool enabled;
    /* Both where both are there; at least one is. A function's name without its arguments means all that have
     * it; a file's without a folder, that in any. */
    char *function, *file;
    enum skip_how function_how, file_how; /* a file is no SKIP_REGEX */
};

struct skip_table {
    struct skip *items;
    size_t count, capacity;
    int last_id;
};

enum skip_change { SKIP_ENABLE, SKIP_DISABLE, SKIP_DELETE };

/* Copies the texts of `wanted`; *id is the new one's. */
struct error *skip_add(struct skip_table *t, const struct skip *wanted, int *id) BASE_MUST_CHECK;
/* One, or all where `id` is 0. */
struct error *skip_change(struct skip_table *t, int id, enum skip_change change) BASE_MUST_CHECK;
/* Whether the function is passed over that really exists there, */
bool skip_has_function(const struct skip_table *t, const struct symbol_place *place);
/* and the innermost that was inlined there. */
bool skip_has_inlined(const struct skip_table *t, const struct symbol_place *place);
void skip_free(struct skip_table *t);

#endif
