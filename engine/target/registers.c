/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading registers: from what is known of the thread in this stop, else by `g` or `p`. */
#include "engine/target/registers.h"

#include <string.h>

#include "engine/target/limits.h"
#include "engine/target/registers_private.h"
#include "engine/target/target.h"

/* Refused once it is not asked again in this stop. */
static struct error *ask_all(struct target *target, struct thread *t)
{
    TRY(target_need_stopped(target));
    TRY(description_check(target, t->id.pid));
    if (!target->description)
        return description_missing(
            target, error_new(ERR_UNSUPPORTED,
                              "read registers: the stub sent no description of them that could be used"));
    registers_make_room(target, t);
    if (t->has_g)
        return NULL;
    if (t->g_refused)
        return error_new(ERR_REFUSED, "reading registers: the stub refuses `g` and `p`");
    struct rsp_g g = {0};
    struct error *e = target_check(target, rsp_read_g(target->connection, t->id, &g));
    t->g_refused = error_is(e, ERR_REFUSED) || error_is(e, ERR_UNSUPPORTED);
    if (e)
        return e;
    registers_check_length(target, &g);
    registers_note_all(target, t, &g);
    rsp_g_free(&g);
    return NULL;
}

/* `words`: what the stub said to `p` just now, or "". */
static struct error *unavailable(const struct thread *t, const struct rsp_register *r, const char *words)
{
    return error_new(ERR_OPTIMISED_OUT, "register %s is not available: the stub %s%s%s", r->name,
                     t->g_refused ? "refuses `g`, and does not tell it by `p`" : "does not know its value",
                     *words ? "; the stub says: " : "", words);
}

/* One register by itself; *size 0: the stub does not tell it. */
static struct error *ask_alone(struct target *target, struct thread *t, const struct rsp_register *r,
                               unsigned char *bytes, size_t *size)
{
    struct error *e =
        target_check(target, rsp_read_register(target->connection, t->id, r->number, bytes, size));
    if (!error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED))
        return e;
    error_free(e);
    *size = 0;
    return NULL;
}

/* A register behind the end of `g`. */
static struct error *read_behind_g(struct target *target, struct thread *t, const struct rsp_register *r)
{
    unsigned char bytes[REGISTER_VALUE_MOST];
    size_t size = sizeof bytes;
    TRY(ask_alone(target, t, r, bytes, &size));
    register_store(t, r, bytes, size == r->size);
    return NULL;
}

/* Stubs of cores whose whole set cannot be read refuse `g` and tell single registers. `refused` is taken
 * over, and given back when not one of them is told. */
static struct error *one_by_one(struct target *target, struct thread *t, struct error *refused)
{
    bool told = false;
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r->size > REGISTER_VALUE_MOST || register_cached(t, r))
            continue;
        struct error *e = read_behind_g(target, t, r);
        if (e) {
            error_free(refused);
            return e;
        }
        told = told || t->known[r->offset];
    }
    if (!told)
        return refused;
    error_free(refused);
    return NULL;
}

struct error *registers_fetch(struct target *target, struct thread *t)
{
    struct error *e = ask_all(target, t);
    return e && t->g_refused ? one_by_one(target, t, e) : e;
}

/* What one register and all of them cost on the wire, both directions, two framings and two acks. */
enum { PACKETS_COST = 12 };

static size_t cost_alone(const struct rsp_register *r)
{
    return PACKETS_COST + sizeof "p10" + 2 * (size_t)r->size;
}

static size_t cost_of_all(const struct target *target)
{
    return PACKETS_COST + 2 * target->description->g_size;
}

/*
 * Where bytes are dear a register is asked for by itself, until what that has cost comes to half of `g`: most
 * stops need the pc, or with it the stack's two pointers. Who looks at them all asks registers_fetch().
 */
