/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eval, set, registers. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/calls.h"
#include "engine/commands/value_json.h"
#include "engine/inspect/frames/frame_registers.h"
#include "engine/target/limits.h"
#include "engine/target/registers.h"

/* Selects thread and frame for the time of one evaluation. */
static struct error *with_frame(struct session *s, const cJSON *args, struct ptid *kept, unsigned *kept_frame)
{
    *kept = s->target->threads.current;
    *kept_frame = s->target->frame;
    if (!arg_given(args, "thread") && !arg_given(args, "frame"))
        return NULL;
    struct thread *t;
    uint64_t level;
    TRY(arg_thread(s, args, &t));
    TRY(arg_unsigned(args, "frame", arg_given(args, "thread") ? 0 : s->target->frame, &level));
    s->target->threads.current = t->id;
    s->target->frame = (unsigned)level;
    return NULL;
}

static struct error *run_eval(struct session *s, const cJSON *args, cJSON **ret)
{
    struct ptid kept;
    unsigned kept_frame;
    TRY(with_frame(s, args, &kept, &kept_frame));
    /* gdb takes /r with another letter, in any order. */
    const char *format = arg_text(args, "format") ? arg_text(args, "format") : "";
    const char *expression = arg_text(args, "expr");
    bool raw = arg_true(args, "raw") || strchr(format, 'r');
    struct allowed_calls calls;
    format += *format == 'r';
    bool keep = !arg_given(args, "history") || arg_true(args, "history");
    calls_begin(s, arg_true(args, "calls"), &calls);
    struct error *e = keep  ? evaluate_and_keep(s->target, expression, *format, raw, ret)
                      : raw ? evaluate_raw_to_json(s->target, expression, *format, ret)
                            : evaluate_to_json(s->target, expression, *format, ret);
    if (calls_end(&calls) || s->target->state != TARGET_STOPPED) {
        s->target->threads.current = kept;
        s->target->frame = kept_frame;
    }
    return e;
}

static struct error *parse_eval(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    char format[16];
    prompt_format(&text, format, sizeof format);
    if (*format)
        cJSON_AddStringToObject(args, "format", format);
    if (strcmp(alias, "output") == 0)
        cJSON_AddFalseToObject(args, "history");
    cJSON_AddStringToObject(args, "expr", *text ? text : "$");
    cJSON_AddTrueToObject(args, "calls");
    return NULL;
}

static void eval_text(const cJSON *result, struct buf *out)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(result, "history");
    if (number)
        buf_printf(out, "$%.0f = ", cJSON_GetNumberValue(number));
    json_append(out, "", result, "text", "\n");
}

static const struct command_arg eval_args[] = {
    {"expr", ARG_TEXT, true, NULL, "a C expression; registers are written $rax"},
    {"format", ARG_TEXT, false, NULL, "a letter as in print/x: x d u o t a c f s z; r as `raw`"},
    {"raw", ARG_BOOLEAN, false, NULL, "containers as they are laid out, not as what is in them"},
    {"history", ARG_BOOLEAN, false, NULL, "whether the value is kept as $N (true)"},
    {"thread", ARG_ID, false, NULL, "in this thread (the selected one)"},
    {"frame", ARG_UNSIGNED, false, NULL, "in this frame (the selected one)"},
    {"calls", ARG_BOOLEAN, false, NULL, "functions of the program are called, as at the prompt"},
    {0}};

static struct error *check_eval(const cJSON *args, const char **key)
{
    const char *format = arg_text(args, "format");
    *key = "format";
    if (!format || strspn(format, "xduotacfszr") == strlen(format))
        return NULL;
    return error_hint(error_new(ERR_USAGE, "`format` of `eval`: %.20s is no format", format),
                      "one letter of x d u o t a c f s z, and r for `raw`");
}

