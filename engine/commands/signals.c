/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signals (gdb's handle), summary, sstep. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/counters_json.h"

static cJSON *signal_row(struct session *s, int number)
{
    const struct signal_policy *p = &s->target->signals.policy[number];
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", signal_name(number));
    cJSON_AddNumberToObject(o, "number", number);
    cJSON_AddBoolToObject(o, "stop", p->stop);
    cJSON_AddBoolToObject(o, "print", p->print);
    cJSON_AddBoolToObject(o, "pass", p->pass);
    return o;
}

static void set_flag(const cJSON *args, const char *name, bool *flag)
{
    if (arg_given(args, name))
        *flag = arg_true(args, name);
}

static struct error *send_quiet(struct session *s)
{
    if (s->target->state != TARGET_STOPPED ||
        !rsp_feature_usable(rsp_features(s->target->connection), FEATURE_PASS_SIGNALS))
        return NULL;
    unsigned char numbers[SIGNAL_COUNT];
    size_t count = signal_table_quiet(&s->target->signals, numbers);
    return rsp_pass_signals(s->target->connection, numbers, count);
}

static struct error *run_signals(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *name = arg_text(args, "signal");
    int only = name ? signal_number(name) : 0;
    if (only < 0 || (name && !signal_name(only)))
        return error_hint(error_new(ERR_USAGE, "there is no signal %s", name), "`signals` lists them");
    if (only > 0) {
        struct signal_policy *p = &s->target->signals.policy[only];
        set_flag(args, "stop", &p->stop);
        set_flag(args, "print", &p->print);
        set_flag(args, "pass", &p->pass);
        p->print = p->print || p->stop; /* as in gdb: a stop is always told */
        TRY(send_quiet(s));
    }
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "signals");
    for (int i = 1; i < SIGNAL_COUNT; i++)
        if (signal_name(i) && (only == 0 || i == only))
            cJSON_AddItemToArray(list, signal_row(s, i));
    return NULL;
}

/* gdb's words: handle SIGUSR1 nostop noprint pass. */
static struct error *parse_signals(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    BASE_FREE char *name = prompt_word(&text);
    if (!name)
        return NULL;
    cJSON_AddStringToObject(args, "signal", name);
    for (char *word; (word = prompt_word(&text)) != NULL; free(word)) {
        bool no = strncmp(word, "no", 2) == 0;
        const char *what = no ? word + 2 : word;
        if (strcmp(what, "ignore") == 0) {
            no = !no;
            what = "pass";
        }
        if (strcmp(what, "stop") != 0 && strcmp(what, "print") != 0 && strcmp(what, "pass") != 0) {
            struct error *e = error_hint(error_new(ERR_USAGE, "%s is no word of `handle`", word),
                                         "stop nostop print noprint pass nopass");
            free(word);
            return e;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(args, what);
        cJSON_AddBoolToObject(args, what, !no);
    }
    return NULL;
}

static void signals_text(const cJSON *result, struct buf *out)
{
    buf_printf(out, "%-14s %-5s %-5s %s\n", "signal", "stop", "print", "pass");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "signals")) {
        buf_printf(out, "%-14s", json_text(o, "name"));
        json_append(out, " ", o, "stop", "  ");
        json_append(out, " ", o, "print", "  ");
        json_append(out, " ", o, "pass", "\n");
    }
}

static const struct command_arg signals_args[] = {
    {"signal", ARG_TEXT, false, NULL, "SIGUSR1, or its number in the protocol; none: list"},
    {"stop", ARG_BOOLEAN, false, NULL, "stop the program when it comes"},
    {"print", ARG_BOOLEAN, false, NULL, "tell that it came"},
    {"pass", ARG_BOOLEAN, false, NULL, "let the program have it"},
    {0}};

const struct command command_signals = {
    .name = "signals",
    .group = "target",
    .aliases = "handle info-signals",
    .usage = "[SIGNAL [[no]stop] [[no]print] [[no]pass]]",
    .about = "what to do with the program's signals",
    .args = signals_args,
    .run = run_signals,
    .parse = parse_signals,
    .text = signals_text,
};

