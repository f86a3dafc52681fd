/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/prologue.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/frames/prologue_flow.h"
#include "engine/inspect/frames/trampoline.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/target.h"

/* -- the code ------------------------------------------------------------------------------------------ */

/* Behind what the file marks as data. Where code has two encodings, it is known for code by such marks only.
 */
static uint64_t next_code(void *context, uint64_t address)
{
    struct target *target = context;
    uint64_t end;
    enum code_kind kind = symbols_code_kind(target->map, address, &end);
    if (kind == CODE_DATA)
        return end > address ? end : 0;
    return target->arch->has_thumb && (kind == CODE_UNKNOWN || end == address) ? 0 : address;
}

static struct prologue_code code_at(struct target *target, uint64_t start, const unsigned char *bytes,
                                    size_t size)
{
    return (struct prologue_code){.effects = target->arch->effects,
                                  .bytes = bytes,
                                  .size = size,
                                  .start = start,
                                  .is_thumb = target->arch->has_thumb && symbols_is_thumb(target->map, start),
                                  .big_endian = target->big_endian,
                                  .is_64 = target->arch->elf_class == 2,
                                  .pushed = !target->arch->link_register,
                                  .next_code = next_code,
                                  .context = target};
}

/* A 64-bit processor may be started by a program of 32 bits. */
static bool is_of_processor(struct target *target, uint64_t pc)
{
    uint64_t offset;
    const struct symbol_file *f = symbol_map_file_at(target->map, pc, &offset);
    return f && symbol_file_machine(f) == target->arch->elf_machine &&
           symbol_file_is_64(f) == (target->arch->elf_class == 2);
}

/* The function around `pc`, in bytes that the caller frees; NULL: it is not known. */
static unsigned char *read_function(struct target *target, uint64_t pc, struct address_range *range)
{
    if (!target->arch->effects || !symbols_function_range(target->map, pc, range) ||
        !is_of_processor(target, pc) || pc - range->low >= PROLOGUE_BYTES_MOST)
        return NULL;
    if (range->high - range->low > PROLOGUE_BYTES_MOST)
        range->high = range->low + PROLOGUE_BYTES_MOST;
    size_t size = (size_t)(range->high - range->low);
    unsigned char *bytes = xmalloc(size);
    if (memory_from_file(target, range->low, bytes, size))
        return bytes;
    free(bytes);
    return NULL;
}

static unsigned popped(void *context, uint64_t function)
{
    struct target *target = context;
    struct address_range range;
    BASE_FREE unsigned char *bytes = read_function(target, function, &range);
    if (!bytes || range.low != function)
        return 0;
    struct prologue_code code = code_at(target, range.low, bytes, (size_t)(range.high - range.low));
    return prologue_popped(&code);
}

/* -- the frame ----------------------------------------------------------------------------------------- */

struct view {
    struct target *target;
    const struct frame_registers *from;
    const struct prologue_state *state;
    bool exact;
    uint64_t entry_sp;
};

static unsigned number_of(const struct target *target, const char *name)
{
    for (unsigned i = 0; name && i < target->arch->dwarf_count && i < FRAME_REGISTERS; i++)
        if (target->arch->dwarf_names[i] && strcmp(target->arch->dwarf_names[i], name) == 0)
            return i;
    return FRAME_REGISTERS;
}

/* The number by which a frame knows a register of the effects. */
static unsigned frame_number(const struct target *target, unsigned reg)
{
    return reg == EFFECT_RETURN ? number_of(target, target->arch->link_register) : reg;
}

static uint64_t wrap(const struct target *target, uint64_t value)
{
    return target->arch->address_size == 4 ? value & 0xffffffffu : value;
}

