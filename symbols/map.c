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
    intern_free(&m->arena);
    free(m->entries);
    free(m);
}

void symbol_map_add(struct symbol_map *m, struct symbol_file *f, uint64_t offset)
{
    ARRAY_RESERVE(m->entries, m->count, m->capacity);
    m->entries[m->count++] = (struct map_entry){.file = f, .offset = offset};
    memset(m->builtins, 0, sizeof m->builtins);
}

struct error *symbol_map_remove(struct symbol_map *m, const char *path)
{
    BASE_FREE char *real = realpath(path, NULL);
    for (size_t i = 0; i < m->count; i++) {
        const char *have = symbol_file_path(m->entries[i].file);
        if (strcmp(have, path) != 0 && (!real || strcmp(have, real) != 0))
            continue;
        symbol_file_close(m->entries[i].file);
        memmove(m->entries + i, m->entries + i + 1, (m->count - i - 1) * sizeof *m->entries);
        m->count--;
        return NULL;
    }
    return error_hint(error_new(ERR_USAGE, "cannot remove %s: no symbols of it are loaded", path),
                      "`symbols` lists the files that are");
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

struct symbol_file *symbol_map_file_at(const struct symbol_map *m, uint64_t address, uint64_t *offset)
{
    for (size_t i = 0; i < m->count; i++) {
        if (!file_section_at(m->entries[i].file, address - m->entries[i].offset))
            continue;
        if (offset)
            *offset = m->entries[i].offset;
        return m->entries[i].file;
    }
    return NULL;
}
