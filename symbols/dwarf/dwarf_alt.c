/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dwz file: DIEs and strings that several files share, named by `.gnu_debugaltlink` (a path and a build
 * id) or, in DWARF 5, by `.debug_sup` (section 7.3.6: a path and a checksum).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/dwarf/dwarf.h"

static const char *const global_directory = "/usr/lib/debug";

struct alt_link {
    const char *path;
    const uint8_t *id;
    size_t id_size;
    bool standard; /* .debug_sup */
};

/* `.debug_sup`; the dwz file has one too, which says that it is the other end. */
static bool read_standard(struct elf_image *e, bool other_end, struct alt_link *ret)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, elf_image_section(e, ".debug_sup"), &size);
    struct cursor c = cursor_of(bytes, size, e->big);
    uint16_t version = cursor_u16(&c);
    bool is_other_end = cursor_u8(&c) != 0;
    ret->standard = true;
    ret->path = cursor_string(&c);
    uint64_t n = cursor_uleb(&c);
    ret->id = cursor_take(&c, n);
    ret->id_size = ret->id ? (size_t)n : 0;
    return bytes && !c.bad && version >= 2 && is_other_end == other_end;
}

static bool read_link(struct elf_image *e, struct alt_link *ret)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, elf_image_section(e, ".gnu_debugaltlink"), &size);
    struct cursor c = cursor_of(bytes, size, e->big);
    if (!bytes)
        return read_standard(e, false, ret) && ret->path && *ret->path;
    ret->standard = false;
    ret->path = cursor_string(&c);
    ret->id_size = cursor_left(&c);
    ret->id = c.at;
    return ret->path && *ret->path;
}

static bool is_meant(struct elf_image *alt, const struct alt_link *link)
{
    struct alt_link there = {0};
    if (link->standard)
        return read_standard(alt, true, &there) && there.id_size == link->id_size &&
               (!link->id_size || memcmp(there.id, link->id, link->id_size) == 0);
    BASE_FREE char *have = elf_image_build_id(alt);
    BASE_BUF struct buf want = {0};
    hex_encode(&want, link->id, link->id_size);
    return have && strcmp(have, buf_text(&want)) == 0;
}

/* NULL when the file is not there; complains when another one is. */
static struct elf_image *open_at(struct dwarf *d, const char *path, const struct alt_link *link)
{
    struct elf_image *alt = NULL;
    BASE_FREE char *real = realpath(path, NULL);
    BASE_ERROR struct error *err = elf_image_open(real ? real : path, &alt);
    if (err)
        return NULL;
    bool fits = alt->machine == d->image->machine && alt->is64 == d->image->is64 && alt->big == d->image->big;
    if (fits && is_meant(alt, link) && elf_image_section(alt, ".debug_info"))
        return alt;
    elf_image_complain(d->image, "the shared DWARF %s does not belong to %s and was not used", path,
                       d->image->path);
    elf_image_close(alt);
    return NULL;
}

static char *by_build_id(const struct alt_link *link)
{
    BASE_BUF struct buf id = {0};
    if (link->standard || link->id_size < 2)
        return NULL;
    hex_encode(&id, link->id, link->id_size);
    return xasprintf("%s/.build-id/%.2s/%s.debug", global_directory, buf_text(&id), buf_text(&id) + 2);
}

void dwarf_alt_open(struct dwarf *d)
{
    struct alt_link link = {0};
    if (!read_link(d->image, &link))
        return;
    const char *end = strrchr(d->image->path, '/'), *slash = strrchr(link.path, '/');
    int length = end ? (int)(end - d->image->path) : 0;
    BASE_FREE char *given =
        link.path[0] == '/' ? xstrdup(link.path) : xasprintf("%.*s/%s", length, d->image->path, link.path);
    BASE_FREE char *global = xasprintf("%s/.dwz/%s", global_directory, slash ? slash + 1 : link.path);
    BASE_FREE char *named = by_build_id(&link);
    const char *paths[] = {given, global, named};
    struct elf_image *alt = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(paths) && !alt; i++)
        alt = paths[i] ? open_at(d, paths[i], &link) : NULL;
    if (!alt) {
        elf_image_complain(
            d->image,
            "the shared DWARF (dwz) of %s is not at %s, %s%s%s: names, types and inlined calls "
            "that stand there are not known",
            d->image->path, given, global, named ? " or " : "", named ? named : "");
        return;
    }
    struct dwarf_object *o = dwarf_add_object(d, alt, false);
    if (dwarf_add_regions(d, o, DWARF_INFO))
        d->alt = o;
}
