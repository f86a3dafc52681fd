/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/launch/pty.h - the pseudo-terminal of a program that we started.
 *
 * We hold its master; the program, in a session of its own, has the other end as its controlling terminal, so
 * no key typed at the debugger is a signal for it. What it prints is taken up in every wait and before every
 * stop is told, and becomes `program` events, made harmless, with the raw bytes behind them for a face that
 * draws; a face that is behind is not given more, and the program then waits in its write() as at any slow
 * terminal. What is typed waits until the terminal takes it, at most PTY_TYPED_MOST bytes of it.
 *
 * Owned by the session, engine thread. Errors: ERR_REFUSED when there is no pseudo-terminal to be had or too
 * much was typed; ERR_UNSUPPORTED where the program has a terminal that is not ours, or reads a file.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LAUNCH_PTY_H
#define ALLSTOP_ENGINE_SESSION_LAUNCH_PTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/session/limits.h"

struct session;
struct transport_side;

struct program_terminal {
    int master; /* -1: there is none */
    int slave;  /* held until the program has it open, else its end would be read before its beginning; -1 */
    char *path; /* of the slave */
    bool hung_up; /* nobody has the other end open: it is not polled, which would give that for ever */
    bool let_go;  /* the program runs on without us */
    bool killed;  /* what still comes is the emulator's last word about that, and none of the program's */
    struct buf typed;
    struct buf split; /* a carriage return or the beginning of a character, whose rest is to come */
    struct buf last;  /* the last that came, for an error that tells of it */
    unsigned short rows, columns; /* 0: not said yet */
};

void pty_init(struct program_terminal *t);
/* Opens a new one; one that is open is closed. */
struct error *pty_open(struct session *s) BASE_MUST_CHECK;
/* The program has it open: its end is an end from now on. */
void pty_started(struct session *s);
/* The program is not going to end with us: somebody keeps the terminal when it is closed. */
void pty_let_go(struct session *s);
/* The program is about to be killed: what it has printed is taken, and what comes then is not its own. */
void pty_before_kill(struct session *s);
/* It was refused after all. */
void pty_not_killed(struct session *s);
/* Takes what is left, and closes; what came last and the size are kept. */
void pty_close(struct session *s);
void pty_free(struct session *s);
/* Takes what has been printed so far. */
void pty_drain(struct session *s);
/* Types at the program; `end` of its input behind that. */
struct error *pty_type(struct session *s, const char *bytes, size_t n, bool end) BASE_MUST_CHECK;
/* The size that the program finds, now and at the next start. */
void pty_resize(struct session *s, unsigned rows, unsigned columns);
/* For the waits of the transport, and for loops that wait themselves. */
struct transport_side pty_side(struct session *s);

#endif
