/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/parse_internal.h"

void node_free(struct node *n)
{
    if (!n)
        return;
    node_free(n->left);
    node_free(n->right);
    node_free(n->third);
    free(n->text);
    free(n->file);
    free(n);
}

struct node *parse_make(enum node_kind kind, int op, struct node *left, struct node *right)
{
    struct node *n = xcalloc(1, sizeof *n);
    n->kind = kind;
    n->op = op;
    n->left = left;
    n->right = right;
    return n;
}

bool parse_at(const struct parser *p, int op)
{
    return p->lexer.now.kind == TOKEN_OPERATOR && p->lexer.now.op == op && !p->lexer.now.assigns;
}

struct error *parse_expect(struct parser *p, int op, const char *wanted)
{
    if (!parse_at(p, op))
        return lexer_error(&p->lexer, wanted);
    return lexer_next(&p->lexer);
}

struct node *parse_leaf(struct parser *p, enum node_kind kind)
{
    struct token *t = &p->lexer.now;
    struct node *n = parse_make(kind, 0, NULL, NULL);
    n->integer = t->integer;
    n->is_unsigned = t->is_unsigned;
    n->is_long = t->is_long;
    n->is_long_long = t->is_long_long;
    n->is_decimal = t->is_decimal;
    n->is_single = t->is_single;
    n->number = t->number;
    n->text = t->text ? xmemdup(t->text, t->length + 1) : NULL;
    n->length = t->length;
    return n;
}

static bool is_named(const struct node *n, const char *name)
{
    return n->text && strcmp(n->text, name) == 0;
}

static struct error *parse_file_name(struct parser *p, size_t length, struct node **ret)
{
    BASE_FREE char *file = xstrndup(p->lexer.now.start, length);
    TRY(lexer_rewind(&p->lexer, p->lexer.now.start + length + 2));
    if (!parse_at_name(p))
        return lexer_error(&p->lexer, "a name");
    TRY(parse_qualified(p, ret));
    (*ret)->file = xstrdup(file);
    return (*ret)->kind == NODE_NAME ? NULL : lexer_error(&p->lexer, "a name");
}

static struct error *parse_parenthesis(struct parser *p, struct node **ret)
{
    TRY(lexer_next(&p->lexer));
    const char *start = p->lexer.now.start;
    char *type = NULL;
    TRY(parse_try_type(p, &type));
    if (!type) {
        TRY(parse_no_type(start, parse_comma(p, ret)));
        return parse_expect(p, ')', "a closing parenthesis");
    }
    struct node *n = *ret = parse_make(NODE_CAST, 0, NULL, NULL);
    n->text = type;
    return parse_unary(p, &n->left);
}

static struct error *parse_sizeof(struct parser *p, struct node **ret)
{
    TRY(lexer_next(&p->lexer));
    struct node *n = *ret = parse_make(NODE_SIZEOF, 0, NULL, NULL);
    if (!parse_at(p, '('))
        return parse_unary(p, &n->left);
    TRY(lexer_next(&p->lexer));
    const char *start = p->lexer.now.start;
    char *type = NULL;
    TRY(parse_try_type(p, &type));
    if (type) {
        n->kind = NODE_SIZEOF_TYPE;
        n->text = type;
        return NULL;
    }
    TRY(parse_no_type(start, parse_comma(p, &n->left)));
    return parse_expect(p, ')', "a closing parenthesis");
}

/* Behind $cpu: of which CPU the per-CPU variables in a value are. */
static struct error *parse_cpu(struct parser *p, struct node *n)
{
    n->kind = NODE_CPU;
    TRY(lexer_next(&p->lexer));
    TRY(parse_assignment(p, &n->left));
    TRY(parse_expect(p, ',', "a comma"));
    TRY(parse_assignment(p, &n->right));
    return parse_expect(p, ')', "a closing parenthesis");
}

