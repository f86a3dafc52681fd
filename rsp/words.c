#include "rsp/transport.h"

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
    char **items;
    size_t count, capacity;
};

static void words_add(struct words *w, struct splitter *p)
{
    ARRAY_RESERVE(w->items, w->count, w->capacity);
    w->items[w->count++] = buf_take(&p->word);
    p->in_word = false;
}

static void words_end(struct words *w)
{
    ARRAY_RESERVE(w->items, w->count, w->capacity);
    w->items[w->count] = NULL;
}

struct error *words_split(const char *line, char ***ret)
{
    struct splitter p = {.s = line};
    struct words w = {0};
    struct error *e = NULL;
    while (!e && *p.s) {
        if (*p.s != ' ' && *p.s != '\t' && *p.s != '\n') {
            e = take_char(&p);
            continue;
        }
        if (p.in_word)
            words_add(&w, &p);
        p.s++;
    }
    if (!e && p.in_word)
        words_add(&w, &p);
    buf_free(&p.word);
    words_end(&w);
    if (!e && w.count == 0)
        e = error_new(ERR_USAGE, "splitting the command: there is no word in it");
    if (e) {
        words_free(w.items);
        return e;
    }
    *ret = w.items;
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
