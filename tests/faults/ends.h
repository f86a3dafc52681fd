/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two ends of the fault proxy: where the debugger comes in and where the stub is. Descriptors are the
 * caller's, who closes them. What fails ends the program with a line on standard error.
 */
#ifndef ALLSTOP_TESTS_FAULTS_ENDS_H
#define ALLSTOP_TESTS_FAULTS_ENDS_H

#include <stddef.h>

struct end {
    int fd;    /* -1: closed */
    int slave; /* of a pty: our own hold on its other side, until somebody else has it; else -1 */
};

/* `spec`: "tcp" (a free port), "unix:PATH", "pty". Prints "at ADDRESS", as the debugger takes it. */
int end_listen(const char *spec);
/* Waits for the one client of end_listen(); of a pty there is nothing to wait for. */
struct end end_accept(int listening);
/* `spec`: "HOST:PORT" on the loopback, "unix:PATH", or "pty", which is made and printed as "stub PATH". */
struct end end_stub(const char *spec);
/* What came, at most n bytes; 0 when the other side has gone. */
size_t end_read(struct end *e, char *bytes, size_t n);
/* All n bytes, or as many as the other side takes before it goes. */
void end_write(struct end *e, const char *bytes, size_t n);
void end_close(struct end *e);

#endif
