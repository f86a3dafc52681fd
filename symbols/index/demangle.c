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

/* What the linker's stub for a function is called behind its name (symbols/elf/plt.h). */
static const char stub_mark[] = "@plt";

const char *demangled(struct intern *set, const char *name)
{
    if (!name || name[0] != '_' || !is_mangled(name) || strnlen(name, MANGLED_LIMIT) == MANGLED_LIMIT)
        return name;
    size_t n = strlen(name), mark = sizeof stub_mark - 1;
    bool stub = n > mark && strcmp(name + n - mark, stub_mark) == 0;
    BASE_BUF struct buf bare = {0};
    buf_add(&bare, name, stub ? n - mark : n);
    struct output o = {.text = {0}};
    bool known = run(buf_text(&bare), &o) && o.text.length;
    if (known && stub)
        buf_add_text(&o.text, stub_mark);
    const char *ret = known ? intern(set, buf_text(&o.text)) : name;
    buf_free(&o.text);
    return ret;
}
