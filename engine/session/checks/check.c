/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions go past the caches of the session: a check is about what the stub says now. */
#include "engine/session/checks/check.h"
#include "engine/control/stop/classify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/audit/look.h"
#include "engine/target/registers.h"

enum { SHOWN = 160, RAM_BELOW_STACK = 1024 };

#define INTERRUPT_NS 3000000000

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

static char *beginning_of(const struct buf *bytes)
{
    struct buf shown = {0};
    text_add_ascii(&shown, buf_text(bytes), bytes->length < SHOWN ? bytes->length : SHOWN);
    if (bytes->length > SHOWN)
        buf_add_text(&shown, "...");
    return buf_take(&shown);
}

/* What the passive watch saw while this check ran makes it a violation. */
static void take_violations(struct checking *c, uint64_t before, struct audit_line *ret)
{
    const struct audit *a = &c->s->control->audit;
    uint64_t count = a->findings - before;
    if (count > AUDIT_LAST)
        count = AUDIT_LAST;
    ret->violations = xcalloc(count + 1, sizeof *ret->violations);
    for (size_t i = audit_kept(a) - count; i < audit_kept(a); i++) {
        struct audit_finding *copy = &ret->violations[ret->violation_count++];
        *copy = *audit_finding(a, i);
        copy->evidence = xstrdup(copy->evidence);
    }
    if (count)
        check_says(c, AUDIT_VIOLATION, "%s: %s", audit_kind_name(ret->violations->kind),
                   ret->violations->evidence);
}

static struct error *run_one(struct checking *c, const struct audit_check *check)
{
    if (check->safe || c->options->unsafe)
        return check->run(c);
    check_says(c, AUDIT_SKIPPED, "not safe on every target (-D unsafe=true)");
    return NULL;
}

void check_line(struct checking *c, const struct audit_check *check, struct audit_line *ret)
{
    uint64_t before = c->s->control->audit.findings;
    int64_t began = clock_now_ns();
    c->told = false;
    c->verdict = AUDIT_OK;
    buf_clear(&c->note);
    buf_clear(&c->sent);
    buf_clear(&c->received);
    struct error *e = run_one(c, check);
    if (e)
        judge_error(c, e);
    c->silent = error_is(e, ERR_TIMEOUT) ? c->silent + 1 : 0;
    error_free(e);
    *ret = (struct audit_line){
        .check = check->name, .group = check->group, .about = check->about, .safe = check->safe};
    take_violations(c, before, ret);
    ret->verdict = c->verdict;
    ret->note = c->note.length ? text_visible(c->note.data, c->note.length) : NULL;
    ret->sent = c->sent.length ? beginning_of(&c->sent) : NULL;
    ret->received = c->sent.length ? beginning_of(&c->received) : NULL;
    ret->ms = round((double)(clock_now_ns() - began) / 1e4) / 1e2;
}
