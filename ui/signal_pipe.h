/*
 * ui/signal_pipe.h - signals as something to poll() for.
 *
 * A handler can only reach what is static, so the write end of the self-pipe is the one piece of state that
 * lives outside of a struct. One pipe at a time in a process; main thread.
 */
#ifndef ALLSTOP_UI_SIGNAL_PIPE_H
#define ALLSTOP_UI_SIGNAL_PIPE_H

#include <signal.h>
#include <stdbool.h>

enum { SIGNAL_PIPE_SIGNALS = 4 };

struct signal_pipe {
    int fd;                                       /* readable when a signal came */
    struct sigaction before[SIGNAL_PIPE_SIGNALS]; /* what is put back */
};

/* What came since the last look. */
struct signals_seen {
    bool interrupt; /* SIGINT */
    bool resized;   /* SIGWINCH */
    int ended_by;   /* SIGTERM or SIGHUP, else 0 */
};

/* False, with errno, when there is no pipe to be had. */
bool signal_pipe_open(struct signal_pipe *p);
struct signals_seen signal_pipe_take(struct signal_pipe *p);
void signal_pipe_close(struct signal_pipe *p);

#endif
