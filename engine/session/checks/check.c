/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/checks/check.h"
#include "engine/control/stop/classify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/control/audit/look.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"

enum { SHOWN = 160, SILENT_MOST = 2, RAM_BELOW_STACK = 1024 };

#define INTERRUPT_NS 3000000000

static const char *const verdicts[AUDIT_VERDICTS] = {"ok", "violation", "differs", "unsupported", "skipped"};

static const struct audit_check *const tables[] = {
    audit_checks_query, audit_checks_state, audit_checks_points, audit_checks_threads, audit_checks_run};

void check_says(struct checking *c, enum audit_verdict verdict, const char *format, ...)
{
    static const int weight[AUDIT_VERDICTS] = {[AUDIT_OK] = 0,
                                               [AUDIT_SKIPPED] = 1,
                                               [AUDIT_UNSUPPORTED] = 2,
                                               [AUDIT_DIFFERS] = 3,
                                               [AUDIT_VIOLATION] = 4};
    if (c->told && weight[verdict] <= weight[c->verdict])
        return;
    c->told = true;
    c->verdict = verdict;
    buf_clear(&c->note);
    va_list args;
    va_start(args, format);
    buf_vprintf(&c->note, format, args);
    va_end(args);
}

/* -- asking ---------------------------------------------------------------------------------------- */

struct error *check_ask(struct checking *c, enum rsp_grammar grammar, struct buf *reply, const char *format,
                        ...)
{
    buf_clear(&c->sent);
    buf_clear(&c->received);
    va_list args;
    va_start(args, format);
    buf_vprintf(&c->sent, format, args);
    va_end(args);
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, grammar, RSP_MUTATES, reply, "%s",
                                            buf_text(&c->sent))));
    buf_add(&c->received, buf_text(reply), reply->length);
    return NULL;
}

void check_proof(struct checking *c, const char *sent, size_t n, const struct buf *received)
{
    buf_clear(&c->sent);
    buf_clear(&c->received);
    buf_add(&c->sent, sent, n);
    buf_add(&c->received, buf_text(received), received->length);
}

bool check_is_error(const struct buf *reply)
{
    return reply->length >= 2 && reply->data[0] == 'E' && (reply->data[1] == '.' || reply->length == 3);
}

bool check_is_ok(const struct buf *reply)
{
    return strcmp(buf_text(reply), "OK") == 0;
}

bool check_advertised(const struct checking *c, enum rsp_feature_id id)
{
    return rsp_features(c->s->target->connection)->state[id].advertised == TRI_YES;
}

struct error *check_registers(struct checking *c, struct buf *hex)
{
    if (c->s->target->threads.has_current)
        TRY(target_check(c->s->target,
                         rsp_select_thread(c->s->target->connection, c->s->target->threads.current)));
    return check_ask(c, RSP_GRAMMAR_HEX, hex, "g");
}

struct error *check_pc(struct checking *c, uint64_t *ret)
{
    struct thread *t;
    TRY(threads_current(c->s->target, &t));
    return thread_pc(c->s->target, t, ret);
}

/* Below the stack nobody uses anything. */
static bool below_stack(struct checking *c, size_t length, uint64_t *ret)
{
    struct thread *t = NULL;
    uint64_t sp = 0;
    struct error *e = threads_current(c->s->target, &t);
    if (!e)
        e = thread_sp(c->s->target, t, &sp);
    bool known = !e && sp > 2 * RAM_BELOW_STACK;
    error_free(e);
    *ret = (sp - RAM_BELOW_STACK) & ~(uint64_t)15;
    return known && length <= RAM_BELOW_STACK / 2 && look_may_read(c->s->control, *ret, length);
}

/* The end of a section that may be written: firmware that has not begun has no stack yet. */
static bool end_of_data(struct checking *c, size_t length, uint64_t *ret)
{
    for (size_t i = 0; i < symbol_map_count(c->s->target->map); i++) {
        uint64_t offset;
        const struct symbol_section *sections;
        size_t count = symbol_file_sections(symbol_map_file(c->s->target->map, i, &offset), &sections);
        for (size_t k = 0; k < count; k++) {
            *ret = (sections[k].address + offset + sections[k].size - length) & ~(uint64_t)15;
            if (sections[k].writable && sections[k].address && sections[k].size >= 2 * length &&
                look_may_read(c->s->control, *ret, length))
                return true;
        }
    }
    return false;
}

