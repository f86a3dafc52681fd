/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries for what scripts/ runs itself, so that help, schema and checks know them; and the prompt's own
 * words. */
#include "engine/commands/args.h"
#include "engine/commands/command.h"

static const struct command_arg repeat_args[] = {
    {"times", ARG_UNSIGNED, false, NULL, "how many rounds"},
    {"while", ARG_ANY, false, NULL, "go on while the last inner result is like this"},
    {"until", ARG_ANY, false, NULL, "stop when the last inner result is like this"},
    {"steps", ARG_STEPS, true, NULL, "what to repeat"},
    {0}};

const struct command command_repeat = {
    .name = "repeat",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "run steps several times, numbered from 1",
    .args = repeat_args,
    .flags = COMMAND_SCRIPT,
};

static const struct command_arg interleave_args[] = {
    {"threads", ARG_OBJECT, true, NULL,
     "NAME: {at, created}, the thread made as that one; or start, name, if, nth; or {id}"},
    {"points", ARG_OBJECT, true, NULL, "NAME: a place, or {at, nth}, the nth time a thread is there"},
    {"order", ARG_TEXTS, true, NULL, "arrows THREAD@POINT, in the order to be forced"},
    {"patience", ARG_NUMBER, false, NULL, "seconds a thread may take to its next point (1)"},
    {"accept", ARG_TEXTS, false, NULL, "verdicts that are no failure: impossible, deadlock, ended, unforced"},
    {"then", ARG_STEPS, false, NULL, "what to do when the order holds"},
    {0}};

const struct command command_interleave = {
    .name = "interleave",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "force one order of threads at points, holding all others",
    .args = interleave_args,
    .flags = COMMAND_SCRIPT,
};

static const struct command_arg explore_args[] = {
    {"threads", ARG_OBJECT, true, NULL,
     "NAME: {at, created} and the like; and points, those it passes, in its order"},
    {"points", ARG_OBJECT, true, NULL, "NAME: a place, or {at, nth}"},
    {"patience", ARG_NUMBER, false, NULL, "seconds a thread may take to its next point (1)"},
    {"then", ARG_STEPS, false, NULL, "their results are the outcome of an order"},
    {"budget", ARG_UNSIGNED, false, NULL, "try so many orders, drawn with --seed (all)"},
    {"shard", ARG_TEXT, false, NULL, "\"2/8\": only the second eighth of the orders"},
    {"sessions", ARG_TEXT, false, NULL, "a folder for session files, one for each outcome"},
    {0}};

const struct command command_explore = {
    .name = "explore",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "try the orders of threads at points, and tell their outcomes apart",
    .args = explore_args,
    .flags = COMMAND_SCRIPT,
};

static const struct command_arg assert_args[] = {
    {"expr", ARG_TEXT, false, NULL, "an expression that must not be zero"},
    {"value", ARG_ANY, false, NULL, "or a value, matched by `expect`"},
    {0}};

const struct command command_assert = {
    .name = "assert",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "fail the script unless something holds",
    .args = assert_args,
    .flags = COMMAND_SCRIPT,
};

static const struct command_arg echo_args[] = {{"text", ARG_ANY, true, NULL, "what to print"}, {0}};

const struct command command_echo = {
    .name = "echo",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "put a text into the output",
    .args = echo_args,
    .flags = COMMAND_SCRIPT | COMMAND_WHILE_RUNNING,
};

static const struct command_arg sleep_args[] = {{"seconds", ARG_NUMBER, true, NULL, "how long"}, {0}};

const struct command command_sleep = {
    .name = "sleep",
    .group = "scripts",
    .aliases = "",
    .usage = "",
    .about = "wait",
    .args = sleep_args,
    .flags = COMMAND_SCRIPT | COMMAND_WHILE_RUNNING,
};

static const struct command_arg include_args[] = {
    {"file", ARG_TEXT, true, NULL, "a session file whose steps are run here; relative to this one"}, {0}};

const struct command command_include = {
    .name = "include",
    .group = "scripts",
    .aliases = "source",
    .usage = "",
    .about = "run the steps of another file",
    .args = include_args,
    .flags = COMMAND_SCRIPT,
};

static struct error *run_help(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)s;
    BASE_BUF struct buf text = {0};
    TRY(command_help(arg_text(args, "command"), &text));
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "text", buf_text(&text));
    return NULL;
}

static void help_text(const cJSON *result, struct buf *out)
{
    buf_add_text(out, json_text(result, "text"));
}

static const struct command_arg help_args[] = {
    {"command", ARG_TEXT, false, NULL, "which; none: all by group"}, {0}};

const struct command command_help_word = {
    .name = "help",
    .group = "prompt",
    .aliases = "h apropos",
    .usage = "[COMMAND]",
    .about = "what there is, and how to use it",
    .args = help_args,
    .flags = COMMAND_PROMPT,
    .run = run_help,
    .text = help_text,
};

static struct error *run_quit(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)s;
    (void)args;
    (void)ret;
    return NULL; /* the face sees the command and leaves */
}

const struct command command_quit = {
    .name = "quit",
    .group = "prompt",
    .aliases = "q exit",
    .usage = "",
    .about = "leave the debugger",
    .flags = COMMAND_PROMPT,
    .run = run_quit,
};
