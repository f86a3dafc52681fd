/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which registers there are and where each lies in `g`, and the values that a thread is known to have. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/registers.h"
#include "engine/target/registers_private.h"
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

struct error *register_find_number(struct target *target, int64_t pid, const char *name,
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

void registers_make_room(struct target *target, struct thread *t)
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

void register_store(struct thread *t, const struct rsp_register *r, const unsigned char *bytes, bool known)
{
    if (known)
        memcpy(t->bytes + r->offset, bytes, r->size);
    memset(t->known + r->offset, known, r->size);
    memset(t->asked + r->offset, 1, r->size);
}

void registers_note(struct target *target, struct thread *t, const struct rsp_register *r,
                    const unsigned char *bytes)
{
    registers_make_room(target, t);
    register_store(t, r, bytes, true);
}

void threads_expedited(struct target *target, struct thread *t, const struct rsp_stop *stop)
{
    if (!target->description || !description_is_of(target, t->id.pid))
        return;
    registers_make_room(target, t);
    for (unsigned i = 0; i < stop->expedited_count; i++) {
        const struct rsp_expedited *x = &stop->expedited[i];
        const struct rsp_register *r = rsp_tdesc_by_number(target->description, x->number);
        if (r && r->size == x->size)
            register_store(t, r, x->bytes, true);
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
void registers_check_length(struct target *target, const struct rsp_g *g)
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
    registers_make_room(target, t);
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r->offset + r->size > g->size)
            continue; /* a short `g` leaves these to `p` */
        bool known = true;
        for (size_t k = 0; k < r->size; k++)
            known = known && g->known[r->offset + k];
        register_store(t, r, g->bytes + r->offset, known);
    }
    t->has_g = true;
    t->g_size = g->size;
}
