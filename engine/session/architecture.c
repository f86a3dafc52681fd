/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/architecture.h"

#include <string.h>

#include "base/buf.h"
#include "engine/session/session_private.h"
#include "engine/target/processor.h"
#include "engine/target/program.h"

static struct error *misfit(struct target *target, const struct arch *said, const struct arch *other)
{
    size_t index;
    const char *told = description_own(target)->description->architecture;
    if (said)
        return error_hint(error_new(ERR_USAGE, "the architecture was set to %s, but the target says it is %s",
                                    said->name, told),
                          "`set architecture auto` believes the target");
    return error_hint(error_new(ERR_USAGE, "%s is for %s, but the target says it is %s",
                                symbol_file_path(program_file(target, &index)), other->name, told),
                      "name the program that really runs there, or leave it out");
}

/* The word that counts behind the stub's is not to be another. */
static struct error *check(struct target *target, const struct arch *said)
{
    const struct arch *told = processor_told(target);
    const struct arch *other = said ? said : processor_of_program(target);
    return told && other && !arch_same_family(told, other) ? misfit(target, said, other) : NULL;
}

struct error *architecture_choose(struct session *s)
{
    TRY(check(s->target, s->target->arch_said));
    processor_choose(s->target);
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

struct error *architecture_set(struct session *s, const char *name)
{
    const struct arch *said = NULL;
    if (strcmp(name, "auto") != 0)
        TRY(by_name(name, &said));
    if (target_is_connected(s->target))
        TRY(check(s->target, said));
    processor_say(s->target, said);
    return NULL;
}

const char *architecture_name(const struct session *s)
{
    return s->target->arch_said ? s->target->arch_said->name : "auto";
}
