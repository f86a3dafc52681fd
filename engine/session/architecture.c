/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/architecture.h"

#include <string.h>

#include "base/buf.h"
#include "engine/session/session_private.h"
#include "engine/target/program.h"
#include "engine/target/registers.h"

static struct error *misfit(const struct session *s, const struct symbol_file *f, const struct arch *other)
{
    const char *told = s->target->description->architecture;
    if (s->architecture)
        return error_hint(error_new(ERR_USAGE, "the architecture was set to %s, but the target says it is %s",
                                    other->name, told),
                          "`set architecture auto` believes the target");
    return error_hint(error_new(ERR_USAGE, "%s is for %s, but the target says it is %s", symbol_file_path(f),
                                other->name, told),
                      "name the program that really runs there, or leave it out");
}

struct error *architecture_choose(struct session *s)
{
    size_t index;
    struct target *target = s->target;
    struct symbol_file *f = program_file(target, &index);
    const struct arch *of_file = f ? arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1) : NULL;
    const struct arch *told = NULL, *other = s->architecture ? s->architecture : of_file;
    if (target->description && target->description->architecture)
        told = arch_by_description(target->description->architecture);
    if (told && other && !arch_same_family(told, other))
        return misfit(s, f, other);
    target->arch = told ? told : other;
    target->big_endian = f ? symbol_file_is_big_endian(f) : arch_has_big_only(target->arch);
    registers_complete(target);
    description_make_arch(target);
    return NULL;
}

static struct error *by_name(const char *name, const struct arch **ret)
{
    BASE_BUF struct buf all = {0};
    *ret = arch_by_name(name);
    if (!*ret)
        *ret = arch_by_description(name);
    if (*ret)
        return NULL;
    for (size_t i = 0; arch_row(i); i++)
        buf_printf(&all, " %s", arch_row(i)->name);
    return error_hint(error_new(ERR_USAGE, "there is no architecture %s here", name), "there are: auto%s",
                      buf_text(&all));
}

/* What was made of the architecture before is made anew. */
static struct error *apply(struct session *s)
{
    struct target *target = s->target;
    if (target->state != TARGET_STOPPED)
        return NULL;
    if (target->description && target->description->usual)
        description_forget(target);
    TRY(architecture_choose(s));
    description_forget_values(target);
    return NULL;
}

struct error *architecture_set(struct session *s, const char *name)
{
    const struct arch *before = s->architecture, *wanted = NULL;
    if (strcmp(name, "auto") != 0)
        TRY(by_name(name, &wanted));
    s->architecture = wanted;
    struct error *e = apply(s);
    if (e)
        s->architecture = before;
    return e;
}

const char *architecture_name(const struct session *s)
{
    return s->architecture ? s->architecture->name : "auto";
}
