/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/command.h - the one table of commands, behind three faces (keys, prompt, JSON).
 *
 * A command has a name (the `do` of a JSON step), aliases (what gdb users have in their fingers), typed
 * arguments, a run function that fills a JSON result, and a text function that writes that result for
 * people. Help, completion, the JSON Schema and the manual are made from or checked against this table.
 *
 * Runs on the engine's thread. `args` is a JSON object already checked by command_check(). A command that
 * resumes the target (COMMAND_RUNS) only starts it: its result, the stop, is made by command_execute().
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_COMMAND_H
#define ALLSTOP_ENGINE_COMMANDS_COMMAND_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

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
    /* What the table cannot say of arguments together or of a text: ERR_USAGE, *key the argument at fault.
     * Or NULL. Files are held against it before they are run. */
    struct error *(*check)(const cJSON *args, const char **key);
    /* The result for people, one or more lines, each ended by a newline. NULL: JSON is shown. */
    void (*text)(const cJSON *result, struct buf *out);
};

/* All commands in order of the manual; *count of them. Lives for ever. */
const struct command *const *command_table(size_t *count);
/* By exact name (the JSON faces), or NULL. */
const struct command *command_find(const char *name);

/*
 * A line typed at the prompt: "b main if x > 3", "x/8gx $sp", "info threads". *args is new, owned by the
 * caller. An unknown word is ERR_USAGE with a near miss in the hint. An unambiguous prefix of a name is
 * taken.
 */
struct error *command_parse_line(struct session *s, const char *line, const struct command **ret,
                                 cJSON **args) BASE_MUST_CHECK;
/* The command that a prompt line begins with; ERR_USAGE with a near miss in the hint. */
struct error *command_by_word(const char *line, const struct command **ret) BASE_MUST_CHECK;
/* Possible ends of a prompt line; see worker_complete(). malloc'd NULL-terminated array of whole words, or
 * NULL. */
char **command_complete(struct session *s, const char *line, size_t cursor, size_t *word_start);
/* Help for one command, or the list by group when `name` is NULL; ERR_USAGE for an unknown one. */
struct error *command_help(const char *name, struct buf *out) BASE_MUST_CHECK;

#endif
