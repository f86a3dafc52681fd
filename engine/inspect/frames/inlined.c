/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/inlined.h"

#include <string.h>

#include "engine/target/target.h"

unsigned inlined_beginning(struct target *target, uint64_t pc)
{
    return symbols_inlined_beginning(target->map, pc);
}

unsigned inlined_hidden(const struct thread *t, uint64_t pc)
{
    return t && t->hidden_pc == pc ? t->inlined_hidden : 0;
}

void inlined_hide(struct thread *t, uint64_t pc, unsigned count)
{
    t->hidden_pc = pc;
    t->inlined_hidden = count;
}

void inlined_take_off(struct symbol_place *place, unsigned count)
{
    if (count > place->inlined_count)
        count = place->inlined_count;
    if (count == 0)
        return;
    place->function = place->inlined[count - 1].function;
    place->file = place->inlined[count - 1].file;
    place->line = place->inlined[count - 1].line;
    place->column = 0;
    place->inlined_count -= count;
    memmove(place->inlined, place->inlined + count, place->inlined_count * sizeof *place->inlined);
}

bool inlined_place(struct target *target, const struct thread *t, uint64_t pc, struct symbol_place *ret)
{
    bool known = symbols_lookup(target->map, pc, ret);
    inlined_take_off(ret, inlined_hidden(t, pc));
    return known;
}
