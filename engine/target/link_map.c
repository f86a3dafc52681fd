/*
 * The dynamic linker's list of libraries, read from the target's memory: struct r_debug and struct link_map
 * of <link.h>, which the program's dynamic section points at (System V ABI, "Dynamic Section", DT_DEBUG; MIPS
 * has DT_MIPS_RLD_MAP and DT_MIPS_RLD_MAP_REL). For stubs without qXfer:libraries-svr4: qemu's user
 * emulators.
 */
#include <elf.h>
#include <string.h>

#include "engine/session/core.h"
#include "engine/target/libraries.h"

enum { LIBRARIES_MAX = 4096, PATH_MAX_READ = 1024, DYNAMIC_MAX = 512 };

#ifndef DT_MIPS_RLD_MAP_REL
#define DT_MIPS_RLD_MAP_REL 0x70000035
#endif

/* The program: the first file that names a dynamic linker. */
struct symbol_file *libraries_program(struct session *s, uint64_t *offset)
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
    struct symbol_file *f = libraries_program(s, &offset);
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
