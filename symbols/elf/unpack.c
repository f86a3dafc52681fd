/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/unpack.h"

#include <lzma.h>
#include <stdlib.h>

#include "symbols/limits.h"

enum { CHUNK = 1 << 16 };

static const char *reason(lzma_ret code)
{
    switch (code) {
    case LZMA_FORMAT_ERROR:
        return "it is not packed by xz";
    case LZMA_MEMLIMIT_ERROR:
        return "to unpack it takes too much memory";
    case LZMA_BUF_ERROR:
        return "it was cut short";
    default:
        return "it is damaged";
    }
}

static const char *unpack(lzma_stream *stream, size_t most, struct buf *ret)
{
    unsigned char chunk[CHUNK];
    size_t made = 0;
    lzma_ret code;
    do {
        stream->next_out = chunk;
        stream->avail_out = sizeof chunk;
        code = lzma_code(stream, LZMA_FINISH);
        size_t n = sizeof chunk - stream->avail_out;
        if (n > most - made)
            return "it is too big once it is unpacked";
        buf_add(ret, chunk, n);
        made += n;
    } while (code == LZMA_OK);
    return code == LZMA_STREAM_END ? NULL : reason(code);
}

const char *unpack_xz(const uint8_t *bytes, size_t size, size_t most, struct buf *ret)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    stream.next_in = bytes;
    stream.avail_in = size;
    if (lzma_stream_decoder(&stream, XZ_MEMORY_MOST, LZMA_CONCATENATED) != LZMA_OK)
        return "there is not enough memory to unpack it";
    const char *why = unpack(&stream, most, ret);
    lzma_end(&stream);
    return why;
}

struct elf_image *mini_debug_open(struct elf_image *image)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(image, elf_image_section(image, ".gnu_debugdata"), &size);
    BASE_BUF struct buf whole = {0};
    struct elf_image *mini = NULL;
    if (!bytes)
        return NULL;
    const char *why = unpack_xz(bytes, size, MINI_DEBUG_LIMIT, &whole);
    BASE_ERROR struct error *failed =
        why ? NULL : elf_image_of_bytes(image->path, whole.data, whole.length, &mini);
    if (!why && failed)
        why = "there is no ELF file in it";
    if (!why && (mini->machine != image->machine || mini->is64 != image->is64 || mini->big != image->big))
        why = "it is of another machine";
    if (!why)
        return mini;
    elf_image_complain(image, ".gnu_debugdata of %s is not used: %s", image->path, why);
    elf_image_close(mini);
    return NULL;
}
