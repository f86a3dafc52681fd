/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/checks/report.h - `--audit`: any stub put through a list of checks, each with the packet
 * that proves it.
 *
 * A check is a row of a table (name, what it is about, whether it is safe, function). Safe means: memory,
 * registers and breakpoints are left as they were found, nothing is sent that a known stub answers by
 * crashing or falling silent, and the target runs no more than under any debugger. The others are run only
 * when asked for.
 *
 *   check.c           running one check, its verdict, asking and running the target by hand
 *   check_query.c     what is advertised, and answers to what nobody knows
 *   check_state.c     the second look; registers and memory
 *   check_points.c    Z and z
 *   check_threads.c   lists, names, selection
 *   check_run.c       steps, hits, interrupts, all-stop under load, leaving
 *
 * Engine thread; the session is connected and stopped, with nothing inserted. The report is as whole as the
 * target let it become: a stub that dies in the middle ends it, and it says so.
 */
#ifndef ALLSTOP_ENGINE_SESSION_CHECKS_REPORT_H
#define ALLSTOP_ENGINE_SESSION_CHECKS_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

struct session;

struct audit_options {
    bool unsafe;    /* the checks that are not safe as well */
    const char *at; /* a place that is hit again and again, or NULL: one is looked for */
};

/*
 * Runs the checks. *ret is a new object: {target stub architecture? unsafe lines[{check group about safe
 * verdict note? sent? received? ms violations?[]}] counts{verdict: n} violations{kind: n} ended? lost}.
 * Verdicts: ok violation differs unsupported skipped; `ended` says why not all checks were run. ERR_USAGE:
 * `at` is no place.
 */
struct error *audit_run_checks(struct session *s, const struct audit_options *options,
                               cJSON **ret) BASE_MUST_CHECK;

#endif
