/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/description.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/description_private.h"

void description_forget_values(struct target *target)
{
    for (size_t i = 0; i < target->threads.count; i++) {
        struct thread *t = target->threads.items[i];
        t->size = 0; /* laid out anew when something is read */
        t->has_g = t->has_previous = t->has_last_pc = false;
    }
}

static const struct rsp_register *named_one_of(const struct rsp_tdesc *t, const char *const *names)
{
    const struct rsp_register *r = NULL;
    for (; *names && !r; names++)
        r = rsp_tdesc_find(t, *names);
    return r;
}

/* The one of this type, NULL where there are none or several. */
static const struct rsp_register *only_one_of(const struct rsp_tdesc *t, const char *type)
{
    const struct rsp_register *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->registers[i].type, type) == 0) {
            found = &t->registers[i];
            count++;
        }
    return count == 1 ? found : NULL;
}

void description_make_arch(struct target *target)
{
    static const char *const pcs[] = {"pc", "PC", "ip", "IP", NULL}, *const sps[] = {"sp", "SP", NULL};
    const struct rsp_tdesc *t = target->description;
    struct arch *own = &target->described.items[target->described.in_force].own_arch;
    if (target->arch || !t || !t->count)
        return;
    const struct rsp_register *pc = named_one_of(t, pcs), *sp = named_one_of(t, sps);
    pc = pc ? pc : only_one_of(t, "code_ptr");
    sp = sp ? sp : only_one_of(t, "data_ptr");
    if (!pc || !arch_from_description(t->architecture, pc->name, sp ? sp->name : NULL, pc->size, own))
        return;
    target->arch = own;
    target->big_endian = target->big_endian || arch_is_big(t->architecture);
}

bool description_made_arch(const struct target *target)
{
    return target->arch && target->arch == &target->described.items[target->described.in_force].own_arch;
}

void description_free(struct target *target, struct rsp_tdesc *t)
{
    for (size_t i = 0; t && i < target->threads.count; i++) {
        struct thread *thread = target->threads.items[i];
        if (thread->laid_by == t) {
            thread->laid_by = NULL;
            thread->has_g = thread->has_previous = false;
        }
    }
    rsp_tdesc_free(t);
}

void description_forget(struct target *target)
{
    if (description_made_arch(target))
        target->arch = NULL;
    description_free(target, target->description);
    target->description = NULL;
}

void description_refuse(struct target *target, const struct error *why)
{
    free(target->described.refused);
    target->described.refused = why ? xstrdup(why->message) : NULL;
}

struct error *description_missing(const struct target *target, struct error *e)
{
    static const char try[] =
        "name a program with symbols, or `set architecture NAME`, so that the processor is known";
    const char *why = target->described.refused;
    return why ? error_hint(e, "%s; the description was not taken: %s", try, why) : error_hint(e, "%s", try);
}

/* What the stub said of its architecture stays. */
void description_forget_usual(struct target *target)
{
    struct rsp_tdesc *t = target->description;
    if (!t || !t->usual)
        return;
    struct rsp_tdesc *bare = xcalloc(1, sizeof *bare);
    bare->architecture = t->architecture;
    bare->osabi = t->osabi;
    t->architecture = t->osabi = NULL;
    description_forget(target);
    if (bare->architecture || bare->osabi)
        target->description = bare;
    else
        rsp_tdesc_free(bare);
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool description_same(const struct rsp_tdesc *a, const struct rsp_tdesc *b)
{
    bool all = a && b && a->count == b->count && same_text(a->architecture, b->architecture);
    for (size_t i = 0; all && i < a->count; i++) {
        const struct rsp_register *x = &a->registers[i], *y = &b->registers[i];
        all = x->number == y->number && x->size == y->size && x->offset == y->offset &&
              strcmp(x->name, y->name) == 0;
    }
    return all;
}
