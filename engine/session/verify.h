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

/* The breakpoint as breakpoint_to_json() gives it, with `checks[{pc kind verdict found?}]`; `verdict` is
 * `there`, `overwritten`, `out-of-sight`, `fires`, `does-not-fire` or `not-inserted`. */
struct error *verify_breakpoint(struct session *s, struct breakpoint *b, enum verify_mend mend,
                                double seconds, cJSON **ret) BASE_MUST_CHECK;

#endif
