/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and reading values. */
#include "engine/inspect/values/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/limits.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/pieces.h"
#include "engine/inspect/values/strided.h"
#include "engine/inspect/values/variable_rules.h"

void pool_free(struct pool *p)
{
    while (p->values) {
        struct value *v = p->values;
        p->values = v->next;
        free(v->bytes);
        free(v->known);
        free(v->owned_pieces);
        free(v);
    }
}

struct value *value_new(struct pool *p, struct type *type)
{
    struct value *v = xcalloc(1, sizeof *v);
    v->type = type;
    v->size = (size_t)type_size(type_strip(type));
    v->next = p->values;
    p->values = v;
    return v;
}

struct value *value_at(struct pool *p, struct type *type, uint64_t address)
{
    struct value *v = value_new(p, type);
    v->place = PLACE_MEMORY;
    v->address = p->target->arch && p->target->arch->address_size == 4 ? address & 0xffffffffu : address;
    return v;
}

struct value *value_wide(struct pool *p, struct type *type, __int128 number)
{
    struct value *v = value_new(p, type);
    unsigned __int128 bits = (unsigned __int128)number;
    if (value_kind(v) == TYPE_BOOL)
        bits = bits != 0;
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    size_t n = v->size > 16 ? 16 : v->size;
    for (size_t i = 0; i < n; i++, bits >>= 8)
        v->bytes[p->target->big_endian ? v->size - 1 - i : i] = (unsigned char)bits;
    return v;
}

struct value *value_integer(struct pool *p, struct type *type, uint64_t number)
{
    return value_wide(p, type, type_strip(type)->is_signed ? (__int128)(int64_t)number : (__int128)number);
}

struct type *basic_type(struct pool *p, const char *name)
{
    return symbols_find_type(p->target->map, name, UINT64_MAX);
}

bool value_has_address(const struct value *v)
{
    return v->place == PLACE_MEMORY && !v->bit_size;
}

enum type_kind value_kind(const struct value *v)
{
    return type_strip(v->type)->kind;
}

bool kind_is_integer(enum type_kind kind)
{
    return kind == TYPE_BOOL || kind == TYPE_CHAR || kind == TYPE_INTEGER || kind == TYPE_ENUM;
}

bool kind_is_number(enum type_kind kind)
{
    return kind_is_integer(kind) || kind == TYPE_FLOAT;
}

bool kind_is_pointer(enum type_kind kind)
{
    return kind == TYPE_POINTER || kind == TYPE_MEMBER_POINTER || kind_is_reference(kind);
}

bool kind_is_reference(enum type_kind kind)
{
    return kind == TYPE_REFERENCE || kind == TYPE_RVALUE_REFERENCE;
}

bool kind_is_struct(enum type_kind kind)
{
    return kind == TYPE_STRUCT || kind == TYPE_CLASS || kind == TYPE_UNION;
}

static struct error *load_register(struct pool *p, struct value *v)
{
    struct thread *t;
    unsigned char bytes[REGISTER_VALUE_MOST];
    TRY(threads_current(p->target, &t));
    TRY(register_read(p->target, t, v->reg, bytes));
    size_t n = v->reg->size < v->size ? v->reg->size : v->size;
    /* A narrower variable lives in the low end of its register. */
    memcpy(v->bytes, bytes + (p->target->big_endian ? v->reg->size - n : 0), n);
    return NULL;
}

static struct error *load_memory(struct pool *p, struct value *v)
{
    struct target *target = p->target;
    if (target->state == TARGET_STOPPED && strided(v->type))
        return strided_load(target, v->type, v->address, v->bytes, v->size);
    if (target->state == TARGET_STOPPED)
        return memory_read(target, v->address, v->bytes, v->size);
    if (target->state == TARGET_RUNNING)
        return target_need_stopped(target); /* what the file starts with is not what the variable is now */
    if (target->out_of_reach)               /* nor when the link to it has broken: only what never changes */
        return memory_from_file(target, v->address, v->bytes, v->size) ? NULL : target_need_stopped(target);
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(target->map, v->address, &offset);
    if (f && symbol_file_read(f, v->address - offset, v->bytes, v->size) == v->size)
        return NULL; /* without a target: what the file starts with */
    return target_need_stopped(target);
}

