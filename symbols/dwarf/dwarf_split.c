/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Split DWARF: what the compiler left in `.dwo` files (DWARF 5, section 7.3.2, and the GNU form in DWARF 4:
 * gcc.gnu.org/wiki/DebugFission), or somebody packed into `PROGRAM.dwp`. A skeleton CU in the program names
 * its .dwo and carries an id that is found there again.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf.h"

static void missing(struct dwarf *d, const struct unit_head *u, const char *format, ...) BASE_PRINTF(3, 4);

/* One message for all: the other units' files will be missing for the same reason. */
static void missing(struct dwarf *d, const struct unit_head *u, const char *format, ...)
{
    if (d->split_complained)
        return;
    d->split_complained = true;
    BASE_BUF struct buf why = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&why, format, args);
    va_end(args);
    elf_image_complain(d->image,
                       "%s: types, variables and inlined calls of the unit at 0x%llx of %s are not known "
                       "(functions and lines are); other units may lack theirs too",
                       buf_text(&why), (unsigned long long)u->offset, d->image->path);
}

/* Joins a split unit and its skeleton when the ids agree. */
static bool join(struct dwarf *d, struct unit_head *skeleton, size_t i)
{
    struct unit_head *u = d->units[i];
    bool is_cu = u->unit_type == DW_UT_compile || u->unit_type == DW_UT_split_compile;
    if (u->damaged || u->skeleton || !is_cu || (u->version >= 5 && u->split_id != skeleton->split_id))
        return false;
    /* The GNU form has its id in the root DIE, which can be read only with the skeleton's bases. */
    u->skeleton = skeleton;
    u->root_read = false;
    if (!dwarf_head(d, i) || u->split_id != skeleton->split_id) {
        u->skeleton = NULL;
        return false;
    }
    skeleton->split = (long)i;
    return true;
}

/* Adds the regions of a split object; false when it has no DIEs. */
static bool add_all(struct dwarf *d, struct dwarf_object *o)
{
    bool info = dwarf_add_regions(d, o, DWARF_INFO);
    dwarf_add_regions(d, o, DWARF_TYPES);
    return info;
}

static struct elf_image *open_like(struct dwarf *d, const char *path, const char **why)
{
    struct elf_image *elf = NULL;
    *why = NULL;
    if (access(path, R_OK) != 0) {
        *why = strerror(errno);
        return NULL;
    }
    BASE_ERROR struct error *err = elf_image_open(path, &elf);
    if (err)
        *why = "it is not a usable ELF file";
    else if (elf->machine != d->image->machine || elf->is64 != d->image->is64 || elf->big != d->image->big)
        *why = "it is for another machine";
    if (!*why)
        return elf;
    elf_image_close(elf);
    return NULL;
}

/* PROGRAM.dwp, beside the program or beside its separate debug file. */
static void open_package(struct dwarf *d)
{
    const char *beside[] = {d->file->path, d->image->path};
    d->package_tried = true;
    for (size_t i = 0; i < ARRAY_LENGTH(beside) && !d->package; i++) {
        const char *why;
        BASE_FREE char *path = xasprintf("%s.dwp", beside[i]);
        struct elf_image *elf = open_like(d, path, &why);
        if (!elf)
            continue;
        struct dwarf_object *o = dwarf_add_object(d, elf, true);
        o->package = dwarf_package_read(d, o);
        if (o->package && add_all(d, o))
            d->package = o;
    }
}

static bool find_in_package(struct dwarf *d, struct unit_head *u)
{
    if (!d->package_tried)
        open_package(d);
    uint64_t offset = d->package ? dwarf_package_find(d->package->package, u->split_id) : NO_OFFSET;
    if (offset == NO_OFFSET || offset > NO_OFFSET / 2)
        return false;
    long i = dwarf_unit_holding(d, d->package->info_base + offset);
    return i >= 0 && d->units[i]->object == d->package && join(d, u, (size_t)i);
}

/* A .dwo may hold several units (LTO), so it may be open already. */
static struct dwarf_object *object_at(const struct dwarf *d, const char *path)
{
    for (size_t i = 0; i < d->other_count; i++)
        if (d->others[i]->split && strcmp(d->others[i]->elf->path, path) == 0)
            return d->others[i];
    return NULL;
}

/* 1: found there; 0: not; *why says what is wrong with a file that is there. */
static bool find_at(struct dwarf *d, struct unit_head *u, const char *path, const char **why)
{
    struct dwarf_object *o = object_at(d, path);
    *why = NULL;
    if (!o) {
        struct elf_image *elf = open_like(d, path, why);
        if (!elf)
            return false;
        o = dwarf_add_object(d, elf, true);
        add_all(d, o);
    }
    bool any = false;
    for (size_t k = 0; k < d->region_count; k++) {
        const struct dwarf_region *r = &d->regions[k];
        any = any || r->object == o;
        for (size_t i = 0; r->object == o && i < r->count; i++)
            if (join(d, u, r->first + i))
                return true;
    }
    *why = any ? "it was built from other sources (its id differs)" : "it has no .debug_info.dwo";
    return false;
}

static void find_beside(struct dwarf *d, struct unit_head *u)
{
    const char *name = u->split_name, *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name, *end = strrchr(d->image->path, '/');
    int length = end ? (int)(end - d->image->path) : 0;
    BASE_FREE char *given =
        name[0] == '/' || !u->directory ? xstrdup(name) : xasprintf("%s/%s", u->directory, name);
    BASE_FREE char *below = xasprintf("%.*s/%s", length, d->image->path, name);
    BASE_FREE char *beside = xasprintf("%.*s/%s", length, d->image->path, base);
    const char *paths[] = {given, below, beside}, *why, *first = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        if (find_at(d, u, paths[i], &why))
            return;
        first = first ? first : why;
    }
    missing(d, u, "cannot use split DWARF %s (%s), nor %s or %s.dwp", given, first, beside, d->file->path);
}

size_t dwarf_split_unit(struct dwarf *d, size_t i)
{
    struct unit_head *u = i < d->unit_count ? dwarf_head(d, i) : NULL;
    if (!u || !u->is_skeleton)
        return i;
    if (!u->split_tried) {
        u->split_tried = true;
        if (!find_in_package(d, u))
            find_beside(d, u);
    }
    return u->split >= 0 ? (size_t)u->split : i;
}

bool dwarf_is_split(struct dwarf *d)
{
    for (size_t i = 0; i < d->unit_count && d->units[i]->object == &d->main; i++) {
        const struct unit_head *u = dwarf_head(d, i);
        if (u && u->is_skeleton)
            return true;
    }
    return false;
}

static void read_sections(struct dwarf_object *o)
{
    for (int id = 0; id < DWARF_SECTION_COUNT; id++)
        if (id != DWARF_LOC && id != DWARF_LOCLISTS && id != DWARF_LINE)
            object_section(o, (enum dwarf_section_id)id);
}

void dwarf_open_all(struct dwarf *d)
{
    for (size_t i = 0; i < d->unit_count && d->units[i]->object == &d->main; i++)
        dwarf_split_unit(d, i);
    read_sections(&d->main);
    for (size_t i = 0; i < d->other_count; i++)
        read_sections(d->others[i]);
}