/* The stack pointer as the function was entered, by a register that still tells. */
static bool find_entry(struct view *v)
{
    const struct arch_effects *a = v->target->arch->effects;
    for (unsigned i = 0; i <= EFFECT_REGISTERS; i++) {
        unsigned reg = i == 0 ? a->sp : i - 1;
        const struct prologue_value *value = &v->state->registers[reg];
        uint64_t now;
        if (value->holds != HOLDS_STACK || reg == EFFECT_RETURN || (!v->exact && !(a->kept >> reg & 1)))
            continue;
        if (unwind_register(v->target, v->from, reg, &now)) {
            v->entry_sp = wrap(v->target, now - (uint64_t)value->value);
            return true;
        }
    }
    return false;
}

static bool load(const struct view *v, int64_t at, uint64_t *address, uint64_t *ret)
{
    *address = wrap(v->target, v->entry_sp + (uint64_t)at);
    return unwind_load(v->target, *address, ret);
}

/* What the caller had in a register: in a register still, or saved. */
static bool find_saved(const struct view *v, unsigned reg, int64_t *at)
{
    for (unsigned i = 0; i < v->state->slot_count; i++)
        if (v->state->slots[i].value.holds == HOLDS_CALLERS &&
            v->state->slots[i].value.value == (int64_t)reg) {
            *at = v->state->slots[i].at;
            return true;
        }
    return false;
}

/* Which register still has what the caller had in `reg`, itself first; EFFECT_REGISTERS: none. */
static unsigned find_held(const struct view *v, unsigned reg)
{
    const struct arch_effects *a = v->target->arch->effects;
    for (unsigned i = 0; i <= EFFECT_REGISTERS; i++) {
        unsigned in = i == 0 ? reg : i - 1;
        const struct prologue_value *value = &v->state->registers[in];
        if (value->holds == HOLDS_CALLERS && value->value == (int64_t)reg &&
            (v->exact || (in != EFFECT_RETURN && a->kept >> in & 1)))
            return in;
    }
    return EFFECT_REGISTERS;
}

static void caller_register(const struct view *v, unsigned reg, struct frame_registers *ret)
{
    unsigned held = find_held(v, reg);
    int64_t at;
    if (held == reg) {
        ret->value[reg] = v->from->value[reg];
        ret->known[reg] = v->from->known[reg];
        ret->is_live[reg] = v->from->is_live[reg];
        ret->saved_at[reg] = v->from->saved_at[reg];
    } else if (held < EFFECT_RETURN) {
        ret->known[reg] = unwind_register(v->target, v->from, held, &ret->value[reg]);
    } else if (find_saved(v, reg, &at)) {
        uint64_t address;
        ret->known[reg] = load(v, at, &address, &ret->value[reg]);
        ret->saved_at[reg] = ret->known[reg] ? address : 0;
    }
}

static enum prologue_found find_return(const struct view *v, struct frame_registers *ret)
{
    const struct arch_effects *a = v->target->arch->effects;
    unsigned held = v->target->arch->link_register ? find_held(v, a->link) : EFFECT_REGISTERS;
    uint64_t address;
    int64_t at;
    if (held < EFFECT_REGISTERS &&
        unwind_register(v->target, v->from, frame_number(v->target, held), &ret->pc))
        return PROLOGUE_LINK;
    if (!find_saved(v, a->link, &at))
        return PROLOGUE_LOST;
    return load(v, at, &address, &ret->pc) ? PROLOGUE_STACKED : PROLOGUE_UNREAD;
}

static enum prologue_found find_caller(struct view *v, struct frame_registers *ret, uint64_t *cfa)
{
    const struct arch *arch = v->target->arch;
    if (!find_entry(v))
        return PROLOGUE_LOST;
    memset(ret, 0, sizeof *ret);
    ret->thread = v->from->thread;
    enum prologue_found found = find_return(v, ret);
    if (found != PROLOGUE_LINK && found != PROLOGUE_STACKED)
        return found;
    for (unsigned i = 0; i < EFFECT_RETURN && i < arch->dwarf_count; i++)
        if (i != arch->effects->link)
            caller_register(v, i, ret);
    ret->sp = wrap(v->target, v->entry_sp + arch->stack_alignment_slot);
    unsigned sp = arch->effects->sp;
    ret->value[sp] = ret->sp;
    ret->known[sp] = true;
    ret->is_live[sp] = false;
    ret->saved_at[sp] = 0;
    *cfa = wrap(v->target, ret->sp + arch->cfa_above_sp);
    return found;
}

