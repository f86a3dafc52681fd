/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/convenience/kept.h - one value that is kept. For this room only.
 *
 * A kept value is the caller's, all zero where it is void. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_CONVENIENCE_KEPT_H
#define ALLSTOP_ENGINE_INSPECT_CONVENIENCE_KEPT_H

#include "engine/inspect/convenience/convenience.h"

struct kept {
    struct type *type; /* NULL: void */
    char *type_text;   /* its name, to find it again */
    uint64_t closings; /* files of the map that were closed when `type` was good */
    bool in_memory;    /* it lives, or lived, at `address` */
    uint64_t address;
    unsigned char *bytes; /* `size` of them, NULL: they were never read */
    size_t size;
    unsigned char *known; /* as in struct value */
    unsigned bit_size, bit_offset;
};

/* Makes `k` what `v` is, which is read for it where it was not yet and can be; false: there is nothing to
 * keep, and `k` is void. */
bool kept_take(struct pool *p, struct value *v, struct kept *k);
/* The value again, of the evaluation. */
struct error *kept_value(struct evaluation *e, struct kept *k, struct value **ret) BASE_MUST_CHECK;
void kept_clear(struct kept *k);

/* -- names for what is known of the stop (known.c, siginfo.c): *ret stays NULL where the name means none --
 */

struct error *known_find(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
bool known_has(const char *name);
/* Is it a name that the engine sets, and which is void until it does? */
bool known_may_come(const char *name);
/* The layout of what siginfo_value() shows, which is made once for each map of files. */
struct siginfo_layout {
    struct type *type;
    const struct type *number; /* made with it */
    uint64_t closings;
};
struct siginfo_layout *siginfo_layout(const struct target *target);
/* What the kernel told of the signal that the selected thread stopped with, in the layout of Linux. */
struct error *siginfo_value(struct evaluation *e, struct value **ret) BASE_MUST_CHECK;

#endif
