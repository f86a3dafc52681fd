/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/audit/look.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/limits.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/values.h"

enum { THREADS_ON_A_SLOW_LINE = 4 };

/* A racing stub may leave every question unanswered: no stop takes longer than this to be looked at. */
#define LOOK_TIME_NS   6000000000
#define ANSWER_TIME_NS 2000000000

/* -- who ------------------------------------------------------------------------------------------- */

static void add_subject(struct look *l, struct ptid id)
{
    struct look_subject *u = &l->subjects[l->subject_count++];
    BASE_BUF struct buf text = {0};
    ptid_encode(&text, id);
    *u = (struct look_subject){.id = id};
    snprintf(u->select, sizeof u->select, "Hg%s", buf_text(&text));
}

/* The others in turn, and the one that reported last, so that it is the one that stays selected. */
static void choose_subjects(struct look *l)
{
    struct control *c = l->c;
    struct thread_table *table = &c->target->threads;
    size_t most = target_is_thrifty(c->target) ? THREADS_ON_A_SLOW_LINE : AUDIT_THREADS;
    size_t first = table->count ? c->audit.next_thread % table->count : 0;
    size_t i = 0;
    if (!rsp_can_select(c->target->connection))
        return; /* nobody can be told from another */
    for (; i < table->count && l->subject_count + 1 < most; i++) {
        const struct thread *t = table->items[(first + i) % table->count];
        bool still = t->state == THREAD_STOPPED || t->state == THREAD_HELD; /* else it runs by design */
        bool described = description_is_of(c->target, t->id.pid); /* else its registers are others */
        if (t->id.tid > 0 && still && described && !ptid_equal(t->id, l->reporter))
            add_subject(l, t->id);
    }
    c->audit.next_thread = table->count ? (first + i) % table->count : 0;
    if (l->reporter.tid > 0)
        add_subject(l, l->reporter);
}

/* -- registers ------------------------------------------------------------------------------------- */

bool look_value(const struct look *l, const struct look_subject *u, const char *name, uint64_t *ret)
{
    const struct rsp_register *r = register_find(l->c->target, name);
    unsigned char bytes[8];
    if (!r || r->size > sizeof bytes || 2 * (r->offset + r->size) > u->registers.length ||
        hex_decode(u->registers.data + 2 * r->offset, 2 * (size_t)r->size, bytes, sizeof bytes) < 0)
        return false;
    *ret = arch_load(bytes, r->size, l->c->target->big_endian);
    return true;
}

/* `Hg` and `g` of all of them in one batch. answers[i] is empty where there was none. */
static struct error *ask_registers(struct look *l, struct buf *answers)
{
    struct control *c = l->c;
    struct rsp_request requests[2 * AUDIT_THREADS] = {0};
    for (size_t i = 0; i < l->subject_count; i++) {
        const char *select = l->subjects[i].select;
        requests[2 * i] =
            (struct rsp_request){.payload = select, .length = strlen(select), .grammar = RSP_GRAMMAR_OK};
        requests[2 * i + 1] = (struct rsp_request){.payload = "g", .length = 1, .grammar = RSP_GRAMMAR_HEX};
    }
    rsp_forget_selected(c->target->connection);
    struct error *e =
        target_check(c->target, rsp_call_batch(c->target->connection, requests, 2 * l->subject_count));
    for (size_t i = 0; i < l->subject_count; i++) {
        struct rsp_request *chosen = &requests[2 * i], *g = &requests[2 * i + 1];
        bool good = !e && !chosen->error && strcmp(buf_text(&chosen->reply), "OK") == 0 && !g->error &&
                    g->reply.length >= 8; /* no E01 */
        if (good) {
            answers[i] = g->reply;
            g->reply = (struct buf){0};
            rsp_note_selected(c->target->connection, l->subjects[i].id);
        }
        rsp_request_free(chosen);
        rsp_request_free(g);
    }
    return e;
}

