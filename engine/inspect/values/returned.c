/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/returned.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/in_register.h"
#include "engine/inspect/values/variants.h"
#include "engine/target/arch/abi.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"
#include "symbols/file.h"

struct type *returned_type(struct target *target, uint64_t function_pc)
{
    struct symbol_place place;
    bool known = symbols_lookup(target->map, function_pc, &place);
    /* The function itself, and none that was inlined into it there. */
    struct type *function = symbols_function_type(target->map, function_pc, known ? place.inlined_count : 0);
    struct type *t = function ? type_target(function) : NULL;
    return t && type_strip(t)->kind != TYPE_VOID && type_size(t) ? t : NULL;
}

void returned_program(struct target *target, uint64_t function_pc, struct abi_program *ret)
{
    uint64_t offset;
    const struct symbol_file *f = symbol_map_file_at(target->map, function_pc, &offset);
    *ret = (struct abi_program){.big_endian = target->big_endian,
                                .address_size = target->arch ? target->arch->address_size : 0,
                                .elf_flags = f ? symbol_file_flags(f) : 0};
    struct symbol_place at;
    bool known = symbols_lookup(target->map, function_pc, &at);
    struct type *t = symbols_function_type(target->map, function_pc, known ? at.inlined_count : 0);
    struct type *const *parameters;
    if (t)
        type_parameters(t, &parameters);
    ret->is_variadic = t && t->variadic; /* which is known with them */
}

static bool is_scalar(const struct type *t)
{
    return !kind_is_struct(t->kind) && t->kind != TYPE_ARRAY;
}

/*
 * rustc 1.63 returns as C does what is one scalar, two of a word each, or more than two words. Two smaller
 * ones are in a register each, where C has them in one; three are in memory, where C may have them in two
 * registers; and where the discriminant of an enumeration is depends on what is in it.
 */
static bool rust_is_as_c(struct type *t, uint64_t word)
{
    const struct type_member *members;
    size_t count = is_scalar(t) ? 0 : type_members(t, &members);
    if (is_scalar(t) || type_size(t) > 2 * word)
        return true;
    if (t->kind != TYPE_STRUCT || variant_is_enumeration(t) || count < 1 || count > 2)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct type *m = type_strip(members[i].type);
        if (!is_scalar(m) || (count == 2 && type_size(m) != word))
            return false;
    }
    return true;
}

/* Go has a convention of its own since 1.17, which is not C's. */
static bool is_as_in_c(struct target *target, uint64_t function_pc, struct type *t)
{
    struct symbol_place at;
    bool known = symbols_lookup(target->map, function_pc, &at);
    struct type *f = symbols_function_type(target->map, function_pc, known ? at.inlined_count : 0);
    switch (f ? type_language(f) : LANGUAGE_UNKNOWN) {
    case LANGUAGE_GO:
        return false;
    case LANGUAGE_RUST:
        return rust_is_as_c(t, target->arch ? target->arch->address_size : 0);
    default:
        return true;
    }
}

static void place_of(struct target *target, uint64_t function_pc, struct type *t, struct abi_place *ret)
{
    const struct arch *arch = target->arch;
    struct abi_program program;
    returned_program(target, function_pc, &program);
    *ret = (struct abi_place){.kind = ABI_UNKNOWN};
    if (arch && arch->returned && is_as_in_c(target, function_pc, type_strip(t)))
        arch->returned(&program, type_strip(t), ret);
}

static struct error *register_number(struct target *target, struct thread *t, int number, uint64_t *ret)
{
    struct arch_place place;
    if (number < 0 || !arch_dwarf_place(target->arch, (unsigned)number, &place))
        return error_new(ERR_OPTIMISED_OUT, "no register has its address");
    return register_value(target, t, place.name, ret);
}

uint64_t returned_memory(struct target *target, struct thread *t, uint64_t function_pc)
{
    struct type *type = returned_type(target, function_pc);
    struct symbol_place at;
    struct abi_place place;
    uint64_t memory = 0;
    if (!type || !target->arch || !symbols_lookup(target->map, function_pc, &at) ||
        (at.function_low != function_pc && at.function_low + target->arch->local_entry != function_pc))
        return 0;
    place_of(target, function_pc, type, &place);
    struct error *e =
        place.kind == ABI_MEMORY ? register_number(target, t, place.pointer_at_entry, &memory) : NULL;
    error_free(e);
    return memory;
}

