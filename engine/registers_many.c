/* The pc of many threads at once: `Hg` and `p` (or `g` where the stub has no `p`) for each, in batches. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/core.h"
#include "engine/registers.h"

enum { AT_ONCE = 64, PAYLOAD = 48 };

struct question {
    struct thread *thread;
    char select[PAYLOAD], ask[PAYLOAD];
};

static void ask_about(struct question *q, struct thread *t, const struct rsp_register *pc, bool single)
{
    BASE_BUF struct buf id = {0};
    ptid_encode(&id, t->id);
    q->thread = t;
    snprintf(q->select, sizeof q->select, "Hg%s", buf_text(&id));
    if (single)
        snprintf(q->ask, sizeof q->ask, "p%" PRIx32, pc->number);
    else
        snprintf(q->ask, sizeof q->ask, "g");
}

static void take_answer(struct session *s, struct thread *t, const struct rsp_register *pc, bool single,
                        const struct rsp_request *select, const struct rsp_request *answer)
{
    const char *hex = buf_text(&answer->reply);
    size_t offset = single ? 0 : pc->offset * 2;
    unsigned char bytes[8];
    if (select->error || answer->error || strcmp(buf_text(&select->reply), "OK") != 0 ||
        answer->reply.length < offset + pc->size * 2 ||
        hex_decode(hex + offset, pc->size * 2, bytes, sizeof bytes) != (long)pc->size)
        return;
    registers_note(s, t, pc, bytes);
}

static struct error *ask_batch(struct session *s, struct question *questions, size_t count,
                               const struct rsp_register *pc, bool single)
{
    struct rsp_request requests[2 * AT_ONCE] = {0};
    for (size_t i = 0; i < count; i++) {
        requests[2 * i] = (struct rsp_request){
            .payload = questions[i].select, .length = strlen(questions[i].select), .grammar = RSP_GRAMMAR_OK};
        requests[2 * i + 1] = (struct rsp_request){
            .payload = questions[i].ask, .length = strlen(questions[i].ask), .grammar = RSP_GRAMMAR_HEX};
    }
    rsp_forget_selected(s->connection);
    struct error *e = session_check(s, rsp_call_batch(s->connection, requests, 2 * count));
    for (size_t i = 0; i < count; i++) {
        if (!e)
            take_answer(s, questions[i].thread, pc, single, &requests[2 * i], &requests[2 * i + 1]);
        rsp_request_free(&requests[2 * i]);
        rsp_request_free(&requests[2 * i + 1]);
    }
    return e;
}

struct error *registers_fetch_pcs(struct session *s, struct thread *const *threads, size_t count)
{
    TRY(session_need_stopped(s));
    const struct rsp_register *pc = s->arch ? register_find(s, s->arch->pc) : NULL;
    if (!pc || pc->size > 8)
        return NULL;
    struct question questions[AT_ONCE];
    bool single = rsp_features(s->connection)->state[FEATURE_READ_REGISTER].works == TRI_YES;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!register_cached(threads[i], pc))
            ask_about(&questions[n++], threads[i], pc, single);
        if (n == AT_ONCE || (n && i + 1 == count)) {
            TRY(ask_batch(s, questions, n, pc, single));
            n = 0;
        }
    }
    return NULL;
}
