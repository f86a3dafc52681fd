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
 *   report.c          all of them, one after the other, and what is known when they are over
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

#include <stdbool.h>

#include "base/error.h"
#include "engine/control/audit/audit.h"

struct session;

struct audit_options {
    bool unsafe;    /* the checks that are not safe as well */
    const char *at; /* a place that is hit again and again, or NULL: one is looked for */
};

enum audit_verdict {
    AUDIT_OK,
    AUDIT_VIOLATION,
    AUDIT_DIFFERS,
    AUDIT_UNSUPPORTED,
    AUDIT_SKIPPED,
    AUDIT_VERDICTS
};

/* What became of one check. Texts that came from the target are printable. */
struct audit_line {
    const char *check, *group, *about; /* of its row */
    bool safe;
    enum audit_verdict verdict;
    char *note;                       /* or NULL */
    char *sent, *received;            /* the proof, the beginning of it; or NULL both */
    struct audit_finding *violations; /* what the passive watch saw meanwhile, the last of it */
    size_t violation_count;
    double ms;
};

/* Why not all checks were run. */
enum audit_end {
    AUDIT_END_NONE, /* they were */
    AUDIT_END_SILENT,
    AUDIT_END_PROGRAM,
    AUDIT_END_RUNS,
    AUDIT_END_LOST,
};

struct audit_report {
    char *target, *stub;      /* what was connected to, and by which transport */
    const char *architecture; /* or NULL: not known */
    bool unsafe;
    struct audit_line *lines;
    size_t line_count, line_capacity;
    unsigned counts[AUDIT_VERDICTS];
    uint64_t violations[AUDIT_KINDS]; /* of the whole session, as in struct audit */
    enum audit_end end;
};

/* "ok" and so on, as the report shows it. */
const char *audit_verdict_name(enum audit_verdict verdict);
/* In words, NULL for AUDIT_END_NONE. */
const char *audit_end_text(enum audit_end end);
/* The stub is to blame for the end, not the program that has ended. */
bool audit_report_lost(const struct audit_report *r);
/* Runs the checks; *ret is to be freed, and empty after an error. ERR_USAGE: `at` is no place. */
struct error *audit_run_checks(struct session *s, const struct audit_options *options,
                               struct audit_report *ret) BASE_MUST_CHECK;
void audit_report_free(struct audit_report *r);

#endif