static struct error *first_registers(struct look *l)
{
    struct buf answers[AUDIT_THREADS] = {0};
    struct error *e = ask_registers(l, answers);
    for (size_t i = 0; i < l->subject_count; i++)
        l->subjects[i].registers = answers[i];
    return e;
}

static struct error *second_registers(struct look *l)
{
    struct buf answers[AUDIT_THREADS] = {0};
    struct error *e = ask_registers(l, answers);
    for (size_t i = 0; i < l->subject_count; i++) {
        if (!e && answers[i].length && l->subjects[i].registers.length)
            look_compare_registers(l, &l->subjects[i], &answers[i]);
        buf_free(&answers[i]);
    }
    return e;
}

/* -- memory ---------------------------------------------------------------------------------------- */

bool look_may_read(struct control *c, uint64_t address, size_t length)
{
    if (length == 0 || address + length < address)
        return false;
    if (c->target->is_process)
        return true;
    uint64_t last = address + length - 1, offset;
    if (memory_kind_at(c->target, address) && memory_kind_at(c->target, last))
        return true; /* the target itself says that this is RAM, ROM or flash */
    struct symbol_file *f = symbol_map_file_at(c->target->map, address, &offset);
    return f && symbol_map_file_at(c->target->map, last, &offset) == f;
}

void look_watch(struct look *l, struct ptid thread, uint64_t address, size_t length, const char *call)
{
    if (l->watch_count == LOOK_WATCHES || thread.pid != l->reporter.pid ||
        !look_may_read(l->c, address, length))
        return;
    l->watches[l->watch_count++] =
        (struct look_watch){.thread = thread, .address = address, .length = length, .call = call};
}

static void choose_memory(struct look *l)
{
    struct control *c = l->c;
    for (size_t i = 0; c->target->arch && i < l->subject_count; i++) {
        uint64_t sp;
        if (look_value(l, &l->subjects[i], c->target->arch->sp, &sp) && sp > LOOK_STACK_BELOW)
            look_watch(l, l->subjects[i].id, sp - LOOK_STACK_BELOW, LOOK_STACK, NULL);
    }
    for (size_t i = 0; i < c->audit.range_count; i++)
        look_watch(l, l->reporter, c->audit.ranges[i].address, c->audit.ranges[i].length, NULL);
}

/* All watched ranges in one batch, past every cache. */
static struct error *ask_memory(struct look *l, struct rsp_read *reads)
{
    for (size_t i = 0; i < l->watch_count; i++)
        reads[i] = (struct rsp_read){.address = l->watches[i].address,
                                     .length = l->watches[i].length,
                                     .bytes = xmalloc(l->watches[i].length)};
    if (l->watch_count == 0)
        return NULL;
    struct control *c = l->c;
    struct error *e = target_check(
        c->target, rsp_read_memory(c->target->connection, l->reporter, reads, l->watch_count, false));
    for (size_t i = 0; i < l->watch_count; i++)
        error_free(reads[i].error);
    return e;
}

static struct error *first_memory(struct look *l)
{
    struct rsp_read reads[LOOK_WATCHES];
    struct error *e = ask_memory(l, reads);
    for (size_t i = 0; i < l->watch_count; i++) {
        l->watches[i].bytes = reads[i].bytes;
        l->watches[i].got = e ? 0 : reads[i].got;
    }
    return e;
}

static struct error *second_memory(struct look *l)
{
    struct rsp_read reads[LOOK_WATCHES];
    struct error *e = ask_memory(l, reads);
    for (size_t i = 0; i < l->watch_count; i++) {
        if (!e)
            look_compare_memory(l, &l->watches[i], reads[i].bytes, reads[i].got);
        free(reads[i].bytes);
    }
    return e;
}

/* -- the look -------------------------------------------------------------------------------------- */

static struct error *pause_between(const struct control *c)
{
    struct pollfd fd = {.fd = c->target->cancel_fd, .events = POLLIN};
    if (poll(&fd, 1, (int)c->audit.pause_ms) > 0)
        return error_new(ERR_CANCELLED, "interrupted between two looks at the target");
    return NULL;
}

