/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/libraries.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/limits.h"
#include "engine/target/sysroot.h"
#include "engine/target/target.h"
#include "rsp/xml.h"

enum { NEIGHBOURHOOD_BITS = 21 };

struct reading {
    struct target *target;
    size_t count, added;
};

/* A library that a program opened by a relative path is named so, from the folder it ran in; where we started
 * it, that is known. A path without a slash was looked for in folders, and nobody tells in which it was
 * found. */
static char *from_its_folder(struct target *target, const char *path)
{
    if (!target->launched || target->was_there || !strchr(path, '/'))
        return NULL;
    BASE_FREE char *here = getcwd(NULL, 0);
    const char *own = target->hooks.program_folder(target), *folder = own ? own : here;
    BASE_FREE char *whole = folder ? xasprintf("%s/%s", folder, path) : NULL;
    return whole && access(whole, R_OK) == 0 ? realpath(whole, NULL) : NULL;
}

/* The path on this machine, symbolic links followed; malloc'd, or NULL. */
static char *local_path(struct target *target, const char *path)
{
    if (path[0] != '/')
        return from_its_folder(target, path);
    BASE_FREE char *sysroot = target_sysroot(target);
    BASE_FREE char *below = sysroot ? xasprintf("%s%s", sysroot, path) : NULL;
    char *real = below && access(below, R_OK) == 0 ? realpath(below, NULL) : NULL;
    return real ? real : access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;
}

bool libraries_add(struct target *target, const char *path, uint64_t offset)
{
    struct symbol_file *f;
    /* A target elsewhere may name anything: only regular, readable files are opened. */
    BASE_FREE char *real = local_path(target, path);
    bool moved;
    if (!real)
        return false;
    if (symbol_map_listed(target->map, real, offset, &moved))
        return moved;
    struct error *e = symbol_file_open(real, &f);
    if (e) {
        error_free(e);
        return false;
    }
    if (target->arch && symbol_file_machine(f) != target->arch->elf_machine) {
        symbol_file_close(f);
        return false;
    }
    symbol_map_add(target->map, f, offset);
    symbol_map_listed(target->map, real, offset, &moved);
    target_emit_library(target, path);
    return true;
}

static void on_element(struct rsp_xml *x, const char *name, const char **attributes)
{
    struct reading *r = x->context;
    uint64_t offset;
    if (strcmp(name, "library") != 0 || r->count++ >= LIBRARIES_MOST)
        return;
    const char *path = rsp_xml_attribute(attributes, "name");
    const char *address = rsp_xml_attribute(attributes, "l_addr");
    if (path && address && text_parse_u64(address, &offset))
        r->added += libraries_add(r->target, path, offset);
}

static size_t read_list(struct target *target, const char *xml, size_t n)
{
    struct reading r = {.target = target};
    struct rsp_xml x = {.name = "list of libraries", .context = &r, .start = on_element};
    symbol_map_list_begin(target->map);
    struct error *e = rsp_xml_read(&x, xml, n);
    bool whole = !e && r.count && r.count < LIBRARIES_MOST;
    error_free(e);
    return r.added + symbol_map_list_end(target->map, whole);
}

void libraries_may_have_changed(struct target *target)
{
    target->library_miss = UINT64_MAX;
}

bool libraries_listed(struct target *target)
{
    return rsp_feature_usable(rsp_features(target->connection), FEATURE_XFER_LIBRARIES_SVR4);
}

static size_t ask_stub(struct target *target)
{
    BASE_BUF struct buf xml = {0};
    struct error *e = target_check(
        target, rsp_xfer_read(target->connection, "libraries-svr4", "", LIBRARY_LIST_BYTES_MOST, &xml));
    size_t added = e ? 0 : read_list(target, buf_text(&xml), xml.length);
    error_free(e);
    return added;
}

static bool can_ask(struct target *target)
{
    return target->is_process && target->state == TARGET_STOPPED && target->connection &&
           !target_gives_way(target);
}

size_t libraries_read(struct target *target)
{
    return libraries_listed(target) ? ask_stub(target) : libraries_read_debug(target);
}

bool libraries_ask(struct target *target)
{
    if (target->library_epoch == target->epoch || target->state != TARGET_STOPPED || !target->connection ||
        target_gives_way(target))
        return false;
    target->library_epoch = target->epoch;
    if (!target->is_process)
        return target->hooks.more_symbols(target);
    return libraries_read(target) > 0;
}

bool libraries_cover(struct target *target, uint64_t address)
{
    uint64_t offset;
    if (!can_ask(target) || target->library_miss == address >> NEIGHBOURHOOD_BITS ||
        symbol_map_file_at(target->map, address, &offset))
        return false;
    struct memory_misses *kept = target->memory.misses; /* the linker's own list is not in the cache */
    target->memory.misses = NULL;
    size_t added = libraries_read(target);
    target->memory.misses = kept;
    if (!symbol_map_file_at(target->map, address, &offset) && !target_gives_way(target))
        target->library_miss = address >> NEIGHBOURHOOD_BITS;
    return added > 0;
}
