/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/frame_registers.h"

#include <string.h>

#include "engine/target/target.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/registers.h"

struct error *frame_select(struct target *target, struct thread *t, unsigned level, struct frame_list *list,
                           const struct frame **ret)
{
    *ret = NULL;
    if (level == 0)
        return NULL;
    TRY(frames_read(target, t, level + 1, true, list));
    if (level >= list->count)
        return error_new(ERR_USAGE, "there is no frame %u", level);
    /* Inlined calls share the registers of the function they stand in. */
    if (list->items[level].registers != list->items[0].registers)
        *ret = &list->items[level];
    return NULL;
}

static int dwarf_number_of(struct target *target, const struct rsp_register *r)
{
    const struct arch *arch = target->arch;
    for (unsigned i = 0; arch && i < arch->dwarf_count && i < FRAME_REGISTERS; i++)
        if (arch->dwarf_names[i] && register_find(target, arch->dwarf_names[i]) == r)
            return (int)i;
    return -1;
}

static struct error *put(struct target *target, const struct rsp_register *r, uint64_t value,
                         unsigned char *bytes)
{
    arch_store(bytes, r->size, target->big_endian, value);
    return NULL;
}

struct error *frame_register_read(struct target *target, struct thread *t, const struct frame *f,
                                  const struct rsp_register *r, unsigned char *bytes)
{
    if (!f)
        return register_read(target, t, r, bytes);
    if (target->arch && r->size <= 8 && r == register_find(target, target->arch->pc))
        return put(target, r, f->pc, bytes);
    if (target->arch && r->size <= 8 && r == register_find(target, target->arch->sp))
        return put(target, r, f->registers->sp, bytes);
    int number = dwarf_number_of(target, r);
    uint64_t value;
    if (number < 0 || f->registers->is_live[number]) /* no call saves it, or none has yet */
        return register_read(target, t, r, bytes);
    if (r->size <= 8 && unwind_register(target, f->registers, (unsigned)number, &value))
        return put(target, r, value, bytes);
    return error_new(ERR_OPTIMISED_OUT, "register %s is not known in frame %u", r->name, f->level);
}
