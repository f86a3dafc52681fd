/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/program.h"

#include <elf.h>
#include <link.h>

#include "base/buf.h"
#include "engine/target/limits.h"
#include "engine/target/target.h"

struct symbol_file *program_file(struct target *target, size_t *index)
{
    for (size_t i = 0; i < symbol_map_count(target->map); i++) {
        struct symbol_file *f = symbol_map_file(target->map, i, NULL);
        unsigned type = symbol_file_type(f);
        if (type == ET_EXEC || type == ET_DYN) {
            *index = i;
            return f;
        }
    }
    return NULL;
}

/* Of the auxiliary vector (System V ABI), 0: it does not say. */
struct loaded {
    uint64_t entry, headers; /* the program's: AT_ENTRY, AT_PHDR */
    uint64_t linker;         /* AT_BASE: where its dynamic linker was loaded */
};

static void read_auxv(struct target *target, struct loaded *ret)
{
    BASE_BUF struct buf auxv = {0};
    BASE_ERROR struct error *e = rsp_xfer_read(target->connection, "auxv", "", AUXV_LIMIT, &auxv);
    size_t word = target->arch->address_size;
    const unsigned char *bytes = (const unsigned char *)buf_text(&auxv);
    *ret = (struct loaded){0};
    for (size_t at = 0; !e && at + 2 * word <= auxv.length; at += 2 * word) {
        uint64_t tag = arch_load(bytes + at, word, target->big_endian);
        uint64_t value = arch_load(bytes + at + word, word, target->big_endian);
        uint64_t *to = tag == AT_ENTRY  ? &ret->entry
                       : tag == AT_PHDR ? &ret->headers
                       : tag == AT_BASE ? &ret->linker
                                        : NULL;
        if (to)
            *to = value;
    }
}

static bool is_loaded_by_linker(const struct symbol_file *f)
{
    return symbol_file_type(f) == ET_DYN || symbol_file_has_interpreter(f);
}

void program_find_slide(struct target *target)
{
    size_t index;
    struct symbol_file *f = program_file(target, &index);
    struct loaded loaded;
    target->loader_base = 0;
    if (!f || !target->arch || !target->is_process || !is_loaded_by_linker(f))
        return;
    read_auxv(target, &loaded);
    if (loaded.entry && symbol_file_type(f) == ET_DYN)
        symbol_map_set_offset(target->map, index, loaded.entry - symbol_file_entry(f));
    target->loader_base = loaded.linker;
}

bool program_named_late(struct target *target, size_t index)
{
    struct symbol_file *f = symbol_map_file(target->map, index, NULL);
    struct loaded loaded;
    if (!f || !target->arch || !target->is_process || target->state != TARGET_STOPPED ||
        !symbol_file_has_interpreter(f))
        return false;
    read_auxv(target, &loaded);
    uint64_t slide = symbol_file_type(f) == ET_DYN ? loaded.entry - symbol_file_entry(f) : 0;
    bool is_it = loaded.entry && loaded.entry == slide + symbol_file_entry(f) &&
                 (symbol_file_type(f) != ET_DYN || slide == (loaded.headers & ~(uint64_t)0xfff));
    if (!is_it)
        return false;
    symbol_map_set_offset(target->map, index, slide);
    target->loader_base = loaded.linker;
    return true;
}
