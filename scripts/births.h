/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/births.h - in which order the threads of a program come to be, and who made each.
 *
 * That order does not depend on which thread the scheduler prefers, as the order in which threads arrive
 * somewhere does. Each thread that is about to make another stops at pthread_create, and again where that
 * returns; what is new in the stub's list of threads between the two is the thread that it made, and where
 * nothing is, that one has ended already. A second thread that comes to pthread_create meanwhile is held
 * until the first is done. (gdbserver 13.1 tells of births itself, by QThreadEvents, and crashes at the first
 * end of a thread while it does.)
 *
 * Number 0 is the thread that was there first, 1 the first that was made. Those that are there already are in
 * the order of their ids, which Linux gives away in turn, from below again at PID_MAX_LIMIT. A thread that
 * was made in another way than by pthread_create is numbered when it is seen, and `exact` is false from then
 * on.
 *
 * Part of a drive (scripts/drive.h), which is driven by breakpoints. Main thread.
 */
#ifndef ALLSTOP_SCRIPTS_BIRTHS_H
#define ALLSTOP_SCRIPTS_BIRTHS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "scripts/limits.h"

struct drive;

#define BIRTH_UNKNOWN ((unsigned)-1)

struct birth {
    char *id;        /* "p1.3"; NULL: it had ended before it was seen */
    unsigned parent; /* its number, or BIRTH_UNKNOWN */
    unsigned nth;    /* of those that the parent made, from 1; 0: the parent is not known */
};

struct births {
    bool on, exact;
    struct birth *list; /* by number */
    size_t count, capacity;
    int creating, returning; /* breakpoints; 0: none */
    unsigned creator;        /* the number of the thread that is making one, or BIRTH_UNKNOWN */
    bool made;               /* and that was seen */
    char *waiting[BIRTHS_WAITING_MOST];
    size_t waiting_count;
};

/* Begins with the threads that are there. The target is stopped. */
struct error *births_begin(struct drive *d) BASE_MUST_CHECK;
/* At each stop, with the thread that stopped selected. *handled: it was for this only. */
struct error *births_at_stop(struct drive *d, const cJSON *stop, bool *handled) BASE_MUST_CHECK;
/* No longer: nothing of it is inserted or held any more. What was noted stays. The target may be gone. */
void births_end(struct drive *d);
void births_free(struct births *b);
/* The number of a thread, or BIRTH_UNKNOWN. */
unsigned births_number(const struct births *b, const char *id);
/* Who made it, as `parent` of a race names it: "main", "main.2", the second that main made; NULL: it is not
 * known. malloc'd. */
char *births_parent(const struct births *b, unsigned number);

#endif
