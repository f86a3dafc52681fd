/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees to code. Each function leaves one value (or address) on the stub's stack. */
#include <string.h>

#include "base/alloc.h"
#include "engine/control/agent/agent_code.h"
#include "engine/control/limits.h"
#include "engine/inspect/values/bases.h"

static struct error *compile(struct agent *a, const struct node *n, struct operand *ret);

/* Loads what the address on the stack is of. An array is its address. */
static struct error *load(struct agent *a, struct operand *o)
{
    struct type *t = type_strip(o->type);
    if (!o->in_memory)
        return NULL;
    o->in_memory = false;
    if (t->kind == TYPE_ARRAY && !t->vector) {
        o->type = type_pointer_to(type_target(t));
        return NULL;
    }
    uint64_t size = type_size(t);
    bool scalar = kind_is_integer(t->kind) || t->kind == TYPE_POINTER;
    if (!scalar || (size != 1 && size != 2 && size != 4 && size != 8))
        return agent_unsupported("a value that is no integer or pointer");
    agent_emit(a, size == 1 ? AGENT_REF8 : size == 2 ? AGENT_REF16 : size == 4 ? AGENT_REF32 : AGENT_REF64);
    agent_emit_extension(a, size, t->is_signed && t->kind != TYPE_POINTER);
    return NULL;
}

static struct error *value(struct agent *a, const struct node *n, struct operand *ret)
{
    TRY(compile(a, n, ret));
    return load(a, ret);
}

/* Both operands in their common type; the left one is converted beneath the right one. */
static struct error *operands(struct agent *a, const struct node *n, struct operand *left,
                              struct operand *right)
{
    TRY(value(a, n->left, left));
    TRY(value(a, n->right, right));
    if (agent_is_pointer(left->type) || agent_is_pointer(right->type))
        return NULL;
    struct type *t = agent_common(a, left->type, right->type);
    bool shift = n->op == OP_SHIFT_LEFT || n->op == OP_SHIFT_RIGHT;
    if (!shift)
        agent_extend(a, t);
    agent_emit(a, AGENT_SWAP);
    agent_extend(a, shift ? agent_promoted(a, left->type) : t);
    agent_emit(a, AGENT_SWAP);
    return NULL;
}

static struct error *logical(struct agent *a, const struct node *n, struct operand *ret)
{
    struct operand o;
    TRY(value(a, n->left, &o));
    if (n->op == OP_AND)
        agent_emit(a, AGENT_LOG_NOT);
    size_t decided = agent_emit_jump(a, AGENT_IF_GOTO);
    TRY(value(a, n->right, &o));
    agent_emit(a, AGENT_LOG_NOT);
    agent_emit(a, AGENT_LOG_NOT);
    size_t end = agent_emit_jump(a, AGENT_GOTO);
    agent_land(a, decided);
    agent_emit_constant(a, n->op == OP_OR);
    agent_land(a, end);
    *ret = (struct operand){.type = agent_basic(a, "int")};
    return NULL;
}

static struct error *binary(struct agent *a, const struct node *n, struct operand *ret)
{
    struct operand left, right;
    if (n->op == OP_AND || n->op == OP_OR)
        return logical(a, n, ret);
    TRY(operands(a, n, &left, &right));
    if (bases_move(left.type, right.type))
        return agent_unsupported("pointers to a class and to a base of it");
    return agent_operate(a, n->op, left, right, ret);
}

static struct error *dereference(struct agent *a, struct operand *o)
{
    TRY(load(a, o));
    if (!agent_is_pointer(o->type))
        return agent_unsupported("* of what is no pointer");
    agent_guard_address(a);
    *o = (struct operand){.type = type_target(type_strip(o->type)), .in_memory = true};
    return NULL;
}

static struct error *unary(struct agent *a, const struct node *n, struct operand *ret)
{
    TRY(compile(a, n->left, ret));
    if (n->op == '&') {
        if (!ret->in_memory)
            return agent_unsupported("the address of what is not in memory");
        *ret = (struct operand){.type = type_pointer_to(ret->type)};
        return NULL;
    }
    if (n->op == '*')
        return dereference(a, ret);
    TRY(load(a, ret));
    if (n->op == '!') {
        agent_emit(a, AGENT_LOG_NOT);
        *ret = (struct operand){.type = agent_basic(a, "int")};
        return NULL;
    }
    ret->type = agent_promoted(a, ret->type);
    if (n->op == '-') {
        agent_emit_constant(a, 0);
        agent_emit(a, AGENT_SWAP);
        agent_emit(a, AGENT_SUB);
    } else if (n->op == '~') {
        agent_emit(a, AGENT_BIT_NOT);
    } else if (n->op != '+') {
        return agent_unsupported("an operator that changes something");
    }
    agent_extend(a, ret->type);
    return NULL;
}

static const struct type_member *find_member(struct type *t, const char *name)
{
    const struct type_member *members;
    size_t count = type_members(type_strip(t), &members);
    for (size_t i = 0; i < count; i++)
        if (members[i].name && strcmp(members[i].name, name) == 0 && !members[i].base)
            return &members[i];
    return NULL;
}