const struct command command_eval = {
    .name = "eval",
    .group = "data",
    .aliases = "p print inspect output call",
    .usage = "[/FORMAT] EXPRESSION",
    .about = "the value of an expression; functions of the program are called",
    .args = eval_args,
    .check = check_eval,
    .flags = COMMAND_WHILE_RUNNING, /* numbers alone; what is the target's says not-stopped */
    .run = run_eval,
    .parse = parse_eval,
    .text = eval_text,
};

static struct error *run_set(struct session *s, const cJSON *args, cJSON **ret)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(args, "value");
    if (cJSON_IsNumber(value) && fabs(value->valuedouble) > JSON_EXACT_MOST &&
        value->valuedouble == floor(value->valuedouble) && fabs(value->valuedouble) < 0x1p64)
        return error_hint(error_new(ERR_USAGE, "set: a JSON number from 2^53 on loses its last digits"),
                          "write `value` as a text");
    BASE_FREE char *text =
        cJSON_IsString(value) ? xstrdup(value->valuestring) : cJSON_PrintUnformatted(value);
    struct allowed_calls calls;
    calls_begin(s, arg_true(args, "calls"), &calls);
    struct error *e = assign_to_json(s->target, arg_text(args, "expr"), text, ret);
    calls_end(&calls);
    return e;
}

static struct error *parse_set(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    const char *equals = NULL;
    for (const char *p = text; *p && !equals; p++) {
        bool comparison = p[0] == '=' && (p[1] == '=' || (p > text && strchr("=!<>", p[-1])));
        if (*p == '=' && !comparison)
            equals = p;
    }
    if (!equals)
        return error_hint(error_new(ERR_USAGE, "set: there is no = in \"%s\"", text), "set var NAME = VALUE");
    BASE_FREE char *left = xstrndup(text, (size_t)(equals - text));
    cJSON_AddStringToObject(args, "expr", left);
    equals++;
    while (isspace((unsigned char)*equals))
        equals++;
    cJSON_AddStringToObject(args, "value", equals);
    cJSON_AddTrueToObject(args, "calls");
    return NULL;
}

static const struct command_arg set_args[] = {
    {"expr", ARG_TEXT, true, NULL, "a variable, register or other place"},
    {"value", ARG_ANY, true, NULL, "an expression or a number"},
    {"calls", ARG_BOOLEAN, false, NULL, "functions of the program are called, as at the prompt"},
    {0}};

const struct command command_set = {
    .name = "set",
    .group = "data",
    .aliases = "set-var set-variable",
    .usage = "PLACE = VALUE",
    .about = "assign to a variable, register or memory",
    .args = set_args,
    .flags = COMMAND_WHILE_RUNNING, /* a variable of the user's; what is the target's says not-stopped */
    .run = run_set,
    .parse = parse_set,
    .text = eval_text,
};

static bool in_group(const struct rsp_register *r, const char *group)
{
    static const char *const names[] = {"general", "float", "vector", "system"};
    return strcmp(group, "all") == 0 || strcmp(names[r->group], group) == 0;
}

/* Whose registers are asked for: a thread's own where `frame` is NULL. */
struct whose {
    struct thread *thread;
    struct frame_list list;
    const struct frame *frame;
};

/* What the stub or the frame does not know is null; anything else that goes wrong is no value at all. */
static struct error *add_register(struct session *s, const struct whose *w, const struct rsp_register *r,
                                  const char *name, cJSON *o)
{
    unsigned char bytes[REGISTER_VALUE_MOST];
    char text[2 * sizeof bytes + 3] = "0x";
    struct error *e = r->size <= sizeof bytes ? frame_register_read(s->target, w->thread, w->frame, r, bytes)
                                              : error_new(ERR_OPTIMISED_OUT, "too wide");
    if (error_is(e, ERR_OPTIMISED_OUT)) {
        error_free(e);
        cJSON_AddNullToObject(o, name);
        return NULL;
    }
    if (e)
        return e;
    register_text(s->target, r, bytes, text + 2);
    const char *digits = text + 2;
    while (digits[0] == '0' && digits[1] && r->size <= 8)
        digits++;
    BASE_FREE char *shown = xasprintf("0x%s", digits);
    cJSON_AddStringToObject(o, name, shown);
    return NULL;
}

