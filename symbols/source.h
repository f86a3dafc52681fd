/*
 * symbols/source.h - the text of source files.
 *
 * Looks for the path as DWARF gives it, then with the substitutions of the search list (directories to
 * look in by trailing path components). A file is read once, at most 16 MiB, and kept; reference-counted,
 * immutable and safe to share between threads (the screen draws from it while the engine goes on).
 * ERR_NO_SOURCE names every path tried.
 */
#ifndef ALLSTOP_SYMBOLS_SOURCE_H
#define ALLSTOP_SYMBOLS_SOURCE_H

#include <stddef.h>
#include <stdbool.h>
#include <time.h>

#include "base/error.h"

struct source_file; /* one file's text */
struct source_cache;

struct source_cache *source_cache_create(void);
void source_cache_free(struct source_cache *c);
void source_cache_add_directory(struct source_cache *c, const char *directory);
/* A new reference, to be given back with source_unref(). */
struct error *source_load(struct source_cache *c, const char *path, struct source_file **ret) BASE_MUST_CHECK;
struct source_file *source_ref(struct source_file *s);
void source_unref(struct source_file *s); /* NULL is fine */

const char *source_path(const struct source_file *s); /* where it was found */
size_t source_line_count(const struct source_file *s);
/* Line `line` counting from 1, raw bytes without its newline; NULL beyond the end. */
const char *source_line(const struct source_file *s, size_t line, size_t *length);
time_t source_mtime(const struct source_file *s);

#endif
