/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_cache.h - name indexes on disk: $XDG_CACHE_HOME/allstop/index/BUILD-ID.
 *
 * A file is written beside its place and renamed, so that readers find the old one or the new one, whole; a
 * machine that loses power in between leaves one whose checksum does not fit. Files and folders are the
 * user's alone. The folder is kept below a size: what was used longest ago goes first. Nothing here is an
 * error: without a cache, an index is built again. Any thread.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_CACHE_H
#define ALLSTOP_SYMBOLS_INDEX_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "symbols/limits.h"

/* Where the index of a program with this build id is kept, malloc'd; NULL: nowhere. */
char *index_cache_path(const char *build_id);
/* The file's bytes, malloc'd, marked as used; NULL when there is none of ours. */
uint8_t *index_cache_load(const char *path, size_t *size);
/* Writes the file, then removes others until the folder holds at most `limit` bytes. */
void index_cache_store(const char *path, const uint8_t *bytes, size_t size, uint64_t limit);

#endif
