/* Trees to code. Each function leaves one value (or address) on the stub's stack. */
#include <string.h>

#include "engine/agent/agent_code.h"

enum { DEPTH_MAX = 64 };

static struct error *compile(struct agent *a, const struct node *n, struct operand *ret);

static struct type *basic(struct agent *a, const char *name)
{
    return basic_type(&a->evaluation->pool, name);
}

static bool is_pointer(struct type *t)
{
    enum type_kind kind = type_strip(t)->kind;
    return kind == TYPE_POINTER;
}

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

static void extend(struct agent *a, struct type *t)
{
    struct type *bare = type_strip(t);
    agent_emit_extension(a, type_size(bare), bare->is_signed && bare->kind != TYPE_POINTER);
}

/* C17 6.3.1.1: what is smaller than int becomes int. */
static struct type *promoted(struct agent *a, struct type *t)
{
    struct type *bare = type_strip(t);
    return bare->kind != TYPE_POINTER && type_size(bare) < 4 ? basic(a, "int") : bare;
}

/* C17 6.3.1.8. */
static struct type *common(struct agent *a, struct type *left, struct type *right)
{
    left = promoted(a, left);
    right = promoted(a, right);
    if (is_pointer(left) || is_pointer(right))
        return is_pointer(left) ? left : right;
    uint64_t size = type_size(left) > type_size(right) ? type_size(left) : type_size(right);
    bool is_unsigned =
        (!left->is_signed && type_size(left) == size) || (!right->is_signed && type_size(right) == size);
    if (size == 4)
        return basic(a, is_unsigned ? "unsigned int" : "int");
    return basic(a, is_unsigned ? "unsigned long long" : "long long");
}

static void scale(struct agent *a, uint64_t size, enum agent_op op)
{
    if (size <= 1)
        return;
    agent_emit_constant(a, size);
    agent_emit(a, op);
}

/* pointer + n, n + pointer, pointer - n, pointer - pointer; both are on the stack. */
static struct error *pointer_sum(struct agent *a, int op, struct operand left, struct operand right,
                                 struct operand *ret)
{
    struct type *pointer = is_pointer(left.type) ? left.type : right.type;
    uint64_t size = type_size(type_strip(type_target(type_strip(pointer))));
    bool both = is_pointer(left.type) && is_pointer(right.type);
    if ((both && op != '-') || (!is_pointer(left.type) && op == '-'))
        return agent_unsupported("arithmetic with that pointer");
    *ret = (struct operand){.type = both ? basic(a, "long") : pointer};
    if (both) {
        agent_emit(a, AGENT_SUB);
        scale(a, size, AGENT_DIV_SIGNED);
        return NULL;
    }
    if (is_pointer(right.type))
        agent_emit(a, AGENT_SWAP);
    scale(a, size, AGENT_MUL);
    agent_emit(a, op == '+' ? AGENT_ADD : AGENT_SUB);
    extend(a, pointer);
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

/* Both operands in their common type; the left one is converted beneath the right one. */
static struct error *operands(struct agent *a, const struct node *n, struct operand *left,
                              struct operand *right)
{
    TRY(value(a, n->left, left));
    TRY(value(a, n->right, right));
    if (is_pointer(left->type) || is_pointer(right->type))
        return NULL;
    struct type *t = common(a, left->type, right->type);
    bool shift = n->op == OP_SHIFT_LEFT || n->op == OP_SHIFT_RIGHT;
    if (!shift)
        extend(a, t);
    agent_emit(a, AGENT_SWAP);
    extend(a, shift ? promoted(a, left->type) : t);
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
    *ret = (struct operand){.type = basic(a, "int")};
    return NULL;
}

static struct error *binary(struct agent *a, const struct node *n, struct operand *ret)
{
    struct operand left, right;
    if (n->op == OP_AND || n->op == OP_OR)
        return logical(a, n, ret);
    TRY(operands(a, n, &left, &right));
    struct type *t = common(a, left.type, right.type);
    bool is_signed = type_strip(t)->is_signed && !is_pointer(t);
    if (is_comparison(n->op)) {
        compare(a, n->op, is_signed);
        *ret = (struct operand){.type = basic(a, "int")};
        return NULL;
    }
    if (is_pointer(left.type) || is_pointer(right.type))
        return pointer_sum(a, n->op, left, right, ret);
    if (n->op == OP_SHIFT_LEFT || n->op == OP_SHIFT_RIGHT) {
        t = promoted(a, left.type);
        is_signed = type_strip(t)->is_signed;
    }
    enum agent_op op = arithmetic_op(n->op, is_signed);
    if (op == AGENT_END)
        return agent_unsupported("that operator");
    agent_emit(a, op);
    extend(a, t);
    *ret = (struct operand){.type = t};
    return NULL;
}

static struct error *dereference(struct agent *a, struct operand *o)
{
    TRY(load(a, o));
    if (!is_pointer(o->type))
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
        *ret = (struct operand){.type = basic(a, "int")};
        return NULL;
    }
    ret->type = promoted(a, ret->type);
    if (n->op == '-') {
        agent_emit_constant(a, 0);
        agent_emit(a, AGENT_SWAP);
        agent_emit(a, AGENT_SUB);
    } else if (n->op == '~') {
        agent_emit(a, AGENT_BIT_NOT);
    } else if (n->op != '+') {
        return agent_unsupported("an operator that changes something");
    }
    extend(a, ret->type);
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
    const struct type_member *m = find_member(ret->type, n->text);
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
    TRY(pointer_sum(a, '+', base, at, ret));
    return dereference(a, ret);
}

