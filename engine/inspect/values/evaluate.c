/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/evaluate.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/calls.h"
#include "engine/inspect/values/member_pointer.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/subscripts.h"
#include "engine/inspect/values/variable_rules.h"

/* The type of a literal: the first of C's list that holds it (C17 6.4.4.1). */
static struct error *integer_literal(struct evaluation *e, const struct node *n, struct value **ret)
{
    /* A decimal literal without a suffix is never unsigned int; an octal or hexadecimal one may be. */
    bool over_int = n->integer > 0x7fffffffu;
    bool needs_long =
        n->is_long || n->integer > 0xffffffffu || (over_int && !n->is_unsigned && n->is_decimal);
    bool is_unsigned = n->is_unsigned || n->integer > INT64_MAX || (over_int && !needs_long);
    const char *name =
        needs_long ? (is_unsigned ? "unsigned long" : "long") : (is_unsigned ? "unsigned int" : "int");
    struct type *type = basic_type(&e->pool, name);
    if (n->is_long_long ||
        (type_size(type) < 8 && (n->integer > 0xffffffffu || (needs_long && n->integer > 0x7fffffffu))))
        type = basic_type(&e->pool, is_unsigned ? "unsigned long long" : "long long");
    *ret = value_integer(&e->pool, type, n->integer);
    return NULL;
}

static struct error *string_literal(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = *ret = value_new(&e->pool, type_array_of(basic_type(&e->pool, "char"), n->length + 1));
    v->bytes = xmemdup(n->text, n->length + 1);
    v->size = n->length + 1;
    return NULL;
}

static struct error *logical(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    bool truth;
    TRY(evaluate_node(e, n->left, &v));
    TRY(value_truth(&e->pool, v, &truth));
    if (truth == (n->op == OP_AND)) {
        TRY(evaluate_node(e, n->right, &v));
        TRY(value_truth(&e->pool, v, &truth));
    }
    *ret = value_comparison(&e->pool, truth);
    return NULL;
}

static struct error *binary(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *a = NULL, *b = NULL;
    if (n->op == OP_AND || n->op == OP_OR)
        return logical(e, n, ret);
    TRY(evaluate_node(e, n->left, &a));
    TRY(evaluate_node(e, n->right, &b));
    return value_binary(&e->pool, n->op, a, b, ret);
}

/* What is on the left of an assignment. A $name that means nothing yet is made; the target's things can only
 * be changed while it stands. */
static struct error *assignable(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct target *target = e->pool.target;
    bool is_register = n->kind != NODE_REGISTER || (target->arch && register_find(target, n->text));
    if (!is_register && target->variable_rules)
        return target->variable_rules->place(e, n->text, ret);
    TRY(target_need_stopped(target));
    return evaluate_node(e, n, ret);
}

static struct error *assign(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *to = NULL, *from = NULL;
    TRY(assignable(e, n->left, &to));
    TRY(evaluate_node(e, n->right, &from));
    if (n->op != '=')
        TRY(value_binary(&e->pool, n->op, to, from, &from));
    TRY(value_store(&e->pool, to, from));
    *ret = to;
    return NULL;
}

/* The value before. */
static struct error *postfix(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL, *sum = NULL;
    uint64_t old;
    TRY(assignable(e, n->left, &v));
    TRY(value_as_integer(&e->pool, v, &old));
    TRY(value_binary(&e->pool, n->op == OP_INCREMENT ? '+' : '-', v,
                     value_integer(&e->pool, basic_type(&e->pool, "int"), 1), &sum));
    TRY(value_store(&e->pool, v, sum));
    *ret = value_integer(&e->pool, v->type, old);
    return NULL;
}

static struct error *slice(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *first = NULL, *count_value = NULL;
    uint64_t count;
    TRY(evaluate_node(e, n->left, &first));
    TRY(evaluate_node(e, n->right, &count_value));
    TRY(value_as_integer(&e->pool, count_value, &count));
    if (!first || first->place != PLACE_MEMORY)
        return error_new(ERR_TYPE_MISMATCH, "the left side of @ must be in memory");
    if (count == 0 || count > SLICE_MOST)
        return error_new(ERR_USAGE, "the right side of @ is 1 to %d", SLICE_MOST);
    *ret = value_at(&e->pool, type_array_of(first->type, count), first->address);
    return NULL;
}

