/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/modules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/target/registers.h"

enum { PROGRESS_EACH = 16 };

static struct kernel_modules *mine(struct target *target)
{
    if (!target->kernel->modules)
        target->kernel->modules = xcalloc(1, sizeof *target->kernel->modules);
    return target->kernel->modules;
}

static void module_free(struct kernel_module *m)
{
    free(m->name);
    free(m->problem);
}

void modules_forget(struct target *target)
{
    struct kernel_modules *k = target->kernel->modules;
    if (!k)
        return;
    for (size_t i = 0; i < k->count; i++) {
        if (k->items[i].file)
            symbol_map_retire(target->map, k->items[i].file);
        module_free(&k->items[i]);
    }
    module_files_free(k->files);
    free(k->items);
    free(k->path);
    free(k);
    target->kernel->modules = NULL;
}

void modules_forget_file(struct target *target, const struct symbol_file *f)
{
    const struct kernel_modules *k = target->kernel->modules;
    for (size_t i = 0; k && i < k->count; i++) {
        if (k->items[i].file != f)
            continue;
        k->items[i].file = NULL;
        k->items[i].removed = true;
    }
}

/* -- their files ----------------------------------------------------------------------------------- */

void modules_set_path(struct target *target, const char *path)
{
    struct kernel_modules *k = mine(target);
    if (path) {
        free(k->path);
        k->path = xstrdup(path);
        for (size_t i = 0; i < k->count; i++)
            k->items[i].removed = false;
    }
    module_files_free(k->files);
    k->files = NULL;
}

/* The release is the third word of the banner: it names a folder, and may come from any file. */
static char *release_of(struct target *target)
{
    char text[KERNEL_BANNER_BYTES + 1] = {0};
    uint64_t at;
    if (!kernel_link_symbol(target, "linux_banner", &at))
        return NULL;
    symbol_file_read(kernel_file(target, NULL), at, text, KERNEL_BANNER_BYTES);
    if (strncmp(text, "Linux version ", 14) != 0)
        return NULL;
    size_t n = strcspn(text + 14, " /\n");
    return n && text[14] != '.' ? xstrndup(text + 14, n) : NULL;
}

static struct module_files *files_of(struct target *target)
{
    static const char *const tops[] = {"/lib/modules", "/usr/lib/debug/lib/modules"};
    struct kernel_modules *k = mine(target);
    if (k->files)
        return k->files;
    k->files = module_files_create();
    if (k->path)
        module_files_scan(k->files, k->path);
    const char *vmlinux = symbol_file_path(kernel_file(target, NULL));
    const char *slash = strrchr(vmlinux, '/');
    BASE_FREE char *beside = xstrndup(vmlinux, slash ? (size_t)(slash - vmlinux) : 0);
    if (*beside)
        module_files_scan(k->files, beside);
    BASE_FREE char *release = release_of(target);
    for (size_t i = 0; release && i < ARRAY_LENGTH(tops); i++) {
        BASE_FREE char *folder = xasprintf("%s/%s", tops[i], release);
        if (access(folder, R_OK) == 0)
            module_files_scan(k->files, folder);
    }
    return k->files;
}

static bool is_packed(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".xz") == 0 || strcmp(dot, ".zst") == 0 || strcmp(dot, ".gz") == 0);
}

static void set_problem(struct kernel_module *m, char *problem)
{
    free(m->problem);
    m->problem = problem;
}

/* One of its files fits, or the first that does not says why. */
static struct error *load(struct target *target, struct kernel_module *m)
{
    if (m->removed) {
        set_problem(m, xstrdup("its symbols were removed; `modules FOLDER` looks for them again"));
        return NULL;
    }
    const struct module_files *files = files_of(target);
    const char *path;
    set_problem(m, xasprintf("no %s.ko in the folders looked at", m->name));
    for (size_t from = 0; !m->file && (path = module_files_find(files, m->name, &from)) != NULL;) {
        if (is_packed(path)) {
            BASE_FREE char *shown = text_visible(path, strlen(path));
            set_problem(m, xasprintf("%s is compressed", shown));
            continue;
        }
        struct error *e = module_place(target, m, path, &m->file);
        if (error_ends_asking(e))
            return e;
        set_problem(m, e ? xstrdup(e->message) : NULL);
        if (!e)
            target_emit_library(target, path);
        error_free(e);
    }
    return NULL;
}

