/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Fortran writes otherwise than C: elements and sections in parentheses, `%`, operators that are words.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "engine/inspect/values/parse_internal.h"

bool parse_is_fortran(const struct parser *p)
{
    return p->names && p->names->is_fortran && p->names->is_fortran(p->names->context);
}

bool parse_is_round(const struct parser *p)
{
    return p->names && p->names->is_round && p->names->is_round(p->names->context);
}

enum { WORD_TRUE = -1, WORD_FALSE = -2, WORD_NOT = -3 };

/* Fortran 2018, 6.2.4; .EQV. and .NEQV. compare truth values. */
static const struct {
    const char *word;
    int op;
} words[] = {{".and.", OP_AND},   {".or.", OP_OR},   {".eq.", OP_EQ},       {".ne.", OP_NE},
             {".lt.", '<'},       {".le.", OP_LE},   {".gt.", '>'},         {".ge.", OP_GE},
             {".eqv.", OP_EQ},    {".neqv.", OP_NE}, {".true.", WORD_TRUE}, {".false.", WORD_FALSE},
             {".not.", WORD_NOT}, {"/=", OP_NE}};

static int word_here(const struct parser *p, size_t *length)
{
    const char *at = p->lexer.now.start;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        *length = strlen(words[i].word);
        if (strncasecmp(at, words[i].word, *length) == 0)
            return parse_is_fortran(p) ? words[i].op : 0;
    }
    return 0;
}

int parse_named_operator(const struct parser *p, size_t *length)
{
    bool may = p->lexer.now.kind == TOKEN_OPERATOR && strchr("./", *p->lexer.now.start);
    int op = may ? word_here(p, length) : 0;
    return op > 0 ? op : 0;
}

struct error *parse_named_value(struct parser *p, struct node **ret)
{
    size_t length;
    int op = parse_at(p, '.') ? word_here(p, &length) : 0;
    *ret = NULL;
    if (op >= 0)
        return NULL;
    TRY(lexer_rewind(&p->lexer, p->lexer.now.start + length));
    if (op == WORD_NOT) {
        *ret = parse_make(NODE_UNARY, '!', NULL, NULL);
        return parse_binary(p, RANK_COMPARISON, &(*ret)->left); /* .not. a == b is .not. (a == b) */
    }
    *ret = parse_make(NODE_TRUTH, 0, NULL, NULL);
    (*ret)->integer = op == WORD_TRUE;
    return NULL;
}

bool parse_at_percent(const struct parser *p)
{
    const char *next = p->lexer.now.start + 1;
    if (!parse_at(p, '%'))
        return false;
    next += strspn(next, " \t");
    return (isalpha((unsigned char)*next) || *next == '_') && parse_is_fortran(p);
}

/* An index, or `from:to:step`, of which each may be left out. */
static struct error *parse_argument(struct parser *p, struct node **ret)
{
    struct node *first = NULL;
    if (!parse_at(p, ':'))
        TRY(parse_assignment(p, ret));
    if (!parse_at(p, ':'))
        return NULL;
    first = *ret;
    *ret = parse_make(NODE_RANGE, 0, first, NULL);
    TRY(lexer_next(&p->lexer));
    if (!parse_at(p, ',') && !parse_at(p, ')') && !parse_at(p, ':'))
        TRY(parse_assignment(p, &(*ret)->right));
    if (!parse_at(p, ':'))
        return NULL;
    TRY(lexer_next(&p->lexer));
    return parse_assignment(p, &(*ret)->third);
}

struct error *parse_elements(struct parser *p, struct node **ret)
{
    struct node **next;
    *ret = parse_make(NODE_ELEMENTS, 0, *ret, NULL);
    next = &(*ret)->right;
    do {
        TRY(lexer_next(&p->lexer));
        *next = parse_make(NODE_ARGUMENT, 0, NULL, NULL);
        TRY(parse_argument(p, &(*next)->left));
        next = &(*next)->right;
    } while (parse_at(p, ','));
    return parse_expect(p, ')', "a comma or a closing parenthesis");
}
