/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C's operators, with its usual conversions at the target's sizes (C17 6.3.1.8). */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/decimal.h"
#include "engine/inspect/values/floats.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/value.h"

/* Integer promotion and the common type of two operands; NULL: one of them is no number. */
static struct type *common_type(struct pool *p, const struct value *a, const struct value *b)
{
    struct type *x = type_strip(a->type), *y = type_strip(b->type);
    if (x->kind == TYPE_FLOAT || y->kind == TYPE_FLOAT) {
        if (x->kind != TYPE_FLOAT)
            return b->type;
        if (y->kind != TYPE_FLOAT)
            return a->type;
        return type_size(x) >= type_size(y) ? a->type : b->type;
    }
    uint64_t size_x = type_size(x), size_y = type_size(y);
    uint64_t size = size_x > size_y ? size_x : size_y;
    struct type *plain_int = basic_type(p, "int");
    uint64_t int_size = type_size(plain_int);
    if (size < int_size)
        return plain_int;
    bool is_unsigned = (size_x == size && !x->is_signed) || (size_y == size && !y->is_signed);
    if (size <= int_size)
        return is_unsigned ? basic_type(p, "unsigned int") : plain_int;
    if (size > 8)
        return basic_type(p, is_unsigned ? "unsigned __int128" : "__int128");
    if (size <= type_size(basic_type(p, "long")))
        return basic_type(p, is_unsigned ? "unsigned long" : "long");
    return basic_type(p, is_unsigned ? "unsigned long long" : "long long");
}

/* C's integer promotion (C17 6.3.1.1): what is narrower than int becomes one. */
static struct type *promoted(struct pool *p, const struct value *v)
{
    struct type *t = type_strip(v->type);
    bool wide_enough = t->kind == TYPE_INTEGER && type_size(t) >= type_size(basic_type(p, "int"));
    return wide_enough || t->kind == TYPE_FLOAT ? t : common_type(p, v, v);
}

static struct error *bad_operands(struct value *a, struct value *b)
{
    BASE_FREE char *left = type_name(a->type);
    BASE_FREE char *right = b ? type_name(b->type) : NULL;
    if (!b)
        return error_new(ERR_TYPE_MISMATCH, "this operator does not take a %s", left);
    return error_new(ERR_TYPE_MISMATCH, "this operator does not take a %s and a %s", left, right);
}

struct value *value_comparison(struct pool *p, bool truth)
{
    return value_integer(p, p->truth_type ? p->truth_type(p) : basic_type(p, "int"), truth);
}

/* In the precision of the result, so that nothing is rounded twice. */
static real calculate(int op, enum float_format f, real x, real y)
{
#define IN(type)                                                                                             \
    (op == '+'   ? (real)((type)x + (type)y)                                                                 \
     : op == '-' ? (real)((type)x - (type)y)                                                                 \
     : op == '*' ? (real)((type)x * (type)y)                                                                 \
                 : (real)((type)x / (type)y))
    switch (f) {
    case FLOAT_SINGLE:
        return IN(float);
    case FLOAT_DOUBLE:
        return IN(double);
    case FLOAT_X87:
        return IN(long double);
    default:
        return IN(real);
    }
#undef IN
}

/* Those of 34 digits have more than `real`. */
static struct error *check_decimals(int op, struct value *a, struct value *b, struct type *type)
{
    bool computed = op == '+' || op == '-' || op == '*' || op == '/';
    if (value_kind(a) == value_kind(b) && decimal_is(a->type) != decimal_is(b->type))
        return error_hint(
            error_new(ERR_TYPE_MISMATCH, "a decimal floating-point number and a binary one do not mix"),
            "a cast makes one the other");
    if (computed && decimal_is(type) && type_size(type) > 8)
        return error_hint(error_new(ERR_UNSUPPORTED, "34 decimal digits are shown, not reckoned with"),
                          "a cast to _Decimal64 or double rounds");
    return NULL;
}