/* The bytes of one part, as a value of their own. */
static struct error *load_part(struct evaluation *e, const struct abi_part *part, unsigned char *bytes)
{
    struct type *byte = basic_type(&e->pool, "unsigned char");
    struct type *type = type_array_of(byte, part->size);
    if (part->is_float && part->size == 4)
        type = basic_type(&e->pool, "float");
    else if (part->is_float && part->size == 8)
        type = basic_type(&e->pool, "double");
    struct value *v = value_new(&e->pool, type);
    if (part->is_left) {
        v->owned_pieces = xcalloc(1, sizeof *v->owned_pieces);
        v->pieces = v->owned_pieces;
        v->place = PLACE_PIECES;
        uint64_t whole = e->pool.target->arch->address_size * 8ull, bits = part->size * 8ull;
        whole = bits > whole ? bits : whole;
        TRY(register_pieces(e, part->number, whole - bits, bits, v->owned_pieces));
    } else {
        TRY(scope_in_register(e, part->number, v));
    }
    TRY(value_load(&e->pool, v));
    /* The ten bytes of x87 are padded in memory. */
    if (v->known && !(part->is_float && part->size > 8))
        return error_new(ERR_OPTIMISED_OUT, "a part of it is in a register that is not known");
    memcpy(bytes, v->bytes, part->size);
    return NULL;
}

static struct error *from_registers(struct evaluation *e, const struct abi_place *place, struct value *v)
{
    v->bytes = xcalloc(v->size, 1);
    for (unsigned i = 0; i < place->count; i++) {
        const struct abi_part *part = &place->parts[i];
        if (part->offset > v->size || part->size > v->size - part->offset)
            return error_new(ERR_OPTIMISED_OUT, "its type is not whole");
        TRY(load_part(e, part, v->bytes + part->offset));
    }
    return NULL;
}

/* The registers as the processor has them now: the innermost frame's, whichever is selected, without a look
 * at the stack. */
static void take_innermost(struct evaluation *e, struct thread *t)
{
    struct frame *f = xcalloc(1, sizeof *f);
    f->registers = xcalloc(1, sizeof *f->registers);
    f->registers->thread = t;
    memset(f->registers->is_live, true, sizeof f->registers->is_live);
    f->pc = e->pool.pc;
    f->exact = true;
    scope_frame_free(&e->frame);
    e->frame =
        (struct scope_frame){.tried = true, .found = true, .list = {.items = f, .count = 1, .capacity = 1}};
}

bool returned_is_known(struct target *target, uint64_t function_pc, struct type *t, bool *memory)
{
    struct abi_place place;
    place_of(target, function_pc, t, &place);
    *memory = place.kind == ABI_MEMORY;
    return place.kind != ABI_UNKNOWN;
}

struct error *returned_value(struct evaluation *e, uint64_t function_pc, uint64_t memory, struct value **ret)
{
    struct type *type = returned_type(e->pool.target, function_pc);
    return type ? returned_as(e, type, function_pc, memory, ret)
                : error_new(ERR_OPTIMISED_OUT, "what it returns is not known");
}

struct error *returned_as(struct evaluation *e, struct type *type, uint64_t function_pc, uint64_t memory,
                          struct value **ret)
{
    struct target *target = e->pool.target;
    struct abi_place place;
    struct thread *t;
    TRY(threads_current(target, &t));
    take_innermost(e, t);
    place_of(target, function_pc, type, &place);
    *ret = value_new(&e->pool, type);
    if ((*ret)->size > VALUE_BYTES_MAX && place.kind != ABI_MEMORY)
        return error_new(ERR_OPTIMISED_OUT, "it is too big");
    if (place.kind == ABI_UNKNOWN)
        return error_new(ERR_OPTIMISED_OUT, "where this calling convention has such a value is not known");
    if (place.kind == ABI_REGISTERS)
        return from_registers(e, &place, *ret);
    if (place.pointer != ABI_NO_REGISTER)
        TRY(register_number(target, t, place.pointer, &memory));
    if (!memory)
        return error_hint(error_new(ERR_OPTIMISED_OUT, "it is in memory, and its address was known to the "
                                                       "function alone"),
                          "`finish` at the function's first instruction (break *FUNCTION) takes note of it");
    *ret = value_at(&e->pool, type, memory);
    return NULL;
}
