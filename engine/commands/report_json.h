/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/report_json.h - the report of `--audit` as JSON.
 *
 * A new object, the caller's. Any thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_REPORT_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_REPORT_JSON_H

#include <cjson/cJSON.h>

#include "engine/session/checks/report.h"

/* {target stub architecture? unsafe lines[{check group about safe violations?[{kind thread? epoch ms
 * evidence}] verdict note? sent? received? ms}] counts{verdict: n} violations{kind: n} ended? lost}.
 * Verdicts: ok violation differs unsupported skipped; `ended` says why not all checks were run. */
cJSON *report_json(const struct audit_report *r);

#endif
