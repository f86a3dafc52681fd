/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/launch/starter.h - the last step before the user's program, done by this very binary in its
 * place.
 *
 * gdbserver has no way to give its program a terminal of its own, another folder or environment than its
 * own, and its versions differ in what they do to arguments: some refuse blanks, some quote for the shell,
 * some do not. So it is told to start the program through a wrapper, which is this binary with STARTER_WORD
 * as its first argument. What is to be started it reads from its standard input, a file in memory that
 * starter_describe() wrote; then it begins a session with the terminal, opens the files and executes the
 * program. gdbserver counts the wrapper's own exec and stops at the program's.
 *
 * The description is made and read by the same binary; the starter has no threads. Whatever is linked with
 * the engine is a starter when it is called as one, before its main() begins. It fails with a line on
 * gdbserver's standard error and status 127.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LAUNCH_STARTER_H
#define ALLSTOP_ENGINE_SESSION_LAUNCH_STARTER_H

#include "base/error.h"
#include "engine/session/launch/setup.h"

#define STARTER_WORD "--start-program"

/*
 * The second use: valgrind's stub is vgdb, a process of its own that finds valgrind by its process id. With
 * STARTER_VALGRIND_WORD and the path of a description this binary starts valgrind with the terminal and then
 * becomes vgdb, on the standard input and output that it has. Valgrind's own words go to descriptor 9, which
 * is the standard error that we were given.
 */
#define STARTER_VALGRIND_WORD "--start-valgrind"
#define STARTER_LOG_OPTION    "--log-fd=9"
enum { STARTER_LOG_FD = 9 };

/* A descriptor to read the description from, owned by the caller. `terminal` is a path, `program` absolute,
 * and what it finds as its own name. */
struct error *starter_describe(const struct program_setup *setup, const char *terminal, const char *program,
                               int *ret) BASE_MUST_CHECK;

#endif
