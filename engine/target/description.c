/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/description.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/target/limits.h"
#include "engine/target/processor.h"
#include "engine/target/target.h"

/* A stub without a description, or whose description is damaged, leaves *ret NULL. */
static struct error *ask(struct target *target, struct rsp_tdesc **ret)
{
    *ret = NULL;
    struct error *e = target_check(target, rsp_read_description(target->connection, ret));
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e);
    return NULL;
}

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
    if (target->arch || !t || !t->count)
        return;
    const struct rsp_register *pc = named_one_of(t, pcs), *sp = named_one_of(t, sps);
    pc = pc ? pc : only_one_of(t, "code_ptr");
    sp = sp ? sp : only_one_of(t, "data_ptr");
    if (!pc ||
        !arch_from_description(t->architecture, pc->name, sp ? sp->name : NULL, pc->size, &target->own_arch))
        return;
    target->arch = &target->own_arch;
    target->big_endian = target->big_endian || arch_is_big(t->architecture);
}

void description_forget(struct target *target)
{
    if (target->arch == &target->own_arch)
        target->arch = NULL;
    rsp_tdesc_free(target->description);
    target->description = NULL;
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

struct error *description_renew(struct target *target, const char *path)
{
    struct rsp_tdesc *t;
    TRY(ask(target, &t));
    description_forget(target);
    target->description = t;
    target->undescribed_count = 0; /* they were other than the one before */
    processor_choose_executed(target, path);
    description_forget_values(target);
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(const struct rsp_tdesc *a, const struct rsp_tdesc *b)
{
    bool all = a && b && a->count == b->count && same_text(a->architecture, b->architecture);
    for (size_t i = 0; all && i < a->count; i++) {
        const struct rsp_register *x = &a->registers[i], *y = &b->registers[i];
        all = x->number == y->number && x->size == y->size && x->offset == y->offset &&
              strcmp(x->name, y->name) == 0;
    }
    return all;
}

void description_forget_process(struct target *target, int64_t pid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < target->undescribed_count; i++)
        if (target->undescribed[i] != pid)
            target->undescribed[kept++] = target->undescribed[i];
    target->undescribed_count = kept;
}

struct error *description_compare(struct target *target, int64_t pid)
{
    struct rsp_tdesc *t;
    TRY(ask(target, &t));
    bool told = t && t->count;
    description_forget_process(target, pid);
    if (told && !same(t, target->description) && target->undescribed_count < UNDESCRIBED_MOST)
        target->undescribed[target->undescribed_count++] = pid;
    rsp_tdesc_free(t);
    return NULL;
}

bool description_is_of(const struct target *target, int64_t pid)
{
    for (unsigned i = 0; i < target->undescribed_count; i++)
        if (target->undescribed[i] == pid)
            return false;
    return true;
}
