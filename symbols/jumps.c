/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/jumps.h"

#include <string.h>

#include "base/alloc.h"
#include "symbols/elf/probes.h"
#include "symbols/file_internal.h"
#include "symbols/limits.h"

/* glibc's manual, "Non-local Goto Probes", and gcc's libgcc/unwind-dw2.c */
static const struct {
    const char *provider, *name;
    unsigned argument;
} probes[] = {{"libc", "longjmp_target", 3}, {"libc", "longjmp", 3}, {"libgcc", "unwind", 2}};

/* Earlier ones make later ones of the same `what` needless. */
static const struct {
    char what;
    enum jump_kind kind;
    const char *name;
} functions[] = {
    {'j', JUMP_BEGINS, "longjmp"},
    {'j', JUMP_BEGINS, "_longjmp"},
    {'j', JUMP_BEGINS, "siglongjmp"},
    {'j', JUMP_BEGINS, "__longjmp_chk"},
    {'h', JUMP_HANDLER, "_Unwind_DebugHook"}, /* libgcc calls it for debuggers */
    {'u', JUMP_HANDLER,
     "_Unwind_SetIP"}, /* Itanium C++ ABI: Exception Handling, 1.6.2: by every personality */
    {'c', JUMP_CATCH, "__cxa_begin_catch"}, /* the same, 2.5.3 */
};

static void add(struct symbol_file *f, const struct symbol_jump *jump)
{
    for (size_t i = 0; i < f->jump_count; i++)
        if (f->jumps[i].address == jump->address)
            return;
    if (f->jump_count == JUMPS_LIMIT || !file_is_code(f, jump->address))
        return;
    ARRAY_RESERVE(f->jumps, f->jump_count, f->jump_capacity);
    f->jumps[f->jump_count++] = *jump;
}

/* Whether there are any of this name. */
static bool add_probes(struct symbol_file *f, size_t which)
{
    struct probe_notes notes = probes_open(f->image);
    struct elf_probe probe;
    size_t before = f->jump_count;
    for (size_t i = 0; i < PROBES_LIMIT && probes_next(&notes, &probe); i++) {
        struct symbol_jump jump = {.kind = JUMP_KNOWN, .address = probe.address};
        if (strcmp(probe.provider, probes[which].provider) == 0 &&
            strcmp(probe.name, probes[which].name) == 0 &&
            probe_argument(probe.arguments, probes[which].argument, jump.argument, sizeof jump.argument))
            add(f, &jump);
    }
    return f->jump_count > before;
}

/* What one function of the table is, or 0. */
static char add_symbol(struct symbol_file *f, const struct elf_symbol *s, bool jumps, bool handlers)
{
    for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
        size_t n = strlen(functions[i].name);
        bool wanted = functions[i].what == 'j' ? jumps : handlers;
        if (!wanted || strncmp(s->name, functions[i].name, n) != 0 || (s->name[n] && s->name[n] != '@'))
            continue;
        /* where calls come by, be they from another module */
        add(f, &(struct symbol_jump){.kind = functions[i].kind, .address = s->value + s->local_entry});
        return functions[i].what;
    }
    return 0;
}

/* `_Unwind_DebugHook` is called behind `_Unwind_SetIP`, for those alone that are jumped to. */
static void drop_needless(struct symbol_file *f, uint64_t hook)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->jump_count; i++)
        if (f->jumps[i].kind != JUMP_HANDLER || f->jumps[i].address == hook)
            f->jumps[kept++] = f->jumps[i];
    f->jump_count = kept;
}

static void add_functions(struct symbol_file *f, bool jumps, bool handlers)
{
    const struct elf_symbol *list;
    size_t count = jumps || handlers ? symbol_file_symbols(f, &list) : 0;
    uint64_t hook = 0;
    for (size_t i = 0; i < count; i++) {
        bool function =
            list[i].type == STT_FUNC && (list[i].name[0] == '_' || strstr(list[i].name, "longjmp"));
        if (function && add_symbol(f, &list[i], jumps, handlers) == 'h')
            hook = list[i].value + list[i].local_entry;
    }
    if (hook)
        drop_needless(f, hook);
}

size_t symbol_file_jumps(struct symbol_file *f, struct symbol_jump **ret)
{
    if (!f->jumps_read) {
        f->jumps_read = true;
        bool jumps = add_probes(f, 0) || add_probes(f, 1), handlers = add_probes(f, 2);
        add_functions(f, !jumps, !handlers);
    }
    *ret = f->jumps;
    return f->jump_count;
}
