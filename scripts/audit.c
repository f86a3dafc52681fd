/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--audit`: the checks of engine/session/checks/report.h on a session of this thread, as a table and as
 * JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/buf.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "engine/commands/at_stop.h"
#include "engine/commands/command.h"
#include "engine/commands/audit_json.h"
#include "engine/commands/event_json.h"
#include "engine/session/session.h"
#include "engine/target/threads.h"
#include "scripts/output.h"
#include "scripts/scope.h"
#include "scripts/script.h"

enum { CONNECT_S = 20, PACKET_SHOWN = 72, EVIDENCE_SHOWN = 120 };

/* -- for people ------------------------------------------------------------------------------------ */

static void show_packet(const char *arrow, const char *packet, struct buf *out)
{
    bool cut = strlen(packet) > PACKET_SHOWN;
    buf_printf(out, "%17s %.*s%s\n", arrow, PACKET_SHOWN, *packet ? packet : "(empty)", cut ? "..." : "");
}

static void show_line(const struct audit_line *line, struct buf *out)
{
    bool bad = line->verdict == AUDIT_VIOLATION;
    buf_printf(out, "  %-12s %-17s %s%s%s\n", bad ? "VIOLATION" : audit_verdict_name(line->verdict),
               line->check, line->about, line->note ? ": " : "", line->note ? line->note : "");
    if (line->sent) {
        show_packet("->", line->sent, out);
        show_packet("<-", line->received, out);
    }
    for (size_t i = 0; i < line->violation_count; i++) {
        const struct audit_finding *f = &line->violations[i];
        char thread[48] = "";
        if (f->has_thread)
            thread_name(f->thread, thread, sizeof thread);
        buf_printf(out, "%17s %s %s: %.*s\n", "!!", audit_kind_name(f->kind), thread, EVIDENCE_SHOWN,
                   f->evidence);
    }
}

static bool is_first_of_group(const struct audit_report *r, size_t line)
{
    for (size_t i = 0; i < line; i++)
        if (strcmp(r->lines[i].group, r->lines[line].group) == 0)
            return false;
    return true;
}

/* Group by group, in the order in which each began. */
static void show_lines(const struct audit_report *r, struct buf *out)
{
    for (size_t first = 0; first < r->line_count; first++) {
        if (!is_first_of_group(r, first))
            continue;
        buf_printf(out, "\n%s\n", r->lines[first].group);
        for (size_t i = first; i < r->line_count; i++)
            if (strcmp(r->lines[i].group, r->lines[first].group) == 0)
                show_line(&r->lines[i], out);
    }
}

static void show_counts(const struct audit_report *r, struct buf *out)
{
    static const char *const words[AUDIT_VERDICTS] = {[AUDIT_OK] = "ok",
                                                      [AUDIT_VIOLATION] = "violations",
                                                      [AUDIT_DIFFERS] = "differ",
                                                      [AUDIT_UNSUPPORTED] = "unsupported",
                                                      [AUDIT_SKIPPED] = "skipped"};
    for (size_t i = 0; i < AUDIT_VERDICTS; i++)
        buf_printf(out, "%s%u %s", i ? ", " : "\n", r->counts[i], words[i]);
    buf_add_char(out, '\n');
}

static void show(const struct audit_report *r, struct buf *out)
{
    buf_printf(out, "audit of %s", r->target);
    if (r->architecture)
        buf_printf(out, " (%s)", r->architecture);
    buf_add_char(out, '\n');
    show_lines(r, out);
    show_counts(r, out);
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (r->violations[i])
            buf_printf(out, "%7" PRIu64 "  %s\n", r->violations[i], audit_kind_name(i));
    if (r->end != AUDIT_END_NONE)
        buf_printf(out, "not all checks were run: %s\n", audit_end_text(r->end));
}

/* -- for programs ---------------------------------------------------------------------------------- */

static struct error *write_json(const char *path, const struct audit_report *report, int status)
{
    cJSON *o = report_to_json(report);
    cJSON_AddNumberToObject(o, "status", status);
    char *printed = cJSON_Print(o);
    cJSON_Delete(o);
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

static void on_event(void *context, struct session *s, const struct event *event)
{
    (void)s;
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

static int report_status(const struct audit_report *report)
{
    if (audit_report_lost(report))
        return STATUS_LOST;
    return report->counts[AUDIT_VIOLATION] ? STATUS_FAILED : STATUS_OK;
}

static int tell_report(const struct script_options *options, const struct audit_report *report)
{
    int status = report_status(report);
    const char *json = options->audit_json;
    if (!json || strcmp(json, "-") != 0) {
        BASE_BUF struct buf text = {0};
        show(report, &text);
        output_write(buf_text(&text), text.length);
    }
    struct error *e = json ? write_json(json, report, status) : NULL;
    if (!e)
        return status;
    tell(e);
    return script_worse(status, STATUS_UNWRITTEN);
}

int audit_report(const struct script_options *options)
{
    struct scope scope;
    struct audit_options audit = {0};
    scope_init(&scope);
    struct session_options session = {.cancel_fd = options->signals->fd,
                                      .run_steps = at_stop_run,
                                      .event = on_event,
                                      .leaving = script_is_leaving,
                                      .wire_log = options->wire_log,
                                      .tty = options->tty,
                                      .printers = options->printers};
    struct session *s = session_create(&session);
    struct audit_report report = {0};
    struct error *e = read_defines(options, &scope, &audit);
    if (!e)
        e = open_session(options, s);
    if (!e)
        e = audit_run_checks(s, &audit, &report);
    int status = e ? tell(e) : tell_report(options, &report);
    audit_report_free(&report);
    signal_pipe_take(options->signals); /* it would cut the good-bye short */
    session_destroy(s);
    scope_free(&scope);
    return signal_pipe_ended_by() ? 128 + signal_pipe_ended_by() : status;
}
