/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/command.h - the one table of commands, behind three faces (keys, prompt, JSON).
 *
 * Help, completion, the JSON Schema and the manual are made from or checked against this table. Runs on the
 * engine's thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_COMMAND_H
#define ALLSTOP_ENGINE_COMMANDS_COMMAND_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/session/command.h"

struct session;

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
