/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/launch/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { CANNOT_START = 127 };

/* Single texts of a description, each ended by a NUL and empty where there is none; behind them two lists,
 * each ended by a text of one byte that begins no argument's: its elements have ELEMENT in front. */
enum part {
    PART_TERMINAL,
    PART_PROGRAM,
    PART_FOLDER,
    PART_INPUT,
    PART_OUTPUT,
    PART_ERRORS,
    PART_MODES,
    PARTS
};
enum { ELEMENT = '+', LIST_END = '.' };
enum { MODE_APPEND_OUTPUT = 'o', MODE_APPEND_ERRORS = 'e', MODE_ERRORS_TO_OUTPUT = '&' };

/* -- writing it ------------------------------------------------------------------------------------ */

static void add_text(struct buf *b, const char *text)
{
    buf_add(b, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_element(struct buf *b, const char *text)
{
    buf_add_char(b, ELEMENT);
    add_text(b, text);
}

static void end_list(struct buf *b)
{
    buf_add_char(b, LIST_END);
    add_text(b, NULL);
}

static void add_modes(struct buf *b, const struct program_setup *p)
{
    if (p->append_output)
        buf_add_char(b, MODE_APPEND_OUTPUT);
    if (p->append_errors)
        buf_add_char(b, MODE_APPEND_ERRORS);
    if (p->errors_to_output)
        buf_add_char(b, MODE_ERRORS_TO_OUTPUT);
    add_text(b, NULL);
}

static void write_description(struct buf *b, const struct program_setup *p, const char *terminal,
                              const char *program)
{
    add_text(b, terminal);
    add_text(b, program);
    add_text(b, p->folder);
    add_text(b, p->input);
    add_text(b, p->output);
    add_text(b, p->errors);
    add_modes(b, p);
    add_element(b, program);
    for (size_t i = 0; p->args && p->args[i]; i++)
        add_element(b, p->args[i]);
    end_list(b);
    char **environment = setup_environment(p, false);
    for (size_t i = 0; environment[i]; i++)
        add_element(b, environment[i]);
    end_list(b);
    setup_list_free(environment);
}

struct error *starter_describe(const struct program_setup *setup, const char *terminal, const char *program,
                               int *ret)
{
    BASE_BUF struct buf b = {0};
    write_description(&b, setup, terminal, program);
    int fd = memfd_create("allstop-program", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < b.length) {
        ssize_t n = write(fd, b.data + done, b.length - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (done < b.length) {
        struct error *e = error_new(ERR_REFUSED, "describing the program to be started: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return e;
    }
    *ret = fd;
    return NULL;
}

/* -- reading it ------------------------------------------------------------------------------------ */

struct start {
    const char *parts[PARTS];
    char **args, **environment;
    int report; /* gdbserver's standard error */
};

/* The next text, or NULL at the end. */
static char *next_text(char **at, const char *end)
{
    char *text = *at;
    char *nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
    if (nul)
        *at = nul + 1;
    return nul ? text : NULL;
}

static char **next_list(char **at, const char *end)
{
    char **list = NULL;
    size_t count = 0, capacity = 0;
    char *text;
    while ((text = next_text(at, end)) && *text == ELEMENT) {
        ARRAY_RESERVE(list, count, capacity);
        list[count++] = text + 1;
    }
    ARRAY_RESERVE(list, count, capacity);
    list[count] = NULL;
    if (text)
        return list;
    free(list);
    return NULL;
}

/* Points into `bytes`. */
static bool parse(struct start *s, char *bytes, size_t n)
{
    char *at = bytes;
    for (int i = 0; i < PARTS; i++) {
        s->parts[i] = next_text(&at, bytes + n);
        if (!s->parts[i])
            return false;
    }
    s->args = next_list(&at, bytes + n);
    s->environment = s->args ? next_list(&at, bytes + n) : NULL;
    return s->environment && s->args[0];
}

/* The writer's position is the reader's too: it is read from its beginning without moving it. */
static bool read_description(int fd, struct buf *b)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
        return false;
    size_t size = (size_t)st.st_size;
    buf_reserve(b, size);
    while (b->length < size) {
        ssize_t n = pread(fd, b->data + b->length, size - b->length, (off_t)b->length);
        if (n <= 0)
            return false;
        b->length += (size_t)n;
    }
    return true;
}

/* -- starting -------------------------------------------------------------------------------------- */

static int cannot(const struct start *s, const char *what, const char *name)
{
    dprintf(s->report, "allstop: %s %s: %s\n", what, name, strerror(errno));
    return CANNOT_START;
}

/* gdbserver made us the leader of a process group, which can begin no session: back into its own first. */
static int take_terminal(const struct start *s)
{
    setpgid(0, getpgid(getppid()));
    setsid();
    int fd = open(s->parts[PART_TERMINAL], O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        ioctl(fd, TIOCSCTTY, 0); /* refused where it is another session's: a terminal all the same */
    return fd;
}

/* Opens what is named, or gives `otherwise`; -1 with errno. */
static int open_or(const char *name, int flags, int otherwise)
{
    return *name ? open(name, flags | O_CLOEXEC, 0666) : otherwise;
}

static int output_flags(const struct start *s, int mode)
{
    return O_WRONLY | O_CREAT | (strchr(s->parts[PART_MODES], mode) ? O_APPEND : O_TRUNC);
}

static int run(struct start *s)
{
    int terminal = take_terminal(s);
    if (terminal < 0)
        return cannot(s, "opening the program's terminal", s->parts[PART_TERMINAL]);
    if (*s->parts[PART_FOLDER] && chdir(s->parts[PART_FOLDER]) != 0)
        return cannot(s, "the program's folder,", s->parts[PART_FOLDER]);
    int input = open_or(s->parts[PART_INPUT], O_RDONLY, terminal);
    if (input < 0)
        return cannot(s, "the program's standard input,", s->parts[PART_INPUT]);
    int output = open_or(s->parts[PART_OUTPUT], output_flags(s, MODE_APPEND_OUTPUT), terminal);
    if (output < 0)
        return cannot(s, "the program's standard output,", s->parts[PART_OUTPUT]);
    bool joined = strchr(s->parts[PART_MODES], MODE_ERRORS_TO_OUTPUT) != NULL;
    int errors =
        open_or(s->parts[PART_ERRORS], output_flags(s, MODE_APPEND_ERRORS), joined ? output : terminal);
    if (errors < 0)
        return cannot(s, "the program's standard error,", s->parts[PART_ERRORS]);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
        return cannot(s, "the descriptors of", s->parts[PART_PROGRAM]);
    execve(s->parts[PART_PROGRAM], s->args, s->environment);
    return cannot(s, "starting", s->parts[PART_PROGRAM]);
}

/* -- valgrind -------------------------------------------------------------------------------------- */

_Noreturn static void be_valgrind(struct start *s, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(s->report, STARTER_LOG_FD) < 0)
        _exit(CANNOT_START);
    int terminal = take_terminal(s);
    if (terminal < 0)
        _exit(cannot(s, "opening the program's terminal", s->parts[PART_TERMINAL]));
    if (dup2(terminal, STDIN_FILENO) >= 0 && dup2(terminal, STDOUT_FILENO) >= 0 &&
        dup2(terminal, STDERR_FILENO) >= 0)
        execvpe(s->parts[PART_PROGRAM], s->args, s->environment);
    _exit(cannot(s, "starting", s->parts[PART_PROGRAM]));
}

static int run_valgrind(struct start *s)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        be_valgrind(s, parent);
    if (pid < 0)
        return cannot(s, "starting", s->parts[PART_PROGRAM]);
    char which[32];
    snprintf(which, sizeof which, "--pid=%d", (int)pid);
    execlp("vgdb", "vgdb", "--wait=60", which, (char *)NULL);
    return cannot(s, "starting", "vgdb");
}

static int starter_main(char **argv)
{
    struct start s = {.report = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STARTER_LOG_FD + 1)};
    BASE_BUF struct buf description = {0};
    bool valgrind = strcmp(argv[1], STARTER_VALGRIND_WORD) == 0;
    int fd = valgrind ? open(argv[2], O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    int status = CANNOT_START;
    if (!read_description(fd, &description) || !parse(&s, description.data, description.length))
        fprintf(stderr, "allstop: %s is for allstop's own use\n", argv[1]);
    else
        status = valgrind ? run_valgrind(&s) : run(&s);
    free(s.args);
    free(s.environment);
    return status;
}

/* A program that has the engine in it and went on with its own main() would, as a test does, start a session,
 * which starts this program as its starter, and so on until the machine is full. */
__attribute__((constructor)) static void be_the_starter(int argc, char **argv)
{
    if ((argc > 1 && strcmp(argv[1], STARTER_WORD) == 0) ||
        (argc == 3 && strcmp(argv[1], STARTER_VALGRIND_WORD) == 0))
        _exit(starter_main(argv));
}
