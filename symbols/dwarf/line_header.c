/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file names in the header of a line table (DWARF 5, section 6.2.4, and the older form): read for every
 * CU when somebody asks for a source line, so without libdwarf.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"

struct names {
    const char **list; /* directories or files */
    uint64_t *directory;
    size_t count, capacity, directory_capacity;
};

static void add_name(struct names *n, const char *name, uint64_t directory)
{
    size_t count = n->count;
    ARRAY_RESERVE(n->list, n->count, n->capacity);
    ARRAY_RESERVE(n->directory, count, n->directory_capacity);
    n->directory[n->count] = directory;
    n->list[n->count++] = name;
}

static void free_names(struct names *n)
{
    free(n->list);
    free(n->directory);
}

/* A directory or file table of DWARF 5. */
static bool read_table(struct dwarf *d, const struct unit_head *u, struct cursor *c, struct names *ret)
{
    struct {
        uint64_t content, form;
    } format[LINE_FORMAT_LIMIT];
    unsigned formats = cursor_u8(c);
    if (formats > LINE_FORMAT_LIMIT)
        return false;
    for (unsigned i = 0; i < formats; i++) {
        format[i].content = cursor_uleb(c);
        format[i].form = cursor_uleb(c);
    }
    uint64_t count = cursor_uleb(c);
    for (uint64_t i = 0; i < count && i < LINE_NAME_LIMIT && formats && !c->bad; i++) {
        const char *name = NULL;
        uint64_t directory = 0;
        for (unsigned k = 0; k < formats; k++) {
            struct attr a;
            if (!attr_decode(d, u, c, 0, format[k].form, 0, &a))
                return false;
            if (format[k].content == DW_LNCT_path)
                name = attr_string(d, u, &a);
            else if (format[k].content == DW_LNCT_directory_index)
                directory = a.u;
        }
        add_name(ret, name, directory);
    }
    return !c->bad;
}

/* The tables of DWARF 2 to 4: index 0 is the compilation directory, and the CU's own file. */
static bool read_old_tables(const struct unit_head *u, struct cursor *c, struct names *dirs,
                            struct names *files)
{
    const char *s;
    add_name(dirs, u->directory, 0);
    add_name(files, u->name, 0);
    while ((s = cursor_string(c)) && *s && dirs->count < LINE_NAME_LIMIT)
        add_name(dirs, s, 0);
    while ((s = cursor_string(c)) && *s && files->count < LINE_NAME_LIMIT) {
        uint64_t directory = cursor_uleb(c);
        cursor_uleb(c);
        cursor_uleb(c);
        add_name(files, s, directory);
    }
    return !c->bad;
}

static bool read_header(struct dwarf *d, const struct unit_head *u, struct names *dirs, struct names *files)
{
    struct cursor all = unit_section_cursor(u, DWARF_LINE, u->lines);
    unsigned offset_size;
    uint64_t length = cursor_initial_length(&all, &offset_size);
    struct cursor c = cursor_part(&all, length);
    uint16_t version = cursor_u16(&c);
    if (c.bad || version < 2 || version > 5)
        return false;
    struct unit_head with = *u;
    with.offset_size = (uint8_t)offset_size;
    if (version >= 5) {
        with.address_size = cursor_u8(&c);
        cursor_u8(&c);
    }
    cursor_unsigned(&c, offset_size);
    cursor_take(&c, version >= 4 ? 5 : 4); /* instruction sizes, default_is_stmt, line_base, line_range */
    unsigned opcode_base = cursor_u8(&c);
    cursor_take(&c, opcode_base ? opcode_base - 1u : 0);
    if (version < 5)
        return read_old_tables(u, &c, dirs, files);
    return read_table(d, &with, &c, dirs) && read_table(d, &with, &c, files);
}

