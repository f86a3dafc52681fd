/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/parse.h - C expressions to trees.
 *
 * All of C's operators; besides: registers ($pc), p@n, $cpu(n, value), 'file.c'::name and
 * file.c::name; of C++ names with scopes and template arguments, casts by name (static_cast), T(value),
 * members of a named base (d.Left::l), pointers to members (.* and ->*), and functions told by their
 * parameters (f(int)); of Rust t.0 and `as`; of Fortran elements and sections a(2, 1:3), p%x and
 * operators like .and. (parse_fortran.c). A cast or sizeof of a type is told from one of a value, and
 * template arguments from a comparison, by asking the caller what names are. Trees are at most 200 deep and
 * texts 16 KiB long. No state. Error: ERR_SYNTAX with the place.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum node_kind {
    NODE_INTEGER,     /* integer; is_unsigned, is_long, is_long_long */
    NODE_FLOAT,       /* number; is_single for an f suffix */
    NODE_CHARACTER,   /* integer */
    NODE_STRING,      /* text (unescaped), length */
    NODE_NAME,        /* text; file where qualified */
    NODE_REGISTER,    /* text without $ */
    NODE_UNARY,       /* op, left: - + ! ~ * & and ++ -- (prefix) */
    NODE_POSTFIX,     /* left ++ or -- */
    NODE_BINARY,      /* op, left, right */
    NODE_ASSIGN,      /* op '=' or the operator of +=, left, right */
    NODE_CONDITIONAL, /* left ? right : third */
    NODE_MEMBER,      /* left . text; file: the class it is of, where that is said */
    NODE_ARROW,       /* left -> text */
    NODE_TO_MEMBER,   /* left .* right, op '*'; left ->* right, op '>' */
    NODE_INDEX,       /* left [ right ] */
    NODE_CAST,        /* (text) left; op is a cast_kind (engine/inspect/values/value.h) */
    NODE_SIZEOF_TYPE, /* sizeof (text) */
    NODE_SIZEOF,      /* sizeof left */
    NODE_SLICE,       /* left @ right */
    NODE_COMMA,       /* left, right */
    NODE_ELEMENTS,    /* left ( right ), of Fortran: right is a chain of NODE_ARGUMENT */
    NODE_CALL,        /* left ( right ): right is a chain of NODE_ARGUMENT, or NULL */
    NODE_ARGUMENT,    /* left: a value or a NODE_RANGE; right: the next one, or NULL */
    NODE_RANGE,       /* left : right : third, of which each may be NULL */
    NODE_TRUTH,       /* integer: .TRUE. or .FALSE. */
    NODE_CPU,         /* $cpu(left, right) */
};

/* Operators of two characters; the others are their character. */
enum {
    OP_SHIFT_LEFT = 256,
    OP_SHIFT_RIGHT,
    OP_LE,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_AND,
    OP_OR,
    OP_INCREMENT,
    OP_DECREMENT
};

/* Its result is 0 or 1. */
static inline bool op_is_comparison(int op)
{
    return op == '<' || op == '>' || op == OP_LE || op == OP_GE || op == OP_EQ || op == OP_NE;
}

struct node {
    enum node_kind kind;
    int op;
    uint64_t integer;
    bool is_unsigned, is_long, is_long_long, is_single, is_decimal;
    double number;
    char *text, *file;
    size_t length;
    struct node *left, *right, *third;
};

/* True when `name` is a typedef or other type name; when a name that ends in template arguments is that of
 * anything. */
struct parse_names {
    bool (*is_type)(void *context, const char *name);
    bool (*is_known)(void *context, const char *name);
    /* Is it Fortran that is read here: a(2, 1:3), p%x, .and. ? Asked only where it makes a difference. */
    bool (*is_fortran)(void *context);
    /* Do parentheses behind a name have indexes in them, as in Fortran and Ada? */
    bool (*is_round)(void *context);
    void *context;
};

struct error *expression_parse(const char *text, const struct parse_names *names,
                               struct node **ret) BASE_MUST_CHECK;
void node_free(struct node *n);

#endif
