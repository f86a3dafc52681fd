/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/commands/breakpoint_args.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/at_stop.h"
#include "engine/commands/args.h"

static enum breakpoint_kind kind_of(const char *name)
{
    if (name && strcmp(name, "software") == 0)
        return BREAKPOINT_SOFTWARE;
    if (name && strcmp(name, "memory") == 0)
        return BREAKPOINT_MEMORY;
    return name && strcmp(name, "hardware") == 0 ? BREAKPOINT_HARDWARE : BREAKPOINT_AUTO;
}

struct error *breakpoint_request_read(const cJSON *args, const char *at, struct breakpoint_request *ret,
                                      char **commands)
{
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(args, "commands");
    *commands = NULL;
    TRY(at_stop_check(steps));
    *commands = steps ? cJSON_PrintUnformatted(steps) : NULL;
    uint64_t ignore;
    TRY(arg_unsigned(args, "ignore", 0, &ignore));
    *ret = (struct breakpoint_request){.at = at,
                                       .kind = kind_of(arg_text(args, "kind")),
                                       .condition = arg_text(args, "if"),
                                       .ignore = ignore,
                                       .once = arg_true(args, "once"),
                                       .commands = *commands,
                                       .pending = arg_true(args, "pending"),
                                       .thread = arg_text(args, "thread")};
    return NULL;
}

/* A name in quotes at the beginning of a place may have words in it: where its second quote is, or `p`. */
static const char *behind_quotes(const char *text, const char *p)
{
    const char *end = p == text && (*p == '\'' || *p == '"') ? strchr(p + 1, *p) : NULL;
    return end ? end : p;
}

/* "PLACE [thread ID] [if CONDITION]" in either order of the two clauses, as gdb takes it. */
struct error *breakpoint_words_parse(const char *text, const char *key, cJSON *args)
{
    const char *condition = NULL, *thread = NULL;
    size_t end = strlen(text);
    for (const char *p = text; *p; p++) {
        bool start = p == text || isspace((unsigned char)p[-1]);
        p = behind_quotes(text, p);
        if (start && strncmp(p, "if", 2) == 0 && (isspace((unsigned char)p[2]) || p[2] == '(')) {
            condition = p + 2;
            end = (size_t)(p - text) < end ? (size_t)(p - text) : end;
            break;
        }
        if (start && strncmp(p, "thread ", 7) == 0) {
            thread = p + 7;
            end = (size_t)(p - text);
        }
    }
    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    if (end) {
        BASE_FREE char *place = xstrndup(text, end);
        cJSON_AddStringToObject(args, key, place);
    }
    if (thread) {
        BASE_FREE char *id = prompt_word(&thread);
        if (id)
            cJSON_AddStringToObject(args, "thread", id);
    }
    if (condition) {
        while (isspace((unsigned char)*condition))
            condition++;
        cJSON_AddStringToObject(args, "if", condition);
    }
    return NULL;
}
