/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways through a function: a list of places that are yet to be gone on from, and a state for each place
 * that was reached. A state only ever loses what it knows, so this ends. */
#include "engine/inspect/frames/prologue_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct flow {
    const struct prologue_code *code;
    struct prologue_state **states; /* by place; NULL: not reached */
    size_t *pending;                /* places; each at most once */
    bool *is_pending;
    size_t places, pending_count;
    struct prologue_state jumped; /* at the jumps to what was computed */
    bool jumps;
    unsigned char *ends; /* by place: the bytes of an instruction that does not go on to the next */
    bool astray;         /* it returns with something on the stack: a callee took what cannot be seen here */
};

/* -- states ------------------------------------------------------------------------------------------- */

static void begin(const struct prologue_code *code, struct prologue_state *s)
{
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < EFFECT_REGISTERS; i++)
        s->registers[i] = (struct prologue_value){HOLDS_CALLERS, i};
    s->registers[code->effects->sp] = (struct prologue_value){HOLDS_STACK, 0};
    if (code->pushed)
        s->slots[s->slot_count++] = (struct prologue_slot){0, {HOLDS_CALLERS, EFFECT_RETURN}};
}

static bool same(const struct prologue_value *a, const struct prologue_value *b)
{
    return a->holds == b->holds && (a->holds == HOLDS_UNKNOWN || a->value == b->value);
}

static bool has_slot(const struct prologue_state *s, const struct prologue_slot *wanted)
{
    for (unsigned i = 0; i < s->slot_count; i++)
        if (s->slots[i].at == wanted->at && same(&s->slots[i].value, &wanted->value))
            return true;
    return false;
}

/* What both ways agree on. True: `into` knows less than before. */
static bool meet(struct prologue_state *into, const struct prologue_state *other)
{
    bool changed = false;
    for (unsigned i = 0; i < EFFECT_REGISTERS; i++)
        if (into->registers[i].holds != HOLDS_UNKNOWN && !same(&into->registers[i], &other->registers[i])) {
            into->registers[i].holds = HOLDS_UNKNOWN;
            changed = true;
        }
    for (unsigned i = 0; i < into->slot_count;)
        if (has_slot(other, &into->slots[i])) {
            i++;
        } else {
            into->slots[i] = into->slots[--into->slot_count];
            changed = true;
        }
    if (other->conditional > into->conditional) {
        into->conditional = other->conditional;
        changed = true;
    }
    return changed;
}

/* -- one instruction ------------------------------------------------------------------------------------ */

static void forget_slot(struct prologue_state *s, int64_t at)
{
    for (unsigned i = 0; i < s->slot_count; i++)
        if (s->slots[i].at == at) {
            s->slots[i] = s->slots[--s->slot_count];
            return;
        }
}

static void store(struct prologue_state *s, int64_t at, const struct prologue_value *value)
{
    forget_slot(s, at);
    bool matters = value->holds == HOLDS_CALLERS || value->holds == HOLDS_STACK;
    if (matters && s->slot_count < PROLOGUE_SLOTS_MOST)
        s->slots[s->slot_count++] = (struct prologue_slot){at, *value};
}

static struct prologue_value load(const struct prologue_state *s, int64_t at)
{
    for (unsigned i = 0; i < s->slot_count; i++)
        if (s->slots[i].at == at)
            return s->slots[i].value;
    return (struct prologue_value){HOLDS_UNKNOWN, 0};
}

static struct prologue_value plus(const struct prologue_value *a, int64_t by)
{
    struct prologue_value v = *a;
    if (v.holds == HOLDS_CALLERS && by)
        v.holds = HOLDS_UNKNOWN;
    else if (v.holds == HOLDS_STACK || v.holds == HOLDS_NUMBER)
        v.value = (int64_t)((uint64_t)v.value + (uint64_t)by);
    return v;
}

static struct prologue_value sum(const struct prologue_value *a, const struct prologue_value *b, bool minus)
{
    if (b->holds == HOLDS_NUMBER)
        return plus(a, minus ? (int64_t)(0 - (uint64_t)b->value) : b->value);
    if (a->holds == HOLDS_NUMBER && !minus)
        return plus(b, a->value);
    return (struct prologue_value){HOLDS_UNKNOWN, 0};
}

