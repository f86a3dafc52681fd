/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/cli_program.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/face/worker.h"

void cli_program_lend(struct cli_program *p)
{
    if (p->lent || tcgetattr(STDIN_FILENO, &p->before) != 0)
        return;
    struct termios modes = p->before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    modes.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    modes.c_cc[VQUIT] = modes.c_cc[VSUSP] = _POSIX_VDISABLE; /* they are the program's */
    p->lent = tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0;
}

void cli_program_take_back(struct cli_program *p)
{
    if (p->lent)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &p->before);
    p->lent = false;
}

bool cli_program_read(const struct cli_program *p, struct worker *w)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    /* An end of input that was typed before the modes were ours is read as a NUL: Linux keeps it as that. */
    for (ssize_t i = 0; i < n; i++)
        if (bytes[i] == '\0')
            bytes[i] = (char)p->before.c_cc[VEOF];
    if (n > 0)
        worker_type(w, bytes, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

void cli_program_size(struct worker *w)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        worker_resize(w, size.ws_row, size.ws_col);
}

static bool moves_in_line(char byte)
{
    return byte == '\r' || byte == '\b';
}

void cli_program_text(struct cli_program *p, const char *bytes, size_t n, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        enum console_escape before = p->escape;
        p->escape = console_escape_next(before, bytes[i]);
        bool dropped = before != ESCAPE_NONE || p->escape != ESCAPE_NONE || bytes[i] == '\a';
        if (!dropped && !moves_in_line(bytes[i]))
            continue;
        text_add_visible(out, bytes + from, i - from, true);
        if (!dropped)
            buf_add_char(out, bytes[i]);
        from = i + 1;
    }
    text_add_visible(out, bytes + from, n - from, true);
}
