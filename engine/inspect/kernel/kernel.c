/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/kernel.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/modules.h"

static bool has_symbol(struct symbol_file *f, const char *name, uint64_t *ret)
{
    const struct elf_symbol *list;
    size_t count = symbol_file_symbols(f, &list);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) != 0)
            continue;
        *ret = list[i].value;
        return true;
    }
    return false;
}

/* Sections first: they cost nothing. */
static bool looks_like_kernel(struct symbol_file *f)
{
    const struct symbol_section *sections;
    uint64_t ignored;
    bool may = false;
    if (symbol_file_type(f) == ET_REL || symbol_file_has_interpreter(f))
        return false;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count && !may; i++)
        may = strcmp(sections[i].name, "__ksymtab") == 0 || strcmp(sections[i].name, ".data..percpu") == 0 ||
              strcmp(sections[i].name, "__param") == 0;
    return may && has_symbol(f, "linux_banner", &ignored) && has_symbol(f, "init_task", &ignored);
}

static bool is_kernel(struct target *target, struct symbol_file *f)
{
    if (target->kernel->known == f)
        return target->kernel->known_is_kernel;
    if (symbol_file_type(f) == ET_REL)
        return false;
    target->kernel->known = f;
    return target->kernel->known_is_kernel = looks_like_kernel(f);
}

struct symbol_file *kernel_file(struct target *target, uint64_t *offset)
{
    struct symbol_file *f;
    for (size_t i = 0; (f = symbol_map_file(target->map, i, offset)) != NULL; i++)
        if (is_kernel(target, f))
            return f;
    return NULL;
}

struct error *kernel_need(struct target *target)
{
    TRY(target_need_stopped(target));
    if (!kernel_file(target, NULL))
        return error_hint(error_new(ERR_UNSUPPORTED, "none of the files loaded is a Linux kernel"),
                          "`symbols VMLINUX` loads one; it is recognised by its symbols");
    return NULL;
}

bool kernel_link_symbol(struct target *target, const char *name, uint64_t *ret)
{
    struct symbol_file *f = kernel_file(target, NULL);
    *ret = 0;
    return f && has_symbol(f, name, ret);
}

bool kernel_symbol(struct target *target, const char *name, uint64_t *ret)
{
    uint64_t offset;
    struct symbol_file *f = kernel_file(target, &offset);
    *ret = 0;
    if (!f || !has_symbol(f, name, ret))
        return false;
    *ret += offset;
    return true;
}

struct kernel *kernel_create(void)
{
    return xcalloc(1, sizeof(struct kernel));
}

void kernel_free(struct target *target)
{
    kernel_forget(target);
    free(target->kernel);
    target->kernel = NULL;
}

void kernel_forget(struct target *target)
{
    target->kernel->slide = SLIDE_UNKNOWN;
    target->kernel->slide_tries = 0;
    target->kernel->text = TEXT_UNKNOWN;
    modules_forget(target);
}

void kernel_remove_file(struct target *target, struct symbol_file *f)
{
    struct kernel *k = target->kernel;
    const struct symbol_file **known[] = {&k->known, &k->sought, &k->per_cpu_of};
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (*known[i] == f)
            *known[i] = NULL;
    modules_forget_file(target, f);
    symbol_map_remove(target->map, f);
}

struct error *kernel_progress(struct target *target, const char *what, size_t done, size_t total)
{
    bool cancelled = target_cancel_asked(target);
    target_emit_progress(target, what, cancelled ? total : done, total);
    return cancelled ? error_new(ERR_CANCELLED, "reading the kernel's %s was cancelled", what) : NULL;
}