static bool pays_alone(struct target *target, struct thread *t, const struct rsp_register *r)
{
    return target_is_thrifty(target) && !t->has_g &&
           rsp_features(target->connection)->state[FEATURE_READ_REGISTER].works != TRI_NO &&
           2 * (t->paid_alone + cost_alone(r)) <= cost_of_all(target);
}

/* A stub that does not tell it is asked for all of them, as ever. */
static struct error *read_alone(struct target *target, struct thread *t, const struct rsp_register *r)
{
    TRY(target_need_stopped(target));
    registers_make_room(target, t);
    if (!pays_alone(target, t, r))
        return NULL;
    unsigned char bytes[REGISTER_VALUE_MOST];
    size_t size = sizeof bytes;
    t->paid_alone += cost_alone(r);
    TRY(ask_alone(target, t, r, bytes, &size));
    if (size == r->size)
        register_store(t, r, bytes, true);
    return NULL;
}

struct error *register_read(struct target *target, struct thread *t, const struct rsp_register *r,
                            unsigned char *bytes)
{
    if (r->size > REGISTER_VALUE_MOST)
        return error_new(ERR_UNSUPPORTED, "register %s has %u bytes, more than %d", r->name, r->size,
                         REGISTER_VALUE_MOST);
    if (!register_cached(t, r) && target->description)
        TRY(read_alone(target, t, r));
    struct error *refused = register_cached(t, r) ? NULL : ask_all(target, t);
    if (refused && !t->g_refused)
        return refused;
    const char *words = "";
    if (!register_cached(t, r)) {
        struct error *e = read_behind_g(target, t, r);
        if (e) {
            error_free(refused);
            return e;
        }
        words = rsp_last_words(target->connection);
    }
    if (!t->known[r->offset])
        return refused ? refused : unavailable(t, r, words);
    error_free(refused);
    memcpy(bytes, t->bytes + r->offset, r->size);
    return NULL;
}

struct error *register_value(struct target *target, struct thread *t, const char *name, uint64_t *ret)
{
    const struct rsp_register *r;
    TRY(register_find_number(target, t->id.pid, name, &r));
    unsigned char bytes[REGISTER_VALUE_MOST];
    TRY(register_read(target, t, r, bytes));
    *ret = arch_load(bytes, r->size, target->big_endian);
    return NULL;
}

static struct error *read_pc(struct target *target, struct thread *t, uint64_t *ret)
{
    TRY(description_check(target, t->id.pid));
    if (!target->arch)
        return description_missing(
            target, error_new(ERR_UNSUPPORTED, "the target's architecture is not known, so there is no pc"));
    return register_value(target, t, target->arch->pc, ret);
}

struct error *thread_pc(struct target *target, struct thread *t, uint64_t *ret)
{
    unsigned before;
    TRY(description_enter(target, t->id, &before));
    struct error *e = read_pc(target, t, ret);
    description_leave(target, before);
    return e;
}

static struct error *read_sp(struct target *target, struct thread *t, uint64_t *ret)
{
    TRY(description_check(target, t->id.pid));
    if (!target->arch)
        return description_missing(
            target, error_new(ERR_UNSUPPORTED,
                              "the target's architecture is not known, so there is no stack pointer"));
    if (!*target->arch->sp)
        return error_hint(
            error_new(ERR_UNSUPPORTED,
                      "the target's description does not say which register is the stack pointer"),
            "`stepi`, `until` and breakpoints do without");
    return register_value(target, t, target->arch->sp, ret);
}

struct error *thread_sp(struct target *target, struct thread *t, uint64_t *ret)
{
    unsigned before;
    TRY(description_enter(target, t->id, &before));
    struct error *e = read_sp(target, t, ret);
    description_leave(target, before);
    return e;
}

void register_text(struct target *target, const struct rsp_register *r, const unsigned char *bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < r->size; i++) {
        unsigned char byte = bytes[target->big_endian ? i : r->size - 1 - i];
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    *out = '\0';
}
