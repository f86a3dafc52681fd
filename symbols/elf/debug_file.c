/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding a separate debug file: by build id under /usr/lib/debug/.build-id, then by .gnu_debuglink beside
 * the file, in its .debug folder, and under /usr/lib/debug.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/alloc.h"
#include "symbols/file_internal.h"

static const char *const global_directory = "/usr/lib/debug";

/* The file at `path` when it is there, is ELF of the same machine, and has DWARF. */
static struct elf_image *open_debug(const struct elf_image *image, const char *path)
{
    struct elf_image *debug = NULL;
    BASE_ERROR struct error *err = elf_image_open(path, &debug);
    if (err)
        return NULL;
    struct stat a, b;
    bool same_file =
        stat(image->path, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
    if (same_file || debug->machine != image->machine || debug->is64 != image->is64 ||
        !elf_image_section(debug, ".debug_info")) {
        elf_image_close(debug);
        return NULL;
    }
    return debug;
}

static struct elf_image *by_build_id(struct elf_image *image, const char *build_id)
{
    BASE_FREE char *path = xasprintf("%s/.build-id/%.2s/%s.debug", global_directory, build_id, build_id + 2);
    struct elf_image *debug = open_debug(image, path);
    if (!debug)
        return NULL;
    BASE_FREE char *other = elf_image_build_id(debug);
    if (other && strcmp(other, build_id) == 0)
        return debug;
    elf_image_complain(image, "%s has another build id and was not used", path);
    elf_image_close(debug);
    return NULL;
}

/* A link names a file and the CRC-32 of its bytes; equal build ids say the same without reading them all. */
static bool matches(struct elf_image *debug, const char *build_id, uint32_t crc)
{
    BASE_FREE char *other = elf_image_build_id(debug);
    if (build_id && other)
        return strcmp(build_id, other) == 0;
    return (uint32_t)crc32_z(0, debug->map, debug->size) == crc;
}

static struct elf_image *by_link(struct elf_image *image, const char *build_id)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(image, elf_image_section(image, ".gnu_debuglink"), &size);
    struct cursor c = cursor_of(bytes, size, image->big);
    const char *name = bytes ? cursor_string(&c) : NULL;
    if (!name || !*name || strchr(name, '/'))
        return NULL;
    cursor_take(&c, (4 - (uint64_t)(c.at - bytes) % 4) % 4);
    uint32_t crc = cursor_u32(&c);
    if (c.bad)
        return NULL;
    const char *slash = strrchr(image->path, '/');
    int length = slash ? (int)(slash - image->path) : 0;
    for (int i = 0; i < 3; i++) {
        BASE_FREE char *path = xasprintf("%s%.*s/%s%s", i == 2 ? global_directory : "", length, image->path,
                                         i == 1 ? ".debug/" : "", name);
        struct elf_image *debug = open_debug(image, path);
        if (debug && matches(debug, build_id, crc))
            return debug;
        if (debug)
            elf_image_complain(image, "%s does not belong to this file and was not used", path);
        elf_image_close(debug);
    }
    return NULL;
}

struct elf_image *debug_file_find(struct elf_image *image, const char *build_id)
{
    struct elf_image *debug = build_id ? by_build_id(image, build_id) : NULL;
    return debug ? debug : by_link(image, build_id);
}
