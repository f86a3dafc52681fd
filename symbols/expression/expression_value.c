/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Constants, arithmetic and typed values of DWARF expressions.
 */
#include <string.h>

#include "symbols/expression/expression_machine.h"
#include "symbols/types/type_internal.h"

uint64_t machine_narrow(const struct machine *m, const struct value *v)
{
    unsigned size = v->size ? v->size : m->e->address_size;
    return size >= 8 ? v->bits : v->bits & ((1ull << (size * 8)) - 1);
}

static int64_t as_signed(const struct machine *m, const struct value *v)
{
    return sign_extend(v->bits, v->size ? v->size : m->e->address_size);
}

static double as_double(const struct value *v)
{
    double d;
    float f;
    if (v->size == 4) {
        memcpy(&f, &v->bits, sizeof f);
        return (double)f;
    }
    memcpy(&d, &v->bits, sizeof d);
    return d;
}

static struct value of_double(double d, uint8_t size)
{
    struct value v = {.kind = VALUE_FLOAT, .size = size};
    float f = (float)d;
    if (size == 4)
        memcpy(&v.bits, &f, sizeof f);
    else
        memcpy(&v.bits, &d, sizeof d);
    return v;
}

bool machine_base_type(struct machine *m, uint64_t offset, struct value *ret)
{
    *ret = (struct value){.kind = VALUE_GENERIC};
    if (!offset)
        return true;
    if (!m->e->file || m->e->unit == UINT64_MAX || offset > UINT32_MAX) {
        machine_fail(m, ERR_INTERNAL, "it names a type where there are none");
        return false;
    }
    const struct type *t = type_of_die(m->e->file, m->e->unit + offset);
    uint64_t size = t->inside->size;
    bool number = t->kind == TYPE_INTEGER || t->kind == TYPE_CHAR || t->kind == TYPE_BOOL;
    if ((!number && t->kind != TYPE_FLOAT) || !size || size > 8 || (t->kind == TYPE_FLOAT && size < 4)) {
        machine_fail(m, ERR_UNSUPPORTED, "it computes with a type of an unusual size");
        return false;
    }
    ret->size = (uint8_t)size;
    ret->kind = t->kind == TYPE_FLOAT ? VALUE_FLOAT : t->is_signed ? VALUE_SIGNED : VALUE_UNSIGNED;
    return true;
}

bool machine_step_constant(struct machine *m, uint8_t op)
{
    struct cursor *c = &m->c;
    if (op >= DW_OP_lit0 && op <= DW_OP_lit31) {
        machine_push_number(m, (uint64_t)op - DW_OP_lit0);
        return true;
    }
    switch (op) {
    case DW_OP_const1u:
    case DW_OP_const2u:
    case DW_OP_const4u:
    case DW_OP_const8u: {
        unsigned size = 1u << ((op - DW_OP_const1u) / 2);
        machine_push_number(m, cursor_unsigned(c, size));
        return true;
    }
    case DW_OP_const1s:
    case DW_OP_const2s:
    case DW_OP_const4s:
    case DW_OP_const8s: {
        unsigned size = 1u << ((op - DW_OP_const1s) / 2);
        machine_push_number(m, (uint64_t)sign_extend(cursor_unsigned(c, size), size));
        return true;
    }
    case DW_OP_constu:
        machine_push_number(m, cursor_uleb(c));
        return true;
    case DW_OP_consts:
        machine_push_number(m, (uint64_t)cursor_sleb(c));
        return true;
    default:
        return false;
    }
}

