/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/launch/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/limits.h"
#include "engine/session/session_private.h"

/* A wake-up takes so many reads at most, so that a flood cannot keep us from the stub; what is taken before a
 * stop is told is more than the kernel keeps. */
enum { READS_AWAKE = 16, READS_AT_STOP = 256, READ_BYTES = 4096 };
enum { DEFAULT_ROWS = 24, DEFAULT_COLUMNS = 80 };

void pty_init(struct program_terminal *t)
{
    *t = (struct program_terminal){.master = -1, .slave = -1};
}

/* -- opening --------------------------------------------------------------------------------------- */

static void set_size(const struct program_terminal *t)
{
    struct winsize size = {.ws_row = t->rows ? t->rows : DEFAULT_ROWS,
                           .ws_col = t->columns ? t->columns : DEFAULT_COLUMNS};
    if (t->master >= 0)
        ioctl(t->master, TIOCSWINSZ, &size);
}

static bool open_pair(struct program_terminal *t)
{
    char path[64];
    t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (t->master < 0 || grantpt(t->master) != 0 || unlockpt(t->master) != 0 ||
        ptsname_r(t->master, path, sizeof path) != 0)
        return false;
    t->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    t->path = xstrdup(path);
    return t->slave >= 0;
}

struct error *pty_open(struct session *s)
{
    struct program_terminal *t = &s->terminal;
    pty_close(s);
    buf_clear(&t->last);
    if (!open_pair(t)) {
        struct error *e = error_new(ERR_REFUSED, "a terminal for the program: %s", strerror(errno));
        pty_close(s);
        return error_hint(e, "`--tty PATH` gives it another one");
    }
    set_size(t);
    return NULL;
}

void pty_started(struct session *s)
{
    if (s->terminal.slave >= 0)
        close(s->terminal.slave);
    s->terminal.slave = -1;
}

void pty_resize(struct session *s, unsigned rows, unsigned columns)
{
    s->terminal.rows = (unsigned short)(rows < 1000 ? rows : 1000);
    s->terminal.columns = (unsigned short)(columns < 1000 ? columns : 1000);
    set_size(&s->terminal);
}

/* -- what it prints -------------------------------------------------------------------------------- */

/* Standard error is a terminal or a file of the user's; what cannot be written there is not worth failing
 * for. */
static void to_standard_error(const char *bytes, size_t n)
{
    BASE_BUF struct buf shown = {0};
    if (isatty(STDERR_FILENO))
        text_add_visible(&shown, bytes, n, true);
    else
        buf_add(&shown, bytes, n);
    for (size_t done = 0; done < shown.length;) {
        ssize_t k = write(STDERR_FILENO, shown.data + done, shown.length - done);
        if (k <= 0)
            return;
        done += (size_t)k;
    }
}

/* Lines end with CR and LF on a terminal, and with LF in an event and a file. */
static void add_lines(struct buf *out, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != '\r' || i + 1 == n || bytes[i + 1] != '\n')
            buf_add_char(out, bytes[i]);
}

static void tell(struct session *s, const char *bytes, size_t n)
{
    BASE_BUF struct buf lines = {0};
    add_lines(&lines, bytes, n);
    if (!s->options.capture_output) {
        to_standard_error(buf_text(&lines), lines.length);
        return;
    }
    target_emit_text(s->target, EVENT_PROGRAM, buf_text(&lines), lines.length);
    if (s->options.program)
        s->options.program(s->options.context, bytes, n);
}

static void remember(struct program_terminal *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != '\r')
            buf_add_char(&t->last, bytes[i]);
    if (t->last.length > PTY_LAST_MOST)
        buf_drop(&t->last, t->last.length - PTY_LAST_MOST);
}

static void take(struct session *s, const char *bytes, size_t n)
{
    struct program_terminal *t = &s->terminal;
    BASE_BUF struct buf whole = {0};
    remember(t, bytes, n);
    buf_add(&whole, buf_text(&t->split), t->split.length);
    buf_add(&whole, bytes, n);
    size_t held = whole.data[whole.length - 1] == '\r' ? 1 : text_unfinished(whole.data, whole.length);
    buf_clear(&t->split);
    buf_add(&t->split, whole.data + whole.length - held, held);
    if (whole.length > held)
        tell(s, whole.data, whole.length - held);
}

static void flush(struct session *s)
{
    BASE_BUF struct buf rest = s->terminal.split;
    s->terminal.split = (struct buf){0};
    if (rest.length)
        tell(s, rest.data, rest.length);
}

