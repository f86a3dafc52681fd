/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kind of violation that was never seen is left out, and a verdict that was never given is counted as 0:
 * whoever compares two reports finds the same keys. */
#include "engine/commands/audit_json.h"

#include "base/json.h"
#include "engine/commands/args.h"

cJSON *finding_to_json(const struct audit_finding *f)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", audit_kind_name(f->kind));
    if (f->has_thread)
        json_add_thread(o, "thread", f->thread);
    cJSON_AddNumberToObject(o, "epoch", (double)f->epoch);
    cJSON_AddNumberToObject(o, "ms", f->ms);
    cJSON_AddStringToObject(o, "evidence", f->evidence);
    return o;
}

cJSON *violations_to_json(const uint64_t by_kind[AUDIT_KINDS])
{
    cJSON *o = cJSON_CreateObject();
    for (unsigned i = 0; i < AUDIT_KINDS; i++)
        if (by_kind[i])
            cJSON_AddNumberToObject(o, audit_kind_name(i), (double)by_kind[i]);
    return o;
}

cJSON *findings_to_json(const struct audit *a)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < audit_kept(a); i++)
        cJSON_AddItemToArray(list, finding_to_json(audit_finding(a, i)));
    return list;
}

/* -- the report of `--audit` ------------------------------------------------------------------------ */

static cJSON *line_json(const struct audit_line *l)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "check", l->check);
    cJSON_AddStringToObject(o, "group", l->group);
    cJSON_AddStringToObject(o, "about", l->about);
    cJSON_AddBoolToObject(o, "safe", l->safe);
    cJSON *violations = l->violation_count ? cJSON_AddArrayToObject(o, "violations") : NULL;
    for (size_t i = 0; i < l->violation_count; i++)
        cJSON_AddItemToArray(violations, finding_to_json(&l->violations[i]));
    cJSON_AddStringToObject(o, "verdict", audit_verdict_name(l->verdict));
    json_add_text(o, "note", l->note);
    json_add_text(o, "sent", l->sent);
    json_add_text(o, "received", l->received);
    cJSON_AddNumberToObject(o, "ms", l->ms);
    return o;
}

cJSON *report_to_json(const struct audit_report *r)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "target", r->target);
    cJSON_AddStringToObject(o, "stub", r->stub);
    json_add_text(o, "architecture", r->architecture);
    cJSON_AddBoolToObject(o, "unsafe", r->unsafe);
    cJSON *lines = cJSON_AddArrayToObject(o, "lines");
    for (size_t i = 0; i < r->line_count; i++)
        cJSON_AddItemToArray(lines, line_json(&r->lines[i]));
    cJSON *counts = cJSON_AddObjectToObject(o, "counts");
    for (enum audit_verdict v = AUDIT_OK; v < AUDIT_VERDICTS; v++)
        cJSON_AddNumberToObject(counts, audit_verdict_name(v), r->counts[v]);
    cJSON_AddItemToObject(o, "violations", violations_to_json(r->violations));
    json_add_text(o, "ended", audit_end_text(r->end));
    cJSON_AddBoolToObject(o, "lost", audit_report_lost(r));
    return o;
}
