/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/lexer.h - the tokens of a C expression (for parse.c).
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_LEXER_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum token_kind {
    TOKEN_END,
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_CHARACTER,
    TOKEN_STRING, /* "…" */
    TOKEN_QUOTED, /* '…' of more than one character: a file or an odd name */
    TOKEN_NAME,
    TOKEN_FIELD, /* of a tuple, by its number: the 0 of t.0 */
    TOKEN_REGISTER,
    TOKEN_OPERATOR, /* op; assigns: it was followed by = */
};

struct token {
    enum token_kind kind;
    const char *start, *end;
    int op;
    bool assigns;
    uint64_t integer;
    bool is_unsigned, is_long, is_long_long, is_single, is_decimal;
    double number;
    char *text; /* unescaped string, name; owned by the lexer until the next token */
    size_t length;
};

struct lexer {
    const char *text, *at;
    struct token now;
};

/* Moves to the next token. */
struct error *lexer_next(struct lexer *l) BASE_MUST_CHECK;
/* Goes back to an earlier place of the text, and reads the token there. */
struct error *lexer_rewind(struct lexer *l, const char *at) BASE_MUST_CHECK;
/* Whether the token begins "main.c::x" without quotes: names and dots up to "::"; *length: of the file's
 * name. */
bool lexer_at_file(const struct lexer *l, size_t *length);
void lexer_free(struct lexer *l);
struct error *lexer_error(const struct lexer *l, const char *wanted) BASE_MUST_CHECK;

#endif
