/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "symbols/index/index_image.h"
#include "symbols/index/index_template.h"
#include "symbols/limits.h"

enum { PASSED_OVER_LENGTH = 64 };

static const char anonymous[] = "(anonymous namespace)";

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind `operator` and its symbol, or `text` when it is none. */
static const char *past_operator(const char *text)
{
    static const char word[] = "operator";
    const char *p = text + sizeof word - 1;
    if (strncmp(text, word, sizeof word - 1) != 0 || is_word(*p))
        return text;
    p += strspn(p, " ");
    if (strncmp(p, "()", 2) == 0 || strncmp(p, "[]", 2) == 0)
        return p + 2;
    if (is_word(*p))
        return p; /* operator bool, operator new */
    return p + strspn(p, "<>=!+-*/%^&|~,");
}

/* Behind what stands up to a space, or `end`, outside of brackets. */
static const char *past_word(const char *p, const char *end)
{
    int depth = 0;
    const char *name = past_operator(p);
    if (name != p)
        return end;
    for (; p < end && (depth || *p != ' '); p++) {
        if (p > name && p[-1] == ':' && past_operator(p) != p)
            return end;
        if (strchr("<({[", *p))
            depth++;
        else if (strchr(">)}]", *p) && depth)
            depth--;
    }
    return p;
}

/* Behind a part of a name: at `::`, a parameter list, or the end. */
static const char *past_part(const char *p)
{
    int depth = 0;
    p = past_operator(p);
    for (; *p; p++) {
        if (!depth && p[0] == ':' && p[1] == ':')
            break;
        if (*p == '(' && strncmp(p, anonymous, sizeof anonymous - 1) == 0) {
            p += sizeof anonymous - 2;
            continue;
        }
        if (!depth && *p == '(')
            break;
        if (strchr("<({[", *p))
            depth++;
        else if (strchr(">)}]", *p) && depth && !(p[0] == '>' && p[-1] == '-'))
            depth--;
    }
    return p;
}

/* Behind the return type that demanglers write before a template: at the last space outside of brackets. */
static const char *past_return_type(const char *text, const char *parameters)
{
    const char *start = text, *next;
    for (const char *p = text; p < parameters; p = next) {
        next = past_word(p, parameters);
        if (*next == ' ' && next < parameters) {
            next += strspn(next, " ");
            start = next < parameters ? next : start;
        }
    }
    return start;
}

/* `<T as Trait>`: outside of brackets within it. */
static bool is_of_trait(const char *part, size_t n)
{
    int depth = 0;
    for (size_t i = 0; i + 4 <= n; i++) {
        depth += strchr("<({[", part[i]) != NULL;
        depth -= strchr(">)}]", part[i]) != NULL;
        if (depth == 1 && strncmp(part + i, " as ", 4) == 0)
            return true;
    }
    return false;
}

/* The `<i32>` of Rust's f::<i32>, which is no scope as `<impl T>` and `<T as Trait>` are. */
static bool is_turbofish(const char *part, size_t n)
{
    return *part == '<' && strncmp(part, "<impl ", 6) != 0 && !is_of_trait(part, n);
}

static void parse(const char *text, struct name_query *ret)
{
    *ret = (struct name_query){0};
    text += strspn(text, " \t");
    if (text[0] == ':' && text[1] == ':') {
        ret->rooted = true;
        text += 2;
    }
    while (*text) {
        const char *end = past_part(text);
        size_t n = (size_t)(end - text);
        while (n && text[n - 1] == ' ')
            n--;
        if (!n || ret->count == NAME_PARTS_MOST) {
            ret->count = 0;
            return;
        }
        if (!ret->count || !is_turbofish(text, n)) {
            ret->parts[ret->count].text = text;
            ret->parts[ret->count++].length = n;
        }
        if (*end == '(') {
            ret->parameters = end;
            return;
        }
        text = *end ? end + 2 : end;
    }
}

void name_query_parse(const char *text, struct name_query *ret)
{
    parse(text, ret);
    if (!ret->count || !ret->parameters)
        return;
    const char *name = past_return_type(text, ret->parameters);
    if (name != text)
        parse(name, ret);
}

static bool is_exported(const struct name_query *q, const char *scope, size_t n)
{
    for (size_t i = 0; i < q->exported_count; i++)
        if (name_same(scope, n, q->exported[i], strlen(q->exported[i])))
            return true;
    return false;
}

/* Do the scopes of `have` end in those of `wanted`? */
bool name_scopes_end_in(const struct name_query *have, const struct name_query *wanted)
{
    size_t left = wanted->count - 1, i = have->count - 1;
    while (left && i) {
        const char *scope = have->parts[--i].text;
        size_t n = have->parts[i].length;
        /* Rust's `<Type as Trait>::f`: DWARF has the module it stands in, which is not written here. */
        if (scope[0] == '<')
            return true;
        char text[PASSED_OVER_LENGTH];
        snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : (int)sizeof text - 1, scope);
        const char *part = wanted->parts[left - 1].text;
        size_t m = wanted->parts[left - 1].length;
        if (name_same(part, m, scope, n) ||
            (name_base_length(part, m) == m && name_same(part, m, scope, name_base_length(scope, n))))
            left--;
        else if (!name_is_passed_over(text) && !is_exported(wanted, scope, n))
            return false;
    }
    while (!left && wanted->rooted && i &&
           is_exported(wanted, have->parts[i - 1].text, have->parts[i - 1].length))
        i--;
    return !left && !(wanted->rooted && i);
}

bool name_same(const char *a, size_t n, const char *b, size_t m)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < n && a[i] == ' ')
            i++;
        while (k < m && b[k] == ' ')
            k++;
        if (i == n && k == m)
            return true;
        if (i == n || k == m || a[i++] != b[k++])
            return template_same(a, n, b, m);
    }
}

bool name_same_base(const char *part, size_t n, const char *name)
{
    size_t all = strlen(name);
    if (name_same(part, n, name, all))
        return true;
    return name_base_length(part, n) == n && name_same(part, n, name, name_base_length(name, all));
}

bool name_is_passed_over(const char *scope)
{
    return strcmp(scope, anonymous) == 0 || strncmp(scope, "{impl#", 6) == 0 || strncmp(scope, "__", 2) == 0;
}

bool name_same_parameters(const char *wanted, const char *have)
{
    const char *close = strrchr(have, ')');
    size_t n = strlen(wanted);
    if (!close)
        return false;
    return spelled_same(wanted, n, have, strlen(have)) ||
           spelled_same(wanted, n, have, (size_t)(close + 1 - have)) ||
           (strcmp(wanted, "(void)") == 0 && strncmp(have, "()", 2) == 0);
}
