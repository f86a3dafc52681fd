/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pattern.h"

#include <pcre2.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

static pcre2_code *compile(const char *text, int *code)
{
    size_t at;
    pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
    if (!limits) {
        *code = PCRE2_ERROR_NOMEMORY;
        return NULL;
    }
    pcre2_set_max_pattern_length(limits, PATTERN_BYTES);
    pcre2_set_parens_nest_limit(limits, PATTERN_NESTED_MOST);
    pcre2_code *ret =
        pcre2_compile((PCRE2_SPTR)text, strlen(text),
                      PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE, code, &at, limits);
    pcre2_compile_context_free(limits);
    return ret;
}

char *pattern_check(const char *text)
{
    int code;
    pcre2_code *compiled = compile(text, &code);
    pcre2_code_free(compiled);
    if (compiled)
        return NULL;
    PCRE2_UCHAR why[256];
    pcre2_get_error_message(code, why, sizeof why);
    return xstrdup((const char *)why);
}

static bool is_found(const pcre2_code *compiled, const char *subject)
{
    bool found = false;
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *groups = pcre2_match_data_create(1, NULL);
    if (limits && groups) {
        pcre2_set_match_limit(limits, PATTERN_STEPS_MOST);
        pcre2_set_heap_limit(limits, PATTERN_SPACE_LIMIT >> 10);
        /* not negative: found, even where there was no place for its groups */
        found = pcre2_match(compiled, (PCRE2_SPTR)subject, strlen(subject), 0, 0, groups, limits) >= 0;
    }
    pcre2_match_data_free(groups);
    pcre2_match_context_free(limits);
    return found;
}

bool pattern_fits(const char *text, const char *subject)
{
    int code;
    pcre2_code *compiled = compile(text, &code);
    bool found = compiled && is_found(compiled, subject);
    pcre2_code_free(compiled);
    return found;
}