bool check_ram(struct checking *c, size_t length, uint64_t *ret)
{
    return below_stack(c, length, ret) || end_of_data(c, length, ret);
}

/* -- running --------------------------------------------------------------------------------------- */

/* Takes a stop as the session would, so that what is asked next is asked of this moment. */
static struct error *note_stop(struct checking *c, struct check_stop *ret)
{
    struct session *s = c->s;
    buf_clear(&c->received);
    buf_add_text(&c->received, rsp_last_stop(s->target->connection));
    TRY(target_check(s->target, stop_classify(s->control, &ret->raw, &ret->stop)));
    s->control->last_stop = ret->stop;
    s->target->epoch++;
    s->control->stops++;
    ret->ended = ret->stop.reason == STOP_EXITED || ret->stop.reason == STOP_KILLED;
    if (ret->ended)
        session_drop_connection(s, TARGET_EXITED);
    return NULL;
}

static struct error *wait_for(struct checking *c, int64_t most_ns, struct check_stop *ret)
{
    struct session *s = c->s;
    bool stopped = false;
    struct error *e = rsp_wait_stop(s->target->connection, clock_now_ns() + most_ns, -1, &ret->raw, &stopped);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    ret->interrupted = true;
    buf_add_text(&c->sent, ", \x03");
    TRY(rsp_interrupt(s->target->connection));
    e = rsp_wait_stop(s->target->connection, clock_now_ns() + INTERRUPT_NS, -1, &ret->raw, &stopped);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    return error_new(ERR_TIMEOUT, "0x03 was sent, and no stop came within %d s",
                     (int)(INTERRUPT_NS / 1000000000));
}

struct error *check_run(struct checking *c, const char *packet, int64_t most_ns, struct check_stop *ret)
{
    struct session *s = c->s;
    *ret = (struct check_stop){0};
    buf_clear(&c->sent);
    buf_clear(&c->received);
    buf_add_text(&c->sent, packet);
    TRY(target_check(s->target, rsp_resume(s->target->connection, packet, strlen(packet))));
    target_forget(s->target);
    threads_resumed(s->target);
    struct error *e = target_check(s->target, wait_for(c, most_ns, ret));
    if (error_is(e, ERR_TIMEOUT))
        target_runs(s->target);
    return e ? e : note_stop(c, ret);
}

static struct error *run_action(struct checking *c, const struct rsp_action *action, int64_t most_ns,
                                struct check_stop *ret)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    TRY(rsp_resume_packet(c->s->target->connection, action, 1, &before, &packet));
    if (before.length) {
        BASE_BUF struct buf reply = {0};
        TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "%s", buf_text(&before)));
    }
    return check_run(c, buf_text(&packet), most_ns, ret);
}

struct error *check_continue(struct checking *c, int64_t most_ns, struct check_stop *ret)
{
    return run_action(c, &(struct rsp_action){.thread = {-1, -1}, .how = RSP_CONTINUE}, most_ns, ret);
}

struct error *check_step(struct checking *c, struct check_stop *ret)
{
    struct thread *t;
    TRY(threads_current(c->s->target, &t));
    return run_action(c, &(struct rsp_action){.thread = t->id, .how = RSP_STEP}, INTERRUPT_NS, ret);
}

/* -- one line -------------------------------------------------------------------------------------- */

static void judge_error(struct checking *c, const struct error *e)
{
    bool wrong = e->code == ERR_TIMEOUT || e->code == ERR_VIOLATION || e->code == ERR_LOST;
    if (e->code == ERR_UNSUPPORTED)
        check_says(c, AUDIT_UNSUPPORTED, "%s", e->message);
    else
        check_says(c, wrong ? AUDIT_VIOLATION : AUDIT_DIFFERS, "%s", e->message);
}

static void add_bytes(cJSON *o, const char *name, const struct buf *bytes)
{
    BASE_BUF struct buf shown = {0};
    text_add_ascii(&shown, buf_text(bytes), bytes->length < SHOWN ? bytes->length : SHOWN);
    if (bytes->length > SHOWN)
        buf_add_text(&shown, "...");
    cJSON_AddStringToObject(o, name, buf_text(&shown));
}

static void add_proof(const struct checking *c, cJSON *o)
{
    if (!c->sent.length)
        return;
    add_bytes(o, "sent", &c->sent);
    add_bytes(o, "received", &c->received);
}

