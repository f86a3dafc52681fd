/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rbreak: a breakpoint at every function whose name fits. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/pattern.h"
#include "engine/commands/args.h"
#include "engine/commands/breakpoint_args.h"
#include "engine/commands/breakpoint_json.h"
#include "engine/commands/limits.h"
#include "engine/inspect/convenience/convenience.h"

static bool name_fits(void *context, const char *name)
{
    return pattern_fits(context, name);
}

/* One function's; `refused` takes why there is none. */
static struct error *set_one(struct session *s, const cJSON *args, const char *name, cJSON *set,
                             cJSON *refused)
{
    const char *file = arg_text(args, "file");
    BASE_FREE char *at = file ? xasprintf("%s:%s", file, name) : xstrdup(name);
    BASE_FREE char *commands = NULL;
    struct breakpoint_request request;
    struct breakpoint *b;
    TRY(breakpoint_request_read(args, at, &request, &commands));
    struct error *e = breakpoint_set(s->control, &request, &b);
    if (!e) {
        convenience_set_integer(s->target, "bpnum", b->id);
        cJSON_AddItemToArray(set, breakpoint_to_json(s->control, b));
        return NULL;
    }
    if (error_ends_asking(e))
        return e;
    if (!error_is(e, ERR_NO_SYMBOL) &&
        !error_is(e, ERR_NO_SOURCE)) { /* else it has no code, or not in that file */
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "function", name);
        cJSON_AddStringToObject(o, "message", e->message);
        cJSON_AddItemToArray(refused, o);
    }
    error_free(e);
    return NULL;
}

static struct error *set_all(struct session *s, const cJSON *args, char *const *names, size_t count,
                             cJSON *set, cJSON *refused)
{
    uint64_t limit;
    TRY(arg_unsigned(args, "limit", RBREAK_MOST, &limit));
    if (count > limit)
        return error_hint(error_new(ERR_USAGE, "rbreak: %zu functions fit, which are more than %llu", count,
                                    (unsigned long long)limit),
                          "`rbreak FILE:REGEX` takes those of a file; `^` and `$` stand for begin and end");
    for (size_t i = 0; i < count; i++)
        TRY(set_one(s, args, names[i], set, refused));
    if (cJSON_GetArraySize(set) == 0 && cJSON_GetArraySize(refused) == 0)
        return error_new(ERR_NO_SYMBOL, "rbreak: no function's name fits %s", arg_text(args, "match"));
    return NULL;
}

static struct error *run_rbreak(struct session *s, const cJSON *args, cJSON **ret)
{
    char *match = (char *)(uintptr_t)arg_text(args, "match"), **names;
    BASE_FREE char *why = pattern_check(match);
    if (why)
        return error_new(ERR_USAGE, "rbreak: %s is no regular expression: %s", match, why);
    TRY(target_need_insertable(s->target));
    size_t count = symbols_functions(s->target->map, name_fits, match, &names);
    cJSON *o = cJSON_CreateObject(), *set = cJSON_AddArrayToObject(o, "breakpoints");
    cJSON *refused = cJSON_CreateArray();
    struct error *e = set_all(s, args, names, count, set, refused);
    if (cJSON_GetArraySize(refused))
        cJSON_AddItemToObject(o, "refused", refused);
    else
        cJSON_Delete(refused);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    if (e)
        cJSON_Delete(o);
    else
        *ret = o;
    return e;
}

/* The colon of FILE:REGEX, which is no part of `::`; NULL: there is none. */
static const char *colon_of(const char *text)
{
    for (const char *p = strchr(text, ':'); p; p = strchr(p, ':')) {
        if (p[1] != ':')
            return p > text ? p : NULL;
        p += 2;
    }
    return NULL;
}

static struct error *parse_rbreak(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    const char *colon = colon_of(text);
    if (colon) {
        size_t n = (size_t)(colon - text);
        while (n && isspace((unsigned char)text[n - 1]))
            n--;
        BASE_FREE char *file = xstrndup(text, n);
        cJSON_AddStringToObject(args, "file", file);
        text = colon + 1;
        text += strspn(text, " \t");
    }
    cJSON_AddStringToObject(args, "match", text);
    return NULL;
}

static void rbreak_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "breakpoints"))
        breakpoint_text(o, out);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "refused")) {
        json_append(out, "", o, "function", "");
        json_append(out, ": ", o, "message", "\n");
    }
}

static const struct command_arg rbreak_args[] = {
    {"match", ARG_TEXT, true, NULL, "a regular expression, as Perl has them, found in the function's name"},
    {"file", ARG_TEXT, false, NULL, "only functions of this source file"},
    {"limit", ARG_UNSIGNED, false, NULL, "refuse where more functions fit (200)"},
    {"kind", ARG_TEXT, false, "auto software hardware memory", "the means (auto: what fits)"},
    {"if", ARG_TEXT, false, NULL, "stop only when this expression is not zero"},
    {"once", ARG_BOOLEAN, false, NULL, "delete each at its first stop"},
    {"commands", ARG_STEPS, false, NULL, "steps to run at each stop"},
    {0}};

const struct command command_rbreak = {
    .name = "rbreak",
    .group = "breakpoints",
    .usage = "[FILE:]REGEX",
    .about = "set a breakpoint at every function whose name fits",
    .args = rbreak_args,
    .run = run_rbreak,
    .parse = parse_rbreak,
    .text = rbreak_text,
};
