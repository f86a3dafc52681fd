/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/unpack.h - files that were packed whole, as opposed to sections (elf_inflate.c).
 *
 * No state; any thread. A packed file may say anything of its size: no more than the limit is ever made.
 */
#ifndef ALLSTOP_SYMBOLS_ELF_UNPACK_H
#define ALLSTOP_SYMBOLS_ELF_UNPACK_H

#include "base/buf.h"
#include "symbols/elf/elf_image.h"

/* Appends what an xz stream holds, `most` bytes at most. NULL, or why it could not be unpacked whole (a
 * constant string). */
const char *unpack_xz(const uint8_t *bytes, size_t size, size_t most, struct buf *ret);

/* The ELF file with symbols in a file's .gnu_debugdata ("MiniDebugInfo" of gdb's manual); NULL: it has none,
 * or it is damaged, with a complaint in `image`. The caller closes it. */
struct elf_image *mini_debug_open(struct elf_image *image);

#endif
