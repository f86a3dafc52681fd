#include "engine/inspect/frames/frame_registers.h"

#include <string.h>

#include "engine/session/core.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/registers.h"

struct error *frame_select(struct session *s, struct thread *t, unsigned level, struct frame_list *list,
                           const struct frame **ret)
{
    *ret = NULL;
    if (level == 0)
        return NULL;
    TRY(frames_read(s, t, level + 1, true, list));
    if (level >= list->count)
        return error_new(ERR_USAGE, "there is no frame %u", level);
    /* Inlined calls share the registers of the function they stand in. */
    if (list->items[level].registers != list->items[0].registers)
        *ret = &list->items[level];
    return NULL;
}

static int dwarf_number_of(struct session *s, const struct rsp_register *r)
{
    const struct arch *arch = s->arch;
    for (unsigned i = 0; arch && i < arch->dwarf_count && i < FRAME_REGISTERS; i++)
        if (arch->dwarf_names[i] && register_find(s, arch->dwarf_names[i]) == r)
            return (int)i;
    return -1;
}

static struct error *put(struct session *s, const struct rsp_register *r, uint64_t value,
                         unsigned char *bytes)
{
    arch_store(bytes, r->size, s->big_endian, value);
    return NULL;
}

struct error *frame_register_read(struct session *s, struct thread *t, const struct frame *f,
                                  const struct rsp_register *r, unsigned char *bytes)
{
    if (!f)
        return register_read(s, t, r, bytes);
    if (s->arch && r->size <= 8 && r == register_find(s, s->arch->pc))
        return put(s, r, f->pc, bytes);
    if (s->arch && r->size <= 8 && r == register_find(s, s->arch->sp))
        return put(s, r, f->registers->sp, bytes);
    int number = dwarf_number_of(s, r);
    uint64_t value;
    if (number < 0 || f->registers->is_live[number]) /* no call saves it, or none has yet */
        return register_read(s, t, r, bytes);
    if (r->size <= 8 && unwind_register(s, f->registers, (unsigned)number, &value))
        return put(s, r, value, bytes);
    return error_new(ERR_OPTIMISED_OUT, "register %s is not known in frame %u", r->name, f->level);
}
