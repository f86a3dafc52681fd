/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/highlight.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"

/* Sorted, for the eye; looked up one after the other. */
static const char *const keywords[] = {
    "_Atomic", "_Bool",    "auto",     "bool",     "break",     "case",   "catch",    "char",     "class",
    "const",   "continue", "default",  "delete",   "do",        "double", "else",     "enum",     "extern",
    "false",   "float",    "fn",       "for",      "goto",      "if",     "impl",     "inline",   "int",
    "let",     "long",     "match",    "mut",      "namespace", "new",    "nullptr",  "operator", "private",
    "public",  "pub",      "register", "restrict", "return",    "short",  "signed",   "sizeof",   "static",
    "struct",  "switch",   "template", "this",     "throw",     "true",   "try",      "typedef",  "typename",
    "union",   "unsigned", "use",      "using",    "virtual",   "void",   "volatile", "while",
};

bool highlight_knows(const char *path)
{
    static const char *const endings[] = {"c", "h", "cc", "cpp", "cxx", "C", "hh", "hpp", "hxx", "rs", "inc"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < ARRAY_LENGTH(endings); i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return true;
    return false;
}

struct lexer {
    const char *line;
    size_t n, at;
    struct row *row;
    size_t column; /* of the source text, for tabs */
};

static void emit(struct lexer *l, size_t end, enum style style)
{
    if (l->row && end > l->at) {
        BASE_BUF struct buf text = {0};
        columns_add_source(&text, l->line + l->at, end - l->at, &l->column);
        row_add_bytes(l->row, style, buf_text(&text), text.length);
    }
    l->at = end;
}

static bool starts(const struct lexer *l, const char *with)
{
    return l->n - l->at >= 2 && memcmp(l->line + l->at, with, 2) == 0;
}

/* The end of a comment that is open at `from`, or n. */
static size_t comment_end(const struct lexer *l, size_t from, bool *closed)
{
    const char *end = from < l->n ? memmem(l->line + from, l->n - from, "*/", 2) : NULL;
    *closed = end != NULL;
    return end ? (size_t)(end - l->line) + 2 : l->n;
}

static size_t quoted_end(const struct lexer *l)
{
    char quote = l->line[l->at];
    size_t i = l->at + 1;
    while (i < l->n && l->line[i] != quote)
        i += l->line[i] == '\\' ? 2 : 1;
    return i < l->n ? i + 1 : l->n;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void word(struct lexer *l)
{
    size_t end = l->at;
    while (end < l->n && is_word(l->line[end]))
        end++;
    enum style style = STYLE_TEXT;
    if (isdigit((unsigned char)l->line[l->at]))
        style = STYLE_LITERAL;
    for (size_t i = 0; style == STYLE_TEXT && i < ARRAY_LENGTH(keywords); i++)
        if (strlen(keywords[i]) == end - l->at && memcmp(keywords[i], l->line + l->at, end - l->at) == 0)
            style = STYLE_KEYWORD;
    emit(l, end, style);
}

/* At least one character, up to what may be the start of something else. */
static void plain(struct lexer *l)
{
    size_t end = l->at + 1;
    while (end < l->n && !is_word(l->line[end]) && !strchr("/\"'", l->line[end]))
        end++;
    emit(l, end, STYLE_TEXT);
}

enum highlight_state highlight_line(const char *line, size_t n, enum highlight_state state, struct row *row)
{
    struct lexer l = {.line = line, .n = n, .row = row};
    bool closed = true;
    if (state == HIGHLIGHT_COMMENT)
        emit(&l, comment_end(&l, 0, &closed), STYLE_COMMENT);
    while (l.at < n && closed) {
        char c = line[l.at];
        if (starts(&l, "//"))
            emit(&l, n, STYLE_COMMENT);
        else if (starts(&l, "/*"))
            emit(&l, comment_end(&l, l.at + 2, &closed), STYLE_COMMENT);
        else if (c == '"' ||
                 (c == '\'' && l.at + 2 < n && (line[l.at + 1] == '\\' || line[l.at + 2] == '\'')))
            emit(&l, quoted_end(&l), STYLE_LITERAL);
        else if (is_word(c))
            word(&l);
        else
            plain(&l);
    }
    return closed ? HIGHLIGHT_CODE : HIGHLIGHT_COMMENT;
}
