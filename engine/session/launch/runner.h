/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/launch/runner.h - what runs the user's program for us: gdbserver where it is built for this
 * machine, else the qemu user emulator, each with the program's arguments, environment, folder and terminal.
 *
 * A runner is made for one start and freed when the connection stands or has failed. Engine thread. Errors:
 * ERR_USAGE without a program; ERR_UNSUPPORTED for a file that is none for a processor we know; those of
 * setup.h and pty.h.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LAUNCH_RUNNER_H
#define ALLSTOP_ENGINE_SESSION_LAUNCH_RUNNER_H

#include "rsp/transport.h"

struct session;

struct runner {
    char *spec; /* as for --target */
    struct transport_child_options child;
    bool emulator;      /* qemu's user emulator is the child itself */
    char **environment; /* the child's */
    int opened[4];      /* descriptors of the child's, to be closed here; -1 */
};

/* Opens the program's terminal as well. */
struct error *runner_prepare(struct session *s, struct runner *ret) BASE_MUST_CHECK;
/*
 * A spec of the user's whose program can be given a terminal because nothing of the stub's own comes there:
 * `launch:qemu-ARCH …`, and `launch:valgrind …` or `exec:valgrind …`, for which vgdb is started too, so that
 * no place has to be named. *found is false for any other, and nothing was made then.
 */
struct error *runner_for_spec(struct session *s, const char *spec, struct runner *ret,
                              bool *found) BASE_MUST_CHECK;
void runner_free(struct runner *r);
/* The connection failed: what the program's terminal said last is added, which may be the emulator's reason.
 */
struct error *runner_failed(struct session *s, struct error *e) BASE_MUST_CHECK;

#endif
