/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/signals.h - what to do with each of the target's signals (gdb's `handle`).
 *
 * Numbers are gdb's own (include/gdb/signals.def as the manual's "Stop Reply Packets" refers to it), which
 * is what travels on the wire whatever the target's system calls them. Defaults are gdb's: everything stops,
 * prints and passes, but SIGALRM, SIGURG, SIGIO, SIGVTALRM, SIGPROF, SIGCHLD, SIGPOLL, SIGWINCH, SIGLWP,
 * SIGWAITING, SIGCANCEL, SIGPRIO, and SIGINT and SIGTRAP are not passed. Owned by the session; no failure
 * beyond an unknown name.
 */
#ifndef ALLSTOP_ENGINE_TARGET_SIGNALS_H
#define ALLSTOP_ENGINE_TARGET_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SIGNAL_COUNT = 152,
    TARGET_SIGINT = 2,
    TARGET_SIGTRAP = 5,
    TARGET_SIGKILL = 9,
    TARGET_SIGSTOP = 17,
    TARGET_SIGCHLD = 20
};

struct signal_policy {
    bool stop, print, pass;
};

struct signal_table {
    struct signal_policy policy[SIGNAL_COUNT];
};

void signal_table_init(struct signal_table *t);
/* "SIGUSR1"; NULL when the number has no name. */
const char *signal_name(int number);
/* A name with or without SIG, or a decimal number; -1: unknown. */
int signal_number(const char *name);
/* Signals that need not stop the target at all, for QPassSignals; how many were written (at most
 * SIGNAL_COUNT). */
size_t signal_table_quiet(const struct signal_table *t, unsigned char *numbers);

#endif
