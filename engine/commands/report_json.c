/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every verdict is counted, those that were never given too: whoever compares two reports finds the same
 * keys. */
#include "engine/commands/report_json.h"

#include "engine/commands/counters_json.h"
#include "engine/target/threads.h"

static cJSON *finding_json(const struct audit_finding *f)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", f->kind);
    if (f->has_thread) {
        char name[48];
        thread_name(f->thread, name, sizeof name);
        cJSON_AddStringToObject(o, "thread", name);
    }
    cJSON_AddNumberToObject(o, "epoch", (double)f->epoch);
    cJSON_AddNumberToObject(o, "ms", f->ms);
    cJSON_AddStringToObject(o, "evidence", f->evidence);
    return o;
}

static void add_text(cJSON *o, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(o, name, text);
}

static cJSON *line_json(const struct audit_line *l)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "check", l->check);
    cJSON_AddStringToObject(o, "group", l->group);
    cJSON_AddStringToObject(o, "about", l->about);
    cJSON_AddBoolToObject(o, "safe", l->safe);
    cJSON *violations = l->violation_count ? cJSON_AddArrayToObject(o, "violations") : NULL;
    for (size_t i = 0; i < l->violation_count; i++)
        cJSON_AddItemToArray(violations, finding_json(&l->violations[i]));
    cJSON_AddStringToObject(o, "verdict", audit_verdict_name(l->verdict));
    add_text(o, "note", l->note);
    add_text(o, "sent", l->sent);
    add_text(o, "received", l->received);
    cJSON_AddNumberToObject(o, "ms", l->ms);
    return o;
}

cJSON *report_json(const struct audit_report *r)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "target", r->target);
    cJSON_AddStringToObject(o, "stub", r->stub);
    add_text(o, "architecture", r->architecture);
    cJSON_AddBoolToObject(o, "unsafe", r->unsafe);
    cJSON *lines = cJSON_AddArrayToObject(o, "lines");
    for (size_t i = 0; i < r->line_count; i++)
        cJSON_AddItemToArray(lines, line_json(&r->lines[i]));
    cJSON *counts = cJSON_AddObjectToObject(o, "counts");
    for (enum audit_verdict v = AUDIT_OK; v < AUDIT_VERDICTS; v++)
        cJSON_AddNumberToObject(counts, audit_verdict_name(v), r->counts[v]);
    cJSON_AddItemToObject(o, "violations", violations_json(r->violations));
    add_text(o, "ended", audit_end_text(r->end));
    cJSON_AddBoolToObject(o, "lost", audit_report_lost(r));
    return o;
}
