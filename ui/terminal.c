/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/terminal.h"

#include <ncursesw/term.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/guard.h"

/* Short enough not to be felt, long enough for an escape sequence over ssh. */
enum { ESCAPE_DELAY_MS = 40 };

static const int crashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/*
 * What a crash handler needs; it can reach nothing else than static data. Written before the handlers are
 * installed and not changed while they are.
 */
static struct {
    struct termios modes;
    char text[256];
    size_t length;
    struct sigaction before[ARRAY_LENGTH(crashes)];
} rescue;

const char *terminal_problem(void)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return "the standard input and output are not both a terminal";
    if (!name || !*name)
        return "TERM is not set";
    int status;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return "TERM names a terminal that is not in the terminfo database";
    const char *move = tigetstr("cup");
    const char *problem =
        !move || move == (char *)-1 ? "TERM names a terminal without cursor movement" : NULL;
    del_curterm(cur_term);
    return problem;
}

/* A capability without its $<padding>, for write() in a signal handler. */
static void rescue_add(const char *text)
{
    if (!text || text == (char *)-1)
        return;
    for (size_t i = 0; text[i] && rescue.length + 1 < sizeof rescue.text; i++) {
        if (text[i] == '$' && text[i + 1] == '<' && strchr(text + i, '>')) {
            i = (size_t)(strchr(text + i, '>') - text);
            continue;
        }
        rescue.text[rescue.length++] = text[i];
    }
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (number == SIGBUS && guard_mend(info->si_addr))
        return; /* a file that was cut short, no crash */
    if (write(STDOUT_FILENO, rescue.text, rescue.length) >= 0)
        tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    for (size_t i = 0; i < ARRAY_LENGTH(crashes); i++)
        sigaction(crashes[i], &rescue.before[i], NULL);
    raise(number); /* delivered when this handler returns, to whoever had it before */
}

static void install_rescue(void)
{
    rescue.length = 0;
    if (tigetstr("kmous") && tigetstr("kmous") != (char *)-1)
        rescue_add("\033[?1006;1000l");
    rescue_add(tigetstr("rmkx"));
    rescue_add(tigetstr("sgr0"));
    rescue_add(tigetstr("cnorm"));
    rescue_add(tigetstr("rmcup"));
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO};
    for (size_t i = 0; i < ARRAY_LENGTH(crashes); i++)
        sigaction(crashes[i], &action, &rescue.before[i]);
}

/* Shifted and Alt function keys as xterm, tmux and the rest send them, for TERMs that do not say so. */
static void define_keys(void)
{
    static const struct {
        int number, code;
    } functions[] = {{5, 15}, {6, 17}, {7, 18}, {8, 19}, {9, 20}, {10, 21}, {11, 23}, {12, 24}};
    for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
        char sequence[16];
        snprintf(sequence, sizeof sequence, "\033[%d;2~", functions[i].code);
        if (key_defined(sequence) == 0)
            define_key(sequence, KEY_F(functions[i].number + 12));
        snprintf(sequence, sizeof sequence, "\033[%d;3~", functions[i].code);
        if (key_defined(sequence) == 0)
            define_key(sequence, KEY_F(functions[i].number + 48));
    }
    if (key_defined("\033[Z") == 0)
        define_key("\033[Z", KEY_BTAB);
}

bool terminal_open(struct terminal *t)
{
    tcgetattr(STDIN_FILENO, &rescue.modes);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen)
        return false;
    t->open = true;
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
    define_keys();
    install_rescue();
    return true;
}

void terminal_close(struct terminal *t)
{
    if (!t->open)
        return;
    t->open = false;
    /* Where there is no alternate screen the shell goes on in the last line. */
    if (move(LINES - 1, 0) == OK && clrtoeol() == OK)
        refresh();
    endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes); /* standard output may be the terminal no longer */
    delscreen(t->screen);
    t->screen = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(crashes); i++)
        sigaction(crashes[i], &rescue.before[i], NULL);
}

static bool read_one(unsigned *ret)
{
    wint_t c;
    int kind = get_wch(&c);
    if (kind == ERR)
        return false;
    *ret = key_normal(kind == KEY_CODE_YES ? KEY_OF(c) : (unsigned)c);
    return true;
}

bool terminal_key(unsigned *ret)
{
    unsigned next;
    do {
        if (!read_one(ret))
            return false;
    } while (*ret == KEY_OF(KEY_RESIZE) || *ret == 0);
    /* Terminals send Alt as an escape in front; one that stands alone is the key. */
    if (*ret == KEY_ESCAPE && read_one(&next)) {
        if (next == KEY_ESCAPE)
            return true;
        *ret = next | KEY_ALT;
    }
    return true;
}

bool terminal_size(unsigned short *height, unsigned short *width)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
        return false;
    *height = size.ws_row;
    *width = size.ws_col;
    return true;
}

void terminal_resize(void)
{
    unsigned short height, width;
    if (terminal_size(&height, &width))
        resizeterm(height, width);
}