static struct error *float_binary(struct pool *p, int op, struct value *a, struct value *b, struct type *type,
                                  struct value **ret)
{
    real x, y;
    TRY(check_decimals(op, a, b, type));
    TRY(value_as_float(p, a, &x));
    TRY(value_as_float(p, b, &y));
    switch (op) {
    case '/': /* by zero as well: infinite, as IEEE 754 has it */
    case '+':
    case '-':
    case '*':
        *ret = value_float(
            p, type,
            calculate(
                op, decimal_is(type) ? FLOAT_QUAD : float_format_of(p->target, type, (size_t)type_size(type)),
                x, y));
        return NULL;
    case '<':
        *ret = value_comparison(p, x < y);
        return NULL;
    case '>':
        *ret = value_comparison(p, x > y);
        return NULL;
    case OP_LE:
        *ret = value_comparison(p, x <= y);
        return NULL;
    case OP_GE:
        *ret = value_comparison(p, x >= y);
        return NULL;
    case OP_EQ:
        *ret = value_comparison(p, x == y);
        return NULL;
    case OP_NE:
        *ret = value_comparison(p, x != y);
        return NULL;
    default:
        return bad_operands(a, b);
    }
}

/* As many bits as the widest integer has; their signs are extended. */
typedef unsigned __int128 wide;

static bool compare(int op, wide x, wide y, bool is_signed)
{
    __int128 sx = (__int128)x, sy = (__int128)y;
    switch (op) {
    case '<':
        return is_signed ? sx < sy : x < y;
    case '>':
        return is_signed ? sx > sy : x > y;
    case OP_LE:
        return is_signed ? sx <= sy : x <= y;
    case OP_GE:
        return is_signed ? sx >= sy : x >= y;
    case OP_EQ:
        return x == y;
    default:
        return x != y;
    }
}

static struct error *divide(int op, wide x, wide y, bool is_signed, wide *ret)
{
    if (y == 0)
        return error_new(ERR_DIVIDE_BY_ZERO, "division by zero");
    if (!is_signed)
        *ret = op == '/' ? x / y : x % y;
    else if (y == ~(wide)0) /* the least number / -1 overflows on the host */
        *ret = op == '/' ? 0 - x : 0;
    else
        *ret = (wide)(op == '/' ? (__int128)x / (__int128)y : (__int128)x % (__int128)y);
    return NULL;
}

static uint64_t bits_of(struct type *t)
{
    return type_size(type_strip(t)) * 8;
}

static struct error *shift(struct pool *p, int op, struct value *a, struct value *b, struct value **ret)
{
    struct type *type = promoted(p, a);
    __int128 x, result;
    uint64_t count;
    TRY(value_as_wide(p, a, &x));
    TRY(value_as_integer(p, b, &count));
    bool is_signed = type_strip(type)->is_signed;
    if (count >= bits_of(type)) /* undefined in C; as gdb: all bits are shifted out */
        result = op == OP_SHIFT_RIGHT && is_signed && x < 0 ? -1 : 0;
    else if (op == OP_SHIFT_LEFT)
        result = (__int128)((wide)x << count);
    else
        result = is_signed ? x >> count : (__int128)((wide)x >> count);
    *ret = value_wide(p, type, result);
    return NULL;
}

static struct error *integer_binary(struct pool *p, int op, struct value *a, struct value *b,
                                    struct type *type, struct value **ret)
{
    struct value *x_value = NULL, *y_value = NULL;
    __int128 left, right;
    TRY(value_cast(p, a, type, &x_value));
    TRY(value_cast(p, b, type, &y_value));
    TRY(value_as_wide(p, x_value, &left));
    TRY(value_as_wide(p, y_value, &right));
    wide x = (wide)left, y = (wide)right, result = 0;
    bool is_signed = type_strip(type)->is_signed;
    if (op_is_comparison(op)) {
        *ret = value_comparison(p, compare(op, x, y, is_signed));
        return NULL;
    }
    switch (op) {
    case '+':
        result = x + y;
        break;
    case '-':
        result = x - y;
        break;
    case '*':
        result = x * y;
        break;
    case '/':
    case '%':
        TRY(divide(op, x, y, is_signed, &result));
        break;
    case '&':
        result = x & y;
        break;
    case '|':
        result = x | y;
        break;
    case '^':
        result = x ^ y;
        break;
    default:
        return bad_operands(a, b);
    }
    *ret = value_wide(p, type, (__int128)result);
    return NULL;
}

static bool is_address(const struct value *v)
{
    enum type_kind kind = value_kind(v);
    return kind == TYPE_POINTER || kind == TYPE_ARRAY || kind == TYPE_FUNCTION;
}