static void float_operation(struct machine *m, uint8_t op, const struct value *a, const struct value *b)
{
    double x = as_double(a), y = as_double(b);
    switch (op) {
    case DW_OP_plus:
        machine_push(m, of_double(x + y, a->size));
        break;
    case DW_OP_minus:
        machine_push(m, of_double(x - y, a->size));
        break;
    case DW_OP_mul:
        machine_push(m, of_double(x * y, a->size));
        break;
    case DW_OP_div:
        machine_push(m, of_double(x / y, a->size));
        break;
    case DW_OP_eq:
        machine_push_number(m, x == y);
        break;
    case DW_OP_ne:
        machine_push_number(m, x != y);
        break;
    case DW_OP_lt:
        machine_push_number(m, x < y);
        break;
    case DW_OP_le:
        machine_push_number(m, x <= y);
        break;
    case DW_OP_gt:
        machine_push_number(m, x > y);
        break;
    case DW_OP_ge:
        machine_push_number(m, x >= y);
        break;
    default:
        machine_fail(m, ERR_INTERNAL, "it computes with bits of a floating number");
        break;
    }
}

static uint64_t divide(struct machine *m, const struct value *a, const struct value *b)
{
    uint64_t by = machine_narrow(m, b);
    if (!by) {
        machine_fail(m, ERR_DIVIDE_BY_ZERO, "it divides by zero");
        return 0;
    }
    if (a->kind == VALUE_UNSIGNED)
        return machine_narrow(m, a) / by;
    int64_t x = as_signed(m, a), y = as_signed(m, b);
    return y == -1 ? 0 - (uint64_t)x : (uint64_t)(x / y);
}

static uint64_t modulo(struct machine *m, const struct value *a, const struct value *b)
{
    uint64_t by = machine_narrow(m, b);
    if (!by) {
        machine_fail(m, ERR_DIVIDE_BY_ZERO, "it divides by zero");
        return 0;
    }
    int64_t y = as_signed(m, b);
    if (a->kind == VALUE_SIGNED)
        return y == -1 ? 0 : (uint64_t)(as_signed(m, a) % y);
    return machine_narrow(m, a) % by;
}

static uint64_t shift(struct machine *m, uint8_t op, const struct value *a, uint64_t by)
{
    unsigned width = (a->size ? a->size : m->e->address_size) * 8u;
    int64_t x = as_signed(m, a);
    if (op == DW_OP_shra)
        return (uint64_t)(x >> (by < width ? by : 63));
    if (by >= width)
        return 0;
    return op == DW_OP_shl ? a->bits << by : machine_narrow(m, a) >> by;
}

static bool compare(struct machine *m, uint8_t op, const struct value *a, const struct value *b)
{
    int64_t x = as_signed(m, a), y = as_signed(m, b);
    int order = x < y ? -1 : x > y;
    if (a->kind == VALUE_UNSIGNED) {
        uint64_t p = machine_narrow(m, a), q = machine_narrow(m, b);
        order = p < q ? -1 : p > q;
    }
    switch (op) {
    case DW_OP_eq:
        return order == 0;
    case DW_OP_ne:
        return order != 0;
    case DW_OP_lt:
        return order < 0;
    case DW_OP_le:
        return order <= 0;
    case DW_OP_gt:
        return order > 0;
    default:
        return order >= 0;
    }
}

static void binary(struct machine *m, uint8_t op)
{
    struct value b = machine_pop(m), a = machine_pop(m);
    struct value r = a;
    if (m->err)
        return;
    if (a.kind == VALUE_FLOAT) {
        float_operation(m, op, &a, &b);
        return;
    }
    switch (op) {
    case DW_OP_and:
        r.bits = a.bits & b.bits;
        break;
    case DW_OP_or:
        r.bits = a.bits | b.bits;
        break;
    case DW_OP_xor:
        r.bits = a.bits ^ b.bits;
        break;
    case DW_OP_plus:
        r.bits = a.bits + b.bits;
        break;
    case DW_OP_minus:
        r.bits = a.bits - b.bits;
        break;
    case DW_OP_mul:
        r.bits = a.bits * b.bits;
        break;
    case DW_OP_div:
        r.bits = divide(m, &a, &b);
        break;
    case DW_OP_mod:
        r.bits = modulo(m, &a, &b);
        break;
    case DW_OP_shl:
    case DW_OP_shr:
    case DW_OP_shra:
        r.bits = shift(m, op, &a, machine_narrow(m, &b));
        break;
    default:
        r = (struct value){.bits = compare(m, op, &a, &b)};
        break;
    }
    machine_push(m, r);
}

