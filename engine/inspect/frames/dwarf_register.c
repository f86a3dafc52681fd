/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/dwarf_register.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/limits.h"
#include "engine/target/memory.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

/* Registers named `prefix` and a number, with nothing else behind it: *number. */
static bool is_numbered(const char *name, const char *prefix, unsigned *number)
{
    char end;
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && sscanf(name + n, "%u%c", number, &end) == 1;
}

/* How far the names of a stack's registers are off. */
static unsigned off_by(struct target *target, struct thread *t)
{
    const struct arch_stack *s = &target->arch->stack;
    uint64_t top = 0, tags = 0;
    if (!t || !register_find(target, s->top) || !register_find(target, s->tags))
        return 0;
    struct error *e = register_value(target, t, s->top, &top);
    if (!e)
        e = register_value(target, t, s->tags, &tags);
    bool off = !e && tags == 0;
    error_free(e);
    return off ? (unsigned)(top >> s->top_bit) % s->count : 0;
}

static const struct rsp_register *find(struct target *target, struct thread *t, const char *name)
{
    const struct arch *arch = target->arch;
    unsigned index;
    char wider[32], moved[32];
    if (arch->stack.prefix && is_numbered(name, arch->stack.prefix, &index)) {
        snprintf(moved, sizeof moved, "%s%u", arch->stack.prefix,
                 (index + off_by(target, t)) % arch->stack.count);
        name = moved;
    }
    const struct rsp_register *r = register_find(target, name);
    if (!r && arch->narrow && is_numbered(name, arch->narrow, &index)) {
        snprintf(wider, sizeof wider, "%s%u", arch->wider, index);
        r = register_find(target, wider);
    }
    return r && r->size <= REGISTER_VALUE_MOST ? r : NULL;
}

/* Bytes that a function saves of a register. */
static size_t saved_size(const struct target *target, const struct rsp_register *r)
{
    size_t most = target->arch->saved_bytes;
    size_t size = r ? r->size : target->arch->address_size;
    return size > 8 && most && most < size ? most : size;
}

/* Part `index` of `share` equal ones. */
static void take_share(const struct arch_place *place, struct register_part *part)
{
    part->bits = (uint64_t)part->size * 8 / place->share;
    part->low_bit = part->bits * place->index;
}

/* Some rule of a frame spoke of it. */
static bool was_moved(const struct frame_registers *f, unsigned column)
{
    return column < FRAME_REGISTERS && !f->is_live[column];
}

static bool part_moved(const struct frame_registers *f, unsigned column, size_t size,
                       struct register_part *part)
{
    if (unwind_saved_at(f, column, &part->address)) {
        part->found = REGISTER_SAVED;
        part->size = size;
    } else if (f->known[column]) {
        part->found = REGISTER_KNOWN;
        part->number = f->value[column];
        part->size = 8;
    } else {
        return false;
    }
    part->low_bit = 0;
    part->bits = part->size * 8;
    return true;
}

/* The number that a rule for all of a shared register has. Compilers differ: gcc speaks of Arm's halves, LLVM
 * of the whole. */
static unsigned whole_number(const struct arch *arch, unsigned number, const struct arch_place *place)
{
    struct arch_place whole;
    for (const struct arch_bank *b = arch->banks; b && b->count; b++)
        for (unsigned i = 0; b->share <= 1 && i < b->count; i++)
            if (arch_dwarf_place(arch, b->first + i, &whole) && strcmp(whole.name, place->name) == 0)
                return b->first + i;
    return number;
}

/* The number of the lowest of the parts that a register is shared by. */
static unsigned shared_number(const struct arch *arch, unsigned number, const struct arch_place *place)
{
    struct arch_place half;
    for (const struct arch_bank *b = arch->banks; b && b->count; b++)
        for (unsigned i = 0; b->share > 1 && i < b->count; i += b->share)
            if (arch_dwarf_place(arch, b->first + i, &half) && strcmp(half.name, place->name) == 0)
                return b->first + i;
    return number;
}

/* Where one register is: moved by a rule of its own, by one of the register that it is a part of, or of its
 * parts; else still in the processor. */
