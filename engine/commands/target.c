/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the target as a whole: connecting, leaving, talking to the stub. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/execute.h"
#include "engine/commands/stop_json.h"

/* For stopping and leaving a target that is then connected to again: it may be dead. */
#define GOOD_BYE_NS 3000000000

static cJSON *where_now(struct session *s)
{
    if (s->target->state != TARGET_RUNNING)
        return stop_to_json(s, &s->control->last_stop);
    return command_runs();
}

static void where_text(const cJSON *result, struct buf *out)
{
    if (!cJSON_GetObjectItemCaseSensitive(result, "running"))
        stop_to_text(result, out);
}

static struct error *run_connect(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t process;
    TRY(arg_unsigned(args, "process", 0, &process));
    if (arg_given(args, "process") == arg_given(args, "target"))
        return error_new(ERR_USAGE, "connect takes a target, or a process of the one that is there");
    if (arg_given(args, "process")) {
        TRY(session_attach_process(s, process));
        *ret = where_now(s);
        return NULL;
    }
    TRY(session_connect_to(
        s, &(struct session_target){.spec = arg_text(args, "target"), .running = arg_true(args, "running")}));
    *ret = where_now(s);
    return NULL;
}

static const struct command_arg connect_args[] = {
    {"target", ARG_TEXT, false, NULL, "where the stub is, as for --target"},
    {"process", ARG_UNSIGNED, false, NULL,
     "or a further process, or cluster of CPUs, of the stub that is there"},
    {"running", ARG_BOOLEAN, false, NULL, "a kernel runs there: nothing is sent before it is interrupted"},
    {0}};

/* `connect [--running] TARGET`, `attach PROCESS` */
static struct error *parse_connect(struct session *s, const char *alias, const char *text, cJSON *args)
{
    static const char option[] = "--running ";
    uint64_t process;
    (void)s;
    if (strcmp(alias, "attach") == 0 && text_parse_u64(text, &process)) {
        cJSON_AddStringToObject(args, "process", text);
        return NULL;
    }
    bool running = strncmp(text, option, sizeof option - 1) == 0;
    if (running) {
        cJSON_AddTrueToObject(args, "running");
        text += sizeof option - 1;
        text += strspn(text, " ");
    }
    if (*text)
        cJSON_AddStringToObject(args, "target", text);
    return NULL;
}

const struct command command_connect = {
    .name = "connect",
    .group = "target",
    .aliases = "target-remote target-extended-remote attach",
    .usage = "[--running] TARGET",
    .about =
        "attach to a stub: HOST:PORT, telnet:HOST:PORT, unix:PATH, serial:PATH, exec:COMMAND, launch:COMMAND",
    .args = connect_args,
    .run = run_connect,
    .parse = parse_connect,
    .text = where_text,
};

static struct error *run_launch(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *program = arg_text(args, "program");
    if (program)
        TRY(session_set_program(s, program, NULL));
    return target_start(s, s->setup.stop_at, ret);
}

static const struct command_arg launch_args[] = {
    {"program", ARG_TEXT, false, NULL, "an ELF file; without it the one named before"}, {0}};

const struct command command_launch = {
    .name = "launch",
    .group = "target",
    .aliases = "",
    .usage = "[PROGRAM]",
    .about =
        "start the program under gdbserver or qemu-ARCH; `stop_at` of `settings` says where it stands first",
    .args = launch_args,
    .flags = COMMAND_RUNS | COMMAND_STARTS,
    .run = run_launch,
    .text = stop_to_text,
};

static struct error *leave(struct session *s, bool kill)
{
    struct error *e = session_leave(s, kill);
    if (kill && session_was_not_killed(s, e))
        return e;
    session_drop_connection(s, TARGET_DISCONNECTED);
    return e;
}

static struct error *run_detach(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    (void)ret;
    return leave(s, false);
}

const struct command command_detach = {
    .name = "detach",
    .group = "target",
    .aliases = "disconnect",
    .usage = "",
    .about = "remove what is inserted, let the target run on, and leave it",
    .flags = COMMAND_NEEDS_TARGET,
    .run = run_detach,
};

static struct error *run_kill(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    (void)ret;
    return leave(s, true);
}

const struct command command_kill = {
    .name = "kill",
    .group = "target",
    .aliases = "k",
    .usage = "",
    .about = "end the program",
    .flags = COMMAND_NEEDS_TARGET,
    .run = run_kill,
};