/* What 1 adds to a pointer; 0: nothing can be added. gcc counts bytes of void and functions. */
static uint64_t step_of(const struct value *v)
{
    struct type *t = type_strip(v->type), *target = t->kind == TYPE_FUNCTION ? t : type_strip(type_target(t));
    return target->kind == TYPE_FUNCTION || target->kind == TYPE_VOID ? 1 : type_size(target);
}

static struct type *decayed(const struct value *v)
{
    struct type *t = type_strip(v->type);
    if (t->kind == TYPE_POINTER)
        return t;
    return type_pointer_to(t->kind == TYPE_ARRAY ? type_target(t) : v->type);
}

/* Of pointers to a class and to a base of it the first becomes one to the base (C++20 7.6.9, 7.6.10). */
static struct error *same_class(struct pool *p, struct value **a, struct value **b)
{
    struct type *x = type_strip((*a)->type), *y = type_strip((*b)->type);
    struct member_path path;
    if (x->kind != TYPE_POINTER || y->kind != TYPE_POINTER ||
        type_strip(type_target(x)) == type_strip(type_target(y)))
        return NULL;
    if (bases_find(type_target(x), type_target(y), &path))
        return value_cast(p, *a, y, a);
    return bases_find(type_target(y), type_target(x), &path) ? value_cast(p, *b, x, b) : NULL;
}

static struct error *pointer_binary(struct pool *p, int op, struct value *a, struct value *b,
                                    struct value **ret)
{
    uint64_t x, y;
    if (value_kind(a) == TYPE_FLOAT || value_kind(b) == TYPE_FLOAT)
        return bad_operands(a, b);
    TRY(same_class(p, &a, &b));
    TRY(value_as_integer(p, a, &x));
    TRY(value_as_integer(p, b, &y));
    if (op_is_comparison(op)) {
        *ret = value_comparison(p, compare(op, x, y, false));
        return NULL;
    }
    if (!step_of(is_address(a) ? a : b))
        return error_new(ERR_TYPE_MISMATCH, "pointers to a type of unknown size cannot be computed with");
    if (is_address(a) && is_address(b)) {
        if (op != '-')
            return bad_operands(a, b);
        *ret = value_integer(p, basic_type(p, "long"), (uint64_t)((int64_t)(x - y) / (int64_t)step_of(a)));
        return NULL;
    }
    if (op == '+')
        *ret = is_address(a) ? value_integer(p, decayed(a), x + y * step_of(a))
                             : value_integer(p, decayed(b), y + x * step_of(b));
    else if (op == '-' && is_address(a))
        *ret = value_integer(p, decayed(a), x - y * step_of(a));
    else
        return bad_operands(a, b);
    return NULL;
}

/* Two of one kind are equal or not, and nothing else. */
static struct error *member_pointers(struct pool *p, int op, struct value *a, struct value *b,
                                     struct value **ret)
{
    if ((op != OP_EQ && op != OP_NE) || value_kind(a) != value_kind(b) || a->size != b->size)
        return bad_operands(a, b);
    TRY(value_load(p, a));
    TRY(value_load(p, b));
    *ret = value_comparison(p, (memcmp(a->bytes, b->bytes, a->size) == 0) == (op == OP_EQ));
    return NULL;
}

static bool is_vector(const struct value *v)
{
    return type_strip(v->type)->vector;
}

/* Element by element; a scalar stands for a vector of equal elements (gcc's manual, "Vector Extensions"). */
static struct error *vector_binary(struct pool *p, int op, struct value *a, struct value *b,
                                   struct value **ret)
{
    struct value *shape = is_vector(a) ? a : b, *x = a, *y = b, *one = NULL;
    struct type *t = type_strip(shape->type), *element = type_target(t);
    size_t size = (size_t)type_size(type_strip(element));
    if (op_is_comparison(op) || !size ||
        (is_vector(a) && is_vector(b) &&
         (a->size != b->size || type_strip(element) != type_strip(type_target(type_strip(b->type))))))
        return bad_operands(a, b);
    struct value *sum = *ret = value_new(p, shape->type);
    sum->bytes = xcalloc(sum->size ? sum->size : 1, 1);
    for (uint64_t i = 0; i < t->count && (i + 1) * size <= sum->size; i++) {
        if (is_vector(a))
            TRY(value_index(p, a, (int64_t)i, &x));
        if (is_vector(b))
            TRY(value_index(p, b, (int64_t)i, &y));
        TRY(value_binary(p, op, x, y, &one));
        TRY(value_cast(p, one, element, &one));
        TRY(value_load(p, one));
        memcpy(sum->bytes + i * size, one->bytes, size);
    }
    return NULL;
}

