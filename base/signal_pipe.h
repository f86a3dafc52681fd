/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/signal_pipe.h - signals as something to poll() for.
 *
 * A handler can only reach what is static, so the write end of the self-pipe and what was seen are the
 * pieces of state that live outside of a struct. One pipe at a time in a process; main thread.
 *
 * SIGINT, SIGTERM and SIGHUP each press harder when they come again: the first asks the program to take out
 * what it inserted and to leave, the second makes it wait for nothing more, and behind that each has its
 * default effect. A terminal on standard output or error that takes nothing a second behind the first of them
 * is not written to any more (SIGALRM is used for that). Where SIGINT belongs to the user's work
 * (`works_on`), it is only told. A SIGHUP that was ignored from the start (nohup) stays ignored.
 */
#ifndef ALLSTOP_BASE_SIGNAL_PIPE_H
#define ALLSTOP_BASE_SIGNAL_PIPE_H

#include <signal.h>
#include <stdbool.h>

enum { SIGNAL_PIPE_SIGNALS = 4 };

struct signal_pipe {
    int fd;                                       /* readable when a signal came */
    struct sigaction before[SIGNAL_PIPE_SIGNALS]; /* what is put back */
    struct sigaction before_alarm;
};

/* What came since the last look. */
struct signals_seen {
    bool interrupt; /* SIGINT */
    bool resized;   /* SIGWINCH */
    int ended_by;   /* SIGTERM or SIGHUP, else 0 */
};

/*
 * `works_on`: SIGINT interrupts the target, and SIGWINCH is told; else both SIGINT and the others end the
 * program. False, with errno, when there is no pipe to be had.
 */
bool signal_pipe_open(struct signal_pipe *p, bool works_on);
struct signals_seen signal_pipe_take(struct signal_pipe *p);
/* The first signal since it was opened that ends the program, 0: none. It does not matter who read the pipe.
 */
int signal_pipe_ended_by(void);
void signal_pipe_close(struct signal_pipe *p);

#endif
