/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify: whether what was inserted is really there. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/verify.h"
#include "engine/commands/args.h"
#include "engine/commands/breakpoint_json.h"

static enum verify_mend mend_named(const char *name)
{
    if (name && strcmp(name, "replant") == 0)
        return VERIFY_REINSERT;
    return name && strcmp(name, "drop") == 0 ? VERIFY_DROP : VERIFY_REPORT;
}

static double seconds_of(const cJSON *args)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(args, "seconds");
    double seconds = cJSON_IsNumber(o) ? o->valuedouble : 2;
    return seconds > 0 && seconds < 3600 ? seconds : 2;
}

static cJSON *check_json(const struct verify_check *check)
{
    static const char *const verdicts[] = {
        [VERDICT_THERE] = "there",
        [VERDICT_OVERWRITTEN] = "overwritten",
        [VERDICT_OUT_OF_SIGHT] = "out-of-sight",
        [VERDICT_FIRES] = "fires",
        [VERDICT_DOES_NOT_FIRE] = "does-not-fire",
    };
    cJSON *o = cJSON_CreateObject();
    json_add_address(o, "pc", check->address);
    cJSON_AddStringToObject(o, "verdict", verdicts[check->verdict]);
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, check->found, check->found_count);
    if (hex.length)
        cJSON_AddStringToObject(o, "found", buf_text(&hex));
    return o;
}

static cJSON *verify_json(struct control *c, const struct verify_result *r)
{
    cJSON *o = r->breakpoint ? breakpoint_to_json(c, r->breakpoint) : cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(o, "checks");
    for (size_t i = 0; i < r->count; i++)
        cJSON_AddItemToArray(list, check_json(&r->checks[i]));
    return o;
}

static struct error *verify_one(struct session *s, const cJSON *args, struct breakpoint *b, cJSON *list)
{
    struct verify_result result;
    TRY(verify_breakpoint(s, b, mend_named(arg_text(args, "mend")), seconds_of(args), &result));
    cJSON_AddItemToArray(list, verify_json(s->control, &result));
    verify_result_free(&result);
    return NULL;
}

static struct error *verify_all(struct session *s, const cJSON *args, cJSON *list)
{
    size_t count = s->control->breakpoints.count;
    BASE_FREE int *ids = xcalloc(count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = s->control->breakpoints.items[i]->id;
    for (size_t i = 0; i < count; i++) {
        struct breakpoint *b = breakpoint_find(s->control, ids[i]);
        if (b && b->enabled)
            TRY(verify_one(s, args, b, list));
    }
    return NULL;
}

static struct error *run_verify(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t id;
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "breakpoints");
    if (!arg_given(args, "id") || arg_true(args, "all"))
        return verify_all(s, args, list);
    TRY(arg_unsigned(args, "id", 0, &id));
    struct breakpoint *b = id > 1000000000 ? NULL : breakpoint_find(s->control, (int)id);
    if (!b)
        return error_hint(error_new(ERR_USAGE, "there is no breakpoint %llu", (unsigned long long)id),
                          "`breakpoints` lists them");
    return verify_one(s, args, b, list);
}

static void verify_text(const cJSON *result, struct buf *out)
{
    const cJSON *o, *check;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "breakpoints")) {
        json_append(out, "", o, "id", "  ");
        json_append(out, "", o, "kind", "  ");
        json_append(out, "", o, "state", "");
        json_append(out, " (", o, "reason", ")");
        cJSON_ArrayForEach (check, cJSON_GetObjectItemCaseSensitive(o, "checks")) {
            json_append(out, "\n   ", check, "pc", "");
            json_append(out, ": ", check, "verdict", "");
            json_append(out, ", found ", check, "found", "");
        }
        buf_add_char(out, '\n');
    }
}

static struct error *parse_verify(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    for (char *word; (word = prompt_word(&text)) != NULL; free(word)) {
        bool number = strspn(word, "0123456789") == strlen(word);
        if (strcmp(word, "all") == 0)
            cJSON_AddTrueToObject(args, "all");
        else
            cJSON_AddStringToObject(args, number ? "id" : "mend", word);
    }
    return NULL;
}

static const struct command_arg verify_args[] = {
    {"id", ARG_ID, false, NULL, "its number; none: all"},
    {"all", ARG_BOOLEAN, false, NULL, "every one of them"},
    {"mend", ARG_TEXT, false, "report replant drop", "what to do with those that were overwritten (report)"},
    {"seconds", ARG_NUMBER, false, NULL, "how long a hardware breakpoint that must be hit is waited for (2)"},
    {0}};

const struct command command_verify = {
    .name = "verify",
    .group = "breakpoints",
    .aliases = "",
    .usage = "[ID] [replant|drop]",
    .about =
        "check that breakpoints are really there: traps are read back; for a hardware one the target is run "
        "a few instructions to a place that must be hit",
    .args = verify_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_verify,
    .parse = parse_verify,
    .text = verify_text,
};
