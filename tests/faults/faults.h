/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The faults of the proxy: what they are called, how often each comes in a profile, and what one does to the
 * bytes of one event. No descriptors and no clock: a direction hands in each event that its decoder gave, and
 * gets pieces of bytes into its queue. Draws depend on the seed, the direction and the number of the event in
 * it, and on nothing else, so that a seed is the same run again as far as the two ends do the same.
 */
#ifndef ALLSTOP_TESTS_FAULTS_FAULTS_H
#define ALLSTOP_TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "queue.h"
#include "rsp/codec.h"

enum fault {
    DROP_PACKET, /* a whole packet is lost */
    DROP_ACK,    /* a `+` or `-` is lost */
    DROP_BYTE,   /* a byte of a packet is lost */
    CORRUPT,     /* a byte of a packet is another one */
    DOUBLE,      /* a packet comes twice */
    SPLIT,       /* a packet comes in pieces, with pauses */
    MERGE,       /* a packet waits, and leaves in one write with what comes behind it */
    DELAY,       /* a packet comes later */
    NOTIFY,      /* a notification that nobody knows, in front of a packet */
    JUNK,        /* bytes that are no packet, in front of one */
    STRAY_ACK,   /* a `+` that acknowledges nothing */
    STRAY_NAK,   /* a `-` for a packet that was good */
    FAULTS
};

enum direction { OUT, IN, DIRECTIONS }; /* to the stub, to the debugger */

struct profile {
    const char *name;
    bool acks;                                /* QStartNoAckMode is taken out of what the stub offers */
    bool cut, stall;                          /* at a packet that the seed draws */
    unsigned short rates[DIRECTIONS][FAULTS]; /* of 1000 events that the fault is for */
};

/* What is known of the talk, kept by the caller for both directions. */
struct talk {
    uint64_t seed;
    struct profile profile;
    unsigned long after;   /* no fault up to this packet */
    unsigned long packets; /* of both directions */
    unsigned long events[DIRECTIONS];
    bool resumed; /* the stub was told to run and has not answered */
    FILE *log;    /* a line each; NULL: none */
    int64_t began_ns;
};

extern const char *const fault_names[FAULTS];
extern const char *const direction_names[DIRECTIONS];

/* NULL: there is no such profile. */
const struct profile *profile_named(const char *name);
/* A number below `below` (at least 1) from the seed and `salt`. */
uint64_t drawn(const struct talk *t, uint64_t salt, uint64_t below);
/* True when the packet tells the stub to let the target run. */
bool is_resume(const struct rsp_event *e);
/* The bytes of an event, as they came. */
void event_bytes(const struct rsp_event *e, struct buf *ret);
/* One event with `bytes`, in this direction: what becomes of it goes to `to`. */
void faults_pass(struct talk *t, enum direction way, const struct rsp_event *e, const struct buf *bytes,
                 struct queue *to);
/* A line of the log: milliseconds, direction, number of the packet, and these words. */
void talk_log(struct talk *t, enum direction way, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
