/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/command.h - what a command is, as far as running one goes.
 *
 * A command has a name (the `do` of a JSON step), aliases (what gdb users have in their fingers), typed
 * arguments, a run function that fills a JSON result, and a text function that writes that result for
 * people. The table of them is engine/commands/command.h.
 *
 * Runs on the engine's thread. `args` is a JSON object already checked by command_check(). A command that
 * resumes the target (COMMAND_RUNS) only starts it: its result, the stop, is made by session_execute().
 */
#ifndef ALLSTOP_ENGINE_SESSION_COMMAND_H
#define ALLSTOP_ENGINE_SESSION_COMMAND_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct session;

enum command_arg_type {
    ARG_TEXT,     /* a string */
    ARG_ADDRESS,  /* a string (an expression or place) or a number */
    ARG_UNSIGNED, /* a whole number >= 0, or a string that is one (0x…) */
    ARG_NUMBER,   /* any number */
    ARG_BOOLEAN,  /* true, false */
    ARG_TEXTS,    /* an array of strings */
    ARG_ID,       /* a number or a string (thread, bookmark, breakpoint) */
    ARG_STEPS,    /* an array of steps (objects with `do`) */
    ARG_OBJECT,   /* an object, its keys are the command's business */
    ARG_IDS,      /* an array of numbers and strings (threads) */
    ARG_ANY,      /* any JSON value */
};

struct command_arg {
    const char *name; /* NULL ends the array */
    enum command_arg_type type;
    bool required;
    const char *choices; /* closed list, separated by blanks, or NULL */
    const char *about;
};

enum command_flags {
    COMMAND_NEEDS_TARGET = 1,   /* not-connected without one */
    COMMAND_NEEDS_STOPPED = 2,  /* not-stopped while the target runs */
    COMMAND_RUNS = 4,           /* resumes the target; the result is a stop; takes `background` */
    COMMAND_SCRIPT = 8,         /* run by scripts/ itself (repeat, assert, …); `run` is NULL */
    COMMAND_ONLY_WAITS = 32,    /* out of time, it leaves the target running */
    COMMAND_WHILE_RUNNING = 64, /* served by an event loop while the target runs */
    COMMAND_WAITS_ITSELF =
        128,              /* lets the target run and waits for it: only there Ctrl-C and the time count */
    COMMAND_STARTS = 256, /* begins the program anew: an empty line at the prompt does not repeat that */
    COMMAND_PROMPT = 16,  /* only typed (help, quit …), no JSON form */
};

struct command {
    const char *name;
    const char *group; /* target symbols breakpoints run time bookmarks threads data scripts */
    const char
        *aliases; /* separated by blanks: "b br tbreak"; a two-word alias joins with '-' ("info-threads") */
    const char *usage; /* arguments at the prompt: "[LOCATION] [if CONDITION]" */
    const char *about; /* one line */
    const struct command_arg *args;
    unsigned flags;
    struct error *(*run)(struct session *s, const cJSON *args, cJSON **ret);
    /*
     * Prompt text to arguments. `alias` is the word that was typed, `text` what followed it (a format such as
     * "/8gx" still in front). NULL: the text is shared out over the arguments in order, the last one takes
     * the rest.
     */
    struct error *(*parse)(struct session *s, const char *alias, const char *text, cJSON *args);
    /* The result for people, one or more lines, each ended by a newline. NULL: JSON is shown. */
    void (*text)(const cJSON *result, struct buf *out);
};

/* Unknown keys, missing ones, wrong types: ERR_USAGE; *pointer (may be NULL) becomes the key at fault, static
 * or owned by args. */
struct error *command_check(const struct command *c, const cJSON *args, const char **pointer) BASE_MUST_CHECK;

#endif
