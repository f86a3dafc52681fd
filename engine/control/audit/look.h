/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/audit/look.h - one second look under way. Only engine/control/audit/ includes it.
 *
 *   look.c      the order of things: threads, first look, pause, second look; and what the user chose
 *   compare.c   what moved between the two
 *   calls.c     system calls that the stop found threads in
 *
 * Lives on the stack of audit_look(); engine thread. Pointers to threads are good for that long: nothing in
 * between takes the thread list again.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AUDIT_LOOK_H
#define ALLSTOP_ENGINE_CONTROL_AUDIT_LOOK_H

#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/target/arch/linux_user.h"

enum {
    LOOK_STACK_BELOW = 64, /* bytes watched below the stack pointer, and in all */
    LOOK_STACK = 256,
    LOOK_WATCHES = 2 * AUDIT_THREADS + AUDIT_RANGES,
};

struct look_subject {
    struct ptid id;
    char select[48];
    struct buf registers; /* of the first look: hex digits as they came; empty when there were none */
};

struct look_watch {
    struct ptid thread;
    uint64_t address;
    size_t length;
    const char *call;     /* the system call that is to fill it, or NULL */
    unsigned char *bytes; /* of the first look, `got` of them */
    size_t got;
};

struct look {
    struct control *c;
    struct ptid reporter;
    struct look_subject subjects[AUDIT_THREADS];
    size_t subject_count;
    struct look_watch watches[LOOK_WATCHES];
    size_t watch_count;
};

/* A register of the first look as a number; false where it is not known. */
bool look_value(const struct look *l, const struct look_subject *u, const char *name, uint64_t *ret);
/* Adds a range that may be read twice; a range that may be a device is left out. */
void look_watch(struct look *l, struct ptid thread, uint64_t address, size_t length, const char *call);
/* True where reading has no effect and may be repeated. */
bool look_may_read(struct control *c, uint64_t address, size_t length);

/* compare.c: tells what moved. `hex` is the second look's registers. */
void look_compare_registers(const struct look *l, const struct look_subject *u, const struct buf *hex);
void look_compare_memory(const struct look *l, const struct look_watch *w, const unsigned char *bytes,
                         size_t got);

/* calls.c: after the first look: which threads are inside a call, what is to be watched for them, and which
 * calls came back disturbed. */
struct error *look_calls(struct look *l) BASE_MUST_CHECK;
/* A call that blocks, of a processor whose system calls are known; or NULL. */
const struct syscall_row *look_call_row(const struct arch *arch, uint64_t number);

#endif
