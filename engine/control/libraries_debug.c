/*
 * The dynamic linker's list of libraries, read from the target's memory: struct r_debug and struct link_map
 * of <link.h>, which the program's dynamic section points at (System V ABI, "Dynamic Section", DT_DEBUG; MIPS
 * has DT_MIPS_RLD_MAP and DT_MIPS_RLD_MAP_REL). For stubs without qXfer:libraries-svr4: qemu's user
 * emulators.
 */
#include <elf.h>
#include <string.h>

#include "engine/control/breakpoints/means.h"
#include "engine/session/core.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/target/libraries.h"

enum { LIBRARIES_MAX = 4096, PATH_MAX_READ = 1024, DYNAMIC_MAX = 512 };

#ifndef DT_MIPS_RLD_MAP_REL
#define DT_MIPS_RLD_MAP_REL 0x70000035
#endif

/* The program: the first file that names a dynamic linker. */
static struct symbol_file *program_of(struct session *s, uint64_t *offset)
{
    for (size_t i = 0; i < symbol_map_count(s->map); i++) {
        struct symbol_file *f = symbol_map_file(s->map, i, offset);
        if (symbol_file_has_interpreter(f))
            return f;
    }
    return NULL;
}

static bool number_at(struct session *s, uint64_t address, uint64_t *ret)
{
    struct error *e = target_check(s, memory_read_number(s, address, s->arch->address_size, ret));
    bool ok = !e;
    error_free(e);
    return ok;
}

/* The address of struct r_debug; false until the linker has filled it in. */
static bool find_debug(struct session *s, uint64_t *ret)
{
    uint64_t offset, at, size, tag, value, word = s->arch->address_size;
    struct symbol_file *f = program_of(s, &offset);
    *ret = 0;
    if (!f || !symbol_file_dynamic(f, &at, &size))
        return false;
    at += offset;
    for (unsigned i = 0; i < DYNAMIC_MAX && i < size / (2 * word); i++, at += 2 * word) {
        if (!number_at(s, at, &tag) || tag == DT_NULL || !number_at(s, at + word, &value))
            return false;
        if (tag == DT_DEBUG)
            *ret = value;
        else if (tag == DT_MIPS_RLD_MAP && s->arch->elf_machine == EM_MIPS)
            number_at(s, value, ret);
        else if (tag == DT_MIPS_RLD_MAP_REL && s->arch->elf_machine == EM_MIPS)
            number_at(s, at + value, ret);
        if (*ret)
            return true;
    }
    return false;
}

/* A path of the target; what is longer than anybody's is cut. */
static void read_path(struct session *s, uint64_t address, char path[PATH_MAX_READ])
{
    size_t got = 0;
    struct error *e = target_check(s, memory_read_some(s, address, path, PATH_MAX_READ - 1, &got));
    error_free(e);
    path[got] = 0;
}

size_t libraries_read_debug(struct session *s)
{
    uint64_t debug, map, word = s->arch ? s->arch->address_size : 0;
    size_t added = 0;
    /* r_version is an int, padded to a pointer: then r_map. */
    if (!s->arch || !find_debug(s, &debug) || !number_at(s, debug + word, &map))
        return 0;
    bool whole = map != 0;
    symbol_map_list_begin(s->map);
    for (unsigned i = 0; map && i < LIBRARIES_MAX && s->state == SESSION_STOPPED; i++) {
        uint64_t offset, name;
        char path[PATH_MAX_READ];
        if (!number_at(s, map, &offset) || !number_at(s, map + word, &name) ||
            !number_at(s, map + 3 * word, &map)) {
            whole = false;
            break;
        }
        read_path(s, name, path);
        /* The first is the program, which has no name here. */
        if (i > 0 && path[0])
            added += libraries_add(s, path, offset);
    }
    return added + symbol_map_list_end(s->map, whole && !map);
}

/* The function that the linker calls when the list has changed, or 0: where r_brk will point. */
static uint64_t event_place(struct session *s, const char *linker)
{
    for (size_t i = 0; i < symbol_map_count(s->map); i++) {
        uint64_t offset;
        const struct elf_symbol *list;
        struct symbol_file *f = symbol_map_file(s->map, i, &offset);
        const char *slash = strrchr(linker, '/'), *name = strrchr(symbol_file_path(f), '/');
        if (offset != s->loader_base || !slash || !name || symbol_file_has_interpreter(f))
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
    const struct symbol_file *program = s->arch && s->is_process ? program_of(s, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (!linker || !s->loader_base || libraries_listed(s))
        return;
    libraries_add(s, linker, s->loader_base);
    plant_at_event(s, linker);
}

void libraries_want_events(struct session *s)
{
    uint64_t offset;
    if (!s->is_process && s->arch)
        modules_follow(s);
    const struct symbol_file *program = s->arch && s->is_process ? program_of(s, &offset) : NULL;
    const char *linker = program ? symbol_file_interpreter(program) : NULL;
    if (s->loader_plant || !linker || !s->loader_base)
        return;
    libraries_add(s, linker, s->loader_base);
    plant_at_event(s, linker);
}

struct error *libraries_at_stop(struct session *s, struct ptid thread, uint64_t pc, bool *event)
{
    *event = s->loader_plant && pc == s->loader_plant->address;
    if (!*event)
        return modules_at_stop(s, thread, pc, event);
    struct thread *t = threads_find(&s->threads, thread);
    if (t) {
        t->at_plant = true;
        t->plant_address = pc;
    }
    libraries_may_have_changed(s);
    if (!libraries_read(s) || !s->breakpoints.wish_count)
        return NULL;
    struct error *e = breakpoints_replant(s);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* a wish without a place stays, and its state says so */
    return NULL;
}
