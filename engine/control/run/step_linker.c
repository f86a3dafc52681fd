/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linker's stubs and the dynamic linker, which a step into a function of a library passes through. */
#include <string.h>

#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/run/step_parts.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"

bool step_in_stub(struct control *c, uint64_t pc)
{
    struct symbol_place place;
    return symbols_lookup(c->target->map, pc, &place) && place.section &&
           strncmp(place.section, ".plt", 4) == 0;
}

/* The dynamic linker looks for the function at its first call, and jumps to it in the end. */
static bool in_linker(struct control *c, uint64_t pc)
{
    uint64_t offset;
    libraries_cover(c->target, pc);
    const struct symbol_file *f = symbol_map_file_at(c->target->map, pc, &offset);
    const char *slash = f ? strrchr(symbol_file_path(f), '/') : NULL;
    return slash && strncmp(slash, "/ld", 3) == 0; /* ld-linux-x86-64.so.2, ld64.so.1 … */
}

/* Its own calls are run through: only the code that saves registers, calls, and jumps is stepped. */
static struct error *through_linker(struct control *c, struct plan *p, struct thread *t, uint64_t pc)
{
    uint64_t sp, address = 0, before = p->linker_pc;
    bool behind = pc > before && pc <= before + c->target->arch->longest_instruction;
    TRY(thread_sp(c->target, t, &sp));
    if (before && !behind) {
        TRY(step_return_address(c, t, &address));
        address &= ~(uint64_t)(c->target->arch->code_align > 1 ? 1 : 0);
    }
    if (address > before && address <= before + c->target->arch->longest_instruction) {
        step_return_to(c, p, address, sp, false);
        return NULL;
    }
    p->linker_pc = pc;
    p->line = (struct address_range){pc, pc + 1};
    return NULL;
}

struct error *step_through_stub(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *done)
{
    uint64_t sp;
    if (step_in_stub(c, pc))
        return NULL;
    if (in_linker(c, pc) && p->linker_steps++ < LINKER_STEPS_MOST)
        return through_linker(c, p, t, pc);
    p->in_plt = false;
    TRY(thread_sp(c->target, t, &sp));
    if (sp == p->plt_sp)
        return step_entered_function(c, p, t, pc, p->plt_return, done);
    return step_over_call(c, p, t, pc, p->plt_return, p->plt_sp, false);
}
