#include "engine/inspect/kernel/modules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/means.h"
#include "engine/session/core.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/target/registers.h"

enum { MODULES_MAX = 4096, BANNER_BYTES = 192, PROGRESS_EACH = 16 };

static struct kernel_modules *mine(struct session *s)
{
    if (!s->kernel.modules)
        s->kernel.modules = xcalloc(1, sizeof *s->kernel.modules);
    return s->kernel.modules;
}

static void module_free(struct kernel_module *m)
{
    free(m->name);
    free(m->problem);
}

void modules_forget(struct session *s)
{
    struct kernel_modules *k = s->kernel.modules;
    if (!k)
        return;
    for (size_t i = 0; i < k->count; i++) {
        if (k->items[i].file)
            symbol_map_retire(s->map, k->items[i].file);
        module_free(&k->items[i]);
    }
    if (k->come)
        plant_release(s, k->come);
    if (k->go)
        plant_release(s, k->go);
    module_files_free(k->files);
    free(k->items);
    free(k->path);
    free(k);
    s->kernel.modules = NULL;
}

/* -- their files ----------------------------------------------------------------------------------- */

void modules_set_path(struct session *s, const char *path)
{
    struct kernel_modules *k = mine(s);
    if (path) {
        free(k->path);
        k->path = xstrdup(path);
    }
    module_files_free(k->files);
    k->files = NULL;
}

/* The release is the third word of the banner: it names a folder, and may come from any file. */
static char *release_of(struct session *s)
{
    char text[BANNER_BYTES + 1] = {0};
    uint64_t at;
    if (!kernel_link_symbol(s, "linux_banner", &at))
        return NULL;
    symbol_file_read(kernel_file(s, NULL), at, text, BANNER_BYTES);
    if (strncmp(text, "Linux version ", 14) != 0)
        return NULL;
    size_t n = strcspn(text + 14, " /\n");
    return n && text[14] != '.' ? xstrndup(text + 14, n) : NULL;
}

static struct module_files *files_of(struct session *s)
{
    static const char *const tops[] = {"/lib/modules", "/usr/lib/debug/lib/modules"};
    struct kernel_modules *k = mine(s);
    if (k->files)
        return k->files;
    k->files = module_files_create();
    if (k->path)
        module_files_scan(k->files, k->path);
    const char *vmlinux = symbol_file_path(kernel_file(s, NULL));
    const char *slash = strrchr(vmlinux, '/');
    BASE_FREE char *beside = xstrndup(vmlinux, slash ? (size_t)(slash - vmlinux) : 0);
    if (*beside)
        module_files_scan(k->files, beside);
    BASE_FREE char *release = release_of(s);
    for (size_t i = 0; release && i < ARRAY_LENGTH(tops); i++) {
        BASE_FREE char *folder = xasprintf("%s/%s", tops[i], release);
        if (access(folder, R_OK) == 0)
            module_files_scan(k->files, folder);
    }
    return k->files;
}

static void announce(struct session *s, const char *path)
{
    BASE_FREE char *shown = text_visible(path, strlen(path));
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "library");
    cJSON_AddStringToObject(o, "path", shown);
    target_emit(s, o);
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
static struct error *load(struct session *s, struct kernel_module *m)
{
    const struct module_files *files = files_of(s);
    const char *path;
    set_problem(m, xasprintf("no %s.ko in the folders looked at", m->name));
    for (size_t from = 0; !m->file && (path = module_files_find(files, m->name, &from)) != NULL;) {
        if (is_packed(path)) {
            BASE_FREE char *shown = text_visible(path, strlen(path));
            set_problem(m, xasprintf("%s is compressed", shown));
            continue;
        }
        struct error *e = module_place(s, m, path, &m->file);
        if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED) || error_is(e, ERR_TIMEOUT))
            return e;
        set_problem(m, e ? xstrdup(e->message) : NULL);
        if (!e)
            announce(s, path);
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
static struct kernel_module *note(struct session *s, struct kernel_module *m)
{
    struct kernel_modules *k = mine(s);
    struct kernel_module *old = find(k, m->structure);
    if (!old) {
        ARRAY_RESERVE(k->items, k->count, k->capacity);
        old = &k->items[k->count++];
    } else {
        bool same = strcmp(old->name, m->name) == 0 && old->base == m->base && old->sections == m->sections;
        if (same)
            m->file = old->file;
        else if (old->file)
            symbol_map_retire(s->map, old->file);
        module_free(old);
    }
    *old = *m;
    old->problem = NULL;
    old->listed = true;
    return old;
}

static void drop(struct session *s, size_t i)
{
    struct kernel_modules *k = mine(s);
    if (k->items[i].file)
        symbol_map_retire(s->map, k->items[i].file);
    module_free(&k->items[i]);
    memmove(k->items + i, k->items + i + 1, (--k->count - i) * sizeof *k->items);
}

