/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/match.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "scripts/output.h"
#include "base/pattern.h"

/* Wide enough for 64-bit numbers of either sign and 128-bit ones up to half their range. */
typedef __int128 wide;

static bool digits_to_wide(const char *p, int base, wide *ret)
{
    wide value = 0;
    const wide limit = (wide)1 << 120;
    if (!*p)
        return false;
    for (; *p; p++) {
        int digit = hex_digit(*p);
        if (digit < 0 || digit >= base || value > limit)
            return false;
        value = value * base + digit;
    }
    *ret = value;
    return true;
}

static bool as_integer(const cJSON *item, wide *ret)
{
    if (cJSON_IsNumber(item)) {
        double d = item->valuedouble;
        if (d != floor(d) || fabs(d) > 9007199254740992.0)
            return false;
        *ret = (wide)d;
        return true;
    }
    if (!cJSON_IsString(item))
        return false;
    const char *p = item->valuestring;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return digits_to_wide(p + 2, 16, ret);
    bool negative = *p == '-';
    p += negative;
    if (p[0] == '0' && p[1])
        return false; /* leading zeros: a text such as a build-id */
    if (!digits_to_wide(p, 10, ret))
        return false;
    if (negative)
        *ret = -*ret;
    return true;
}

/* -1, 0, 1; or 2 when the two cannot be ordered. */
static int compare(const cJSON *a, const cJSON *b, bool textual)
{
    wide x, y;
    if (!textual && as_integer(a, &x) && as_integer(b, &y))
        return x < y ? -1 : x > y;
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return a->valuedouble < b->valuedouble ? -1 : a->valuedouble > b->valuedouble;
    if (cJSON_IsString(a) && cJSON_IsString(b)) {
        int order = strcmp(a->valuestring, b->valuestring);
        return order < 0 ? -1 : order > 0;
    }
    return 2;
}

static const char *const matcher_keys[] = {"eq", "ne",    "lt",     "le",       "gt",   "ge",
                                           "in", "match", "exists", "contains", "count"};

static bool is_matcher(const cJSON *expected)
{
    if (!cJSON_IsObject(expected) || !expected->child)
        return false;
    const cJSON *key;
    cJSON_ArrayForEach (key, expected) {
        bool known = false;
        for (size_t i = 0; i < ARRAY_LENGTH(matcher_keys); i++)
            known = known || strcmp(key->string, matcher_keys[i]) == 0;
        if (!known)
            return false;
    }
    return true;
}

struct context {
    struct buf path;
    cJSON *failed;
    bool textual;
    bool literal; /* inside eq: objects are never matchers */
};

static bool match_at(struct context *c, const cJSON *expected, const cJSON *got);

static bool fail(struct context *c, const cJSON *expected, const cJSON *got)
{
    if (!c->failed)
        return false;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "at", buf_text(&c->path));
    cJSON_AddItemToObject(o, "expected", cJSON_Duplicate(expected, true));
    if (got)
        cJSON_AddItemToObject(o, "got", cJSON_Duplicate(got, true));
    cJSON_AddItemToArray(c->failed, o);
    return false;
}

/* The same question without a record of misfits. */
static bool quietly(struct context *c, const cJSON *expected, const cJSON *got, bool literal)
{
    struct context quiet = {.textual = c->textual, .literal = literal};
    bool fits = match_at(&quiet, expected, got);
    buf_free(&quiet.path);
    return fits;
}

static bool any_of(struct context *c, const cJSON *list, const cJSON *got)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (quietly(c, item, got, c->literal))
            return true;
    }
    return false;
}

static bool contains(struct context *c, const cJSON *wanted, const cJSON *got)
{
    if (cJSON_IsString(got) && cJSON_IsString(wanted))
        return strstr(got->valuestring, wanted->valuestring) != NULL;
    const cJSON *item, *inside = cJSON_IsArray(got) ? got : NULL;
    cJSON_ArrayForEach (item, inside) {
        if (quietly(c, wanted, item, false))
            return true;
    }
    return false;
}

static bool count_fits(struct context *c, const cJSON *wanted, const cJSON *got)
{
    if (!cJSON_IsArray(got) && !cJSON_IsObject(got))
        return false;
    cJSON *number = cJSON_CreateNumber(cJSON_GetArraySize(got));
    bool fits = quietly(c, wanted, number, false);
    cJSON_Delete(number);
    return fits;
}

static bool one_matcher(struct context *c, const cJSON *m, const cJSON *got)
{
    const char *key = m->string;
    if (strcmp(key, "exists") == 0)
        return (got != NULL && !cJSON_IsNull(got)) == (bool)cJSON_IsTrue(m);
    if (strcmp(key, "ne") == 0)
        return !got || !quietly(c, m, got, true);
    if (!got)
        return false;
    if (strcmp(key, "eq") == 0)
        return quietly(c, m, got, true);
    if (strcmp(key, "in") == 0)
        return any_of(c, m, got);
    if (strcmp(key, "match") == 0)
        return cJSON_IsString(got) && pattern_fits(m->valuestring, got->valuestring);
    if (strcmp(key, "contains") == 0)
        return contains(c, m, got);
    if (strcmp(key, "count") == 0)
        return count_fits(c, m, got);
    int order = compare(got, m, c->textual);
    if (order == 2)
        return false;
    if (strcmp(key, "lt") == 0)
        return order < 0;
    if (strcmp(key, "le") == 0)
        return order <= 0;
    return strcmp(key, "gt") == 0 ? order > 0 : order >= 0;
}