static void step(struct prologue_state *s, const struct effect_step *e)
{
    struct prologue_value *r = &s->registers[e->reg], *base = &s->registers[e->base];
    int64_t at = (int64_t)((uint64_t)base->value + (uint64_t)e->by);
    bool on_stack = base->holds == HOLDS_STACK;
    switch (e->kind) {
    case EFFECT_ADD:
        *r = plus(base, e->by);
        break;
    case EFFECT_SET:
        *r = (struct prologue_value){HOLDS_NUMBER, e->by};
        break;
    case EFFECT_SUM:
    case EFFECT_DIFFERENCE:
        *r = sum(base, &s->registers[e->other], e->kind == EFFECT_DIFFERENCE);
        break;
    case EFFECT_STORE:
        if (on_stack)
            store(s, at, r);
        break;
    case EFFECT_LOAD:
        *r = on_stack ? load(s, at) : (struct prologue_value){HOLDS_UNKNOWN, 0};
        break;
    case EFFECT_LOSE:
        r->holds = HOLDS_UNKNOWN;
        break;
    }
}

static void apply(const struct effect *e, struct prologue_state *s)
{
    for (unsigned i = 0; i < e->count; i++)
        if (e->steps[i].reg < EFFECT_REGISTERS && e->steps[i].base < EFFECT_REGISTERS &&
            e->steps[i].other < EFFECT_REGISTERS)
            step(s, &e->steps[i]);
}

/* What a call leaves behind. */
static void called(const struct prologue_code *code, const struct effect *call, struct prologue_state *s)
{
    const struct arch_effects *a = code->effects;
    struct prologue_value *sp = &s->registers[a->sp];
    for (unsigned i = 0; i < EFFECT_REGISTERS; i++)
        if (i == EFFECT_RETURN || !(a->kept >> i & 1))
            s->registers[i].holds = HOLDS_UNKNOWN;
    if (code->popped && call->target)
        *sp = plus(sp, code->popped(code->context, call->target));
}

static bool decode(const struct prologue_code *code, size_t at, struct effect *ret)
{
    size_t left = code->size - at;
    struct effect_code one = {.bytes = code->bytes + at,
                              .n = left < EFFECT_CODE_BYTES ? left : EFFECT_CODE_BYTES,
                              .pc = code->start + at,
                              .is_thumb = code->is_thumb,
                              .big_endian = code->big_endian,
                              .is_64 = code->is_64};
    memset(ret, 0, sizeof *ret);
    return code->effects->decode(&one, ret) && ret->size > 0 && ret->size <= left;
}

/* -- the ways ----------------------------------------------------------------------------------------- */

static void arrive(struct flow *f, size_t at, const struct prologue_state *s)
{
    size_t place = at / f->code->effects->alignment;
    if (at >= f->code->size || at % f->code->effects->alignment)
        return;
    bool changed = true;
    if (f->states[place])
        changed = meet(f->states[place], s);
    else
        f->states[place] = xmemdup(s, sizeof *s);
    if (changed && !f->is_pending[place]) {
        f->is_pending[place] = true;
        f->pending[f->pending_count++] = place;
    }
}

/* On from a place to all that may follow. */
static void go_on(struct flow *f, size_t at, const struct prologue_state *from)
{
    struct effect e;
    struct prologue_state s = *from;
    if (!decode(f->code, at, &e))
        return;
    if (e.flow == EFFECT_LEAVE || (e.flow == EFFECT_BRANCH && !e.conditional))
        f->ends[at / f->code->effects->alignment] = (unsigned char)e.size;
    bool passed_over = e.conditional && e.flow != EFFECT_BRANCH;
    if (s.conditional) {
        s.conditional--;
        passed_over = true;
    }
    if (e.returns && s.registers[f->code->effects->sp].holds == HOLDS_STACK &&
        s.registers[f->code->effects->sp].value != 0)
        f->astray = true;
    struct prologue_state untouched = s;
    apply(&e, &s);
    if (e.conditional_next)
        s.conditional = e.conditional_next;
    if (e.computed && f->jumps)
        meet(&f->jumped, &s);
    else if (e.computed)
        f->jumped = s;
    f->jumps |= e.computed;
    if (e.flow == EFFECT_CALL)
        called(f->code, &e, &s);
    if (e.flow == EFFECT_BRANCH && e.target >= f->code->start)
        arrive(f, e.target - f->code->start, &s);
    if (e.flow == EFFECT_NEXT || e.flow == EFFECT_CALL || (e.flow == EFFECT_BRANCH && e.conditional))
        arrive(f, at + e.size, &s);
    if (passed_over)
        arrive(f, at + e.size, &untouched);
}

static void follow_pending(struct flow *f)
{
    struct prologue_state s;
    for (size_t work = 0; f->pending_count && work < PROLOGUE_WORK_MOST; work++) {
        size_t place = f->pending[--f->pending_count];
        f->is_pending[place] = false;
        s = *f->states[place];
        go_on(f, place * f->code->effects->alignment, &s);
    }
}