/* What the passive watch saw while this check ran makes it a violation. */
static void add_violations(struct checking *c, cJSON *o, uint64_t before)
{
    uint64_t count = c->s->control->audit.findings - before;
    if (!count)
        return;
    const struct audit_finding *first =
        &c->s->control->audit
             .last[(count > AUDIT_LAST ? c->s->control->audit.findings - AUDIT_LAST : before) % AUDIT_LAST];
    check_says(c, AUDIT_VIOLATION, "%s: %s", first->kind, first->evidence);
    cJSON *all = audit_last(c->s->control);
    while ((uint64_t)cJSON_GetArraySize(all) > count)
        cJSON_DeleteItemFromArray(all, 0);
    cJSON_AddItemToObject(o, "violations", all);
}

static cJSON *run_check(struct checking *c, const struct audit_check *check)
{
    cJSON *o = cJSON_CreateObject();
    uint64_t before = c->s->control->audit.findings;
    int64_t began = clock_now_ns();
    c->told = false;
    c->verdict = AUDIT_OK;
    buf_clear(&c->note);
    buf_clear(&c->sent);
    buf_clear(&c->received);
    struct error *e = NULL;
    if (check->safe || c->options->unsafe)
        e = check->run(c);
    else
        check_says(c, AUDIT_SKIPPED, "not safe on every target (-D unsafe=true)");
    if (e)
        judge_error(c, e);
    c->silent = error_is(e, ERR_TIMEOUT) ? c->silent + 1 : 0;
    error_free(e);
    cJSON_AddStringToObject(o, "check", check->name);
    cJSON_AddStringToObject(o, "group", check->group);
    cJSON_AddStringToObject(o, "about", check->about);
    cJSON_AddBoolToObject(o, "safe", check->safe);
    add_violations(c, o, before);
    cJSON_AddStringToObject(o, "verdict", verdicts[c->verdict]);
    if (c->note.length) {
        char *text = text_visible(c->note.data, c->note.length);
        cJSON_AddStringToObject(o, "note", text);
        free(text);
    }
    add_proof(c, o);
    cJSON_AddNumberToObject(o, "ms", round((double)(clock_now_ns() - began) / 1e4) / 1e2);
    return o;
}

/* -- all of them ----------------------------------------------------------------------------------- */

static const char *why_over(const struct checking *c)
{
    switch (c->s->target->state) {
    case TARGET_STOPPED:
        return c->silent < SILENT_MOST ? NULL : "the stub has fallen silent";
    case TARGET_EXITED:
        return "the program has ended";
    case TARGET_RUNNING:
        return "the target runs and does not stop when asked to";
    case TARGET_DISCONNECTED:
        break;
    }
    return "the connection was lost";
}

static void run_table(struct checking *c, const struct audit_check *check, cJSON *report, unsigned *counts)
{
    cJSON *lines = cJSON_GetObjectItemCaseSensitive(report, "lines");
    for (; check->name && !why_over(c); check++) {
        cJSON_AddItemToArray(lines, run_check(c, check));
        counts[c->verdict]++;
    }
}

static void sum_up(const struct checking *c, cJSON *report, const unsigned *counts)
{
    cJSON *o = cJSON_AddObjectToObject(report, "counts");
    for (size_t i = 0; i < AUDIT_VERDICTS; i++)
        cJSON_AddNumberToObject(o, verdicts[i], counts[i]);
    cJSON_AddItemToObject(report, "violations", audit_counts(c->s->control));
    if (why_over(c))
        cJSON_AddStringToObject(report, "ended", why_over(c));
    cJSON_AddBoolToObject(report, "lost", why_over(c) && c->s->target->state != TARGET_EXITED);
}

struct error *audit_run_checks(struct session *s, const struct audit_options *options, cJSON **ret)
{
    TRY(target_need_stopped(s->target));
    struct checking c = {.s = s, .options = options};
    if (options->at) {
        TRY(location_address(s->target, options->at, &c.at));
        c.has_at = true;
    }
    unsigned counts[AUDIT_VERDICTS] = {0};
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "target", s->target->spec);
    cJSON_AddStringToObject(*ret, "stub", transport_describe(rsp_transport(s->target->connection)));
    if (s->target->arch)
        cJSON_AddStringToObject(*ret, "architecture", s->target->arch->name);
    cJSON_AddBoolToObject(*ret, "unsafe", options->unsafe);
    cJSON_AddArrayToObject(*ret, "lines");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        run_table(&c, tables[i], *ret, counts);
    sum_up(&c, *ret, counts);
    buf_free(&c.note);
    buf_free(&c.sent);
    buf_free(&c.received);
    return NULL;
}
