#include "ui/signal_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const int caught[SIGNAL_PIPE_SIGNALS] = {SIGINT, SIGWINCH, SIGTERM, SIGHUP};

static volatile sig_atomic_t write_end = -1;

static void on_signal(int number)
{
    int before = errno;
    unsigned char byte = (unsigned char)number;
    /* A full pipe already wakes the loop; a lost repetition of a signal loses nothing. */
    if (write_end >= 0 && write(write_end, &byte, 1) < 0)
        errno = before;
    errno = before;
}

bool signal_pipe_open(struct signal_pipe *p)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    p->fd = ends[0];
    write_end = ends[1];
    for (int i = 0; i < SIGNAL_PIPE_SIGNALS; i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigaction(caught[i], &action, &p->before[i]);
    }
    return true;
}

struct signals_seen signal_pipe_take(struct signal_pipe *p)
{
    struct signals_seen seen = {0};
    unsigned char bytes[64];
    ssize_t n;
    while ((n = read(p->fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            seen.interrupt |= bytes[i] == SIGINT;
            seen.resized |= bytes[i] == SIGWINCH;
            if (bytes[i] == SIGTERM || bytes[i] == SIGHUP)
                seen.ended_by = bytes[i];
        }
    }
    return seen;
}

void signal_pipe_close(struct signal_pipe *p)
{
    for (int i = 0; i < SIGNAL_PIPE_SIGNALS; i++)
        sigaction(caught[i], &p->before[i], NULL);
    int end = write_end;
    write_end = -1;
    close(end);
    close(p->fd);
    p->fd = -1;
}
