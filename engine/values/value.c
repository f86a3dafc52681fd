/* Making and reading values. */
#include "engine/values/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"
#include "engine/registers.h"

void pool_free(struct pool *p)
{
    while (p->values) {
        struct value *v = p->values;
        p->values = v->next;
        free(v->bytes);
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
    v->address = p->session->arch && p->session->arch->address_size == 4 ? address & 0xffffffffu : address;
    return v;
}

struct value *value_integer(struct pool *p, struct type *type, uint64_t number)
{
    struct value *v = value_new(p, type);
    if (value_kind(v) == TYPE_BOOL)
        number = number != 0;
    size_t size = v->size ? v->size : 1;
    v->bytes = xcalloc(size, 1);
    bool negative = (int64_t)number < 0 && type_strip(type)->is_signed;
    if (size > 8)
        memset(v->bytes, negative ? 0xff : 0, size);
    size_t low = size > 8 ? 8 : size;
    arch_store(v->bytes + (size > 8 && p->session->big_endian ? size - 8 : 0), low, p->session->big_endian,
               number);
    return v;
}

struct type *basic_type(struct pool *p, const char *name)
{
    return symbols_find_type(p->session->map, name, UINT64_MAX);
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
    return kind == TYPE_POINTER || kind == TYPE_REFERENCE || kind == TYPE_RVALUE_REFERENCE ||
           kind == TYPE_MEMBER_POINTER;
}

bool kind_is_struct(enum type_kind kind)
{
    return kind == TYPE_STRUCT || kind == TYPE_CLASS || kind == TYPE_UNION;
}

static struct error *load_register(struct pool *p, struct value *v)
{
    struct thread *t;
    unsigned char bytes[64];
    TRY(threads_current(p->session, &t));
    TRY(register_read(p->session, t, v->reg, bytes));
    size_t n = v->reg->size < v->size ? v->reg->size : v->size;
    /* A narrower variable lives in the low end of its register. */
    memcpy(v->bytes, bytes + (p->session->big_endian ? v->reg->size - n : 0), n);
    return NULL;
}

static struct error *load_memory(struct pool *p, struct value *v)
{
    struct session *s = p->session;
    if (s->state == SESSION_STOPPED)
        return memory_read(s, v->address, v->bytes, v->size);
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(s->map, v->address, &offset);
    if (f && symbol_file_read(f, v->address - offset, v->bytes, v->size) == v->size)
        return NULL; /* without a target: what the file starts with */
    return session_need_stopped(s);
}

struct error *value_load(struct pool *p, struct value *v)
{
    if (v->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (v->bytes)
        return NULL;
    if (v->size == 0)
        return error_new(ERR_TYPE_MISMATCH, "a value of an incomplete type or of size 0 has nothing to show");
    if (v->size > VALUE_BYTES_MAX || p->bytes + v->size > POOL_BYTES_MAX)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "a value of %zu bytes is too big to read at once", v->size),
            "name a member, or a slice: array[0]@10");
    v->bytes = xcalloc(v->size, 1);
    p->bytes += v->size;
    struct error *e = v->place == PLACE_REGISTER ? load_register(p, v) : load_memory(p, v);
    if (!e)
        return NULL;
    free(v->bytes);
    v->bytes = NULL;
    return e;
}

/* The bits of a bit-field, counted from the lowest-addressed bit as DWARF's data_bit_offset does. */
static uint64_t take_bits(const struct session *s, const struct value *v)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < v->bit_size; i++) {
        unsigned at = v->bit_offset + i;
        unsigned byte = v->bytes[at / 8];
        unsigned bit = s->big_endian ? byte >> (7 - at % 8) & 1 : byte >> (at % 8) & 1;
        if (s->big_endian)
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

struct error *value_as_integer(struct pool *p, struct value *v, uint64_t *ret)
{
    struct session *s = p->session;
    struct type *t = type_strip(v->type);
    if (t->kind == TYPE_FUNCTION || (t->kind == TYPE_ARRAY && v->place == PLACE_MEMORY)) {
        *ret = v->address;
        return NULL;
    }
    if (t->kind == TYPE_FLOAT) {
        long double number = 0;
        TRY(value_as_float(p, v, &number));
        *ret = number < 0 ? (uint64_t)(int64_t)number : (uint64_t)number;
        return NULL;
    }
    if (!kind_is_integer(t->kind) && !kind_is_pointer(t->kind)) {
        BASE_FREE char *name = type_name(v->type);
        return error_new(ERR_TYPE_MISMATCH, "a value of type %s is no number", name);
    }
    TRY(value_load(p, v));
    if (v->bit_size) {
        *ret = extend(take_bits(s, v), v->bit_size, t->is_signed);
        return NULL;
    }
    size_t low = v->size > 8 ? 8 : v->size;
    *ret = extend(arch_load(v->bytes + (v->size > 8 && s->big_endian ? v->size - 8 : 0), low, s->big_endian),
                  (unsigned)low * 8, t->is_signed);
    return NULL;
}

struct error *value_truth(struct pool *p, struct value *v, bool *ret)
{
    if (value_kind(v) == TYPE_FLOAT) {
        long double number = 0;
        TRY(value_as_float(p, v, &number));
        *ret = number != 0;
        return NULL;
    }
    uint64_t number = 0;
    TRY(value_as_integer(p, v, &number));
    *ret = number != 0;
    return NULL;
}

static void put_bits(const struct session *s, struct value *to, uint64_t number)
{
    for (unsigned i = 0; i < to->bit_size; i++) {
        unsigned at = to->bit_offset + i;
        unsigned shift = s->big_endian ? 7 - at % 8 : at % 8;
        unsigned bit = (unsigned)(number >> (s->big_endian ? to->bit_size - 1 - i : i) & 1);
        to->bytes[at / 8] = (unsigned char)((to->bytes[at / 8] & ~(1u << shift)) | bit << shift);
    }
}

static struct error *store_register(struct pool *p, const struct value *to, const unsigned char *bytes)
{
    struct thread *t;
    unsigned char whole[64] = {0};
    TRY(threads_current(p->session, &t));
    if (to->size < to->reg->size) {
        struct error *e = register_read(p->session, t, to->reg, whole);
        error_free(e); /* an unavailable register is written from zero */
    }
    size_t n = to->size < to->reg->size ? to->size : to->reg->size;
    memcpy(whole + (p->session->big_endian ? to->reg->size - n : 0), bytes, n);
    return register_write(p->session, t, to->reg, whole);
}

struct error *value_store(struct pool *p, struct value *to, struct value *from)
{
    struct value *converted = NULL;
    if (to->place == PLACE_NONE)
        return error_new(ERR_TYPE_MISMATCH,
                         "the left side of an assignment must be a variable, a register or memory");
    if (to->bit_size) {
        uint64_t number = 0;
        TRY(value_as_integer(p, from, &number));
        TRY(value_load(p, to));
        put_bits(p->session, to, number);
        return memory_write(p->session, to->address, to->bytes, to->size);
    }
    TRY(value_cast(p, from, to->type, &converted));
    TRY(value_load(p, converted));
    if (converted->size != to->size)
        return error_new(ERR_TYPE_MISMATCH, "%zu bytes cannot be assigned to %zu", converted->size, to->size);
    struct error *e = to->place == PLACE_REGISTER
                          ? store_register(p, to, converted->bytes)
                          : memory_write(p->session, to->address, converted->bytes, to->size);
    if (e)
        return e;
    free(to->bytes);
    to->bytes = NULL;
    return NULL;
}
