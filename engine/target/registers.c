/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/limits.h"
#include "engine/target/registers.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"

static void describe(struct rsp_register *r, const struct arch *arch, uint32_t number, size_t offset)
{
    const struct arch_register *row = &arch->layout[number];
    bool is_pc = strcmp(row->name, arch->pc) == 0;
    *r = (struct rsp_register){
        .name = xstrdup(row->name),
        .type = xstrdup(is_pc ? "code_ptr" : "int"),
        .number = number,
        .size = row->size,
        .offset = offset,
        .group = REGISTER_GENERAL,
    };
}

/* A description that names its architecture and no register is legal (gdb manual, "Target Description
 * Format"): LLVM's stub and those of some debuggers send it. */
void registers_complete(struct target *target)
{
    const struct arch *arch = target->arch;
    struct rsp_tdesc *t = target->description;
    if (!arch || !arch->layout || (t && t->count))
        return;
    if (!t)
        t = target->description = xcalloc(1, sizeof *t);
    while (arch->layout[t->count].name)
        t->count++;
    free(t->registers);
    t->registers = xcalloc(t->count, sizeof *t->registers);
    t->g_size = 0;
    t->usual = true;
    for (uint32_t i = 0; i < t->count; i++) {
        describe(&t->registers[i], arch, i, t->g_size);
        t->g_size += arch->layout[i].size;
    }
}

const struct rsp_register *register_find(struct target *target, const char *name)
{
    if (!target->description)
        return NULL;
    if (*name == '$')
        name++;
    const struct rsp_register *r = rsp_tdesc_find(target->description, name);
    if (r || !target->arch)
        return r;
    if (strcmp(name, "pc") == 0)
        return rsp_tdesc_find(target->description, target->arch->pc);
    if (strcmp(name, "sp") == 0)
        return rsp_tdesc_find(target->description, target->arch->sp);
    if (strcmp(name, "fp") == 0 && target->arch->fp)
        return rsp_tdesc_find(target->description, target->arch->fp);
    if (strcmp(name, "ps") == 0)
        return rsp_tdesc_find(target->description, "eflags");
    return NULL;
}

static void make_room(struct target *target, struct thread *t)
{
    size_t size = target->description->g_size;
    if (t->size == size && t->bytes && t->laid_by == target->description)
        return;
    free(t->bytes);
    free(t->known);
    free(t->asked);
    free(t->previous);
    t->bytes = xcalloc(size, 1);
    t->known = xcalloc(size, 1);
    t->asked = xcalloc(size, 1);
    t->previous = NULL;
    t->has_previous = t->has_g = false;
    t->size = size;
    t->laid_by = target->description;
}

bool register_cached(const struct thread *t, const struct rsp_register *r)
{
    const struct rsp_tdesc *of = t->laid_by;
    return of && r >= of->registers && r < of->registers + of->count && r->offset + r->size <= t->size &&
           t->asked[r->offset];
}

bool register_cached_value(struct target *target, const struct thread *t, const char *name, uint64_t *ret)
{
    const struct rsp_register *r = register_find(target, name);
    if (!r || r->size > 8 || !register_cached(t, r) || !t->known[r->offset])
        return false;
    *ret = arch_load(t->bytes + r->offset, r->size, target->big_endian);
    return true;
}

static void store(struct thread *t, const struct rsp_register *r, const unsigned char *bytes, bool known)
{
    if (known)
        memcpy(t->bytes + r->offset, bytes, r->size);
    memset(t->known + r->offset, known, r->size);
    memset(t->asked + r->offset, 1, r->size);
}

void registers_note(struct target *target, struct thread *t, const struct rsp_register *r,
                    const unsigned char *bytes)
{
    make_room(target, t);
    store(t, r, bytes, true);
}

void threads_expedited(struct target *target, struct thread *t, const struct rsp_stop *stop)
{
    if (!target->description || !description_is_of(target, t->id.pid))
        return;
    make_room(target, t);
    for (unsigned i = 0; i < stop->expedited_count; i++) {
        const struct rsp_expedited *x = &stop->expedited[i];
        const struct rsp_register *r = rsp_tdesc_by_number(target->description, x->number);
        if (r && r->size == x->size)
            store(t, r, x->bytes, true);
    }
}