static struct error *add_named(struct session *s, const struct whose *w, const cJSON *names, cJSON *o)
{
    const cJSON *name;
    cJSON_ArrayForEach (name, names) {
        const struct rsp_register *r = register_find(s->target, name->valuestring);
        if (r)
            TRY(add_register(s, w, r, name->valuestring, o));
        else
            cJSON_AddNullToObject(o, name->valuestring);
    }
    return NULL;
}

static struct error *add_group(struct session *s, const struct whose *w, const char *group, cJSON *o)
{
    TRY(registers_fetch(s->target, w->thread));
    for (size_t i = 0; i < s->target->description->count; i++) {
        const struct rsp_register *r = &s->target->description->registers[i];
        if (in_group(r, group ? group : "general"))
            TRY(add_register(s, w, r, r->name, o));
    }
    return NULL;
}

/* `frame` counts in the thread that is named; without it the selected frame of the selected thread is meant,
 * and the innermost one of another. */
static struct error *find_whose(struct session *s, const cJSON *args, struct whose *w)
{
    uint64_t level;
    TRY(arg_thread(s, args, &w->thread));
    bool selected = s->target->threads.has_current && ptid_equal(w->thread->id, s->target->threads.current);
    TRY(arg_unsigned(args, "frame", selected ? s->target->frame : 0, &level));
    if (level > FRAME_DEPTH_MAX)
        return error_new(ERR_USAGE, "there is no frame %llu", (unsigned long long)level);
    return frame_select(s->target, w->thread, (unsigned)level, &w->list, &w->frame);
}

static struct error *run_registers(struct session *s, const cJSON *args, cJSON **ret)
{
    struct whose w = {0};
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(args, "names");
    struct error *e = find_whose(s, args, &w);
    if (!e && !s->target->description)
        e = registers_fetch(s->target, w.thread);
    *ret = cJSON_CreateObject();
    cJSON *o = cJSON_AddObjectToObject(*ret, "registers");
    if (!e)
        e = names ? add_named(s, &w, names, o) : add_group(s, &w, arg_text(args, "group"), o);
    frames_free(&w.list);
    return e;
}

static struct error *parse_registers(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (strcmp(alias, "info-all-registers") == 0)
        cJSON_AddStringToObject(args, "group", "all");
    cJSON *names = cJSON_CreateArray();
    for (char *word; (word = prompt_word(&text)) != NULL; free(word))
        cJSON_AddItemToArray(names, cJSON_CreateString(*word == '$' ? word + 1 : word));
    const cJSON *first = names->child;
    static const char *const groups = " general float vector system all ";
    if (first && !first->next && strstr(groups, first->valuestring)) {
        cJSON_AddStringToObject(args, "group", first->valuestring);
        cJSON_Delete(names);
    } else if (first) {
        cJSON_AddItemToObject(args, "names", names);
    } else {
        cJSON_Delete(names);
    }
    return NULL;
}

static void registers_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "registers"))
        buf_printf(out, "%-12s %s\n", o->string, cJSON_IsString(o) ? o->valuestring : "<unavailable>");
}

static const struct command_arg registers_args[] = {
    {"thread", ARG_ID, false, NULL, "whose (the selected one)"},
    {"frame", ARG_UNSIGNED, false, NULL, "in this frame (the selected one)"},
    {"names", ARG_TEXTS, false, NULL, "only these"},
    {"group", ARG_TEXT, false, "general float vector system all", "which (general)"},
    {0}};

const struct command command_registers = {
    .name = "registers",
    .group = "data",
    .aliases = "regs info-registers info-all-registers",
    .usage = "[NAME…|general|float|vector|system|all]",
    .about = "register values in the selected frame",
    .args = registers_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_registers,
    .parse = parse_registers,
    .text = registers_text,
};