static struct error *size_of(struct evaluation *e, struct type *type, struct value **ret)
{
    type = type_strip(type);
    if (kind_is_reference(type->kind)) /* C++20 7.6.2.5: of what it refers to */
        type = type_strip(type_target(type));
    uint64_t size = type_size(type);
    *ret = value_integer(&e->pool, basic_type(&e->pool, "unsigned long"), size ? size : 1);
    return NULL;
}

/* The object as the class in front of the member's name, d.Left::l. */
static struct error *as_base(struct evaluation *e, struct value *v, const char *class, struct value **ret)
{
    struct type *base = NULL;
    struct member_path path;
    TRY(scope_type(e, class, &base));
    if (kind_is_reference(value_kind(v)) || value_kind(v) == TYPE_POINTER)
        TRY(value_dereference(&e->pool, v, &v));
    if (bases_find(v->type, base, &path))
        return bases_walk(&e->pool, v, &path, ret);
    BASE_FREE char *type = type_name(v->type);
    return error_new(ERR_NO_MEMBER, "%s is no base class of %s", class, type);
}

/* In Ada pkg.name is what a package has, which GNAT calls pkg__name, in D what a module has; NULL: no such
 * chain of names. */
static char *package_name(const struct node *n, const char *separator)
{
    if (n->kind == NODE_NAME && !n->file)
        return xstrdup(n->text);
    BASE_FREE char *around = n->kind == NODE_MEMBER && !n->file ? package_name(n->left, separator) : NULL;
    return around ? xasprintf("%s%s%s", around, separator, n->text) : NULL;
}

static struct error *member(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    struct error *failed = evaluate_node(e, n->left, &v);
    enum symbols_language is = error_is(failed, ERR_NO_SYMBOL) ? scope_language(e) : LANGUAGE_UNKNOWN;
    const char *separator = is == LANGUAGE_ADA ? "__" : is == LANGUAGE_D ? "::" : NULL;
    BASE_FREE char *name = separator ? package_name(n, separator) : NULL;
    if (name) {
        error_free(failed);
        return scope_name(e, NULL, name, ret);
    }
    TRY(failed);
    if (n->kind == NODE_ARROW)
        TRY(value_dereference(&e->pool, v, &v));
    if (n->file)
        TRY(as_base(e, v, n->file, &v));
    return value_member(&e->pool, v, n->text, ret);
}

static struct error *to_member(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL, *pointer = NULL;
    TRY(evaluate_node(e, n->left, &v));
    TRY(evaluate_node(e, n->right, &pointer));
    if (n->op == '>')
        TRY(value_dereference(&e->pool, v, &v));
    return member_pointed_to(&e->pool, v, pointer, ret);
}

/* &Class::member of objects is no address. */
static struct error *unary(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    *ret = NULL;
    if (n->op == '&' && n->left->kind == NODE_NAME && !n->left->file && strstr(n->left->text, "::"))
        TRY(scope_member_pointer(e, n->left->text, ret));
    if (*ret)
        return NULL;
    TRY(evaluate_node(e, n->left, &v));
    return value_unary(&e->pool, n->op, v, ret);
}

static struct error *cast(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    struct type *type = NULL;
    TRY(scope_type(e, n->text, &type));
    if (n->left->kind == NODE_CALL) /* it may say what a function returns of which no more is known */
        TRY(evaluate_call(e, n->left, type, &v));
    else
        TRY(evaluate_node(e, n->left, &v));
    return value_cast_as(&e->pool, v, type, (enum cast_kind)n->op, ret);
}

static struct error *conditional(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    bool truth;
    TRY(evaluate_node(e, n->left, &v));
    TRY(value_truth(&e->pool, v, &truth));
    return evaluate_node(e, truth ? n->right : n->third, ret);
}

static struct error *of_cpu(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    uint64_t number;
    bool had = e->pool.has_cpu;
    unsigned before = e->pool.cpu;
    TRY(evaluate_node(e, n->left, &v));
    TRY(value_as_integer(&e->pool, v, &number));
    e->pool.has_cpu = true;
    e->pool.cpu = number < UINT32_MAX ? (unsigned)number : UINT32_MAX;
    struct error *failed = evaluate_node(e, n->right, ret);
    e->pool.has_cpu = had;
    e->pool.cpu = before;
    return failed;
}

/* What a name stands for depends on the frame, and a register is one: neither is known while the target
 * runs. Numbers can be reckoned with all the same. */
static struct error *name_or_register(struct evaluation *e, const struct node *n, struct value **ret)
{
    if (n->kind == NODE_REGISTER)
        return scope_register(e, n->text, ret);
    return e->pool.target->state == TARGET_RUNNING ? target_need_stopped(e->pool.target)
                                                   : scope_name(e, n->file, n->text, ret);
}

