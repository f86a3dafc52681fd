/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slots, recover: who holds what, and what was left behind. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/slots_json.h"

static enum slot_pool_name pool_named(const char *name)
{
    return name && strcmp(name, "data") == 0 ? SLOTS_DATA : SLOTS_CODE;
}

static struct error *run_slots(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t total;
    if (arg_given(args, "total")) {
        TRY(arg_unsigned(args, "total", 0, &total));
        if (total > 1024)
            return error_new(ERR_USAGE, "slots: %llu are more than any processor has",
                             (unsigned long long)total);
        slots_set_total(s->control, pool_named(arg_text(args, "pool")), (unsigned)total);
    }
    *ret = slots_to_json(s->control);
    return NULL;
}

static void pool_text(const cJSON *pool, struct buf *out)
{
    const cJSON *o;
    const char *between = "";
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(pool, "for")) {
        buf_printf(out, "%s%s", between, cJSON_GetStringValue(o));
        between = " ";
    }
    if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(pool, "total")))
        buf_add_text(out, ": not known how many there are\n");
    else {
        bool at_most = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(pool, "at_most"));
        json_append(out, at_most ? ": at most " : ": ", pool, "total", "");
        json_append(out, ", ", pool, "free", " free\n");
    }
    json_append(out, "  accepted but not firing: ", pool, "reason", "\n");
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(pool, "holders")) {
        json_append(out, "  ", o, "slot", "");
        json_append(out, "  ", o, "kind", "");
        json_append(out, " at ", o, "address", "");
        json_append(out, ", breakpoint ", o, "id", "");
        buf_add_char(out, '\n');
    }
}

static void slots_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "pools"))
        pool_text(o, out);
}

static struct error *parse_slots(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    for (char *word; (word = prompt_word(&text)) != NULL; free(word)) {
        bool number = strspn(word, "0123456789") == strlen(word);
        cJSON_AddStringToObject(args, number ? "total" : "pool", word);
    }
    return NULL;
}

static const struct command_arg slots_args[] = {
    {"total", ARG_UNSIGNED, false, NULL, "there are so many (0: find out)"},
    {"pool", ARG_TEXT, false, "code data", "of which pool, where code and data have one each"},
    {0}};

const struct command command_slots = {
    .name = "slots",
    .group = "breakpoints",
    .aliases = "",
    .usage = "[TOTAL [code|data]]",
    .about = "who holds the hardware breakpoints and watchpoints, and how many there are at most",
    .args = slots_args,
    .flags = COMMAND_NEEDS_TARGET,
    .run = run_slots,
    .parse = parse_slots,
    .text = slots_text,
};

static struct error *run_recover(struct session *s, const cJSON *args, cJSON **ret)
{
    size_t count = 0;
    *ret = cJSON_CreateObject();
    if (arg_true(args, "list")) {
        BASE_FREE struct journal_entry *list = NULL;
        TRY(journal_left_behind(s->control, &list, &count));
        cJSON *addresses = cJSON_AddArrayToObject(*ret, "addresses");
        for (size_t i = 0; i < count; i++) {
            BASE_FREE char *text = xasprintf("0x%llx", (unsigned long long)list[i].address);
            cJSON_AddItemToArray(addresses, cJSON_CreateString(text));
        }
        return NULL;
    }
    TRY(journal_restore(s->control, &count));
    cJSON_AddNumberToObject(*ret, "restored", (double)count);
    return NULL;
}

static void recover_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    json_append(out, "", result, "restored", " places restored\n");
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "addresses"))
        buf_printf(out, "%s\n", cJSON_GetStringValue(o));
}

static struct error *parse_recover(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    BASE_FREE char *word = prompt_word(&text);
    if (word && strcmp(word, "list") == 0)
        cJSON_AddTrueToObject(args, "list");
    return NULL;
}

static const struct command_arg recover_args[] = {
    {"list", ARG_BOOLEAN, false, NULL, "only say where they are"}, {0}};

const struct command command_recover = {
    .name = "recover",
    .group = "breakpoints",
    .aliases = "",
    .usage = "[list]",
    .about = "take out the traps in memory that a killed debugger left in this target",
    .args = recover_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_recover,
    .parse = parse_recover,
    .text = recover_text,
};