/* An absolute, shortest spelling of directory and name; what gdb and addr2line print, `..` kept. */
static const char *join(struct dwarf *d, const char *base, const char *directory, const char *name)
{
    char path[LINE_PATH_LIMIT];
    const char *parts[3] = {base, directory, name};
    size_t used = 0, first = 0;
    for (size_t i = 0; i < 3; i++)
        if (parts[i] && parts[i][0] == '/')
            first = i;
    for (size_t i = first; i < 3; i++) {
        const char *p = parts[i];
        while (used && p && p[0] == '.' && p[1] == '/')
            p += 2;
        if (!p || !*p || strcmp(p, ".") == 0)
            continue;
        size_t n = strlen(p);
        if (used + n + 2 > sizeof path)
            return name;
        if (used && path[used - 1] != '/')
            path[used++] = '/';
        memcpy(path + used, p, n);
        used += n;
    }
    path[used] = 0;
    return intern(&d->file->strings, path);
}

/* The full name of file `i`. Directory 0 is the compilation directory itself, which need not be absolute. */
static const char *full_name(struct dwarf *d, const struct unit_head *u, const struct names *dirs,
                             const struct names *files, size_t i)
{
    uint64_t at = files->directory[i];
    const char *directory = at < dirs->count ? dirs->list[at] : NULL;
    return files->list[i] ? join(d, at ? u->directory : NULL, directory, files->list[i]) : NULL;
}

static void read_names(struct dwarf *d, const struct unit_head *u, struct names *dirs, struct names *files)
{
    if (u->lines != NO_OFFSET && !read_header(d, u, dirs, files))
        dwarf_complain(d, "the line table header at 0x%llx is damaged", (unsigned long long)u->lines);
}

bool unit_has_file(struct dwarf *d, const struct unit_head *u, const char *wanted)
{
    struct names dirs = {0}, files = {0};
    const char *base = path_base(wanted);
    bool found = false;
    read_names(d, u, &dirs, &files);
    for (size_t i = 0; i < files.count && !found; i++)
        found = files.list[i] && strcmp(path_base(files.list[i]), base) == 0 &&
                file_matches(full_name(d, u, &dirs, &files, i), wanted);
    free_names(&dirs);
    free_names(&files);
    return found;
}

/* Many CUs name the same headers: now and then the list is thinned out. */
static void drop_repeats(struct dwarf *d)
{
    size_t n = 0;
    if (d->file_name_count)
        qsort(d->file_names, d->file_name_count, sizeof *d->file_names, text_order);
    for (size_t i = 0; i < d->file_name_count; i++)
        if (!n || strcmp(d->file_names[n - 1], d->file_names[i]) != 0)
            d->file_names[n++] = d->file_names[i];
    d->file_name_count = n;
}

size_t dwarf_file_names(struct dwarf *d, const char *const **ret)
{
    size_t capacity = 0, thin = 1 << 16;
    bool first = !d->file_names_read;
    d->file_names_read = true;
    for (size_t i = 0; first && i < d->unit_count; i++) {
        const struct unit_head *u = dwarf_head(d, i);
        struct names dirs = {0}, files = {0};
        if (u)
            read_names(d, u, &dirs, &files);
        for (size_t k = 0; k < files.count; k++) {
            if (!files.list[k])
                continue;
            ARRAY_RESERVE(d->file_names, d->file_name_count, capacity);
            d->file_names[d->file_name_count++] = path_base(files.list[k]);
        }
        free_names(&dirs);
        free_names(&files);
        if (d->file_name_count > thin || i + 1 == d->unit_count) {
            drop_repeats(d);
            thin = d->file_name_count * 2 + (1 << 16);
        }
    }
    *ret = d->file_names;
    return d->file_name_count;
}

size_t unit_files(struct dwarf *d, const struct unit_head *u, const char ***ret)
{
    struct names dirs = {0}, files = {0};
    read_names(d, u, &dirs, &files);
    const char **list = xcalloc(files.count + 1, sizeof *list);
    for (size_t i = 0; i < files.count; i++)
        list[i] = full_name(d, u, &dirs, &files, i);
    size_t count = files.count;
    free_names(&dirs);
    free_names(&files);
    *ret = list;
    return count;
}