/* Only the type of *ret is to be looked at. */
static struct error *evaluate_type(struct evaluation *e, const struct node *n, struct value **ret)
{
    bool before = e->pool.types_only;
    e->pool.types_only = true;
    struct error *failed = evaluate_node(e, n, ret);
    e->pool.types_only = before;
    return failed;
}

static struct error *size_of_node(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    struct type *type = NULL;
    if (n->kind == NODE_SIZEOF_TYPE) {
        TRY(scope_type(e, n->text, &type));
        return size_of(e, type, ret);
    }
    TRY(evaluate_type(e, n->left, &v));
    return size_of(e, v ? v->type : basic_type(&e->pool, "void"), ret);
}

struct error *evaluate_node(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL;
    switch (n->kind) {
    case NODE_INTEGER:
        return integer_literal(e, n, ret);
    case NODE_FLOAT:
        *ret =
            value_float(&e->pool, basic_type(&e->pool, n->is_single ? "float" : "double"), (real)n->number);
        return NULL;
    case NODE_CHARACTER:
        *ret = value_integer(&e->pool, basic_type(&e->pool, "char"), n->integer);
        return NULL;
    case NODE_STRING:
        return string_literal(e, n, ret);
    case NODE_NAME:
    case NODE_REGISTER:
        return name_or_register(e, n, ret);
    case NODE_UNARY:
        return unary(e, n, ret);
    case NODE_POSTFIX:
        return postfix(e, n, ret);
    case NODE_BINARY:
        return binary(e, n, ret);
    case NODE_ASSIGN:
        return assign(e, n, ret);
    case NODE_CONDITIONAL:
        return conditional(e, n, ret);
    case NODE_MEMBER:
    case NODE_ARROW:
        return member(e, n, ret);
    case NODE_TO_MEMBER:
        return to_member(e, n, ret);
    case NODE_INDEX:
        return evaluate_index(e, n, ret);
    case NODE_ELEMENTS:
        return evaluate_elements(e, n, ret);
    case NODE_CALL:
        return evaluate_call(e, n, NULL, ret);
    case NODE_TRUTH:
        *ret = value_comparison(&e->pool, n->integer != 0);
        return NULL;
    case NODE_ARGUMENT:
    case NODE_RANGE:
        break;
    case NODE_CAST:
        return cast(e, n, ret);
    case NODE_SIZEOF_TYPE:
    case NODE_SIZEOF:
        return size_of_node(e, n, ret);
    case NODE_SLICE:
        return slice(e, n, ret);
    case NODE_COMMA:
        TRY(evaluate_node(e, n->left, &v));
        return evaluate_node(e, n->right, ret);
    case NODE_CPU:
        return of_cpu(e, n, ret);
    }
    return error_new(ERR_INTERNAL, "an expression of unknown kind");
}

static struct error *evaluate_once(struct evaluation *e, const char *text, struct value **ret)
{
    struct node *tree;
    TRY(scope_parse(e, text, &tree));
    struct error *failed = evaluate_node(e, tree, ret);
    node_free(tree);
    return failed;
}

/* A name that nobody knows may be that of a library which no frame has been in yet. */
struct error *evaluate_text(struct evaluation *e, const char *text, struct value **ret)
{
    struct error *failed = evaluate_once(e, text, ret);
    bool unknown = error_is(failed, ERR_NO_SYMBOL) || error_is(failed, ERR_NO_TYPE);
    if (!unknown || e->pool.calls || !libraries_ask(e->pool.target))
        return failed;
    error_free(failed);
    return evaluate_once(e, text, ret);
}

/* A register, or a $name that may mean nothing yet. */
static struct error *evaluate_variable(struct evaluation *e, const char *place, struct value **ret)
{
    struct node *tree;
    TRY(scope_parse(e, place, &tree));
    struct error *failed = assignable(e, tree, ret);
    node_free(tree);
    return failed;
}

struct error *evaluate_assignment(struct evaluation *e, const char *place, const char *value,
                                  struct value **ret)
{
    struct value *from = NULL;
    if (place[strspn(place, " \t")] == '$')
        TRY(evaluate_variable(e, place, ret));
    else
        TRY(evaluate_text(e, place, ret));
    TRY(evaluate_text(e, value, &from));
    return value_store(&e->pool, *ret, from);
}
