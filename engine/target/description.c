/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/description.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"

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

static void drop(struct target *target)
{
    if (target->arch == &target->own_arch)
        target->arch = NULL;
    rsp_tdesc_free(target->description);
    target->description = NULL;
}

void description_forget(struct target *target)
{
    drop(target);
    free(target->due.path);
    target->due = (struct description_due){0};
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
    drop(target);
    if (bare->architecture || bare->osabi)
        target->description = bare;
    else
        rsp_tdesc_free(bare);
}