static bool find_part(struct target *target, const struct frame_registers *f, unsigned number,
                      const struct arch_place *place, struct register_part *part)
{
    const struct arch *arch = target->arch;
    const struct rsp_register *r = find(target, f->thread, place->name);
    unsigned column = symbols_register_column(number);
    if (was_moved(f, column))
        return part_moved(f, column, saved_size(target, r) / place->share, part);
    unsigned other = symbols_register_column(place->share > 1 ? whole_number(arch, number, place)
                                                              : shared_number(arch, number, place));
    bool moved = was_moved(f, other);
    if (moved && !part_moved(f, other, saved_size(target, r), part))
        return false;
    if (!moved) {
        if (!r || column >= FRAME_REGISTERS)
            return false;
        *part = (struct register_part){.found = REGISTER_LIVE, .reg = r, .size = r->size};
    }
    take_share(place, part);
    return true;
}

static bool is_told(struct target *target, const struct frame_registers *f, const struct arch_wide *w)
{
    uint64_t bits = 0;
    if (!w->unless)
        return true;
    struct error *e = register_value(target, f->thread, w->unless, &bits);
    bool told = !e && !(bits >> w->unless_bit & 1);
    error_free(e);
    return told;
}

/* What goes on behind a register in others: known only where nothing says that the register was moved. */
static size_t add_wide(struct target *target, const struct frame_registers *f, unsigned number,
                       const struct arch_place *place, size_t bytes, struct register_part *parts)
{
    size_t count = 1, covered = parts[0].size;
    unsigned index;
    char name[32];
    for (const struct arch_wide *w = target->arch->wide; w && w->of && covered < bytes; w++) {
        if (!is_numbered(place->name, w->of, &index) || count == REGISTER_PARTS || !is_told(target, f, w))
            continue;
        struct register_part next = {.found = REGISTER_LIVE};
        struct arch_place beside;
        if (!w->prefix) {
            if (!arch_dwarf_place(target->arch, number + 1, &beside) ||
                !find_part(target, f, number + 1, &beside, &next))
                break;
        } else {
            snprintf(name, sizeof name, "%s%u%s", w->prefix, index, w->suffix);
            next.reg = find(target, f->thread, name);
            if (!next.reg || parts[0].found != REGISTER_LIVE)
                break;
            next.size = next.reg->size;
            next.bits = next.size * 8;
        }
        memmove(&parts[w->is_low], &parts[0], w->is_low ? count * sizeof *parts : 0);
        parts[w->is_low ? 0 : count] = next;
        covered += next.size;
        count++;
    }
    return count;
}

size_t dwarf_register_parts(struct target *target, const struct frame_registers *f, unsigned number,
                            size_t bytes, struct register_part parts[REGISTER_PARTS])
{
    struct arch_place place;
    unsigned column = symbols_register_column(number);
    if (!target->arch || !f)
        return 0;
    if (!arch_dwarf_place(target->arch, number, &place))
        return was_moved(f, column) && part_moved(f, column, target->arch->address_size, &parts[0]);
    if (!find_part(target, f, number, &place, &parts[0]))
        return 0;
    return parts[0].size < bytes && place.share == 1 ? add_wide(target, f, number, &place, bytes, parts) : 1;
}

/* All bytes of where a part is, in target order. */
static struct error *load_part(struct target *target, const struct frame_registers *f,
                               const struct register_part *part, unsigned char *bytes)
{
    switch (part->found) {
    case REGISTER_LIVE:
        return register_read(target, f->thread, part->reg, bytes);
    case REGISTER_SAVED:
        return memory_read(target, part->address, bytes, part->size);
    case REGISTER_KNOWN:
        break;
    }
    arch_store(bytes, part->size, target->big_endian, part->number);
    return NULL;
}

bool dwarf_register_read(struct target *target, const struct frame_registers *f, unsigned number,
                         uint64_t *ret)
{
    struct register_part parts[REGISTER_PARTS];
    unsigned char bytes[REGISTER_VALUE_MOST];
    uint64_t at = 0;
    size_t count = dwarf_register_parts(target, f, number, 8, parts);
    *ret = 0;
    for (size_t i = 0; i < count && at < 64; i++) {
        const struct register_part *p = &parts[i];
        struct error *e = load_part(target, f, p, bytes);
        if (e)
            return error_free(e), false;
        /* Of a wide register the lowest 64 bits; of a half what lies above it comes along. */
        size_t skip = p->low_bit / 8, n = p->size - skip < 8 ? p->size - skip : 8;
        uint64_t value =
            arch_load(bytes + (target->big_endian ? p->size - skip - n : skip), n, target->big_endian);
        *ret |= value << at;
        at += n * 8;
    }
    return count > 0;
}