/* Of structs and arrays the members that are there can be shown. */
static bool partly_gone(const struct pool *p, const struct value *v)
{
    enum type_kind kind = value_kind(v);
    if (!v->known || kind == TYPE_ARRAY || kind_is_struct(kind))
        return false;
    unsigned from = v->bit_size ? v->bit_offset : 0, bits = v->bit_size ? v->bit_size : (unsigned)v->size * 8;
    for (unsigned i = from; i < from + bits; i++)
        if (!bit_get(v->known, p->target->big_endian, i))
            return true;
    return false;
}

struct error *value_load(struct pool *p, struct value *v)
{
    if (v->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (v->absent)
        return error_new(ERR_NO_MEMORY, "there is no value: it is %s", v->absent);
    if (v->implicit_file)
        return error_hint(error_new(ERR_OPTIMISED_OUT, "the pointer is optimised out here"),
                          "what it points to may be known: *p, p->member");
    if (v->bytes)
        return partly_gone(p, v) ? error_new(ERR_OPTIMISED_OUT, "a part of the value is optimised out here")
                                 : NULL;
    if (v->size == 0)
        return error_new(ERR_TYPE_MISMATCH, "a value of an incomplete type or of size 0 has nothing to show");
    if (v->size > VALUE_BYTES_MAX || p->bytes + v->size > POOL_BYTES_MAX)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "a value of %zu bytes is too big to read at once", v->size),
            "name a member, or a slice: array[0]@10");
    v->bytes = xcalloc(v->size, 1);
    p->bytes += v->size;
    struct error *e = v->place == PLACE_REGISTER ? load_register(p, v)
                      : v->place == PLACE_PIECES ? pieces_load(p, v)
                                                 : load_memory(p, v);
    if (!e && partly_gone(p, v))
        return error_new(ERR_OPTIMISED_OUT, "a part of the value is optimised out here");
    if (!e)
        return NULL;
    free(v->bytes);
    v->bytes = NULL;
    return e;
}

void value_take_part(const struct value *whole, size_t from, struct value *part)
{
    if (from > whole->size || part->size > whole->size - from || !part->size)
        return;
    part->bytes = xmemdup(whole->bytes + from, part->size);
    if (whole->known)
        part->known = xmemdup(whole->known + from, part->size);
}

/* The bits of a bit-field, counted from the lowest-addressed bit as DWARF's data_bit_offset does. */
static uint64_t take_bits(const struct target *target, const struct value *v)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < v->bit_size; i++) {
        unsigned bit = bit_get(v->bytes, target->big_endian, v->bit_offset + i);
        if (target->big_endian)
            number = number << 1 | bit;
        else
            number |= (uint64_t)bit << i;
    }
    return number;
}

static uint64_t extend(uint64_t number, unsigned bits, bool is_signed)
{
    if (bits == 0 || bits >= 64)
        return number;
    number &= ((uint64_t)1 << bits) - 1;
    if (is_signed && number >> (bits - 1) & 1)
        number |= ~(uint64_t)0 << bits;
    return number;
}

/* The bytes of an integer as a number, its sign extended. */
static __int128 load_integer(const struct target *target, const struct value *v, bool is_signed)
{
    size_t n = v->size > 16 ? 16 : v->size;
    unsigned __int128 number = 0;
    for (size_t i = 0; i < n; i++)
        number = number << 8 | v->bytes[target->big_endian ? i : n - 1 - i];
    unsigned bits = (unsigned)n * 8;
    if (is_signed && bits && bits < 128 && number >> (bits - 1) & 1)
        number |= ~(unsigned __int128)0 << bits;
    return (__int128)number;
}

struct error *value_as_wide(struct pool *p, struct value *v, __int128 *ret)
{
    struct target *target = p->target;
    struct type *t = type_strip(v->type);
    if (t->kind == TYPE_FUNCTION || (t->kind == TYPE_ARRAY && v->place == PLACE_MEMORY)) {
        *ret = v->address;
        return NULL;
    }
    if (t->kind == TYPE_FLOAT) {
        real number = 0;
        TRY(value_as_float(p, v, &number));
        bool fits = number > (real)-1.5e38 && number < (real)1.5e38;
        *ret = fits ? (__int128)number : number < 0 ? INT64_MIN : INT64_MAX;
        return NULL;
    }
    if (!kind_is_integer(t->kind) && !kind_is_pointer(t->kind)) {
        BASE_FREE char *name = type_name(v->type);
        return error_new(ERR_TYPE_MISMATCH, "a value of type %s is no number", name);
    }
    TRY(value_load(p, v));
    if (t->kind == TYPE_MEMBER_POINTER && type_strip(type_target(t))->kind == TYPE_FUNCTION) {
        *ret = arch_load(v->bytes, v->size / 2,
                         target->big_endian); /* the second word is no part of the address */
        return NULL;
    }
    if (v->bit_size) {
        uint64_t bits = extend(take_bits(target, v), v->bit_size, t->is_signed);
        *ret = t->is_signed ? (__int128)(int64_t)bits : (__int128)bits;
    } else {
        *ret = load_integer(target, v, t->is_signed);
    }
    return NULL;
}

