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

/* AT_ENTRY tells where a position-independent program was loaded, AT_BASE where its dynamic linker was
 * (System V ABI, "Auxiliary Vector"). */
void program_find_slide(struct target *target)
{
    size_t index;
    struct symbol_file *f = program_file(target, &index);
    target->loader_base = 0;
    if (!f || !target->arch || !target->is_process ||
        (symbol_file_type(f) != ET_DYN && !symbol_file_has_interpreter(f)))
        return;
    BASE_BUF struct buf auxv = {0};
    struct error *e = rsp_xfer_read(target->connection, "auxv", "", AUXV_LIMIT, &auxv);
    size_t word = target->arch->address_size;
    const unsigned char *bytes = (const unsigned char *)buf_text(&auxv);
    for (size_t at = 0; !e && at + 2 * word <= auxv.length; at += 2 * word) {
        uint64_t tag = arch_load(bytes + at, word, target->big_endian);
        uint64_t value = arch_load(bytes + at + word, word, target->big_endian);
        if (tag == AT_ENTRY && symbol_file_type(f) == ET_DYN)
            symbol_map_set_offset(target->map, index, value - symbol_file_entry(f));
        else if (tag == AT_BASE)
            target->loader_base = value;
    }
    error_free(e);
}
