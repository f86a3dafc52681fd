/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/launch/setup.h - how the user's program is to be started: its arguments, environment,
 * folder, files and terminal, as the command line, a session file and `settings` say.
 *
 * Kept from one start to the next. Texts are bytes without a NUL, not necessarily UTF-8. Owned by the
 * session, engine thread. Errors: ERR_USAGE for what can be no argument or variable; ERR_NO_SOURCE for a
 * folder or file that is not there.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LAUNCH_SETUP_H
#define ALLSTOP_ENGINE_SESSION_LAUNCH_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/session/launch/start.h"

struct setup_variable {
    char *name;
    char *value; /* NULL: it is taken away */
};

struct program_setup {
    char **args; /* without the program; NULL-terminated, or NULL */
    struct setup_variable *variables;
    size_t variable_count, variable_capacity;
    bool bare;             /* nothing of our own environment */
    char *folder;          /* or NULL: ours */
    char *input;           /* a file for its standard input, or NULL: the terminal */
    char *output, *errors; /* files, or NULL: the terminal */
    bool append_output, append_errors;
    bool errors_to_output; /* 2>&1 */
    char *tty;             /* a terminal named by the user, or NULL: one of ours */
    enum start_at stop_at; /* where it stands first */
};

void setup_free(struct program_setup *p);
/* Copies a NULL-terminated list; NULL: no arguments. Redirections are as they were. */
void setup_set_args(struct program_setup *p, char *const *args);
/* Words and redirections of a line: ERR_USAGE for an open quote, or a redirection to nowhere. */
struct error *setup_set_line(struct program_setup *p, const char *line) BASE_MUST_CHECK;
/* A NULL value takes the variable away; ERR_USAGE for a name with `=` in it, or none. */
struct error *setup_set_variable(struct program_setup *p, const char *name,
                                 const char *value) BASE_MUST_CHECK;
/* Nothing of our environment, and of what was set here. */
void setup_clear_environment(struct program_setup *p);
/* A folder that is there, made absolute, from the present one on. */
struct error *setup_set_folder(struct program_setup *p, const char *folder) BASE_MUST_CHECK;
/* What can be said before the program is started: that its folder, input and terminal are there. */
struct error *setup_check(const struct program_setup *p) BASE_MUST_CHECK;

/* What the program's environment will be: NULL-terminated, freed by setup_list_free(). With `apart`, the
 * variables of the dynamic linker (LD_…) that were set here are left as ours are. */
char **setup_environment(const struct program_setup *p, bool apart);
void setup_list_free(char **list);
/* True for a variable that the dynamic linker of an emulator would take for its own. */
bool setup_is_loaders(const char *name);
/* The path of a file named relatively to the program's folder; malloc'd. */
char *setup_path(const struct program_setup *p, const char *name);
/* Arguments and redirections as one line that setup_set_line() takes. */
void setup_add_line(const struct program_setup *p, struct buf *out);

#endif
