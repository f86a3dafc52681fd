/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/births.h - in which order threads come to be, and who made each.
 *
 * Between births_begin() and births_end() every thread that the target makes is noted as it is born: the stub
 * is asked to stop there (QThreadEvents; gdb manual, "General Query Packets"), and the plan runs on from such
 * a stop by itself. That order does not depend on which thread the scheduler prefers, as the order in which
 * threads arrive somewhere does. Threads that are found in one stop are in the order of their ids, which
 * Linux gives away in turn, beginning again from below at PID_MAX_LIMIT.
 *
 * Who made a thread no stub says. births_creates() is told that a thread is about to make one (it stands at
 * pthread_create): the next birth is its, and a second one that is about to is held until then.
 *
 * Number 0 is the thread that was there first; 1 is the first that was made. Owned by `struct control`;
 * engine thread. A stub without these events: threads are noted at the stops that births_look() is called in,
 * `exact` is false, and one that lived between two stops was missed.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_BIRTHS_H
#define ALLSTOP_ENGINE_CONTROL_RUN_BIRTHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "engine/control/limits.h"
#include "rsp/stop_reply.h"

struct control;

#define BIRTH_UNKNOWN ((unsigned)-1)

struct birth {
    struct ptid id;
    unsigned parent; /* its number, or BIRTH_UNKNOWN */
    unsigned nth;    /* of those that the parent made, from 1; 0: the parent is not known */
};

struct births {
    bool on, exact;
    struct birth *list; /* by number */
    size_t count, capacity;
    unsigned creator; /* the number of the thread that is about to make one, or BIRTH_UNKNOWN */
    struct ptid waiting[BIRTHS_WAITING_MOST]; /* held until that is done */
    size_t waiting_count;
};

/* Begins with the threads that are there. The target is stopped. Errors only where the link is in trouble. */
struct error *births_begin(struct control *c) BASE_MUST_CHECK;
/* No longer; what was noted stays until the next births_begin(). The target may be gone. */
void births_end(struct control *c);
/* In a stop: notes who is new. */
struct error *births_look(struct control *c) BASE_MUST_CHECK;
/* This thread stands where it is about to make another. */
struct error *births_creates(struct control *c, struct ptid id) BASE_MUST_CHECK;
/* The number of a thread, or BIRTH_UNKNOWN. */
unsigned births_number(const struct control *c, struct ptid id);
/* How it came to be: "main", "main.2" (the second that main made), "main.2.1"; NULL where that is not known.
 * malloc'd. */
char *births_path(const struct control *c, unsigned number);
/* The target is gone: the list is freed. */
void births_forget(struct control *c);

#endif