static struct error *parse_primary(struct parser *p, struct node **ret)
{
    size_t length;
    switch (p->lexer.now.kind) {
    case TOKEN_INTEGER:
        *ret = parse_leaf(p, NODE_INTEGER);
        return lexer_next(&p->lexer);
    case TOKEN_FLOAT:
        *ret = parse_leaf(p, NODE_FLOAT);
        return lexer_next(&p->lexer);
    case TOKEN_CHARACTER:
        *ret = parse_leaf(p, NODE_CHARACTER);
        return lexer_next(&p->lexer);
    case TOKEN_STRING:
        *ret = parse_leaf(p, NODE_STRING);
        return lexer_next(&p->lexer);
    case TOKEN_REGISTER:
        *ret = parse_leaf(p, NODE_REGISTER);
        TRY(lexer_next(&p->lexer));
        return parse_at(p, '(') && is_named(*ret, "cpu") ? parse_cpu(p, *ret) : NULL;
    case TOKEN_QUOTED:
        return parse_quoted(p, ret);
    case TOKEN_NAME:
        if (lexer_at_file(&p->lexer, &length) && !parse_at_base_member(p, length))
            return parse_file_name(p, length, ret);
        if (strcmp(p->lexer.now.text, "sizeof") == 0)
            return parse_sizeof(p, ret);
        return parse_qualified(p, ret);
    case TOKEN_OPERATOR:
        if (parse_at_name(p))
            return parse_qualified(p, ret);
        if (parse_at(p, '('))
            return parse_parenthesis(p, ret);
        break;
    case TOKEN_FIELD:
    case TOKEN_END:
        break;
    }
    return lexer_error(&p->lexer, "a value");
}

static struct error *parse_member(struct parser *p, struct node **ret)
{
    *ret = parse_make(parse_at(p, OP_ARROW) ? NODE_ARROW : NODE_MEMBER, 0, *ret, NULL);
    TRY(lexer_next(&p->lexer));
    return parse_member_name(p, *ret);
}

static struct error *parse_index(struct parser *p, struct node **ret)
{
    *ret = parse_make(NODE_INDEX, 0, *ret, NULL);
    TRY(lexer_next(&p->lexer));
    TRY(parse_comma(p, &(*ret)->right));
    return parse_expect(p, ']', "a closing bracket");
}

/* Behind a value and at "(": its arguments, separated by commas that are no operators. */
static struct error *parse_call(struct parser *p, struct node **ret)
{
    if (parse_is_round(p))
        return parse_elements(p, ret);
    struct node **next = &(*ret = parse_make(NODE_CALL, 0, *ret, NULL))->right;
    TRY(lexer_next(&p->lexer));
    if (parse_at(p, ')'))
        return lexer_next(&p->lexer);
    for (;;) {
        *next = parse_make(NODE_ARGUMENT, 0, NULL, NULL);
        TRY(parse_assignment(p, &(*next)->left));
        if (!parse_at(p, ','))
            return parse_expect(p, ')', "a comma or a closing parenthesis");
        TRY(lexer_next(&p->lexer));
        next = &(*next)->right;
    }
}

static struct error *parse_postfix(struct parser *p, struct node **ret)
{
    size_t length;
    TRY(parse_named_value(p, ret));
    if (*ret)
        return NULL;
    TRY(parse_primary(p, ret));
    while (!parse_named_operator(p, &length)) {
        if (parse_at(p, '.') || parse_at(p, OP_ARROW) || parse_at_percent(p)) {
            TRY(parse_member(p, ret));
        } else if (parse_at(p, '[')) {
            TRY(parse_index(p, ret));
        } else if (parse_at(p, OP_INCREMENT) || parse_at(p, OP_DECREMENT)) {
            *ret = parse_make(NODE_POSTFIX, p->lexer.now.op, *ret, NULL);
            TRY(lexer_next(&p->lexer));
        } else if (parse_at(p, '(')) {
            TRY(parse_call(p, ret));
        } else {
            return NULL;
        }
    }
    return NULL;
}

struct error *parse_unary(struct parser *p, struct node **ret)
{
    static const int operators[] = {'-', '+', '!', '~', '*', '&', OP_INCREMENT, OP_DECREMENT};
    if (++p->depth > EXPRESSION_DEPTH_MOST)
        return error_new(ERR_SYNTAX, "the expression is nested more than %d deep", EXPRESSION_DEPTH_MOST);
    struct error *e = NULL;
    bool found = false;
    for (size_t i = 0; i < ARRAY_LENGTH(operators) && !found; i++) {
        if (!parse_at(p, operators[i]))
            continue;
        found = true;
        struct node *n = *ret = parse_make(NODE_UNARY, operators[i], NULL, NULL);
        e = lexer_next(&p->lexer);
        if (!e)
            e = parse_unary(p, &n->left);
    }
    if (!found)
        e = parse_postfix(p, ret);
    p->depth--;
    return e;
}