/* What is let run from its entry has its stop still to come. */
static struct error *started(struct session *s, enum start_at at, cJSON **ret)
{
    if (at == START_ENTRY || s->target->state != TARGET_RUNNING)
        *ret = where_now(s);
    return NULL;
}

struct error *target_start(struct session *s, enum start_at at, cJSON **ret)
{
    TRY(session_connect_to(s, &(struct session_target){.at = at}));
    return started(s, at, ret);
}

struct error *target_again(struct session *s, bool kill, bool running, enum start_at at, cJSON **ret)
{
    if (!s->target->spec)
        return error_hint(error_new(ERR_NOT_CONNECTED, "there was no target yet"),
                          "`connect` or `launch` first");
    int64_t deadline_ns = s->target->deadline_ns, soon_ns = clock_now_ns() + GOOD_BYE_NS;
    session_set_deadline(s, soon_ns < deadline_ns ? soon_ns : deadline_ns);
    struct error *e = session_leave_at_last(s, kill);
    session_set_deadline(s, deadline_ns);
    error_free(e); /* whether or not the old one could say good-bye, the new one counts */
    session_drop_connection(s, TARGET_DISCONNECTED);
    symbol_map_refresh(s->target->map); /* it may have been built anew */
    TRY(session_connect_again(s, running, at));
    return started(s, at, ret);
}

static struct error *run_restart(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    if (s->target->launched && !s->target->was_there)
        return target_again(s, true, false, s->started ? s->setup.stop_at : START_ENTRY, ret);
    if (target_is_connected(s->target) || !target_can_run(s->target))
        return error_hint(error_new(ERR_UNSUPPORTED, "restart: the target was not started by us"),
                          "`reconnect` attaches again; a program or a `launch:` target can be restarted");
    symbol_map_refresh(s->target->map); /* it may have been built anew */
    return target_start(s, s->setup.stop_at, ret);
}

const struct command command_restart = {
    .name = "restart",
    .group = "target",
    .aliases = "",
    .usage = "",
    .about = "start the launched program again, with the breakpoints kept; it stands where it did first",
    .flags = COMMAND_RUNS | COMMAND_STARTS,
    .run = run_restart,
    .text = stop_to_text,
};

static struct error *run_reconnect(struct session *s, const cJSON *args, cJSON **ret)
{
    return target_again(s, session_launched(s), arg_true(args, "running"), START_ENTRY,
                        ret); /* what we started would run on with nobody to end it */
}

static const struct command_arg reconnect_args[] = {
    {"running", ARG_BOOLEAN, false, NULL, "a kernel runs there: nothing is sent before it is interrupted"},
    {0}};

const struct command command_reconnect = {
    .name = "reconnect",
    .group = "target",
    .aliases = "",
    .usage = "",
    .about = "attach to the same target again; a serial device that is gone is waited for",
    .args = reconnect_args,
    .run = run_reconnect,
    .text = where_text,
};

static struct error *run_features(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    struct rsp_features *f = rsp_features(s->target->connection);
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "stub", transport_describe(rsp_transport(s->target->connection)));
    cJSON *list = cJSON_AddArrayToObject(*ret, "features");
    for (int i = 0; i < FEATURE_COUNT; i++) {
        const struct rsp_feature *row = &rsp_feature_table[i];
        const struct rsp_feature_state *state = &f->state[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "name", row->name);
        cJSON_AddBoolToObject(o, "offered", row->offer != NULL);
        if (state->advertised == TRI_UNKNOWN)
            cJSON_AddNullToObject(o, "advertised");
        else
            cJSON_AddBoolToObject(o, "advertised", state->advertised == TRI_YES);
        if (state->works == TRI_UNKNOWN)
            cJSON_AddNullToObject(o, "works");
        else
            cJSON_AddBoolToObject(o, "works", state->works == TRI_YES);
        if (state->value)
            cJSON_AddStringToObject(o, "value", state->value);
        cJSON_AddStringToObject(o, "about", row->about);
        cJSON_AddItemToArray(list, o);
    }
    return NULL;
}

static const char *verdict(const cJSON *o, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    return cJSON_IsTrue(item) ? "yes" : cJSON_IsFalse(item) ? "no" : "-";
}

