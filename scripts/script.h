/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/script.h - JSON sessions: a batch file of steps, and a server of JSON Lines.
 *
 * A session file is one object (doc/session.schema.json); it is checked whole before anything is run: a
 * mistake is status 2 with the file, the JSON pointer and what was expected there. Output is one JSON
 * object a line on standard output, flushed at once; diagnostics go to standard error.
 *
 * script_run() drives an engine session on the calling thread; jsonl_run() reads requests on the calling
 * thread and has the engine on another (engine/face/worker.h). Both return the process's exit status:
 * 0 every expectation held · 1 one failed, or a violation under audit · 2 the command line or the script
 * is wrong · 3 the target could not be reached or was lost · 4 a step ran out of time · 5 internal · 6 the
 * output or the wire log could not be written, which ends a session early (output) or not (log).
 * When several apply: 2, 5, 3, 4, 1, 6 in this order. SIGINT, SIGTERM and SIGHUP end each of them: the target
 * is stopped, what was inserted is taken out, it is detached from (or ended, where it was started for this),
 * what is under way is told as `cancelled`, and the status is 128 and the signal's number.
 */
#ifndef ALLSTOP_SCRIPTS_SCRIPT_H
#define ALLSTOP_SCRIPTS_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

struct signal_pipe;

enum script_status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,
    STATUS_WRONG = 2,
    STATUS_LOST = 3,
    STATUS_TIMEOUT = 4,
    STATUS_INTERNAL = 5,
    STATUS_UNWRITTEN = 6,
};

struct script_options {
    const char *file;           /* path, or "-" for standard input; NULL for jsonl_run() */
    const char *program;        /* overrides the file's `program`, or NULL */
    char *const *args;          /* of the program, NULL-terminated, or NULL */
    const char *target;         /* overrides the file's `target`, or NULL */
    const char *const *symbols; /* added to the file's, NULL-terminated, or NULL */
    const char *const *defines; /* "NAME=VALUE", NULL-terminated, or NULL; VALUE is JSON, or else a string */
    const char *break_in;       /* as session_options */
    bool running;               /* as session_target */
    const char *wire_log;
    const char *tty;      /* of the program that is started, or NULL: one of ours */
    const char *printers; /* as session_options */
    const char
        *stop_at;  /* where that stands first: `entry`, `main`, `none`; NULL: as the file says, or `entry` */
    uint64_t seed; /* of what is drawn at random */
    const char *audit_json;      /* audit_report(): where its JSON goes, "-" for standard output; or NULL */
    struct signal_pipe *signals; /* readable: the program is to end; its statuses are 128 and the signal */
};

int script_run(const struct script_options *options);
int jsonl_run(const struct script_options *options);
/* `--audit`: puts the target through the checks and tells the report: 0 nothing found, 1 a violation, 3 the
 * target was not reached or was lost on the way (the report is told as far as it came). `file` is not used.
 */
int audit_report(const struct script_options *options);

/* `leaving` of struct session_options: a signal has ended the program. */
bool script_is_leaving(void *context);
/* Of two statuses the one that counts: 2, 5, 3, 4, 1, 6, 0. */
int script_worse(int a, int b);

#endif
