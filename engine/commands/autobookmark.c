/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots by a policy. */
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/control/time/ladder.h"

static struct error *read_budget(const cJSON *args, struct ladder *policy)
{
    const cJSON *budget = cJSON_GetObjectItemCaseSensitive(args, "budget"), *one;
    cJSON_ArrayForEach (one, budget) {
        bool count = strcmp(one->string, "count") == 0, bytes = strcmp(one->string, "bytes") == 0;
        uint64_t n;
        if (!count && !bytes)
            return error_new(ERR_USAGE, "autobookmark: `budget` has a `count` and `bytes`, not `%.60s`",
                             one->string);
        TRY(arg_unsigned(budget, one->string, 0, &n));
        if (n == 0)
            return error_new(ERR_USAGE, "autobookmark: a budget of nothing");
        *(count ? &policy->most : &policy->bytes) = n;
    }
    return NULL;
}

static struct error *read_policy(struct session *s, const cJSON *args, struct ladder *policy)
{
    const struct time_driver *d;
    TRY(time_driver(s->control, &d));
    *policy = s->control->time.ladder;
    TRY(arg_unsigned(args, "every", policy->every, &policy->every));
    if (arg_given(args, "each_stop"))
        policy->each_stop = arg_true(args, "each_stop");
    TRY(read_budget(args, policy));
    if (d->save && !d->only_asked)
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED, "autobookmark: this target takes no snapshots"),
                      "`bookmark` with `snapshot: \"memory\"` keeps registers and writable memory");
}

static cJSON *told(const cJSON *args, const struct ladder_state *state, size_t removed)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "placed", (double)state->placed);
    cJSON_AddNumberToObject(o, "kept", (double)state->kept);
    cJSON_AddNumberToObject(o, "bytes", (double)state->bytes);
    if (arg_true(args, "remove"))
        cJSON_AddNumberToObject(o, "removed", (double)removed);
    if (state->every)
        cJSON_AddNumberToObject(o, "every", (double)state->every);
    if (arg_true(args, "index") && state->kept == 0)
        cJSON_AddStringToObject(o, "warning", "not one snapshot fits into the budget");
    return o;
}

static struct error *run_autobookmark(struct session *s, const cJSON *args, cJSON **ret)
{
    struct time_line *t = &s->control->time;
    struct ladder_state state = {0};
    struct ladder policy;
    size_t removed = 0;
    TRY(read_policy(s, args, &policy));
    t->ladder = policy;
    t->temporary = arg_given(args, "temporary") ? arg_true(args, "temporary") : t->temporary;
    if (arg_true(args, "remove"))
        TRY(time_remove_helpers(s->control, true, &removed));
    if (arg_true(args, "index"))
        TRY(ladder_index(s->control, &state));
    else if (arg_given(args, "budget"))
        TRY(ladder_thin(s->control));
    TRY(ladder_count(s->control, &state));
    *ret = told(args, &state, removed);
    return NULL;
}

static struct error *parse_autobookmark(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    BASE_FREE char *word = prompt_word(&text);
    if (!word)
        return NULL;
    if (strcmp(word, "index") == 0 || strcmp(word, "temporary") == 0 || strcmp(word, "remove") == 0) {
        cJSON_AddTrueToObject(args, word);
        return NULL;
    }
    if (strcmp(word, "stops") == 0 || strcmp(word, "off") == 0) {
        cJSON_AddBoolToObject(args, "each_stop", word[0] == 's');
        if (word[0] == 'o')
            cJSON_AddNumberToObject(args, "every", 0);
        return NULL;
    }
    cJSON_AddStringToObject(args, "every", word);
    return NULL;
}

static void autobookmark_text(const cJSON *result, struct buf *out)
{
    json_append(out, "", result, "placed", " placed, ");
    json_append(out, "", result, "kept", " kept, ");
    json_append(out, "", result, "bytes", " bytes");
    json_append(out, ", one every ", result, "every", "");
    json_append(out, ", ", result, "removed", " removed");
    json_append(out, "\n", result, "warning", "");
    buf_add_char(out, '\n');
}

static const struct command_arg autobookmark_args[] = {
    {"every", ARG_UNSIGNED, false, NULL, "a snapshot where the last one is so far behind; 0: none"},
    {"each_stop", ARG_BOOLEAN, false, NULL, "a snapshot at every stop"},
    {"budget", ARG_OBJECT, false, NULL, "{\"count\": …, \"bytes\": …}: how many, and how big together"},
    {"index", ARG_BOOLEAN, false, NULL, "walk the recording now and leave snapshots behind"},
    {"temporary", ARG_BOOLEAN, false, NULL,
     "what is taken here for going back is removed when the target is left"},
    {"remove", ARG_BOOLEAN, false, NULL, "remove all that serve going back, now"},
    {0}};

const struct command command_autobookmark = {
    .name = "autobookmark",
    .group = "bookmarks",
    .aliases = "",
    .usage = "[index|stops|off|temporary|remove|EVERY]",
    .about = "snapshots by themselves, dense near now and sparse far away",
    .args = autobookmark_args,
    .flags = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_WAITS_ITSELF,
    .run = run_autobookmark,
    .parse = parse_autobookmark,
    .text = autobookmark_text,
};