static struct error *look_twice(struct look *l)
{
    TRY(threads_list(l->c->target));
    choose_subjects(l);
    TRY(first_registers(l));
    TRY(look_calls(l));
    choose_memory(l);
    TRY(first_memory(l));
    TRY(pause_between(l->c));
    TRY(second_registers(l));
    TRY(second_memory(l));
    l->c->audit.checks++;
    return NULL;
}

static void look_free(struct look *l)
{
    for (size_t i = 0; i < l->subject_count; i++)
        buf_free(&l->subjects[i].registers);
    for (size_t i = 0; i < l->watch_count; i++)
        free(l->watches[i].bytes);
}

struct error *audit_look(struct control *c)
{
    TRY(target_need_stopped(c->target));
    if (c->audit.looking)
        return NULL;
    struct look l = {.c = c};
    if (c->last_stop.has_thread)
        l.reporter = c->last_stop.thread;
    int64_t timeout_ns = rsp_timeout(c->target->connection);
    int64_t limit = clock_now_ns() + LOOK_TIME_NS + (int64_t)c->audit.pause_ms * 1000000;
    rsp_set_timeout(c->target->connection, ANSWER_TIME_NS);
    rsp_set_deadline(c->target->connection, limit < c->target->deadline_ns ? limit : c->target->deadline_ns);
    c->audit.looking = true;
    struct error *e = look_twice(&l);
    c->audit.looking = false;
    look_free(&l);
    if (c->target->connection) {
        rsp_set_timeout(c->target->connection, timeout_ns);
        rsp_set_deadline(c->target->connection, c->target->deadline_ns);
    }
    return e;
}

void audit_at_stop(struct control *c)
{
    if (!c->audit.active || c->target->state != TARGET_STOPPED)
        return;
    struct error *e = audit_look(c);
    if (error_is(e, ERR_CANCELLED))
        target_cancelled(c->target);
    error_free(e);
}

/* -- what the user chose --------------------------------------------------------------------------- */

void audit_activate(struct control *c, bool active, unsigned pause_ms)
{
    c->audit.active = active;
    if (pause_ms)
        c->audit.pause_ms = pause_ms < AUDIT_PAUSE_MOST_MS ? pause_ms : AUDIT_PAUSE_MOST_MS;
    if (!active)
        c->audit.call_count = 0;
}

void audit_choose_none(struct control *c)
{
    for (size_t i = 0; i < c->audit.range_count; i++)
        free(c->audit.ranges[i].text);
    c->audit.range_count = 0;
}

/* "ADDRESS,LENGTH", where the last comma is not one of the expression's own. */
static bool split_range(const char *text, char **address, uint64_t *length)
{
    const char *comma = strrchr(text, ',');
    if (!comma || !text_parse_u64(comma + 1 + strspn(comma + 1, " "), length))
        return false;
    *address = xstrndup(text, (size_t)(comma - text));
    return true;
}

struct error *audit_choose(struct control *c, const char *text)
{
    struct audit *a = &c->audit;
    BASE_FREE char *address_text = NULL;
    uint64_t address = 0, length = 0;
    if (a->range_count == AUDIT_RANGES)
        return error_new(ERR_USAGE, "at most %d ranges of memory are watched", AUDIT_RANGES);
    if (split_range(text, &address_text, &length))
        TRY(location_address(c->target, address_text, &address));
    else
        TRY(values_place(c->target, text, &address, &length));
    if (length == 0 || length > AUDIT_RANGE)
        return error_new(ERR_USAGE, "watching %s: %" PRIu64 " bytes, 1 to %d can be watched", text, length,
                         AUDIT_RANGE);
    if (!look_may_read(c, address, (size_t)length))
        return error_hint(
            error_new(ERR_REFUSED, "watching %s: 0x%" PRIx64 " is not known to be RAM", text, address),
            "it may be a device, which the audit keeps away from; `maps` shows what is known");
    a->ranges[a->range_count++] = (struct audit_range){xstrdup(text), address, (size_t)length};
    return NULL;
}