/* Places behind what does not go on, to which nothing leads: tables do. True: there were some. */
static bool follow_tables(struct flow *f)
{
    bool found = false;
    f->jumped.conditional = 0;
    for (size_t i = 0; i < f->places; i++) {
        uint64_t at = f->code->start + i * f->code->effects->alignment + f->ends[i];
        if (f->ends[i] && f->code->next_code)
            at = f->code->next_code(f->code->context, at);
        size_t place = at < f->code->start ? f->places : (at - f->code->start) / f->code->effects->alignment;
        if (!f->ends[i] || at == 0 || place >= f->places || f->states[place])
            continue;
        arrive(f, at - f->code->start, &f->jumped);
        found |= f->states[place] != NULL;
    }
    return found;
}

static void follow_all(struct flow *f)
{
    struct prologue_state s;
    begin(f->code, &s);
    arrive(f, 0, &s);
    do {
        follow_pending(f);
    } while (f->pending_count == 0 && f->jumps && follow_tables(f));
}

/* The state before the call that ends at `at`. */
static const struct prologue_state *before_call(const struct flow *f, size_t at, struct effect *ret)
{
    for (const unsigned char *size = f->code->effects->call_sizes; *size; size++) {
        size_t from = at - *size;
        if (*size > at || from % f->code->effects->alignment)
            continue;
        const struct prologue_state *s = f->states[from / f->code->effects->alignment];
        if (s && decode(f->code, from, ret) && ret->size == *size && ret->flow == EFFECT_CALL)
            return s;
    }
    return NULL;
}

/* The frame pointer points into the frame, to where the caller's was saved. */
static bool is_frame_pointer(const struct prologue_code *code, const struct prologue_state *s)
{
    const struct prologue_value *fp = &s->registers[code->effects->fp];
    return fp->holds == HOLDS_STACK && load(s, fp->value).holds == HOLDS_CALLERS &&
           load(s, fp->value).value == code->effects->fp;
}

/* Some emulators tell of a jump that was done and of its delay slot that was not. */
static bool in_delay_slot(const struct flow *f, size_t at, struct prologue_state *ret)
{
    unsigned slot = f->code->effects->delay_slot;
    struct effect e;
    if (!slot || at < slot || at >= f->code->size || !f->states[(at - slot) / slot] ||
        !decode(f->code, at - slot, &e) || e.size != 2 * slot)
        return false;
    *ret = *f->states[(at - slot) / slot];
    if (e.flow == EFFECT_CALL)
        ret->registers[f->code->effects->link].holds = HOLDS_UNKNOWN;
    return true;
}

static bool answer(const struct flow *f, size_t at, bool exact, struct prologue_state *ret)
{
    struct effect call;
    size_t place = at / f->code->effects->alignment;
    if (exact) {
        if (at >= f->code->size || at % f->code->effects->alignment)
            return false;
        if (!f->states[place])
            return in_delay_slot(f, at, ret);
        *ret = *f->states[place];
        return true;
    }
    const struct prologue_state *s = at > f->code->size ? NULL : before_call(f, at, &call);
    if (!s)
        return false;
    *ret = *s;
    apply(&call, ret);
    return true;
}

bool prologue_follow(const struct prologue_code *code, uint64_t pc, bool exact, struct prologue_state *ret,
                     bool *has_fp)
{
    size_t places = code->size / code->effects->alignment + 1;
    struct flow f = {.code = code,
                     .states = xcalloc(places, sizeof *f.states),
                     .pending = xcalloc(places, sizeof *f.pending),
                     .is_pending = xcalloc(places, sizeof *f.is_pending),
                     .ends = xcalloc(places, sizeof *f.ends),
                     .places = places};
    *has_fp = false;
    follow_all(&f);
    /* What is left to be done might still take away from what is known. */
    bool found =
        f.pending_count == 0 && !f.astray && pc >= code->start && answer(&f, pc - code->start, exact, ret);
    for (size_t i = 0; i < places; i++) {
        *has_fp |= f.states[i] && is_frame_pointer(code, f.states[i]);
        free(f.states[i]);
    }
    free(f.states);
    free(f.pending);
    free(f.is_pending);
    free(f.ends);
    return found;
}

unsigned prologue_popped(const struct prologue_code *code)
{
    struct effect e;
    for (size_t at = 0; at < code->size && decode(code, at, &e); at += e.size)
        if (e.returns)
            return e.popped;
    return 0;
}

bool prologue_ends_in_call(const struct prologue_code *code, uint64_t at)
{
    for (const unsigned char *size = code->effects->call_sizes; *size; size++) {
        struct effect e;
        if (at - code->start >= *size && decode(code, at - code->start - *size, &e) && e.size == *size &&
            e.flow == EFFECT_CALL)
            return true;
    }
    return false;
}
