/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name indexes of all files of a map: begun, asked after and waited for (symbols/names.h). */
#include "symbols/names.h"

#include "symbols/index/dwarf_index.h"
#include "symbols/map_internal.h"

void symbols_watch_names(struct symbol_map *m, symbols_progress *progress, void *context)
{
    m->progress = progress;
    m->progress_context = context;
    for (size_t i = 0; i < m->count; i++) {
        m->entries[i].file->progress = progress;
        m->entries[i].file->progress_context = context;
    }
}

void symbols_start_names(struct symbol_map *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        if (d)
            dwarf_index_start(d);
    }
}

bool symbols_have_names(struct symbol_map *m, size_t *done, size_t *total)
{
    bool all = true;
    *done = *total = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        size_t file_done, file_total;
        if (!d || dwarf_index_loaded(d))
            continue;
        all = false;
        if (dwarf_index_poll(d, &file_done, &file_total) != INDEX_BUILDING)
            file_done = 0;
        *done += file_done;
        *total += file_total;
    }
    return all;
}

bool symbols_wait_names(struct symbol_map *m)
{
    symbols_start_names(m);
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        if (d && !dwarf_index_of(d))
            return false;
    }
    return true;
}