static void read_some(struct session *s, int reads)
{
    struct program_terminal *t = &s->terminal;
    char bytes[READ_BYTES];
    while (t->master >= 0 && reads-- > 0) {
        ssize_t n = read(t->master, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        t->hung_up = n == 0 || (n < 0 && errno != EAGAIN);
        if (n <= 0)
            return;
        if (!t->killed)
            take(s, bytes, (size_t)n);
    }
}

void pty_drain(struct session *s)
{
    read_some(s, READS_AT_STOP);
    flush(s);
}

/* -- what is typed --------------------------------------------------------------------------------- */

static void write_typed(struct program_terminal *t)
{
    while (t->typed.length) {
        ssize_t n = write(t->master, t->typed.data, t->typed.length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            buf_clear(&t->typed); /* there is nobody to read it */
        if (n <= 0)
            return;
        buf_drop(&t->typed, (size_t)n);
    }
}

static struct error *check_typed_at(struct session *s)
{
    const struct program_setup *setup = &s->setup;
    TRY(target_need(s->target));
    if (s->started && setup->tty)
        return error_new(ERR_UNSUPPORTED, "typing at the program: its terminal is %s", setup->tty);
    if (s->terminal.master < 0)
        return error_hint(error_new(ERR_UNSUPPORTED, "typing at the program: it has no terminal of ours"),
                          "only a program that is started by its name has one; `console` types at the "
                          "console of a target");
    if (s->started && setup->input)
        return error_new(ERR_UNSUPPORTED, "typing at the program: it reads %s", setup->input);
    return NULL;
}

/* The end of input is a character; behind an unfinished line it only sends that, so it is given twice. */
static void add_end(struct program_terminal *t)
{
    struct termios modes;
    char end = 'D' & 0x1f;
    if (tcgetattr(t->master, &modes) == 0)
        end = (char)modes.c_cc[VEOF];
    if (t->typed.length && t->typed.data[t->typed.length - 1] != '\n')
        buf_add_char(&t->typed, end);
    buf_add_char(&t->typed, end);
}

struct error *pty_type(struct session *s, const char *bytes, size_t n, bool end)
{
    struct program_terminal *t = &s->terminal;
    TRY(check_typed_at(s));
    if (t->typed.length + n > PTY_TYPED_MOST)
        return error_hint(error_new(ERR_REFUSED,
                                    "typing %zu bytes at the program: it has not read the %zu before", n,
                                    t->typed.length),
                          "a file is handed to it by `run < FILE`");
    buf_add(&t->typed, bytes, n);
    if (end)
        add_end(t);
    write_typed(t);
    return NULL;
}

/* -- waiting --------------------------------------------------------------------------------------- */

static int side_fd(void *context, short *events)
{
    struct session *s = context;
    struct program_terminal *t = &s->terminal;
    bool behind = s->options.program_waits && s->options.program_waits(s->options.context);
    *events = (short)((behind ? 0 : POLLIN) | (t->typed.length ? POLLOUT : 0));
    return t->hung_up || !*events ? -1 : t->master;
}

static void side_ready(void *context)
{
    struct session *s = context;
    write_typed(&s->terminal);
    if (!s->options.program_waits || !s->options.program_waits(s->options.context))
        read_some(s, READS_AWAKE);
}

struct transport_side pty_side(struct session *s)
{
    return (struct transport_side){.fd = side_fd, .ready = side_ready, .context = s};
}

/* -- closing --------------------------------------------------------------------------------------- */

/* In a child of a child, between fork and its end: only async-signal-safe calls. */
_Noreturn static void keep(int master)
{
    char bytes[READ_BYTES];
    ssize_t n;
    setsid();
    fcntl(master, F_SETFL, fcntl(master, F_GETFL) & ~O_NONBLOCK);
    dup2(master, STDIN_FILENO);
    close_range(STDIN_FILENO + 1, ~0U, 0);
    do
        n = read(STDIN_FILENO, bytes, sizeof bytes);
    while (n > 0 || (n < 0 && errno == EINTR));
    _exit(0);
}

/*
 * A program whose terminal goes away gets SIGHUP and ends. One that was let go lives on, so a process of ours
 * stays behind that holds the terminal, and throws away what is printed, until the program has closed it.
 */
static void leave_a_keeper(int master)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            keep(master);
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

void pty_before_kill(struct session *s)
{
    pty_drain(s);
    s->terminal.killed = true;
}

void pty_not_killed(struct session *s)
{
    s->terminal.killed = false;
}

void pty_let_go(struct session *s)
{
    s->terminal.let_go = true;
}

void pty_close(struct session *s)
{
    struct program_terminal *t = &s->terminal;
    pty_drain(s);
    pty_started(s);
    if (t->master >= 0 && t->let_go && !t->hung_up)
        leave_a_keeper(t->master);
    if (t->master >= 0)
        close(t->master);
    t->master = -1;
    t->hung_up = t->let_go = t->killed = false;
    free(t->path);
    t->path = NULL;
    buf_free(&t->typed);
    buf_free(&t->split);
}

void pty_free(struct session *s)
{
    pty_close(s);
    buf_free(&s->terminal.last);
}