static struct error *follow_reference(struct pool *p, struct value **v)
{
    enum type_kind kind = value_kind(*v);
    return kind_is_reference(kind) ? value_dereference(p, *v, v) : NULL;
}

struct error *value_binary(struct pool *p, int op, struct value *a, struct value *b, struct value **ret)
{
    TRY(follow_reference(p, &a));
    TRY(follow_reference(p, &b));
    if (is_vector(a) || is_vector(b))
        return vector_binary(p, op, a, b, ret);
    if (is_address(a) || is_address(b))
        return pointer_binary(p, op, a, b, ret);
    if (value_kind(a) == TYPE_MEMBER_POINTER || value_kind(b) == TYPE_MEMBER_POINTER)
        return member_pointers(p, op, a, b, ret);
    if (!kind_is_number(value_kind(a)) || !kind_is_number(value_kind(b)))
        return bad_operands(a, b);
    bool with_float = value_kind(a) == TYPE_FLOAT || value_kind(b) == TYPE_FLOAT;
    if (op == OP_SHIFT_LEFT || op == OP_SHIFT_RIGHT)
        return with_float ? bad_operands(a, b) : shift(p, op, a, b, ret);
    struct type *type = common_type(p, a, b);
    return with_float ? float_binary(p, op, a, b, type, ret) : integer_binary(p, op, a, b, type, ret);
}

static struct error *address_of(struct pool *p, struct value *a, struct value **ret)
{
    if (a->bit_size)
        return error_new(ERR_TYPE_MISMATCH, "a bit-field has no address");
    if (a->place == PLACE_REGISTER)
        return error_new(ERR_TYPE_MISMATCH, "the value is in register $%s and has no address", a->reg->name);
    if (a->place != PLACE_MEMORY)
        return error_new(ERR_TYPE_MISMATCH, "& needs something that is in memory");
    *ret = value_integer(p, type_pointer_to(a->type), a->address);
    return NULL;
}

static struct error *logical_not(struct pool *p, struct value *a, struct value **ret)
{
    bool truth = false;
    TRY(value_truth(p, a, &truth));
    *ret = value_comparison(p, !truth);
    return NULL;
}

/* Stores one more or less than was there. */
static struct error *increment(struct pool *p, int op, struct value *a, struct value **ret)
{
    struct value *sum = NULL;
    TRY(value_binary(p, op == OP_INCREMENT ? '+' : '-', a, value_integer(p, basic_type(p, "int"), 1), &sum));
    TRY(value_store(p, a, sum));
    *ret = a;
    return NULL;
}

static struct error *float_unary(struct pool *p, int op, struct value *a, struct value **ret)
{
    TRY(value_load(p, a));
    struct value *v = *ret = value_new(p, a->type);
    v->bytes = xmemdup(a->bytes, a->size ? a->size : 1);
    if (op == '-')
        float_negate(p->target, a->type, v->bytes, v->size);
    return NULL;
}

struct error *value_unary(struct pool *p, int op, struct value *a, struct value **ret)
{
    TRY(follow_reference(p, &a));
    if (op == '&')
        return address_of(p, a, ret);
    if (op == '*')
        return value_dereference(p, a, ret);
    if (op == '!')
        return logical_not(p, a, ret);
    if (op == OP_INCREMENT || op == OP_DECREMENT)
        return increment(p, op, a, ret);
    if (!kind_is_number(value_kind(a)) || (op == '~' && value_kind(a) == TYPE_FLOAT))
        return bad_operands(a, NULL);
    if (value_kind(a) == TYPE_FLOAT)
        return float_unary(p, op, a, ret);
    struct type *type = promoted(p, a);
    __int128 number;
    TRY(value_as_wide(p, a, &number));
    *ret = value_wide(p, type, op == '-' ? (__int128)(0 - (wide)number) : op == '~' ? ~number : number);
    return NULL;
}
