/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/lexer.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/values/parse.h"

void lexer_free(struct lexer *l)
{
    free(l->now.text);
    l->now.text = NULL;
}

struct error *lexer_error(const struct lexer *l, const char *wanted)
{
    if (*l->now.start == '\0')
        return error_new(ERR_SYNTAX, "%s: the expression ends where %s should follow", l->text, wanted);
    return error_new(ERR_SYNTAX, "%s: %s should stand where \"%.20s\" does", l->text, wanted, l->now.start);
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_char(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c) || c == '$';
}

static struct error *take_suffix(struct lexer *l, const char *p)
{
    for (; isalpha((unsigned char)*p); p++) {
        bool is_l = *p == 'l' || *p == 'L';
        if (!is_l && *p != 'u' && *p != 'U')
            return lexer_error(l, "a number");
        l->now.is_unsigned |= !is_l;
        l->now.is_long_long |= is_l && l->now.is_long;
        l->now.is_long |= is_l;
    }
    l->at = p;
    return NULL;
}

static struct error *take_float(struct lexer *l)
{
    char *end;
    l->now.kind = TOKEN_FLOAT;
    l->now.number = strtod(l->at, &end);
    l->now.is_single = *end == 'f' || *end == 'F';
    l->at = end + (l->now.is_single || *end == 'l' || *end == 'L');
    return is_name_char(*l->at) ? lexer_error(l, "a number") : NULL;
}

static struct error *take_number(struct lexer *l)
{
    const char *p = l->at;
    bool hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
    bool binary = p[0] == '0' && (p[1] == 'b' || p[1] == 'B');
    size_t digits = hex ? 2 + strspn(p + 2, "0123456789abcdefABCDEF") : strspn(p, "0123456789");
    if (!hex && !binary && (p[digits] == '.' || p[digits] == 'e' || p[digits] == 'E'))
        return take_float(l);
    char *end;
    errno = 0;
    l->now.kind = TOKEN_INTEGER;
    l->now.is_decimal = *p != '0';
    l->now.integer = binary ? strtoull(p + 2, &end, 2) : strtoull(p, &end, 0);
    if (errno || (hex && digits == 2))
        return lexer_error(l, "a number that fits in 64 bits");
    if (isdigit((unsigned char)*end))
        return lexer_error(l, "an octal number");
    return take_suffix(l, end);
}

static unsigned char escape(const char **p)
{
    static const char names[] = "ntrabfv0\\'\"?e", values[] = "\n\t\r\a\b\f\v\0\\'\"?\033";
    char c = *(*p)++;
    if (c == 'x') {
        unsigned value = 0;
        for (int i = 0; i < 2 && hex_digit(**p) >= 0; i++)
            value = value * 16 + (unsigned)hex_digit(*(*p)++);
        return (unsigned char)value;
    }
    if (c >= '0' && c <= '7') {
        unsigned value = (unsigned)(c - '0');
        for (int i = 0; i < 2 && **p >= '0' && **p <= '7'; i++)
            value = value * 8 + (unsigned)(*(*p)++ - '0');
        return (unsigned char)value;
    }
    const char *at = strchr(names, c);
    return (unsigned char)(c && at ? values[at - names] : c);
}

static struct error *take_quoted(struct lexer *l)
{
    char quote = *l->at;
    const char *p = l->at + 1;
    struct buf b = {0};
    while (*p && *p != quote) {
        if (*p == '\\' && p[1]) {
            p++;
            buf_add_char(&b, (char)escape(&p));
        } else {
            buf_add_char(&b, *p++);
        }
    }
    l->now.length = b.length;
    l->now.text = buf_take(&b);
    if (*p != quote)
        return error_new(ERR_SYNTAX, "%s: a quote is not closed", l->text);
    l->at = p + 1;
    if (quote == '"') {
        l->now.kind = TOKEN_STRING;
    } else if (l->now.length == 1) {
        l->now.kind = TOKEN_CHARACTER;
        l->now.integer = (unsigned char)l->now.text[0];
    } else {
        l->now.kind = TOKEN_QUOTED;
    }
    return l->now.length == 0 && quote == '\'' ? lexer_error(l, "a character") : NULL;
}

