/* Types written as in C. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/core.h"
#include "engine/values/scope.h"

static uint64_t scope_pc(const struct evaluation *e)
{
    return e->pool.has_pc ? e->pool.pc : UINT64_MAX;
}

bool scope_is_type(void *evaluation, const char *name)
{
    struct evaluation *e = evaluation;
    return symbols_find_type(e->pool.session->map, name, scope_pc(e)) != NULL;
}

static struct error *no_type(struct evaluation *e, const char *name)
{
    struct error *failed = error_new(ERR_NO_TYPE, "there is no type %s", name);
    char *near = symbols_near_type(e->pool.session->map, name);
    if (near)
        failed = error_hint(failed, "did you mean %s?", near);
    free(near);
    return failed;
}

/* The name without const and volatile, which say nothing about the layout. */
static char *base_name(const char *text, size_t n)
{
    BASE_BUF struct buf b = {0};
    for (size_t i = 0; i < n;) {
        size_t word = 0;
        while (i + word < n && !isspace((unsigned char)text[i + word]))
            word++;
        bool qualifier = (word == 5 && strncmp(text + i, "const", 5) == 0) ||
                         (word == 8 && strncmp(text + i, "volatile", 8) == 0);
        if (word && !qualifier) {
            if (b.length)
                buf_add_char(&b, ' ');
            buf_add(&b, text + i, word);
        }
        i += word + 1;
    }
    return buf_take(&b);
}

/* "**", "[3]", "*[4]" behind a name; a pointer to a function or array in parentheses is not taken. */
static struct error *add_declarators(const char *text, const char *rest, struct type **type)
{
    for (const char *p = rest; *p; p++) {
        if (isspace((unsigned char)*p) || strncmp(p, "const", 5) == 0) {
            p += strncmp(p, "const", 5) == 0 ? 4 : 0;
            continue;
        }
        if (*p == '*') {
            *type = type_pointer_to(*type);
            continue;
        }
        char *end = NULL;
        unsigned long count = *p == '[' ? strtoul(p + 1, &end, 0) : 0;
        if (!end || *end != ']' || count == 0 || count > 1 << 20)
            return error_new(ERR_SYNTAX, "%s: only * and [N] may follow a type's name here", text);
        *type = type_array_of(*type, count);
        p = end;
    }
    return NULL;
}

struct error *scope_type(struct evaluation *e, const char *text, struct type **ret)
{
    size_t n = strcspn(text, "*[(&");
    BASE_FREE char *name = base_name(text, n);
    *ret = symbols_find_type(e->pool.session->map, name, scope_pc(e));
    if (!*ret)
        return no_type(e, name);
    return add_declarators(text, text + n, ret);
}
