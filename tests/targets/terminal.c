/* A program that looks at how it was started: arguments, environment, folder, terminal. Its first argument
 * says what it does. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern char **environ;

void here(void)
{
}

/* Each argument behind the first as hex digits: "[6120] []". */
static void tell_arguments(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        printf("%s[", i > 2 ? " " : "");
        for (const char *p = argv[i]; *p; p++)
            printf("%02x", (unsigned char)*p);
        printf("]");
    }
    printf("\n");
}

static void tell_size(void)
{
    struct winsize size = {0};
    ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    printf("size %d x %d\n", size.ws_row, size.ws_col);
}

static void tell_place(void)
{
    char folder[512];
    int own = open("/dev/tty", O_RDWR);
    printf("terminals %d%d%d own %d\n", isatty(0), isatty(1), isatty(2), own >= 0);
    printf("leads its session %d\n", getsid(0) == getpid());
    if (own >= 0)
        printf("in front %d\n", tcgetpgrp(own) == getpgrp());
    printf("folder %s\n", getcwd(folder, sizeof folder));
    printf("COLOUR=%s HOME=%s\n", getenv("COLOUR") ? getenv("COLOUR") : "-", getenv("HOME") ? "kept" : "-");
    printf("environment %s\n", environ[0] ? "some" : "none");
    tell_size();
}

/* Answers each line; "size" and "go" are orders. */
static void talk(void)
{
    char line[256];
    unsigned count = 0;
    printf("name? ");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        count++;
        if (strcmp(line, "size") == 0)
            tell_size();
        else
            printf("hello <%s>\n", line);
    }
    printf("end after %u\n", count);
}

static void crash(void)
{
    printf("last words without an end");
    fflush(stdout);
    raise(SIGSEGV);
}

static void flood(void)
{
    for (unsigned long i = 0;; i++)
        printf("flood %lu ............................................................\n", i);
}

/* Until somebody writes 0 into it. */
volatile int waiting = 1;

static void linger(void)
{
    while (waiting)
        usleep(10000);
    printf("went on\n");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "arguments") == 0)
        tell_arguments(argc, argv);
    else if (strcmp(what, "place") == 0)
        tell_place();
    else if (strcmp(what, "talk") == 0)
        talk();
    else if (strcmp(what, "crash") == 0)
        crash();
    else if (strcmp(what, "flood") == 0)
        flood();
    else if (strcmp(what, "linger") == 0)
        linger();
    else if (strcmp(what, "escape") == 0)
        printf("\033]0;owned\007\033[31mred\033[0m\n");
    else
        fprintf(stderr, "to standard error\n");
    printf("done\n");
    here();
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
