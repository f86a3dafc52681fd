/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting a child without a shell, and ending it with its process group. */
#include "rsp/transport_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum { TERM_GRACE_NS = 300000000, KILL_GRACE_NS = 2000000000, NAP_NS = 1000000 };

/* -- in the child, between fork and exec: only async-signal-safe calls ----------------------------- */

/* The screen may have blocked or ignored signals; the child starts as from a shell. */
static void reset_signals(void)
{
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void run_child(char **words, const struct child_io *io, pid_t parent, int report_fd)
{
    setsid();
    reset_signals();
    bool ok = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(io->input, STDIN_FILENO) >= 0 &&
              dup2(io->output, STDOUT_FILENO) >= 0 && dup2(io->errors, STDERR_FILENO) >= 0;
    if (io->terminal >= 0) /* refused where it is another session's already: it is a terminal all the same */
        ioctl(io->terminal, TIOCSCTTY, 0);
    if (getppid() != parent) /* it died before the death signal was asked for */
        _exit(127);
    ok = ok && (!io->folder || chdir(io->folder) == 0);
    if (ok)
        execvpe(words[0], words, io->environment ? io->environment : environ);
    int reason = errno;
    ssize_t written = write(report_fd, &reason, sizeof reason);
    _exit(written == sizeof reason ? 127 : 126);
}

/* -- starting -------------------------------------------------------------------------------------- */

static struct error *cannot_run(const char *program, int reason)
{
    struct error *e = error_new(ERR_NOT_CONNECTED, "starting %.200s: %s", program, strerror(reason));
    if (reason == ENOENT)
        return error_hint(e, "is %.200s installed, and in PATH?", program);
    return error_hint(e, "can you run it by hand?");
}

/* Reads the errno that the child could not exec with; 0 when the pipe closed on exec. */
static int read_report(int fd)
{
    int reason = 0;
    ssize_t n;
    do
        n = read(fd, &reason, sizeof reason);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof reason ? reason : 0;
}

struct error *transport_spawn(struct transport *t, char **words, const struct child_io *io)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return cannot_run(words[0], errno);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_child(words, io, parent, report[1]);
    int reason = pid < 0 ? errno : 0;
    close(report[1]);
    if (pid > 0)
        reason = read_report(report[0]);
    close(report[0]);
    if (pid > 0 && reason)
        waitpid(pid, NULL, 0);
    if (reason)
        return cannot_run(words[0], reason);
    t->child = pid;
    t->child_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return NULL;
}

/* -- ending ---------------------------------------------------------------------------------------- */

static bool reap(struct transport *t)
{
    if (t->child_reaped)
        return true;
    pid_t pid;
    do
        pid = waitpid(t->child, &t->child_status, WNOHANG);
    while (pid < 0 && errno == EINTR);
    t->child_reaped = pid == t->child || (pid < 0 && errno == ECHILD);
    return t->child_reaped;
}

/* Sleeps until the child ends or a short while: without a pidfd (kernels before 5.3) it is looked at often.
 */
static void nap(struct transport *t, int64_t left_ns)
{
    if (t->child_fd < 0 && left_ns > NAP_NS)
        left_ns = NAP_NS;
    struct timespec ts = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
    struct pollfd fd = {.fd = t->child_fd, .events = POLLIN};
    ppoll(&fd, 1, &ts, NULL);
}

bool transport_child_ended(struct transport *t, int64_t grace_ns)
{
    int64_t deadline = clock_now_ns() + grace_ns;
    while (!reap(t)) {
        int64_t left = deadline - clock_now_ns();
        if (left <= 0)
            return false;
        nap(t, left);
    }
    return true;
}

void transport_describe_child_end(struct transport *t, struct buf *b)
{
    transport_drain_output(t);
    if (WIFSIGNALED(t->child_status))
        buf_printf(b, "the process was killed by signal %d", WTERMSIG(t->child_status));
    else
        buf_printf(b, "the process exited with status %d", WEXITSTATUS(t->child_status));
    const struct buf *said = t->line.length ? &t->line : &t->last_line;
    if (said->length) {
        buf_add_text(b, "; it last said: ");
        buf_add(b, said->data, said->length);
    }
}

/* The whole process group: a wrapper script's child is the real stub. It leads its group since setsid(). */
void transport_end_child(struct transport *t)
{
    if (!t->child)
        return;
    if (!reap(t)) {
        kill(-t->child, SIGTERM);
        if (!transport_child_ended(t, TERM_GRACE_NS)) {
            kill(-t->child, SIGKILL);
            kill(t->child, SIGKILL);
            transport_child_ended(t, KILL_GRACE_NS);
        }
    }
    t->child = 0;
}
