/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--audit`: the checks of engine/session/checks/report.h on a session of this thread, as a table and as
 * JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/buf.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/session/checks/report.h"
#include "engine/session/session.h"
#include "scripts/output.h"
#include "scripts/scope.h"
#include "scripts/script.h"

enum { CONNECT_S = 20, PACKET_SHOWN = 72, EVIDENCE_SHOWN = 120 };

static const char *text_of(const cJSON *o, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
    return text ? text : "";
}

/* -- for people ------------------------------------------------------------------------------------ */

static void show_packet(const char *arrow, const char *packet, struct buf *out)
{
    bool cut = strlen(packet) > PACKET_SHOWN;
    buf_printf(out, "%17s %.*s%s\n", arrow, PACKET_SHOWN, *packet ? packet : "(empty)", cut ? "..." : "");
}

static void show_line(const cJSON *line, struct buf *out)
{
    const char *verdict = text_of(line, "verdict"), *note = text_of(line, "note");
    bool bad = strcmp(verdict, "violation") == 0;
    buf_printf(out, "  %-12s %-17s %s%s%s\n", bad ? "VIOLATION" : verdict, text_of(line, "check"),
               text_of(line, "about"), *note ? ": " : "", note);
    if (cJSON_GetObjectItemCaseSensitive(line, "sent")) {
        show_packet("->", text_of(line, "sent"), out);
        show_packet("<-", text_of(line, "received"), out);
    }
    const cJSON *violation;
    cJSON_ArrayForEach (violation, cJSON_GetObjectItemCaseSensitive(line, "violations"))
        buf_printf(out, "%17s %s %s: %.*s\n", "!!", text_of(violation, "kind"), text_of(violation, "thread"),
                   EVIDENCE_SHOWN, text_of(violation, "evidence"));
}

static bool is_first_of_group(const cJSON *lines, const cJSON *line)
{
    const cJSON *other;
    cJSON_ArrayForEach (other, lines) {
        if (other == line)
            return true;
        if (strcmp(text_of(other, "group"), text_of(line, "group")) == 0)
            return false;
    }
    return true;
}

/* Group by group, in the order in which each began. */
static void show_lines(const cJSON *lines, struct buf *out)
{
    const cJSON *first, *line;
    cJSON_ArrayForEach (first, lines) {
        if (!is_first_of_group(lines, first))
            continue;
        buf_printf(out, "\n%s\n", text_of(first, "group"));
        cJSON_ArrayForEach (line, lines)
            if (strcmp(text_of(line, "group"), text_of(first, "group")) == 0)
                show_line(line, out);
    }
}

static void show_counts(const cJSON *counts, struct buf *out)
{
    static const char *const words[][2] = {{"ok", "ok"},
                                           {"violation", "violations"},
                                           {"differs", "differ"},
                                           {"unsupported", "unsupported"},
                                           {"skipped", "skipped"}};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        buf_printf(out, "%s%d %s", i ? ", " : "\n",
                   (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(counts, words[i][0])),
                   words[i][1]);
    buf_add_char(out, '\n');
}

static void show(const cJSON *report, struct buf *out)
{
    const cJSON *o;
    buf_printf(out, "audit of %s", text_of(report, "target"));
    if (*text_of(report, "architecture"))
        buf_printf(out, " (%s)", text_of(report, "architecture"));
    buf_add_char(out, '\n');
    show_lines(cJSON_GetObjectItemCaseSensitive(report, "lines"), out);
    show_counts(cJSON_GetObjectItemCaseSensitive(report, "counts"), out);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(report, "violations"))
        buf_printf(out, "%7d  %s\n", o->valueint, o->string);
    if (*text_of(report, "ended"))
        buf_printf(out, "not all checks were run: %s\n", text_of(report, "ended"));
}

/* -- for programs ---------------------------------------------------------------------------------- */

static struct error *write_json(const char *path, const cJSON *report)
{
    char *printed = cJSON_Print(report);
    BASE_FREE char *text = xasprintf("%s\n", printed ? printed : "null");
    free(printed);
    if (strcmp(path, "-") == 0) {
        output_write(text, strlen(text)); /* main() sees to what is lost */
        return NULL;
    }
    FILE *f = fopen(path, "we");
    bool good = f && fputs(text, f) >= 0;
    int why = errno;
    if (f && fclose(f) != 0) {
        why = good ? errno : why;
        good = false;
    }
    return good ? NULL : error_new(ERR_REFUSED, "writing the report %s: %s", path, strerror(why));
}

/* -- the run --------------------------------------------------------------------------------------- */

static void on_event(void *context, const cJSON *event)
{
    (void)context;
    (void)event; /* violations are in the report */
}

static struct error *read_defines(const struct script_options *options, struct scope *scope,
                                  struct audit_options *ret)
{
    for (size_t i = 0; options->defines && options->defines[i]; i++)
        TRY(scope_define(scope, options->defines[i]));
    const cJSON *o;
    cJSON_ArrayForEach (o, scope->values) {
        if (strcmp(o->string, "unsafe") == 0 && cJSON_IsBool(o))
            ret->unsafe = cJSON_IsTrue(o);
        else if (strcmp(o->string, "at") == 0 && cJSON_IsString(o))
            ret->at = o->valuestring;
        else
            return error_hint(error_new(ERR_USAGE, "--audit has no variable %s of that kind", o->string),
                              "-D unsafe=true runs all checks, -D at=PLACE names a place that is hit often");
    }
    return NULL;
}

static struct error *open_session(const struct script_options *options, struct session *s)
{
    session_set_deadline(s, clock_now_ns() + CONNECT_S * 1000000000LL);
    if (options->program)
        TRY(session_set_program(s, options->program, options->args));
    for (size_t i = 0; options->symbols && options->symbols[i]; i++)
        TRY(session_add_symbols(s, options->symbols[i]));
    if (!options->program && (!options->target || strcmp(options->target, "none") == 0))
        return error_hint(error_new(ERR_USAGE, "--audit needs a stub"), "-t TARGET, or a PROGRAM to start");
    TRY(session_connect(s, options->target));
    session_set_deadline(s, INT64_MAX);
    return NULL;
}

static int status_of(const struct error *e)
{
    bool wrong = e->code == ERR_USAGE || e->code == ERR_NO_SOURCE || e->code == ERR_NO_SYMBOL ||
                 e->code == ERR_SYNTAX || e->code == ERR_AMBIGUOUS;
    return wrong ? STATUS_WRONG : e->code == ERR_INTERNAL ? STATUS_INTERNAL : STATUS_LOST;
}

static int tell(struct error *e)
{
    int status = status_of(e);
    output_error(e);
    error_free(e);
    return status;
}

static int report_status(const cJSON *report)
{
    const cJSON *counts = cJSON_GetObjectItemCaseSensitive(report, "counts");
    bool found = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(counts, "violation")) > 0;
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "lost")))
        return STATUS_LOST;
    return found ? STATUS_FAILED : STATUS_OK;
}

static int tell_report(const struct script_options *options, cJSON *report)
{
    int status = report_status(report);
    cJSON_AddNumberToObject(report, "status", status);
    const char *json = options->audit_json;
    if (!json || strcmp(json, "-") != 0) {
        BASE_BUF struct buf text = {0};
        show(report, &text);
        output_write(buf_text(&text), text.length);
    }
    struct error *e = json ? write_json(json, report) : NULL;
    if (!e)
        return status;
    tell(e);
    return script_worse(status, STATUS_UNWRITTEN);
}

static bool is_leaving(void *context)
{
    (void)context;
    return signal_pipe_ended_by() != 0;
}

int audit_report(const struct script_options *options)
{
    struct scope scope;
    struct audit_options audit = {0};
    scope_init(&scope);
    struct session_options session = {.cancel_fd = options->signals->fd,
                                      .find_command = command_find,
                                      .event = on_event,
                                      .leaving = is_leaving,
                                      .wire_log = options->wire_log,
                                      .tty = options->tty};
    struct session *s = session_create(&session);
    cJSON *report = NULL;
    struct error *e = read_defines(options, &scope, &audit);
    if (!e)
        e = open_session(options, s);
    if (!e)
        e = audit_run_checks(s, &audit, &report);
    int status = e ? tell(e) : tell_report(options, report);
    cJSON_Delete(report);
    signal_pipe_take(options->signals); /* it would cut the good-bye short */
    session_destroy(s);
    scope_free(&scope);
    return signal_pipe_ended_by() ? 128 + signal_pipe_ended_by() : status;
}
