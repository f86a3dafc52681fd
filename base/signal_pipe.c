/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/signal_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PRESSED_ENOUGH = 2, UNREAD_S = 1 };

static const int caught[SIGNAL_PIPE_SIGNALS] = {SIGINT, SIGWINCH, SIGTERM, SIGHUP};

static volatile sig_atomic_t write_end = -1, interrupts_end, ended_by, pressed;

/* /dev/null, and which of our outputs are terminals, as bits. */
static volatile sig_atomic_t nowhere = -1, terminals;

/*
 * The program is to end. A terminal that takes nothing (stopped with Ctrl-S, or nobody reads its master)
 * would hold it in a write() for ever: from here on what goes there goes nowhere. The write goes on by
 * itself, as the handler was installed with SA_RESTART. What the terminal holds back would be waited for by
 * whoever restores its modes.
 */
static void on_alarm(int number)
{
    int before = errno;
    (void)number;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (!(terminals & 1 << fd) || poll(&wait, 1, 0) != 0)
            continue;
        tcflush(fd, TCOFLUSH);
        dup2(nowhere, fd);
        terminals &= ~(1 << fd);
    }
    alarm(UNREAD_S);
    errno = before;
}

static void on_signal(int number)
{
    int before = errno;
    unsigned char byte = (unsigned char)number;
    bool ends = number == SIGTERM || number == SIGHUP || (number == SIGINT && interrupts_end);
    if (ends && !ended_by)
        ended_by = number;
    if (ends && ++pressed >= PRESSED_ENOUGH)
        signal(number, SIG_DFL);
    if (ends && nowhere >= 0)
        alarm(UNREAD_S);
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

static void watch_terminals(struct signal_pipe *p)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    terminals = 0;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        terminals |= isatty(fd) ? 1 << fd : 0;
    nowhere = terminals ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    sigaction(SIGALRM, nowhere >= 0 ? &action : NULL, &p->before_alarm);
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
    watch_terminals(p);
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

/* Once the program is to end, a terminal is not waited for until it has. */
static void leave_terminals(struct signal_pipe *p)
{
    int fd = nowhere;
    if (fd < 0 || ended_by)
        return;
    sigaction(SIGALRM, &p->before_alarm, NULL);
    nowhere = -1;
    close(fd);
}

void signal_pipe_close(struct signal_pipe *p)
{
    leave_terminals(p);
    for (int i = 0; i < SIGNAL_PIPE_SIGNALS; i++)
        sigaction(caught[i], &p->before[i], NULL);
    int end = write_end;
    write_end = -1;
    close(end);
    close(p->fd);
    p->fd = -1;
}