static struct error *walk(struct session *s, const struct module_fields *f)
{
    uint64_t head, at, list = f->next.offset;
    if (!kernel_symbol(s, "modules", &head))
        return error_new(ERR_UNSUPPORTED, "the kernel has no list of modules: it was built without them");
    struct memory_want want = {head, s->arch->address_size};
    TRY(kernel_fetch(s, &want, 1));
    TRY(kernel_pointer(s, head, &at));
    for (unsigned i = 0; at != head; i++) {
        struct kernel_module m;
        if (i == MODULES_MAX || at == 0)
            return error_new(ERR_NO_MEMORY, "the kernel's list of modules does not end: it is damaged");
        struct error *e = module_read(s, f, at - list, &m);
        if (!e)
            e = kernel_number(s, at - list, &f->next, &at);
        if (e) {
            module_free(&m);
            return error_while(e, "read the kernel's list of modules");
        }
        if (m.state)
            note(s, &m);
        else
            module_free(&m);
        if (i % PROGRESS_EACH == PROGRESS_EACH - 1)
            TRY(kernel_progress(s, "modules", i, i + PROGRESS_EACH));
    }
    return NULL;
}

struct error *modules_read(struct session *s, const struct kernel_modules **ret)
{
    struct kernel_modules *k = mine(s);
    struct module_fields f;
    *ret = k;
    TRY(kernel_need(s));
    TRY(module_fields_find(s, &f));
    for (size_t i = 0; i < k->count; i++)
        k->items[i].listed = false;
    struct error *e = walk(s, &f);
    for (size_t i = k->count; !e && i-- > 0;)
        if (!k->items[i].listed)
            drop(s, i);
    for (size_t i = 0; !e && i < k->count; i++) {
        if (!k->items[i].file)
            e = load(s, &k->items[i]);
        if (!e)
            e = kernel_progress(s, "modules", i + 1, k->count);
    }
    return e;
}

/* -- as they come and go --------------------------------------------------------------------------- */

/* Static functions may have got a suffix. */
static bool find_function(struct session *s, const char *name, uint64_t *ret)
{
    static const char *const suffixes[] = {"", ".isra.0", ".constprop.0", ".part.0"};
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        BASE_FREE char *full = xasprintf("%s%s", name, suffixes[i]);
        if (kernel_symbol(s, full, ret))
            return true;
    }
    return false;
}

void modules_follow(struct session *s)
{
    struct kernel_modules *k = mine(s);
    uint64_t at;
    if (!kernel_file(s, NULL) || s->state != SESSION_STOPPED)
        return;
    if (!k->come && find_function(s, "do_init_module", &at))
        k->come = means_for_run(s, at);
    if (!k->go && find_function(s, "free_module", &at))
        k->go = means_for_run(s, at);
}

bool modules_ask(struct session *s)
{
    const struct kernel_modules *k = s->kernel.modules;
    size_t before = symbol_map_count(s->map);
    if ((k && k->come) || !s->arch || !kernel_file(s, NULL) ||
        transport_byte_cost_ns(rsp_transport(s->connection)) > 0)
        return false;
    struct error *e = modules_read(s, &k);
    error_free(e);
    if (symbol_map_count(s->map) == before)
        return false;
    modules_follow(s); /* what is planted in one is to leave with it */
    return true;
}

/* The module is the first argument (System V ABI of x86-64, AAPCS64). */
static bool argument(struct session *s, struct thread *t, uint64_t *ret)
{
    const char *name = s->arch == &arch_x86_64 ? "rdi" : s->arch == &arch_aarch64 ? "x0" : NULL;
    struct error *e = name ? register_value(s, t, name, ret) : NULL;
    bool ok = name && !e;
    error_free(e);
    return ok;
}

static struct error *has_come(struct session *s, uint64_t structure)
{
    struct module_fields f;
    struct kernel_module m;
    TRY(module_fields_find(s, &f));
    struct error *e = module_read(s, &f, structure, &m);
    if (e || !m.state) {
        module_free(&m);
        return e;
    }
    TRY(load(s, note(s, &m)));
    return breakpoints_resolve_pending(s);
}

static struct error *goes(struct session *s, uint64_t structure)
{
    struct kernel_modules *k = mine(s);
    struct kernel_module *m = find(k, structure);
    if (!m)
        return NULL;
    bool had_file = m->file != NULL;
    drop(s, (size_t)(m - k->items));
    return had_file && s->breakpoints.wish_count ? breakpoints_replant(s) : NULL;
}

struct error *modules_at_stop(struct session *s, struct ptid thread, uint64_t pc, bool *event)
{
    struct kernel_modules *k = s->kernel.modules;
    bool comes = k && k->come && pc == k->come->address, leaves = k && k->go && pc == k->go->address;
    struct thread *t = comes || leaves ? threads_find(&s->threads, thread) : NULL;
    uint64_t structure = 0;
    *event = comes || leaves;
    if (!t)
        return NULL;
    t->at_plant = true;
    t->plant_address = pc;
    if (!argument(s, t, &structure))
        return NULL;
    struct error *e = comes ? has_come(s, structure) : goes(s, structure);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* `modules` says what is wrong with it */
    return NULL;
}