/* How many registers are in so many bytes of `g`; *cut: the end lies within one. */
static size_t count_within(const struct rsp_tdesc *t, size_t size, bool *cut)
{
    size_t count = 0;
    *cut = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct rsp_register *r = &t->registers[i];
        count += r->offset + r->size <= size;
        *cut = *cut || (r->offset < size && r->offset + r->size > size);
    }
    return count;
}

/*
 * Many stubs give less than they describe and tell the rest by `p`; an architecture's usual registers may be
 * followed by more. Anything else is a description that does not fit: that is told once for a length.
 */
static void check_length(struct target *target, const struct rsp_g *g)
{
    const struct rsp_tdesc *t = target->description;
    bool cut, more = g->size > t->g_size && !t->usual;
    size_t count = count_within(t, g->size, &cut);
    if ((!cut && !more) || target->g_told == g->size)
        return;
    target->g_told = g->size;
    BASE_FREE char *text = xasprintf(
        "the stub's `g` has %zu bytes where %s %zu: the first %zu of %zu registers are taken from it%s\n",
        g->size, t->usual ? "this architecture's registers have" : "its description says", t->g_size, count,
        t->count, t->usual ? "; is it the program that runs there?" : "");
    target_say(target, text);
}

void registers_note_all(struct target *target, struct thread *t, const struct rsp_g *g)
{
    make_room(target, t);
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r->offset + r->size > g->size)
            continue; /* a short `g` leaves these to `p` */
        bool known = true;
        for (size_t k = 0; k < r->size; k++)
            known = known && g->known[r->offset + k];
        store(t, r, g->bytes + r->offset, known);
    }
    t->has_g = true;
    t->g_size = g->size;
}

/* Refused once it is not asked again in this stop. */
static struct error *ask_all(struct target *target, struct thread *t)
{
    TRY(target_need_stopped(target));
    TRY(description_check(target, t->id.pid));
    if (!target->description)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "read registers: the stub sent no target description"),
            "name a program with symbols, or `set architecture NAME`, so that the processor is known");
    make_room(target, t);
    if (t->has_g)
        return NULL;
    if (t->g_refused)
        return error_new(ERR_REFUSED, "reading registers: the stub refuses `g` and `p`");
    struct rsp_g g = {0};
    struct error *e = target_check(target, rsp_read_g(target->connection, t->id, &g));
    t->g_refused = error_is(e, ERR_REFUSED) || error_is(e, ERR_UNSUPPORTED);
    if (e)
        return e;
    check_length(target, &g);
    registers_note_all(target, t, &g);
    rsp_g_free(&g);
    return NULL;
}

/* `words`: what the stub said to `p` just now, or "". */
static struct error *unavailable(const struct rsp_register *r, const char *words)
{
    return error_new(ERR_OPTIMISED_OUT, "register %s is not available: the stub does not know its value%s%s",
                     r->name, *words ? "; the stub says: " : "", words);
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
    store(t, r, bytes, size == r->size);
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
    make_room(target, t);
    if (!pays_alone(target, t, r))
        return NULL;
    unsigned char bytes[REGISTER_VALUE_MOST];
    size_t size = sizeof bytes;
    t->paid_alone += cost_alone(r);
    TRY(ask_alone(target, t, r, bytes, &size));
    if (size == r->size)
        store(t, r, bytes, true);
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
        return refused ? refused : unavailable(r, words);
    error_free(refused);
    memcpy(bytes, t->bytes + r->offset, r->size);
    return NULL;
}

static struct error *find_number(struct target *target, int64_t pid, const char *name,
                                 const struct rsp_register **ret)
{
    TRY(description_check(target, pid));
    *ret = register_find(target, name);
    if (!*ret)
        return error_hint(error_new(ERR_NO_SYMBOL, "there is no register %s", name),
                          "`registers` lists them all with `group: all`");
    if ((*ret)->size > 8)
        return error_new(ERR_TYPE_MISMATCH, "register %s is no number: it has %u bytes", name, (*ret)->size);
    return NULL;
}

