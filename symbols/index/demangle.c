/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "symbols/limits.h"

struct output {
    struct buf text;
    jmp_buf enough;
};

/* A short name can stand for gigabytes (each substitution doubles what is before it), and the demangler
 * cannot be told to stop. It holds nothing but its stack, so that it can be left from within. */
static void take(const char *bytes, size_t n, void *context)
{
    struct output *o = context;
    if (n > DEMANGLED_LIMIT - o->text.length)
        longjmp(o->enough, 1);
    buf_add(&o->text, bytes, n);
}

static bool run(const char *name, struct output *o)
{
    if (setjmp(o->enough))
        return false;
    if (rust_demangle_callback(name, DMGL_PARAMS | DMGL_ANSI, take, o))
        return true;
    buf_clear(&o->text);
    return cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI, take, o) != 0;
}

static bool is_mangled(const char *name)
{
    while (*name == '_')
        name++;
    return *name == 'Z' || *name == 'R';
}

const char *demangled(struct intern *set, const char *name)
{
    if (!name || name[0] != '_' || !is_mangled(name) || strnlen(name, MANGLED_LIMIT) == MANGLED_LIMIT)
        return name;
    struct output o = {.text = {0}};
    const char *ret = run(name, &o) && o.text.length ? intern(set, buf_text(&o.text)) : name;
    buf_free(&o.text);
    return ret;
}