struct error *value_as_integer(struct pool *p, struct value *v, uint64_t *ret)
{
    __int128 number = 0;
    TRY(value_as_wide(p, v, &number));
    if (value_kind(v) == TYPE_FLOAT) { /* what does not fit is as near as can be, as gdb does */
        number = number < INT64_MIN ? INT64_MIN : number;
        number = number > (__int128)UINT64_MAX ? INT64_MAX : number;
    }
    *ret = (uint64_t)number;
    return NULL;
}

struct error *value_truth(struct pool *p, struct value *v, bool *ret)
{
    if (value_kind(v) == TYPE_FLOAT) {
        real number = 0;
        TRY(value_as_float(p, v, &number));
        *ret = number != 0;
        return NULL;
    }
    __int128 number = 0;
    TRY(value_as_wide(p, v, &number));
    struct type *t = type_strip(v->type);
    bool data = t->kind == TYPE_MEMBER_POINTER && type_strip(type_target(t))->kind != TYPE_FUNCTION;
    unsigned bits =
        data ? (unsigned)v->size * 8 : 0; /* null is -1 there: the first member has the offset 0 */
    *ret = data ? extend((uint64_t)number, bits, true) != UINT64_MAX : number != 0;
    return NULL;
}

static void put_bits(const struct target *target, struct value *to, uint64_t number)
{
    for (unsigned i = 0; i < to->bit_size; i++) {
        bool bit = number >> (target->big_endian ? to->bit_size - 1 - i : i) & 1;
        bit_put(to->bytes, target->big_endian, to->bit_offset + i, bit);
    }
}

static struct error *store_register(struct pool *p, const struct value *to, const unsigned char *bytes)
{
    struct thread *t;
    unsigned char whole[REGISTER_VALUE_MOST] = {0};
    TRY(threads_current(p->target, &t));
    if (to->size < to->reg->size) {
        struct error *e = register_read(p->target, t, to->reg, whole);
        error_free(e); /* an unavailable register is written from zero */
    }
    size_t n = to->size < to->reg->size ? to->size : to->reg->size;
    memcpy(whole + (p->target->big_endian ? to->reg->size - n : 0), bytes, n);
    return register_write(p->target, t, to->reg, whole);
}

static struct error *store_bytes(struct pool *p, struct value *to, const unsigned char *bytes)
{
    switch (to->place) {
    case PLACE_REGISTER:
        return store_register(p, to, bytes);
    case PLACE_PIECES:
        return pieces_store(p, to, bytes);
    default:
        return memory_write(p->target, to->address, bytes, to->size);
    }
}

struct error *value_store(struct pool *p, struct value *to, struct value *from)
{
    struct value *converted = NULL;
    if (to->place == PLACE_VARIABLE)
        return p->target->variable_rules->store(p, to, from);
    if (to->place == PLACE_NONE)
        return error_new(ERR_TYPE_MISMATCH,
                         "the left side of an assignment must be a variable, a register or memory");
    if (to->bit_size) {
        uint64_t number = 0;
        TRY(value_as_integer(p, from, &number));
        TRY(value_load(p, to));
        put_bits(p->target, to, number);
        return store_bytes(p, to, to->bytes);
    }
    TRY(value_cast(p, from, to->type, &converted));
    TRY(value_load(p, converted));
    if (converted->size != to->size)
        return error_new(ERR_TYPE_MISMATCH, "%zu bytes cannot be assigned to %zu", converted->size, to->size);
    TRY(store_bytes(p, to, converted->bytes));
    free(to->bytes);
    to->bytes = NULL;
    return NULL;
}
