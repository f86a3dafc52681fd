/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of the tables is the order of the checks: what may cost the connection comes last. */
#include "engine/session/checks/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/location.h"
#include "engine/session/checks/check.h"
#include "engine/session/limits.h"

static const struct audit_check *const tables[] = {
    audit_checks_query, audit_checks_state, audit_checks_points, audit_checks_threads, audit_checks_run};

const char *audit_verdict_name(enum audit_verdict verdict)
{
    static const char *const names[AUDIT_VERDICTS] = {[AUDIT_OK] = "ok",
                                                      [AUDIT_VIOLATION] = "violation",
                                                      [AUDIT_DIFFERS] = "differs",
                                                      [AUDIT_UNSUPPORTED] = "unsupported",
                                                      [AUDIT_SKIPPED] = "skipped"};
    return names[verdict];
}

const char *audit_end_text(enum audit_end end)
{
    static const char *const texts[] = {
        [AUDIT_END_NONE] = NULL,
        [AUDIT_END_SILENT] = "the stub has fallen silent",
        [AUDIT_END_PROGRAM] = "the program has ended",
        [AUDIT_END_RUNS] = "the target runs and does not stop when asked to",
        [AUDIT_END_LOST] = "the connection was lost",
    };
    return texts[end];
}

bool audit_report_lost(const struct audit_report *r)
{
    return r->end != AUDIT_END_NONE && r->end != AUDIT_END_PROGRAM;
}

/* What keeps the next check from being run. */
static enum audit_end why_over(const struct checking *c)
{
    switch (c->s->target->state) {
    case TARGET_STOPPED:
        return c->silent < AUDIT_SILENT_MOST ? AUDIT_END_NONE : AUDIT_END_SILENT;
    case TARGET_EXITED:
        return AUDIT_END_PROGRAM;
    case TARGET_RUNNING:
        return AUDIT_END_RUNS;
    case TARGET_DISCONNECTED:
        break;
    }
    return AUDIT_END_LOST;
}

static void run_table(struct checking *c, const struct audit_check *check, struct audit_report *r)
{
    for (; check->name && why_over(c) == AUDIT_END_NONE; check++) {
        ARRAY_RESERVE(r->lines, r->line_count, r->line_capacity);
        check_line(c, check, &r->lines[r->line_count++]);
        r->counts[c->verdict]++;
    }
}

struct error *audit_run_checks(struct session *s, const struct audit_options *options,
                               struct audit_report *ret)
{
    *ret = (struct audit_report){0};
    TRY(target_need_stopped(s->target));
    struct checking c = {.s = s, .options = options};
    if (options->at) {
        TRY(location_address(s->target, options->at, &c.at));
        c.has_at = true;
    }
    ret->target = xstrdup(s->target->spec);
    ret->stub = xstrdup(transport_describe(rsp_transport(s->target->connection)));
    ret->architecture = s->target->arch ? s->target->arch->name : NULL;
    ret->unsafe = options->unsafe;
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
        run_table(&c, tables[i], ret);
    ret->end = why_over(&c);
    memcpy(ret->violations, s->control->audit.counts, sizeof ret->violations);
    buf_free(&c.note);
    buf_free(&c.sent);
    buf_free(&c.received);
    return NULL;
}

static void free_line(struct audit_line *l)
{
    for (size_t i = 0; i < l->violation_count; i++)
        free(l->violations[i].evidence);
    free(l->violations);
    free(l->note);
    free(l->sent);
    free(l->received);
}

void audit_report_free(struct audit_report *r)
{
    for (size_t i = 0; i < r->line_count; i++)
        free_line(&r->lines[i]);
    free(r->lines);
    free(r->target);
    free(r->stub);
    *r = (struct audit_report){0};
}
