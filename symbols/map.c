/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/map_internal.h"

struct symbol_map *symbol_map_create(void)
{
    return xcalloc(1, sizeof(struct symbol_map));
}

void symbol_map_free(struct symbol_map *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        symbol_file_close(m->entries[i].file);
    for (size_t i = 0; i < m->retired_count; i++)
        symbol_file_close(m->retired[i].file);
    intern_free(&m->arena);
    free(m->retired);
    free(m->entries);
    free(m);
}

void symbol_map_add(struct symbol_map *m, struct symbol_file *f, uint64_t offset)
{
    ARRAY_RESERVE(m->entries, m->count, m->capacity);
    m->entries[m->count++] = (struct map_entry){.file = f, .offset = offset};
    f->progress = m->progress;
    f->progress_context = m->progress_context;
    memset(m->builtins, 0, sizeof m->builtins);
}

struct error *symbol_map_add_sections(struct symbol_map *m, struct symbol_file *f,
                                      const struct section_address *list, size_t count)
{
    TRY(symbol_file_place(f, list, count));
    symbol_map_add(m, f, 0);
    return NULL;
}

struct symbol_file *symbol_map_find(const struct symbol_map *m, const char *path)
{
    BASE_FREE char *real = realpath(path, NULL);
    for (size_t i = 0; i < m->count; i++) {
        const char *have = symbol_file_path(m->entries[i].file);
        if (strcmp(have, path) == 0 || (real && strcmp(have, real) == 0))
            return m->entries[i].file;
    }
    return NULL;
}

void symbol_map_remove(struct symbol_map *m, struct symbol_file *f)
{
    size_t i = 0;
    while (i < m->count && m->entries[i].file != f)
        i++;
    if (i == m->count)
        return;
    symbol_file_close(f);
    m->closings++;
    memmove(m->entries + i, m->entries + i + 1, (--m->count - i) * sizeof *m->entries);
    memset(m->builtins, 0, sizeof m->builtins);
}

void symbol_map_retire(struct symbol_map *m, const struct symbol_file *f)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->entries[i].file != f)
            continue;
        ARRAY_RESERVE(m->retired, m->retired_count, m->retired_capacity);
        m->retired[m->retired_count++] = m->entries[i];
        memmove(m->entries + i, m->entries + i + 1, (--m->count - i) * sizeof *m->entries);
        memset(m->builtins, 0, sizeof m->builtins);
        return;
    }
}

void symbol_map_list_begin(struct symbol_map *m)
{
    for (size_t i = 0; i < m->count; i++)
        m->entries[i].listed = false;
}

/* Takes a library back that had left; false: there is none of this path, or its file is another one by now.
 */
static bool revive(struct symbol_map *m, const char *path, uint64_t offset)
{
    for (size_t i = 0; i < m->retired_count; i++) {
        struct symbol_file *f = m->retired[i].file;
        if (strcmp(symbol_file_path(f), path) != 0 || symbol_file_changed(f))
            continue;
        m->retired[i] = m->retired[--m->retired_count];
        symbol_map_add(m, f, offset);
        return true;
    }
    return false;
}

bool symbol_map_listed(struct symbol_map *m, const char *path, uint64_t offset, bool *moved)
{
    size_t i = 0;
    while (i < m->count && strcmp(symbol_file_path(m->entries[i].file), path) != 0)
        i++;
    *moved = i == m->count || m->entries[i].offset != offset;
    if (i == m->count && !revive(m, path, offset))
        return false;
    m->entries[i].offset = offset;
    m->entries[i].library = m->entries[i].listed = true;
    return true;
}

size_t symbol_map_list_end(struct symbol_map *m, bool complete)
{
    size_t kept = 0, all = m->count;
    for (size_t i = 0; i < all && complete; i++) {
        if (m->entries[i].library && !m->entries[i].listed) {
            ARRAY_RESERVE(m->retired, m->retired_count, m->retired_capacity);
            m->retired[m->retired_count++] = m->entries[i];
        } else {
            m->entries[kept++] = m->entries[i];
        }
    }
    if (!complete || kept == all)
        return 0;
    m->count = kept;
    memset(m->builtins, 0, sizeof m->builtins);
    return all - kept;
}

/* A module's sections are where they were, as far as the new file has them. */
static void place_again(const struct symbol_file *old, struct symbol_file *f)
{
    const struct symbol_section *before, *now;
    size_t count = symbol_file_sections(old, &before), n = 0;
    size_t now_count = symbol_file_sections(f, &now);
    BASE_FREE struct section_address *list = xcalloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < now_count; k++)
            if (strcmp(before[i].name, now[k].name) == 0) {
                list[n++] = (struct section_address){before[i].name, before[i].address};
                break;
            }
    struct error *err = symbol_file_type(f) == ET_REL ? symbol_file_place(f, list, n) : NULL;
    error_free(err);
}

size_t symbol_map_refresh(struct symbol_map *m)
{
    size_t refreshed = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct symbol_file *old = m->entries[i].file, *f;
        if (!symbol_file_changed(old))
            continue;
        BASE_ERROR struct error *err = symbol_file_open(symbol_file_path(old), &f);
        if (err)
            continue;
        place_again(old, f);
        f->progress = old->progress;
        f->progress_context = old->progress_context;
        symbol_file_close(old);
        m->closings++;
        m->entries[i].file = f;
        memset(m->builtins, 0, sizeof m->builtins);
        refreshed++;
    }
    return refreshed;
}

uint64_t symbol_map_closings(const struct symbol_map *m)
{
    return m->closings;
}

size_t symbol_map_count(const struct symbol_map *m)
{
    return m->count;
}

struct symbol_file *symbol_map_file(const struct symbol_map *m, size_t i, uint64_t *offset)
{
    if (i >= m->count)
        return NULL;
    if (offset)
        *offset = m->entries[i].offset;
    return m->entries[i].file;
}

void symbol_map_set_offset(struct symbol_map *m, size_t i, uint64_t offset)
{
    if (i < m->count)
        m->entries[i].offset = offset;
}

void symbol_map_set_told(struct symbol_map *m, size_t i)
{
    if (i < m->count)
        m->entries[i].told = true;
}

bool symbol_map_told(const struct symbol_map *m, size_t i)
{
    return i < m->count && m->entries[i].told;
}

void symbol_map_hide(struct symbol_map *m, size_t i, bool hidden)
{
    if (i < m->count)
        m->entries[i].hidden = hidden;
}

struct symbol_file *symbol_map_file_at(const struct symbol_map *m, uint64_t address, uint64_t *offset)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->entries[i].hidden || !file_section_at(m->entries[i].file, address - m->entries[i].offset))
            continue;
        if (offset)
            *offset = m->entries[i].offset;
        return m->entries[i].file;
    }
    return NULL;
}