enum prologue_found prologue_step(struct target *target, const struct frame_registers *from, bool exact,
                                  struct frame_registers *ret, uint64_t *cfa)
{
    struct address_range range;
    BASE_FREE unsigned char *bytes = read_function(target, from->pc - !exact, &range);
    if (!bytes)
        return PROLOGUE_UNKNOWN;
    struct prologue_code code = code_at(target, range.low, bytes, (size_t)(range.high - range.low));
    code.popped = target->arch->effects->callee_pops ? popped : NULL;
    BASE_FREE struct prologue_state *state = xcalloc(1, sizeof *state);
    bool has_fp;
    if (!prologue_follow(&code, from->pc, exact, state, &has_fp))
        return has_fp ? PROLOGUE_FP : PROLOGUE_ASTRAY;
    struct view v = {.target = target, .from = from, .state = state, .exact = exact};
    enum prologue_found found = find_caller(&v, ret, cfa);
    bool entered = exact && from->pc == range.low && (found == PROLOGUE_LINK || found == PROLOGUE_STACKED);
    return entered ? PROLOGUE_ENTRY : found;
}

/* -- return addresses ------------------------------------------------------------------------------------ */

uint64_t prologue_address(const struct target *target, uint64_t pc)
{
    unsigned bits = target->arch->effects ? target->arch->effects->address_bits : 0;
    if (!bits || pc >> bits == 0 || pc >> bits == UINT64_MAX >> bits)
        return pc;
    /* The bit below the byte that may be a tag says which half of the addresses it is of. */
    return pc >> 55 & 1 ? pc | UINT64_MAX << bits : pc & ~(UINT64_MAX << bits);
}

static bool is_code(struct target *target, uint64_t pc)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(target->map, pc, &offset);
    const struct symbol_section *sections;
    size_t count = f ? symbol_file_sections(f, &sections) : 0;
    for (size_t i = 0; i < count; i++)
        if (pc - offset - sections[i].address < sections[i].size)
            return sections[i].executable;
    return false;
}

/* Handlers of signals return where the kernel says, which is behind no call. */
static bool is_trampoline(struct target *target, uint64_t pc)
{
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    return trampoline_is_at(target, pc) || (symbols_unwind_row(target->map, pc, row) && row->signal_frame);
}

/* As many bytes before `pc` as there are: how many. */
static size_t read_before(struct target *target, uint64_t pc, bool in_file, unsigned char *bytes)
{
    for (size_t n = EFFECT_CODE_BYTES; n > 1; n /= 2) {
        struct error *e = in_file ? NULL : memory_read(target, pc - n, bytes, n);
        bool got = in_file ? memory_from_file(target, pc - n, bytes, n) : !e;
        error_free(e);
        if (got)
            return n;
    }
    return 0;
}

const char *prologue_no_return(struct target *target, uint64_t pc)
{
    unsigned char bytes[EFFECT_CODE_BYTES];
    uint64_t offset;
    bool in_file = symbol_map_file_at(target->map, pc - 1, &offset) != NULL;
    if (in_file ? !is_code(target, pc - 1) : symbol_map_count(target->map) > 0 && !target->is_process)
        return "what would be the return address is in no code";
    if (!target->arch->effects || (in_file ? !is_of_processor(target, pc - 1) : !target->is_process))
        return NULL;
    size_t n = read_before(target, pc, in_file, bytes);
    if (n == 0)
        return in_file ? NULL : "what would be the return address is in no code";
    struct prologue_code code = code_at(target, pc - n, bytes, n);
    code.is_thumb = target->arch->has_thumb && symbols_is_thumb(target->map, pc - 1);
    if (prologue_ends_in_call(&code, pc) || is_trampoline(target, pc))
        return NULL;
    return "what would be the return address is behind no call";
}
