/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dynamic linker's list of libraries, read from the target's memory: struct r_debug and struct link_map
 * of <link.h>, which the program's dynamic section points at (System V ABI, "Dynamic Section", DT_DEBUG; MIPS
 * has DT_MIPS_RLD_MAP and DT_MIPS_RLD_MAP_REL). For stubs without qXfer:libraries-svr4: qemu's user
 * emulators.
 */
#include <elf.h>
#include <string.h>

#include "engine/target/limits.h"
#include "engine/target/target.h"
#include "engine/target/libraries.h"

#ifndef DT_MIPS_RLD_MAP_REL
#define DT_MIPS_RLD_MAP_REL 0x70000035
#endif

/* The program: the first file that names a dynamic linker. */
struct symbol_file *libraries_program(struct target *target, uint64_t *offset)
{
    for (size_t i = 0; i < symbol_map_count(target->map); i++) {
        struct symbol_file *f = symbol_map_file(target->map, i, offset);
        if (symbol_file_has_interpreter(f))
            return f;
    }
    return NULL;
}

static bool number_at(struct target *target, uint64_t address, uint64_t *ret)
{
    struct error *e =
        target_check(target, memory_read_number(target, address, target->arch->address_size, ret));
    bool ok = !e;
    error_free(e);
    return ok;
}

/* The address of struct r_debug; false until the linker has filled it in. */
static bool find_debug(struct target *target, uint64_t *ret)
{
    uint64_t offset, at, size, tag, value, word = target->arch->address_size;
    struct symbol_file *f = libraries_program(target, &offset);
    *ret = 0;
    if (!f || !symbol_file_dynamic(f, &at, &size))
        return false;
    at += offset;
    for (unsigned i = 0; i < DYNAMIC_ENTRIES_MOST && i < size / (2 * word); i++, at += 2 * word) {
        if (!number_at(target, at, &tag) || tag == DT_NULL || !number_at(target, at + word, &value))
            return false;
        if (tag == DT_DEBUG)
            *ret = value;
        else if (tag == DT_MIPS_RLD_MAP && target->arch->elf_machine == EM_MIPS)
            number_at(target, value, ret);
        else if (tag == DT_MIPS_RLD_MAP_REL && target->arch->elf_machine == EM_MIPS)
            number_at(target, at + value, ret);
        if (*ret)
            return true;
    }
    return false;
}

/* A path of the target; what is longer than anybody's is cut. */
static void read_path(struct target *target, uint64_t address, char path[LIBRARY_PATH_BYTES])
{
    size_t got = 0;
    struct error *e =
        target_check(target, memory_read_some(target, address, path, LIBRARY_PATH_BYTES - 1, &got));
    error_free(e);
    path[got] = 0;
}

/* The first entry of the list. */
static bool first_entry(struct target *target, uint64_t *ret)
{
    uint64_t debug;
    /* r_version is an int, padded to a pointer: then r_map. */
    return target->arch && find_debug(target, &debug) &&
           number_at(target, debug + target->arch->address_size, ret);
}

/* An entry has the address of the library's dynamic section, l_ld. */
bool libraries_link_map(struct target *target, const struct symbol_file *f, uint64_t *ret)
{
    uint64_t at, size, offset = 0, dynamic, word = target->arch ? target->arch->address_size : 0;
    bool found = false;
    for (size_t i = 0; i < symbol_map_count(target->map) && !found; i++)
        found = symbol_map_file(target->map, i, &offset) == f;
    if (!found || !symbol_file_dynamic(f, &at, &size) || !first_entry(target, ret))
        return false;
    for (unsigned i = 0; *ret && i < LIBRARIES_MOST && target->state == TARGET_STOPPED; i++) {
        if (!number_at(target, *ret + 2 * word, &dynamic))
            return false;
        if (dynamic == at + offset)
            return true;
        if (!number_at(target, *ret + 3 * word, ret))
            return false;
    }
    return false;
}

size_t libraries_read_debug(struct target *target)
{
    uint64_t map, word = target->arch ? target->arch->address_size : 0;
    size_t added = 0;
    if (!first_entry(target, &map))
        return 0;
    bool whole = map != 0;
    symbol_map_list_begin(target->map);
    for (unsigned i = 0; map && i < LIBRARIES_MOST && target->state == TARGET_STOPPED; i++) {
        uint64_t offset, name;
        char path[LIBRARY_PATH_BYTES];
        if (!number_at(target, map, &offset) || !number_at(target, map + word, &name) ||
            !number_at(target, map + 3 * word, &map)) {
            whole = false;
            break;
        }
        read_path(target, name, path);
        /* The first is the program, which has no name here. */
        if (i > 0 && path[0])
            added += libraries_add(target, path, offset);
    }
    return added + symbol_map_list_end(target->map, whole && !map);
}
