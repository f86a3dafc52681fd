/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the dynamic linker tells that its list has changed (r_brk of <link.h>): a breakpoint of ours there,
 * and what is done when it is hit. */
#include "engine/control/libraries/libraries_events.h"

#include <string.h>

#include "engine/control/breakpoints/insertion.h"
#include "engine/control/kernel/module_events.h"
#include "engine/control/control.h"
#include "engine/target/libraries.h"

/* The function that the linker calls when the list has changed, or 0: where r_brk will point. */
static uint64_t event_place(struct control *c, const char *linker)
{
    for (size_t i = 0; i < symbol_map_count(c->target->map); i++) {
        uint64_t offset;
        const struct elf_symbol *list;
        struct symbol_file *f = symbol_map_file(c->target->map, i, &offset);
        const char *slash = strrchr(linker, '/'), *name = strrchr(symbol_file_path(f), '/');
        if (offset != c->target->loader_base || !slash || !name || symbol_file_has_interpreter(f))
            continue;
        size_t count = symbol_file_symbols(f, &list);
        for (size_t k = 0; k < count; k++)
            if (strncmp(list[k].name, "_dl_debug_state", 15) == 0)
                return list[k].value + offset;
    }
    return 0;
}

static void site_at_event(struct control *c, const char *linker)
{
    uint64_t at = event_place(c, linker);
    if (at)
        c->loader_site = insertion_for_run(c, at);
}

void libraries_attached(struct control *c)
{
    if (c->loader_site)
        site_release(c, c->loader_site);
    c->loader_site = NULL;
    uint64_t offset;
    const struct symbol_file *program =
        c->target->arch && c->target->is_process ? libraries_program(c->target, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (!linker || !c->target->loader_base || libraries_listed(c->target))
        return;
    libraries_add(c->target, linker, c->target->loader_base);
    site_at_event(c, linker);
}

void libraries_want_events(struct control *c)
{
    uint64_t offset;
    if (!c->target->is_process && c->target->arch)
        module_events_follow(c);
    const struct symbol_file *program =
        c->target->arch && c->target->is_process ? libraries_program(c->target, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (c->loader_site || !linker || !c->target->loader_base)
        return;
    libraries_add(c->target, linker, c->target->loader_base);
    site_at_event(c, linker);
}

struct error *libraries_at_stop(struct control *c, struct ptid thread, uint64_t pc, bool *event)
{
    *event = c->loader_site && pc == c->loader_site->address;
    if (!*event)
        return module_events_at_stop(c, thread, pc, event);
    struct thread *t = threads_find(&c->target->threads, thread);
    if (t) {
        t->at_site = true;
        t->site_address = pc;
    }
    libraries_may_have_changed(c->target);
    if (!libraries_read(c->target) || !c->breakpoints.count)
        return NULL;
    struct error *e = breakpoints_reinsert(c);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* a breakpoint without a place stays, and its state says so */
    return NULL;
}