/* -- the kernel's list ----------------------------------------------------------------------------- */

static struct kernel_module *find(struct kernel_modules *k, uint64_t structure)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->items[i].structure == structure)
            return &k->items[i];
    return NULL;
}

/* What is known of a module at the same place with the same name is kept. */
static struct kernel_module *note(struct target *target, struct kernel_module *m)
{
    struct kernel_modules *k = mine(target);
    struct kernel_module *old = find(k, m->structure);
    if (!old) {
        ARRAY_RESERVE(k->items, k->count, k->capacity);
        old = &k->items[k->count++];
    } else {
        bool same = strcmp(old->name, m->name) == 0 && old->base == m->base && old->sections == m->sections;
        if (same) {
            m->file = old->file;
            m->removed = old->removed;
        } else if (old->file) {
            symbol_map_retire(target->map, old->file);
        }
        module_free(old);
    }
    *old = *m;
    old->problem = NULL;
    old->listed = true;
    return old;
}

static void drop(struct target *target, size_t i)
{
    struct kernel_modules *k = mine(target);
    if (k->items[i].file)
        symbol_map_retire(target->map, k->items[i].file);
    module_free(&k->items[i]);
    memmove(k->items + i, k->items + i + 1, (--k->count - i) * sizeof *k->items);
}

static struct error *walk(struct target *target, const struct module_fields *f)
{
    uint64_t head, at, list = f->next.offset;
    if (!kernel_symbol(target, "modules", &head))
        return error_new(ERR_UNSUPPORTED, "the kernel has no list of modules: it was built without them");
    struct memory_want want = {head, target->arch->address_size};
    TRY(kernel_fetch(target, &want, 1));
    TRY(kernel_pointer(target, head, &at));
    for (unsigned i = 0; at != head; i++) {
        struct kernel_module m;
        if (i == KERNEL_MODULES_MOST || at == 0)
            return error_new(ERR_NO_MEMORY, "the kernel's list of modules does not end: it is damaged");
        struct error *e = module_read(target, f, at - list, &m);
        if (!e)
            e = kernel_number(target, at - list, &f->next, &at);
        if (e) {
            module_free(&m);
            return error_while(e, "read the kernel's list of modules");
        }
        if (m.state)
            note(target, &m);
        else
            module_free(&m);
        if (i % PROGRESS_EACH == PROGRESS_EACH - 1)
            TRY(kernel_progress(target, "modules", i, i + PROGRESS_EACH));
    }
    return NULL;
}

struct error *modules_read(struct target *target, const struct kernel_modules **ret)
{
    struct kernel_modules *k = mine(target);
    struct module_fields f;
    *ret = k;
    TRY(kernel_need(target));
    TRY(module_fields_find(target, &f));
    for (size_t i = 0; i < k->count; i++)
        k->items[i].listed = false;
    struct error *e = walk(target, &f);
    for (size_t i = k->count; !e && i-- > 0;)
        if (!k->items[i].listed)
            drop(target, i);
    for (size_t i = 0; !e && i < k->count; i++) {
        if (!k->items[i].file)
            e = load(target, &k->items[i]);
        if (!e)
            e = kernel_progress(target, "modules", i + 1, k->count);
    }
    return e;
}

/* -- as they come and go --------------------------------------------------------------------------- */

bool modules_unseen(struct target *target)
{
    const struct kernel_modules *k;
    size_t before = symbol_map_count(target->map);
    struct error *e = modules_read(target, &k);
    error_free(e);
    return symbol_map_count(target->map) != before;
}

struct error *modules_come(struct target *target, uint64_t structure)
{
    struct module_fields f;
    struct kernel_module m;
    TRY(module_fields_find(target, &f));
    struct error *e = module_read(target, &f, structure, &m);
    if (e || !m.state) {
        module_free(&m);
        return e;
    }
    return load(target, note(target, &m));
}

bool modules_go(struct target *target, uint64_t structure)
{
    struct kernel_modules *k = mine(target);
    struct kernel_module *m = find(k, structure);
    if (!m)
        return false;
    bool had_file = m->file != NULL;
    drop(target, (size_t)(m - k->items));
    return had_file;
}