static bool match_members(struct context *c, const cJSON *expected, const cJSON *got)
{
    bool fits = true;
    const cJSON *item;
    if (!cJSON_IsObject(got))
        return fail(c, expected, got);
    cJSON_ArrayForEach (item, expected) {
        size_t length = c->path.length;
        bool textual = c->textual;
        buf_printf(&c->path, "/%s", item->string);
        c->textual = textual || strcmp(item->string, "hex") == 0 || strcmp(item->string, "text") == 0 ||
                     strcmp(item->string, "name") == 0;
        fits = match_at(c, item, cJSON_GetObjectItemCaseSensitive(got, item->string)) && fits;
        c->textual = textual;
        buf_truncate(&c->path, length);
    }
    return fits;
}

static bool match_elements(struct context *c, const cJSON *expected, const cJSON *got)
{
    bool fits = true;
    if (!cJSON_IsArray(got))
        return fail(c, expected, got);
    const cJSON *g = got->child;
    int i = 0;
    for (const cJSON *e = expected->child; e; e = e->next, i++) {
        size_t length = c->path.length;
        buf_printf(&c->path, "/%d", i);
        fits = match_at(c, e, g) && fits;
        buf_truncate(&c->path, length);
        g = g ? g->next : NULL;
    }
    return fits;
}

static bool match_at(struct context *c, const cJSON *expected, const cJSON *got)
{
    if (!c->literal && is_matcher(expected)) {
        const cJSON *m;
        cJSON_ArrayForEach (m, expected) {
            if (!one_matcher(c, m, got))
                return fail(c, expected, got);
        }
        return true;
    }
    if (!got)
        return fail(c, expected, got);
    if (cJSON_IsObject(expected))
        return match_members(c, expected, got);
    if (cJSON_IsArray(expected))
        return match_elements(c, expected, got);
    bool fits;
    if (cJSON_IsBool(expected) || cJSON_IsNull(expected) || cJSON_IsBool(got) || cJSON_IsNull(got))
        fits = (expected->type & 0xff) == (got->type & 0xff);
    else
        fits = compare(expected, got, c->textual) == 0;
    return fits ? true : fail(c, expected, got);
}

bool match_value(const cJSON *expected, const cJSON *got, cJSON *failed)
{
    struct context c = {.failed = failed};
    bool fits = match_at(&c, expected, got);
    buf_free(&c.path);
    return fits;
}

static char *check_matcher(const cJSON *m)
{
    if (!m->string)
        return NULL;
    if (strcmp(m->string, "in") == 0 && !cJSON_IsArray(m))
        return xstrdup("`in` takes an array");
    if (strcmp(m->string, "exists") == 0 && !cJSON_IsBool(m))
        return xstrdup("`exists` takes true or false");
    if (strcmp(m->string, "match") != 0)
        return NULL;
    if (!cJSON_IsString(m))
        return xstrdup("`match` takes a regular expression");
    BASE_FREE char *why = pattern_check(m->valuestring);
    return why ? xasprintf("\"%s\" is no regular expression: %s", m->valuestring, why) : NULL;
}

static char *check_at(const cJSON *expected, struct buf *path)
{
    bool matcher = is_matcher(expected);
    const cJSON *item, *inside = cJSON_IsObject(expected) || cJSON_IsArray(expected) ? expected : NULL;
    int index = 0;
    cJSON_ArrayForEach (item, inside) {
        size_t length = path->length;
        if (item->string)
            buf_printf(path, "/%s", item->string);
        else
            buf_printf(path, "/%d", index++);
        char *why = matcher ? check_matcher(item) : NULL;
        if (!why && !(matcher && item->string && strcmp(item->string, "eq") == 0))
            why = check_at(item, path);
        if (why)
            return why;
        buf_truncate(path, length);
    }
    return NULL;
}

char *match_check(const cJSON *expected, char **pointer)
{
    struct buf path = {0};
    char *why = check_at(expected, &path);
    *pointer = buf_take(&path);
    return why;
}

bool match_truth(const cJSON *value)
{
    wide number;
    if (!value || cJSON_IsNull(value) || cJSON_IsFalse(value))
        return false;
    if (as_integer(value, &number))
        return number != 0;
    if (cJSON_IsString(value))
        return *value->valuestring != '\0';
    return !cJSON_IsNumber(value) || value->valuedouble != 0;
}

bool match_outcome(const cJSON *expect, const struct error *e, const cJSON *result, cJSON *failed)
{
    if (!expect)
        return e == NULL;
    bool wants_error = cJSON_GetObjectItemCaseSensitive(expect, "error") != NULL;
    if (!e)
        return match_value(expect, result, failed);
    if (!wants_error)
        return false;
    cJSON *outcome = result ? cJSON_Duplicate(result, true) : cJSON_CreateObject();
    cJSON_AddItemToObject(outcome, "error", error_to_json(e));
    bool fits = match_value(expect, outcome, failed);
    cJSON_Delete(outcome);
    return fits;
}
