/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/processor.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/target/program.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"
#include "symbols/file.h"

static const struct arch *by_description(const struct rsp_tdesc *t)
{
    return t && t->architecture ? arch_by_description(t->architecture) : NULL;
}

const struct arch *processor_told(struct target *target)
{
    return by_description(description_own(target)->description);
}

static const struct arch *of_file(const struct symbol_file *f)
{
    return f ? arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1) : NULL;
}

const struct arch *processor_of_program(struct target *target)
{
    size_t index;
    return of_file(program_file(target, &index));
}

/* While the stub's word is still due only the user can stand in for it. */
static void take(struct target *target, const struct arch *of_program)
{
    const struct arch *told = by_description(target->description);
    const struct arch *other = description_is_due(target) ? NULL : of_program;
    target->arch = told ? told : target->arch_said ? target->arch_said : other;
    target->arch_unsettled = false;
}

static void lay_out(struct target *target)
{
    registers_complete(target);
    description_make_arch(target);
}

void processor_choose(struct target *target)
{
    size_t index;
    const struct symbol_file *f = program_file(target, &index);
    take(target, of_file(f));
    target->big_endian = f ? symbol_file_is_big_endian(f) : arch_has_big_only(target->arch);
    lay_out(target);
}

/* The user's word was for what ran there before. */
static void tell_gainsaid(struct target *target)
{
    if (!target->arch_said || arch_same_family(target->arch, target->arch_said))
        return;
    BASE_FREE char *text =
        xasprintf("the architecture was set to %s, but the target says it is %s now, which counts: `set "
                  "architecture auto` takes back what was set\n",
                  target->arch_said->name, target->description->architecture);
    target_say(target, text);
}

void processor_choose_executed(struct target *target, const char *path, const struct arch *before)
{
    if (by_description(target->description)) {
        take(target, NULL);
        tell_gainsaid(target);
    } else if (before) {
        take(target, before);
    } else {
        struct symbol_file *f = NULL;
        struct error *e = path[0] == '/' && access(path, R_OK) == 0 ? symbol_file_open(path, &f) : NULL;
        error_free(e);
        take(target, of_file(f));
        if (f)
            target->big_endian = symbol_file_is_big_endian(f);
        symbol_file_close(f);
    }
    lay_out(target);
}

/* Of the session's own process, whichever is selected. */
static void make_anew(struct target *target)
{
    unsigned own = description_enter_own(target);
    description_forget_usual(target);
    processor_choose(target);
    description_forget_values(target);
    description_leave(target, own);
}

void processor_say(struct target *target, const struct arch *said)
{
    target->arch_said = said;
    if (target->state == TARGET_STOPPED)
        make_anew(target);
    else
        target->arch_unsettled = target->state == TARGET_RUNNING;
}

void processor_settle(struct target *target)
{
    if (target->arch_unsettled)
        make_anew(target);
}