static struct error *run_summary(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    struct session_counters n = session_counters(s);
    *ret = counters_to_json(&n);
    cJSON_AddNumberToObject(*ret, "seconds", (double)(clock_now_ns() - s->control->created_ns) / 1e9);
    return NULL;
}

static void summary_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    const cJSON *kind;
    cJSON_ArrayForEach (o, result) {
        if (cJSON_IsNumber(o))
            buf_printf(out, "%-11s %.15g\n", o->string, o->valuedouble);
        cJSON_ArrayForEach (kind, o)
            buf_printf(out, "  %-25s %.15g\n", kind->string, kind->valuedouble);
    }
}

const struct command command_summary = {
    .name = "summary",
    .group = "target",
    .aliases = "",
    .usage = "",
    .about = "stops, turns, packets, bytes and violations so far",
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_summary,
    .text = summary_text,
};

/* QEMU's gdbstub.c: bit 0 step, bit 1 no interrupts, bit 2 no timers while stepping. */
enum { SSTEP_ENABLE = 1, SSTEP_NOIRQ = 2, SSTEP_NOTIMER = 4 };

static struct error *ask_hex(struct session *s, const char *packet, unsigned long *ret)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->target->connection, RSP_GRAMMAR_TEXT, 0, &reply, "%s", packet));
    if (reply.length == 0)
        return error_new(ERR_UNSUPPORTED, "the stub has no %s: only QEMU's system emulators do", packet);
    *ret = strtoul(buf_text(&reply), NULL, 16);
    return NULL;
}

static struct error *run_sstep(struct session *s, const cJSON *args, cJSON **ret)
{
    BASE_BUF struct buf bits = {0};
    TRY(rsp_call(s->target->connection, RSP_GRAMMAR_TEXT, 0, &bits, "qqemu.sstepbits"));
    bool supported = strstr(buf_text(&bits), "NOIRQ=") != NULL;
    *ret = cJSON_CreateObject();
    cJSON_AddBoolToObject(*ret, "supported", supported);
    if (!supported)
        return arg_given(args, "irqs") || arg_given(args, "timers")
                   ? error_new(ERR_UNSUPPORTED,
                               "the stub has no qqemu.sstep: only QEMU's system emulators do")
                   : NULL;
    unsigned long now = 0;
    TRY(ask_hex(s, "qqemu.sstep", &now));
    unsigned long wanted = now | SSTEP_ENABLE;
    if (arg_given(args, "irqs"))
        wanted = arg_true(args, "irqs") ? wanted & ~(unsigned long)SSTEP_NOIRQ : wanted | SSTEP_NOIRQ;
    if (arg_given(args, "timers"))
        wanted = arg_true(args, "timers") ? wanted & ~(unsigned long)SSTEP_NOTIMER : wanted | SSTEP_NOTIMER;
    if (wanted != now) {
        BASE_BUF struct buf reply = {0};
        TRY(rsp_call(s->target->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "Qqemu.sstep=0x%lx",
                     wanted));
        TRY(ask_hex(s, "qqemu.sstep", &now)); /* read back: what counts is what the stub took */
    }
    cJSON_AddBoolToObject(*ret, "irqs", !(now & SSTEP_NOIRQ));
    cJSON_AddBoolToObject(*ret, "timers", !(now & SSTEP_NOTIMER));
    return NULL;
}

static const struct command_arg sstep_args[] = {
    {"irqs", ARG_BOOLEAN, false, NULL, "let interrupts in while stepping"},
    {"timers", ARG_BOOLEAN, false, NULL, "let timers run while stepping"},
    {0}};

const struct command command_sstep = {
    .name = "sstep",
    .group = "target",
    .aliases = "",
    .usage = "[IRQS [TIMERS]]",
    .about = "whether interrupts and timers go on while QEMU steps",
    .args = sstep_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_sstep,
};