/* C's precedence; gdb's @ binds tighter than shifts and looser than + (gdb's c-exp.y). */
static int precedence(int op)
{
    switch (op) {
    case OP_DOT_STAR:
    case OP_ARROW_STAR:
        return 12;
    case '*':
    case '/':
    case '%':
        return 11;
    case '+':
    case '-':
        return 10;
    case '@':
        return 9;
    case OP_SHIFT_LEFT:
    case OP_SHIFT_RIGHT:
        return 8;
    case '<':
    case '>':
    case OP_LE:
    case OP_GE:
        return 7;
    case OP_EQ:
    case OP_NE:
        return 6;
    case '&':
        return 5;
    case '^':
        return 4;
    case '|':
        return 3;
    case OP_AND:
        return 2;
    case OP_OR:
        return 1;
    default:
        return 0;
    }
}

struct error *parse_binary(struct parser *p, int least, struct node **ret)
{
    TRY(parse_unary(p, ret));
    TRY(parse_as(p, ret));
    for (;;) {
        const struct token *t = &p->lexer.now;
        size_t length = 0;
        int op = parse_named_operator(p, &length);
        if (!op && t->kind == TOKEN_OPERATOR && !t->assigns) {
            op = t->op;
            length = (size_t)(t->end - t->start);
        }
        int rank = precedence(op);
        if (rank < least || rank == 0)
            return NULL;
        bool arrow = op == OP_ARROW_STAR, member = arrow || op == OP_DOT_STAR;
        enum node_kind kind = op == '@' ? NODE_SLICE : member ? NODE_TO_MEMBER : NODE_BINARY;
        *ret = parse_make(kind, !member ? op : arrow ? '>' : '*', *ret, NULL);
        TRY(lexer_rewind(&p->lexer, t->start + length));
        TRY(parse_binary(p, rank + 1, &(*ret)->right));
    }
}

static struct error *parse_conditional(struct parser *p, struct node **ret)
{
    TRY(parse_binary(p, 1, ret));
    if (!parse_at(p, '?'))
        return NULL;
    *ret = parse_make(NODE_CONDITIONAL, 0, *ret, NULL);
    TRY(lexer_next(&p->lexer));
    TRY(parse_assignment(p, &(*ret)->right));
    TRY(parse_expect(p, ':', "a colon"));
    return parse_conditional(p, &(*ret)->third);
}

struct error *parse_assignment(struct parser *p, struct node **ret)
{
    if (++p->depth > EXPRESSION_DEPTH_MOST)
        return error_new(ERR_SYNTAX, "the expression is nested more than %d deep", EXPRESSION_DEPTH_MOST);
    struct error *e = parse_conditional(p, ret);
    const struct token *t = &p->lexer.now;
    if (!e && t->kind == TOKEN_OPERATOR && (t->assigns || t->op == '=')) {
        *ret = parse_make(NODE_ASSIGN, t->assigns ? t->op : '=', *ret, NULL);
        e = lexer_next(&p->lexer);
        if (!e)
            e = parse_assignment(p, &(*ret)->right);
    }
    p->depth--;
    return e;
}

struct error *parse_comma(struct parser *p, struct node **ret)
{
    TRY(parse_assignment(p, ret));
    while (parse_at(p, ',')) {
        *ret = parse_make(NODE_COMMA, 0, *ret, NULL);
        TRY(lexer_next(&p->lexer));
        TRY(parse_assignment(p, &(*ret)->right));
    }
    return NULL;
}

struct error *expression_parse(const char *text, const struct parse_names *names, struct node **ret)
{
    struct parser p = {.lexer = {.text = text, .at = text}, .names = names};
    *ret = NULL;
    if (strlen(text) > EXPRESSION_TEXT_MOST)
        return error_new(ERR_SYNTAX, "the expression is longer than %d characters", EXPRESSION_TEXT_MOST);
    struct error *e = lexer_next(&p.lexer);
    if (!e)
        e = parse_comma(&p, ret);
    if (!e && p.lexer.now.kind != TOKEN_END)
        e = lexer_error(&p.lexer, "the end or an operator");
    lexer_free(&p.lexer);
    if (e) {
        node_free(*ret);
        *ret = NULL;
    }
    return e;
}
