/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers of many threads at once: `Hg` and `p` or `g` for each, in batches. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/limits.h"
#include "engine/target/pace.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"

enum { AT_ONCE = 64, PAYLOAD = 48 };

struct question {
    struct thread *thread;
    char select[PAYLOAD], ask[PAYLOAD];
};

/* `one`: this register by `p`; NULL: all by `g`. */
static void ask_about(struct question *q, struct thread *t, const struct rsp_register *one)
{
    BASE_BUF struct buf id = {0};
    ptid_encode(&id, t->id);
    q->thread = t;
    snprintf(q->select, sizeof q->select, "Hg%s", buf_text(&id));
    if (one)
        snprintf(q->ask, sizeof q->ask, "p%" PRIx32, one->number);
    else
        snprintf(q->ask, sizeof q->ask, "g");
}

static void take_one(struct target *target, struct thread *t, const struct rsp_register *r,
                     const struct buf *reply)
{
    unsigned char bytes[8];
    if (reply->length >= (size_t)r->size * 2 &&
        hex_decode(buf_text(reply), (size_t)r->size * 2, bytes, sizeof bytes) == (long)r->size)
        registers_note(target, t, r, bytes);
}

static void take_answer(struct target *target, struct thread *t, const struct rsp_register *one,
                        const struct rsp_request *select, const struct rsp_request *answer)
{
    if (select->error || answer->error || strcmp(buf_text(&select->reply), "OK") != 0)
        return;
    if (one) {
        take_one(target, t, one, &answer->reply);
        return;
    }
    struct rsp_g g;
    if (!rsp_decode_g(&answer->reply, &g))
        return;
    registers_note_all(target, t, &g);
    rsp_g_free(&g);
}

/* A silent stub is not asked for the rest: *silent. When the user's time is up, that is the error. */
static struct error *check_silence(struct target *target, struct rsp_request *requests, size_t count,
                                   bool *silent)
{
    for (size_t i = 0; i < count; i++) {
        struct error *e = requests[i].error;
        if (!error_is(e, ERR_TIMEOUT))
            continue;
        *silent = true;
        if (clock_now_ns() < target->deadline_ns)
            return NULL;
        requests[i].error = NULL;
        return e;
    }
    return NULL;
}

static struct error *ask_batch(struct target *target, struct question *questions, size_t count,
                               const struct rsp_register *one, bool *silent)
{
    struct rsp_request requests[2 * AT_ONCE] = {0};
    for (size_t i = 0; i < count; i++) {
        requests[2 * i] = (struct rsp_request){
            .payload = questions[i].select, .length = strlen(questions[i].select), .grammar = RSP_GRAMMAR_OK};
        requests[2 * i + 1] = (struct rsp_request){
            .payload = questions[i].ask, .length = strlen(questions[i].ask), .grammar = RSP_GRAMMAR_HEX};
    }
    rsp_forget_selected(target->connection);
    int64_t before = clock_now_ns();
    struct error *e = target_check(target, rsp_call_batch(target->connection, requests, 2 * count));
    pace_note(target, 2 * count, clock_now_ns() - before);
    if (!e)
        e = check_silence(target, requests, 2 * count, silent);
    for (size_t i = 0; i < count; i++) {
        if (!e)
            take_answer(target, questions[i].thread, one, &requests[2 * i], &requests[2 * i + 1]);
        rsp_request_free(&requests[2 * i]);
        rsp_request_free(&requests[2 * i + 1]);
    }
    return e;
}

/* A thread that cannot be selected: the stub speaks of it, or nothing is known of it. */
static struct error *fetch_unselected(struct target *target, struct thread *t, const struct rsp_register *one)
{
    unsigned char bytes[REGISTER_VALUE_MOST];
    if (!rsp_speaks_of(target->connection, t->id))
        return NULL;
    struct error *e = one ? register_read(target, t, one, bytes) : registers_fetch(target, t);
    if (error_ends_asking(e))
        return e;
    error_free(e);
    return NULL;
}

static struct error *fetch(struct target *target, struct thread *const *threads, size_t count,
                           const struct rsp_register *one)
{
    struct question questions[AT_ONCE];
    size_t n = 0;
    bool silent = false;
    for (size_t i = 0; i < count && !silent; i++) {
        bool missing = one ? !register_cached(threads[i], one) : !threads[i]->has_g;
        if (missing && (threads[i]->id.tid <= 0 || !rsp_can_select(target->connection)))
            TRY(fetch_unselected(target, threads[i], one));
        else if (missing)
            ask_about(&questions[n++], threads[i], one);
        if (n && (2 * n >= pace_at_once(target, 2 * AT_ONCE) || i + 1 == count)) {
            TRY(ask_batch(target, questions, n, one, &silent));
            n = 0;
        }
    }
    return NULL;
}

/* -- processes, each by its own description --------------------------------------------------------- */

typedef struct error *(*fetch_function)(struct target *target, struct thread *const *threads, size_t count);

/* How many from the start are of one process, as far as descriptions go. */
static size_t together(const struct target *target, struct thread *const *threads, size_t count)
{
    size_t n = 1;
    bool in_force = description_is_of(target, threads[0]->id.pid);
    while (n < count && (threads[n]->id.pid == threads[0]->id.pid ||
                         (in_force && description_is_of(target, threads[n]->id.pid))))
        n++;
    return n;
}

/* A process whose description cannot be had is left out. */
static struct error *by_process(struct target *target, struct thread *const *threads, size_t count,
                                fetch_function fetch_some)
{
    TRY(target_need_stopped(target));
    for (size_t i = 0, n = 0; i < count; i += n) {
        unsigned before;
        n = together(target, threads + i, count - i);
        struct error *e = description_enter(target, threads[i]->id, &before);
        if (!e) {
            e = fetch_some(target, threads + i, n);
            description_leave(target, before);
        }
        if (error_ends_asking(e) || n == count)
            return e;
        error_free(e);
    }
    return NULL;
}

static struct error *fetch_all(struct target *target, struct thread *const *threads, size_t count)
{
    return target->description ? fetch(target, threads, count, NULL) : NULL;
}

struct error *registers_fetch_many(struct target *target, struct thread *const *threads, size_t count)
{
    return by_process(target, threads, count, fetch_all);
}

static struct error *fetch_pcs(struct target *target, struct thread *const *threads, size_t count)
{
    const struct rsp_register *pc = target->arch ? register_find(target, target->arch->pc) : NULL;
    if (!pc || pc->size > 8)
        return NULL;
    bool single = rsp_features(target->connection)->state[FEATURE_READ_REGISTER].works == TRI_YES;
    if (single)
        return fetch(target, threads, count, pc);
    BASE_FREE struct thread **unknown = xcalloc(count + 1, sizeof *unknown);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!register_cached(threads[i], pc))
            unknown[n++] = threads[i];
    return fetch(target, unknown, n, NULL);
}

struct error *registers_fetch_pcs(struct target *target, struct thread *const *threads, size_t count)
{
    return by_process(target, threads, count, fetch_pcs);
}