static void features_text(const cJSON *result, struct buf *out)
{
    buf_printf(out, "%-24s %-8s %-10s %-6s %s\n", json_text(result, "stub"), "offered", "advertised", "works",
               "");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "features")) {
        buf_printf(out, "%-24s %-8s %-10s %-6s ", json_text(o, "name"), verdict(o, "offered"),
                   verdict(o, "advertised"), verdict(o, "works"));
        json_append(out, "", o, "value", " ");
        json_append(out, "", o, "about", "\n");
    }
}

const struct command command_features = {
    .name = "features",
    .group = "target",
    .aliases = "info-features info-target",
    .usage = "",
    .about = "what the stub was offered, advertises, and was seen to do",
    .flags = COMMAND_NEEDS_TARGET | COMMAND_WHILE_RUNNING,
    .run = run_features,
    .text = features_text,
};

static struct error *run_monitor(struct session *s, const cJSON *args, cJSON **ret)
{
    BASE_BUF struct buf output = {0};
    TRY(rsp_monitor(s->target->connection, arg_text(args, "command"), &output));
    rsp_forget_selected(s->target->connection);
    target_forget(s->target); /* a monitor command may have changed anything */
    threads_resumed(s->target);
    time_doubt(s->control, arg_text(args, "command"), buf_text(&output));
    BASE_BUF struct buf shown = {0};
    size_t kept = 0;
    for (size_t i = 0; i < output.length; i++)
        if (output.data[i] != '\r') /* QEMU ends its lines with CRLF */
            output.data[kept++] = output.data[i];
    text_add_visible(&shown, buf_text(&output), kept, true);
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "output", buf_text(&shown));
    return NULL;
}

static void output_text(const cJSON *result, struct buf *out)
{
    const char *text = json_text(result, "output");
    buf_add_text(out, text);
    if (*text && text[strlen(text) - 1] != '\n')
        buf_add_char(out, '\n');
}

static const struct command_arg monitor_args[] = {
    {"command", ARG_TEXT, true, NULL, "what the stub's own command line takes"}, {0}};

const struct command command_monitor = {
    .name = "monitor",
    .group = "target",
    .aliases = "mon",
    .usage = "COMMAND",
    .about = "send a command to the stub's own command line (qRcmd)",
    .args = monitor_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_monitor,
    .text = output_text,
};

/* Packets that resume would leave the session believing that the target is stopped. */
static bool is_resume_packet(const char *packet)
{
    return strchr("cCsSbiIRkD", packet[0]) != NULL || strncmp(packet, "vCont;", 6) == 0 ||
           strncmp(packet, "vKill", 5) == 0 || strncmp(packet, "vRun", 4) == 0 ||
           strncmp(packet, "QNonStop:1", 10) == 0;
}

static struct error *run_wire(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *packet = arg_text(args, "packet");
    if (*packet && is_resume_packet(packet))
        return error_hint(error_new(ERR_USAGE, "wire: %s resumes or ends the target", packet),
                          "use `continue`, `stepi`, `detach` or `kill`, so that the stop is waited for");
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->target->connection, RSP_GRAMMAR_ANY, RSP_MUTATES, &reply, "%s", packet));
    rsp_forget_selected(s->target->connection);
    target_forget(s->target);
    threads_resumed(s->target);
    *ret = cJSON_CreateObject();
    BASE_BUF struct buf shown = {0};
    BASE_BUF struct buf hex = {0};
    text_add_ascii(&shown, buf_text(&reply), reply.length);
    hex_encode(&hex, buf_text(&reply), reply.length);
    cJSON_AddStringToObject(*ret, "reply", buf_text(&shown));
    cJSON_AddStringToObject(*ret, "hex", buf_text(&hex));
    return NULL;
}

static void wire_text(const cJSON *result, struct buf *out)
{
    buf_printf(out, "%s\n",
               *json_text(result, "reply") ? json_text(result, "reply") : "(empty: not supported)");
}

static const struct command_arg wire_args[] = {
    {"packet", ARG_TEXT, true, NULL, "the packet's payload, without $ and checksum"}, {0}};

const struct command command_wire = {
    .name = "wire",
    .group = "target",
    .aliases = "maintenance-packet",
    .usage = "PACKET",
    .about = "send one raw packet and show the answer",
    .args = wire_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_wire,
    .text = wire_text,
};
