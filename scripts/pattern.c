/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How large an expression becomes is counted in one pass: each atom once, times the bounds around it, and
 * more where what is repeated has repetitions itself. */
#include "scripts/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scripts/limits.h"

/* regcomp() of glibc takes time that grows with a power of the repetitions of what is repeated: each counts
 * as so many of what it repeats. */
enum { REPEATED_COST = 4 };

/* The size of what stands in each open group so far, and of the last atom there; how deep repetitions are
 * nested. */
struct sizes {
    uint64_t sum[PATTERN_NESTED_MOST], last[PATTERN_NESTED_MOST];
    unsigned repeated[PATTERN_NESTED_MOST], last_repeated[PATTERN_NESTED_MOST];
    unsigned depth;
};

static void add_atom(struct sizes *s, uint64_t size)
{
    s->sum[s->depth] += size;
    s->last[s->depth] = size;
    s->last_repeated[s->depth] = 0;
}

/* The last atom becomes so many. Every sum stays below PATTERN_COPIES squared: it is looked at each time. */
static void multiply(struct sizes *s, uint64_t times)
{
    uint64_t *last = &s->last[s->depth];
    s->sum[s->depth] += *last * (times > 1 ? times - 1 : 0);
    *last *= times > 1 ? times : 1;
}

/* The last atom gets a repetition; a bounded one costs its copies only. */
static void repeat(struct sizes *s, uint64_t times, bool bounded)
{
    unsigned *level = &s->last_repeated[s->depth];
    multiply(s, *level && !bounded ? times * REPEATED_COST : times);
    ++*level;
    if (*level > s->repeated[s->depth])
        s->repeated[s->depth] = *level;
}

static void close_group(struct sizes *s)
{
    s->depth--;
    add_atom(s, s->sum[s->depth + 1] + 1);
    unsigned level = s->repeated[s->depth + 1];
    s->last_repeated[s->depth] = level;
    if (level > s->repeated[s->depth])
        s->repeated[s->depth] = level;
}

/* Behind a `[`: a `]` that comes first is itself, and so is one in [:alpha:], [.x.], [=x=]. */
static const char *behind_class(const char *p)
{
    p += *p == '^';
    p += *p == ']';
    while (*p && *p != ']') {
        char kind = p[0] == '[' && strchr(":.=", p[1]) ? p[1] : '\0';
        const char end[] = {kind, ']', '\0'};
        const char *inner = kind ? strstr(p + 2, end) : NULL;
        p = inner ? inner + 2 : p + 1;
    }
    return *p ? p + 1 : p;
}

/* Behind a `{`: *times is the larger of the bounds; without one, `{2,}`, the smaller and one more. */
static const char *read_bound(const char *p, uint64_t *times)
{
    char *end;
    unsigned long least = strtoul(p, &end, 10), most = least;
    if (*end == ',')
        most = end[1] == '}' ? least + 1 : strtoul(end + 1, &end, 10);
    const char *close = strchr(p, '}');
    *times = most > PATTERN_COPIES || least > PATTERN_COPIES ? PATTERN_COPIES + 1
             : most > least                                  ? most
                                                             : least;
    return close ? close + 1 : p + strlen(p);
}

/* One piece of the expression; behind it. NULL with *why set for what is refused. */
static const char *take_piece(struct sizes *s, const char *p, const char **why)
{
    uint64_t times;
    switch (*p) {
    case '\\':
        *why = p[1] >= '1' && p[1] <= '9' ? "back-references are not taken" : NULL;
        add_atom(s, 1);
        return *why ? NULL : p + (p[1] ? 2 : 1);
    case '[':
        add_atom(s, 1);
        return behind_class(p + 1);
    case '(':
        *why = s->depth + 1 == PATTERN_NESTED_MOST ? "it is nested too deep" : NULL;
        if (*why)
            return NULL;
        s->depth++;
        s->sum[s->depth] = s->last[s->depth] = 0;
        s->repeated[s->depth] = s->last_repeated[s->depth] = 0;
        return p + 1;
    case ')':
        if (s->depth > 0)
            close_group(s);
        else
            add_atom(s, 1); /* to glibc it is a character as any other */
        return p + 1;
    case '{':
        p = read_bound(p + 1, &times);
        repeat(s, times, true);
        return p;
    case '+':
        repeat(s, 2, false); /* regcomp() makes `xx*` of `x+` */
        return p + 1;
    case '*':
    case '?':
        repeat(s, 1, false);
        return p + 1;
    default:
        add_atom(s, 1);
        return p + 1;
    }
}

static const char *why_refused(const char *text)
{
    struct sizes s = {.depth = 0};
    const char *why = NULL;
    if (strlen(text) > PATTERN_BYTES)
        return "it is too long";
    for (const char *p = text; p && *p;) {
        p = take_piece(&s, p, &why);
        if (p && s.sum[s.depth] > PATTERN_COPIES)
            return "its bounds, written out, make it too large";
        if (p && s.repeated[s.depth] > PATTERN_REPEATED_MOST)
            return "it repeats what is repeated too often";
    }
    return why;
}

char *pattern_compile(const char *text, regex_t *ret)
{
    const char *refused = why_refused(text);
    if (refused)
        return xstrdup(refused);
    int code = regcomp(ret, text, REG_EXTENDED | REG_NOSUB);
    if (code == 0)
        return NULL;
    char why[128];
    regerror(code, ret, why, sizeof why);
    return xstrdup(why);
}

bool pattern_fits(const char *text, const char *subject)
{
    regex_t regex;
    BASE_FREE char *why = pattern_compile(text, &regex);
    if (why)
        return false;
    bool fits = regexec(&regex, subject, 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}
