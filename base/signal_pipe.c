/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/signal_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PRESSED_ENOUGH = 2 };

static const int caught[SIGNAL_PIPE_SIGNALS] = {SIGINT, SIGWINCH, SIGTERM, SIGHUP};

static volatile sig_atomic_t write_end = -1, interrupts_end, ended_by, pressed;

static void on_signal(int number)
{
    int before = errno;
    unsigned char byte = (unsigned char)number;
    bool ends = number == SIGTERM || number == SIGHUP || (number == SIGINT && interrupts_end);
    if (ends && !ended_by)
        ended_by = number;
    if (ends && ++pressed >= PRESSED_ENOUGH)
        signal(number, SIG_DFL);
    /* A full pipe already wakes the loop; a lost repetition of a signal loses nothing. */
    ssize_t n = write_end >= 0 ? write(write_end, &byte, 1) : 0;
    (void)n;
    errno = before;
}

static void catch (struct signal_pipe *p, int i, bool works_on)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(caught[i], NULL, &p->before[i]);
    bool ignored = caught[i] == SIGHUP && p->before[i].sa_handler == SIG_IGN;
    if (!ignored && (works_on || caught[i] != SIGWINCH))
        sigaction(caught[i], &action, NULL);
}

bool signal_pipe_open(struct signal_pipe *p, bool works_on)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    p->fd = ends[0];
    write_end = ends[1];
    interrupts_end = !works_on;
    ended_by = pressed = 0;
    for (int i = 0; i < SIGNAL_PIPE_SIGNALS; i++)
        catch (p, i, works_on);
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

int signal_pipe_ended_by(void)
{
    return ended_by;
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