static struct error *take_operator(struct lexer *l)
{
    static const struct {
        const char *text;
        int op;
    } doubles[] = {{"<<", OP_SHIFT_LEFT},
                   {">>", OP_SHIFT_RIGHT},
                   {"<=", OP_LE},
                   {">=", OP_GE},
                   {"==", OP_EQ},
                   {"!=", OP_NE},
                   {"&&", OP_AND},
                   {"||", OP_OR},
                   {"++", OP_INCREMENT},
                   {"--", OP_DECREMENT},
                   {"->", OP_DECREMENT + 1},
                   {"::", OP_DECREMENT + 2},
                   {".*", OP_DECREMENT + 3}};
    l->now.kind = TOKEN_OPERATOR;
    if (strncmp(l->at, "->*", 3) == 0) {
        l->now.op = OP_DECREMENT + 4;
        l->at += 3;
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(doubles); i++) {
        if (strncmp(l->at, doubles[i].text, 2) != 0)
            continue;
        l->now.op = doubles[i].op;
        l->at += 2;
        bool shift = l->now.op == OP_SHIFT_LEFT || l->now.op == OP_SHIFT_RIGHT;
        l->now.assigns = shift && *l->at == '=';
        l->at += l->now.assigns;
        return NULL;
    }
    if (!strchr("+-*/%&|^~!<>=?:.[]()@,", *l->at))
        return lexer_error(l, "an operator or a value");
    l->now.op = (unsigned char)*l->at++;
    l->now.assigns = strchr("+-*/%&|^", l->now.op) && *l->at == '=';
    l->at += l->now.assigns;
    return NULL;
}

/* Behind what can have members a point begins no number: t.0, t.0.1, f(x)[2].1. */
static bool behind_operand(const struct lexer *l, const char *at)
{
    return at > l->text && (is_name_char(at[-1]) || at[-1] == ')' || at[-1] == ']');
}

/* Behind the point of a member a number is the field of a tuple. */
static bool at_field(const struct lexer *l, const struct token *before)
{
    return isdigit((unsigned char)*l->at) && before->kind == TOKEN_OPERATOR && before->op == '.' &&
           before->end == l->at && behind_operand(l, before->start);
}

static void take_text(struct lexer *l, enum token_kind kind, const char *start, const char *end)
{
    l->now.kind = kind;
    l->now.length = (size_t)(end - start);
    l->now.text = xstrndup(start, l->now.length);
    l->at = end;
}

struct error *lexer_next(struct lexer *l)
{
    free(l->now.text);
    while (isspace((unsigned char)*l->at))
        l->at++;
    bool field = at_field(l, &l->now);
    l->now = (struct token){.start = l->at};
    struct error *e = NULL;
    const char *p = l->at;
    if (*p == '\0') {
        l->now.kind = TOKEN_END;
    } else if (field) {
        take_text(l, TOKEN_FIELD, p, p + strspn(p, "0123456789"));
    } else if (isdigit((unsigned char)*p) ||
               (*p == '.' && isdigit((unsigned char)p[1]) && !behind_operand(l, p))) {
        e = *p == '.' ? take_float(l) : take_number(l);
    } else if (*p == '"' || *p == '\'') {
        e = take_quoted(l);
    } else if (is_name_start(*p) || *p == '$') {
        const char *start = p + (*p == '$');
        enum token_kind kind = *p == '$' ? TOKEN_REGISTER : TOKEN_NAME;
        for (p = start; is_name_char(*p);)
            p++;
        take_text(l, kind, start, p);
    } else {
        e = take_operator(l);
    }
    l->now.end = l->at;
    return e;
}

struct error *lexer_rewind(struct lexer *l, const char *at)
{
    l->at = at;
    return lexer_next(l);
}

bool lexer_at_file(const struct lexer *l, size_t *length)
{
    const char *c = l->now.start;
    bool dot = false;
    for (; isalnum((unsigned char)*c) || strchr("_.-+", *c); c++) {
        if (*c == '\0')
            return false;
        dot = dot || *c == '.';
    }
    *length = (size_t)(c - l->now.start);
    return dot && c[0] == ':' && c[1] == ':';
}
