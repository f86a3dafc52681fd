/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of an argument in the register that the convention has for it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/call/arguments.h"
#include "engine/inspect/frames/dwarf_register.h"
#include "engine/inspect/values/floats.h"
#include "engine/target/arch/abi_call.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

/* Byte `i` of a number, 0 being the lowest. */
static size_t byte_at(const struct target *target, size_t size, size_t i)
{
    return target->big_endian ? size - 1 - i : i;
}

static unsigned char above(const struct target *target, const struct abi_slot *slot,
                           const unsigned char *bytes)
{
    unsigned char highest = bytes[byte_at(target, slot->size, slot->size - 1)];
    bool ones = slot->fill == ABI_FILL_ONES || (slot->fill == ABI_FILL_SIGN && highest & 0x80);
    return ones ? 0xff : 0;
}

void call_extend(const struct target *target, const struct abi_slot *slot, const unsigned char *bytes,
                 unsigned char *out)
{
    for (size_t i = 0; i < slot->width; i++)
        out[byte_at(target, slot->width, i)] =
            i < slot->size ? bytes[byte_at(target, slot->size, i)] : above(target, slot, bytes);
}

/* The registers as the processor has them: those of the innermost frame. */
static size_t parts_of(struct target *target, struct thread *t, unsigned number, size_t bytes,
                       struct register_part *parts)
{
    BASE_FREE struct frame_registers *live = xcalloc(1, sizeof *live);
    live->thread = t;
    memset(live->is_live, true, sizeof live->is_live);
    return dwarf_register_parts(target, live, number, bytes, parts);
}

static struct error *no_register(const struct target *target, const struct abi_slot *slot)
{
    struct arch_place place;
    bool named = arch_dwarf_place(target->arch, slot->number, &place);
    return error_hint(
        error_new(ERR_UNSUPPORTED,
                  "an argument belongs into register %s, which the stub does not tell as a whole",
                  named ? place.name : "(unnamed)"),
        "a function that takes it by a pointer can be called");
}

/* Bytes of a number, the lowest first, spread over parts; `skip`: so many bytes of the first part stay. */
static bool spread(struct target *target, struct call_entry *entry, const struct register_part *parts,
                   size_t count, size_t skip, const unsigned char *bytes, size_t n)
{
    size_t done = 0;
    for (size_t i = 0; i < count && done < n; i++) {
        const struct register_part *p = &parts[i];
        size_t room = (size_t)p->bits / 8, at = (size_t)p->low_bit / 8 + (i ? 0 : skip);
        if (p->found != REGISTER_LIVE || p->reg->offset + p->reg->size > entry->register_size)
            return false;
        for (size_t k = i ? 0 : skip; k < room && done < n; k++, at++, done++)
            entry->registers[p->reg->offset + byte_at(target, p->size, at)] = bytes[byte_at(target, n, done)];
        memset(entry->wanted + p->reg->offset, 1, p->reg->size);
    }
    return done == n;
}

struct error *call_put_in_register(struct target *target, struct thread *t, struct call_entry *entry,
                                   const struct abi_slot *slot, const unsigned char *bytes)
{
    struct register_part parts[REGISTER_PARTS];
    enum dwarf_float_place place =
        slot->is_float ? arch_float_place(target->arch, slot->number) : DWARF_FLOAT_LOW;
    size_t size = (size_t)slot->size;
    BASE_FREE unsigned char *wide = xcalloc(size + slot->width + 8, 1);
    memcpy(wide, bytes, size);
    size_t count = parts_of(target, t, slot->number, size, parts);
    if (!count)
        return no_register(target, slot);
    if (place == DWARF_FLOAT_AS_DOUBLE && size == 4) {
        float_store(target, NULL, wide, 8, float_load(target, NULL, bytes, 4));
        size = 8;
    } else if (slot->fill != ABI_FILL_NONE && slot->width > size && parts[0].size >= slot->width) {
        call_extend(target, slot, bytes, wide);
        size = slot->width;
    }
    bool left = (slot->is_left && target->big_endian) || place == DWARF_FLOAT_HIGH;
    size_t skip = left && parts[0].size > size ? parts[0].size - size : 0;
    return spread(target, entry, parts, count, skip, wide, size) ? NULL : no_register(target, slot);
}