static struct error *cast(struct agent *a, const struct node *n, struct operand *ret)
{
    struct type *to;
    TRY(scope_type(a->evaluation, n->text, &to));
    TRY(value(a, n->left, ret));
    enum type_kind kind = type_strip(to)->kind;
    if (!kind_is_integer(kind) && kind != TYPE_POINTER)
        return agent_unsupported("a cast to that type");
    if (kind == TYPE_BOOL) {
        agent_emit(a, AGENT_LOG_NOT);
        agent_emit(a, AGENT_LOG_NOT);
    }
    extend(a, to);
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
    struct type *t = common(a, ret->type, o.type);
    if (!is_pointer(t))
        extend(a, t);
    ret->type = t;
    return NULL;
}

static struct error *literal(struct agent *a, const struct node *n, struct operand *ret)
{
    bool is_long = n->is_long || n->integer > (n->is_unsigned ? 0xffffffffu : 0x7fffffffu);
    agent_emit_constant(a, n->integer);
    *ret = (struct operand){.type = basic(a, is_long          ? (n->is_unsigned ? "unsigned long" : "long")
                                             : n->is_unsigned ? "unsigned int"
                                                              : "int")};
    if (n->kind == NODE_CHARACTER)
        ret->type = basic(a, "char");
    return NULL;
}

static struct error *size_of(struct agent *a, const struct node *n, struct operand *ret)
{
    struct type *t;
    TRY(scope_type(a->evaluation, n->text, &t));
    agent_emit_constant(a, type_size(type_strip(t)));
    *ret = (struct operand){.type = basic(a, "unsigned long")};
    return NULL;
}

static struct error *cpu_register(struct agent *a, const struct node *n, struct operand *ret)
{
    TRY(agent_emit_register(a, n->text));
    *ret = (struct operand){.type = basic(a, "long long")};
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
    if (a->depth >= DEPTH_MAX || a->out->length - a->start > AGENT_BYTES_MAX - 16)
        return agent_unsupported("an expression so long");
    a->depth++;
    struct error *e = compile_kind(a, n, ret);
    a->depth--;
    return e;
}

struct error *agent_compile(struct session *s, const char *expression, uint64_t pc, struct buf *ret)
{
    struct evaluation evaluation;
    struct node *tree = NULL;
    struct operand result;
    size_t start = ret->length;
    evaluation_begin(s, &evaluation);
    struct agent a = {.session = s, .evaluation = &evaluation, .pc = pc, .out = ret, .start = start};
    struct error *e = expression_parse(expression, scope_is_type, &evaluation, &tree);
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