struct error *register_value(struct target *target, struct thread *t, const char *name, uint64_t *ret)
{
    const struct rsp_register *r;
    TRY(find_number(target, t->id.pid, name, &r));
    unsigned char bytes[REGISTER_VALUE_MOST];
    TRY(register_read(target, t, r, bytes));
    *ret = arch_load(bytes, r->size, target->big_endian);
    return NULL;
}

/* `G` carries all of them: one that the stub did not tell would be written as zero. */
static struct error *check_all_known(const struct target *target, const struct thread *t,
                                     const struct rsp_register *written)
{
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r == written || r->offset >= t->g_size)
            continue;
        if (r->offset + r->size > t->g_size || !t->known[r->offset])
            return error_hint(
                error_new(ERR_UNSUPPORTED,
                          "the stub writes all registers at once or none (no `P`), and the value of "
                          "%s is not known: it would be lost",
                          r->name),
                "where that register is available, the write is possible");
    }
    return NULL;
}

/* Bytes of `g` that nothing describes go back as they came, or not at all. */
static struct error *check_rest_known(const struct rsp_g *g, size_t described)
{
    if (g->size <= described || !memchr(g->known + described, 0, g->size - described))
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "the stub writes all registers at once or none (no `P`), and it does not "
                                "tell all bytes of its `g` behind the %zu that are known: they would be lost",
                                described),
                      "where they are available, the write is possible");
}

/*
 * All that `G` takes, malloc'd. A `g` that is longer than the registers that are known (those of an
 * architecture that was set) is read once more for it: what nothing describes is not kept for each thread.
 */
static struct error *whole_g(struct target *target, struct thread *t, unsigned char **ret)
{
    if (t->g_size <= t->size) {
        *ret = xmemdup(t->bytes, t->g_size);
        return NULL;
    }
    struct rsp_g g = {0};
    TRY(target_check(target, rsp_read_g(target->connection, t->id, &g)));
    struct error *e = check_rest_known(&g, t->size);
    if (!e && g.size != t->g_size)
        e = error_new(ERR_VIOLATION, "the stub's `g` had %zu bytes, and in the same stop it has %zu",
                      t->g_size, g.size);
    if (!e)
        *ret = xmemdup(g.bytes, g.size);
    rsp_g_free(&g);
    return e;
}

static struct error *write_whole_g(struct target *target, struct thread *t, const struct rsp_register *r,
                                   const unsigned char *bytes)
{
    TRY(registers_fetch(target, t));
    TRY(check_all_known(target, t, r));
    if (r->offset + r->size > t->g_size)
        return error_new(ERR_UNSUPPORTED, "the stub knows no `P`, and its `G` has not this register");
    BASE_FREE unsigned char *whole = NULL;
    TRY(whole_g(target, t, &whole));
    memcpy(whole + r->offset, bytes, r->size);
    return target_check(target, rsp_write_g(target->connection, t->id, whole, t->g_size));
}

struct error *register_write(struct target *target, struct thread *t, const struct rsp_register *r,
                             const unsigned char *bytes)
{
    TRY(target_need_stopped(target));
    make_room(target, t);
    struct error *e =
        target_check(target, rsp_write_register(target->connection, t->id, r->number, bytes, r->size));
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        e = write_whole_g(target, t, r, bytes);
    }
    if (e)
        return error_while(e, "write register %s", r->name);
    store(t, r, bytes, true);
    /* A write to pc may leave the site that was reported there. */
    if (target->arch && strcmp(r->name, target->arch->pc) == 0)
        t->at_site = false;
    return NULL;
}

struct error *register_write_value(struct target *target, struct thread *t, const char *name, uint64_t value)
{
    const struct rsp_register *r;
    TRY(find_number(target, t->id.pid, name, &r));
    unsigned char bytes[8];
    arch_store(bytes, r->size, target->big_endian, value);
    return register_write(target, t, r, bytes);
}

static struct error *read_pc(struct target *target, struct thread *t, uint64_t *ret)
{
    TRY(description_check(target, t->id.pid));
    if (!target->arch)
        return error_new(ERR_UNSUPPORTED, "the target's architecture is not known, so there is no pc");
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
        return error_new(ERR_UNSUPPORTED,
                         "the target's architecture is not known, so there is no stack pointer");
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
