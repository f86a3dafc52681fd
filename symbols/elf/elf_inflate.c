/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compressed debug sections: SHF_COMPRESSED with an Elf_Chdr (zlib or zstd), and the old `.zdebug_` with
 * "ZLIB" and a big-endian size.
 */
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "symbols/elf/elf_image.h"
#include "symbols/limits.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

/* *method is ELFCOMPRESS_ZLIB or ELFCOMPRESS_ZSTD. */
static bool read_header(struct elf_image *e, const struct elf_section *s, struct cursor *c, uint32_t *method,
                        uint64_t *size)
{
    *method = ELFCOMPRESS_ZLIB;
    if (!(s->flags & SHF_COMPRESSED)) {
        const uint8_t *magic = cursor_take(c, 4);
        c->big = true;
        *size = cursor_u64(c);
        return magic && memcmp(magic, "ZLIB", 4) == 0 && !c->bad;
    }
    *method = cursor_u32(c);
    if (e->is64)
        cursor_u32(c);
    *size = cursor_unsigned(c, e->is64 ? 8 : 4);
    cursor_unsigned(c, e->is64 ? 8 : 4);
    if (!c->bad && *method != ELFCOMPRESS_ZLIB && *method != ELFCOMPRESS_ZSTD) {
        elf_image_complain(e, "section %s of %s is compressed by method %u, which is not supported", s->name,
                           e->path, *method);
        return false;
    }
    return !c->bad;
}

static bool inflate_all(struct cursor *c, uint8_t *out, uint64_t size)
{
    z_stream z = {0};
    if (inflateInit(&z) != Z_OK)
        return false;
    uint64_t done = 0;
    int rc = Z_OK;
    while (rc == Z_OK && done < size) {
        size_t in = cursor_left(c) < (1u << 30) ? cursor_left(c) : 1u << 30;
        uint64_t room = size - done < (1u << 30) ? size - done : 1u << 30;
        z.next_in = (Bytef *)c->at;
        z.avail_in = (uInt)in;
        z.next_out = out + done;
        z.avail_out = (uInt)room;
        rc = inflate(&z, Z_NO_FLUSH);
        c->at += in - z.avail_in;
        uint64_t got = room - z.avail_out;
        done += got;
        if (rc == Z_OK && !got && in == z.avail_in)
            break;
    }
    inflateEnd(&z);
    return (rc == Z_OK || rc == Z_STREAM_END) && done == size;
}

static bool expand_zstd(const struct cursor *c, uint8_t *out, uint64_t size)
{
    size_t n = ZSTD_decompress(out, (size_t)size, c->at, cursor_left(c));
    return !ZSTD_isError(n) && n == size;
}

static bool is_plausible(const struct cursor *c, uint32_t method, uint64_t size)
{
    if (size > INFLATED_LIMIT)
        return false;
    if (size <= cursor_left(c) * INFLATED_RATIO_MOST + 64)
        return true;
    return method == ELFCOMPRESS_ZSTD && size <= INFLATED_SMALL_MOST;
}

bool elf_inflate(struct elf_image *e, struct elf_section *s)
{
    struct cursor c = cursor_of(e->map + s->offset, (size_t)s->size, e->big);
    uint64_t size = 0;
    uint32_t method;
    size_t known = e->complaint.length;
    if (read_header(e, s, &c, &method, &size) && is_plausible(&c, method, size)) {
        /* The byte behind is zero, so that a string table always ends. */
        uint8_t *out = xcalloc((size_t)size + 16, 1);
        if (method == ELFCOMPRESS_ZSTD ? expand_zstd(&c, out, size) : inflate_all(&c, out, size)) {
            s->owned = out;
            s->bytes = out;
            s->bytes_size = (size_t)size;
            return true;
        }
        free(out);
    }
    if (e->complaint.length == known)
        elf_image_complain(e, "compressed section %s of %s is damaged", s->name, e->path);
    return false;
}