static struct error *member(struct agent *a, const struct node *n, struct operand *ret)
{
    TRY(compile(a, n->left, ret));
    if (n->kind == NODE_ARROW)
        TRY(dereference(a, ret));
    const struct type_member *m = n->file ? NULL : find_member(ret->type, n->text);
    if (!ret->in_memory || !m || m->bit_size || !m->known_offset)
        return agent_unsupported("that member");
    if (m->bit_offset) {
        agent_emit_constant(a, m->bit_offset / 8);
        agent_emit(a, AGENT_ADD);
    }
    ret->type = m->type;
    return NULL;
}

static struct error *element(struct agent *a, const struct node *n, struct operand *ret)
{
    struct operand base, at;
    TRY(value(a, n->left, &base));
    TRY(value(a, n->right, &at));
    TRY(agent_pointer_sum(a, '+', base, at, ret));
    return dereference(a, ret);
}

static struct error *cast(struct agent *a, const struct node *n, struct operand *ret)
{
    struct type *to;
    TRY(scope_type(a->evaluation, n->text, &to));
    TRY(value(a, n->left, ret));
    enum type_kind kind = type_strip(to)->kind;
    bool moves = n->op == CAST_DYNAMIC || bases_move(ret->type, to);
    if ((!kind_is_integer(kind) && kind != TYPE_POINTER) || moves)
        return agent_unsupported("a cast to that type");
    if (kind == TYPE_BOOL) {
        agent_emit(a, AGENT_LOG_NOT);
        agent_emit(a, AGENT_LOG_NOT);
    }
    agent_extend(a, to);
    *ret = (struct operand){.type = to};
    return NULL;
}

static struct error *conditional(struct agent *a, const struct node *n, struct operand *ret)
{
    struct operand o;
    TRY(value(a, n->left, &o));
    agent_emit(a, AGENT_LOG_NOT);
    size_t otherwise = agent_emit_jump(a, AGENT_IF_GOTO);
    TRY(value(a, n->right, ret));
    size_t end = agent_emit_jump(a, AGENT_GOTO);
    agent_land(a, otherwise);
    TRY(value(a, n->third, &o));
    agent_land(a, end);
    /* Values of both branches are extended already; converting them to their common type is left out where it
     * changes nothing. */
    struct type *t = agent_common(a, ret->type, o.type);
    if (!agent_is_pointer(t))
        agent_extend(a, t);
    ret->type = t;
    return NULL;
}

static struct error *literal(struct agent *a, const struct node *n, struct operand *ret)
{
    bool is_long = n->is_long || n->integer > (n->is_unsigned ? 0xffffffffu : 0x7fffffffu);
    agent_emit_constant(a, n->integer);
    const char *name = n->is_long_long ? "long long" : is_long ? "long" : "int";
    BASE_FREE char *whole = xasprintf("%s%s", n->is_unsigned ? "unsigned " : "", name);
    *ret = (struct operand){.type = agent_basic(a, whole)};
    if (n->kind == NODE_CHARACTER)
        ret->type = agent_basic(a, "char");
    return NULL;
}

static struct error *size_of(struct agent *a, const struct node *n, struct operand *ret)
{
    struct type *t;
    TRY(scope_type(a->evaluation, n->text, &t));
    if (kind_is_reference(type_strip(t)->kind))
        return agent_unsupported("the size of what a reference is to");
    agent_emit_constant(a, type_size(type_strip(t)));
    *ret = (struct operand){.type = agent_basic(a, "unsigned long")};
    return NULL;
}

static struct error *cpu_register(struct agent *a, const struct node *n, struct operand *ret)
{
    TRY(agent_emit_register(a, n->text));
    *ret = (struct operand){.type = agent_basic(a, "long long")};
    return NULL;
}

static struct error *compile_kind(struct agent *a, const struct node *n, struct operand *ret)
{
    switch (n->kind) {
    case NODE_INTEGER:
    case NODE_CHARACTER:
        return literal(a, n, ret);
    case NODE_NAME:
        return agent_name(a, n, ret);
    case NODE_REGISTER:
        return cpu_register(a, n, ret);
    case NODE_UNARY:
        return unary(a, n, ret);
    case NODE_BINARY:
        return binary(a, n, ret);
    case NODE_CONDITIONAL:
        return conditional(a, n, ret);
    case NODE_MEMBER:
    case NODE_ARROW:
        return member(a, n, ret);
    case NODE_INDEX:
        return element(a, n, ret);
    case NODE_CAST:
        return cast(a, n, ret);
    case NODE_SIZEOF_TYPE:
        return size_of(a, n, ret);
    default:
        return agent_unsupported("that kind of expression");
    }
}

static struct error *compile(struct agent *a, const struct node *n, struct operand *ret)
{
    *ret = (struct operand){0};
    if (a->depth >= AGENT_DEPTH_MOST || a->out->length - a->start > AGENT_BYTES_MAX - 16)
        return agent_unsupported("an expression so long");
    a->depth++;
    struct error *e = compile_kind(a, n, ret);
    a->depth--;
    return e;
}

struct error *agent_compile(struct control *c, const char *expression, uint64_t pc, struct buf *ret)
{
    struct evaluation evaluation;
    struct node *tree = NULL;
    struct operand result;
    size_t start = ret->length;
    TRY(evaluation_begin(c->target, &evaluation));
    struct agent a = {.session = c, .evaluation = &evaluation, .pc = pc, .out = ret, .start = start};
    struct error *e = scope_parse(&evaluation, expression, &tree);
    if (!e)
        e = value(&a, tree, &result);
    if (!e)
        agent_finish(&a);
    else
        ret->length = start;
    node_free(tree);
    evaluation_end(&evaluation);
    return e;
}
