/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators on two values that are on the stub's stack already. */
#include "engine/control/agent/agent_code.h"

struct type *agent_basic(struct agent *a, const char *name)
{
    return basic_type(&a->evaluation->pool, name);
}

bool agent_is_pointer(struct type *t)
{
    enum type_kind kind = type_strip(t)->kind;
    return kind == TYPE_POINTER;
}

void agent_extend(struct agent *a, struct type *t)
{
    struct type *bare = type_strip(t);
    agent_emit_extension(a, type_size(bare), bare->is_signed && bare->kind != TYPE_POINTER);
}

/* C17 6.3.1.1. */
struct type *agent_promoted(struct agent *a, struct type *t)
{
    struct type *bare = type_strip(t);
    return bare->kind != TYPE_POINTER && type_size(bare) < 4 ? agent_basic(a, "int") : bare;
}

/* C17 6.3.1.8. */
struct type *agent_common(struct agent *a, struct type *left, struct type *right)
{
    left = agent_promoted(a, left);
    right = agent_promoted(a, right);
    if (agent_is_pointer(left) || agent_is_pointer(right))
        return agent_is_pointer(left) ? left : right;
    uint64_t size = type_size(left) > type_size(right) ? type_size(left) : type_size(right);
    bool is_unsigned =
        (!left->is_signed && type_size(left) == size) || (!right->is_signed && type_size(right) == size);
    if (size == 4)
        return agent_basic(a, is_unsigned ? "unsigned int" : "int");
    return agent_basic(a, is_unsigned ? "unsigned long long" : "long long");
}

static void scale(struct agent *a, uint64_t size, enum agent_op op)
{
    if (size <= 1)
        return;
    agent_emit_constant(a, size);
    agent_emit(a, op);
}

struct error *agent_pointer_sum(struct agent *a, int op, struct operand left, struct operand right,
                                struct operand *ret)
{
    struct type *pointer = agent_is_pointer(left.type) ? left.type : right.type;
    uint64_t size = type_size(type_strip(type_target(type_strip(pointer))));
    bool both = agent_is_pointer(left.type) && agent_is_pointer(right.type);
    if ((both && op != '-') || (!agent_is_pointer(left.type) && op == '-'))
        return agent_unsupported("arithmetic with that pointer");
    *ret = (struct operand){.type = both ? agent_basic(a, "long") : pointer};
    if (both) {
        agent_emit(a, AGENT_SUB);
        scale(a, size, AGENT_DIV_SIGNED);
        return NULL;
    }
    if (agent_is_pointer(right.type))
        agent_emit(a, AGENT_SWAP);
    scale(a, size, AGENT_MUL);
    agent_emit(a, op == '+' ? AGENT_ADD : AGENT_SUB);
    agent_extend(a, pointer);
    return NULL;
}

static enum agent_op arithmetic_op(int op, bool is_signed)
{
    switch (op) {
    case '+':
        return AGENT_ADD;
    case '-':
        return AGENT_SUB;
    case '*':
        return AGENT_MUL;
    case '/':
        return is_signed ? AGENT_DIV_SIGNED : AGENT_DIV_UNSIGNED;
    case '%':
        return is_signed ? AGENT_REM_SIGNED : AGENT_REM_UNSIGNED;
    case '&':
        return AGENT_BIT_AND;
    case '|':
        return AGENT_BIT_OR;
    case '^':
        return AGENT_BIT_XOR;
    case OP_SHIFT_LEFT:
        return AGENT_LSH;
    case OP_SHIFT_RIGHT:
        return is_signed ? AGENT_RSH_SIGNED : AGENT_RSH_UNSIGNED;
    default:
        return AGENT_END;
    }
}

static bool is_comparison(int op)
{
    return op == '<' || op == '>' || op == OP_LE || op == OP_GE || op == OP_EQ || op == OP_NE;
}

/* Left and right are on the stack: a > b is b < a, a <= b is !(b < a). */
static void compare(struct agent *a, int op, bool is_signed)
{
    if (op == OP_EQ || op == OP_NE) {
        agent_emit(a, AGENT_EQUAL);
    } else {
        if (op == '>' || op == OP_LE)
            agent_emit(a, AGENT_SWAP);
        agent_emit(a, is_signed ? AGENT_LESS_SIGNED : AGENT_LESS_UNSIGNED);
    }
    if (op == OP_NE || op == OP_LE || op == OP_GE)
        agent_emit(a, AGENT_LOG_NOT);
}

struct error *agent_operate(struct agent *a, int op, struct operand left, struct operand right,
                            struct operand *ret)
{
    struct type *t = agent_common(a, left.type, right.type);
    bool is_signed = type_strip(t)->is_signed && !agent_is_pointer(t);
    if (is_comparison(op)) {
        compare(a, op, is_signed);
        *ret = (struct operand){.type = agent_basic(a, "int")};
        return NULL;
    }
    if (agent_is_pointer(left.type) || agent_is_pointer(right.type))
        return agent_pointer_sum(a, op, left, right, ret);
    if (op == OP_SHIFT_LEFT || op == OP_SHIFT_RIGHT) {
        t = agent_promoted(a, left.type);
        is_signed = type_strip(t)->is_signed;
    }
    enum agent_op code = arithmetic_op(op, is_signed);
    if (code == AGENT_END)
        return agent_unsupported("that operator");
    agent_emit(a, code);
    agent_extend(a, t);
    *ret = (struct operand){.type = t};
    return NULL;
}
