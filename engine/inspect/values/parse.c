/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/lexer.h"

enum { OP_ARROW = OP_DECREMENT + 1, OP_SCOPE = OP_DECREMENT + 2 };

struct parser {
    struct lexer lexer;
    is_type_name is_type;
    void *context;
    unsigned depth;
};

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

static struct node *make(enum node_kind kind, int op, struct node *left, struct node *right)
{
    struct node *n = xcalloc(1, sizeof *n);
    n->kind = kind;
    n->op = op;
    n->left = left;
    n->right = right;
    return n;
}

static bool at_op(const struct parser *p, int op)
{
    return p->lexer.now.kind == TOKEN_OPERATOR && p->lexer.now.op == op && !p->lexer.now.assigns;
}

static struct error *expect(struct parser *p, int op, const char *wanted)
{
    if (!at_op(p, op))
        return lexer_error(&p->lexer, wanted);
    return lexer_next(&p->lexer);
}

static struct error *parse_assignment(struct parser *p, struct node **ret);
static struct error *parse_comma(struct parser *p, struct node **ret);
static struct error *parse_unary(struct parser *p, struct node **ret);

/* -- types in parentheses --------------------------------------------------------------------------- */

static bool is_type_word(const struct parser *p, const char *word)
{
    static const char *const words[] = {"struct", "union", "enum",  "const", "volatile", "unsigned",
                                        "signed", "int",   "char",  "short", "long",     "float",
                                        "double", "void",  "_Bool", "bool",  "class",    "_Complex"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return p->is_type && p->is_type(p->context, word);
}

/* After "(": whether a type stands there; then *ret is its text and the lexer is behind ")". */
static struct error *try_type(struct parser *p, char **ret)
{
    const char *start = p->lexer.now.start;
    *ret = NULL;
    if (p->lexer.now.kind != TOKEN_NAME || !is_type_word(p, p->lexer.now.text))
        return NULL;
    unsigned open = 0;
    while (p->lexer.now.kind != TOKEN_END && (open > 0 || !at_op(p, ')'))) {
        open += at_op(p, '(');
        open -= open > 0 && at_op(p, ')');
        TRY(lexer_next(&p->lexer));
    }
    const char *end = p->lexer.now.start;
    TRY(expect(p, ')', "a closing parenthesis"));
    *ret = xstrndup(start, (size_t)(end - start));
    return NULL;
}

/* -- values ------------------------------------------------------------------------------------------ */

static struct node *leaf(struct parser *p, enum node_kind kind)
{
    struct token *t = &p->lexer.now;
    struct node *n = make(kind, 0, NULL, NULL);
    n->integer = t->integer;
    n->is_unsigned = t->is_unsigned;
    n->is_long = t->is_long;
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

/* A name, or FILE::NAME where FILE is quoted or (as "main.c") made of names and dots. */
static struct error *parse_name(struct parser *p, struct node **ret)
{
    *ret = leaf(p, NODE_NAME);
    TRY(lexer_next(&p->lexer));
    while (at_op(p, OP_SCOPE)) {
        TRY(lexer_next(&p->lexer));
        if (p->lexer.now.kind != TOKEN_NAME)
            return lexer_error(&p->lexer, "a name");
        struct node *n = *ret;
        if (n->file || !n->text || !strchr(n->text, '.')) {
            /* a C++ or Rust path: one name */
            char *joined = xasprintf("%s::%s", n->text, p->lexer.now.text);
            free(n->text);
            n->text = joined;
            n->length = strlen(joined);
        } else {
            n->file = n->text;
            n->text = xstrdup(p->lexer.now.text);
            n->length = p->lexer.now.length;
        }
        TRY(lexer_next(&p->lexer));
    }
    return NULL;
}

static struct error *parse_file_name(struct parser *p, size_t length, struct node **ret)
{
    struct node *n = *ret = make(NODE_NAME, 0, NULL, NULL);
    n->file = xstrndup(p->lexer.now.start, length);
    TRY(lexer_rewind(&p->lexer, p->lexer.now.start + length + 2));
    if (p->lexer.now.kind != TOKEN_NAME)
        return lexer_error(&p->lexer, "a name");
    n->text = xstrdup(p->lexer.now.text);
    n->length = p->lexer.now.length;
    return lexer_next(&p->lexer);
}

static struct error *parse_parenthesis(struct parser *p, struct node **ret)
{
    TRY(lexer_next(&p->lexer));
    char *type = NULL;
    TRY(try_type(p, &type));
    if (!type) {
        TRY(parse_comma(p, ret));
        return expect(p, ')', "a closing parenthesis");
    }
    struct node *n = *ret = make(NODE_CAST, 0, NULL, NULL);
    n->text = type;
    return parse_unary(p, &n->left);
}

static struct error *parse_sizeof(struct parser *p, struct node **ret)
{
    TRY(lexer_next(&p->lexer));
    struct node *n = *ret = make(NODE_SIZEOF, 0, NULL, NULL);
    if (!at_op(p, '('))
        return parse_unary(p, &n->left);
    TRY(lexer_next(&p->lexer));
    char *type = NULL;
    TRY(try_type(p, &type));
    if (type) {
        n->kind = NODE_SIZEOF_TYPE;
        n->text = type;
        return NULL;
    }
    TRY(parse_comma(p, &n->left));
    return expect(p, ')', "a closing parenthesis");
}

/* Behind $cpu: of which CPU the per-CPU variables in a value are. */
static struct error *parse_cpu(struct parser *p, struct node *n)
{
    n->kind = NODE_CPU;
    TRY(lexer_next(&p->lexer));
    TRY(parse_assignment(p, &n->left));
    TRY(expect(p, ',', "a comma"));
    TRY(parse_assignment(p, &n->right));
    return expect(p, ')', "a closing parenthesis");
}

static struct error *parse_primary(struct parser *p, struct node **ret)
{
    size_t length;
    switch (p->lexer.now.kind) {
    case TOKEN_INTEGER:
        *ret = leaf(p, NODE_INTEGER);
        return lexer_next(&p->lexer);
    case TOKEN_FLOAT:
        *ret = leaf(p, NODE_FLOAT);
        return lexer_next(&p->lexer);
    case TOKEN_CHARACTER:
        *ret = leaf(p, NODE_CHARACTER);
        return lexer_next(&p->lexer);
    case TOKEN_STRING:
        *ret = leaf(p, NODE_STRING);
        return lexer_next(&p->lexer);
    case TOKEN_REGISTER:
        *ret = leaf(p, NODE_REGISTER);
        TRY(lexer_next(&p->lexer));
        return at_op(p, '(') && is_named(*ret, "cpu") ? parse_cpu(p, *ret) : NULL;
    case TOKEN_QUOTED:
        return parse_name(p, ret);
    case TOKEN_NAME:
        if (lexer_at_file(&p->lexer, &length))
            return parse_file_name(p, length, ret);
        if (strcmp(p->lexer.now.text, "sizeof") == 0)
            return parse_sizeof(p, ret);
        return parse_name(p, ret);
    case TOKEN_OPERATOR:
        if (at_op(p, '('))
            return parse_parenthesis(p, ret);
        break;
    case TOKEN_END:
        break;
    }
    return lexer_error(&p->lexer, "a value");
}

static struct error *parse_postfix(struct parser *p, struct node **ret)
{
    TRY(parse_primary(p, ret));
    for (;;) {
        if (at_op(p, '.') || at_op(p, OP_ARROW)) {
            *ret = make(at_op(p, '.') ? NODE_MEMBER : NODE_ARROW, 0, *ret, NULL);
            TRY(lexer_next(&p->lexer));
            if (p->lexer.now.kind != TOKEN_NAME)
                return lexer_error(&p->lexer, "the name of a member");
            (*ret)->text = xstrdup(p->lexer.now.text);
            TRY(lexer_next(&p->lexer));
        } else if (at_op(p, '[')) {
            *ret = make(NODE_INDEX, 0, *ret, NULL);
            TRY(lexer_next(&p->lexer));
            TRY(parse_comma(p, &(*ret)->right));
            TRY(expect(p, ']', "a closing bracket"));
        } else if (at_op(p, OP_INCREMENT) || at_op(p, OP_DECREMENT)) {
            *ret = make(NODE_POSTFIX, p->lexer.now.op, *ret, NULL);
            TRY(lexer_next(&p->lexer));
        } else if (at_op(p, '(')) {
            return error_hint(error_new(ERR_UNSUPPORTED,
                                        "%s: calling functions of the target is not possible", p->lexer.text),
                              "`break` there and `continue`, or look at what it would read");
        } else {
            return NULL;
        }
    }
}

static struct error *parse_unary(struct parser *p, struct node **ret)
{
    static const int operators[] = {'-', '+', '!', '~', '*', '&', OP_INCREMENT, OP_DECREMENT};
    if (++p->depth > EXPRESSION_DEPTH_MOST)
        return error_new(ERR_SYNTAX, "the expression is nested more than %d deep", EXPRESSION_DEPTH_MOST);
    struct error *e = NULL;
    bool found = false;
    for (size_t i = 0; i < ARRAY_LENGTH(operators) && !found; i++) {
        if (!at_op(p, operators[i]))
            continue;
        found = true;
        struct node *n = *ret = make(NODE_UNARY, operators[i], NULL, NULL);
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

static struct error *parse_binary(struct parser *p, int least, struct node **ret)
{
    TRY(parse_unary(p, ret));
    for (;;) {
        const struct token *t = &p->lexer.now;
        int rank = t->kind == TOKEN_OPERATOR && !t->assigns ? precedence(t->op) : 0;
        if (rank < least || rank == 0)
            return NULL;
        *ret = make(t->op == '@' ? NODE_SLICE : NODE_BINARY, t->op, *ret, NULL);
        TRY(lexer_next(&p->lexer));
        TRY(parse_binary(p, rank + 1, &(*ret)->right));
    }
}

static struct error *parse_conditional(struct parser *p, struct node **ret)
{
    TRY(parse_binary(p, 1, ret));
    if (!at_op(p, '?'))
        return NULL;
    *ret = make(NODE_CONDITIONAL, 0, *ret, NULL);
    TRY(lexer_next(&p->lexer));
    TRY(parse_assignment(p, &(*ret)->right));
    TRY(expect(p, ':', "a colon"));
    return parse_conditional(p, &(*ret)->third);
}

static struct error *parse_assignment(struct parser *p, struct node **ret)
{
    if (++p->depth > EXPRESSION_DEPTH_MOST)
        return error_new(ERR_SYNTAX, "the expression is nested more than %d deep", EXPRESSION_DEPTH_MOST);
    struct error *e = parse_conditional(p, ret);
    const struct token *t = &p->lexer.now;
    if (!e && t->kind == TOKEN_OPERATOR && (t->assigns || t->op == '=')) {
        *ret = make(NODE_ASSIGN, t->assigns ? t->op : '=', *ret, NULL);
        e = lexer_next(&p->lexer);
        if (!e)
            e = parse_assignment(p, &(*ret)->right);
    }
    p->depth--;
    return e;
}

static struct error *parse_comma(struct parser *p, struct node **ret)
{
    TRY(parse_assignment(p, ret));
    while (at_op(p, ',')) {
        *ret = make(NODE_COMMA, 0, *ret, NULL);
        TRY(lexer_next(&p->lexer));
        TRY(parse_assignment(p, &(*ret)->right));
    }
    return NULL;
}

struct error *expression_parse(const char *text, is_type_name is_type, void *context, struct node **ret)
{
    struct parser p = {.lexer = {.text = text, .at = text}, .is_type = is_type, .context = context};
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
