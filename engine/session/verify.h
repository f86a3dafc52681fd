/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/verify.h - whether what was inserted is really there.
 *
 * Traps are read back, in one batch: one that was overwritten becomes suspect, with the bytes found, and is
 * inserted again or dropped where the caller says so. A stub that keeps its traps out of sight (gdbserver,
 * QEMU without KVM) shows the program's own bytes: nothing is learnt then. A hardware breakpoint shows
 * nothing at all: one is set right behind the current instruction, which falls through to it, and the target
 * is run for a limited time (Debian's 6.1 kernel accepts hardware breakpoints that never fire). Engine
 * thread, target stopped; it is stopped again afterwards, up to a few instructions further on. Errors:
 * ERR_UNSUPPORTED where no instruction nearby falls through; those of sites and of running.
 */
#ifndef ALLSTOP_ENGINE_SESSION_VERIFY_H
#define ALLSTOP_ENGINE_SESSION_VERIFY_H

#include "engine/control/breakpoints/breakpoints.h"

struct session;

enum verify_mend { VERIFY_REPORT, VERIFY_REINSERT, VERIFY_DROP };

enum verify_verdict {
    VERDICT_THERE,
    VERDICT_OVERWRITTEN,
    VERDICT_OUT_OF_SIGHT,
    VERDICT_FIRES,
    VERDICT_DOES_NOT_FIRE,
};

struct verify_check {
    uint64_t address;
    enum verify_verdict verdict;
    unsigned char found[TRAP_MAX]; /* in place of a trap that was overwritten; */
    size_t found_count;            /* 0: nothing can be read there any more, or it was not overwritten */
};

struct verify_result {
    struct breakpoint *breakpoint; /* the session's; NULL: a run has used it up */
    struct verify_check *checks;   /* one for each of its places that is inserted */
    size_t count, capacity;
};

/* Fills *ret, which is to be freed; nothing is in it after an error. */
struct error *verify_breakpoint(struct session *s, struct breakpoint *b, enum verify_mend mend,
                                double seconds, struct verify_result *ret) BASE_MUST_CHECK;
void verify_result_free(struct verify_result *r);

#endif
