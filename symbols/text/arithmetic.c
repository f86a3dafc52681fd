/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/text/arithmetic.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum word { UNSIGNED, SIGNED, SHORT, CHAR, INT, DOUBLE, FLOAT, BOOL, INT128, COMPLEX, WORDS };

struct spelling {
    bool said[WORDS];
    unsigned longs;
};

static bool take_word(struct spelling *s, const char *w, size_t n)
{
    static const char *const words[WORDS] = {"unsigned", "signed", "short", "char",     "int",
                                             "double",   "float",  "_Bool", "__int128", "complex"};
    if (n == 4 && strncmp(w, "long", 4) == 0)
        return ++s->longs <= 2;
    for (size_t i = 0; i < WORDS; i++)
        if (strlen(words[i]) == n && strncmp(w, words[i], n) == 0) {
            bool twice = s->said[i];
            s->said[i] = true;
            return !twice;
        }
    return false;
}

static bool parse(const char *name, struct spelling *s)
{
    memset(s, 0, sizeof *s);
    size_t words = 0;
    while (*name) {
        size_t n = strcspn(name, " ");
        if (n && !take_word(s, name, n))
            return false;
        words += n > 0;
        name += n;
        name += strspn(name, " ");
    }
    return words > 0;
}

/* What decides a type, and its names: plain, with `signed` and with `unsigned`. */
struct sort {
    enum word word; /* WORDS: none has to be said */
    unsigned longs; /* as many, or more */
    const char *names[3];
};

/* The first that fits counts; the last fits always. */
static const struct sort sorts[] = {
    {BOOL, 0, {"_Bool", "_Bool", "_Bool"}},
    {CHAR, 0, {"char", "signed char", "unsigned char"}},
    {INT128, 0, {"__int128", "__int128", "unsigned __int128"}},
    {FLOAT, 0, {"float", "float", "float"}},
    {DOUBLE, 1, {"long double", "long double", "long double"}},
    {DOUBLE, 0, {"double", "double", "double"}},
    {SHORT, 0, {"short", "short", "unsigned short"}},
    {WORDS, 2, {"long long", "long long", "unsigned long long"}},
    {WORDS, 1, {"long", "long", "unsigned long"}},
    {WORDS, 0, {"int", "int", "unsigned int"}},
};

static bool fits(const struct sort *t, const struct spelling *s)
{
    return s->longs >= t->longs && (t->word == WORDS || s->said[t->word]);
}

const char *arithmetic_name(const char *name)
{
    struct spelling s;
    if (!parse(name, &s) || s.said[COMPLEX] || (s.said[UNSIGNED] && s.said[SIGNED]))
        return name;
    const struct sort *t = sorts;
    while (!fits(t, &s))
        t++;
    return t->names[s.said[UNSIGNED] ? 2 : s.said[SIGNED]];
}
