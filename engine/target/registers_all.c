/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many registers of one thread at once: those that `g` leaves out, and writing them all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/registers.h"
#include "engine/target/registers_private.h"
#include "engine/target/target.h"

enum { AT_ONCE = 64, PAYLOAD = 16 + 2 * REGISTER_VALUE_MOST };

/* Registers that one batch is about. */
struct several {
    const struct rsp_register *registers[AT_ONCE];
    struct rsp_request requests[AT_ONCE];
    char payloads[AT_ONCE][PAYLOAD];
    size_t count;
};

static void forget(struct several *s)
{
    for (size_t i = 0; i < s->count; i++)
        rsp_request_free(&s->requests[i]);
    s->count = 0;
}

static void add(struct several *s, const struct rsp_register *r, int length, enum rsp_grammar grammar,
                unsigned flags)
{
    s->registers[s->count] = r;
    s->requests[s->count] = (struct rsp_request){
        .payload = s->payloads[s->count], .length = (size_t)length, .grammar = grammar, .flags = flags};
    s->count++;
}

/* -- those beside `g` --------------------------------------------------------------------------------------
 */

static void take_answers(struct thread *t, struct several *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct rsp_register *r = s->registers[i];
        const struct buf *reply = &s->requests[i].reply;
        unsigned char bytes[REGISTER_VALUE_MOST];
        bool told = !s->requests[i].error && reply->length == (size_t)r->size * 2 &&
                    hex_decode(buf_text(reply), reply->length, bytes, sizeof bytes) == (long)r->size;
        register_store(t, r, bytes, told);
    }
}

static struct error *ask(struct target *target, struct thread *t, struct several *s)
{
    if (!s->count)
        return NULL;
    struct error *e = target_check(target, rsp_call_batch(target->connection, s->requests, s->count));
    if (!e)
        take_answers(t, s);
    forget(s);
    return e;
}

static bool is_beside(const struct thread *t, const struct rsp_register *r)
{
    return r->offset + r->size > t->g_size && r->size <= REGISTER_VALUE_MOST && !t->asked[r->offset] &&
           (r->group == REGISTER_FLOAT || r->group == REGISTER_VECTOR);
}

struct error *registers_fetch_beside(struct target *target, struct thread *t)
{
    TRY(target_need_stopped(target));
    registers_make_room(target, t);
    if (rsp_features(target->connection)->state[FEATURE_READ_REGISTER].works == TRI_NO)
        return NULL;
    TRY(target_check(target, rsp_select_thread(target->connection, t->id)));
    BASE_FREE struct several *s = xcalloc(1, sizeof *s);
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (!is_beside(t, r))
            continue;
        add(s, r, snprintf(s->payloads[s->count], PAYLOAD, "p%" PRIx32, r->number), RSP_GRAMMAR_HEX, 0);
        if (s->count == AT_ONCE)
            TRY(ask(target, t, s));
    }
    return ask(target, t, s);
}

/* -- writing -----------------------------------------------------------------------------------------------
 */

static bool differs(const struct thread *t, const struct rsp_register *r, const unsigned char *bytes,
                    const unsigned char *wanted)
{
    size_t at = r->offset;
    if (!wanted[at])
        return false;
    return !t->asked[at] || !t->known[at] || memcmp(t->bytes + at, bytes + at, r->size) != 0;
}

/* All that `G` carries, malloc'd: what is wanted, and what is there; NULL: not all of that is known. */
static unsigned char *merge(const struct target *target, const struct thread *t, const unsigned char *bytes,
                            const unsigned char *wanted)
{
    if (!t->g_size || t->g_size > t->size)
        return NULL;
    unsigned char *whole = xmemdup(t->bytes, t->size);
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        bool known = wanted[r->offset] || (t->asked[r->offset] && t->known[r->offset]);
        if (r->offset < t->g_size && (!known || r->offset + r->size > t->g_size)) {
            free(whole);
            return NULL;
        }
        if (wanted[r->offset])
            memcpy(whole + r->offset, bytes + r->offset, r->size);
    }
    return whole;
}

/* *done: the stub has taken them. */
static struct error *write_at_once(struct target *target, struct thread *t, const unsigned char *bytes,
                                   const unsigned char *wanted, bool *done)
{
    struct error *unfit = registers_check_fits(target, t);
    BASE_FREE unsigned char *whole = unfit || target->refuses_g ? NULL : merge(target, t, bytes, wanted);
    error_free(unfit);
    *done = false;
    if (!whole)
        return NULL;
    struct error *e = target_check(target, rsp_write_g(target->connection, t->id, whole, t->g_size));
    target->refuses_g = error_is(e, ERR_UNSUPPORTED) || error_is(e, ERR_REFUSED);
    if (target->refuses_g) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r->offset < t->g_size)
            register_store(t, r, whole + r->offset, true);
    }
    *done = true;
    return NULL;
}

/* One that was refused is written once more, by itself, for what the error says. */
static struct error *take_oks(struct target *target, struct thread *t, struct several *s,
                              const unsigned char *bytes)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct rsp_register *r = s->registers[i];
        if (!s->requests[i].error && strcmp(buf_text(&s->requests[i].reply), "OK") == 0)
            register_store(t, r, bytes + r->offset, true);
        else
            TRY(register_write(target, t, r, bytes + r->offset));
    }
    return NULL;
}

static struct error *write_several(struct target *target, struct thread *t, struct several *s,
                                   const unsigned char *bytes)
{
    if (!s->count)
        return NULL;
    struct error *e = target_check(target, rsp_call_batch(target->connection, s->requests, s->count));
    if (!e)
        e = take_oks(target, t, s, bytes);
    forget(s);
    return e;
}

static int write_payload(char *out, const struct rsp_register *r, const unsigned char *bytes)
{
    BASE_BUF struct buf b = {0};
    buf_printf(&b, "P%" PRIx32 "=", r->number);
    hex_encode(&b, bytes, r->size);
    memcpy(out, b.data, b.length);
    return (int)b.length;
}

/* Each by `P`, in batches. */
static struct error *write_each(struct target *target, struct thread *t, const unsigned char *bytes,
                                const unsigned char *wanted)
{
    BASE_FREE struct several *s = xcalloc(1, sizeof *s);
    TRY(target_check(target, rsp_select_thread(target->connection, t->id)));
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (!differs(t, r, bytes, wanted) || r->size > REGISTER_VALUE_MOST)
            continue;
        add(s, r, write_payload(s->payloads[s->count], r, bytes + r->offset), RSP_GRAMMAR_OK, RSP_MUTATES);
        if (s->count == AT_ONCE)
            TRY(write_several(target, t, s, bytes));
    }
    return write_several(target, t, s, bytes);
}

struct error *registers_write_all(struct target *target, struct thread *t, const unsigned char *bytes,
                                  const unsigned char *wanted)
{
    size_t different = 0;
    bool done = false;
    TRY(target_need_stopped(target));
    registers_make_room(target, t);
    for (size_t i = 0; i < target->description->count; i++)
        different += differs(t, &target->description->registers[i], bytes, wanted);
    if (different > 1)
        TRY(write_at_once(target, t, bytes, wanted, &done));
    if (different > 1 && !done)
        TRY(registers_fetch(target, t)); /* those that are so already are left alone */
    t->at_site = false;
    return write_each(target, t, bytes, wanted);
}
