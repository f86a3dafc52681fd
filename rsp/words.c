/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command lines split into words and redirections as POSIX sh reads them, and words quoted again. */
#include "rsp/transport.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

/* POSIX.1-2017, Shell Command Language, 2.2 "Quoting" and 2.3 "Token Recognition", without any expansion. */
struct splitter {
    const char *s;
    struct buf word;
    bool in_word; /* a word has begun, perhaps an empty one ('') */
};

static struct error *take_single_quoted(struct splitter *p)
{
    const char *end = strchr(p->s, '\'');
    if (!end)
        return error_new(ERR_USAGE, "splitting the command: a ' is never closed");
    buf_add(&p->word, p->s, (size_t)(end - p->s));
    p->s = end + 1;
    return NULL;
}

static struct error *take_double_quoted(struct splitter *p)
{
    while (*p->s && *p->s != '"') {
        /* inside "…" a backslash only quotes these; before a newline both vanish */
        if (*p->s == '\\' && p->s[1] && strchr("$`\"\\\n", p->s[1])) {
            p->s++;
            if (*p->s == '\n') {
                p->s++;
                continue;
            }
        }
        buf_add_char(&p->word, *p->s++);
    }
    if (!*p->s)
        return error_new(ERR_USAGE, "splitting the command: a \" is never closed");
    p->s++;
    return NULL;
}

static struct error *take_backslash(struct splitter *p)
{
    if (!*p->s)
        return error_new(ERR_USAGE, "splitting the command: a \\ at its end quotes nothing");
    if (*p->s != '\n')
        buf_add_char(&p->word, *p->s);
    p->s++;
    return NULL;
}

static struct error *take_char(struct splitter *p)
{
    char c = *p->s++;
    p->in_word = true;
    if (c == '\'')
        return take_single_quoted(p);
    if (c == '"')
        return take_double_quoted(p);
    if (c == '\\')
        return take_backslash(p);
    buf_add_char(&p->word, c);
    return NULL;
}

struct words {
    struct shell_word *items;
    size_t count, capacity;
};

static void words_add(struct words *w, struct splitter *p, bool is_operator)
{
    ARRAY_RESERVE(w->items, w->count, w->capacity);
    w->items[w->count++] = (struct shell_word){.text = buf_take(&p->word), .is_operator = is_operator};
    p->in_word = false;
}

/* The redirections that are known, the longer of two first; a digit in front is the descriptor's number. */
static size_t operator_length(const char *s)
{
    static const char *const known[] = {"2>&1", "2>>", "2>", "1>>", "1>", ">>", ">", "0<", "<"};
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (strncmp(s, known[i], strlen(known[i])) == 0)
            return strlen(known[i]);
    return 0;
}

/* Other redirections of sh: one that is read as words, or as another one, would write a file that nobody
 * named. */
static bool is_other_redirection(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    const char *op = s + digits;
    if (strncmp(s, "&>", 2) == 0)
        return true;
    if ((*op != '<' && *op != '>') || strncmp(s, "2>&1", 4) == 0)
        return false;
    if (digits > 1 || (digits == 1 && !strchr(*op == '<' ? "0" : "12", *s)))
        return true;
    if (*op == '<')
        return op[1] && strchr("<&>", op[1]);
    op += op[1] == '>' ? 2 : 1;
    return *op == '&' || *op == '|';
}

static struct error *split(const char *line, bool operators, struct words *w)
{
    struct splitter p = {.s = line};
    struct error *e = NULL;
    while (!e && *p.s) {
        bool blank = *p.s == ' ' || *p.s == '\t' || *p.s == '\n';
        bool may_begin = !p.in_word || *p.s == '<' || *p.s == '>'; /* "a2>b" is the word a2 and > */
        if (operators && may_begin && is_other_redirection(p.s)) {
            e = error_hint(
                error_new(ERR_USAGE, "the redirection %.4s is not known here", p.s),
                "< FILE, > FILE, >> FILE, 2> FILE, 2>> FILE and 2>&1 are; quotes make a word of it");
            continue;
        }
        size_t n = operators && may_begin ? operator_length(p.s) : 0;
        if (!blank && !n) {
            e = take_char(&p);
            continue;
        }
        if (p.in_word)
            words_add(w, &p, false);
        size_t number = *p.s == '0' || *p.s == '1'; /* what is meant without it */
        if (n) {
            buf_add(&p.word, p.s + number, n - number);
            words_add(w, &p, true);
        }
        p.s += n ? n : 1;
    }
    if (!e && p.in_word)
        words_add(w, &p, false);
    buf_free(&p.word);
    return e;
}

void shell_words_free(struct shell_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(words[i].text);
    free(words);
}

struct error *shell_words_split(const char *line, struct shell_word **ret, size_t *count)
{
    struct words w = {0};
    struct error *e = split(line, true, &w);
    if (e) {
        shell_words_free(w.items, w.count);
        return e;
    }
    *ret = w.items;
    *count = w.count;
    return NULL;
}

struct error *words_split(const char *line, char ***ret)
{
    struct words w = {0};
    struct error *e = split(line, false, &w);
    if (!e && w.count == 0)
        e = error_new(ERR_USAGE, "splitting the command: there is no word in it");
    if (e) {
        shell_words_free(w.items, w.count);
        return e;
    }
    char **words = xcalloc(w.count + 1, sizeof *words);
    for (size_t i = 0; i < w.count; i++)
        words[i] = w.items[i].text;
    free(w.items);
    *ret = words;
    return NULL;
}

void words_free(char **words)
{
    if (!words)
        return;
    for (char **w = words; *w; w++)
        free(*w);
    free(words);
}

void words_quote(struct buf *out, const char *word)
{
    static const char plain[] = "%+,-./:=@_";
    bool simple = *word != '\0';
    for (const char *p = word; *p && simple; p++)
        simple = isalnum((unsigned char)*p) || strchr(plain, *p);
    if (simple) {
        buf_add_text(out, word);
        return;
    }
    buf_add_char(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_char(out, *word);
    }
    buf_add_char(out, '\'');
}
