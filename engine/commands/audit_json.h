/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/audit_json.h - what the audit found, in the words of the documented interface.
 *
 * New objects, the caller's. Any thread, but findings_to_json(): engine thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_AUDIT_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_AUDIT_JSON_H

#include <cjson/cJSON.h>

#include "engine/control/audit/audit.h"
#include "engine/session/checks/report.h"

/* {kind thread? epoch ms evidence} */
cJSON *finding_to_json(const struct audit_finding *f);
/* The last findings, the oldest first. */
cJSON *findings_to_json(const struct audit *a);
/* {kind: how often} of those that were seen. */
cJSON *violations_to_json(const uint64_t by_kind[AUDIT_KINDS]);
/* {target stub architecture? unsafe lines[{check group about safe violations?[finding] verdict note? sent?
 * received? ms}] counts{verdict: n} violations{kind: n} ended? lost}. Verdicts: ok violation differs
 * unsupported skipped; `ended` says why not all checks were run. */
cJSON *report_to_json(const struct audit_report *r);

#endif
