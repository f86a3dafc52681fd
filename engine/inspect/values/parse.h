/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/parse.h - C expressions to trees.
 *
 * All of C's operators but calls; besides: registers ($pc), p@n, $cpu(n, value), 'file.c'::name and
 * file.c::name. A cast or sizeof of a type is told from one of a value by asking the caller which names are
 * types. Trees are at most 200 deep and texts 16 KiB long. No state. Error: ERR_SYNTAX with the place.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum node_kind {
    NODE_INTEGER,     /* integer; is_unsigned, is_long */
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
    NODE_MEMBER,      /* left . text */
    NODE_ARROW,       /* left -> text */
    NODE_INDEX,       /* left [ right ] */
    NODE_CAST,        /* (text) left */
    NODE_SIZEOF_TYPE, /* sizeof (text) */
    NODE_SIZEOF,      /* sizeof left */
    NODE_SLICE,       /* left @ right */
    NODE_COMMA,       /* left, right */
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

struct node {
    enum node_kind kind;
    int op;
    uint64_t integer;
    bool is_unsigned, is_long, is_single, is_decimal;
    double number;
    char *text, *file;
    size_t length;
    struct node *left, *right, *third;
};

/* True when `name` is a typedef or other type name. */
typedef bool (*is_type_name)(void *context, const char *name);

struct error *expression_parse(const char *text, is_type_name is_type, void *context,
                               struct node **ret) BASE_MUST_CHECK;
void node_free(struct node *n);

#endif