static void unary(struct machine *m, uint8_t op)
{
    struct value a = machine_pop(m);
    if (a.kind == VALUE_FLOAT && op != DW_OP_not) {
        double x = as_double(&a);
        a = of_double(op == DW_OP_neg || x < 0 ? -x : x, a.size);
    } else if (op == DW_OP_abs) {
        a.bits = as_signed(m, &a) < 0 ? 0 - a.bits : a.bits;
    } else {
        a.bits = op == DW_OP_neg ? 0 - a.bits : ~a.bits;
    }
    machine_push(m, a);
}

bool machine_step_arithmetic(struct machine *m, uint8_t op)
{
    switch (op) {
    case DW_OP_abs:
    case DW_OP_neg:
    case DW_OP_not:
        unary(m, op);
        return true;
    case DW_OP_plus_uconst: {
        struct value a = machine_pop(m);
        a.bits += cursor_uleb(&m->c);
        machine_push(m, a);
        return true;
    }
    case DW_OP_and:
    case DW_OP_or:
    case DW_OP_xor:
    case DW_OP_plus:
    case DW_OP_minus:
    case DW_OP_mul:
    case DW_OP_div:
    case DW_OP_mod:
    case DW_OP_shl:
    case DW_OP_shr:
    case DW_OP_shra:
    case DW_OP_eq:
    case DW_OP_ne:
    case DW_OP_lt:
    case DW_OP_le:
    case DW_OP_gt:
    case DW_OP_ge:
        binary(m, op);
        return true;
    default:
        return false;
    }
}

/* Numbers are turned into each other as C casts do. */
static struct value convert(struct machine *m, const struct value *from, const struct value *to)
{
    struct value r = *to;
    if (from->kind == VALUE_FLOAT && to->kind == VALUE_FLOAT)
        return of_double(as_double(from), to->size);
    if (to->kind == VALUE_FLOAT)
        return of_double(from->kind == VALUE_SIGNED ? (double)as_signed(m, from)
                                                    : (double)machine_narrow(m, from),
                         to->size);
    if (from->kind == VALUE_FLOAT) {
        double d = as_double(from);
        bool fits = d > -9.3e18 && d < 9.2e18;
        r.bits = fits ? (uint64_t)(int64_t)d : 0;
        return r;
    }
    r.bits = from->kind == VALUE_SIGNED ? (uint64_t)as_signed(m, from) : machine_narrow(m, from);
    return r;
}

static void push_typed(struct machine *m, uint64_t type, uint64_t bits)
{
    struct value v;
    if (!machine_base_type(m, type, &v))
        return;
    v.bits = bits;
    machine_push(m, v);
}

static void step_const_type(struct machine *m)
{
    uint64_t type = cursor_uleb(&m->c);
    uint8_t size = cursor_u8(&m->c);
    if (size > 8)
        machine_fail(m, ERR_UNSUPPORTED, "it has a constant of more than 8 bytes");
    else
        push_typed(m, type, cursor_unsigned(&m->c, size));
}

bool machine_step_typed(struct machine *m, uint8_t op)
{
    struct value from, to;
    switch (op) {
    case DW_OP_const_type:
    case DW_OP_GNU_const_type:
        step_const_type(m);
        return true;
    case DW_OP_convert:
    case DW_OP_GNU_convert:
    case DW_OP_reinterpret:
    case DW_OP_GNU_reinterpret:
        if (!machine_base_type(m, cursor_uleb(&m->c), &to))
            return true;
        from = machine_pop(m);
        if (op == DW_OP_convert || op == DW_OP_GNU_convert)
            to = convert(m, &from, &to);
        else
            to.bits = machine_narrow(m, &from);
        machine_push(m, to);
        return true;
    default:
        return false;
    }
}
