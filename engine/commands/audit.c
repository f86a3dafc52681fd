/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/audit_json.h"

static struct error *choose_memory(struct session *s, const cJSON *texts)
{
    const cJSON *text;
    if (!texts)
        return NULL;
    TRY(target_need_stopped(s->target));
    audit_choose_none(s->control);
    cJSON_ArrayForEach (text, texts)
        TRY(audit_choose(s->control, text->valuestring));
    return NULL;
}

static void report(const struct session *s, cJSON *o)
{
    const struct audit *a = &s->control->audit;
    cJSON_AddBoolToObject(o, "active", a->active);
    cJSON_AddNumberToObject(o, "pause", a->pause_ms);
    cJSON *memory = cJSON_AddArrayToObject(o, "memory");
    for (size_t i = 0; i < a->range_count; i++)
        cJSON_AddItemToArray(memory, cJSON_CreateString(a->ranges[i].text));
    cJSON_AddNumberToObject(o, "checks", (double)a->checks);
    cJSON_AddItemToObject(o, "violations", violations_to_json(s->control->audit.counts));
    cJSON_AddItemToObject(o, "last", findings_to_json(&s->control->audit));
}

static struct error *run_audit(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t pause_ms;
    TRY(arg_unsigned(args, "pause", s->control->audit.pause_ms, &pause_ms));
    if (pause_ms == 0 || pause_ms > AUDIT_PAUSE_MOST_MS)
        return error_new(ERR_USAGE, "`pause` is 1 to %d milliseconds", AUDIT_PAUSE_MOST_MS);
    TRY(choose_memory(s, cJSON_GetObjectItemCaseSensitive(args, "memory")));
    bool active = arg_given(args, "on") ? arg_true(args, "on") : s->control->audit.active;
    audit_activate(s->control, active, (unsigned)pause_ms);
    if (arg_true(args, "now"))
        TRY(audit_look(s->control));
    *ret = cJSON_CreateObject();
    report(s, *ret);
    return NULL;
}

static struct error *parse_audit(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    for (;;) {
        BASE_FREE char *word = prompt_word(&text);
        if (!word)
            return NULL;
        if (strcmp(word, "on") == 0 || strcmp(word, "off") == 0) {
            cJSON_AddBoolToObject(args, "on", word[1] == 'n');
        } else if (strcmp(word, "now") == 0) {
            cJSON_AddTrueToObject(args, "now");
        } else {
            cJSON *list = cJSON_GetObjectItemCaseSensitive(args, "memory");
            if (!list)
                list = cJSON_AddArrayToObject(args, "memory");
            cJSON_AddItemToArray(list, cJSON_CreateString(word));
        }
    }
}

static void audit_text(const cJSON *result, struct buf *out)
{
    bool active = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "active"));
    const cJSON *kinds = cJSON_GetObjectItemCaseSensitive(result, "violations"), *o;
    buf_printf(out, "the second look is %s, ", active ? "on" : "off");
    json_append(out, "", result, "checks", " looks so far\n");
    if (!cJSON_GetArraySize(kinds))
        buf_add_text(out, "no violation\n");
    cJSON_ArrayForEach (o, kinds)
        buf_printf(out, "%7.15g  %s\n", o->valuedouble, o->string);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "last")) {
        json_append(out, "", o, "kind", "");
        json_append(out, ", ", o, "thread", "");
        json_append(out, ": ", o, "evidence", "\n");
    }
}

static const struct command_arg audit_args[] = {
    {"on", ARG_BOOLEAN, false, NULL, "look twice after every stop; left out: as it is"},
    {"pause", ARG_UNSIGNED, false, NULL, "milliseconds between the two looks (20)"},
    {"memory", ARG_TEXTS, false, NULL, "RAM to watch as well: variables, or ADDRESS,LENGTH"},
    {"now", ARG_BOOLEAN, false, NULL, "take a second look at this stop"},
    {0}};

const struct command command_audit = {
    .name = "audit",
    .group = "threads",
    .aliases = "",
    .usage = "[on|off] [now] [MEMORY ...]",
    .about = "what the stub did that it must not: violations so far, and a second look",
    .args = audit_args,
    .flags = 0,
    .run = run_audit,
    .parse = parse_audit,
    .text = audit_text,
};
