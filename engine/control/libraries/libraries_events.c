/* Where the dynamic linker tells that its list has changed (r_brk of <link.h>): a breakpoint of ours there,
 * and what is done when it is hit. */
#include "engine/control/libraries/libraries_events.h"

#include <string.h>

#include "engine/control/breakpoints/means.h"
#include "engine/control/kernel/module_events.h"
#include "engine/session/core.h"
#include "engine/target/libraries.h"

/* The function that the linker calls when the list has changed, or 0: where r_brk will point. */
static uint64_t event_place(struct session *s, const char *linker)
{
    for (size_t i = 0; i < symbol_map_count(s->target.map); i++) {
        uint64_t offset;
        const struct elf_symbol *list;
        struct symbol_file *f = symbol_map_file(s->target.map, i, &offset);
        const char *slash = strrchr(linker, '/'), *name = strrchr(symbol_file_path(f), '/');
        if (offset != s->target.loader_base || !slash || !name || symbol_file_has_interpreter(f))
            continue;
        size_t count = symbol_file_symbols(f, &list);
        for (size_t k = 0; k < count; k++)
            if (strncmp(list[k].name, "_dl_debug_state", 15) == 0)
                return list[k].value + offset;
    }
    return 0;
}

static void plant_at_event(struct session *s, const char *linker)
{
    uint64_t at = event_place(s, linker);
    if (at)
        s->loader_plant = means_for_run(s, at);
}

void libraries_attached(struct session *s)
{
    if (s->loader_plant)
        plant_release(s, s->loader_plant);
    s->loader_plant = NULL;
    uint64_t offset;
    const struct symbol_file *program =
        s->target.arch && s->target.is_process ? libraries_program(&s->target, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (!linker || !s->target.loader_base || libraries_listed(&s->target))
        return;
    libraries_add(&s->target, linker, s->target.loader_base);
    plant_at_event(s, linker);
}

void libraries_want_events(struct session *s)
{
    uint64_t offset;
    if (!s->target.is_process && s->target.arch)
        module_events_follow(s);
    const struct symbol_file *program =
        s->target.arch && s->target.is_process ? libraries_program(&s->target, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (s->loader_plant || !linker || !s->target.loader_base)
        return;
    libraries_add(&s->target, linker, s->target.loader_base);
    plant_at_event(s, linker);
}

struct error *libraries_at_stop(struct session *s, struct ptid thread, uint64_t pc, bool *event)
{
    *event = s->loader_plant && pc == s->loader_plant->address;
    if (!*event)
        return module_events_at_stop(s, thread, pc, event);
    struct thread *t = threads_find(&s->target.threads, thread);
    if (t) {
        t->at_plant = true;
        t->plant_address = pc;
    }
    libraries_may_have_changed(&s->target);
    if (!libraries_read(&s->target) || !s->breakpoints.wish_count)
        return NULL;
    struct error *e = breakpoints_replant(s);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* a wish without a place stays, and its state says so */
    return NULL;
}
