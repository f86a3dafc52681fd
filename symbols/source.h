/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/source.h - the text of source files.
 *
 * Looks for the path as the first fitting substitution makes it, then as DWARF gives it, then in each
 * directory of the search list by ever fewer trailing components of it (`..` and `.` resolved: a build in
 * `debian/build/build-x` names `../../../kernel/fork.c`). A file is read once, at most 16 MiB, and kept;
 * reference-counted, immutable and safe to share between threads (the screen draws from it while the engine
 * goes on). ERR_NO_SOURCE names every path tried.
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
/* Paths that begin with the components of `from` begin with `to` instead; a second rule for the same `from`
 * takes the place of the first, an empty or NULL `to` removes it. */
void source_cache_substitute(struct source_cache *c, const char *from, const char *to);
/* Forgets directories and substitutions. */
void source_cache_reset(struct source_cache *c);
/* The i-th directory or rule, or NULL beyond the last. */
const char *source_cache_directory(const struct source_cache *c, size_t i);
const char *source_cache_rule(const struct source_cache *c, size_t i, const char **to);
/* A new reference, to be given back with source_unref(). */
struct error *source_load(struct source_cache *c, const char *path, struct source_file **ret) BASE_MUST_CHECK;
struct source_file *source_ref(struct source_file *s);
void source_unref(struct source_file *s); /* NULL is fine */

const char *source_path(const struct source_file *s); /* where it was found */
size_t source_line_count(const struct source_file *s);
/* Line `line` counting from 1, raw bytes without its newline; NULL beyond the end. */
const char *source_line(const struct source_file *s, size_t line, size_t *length);
time_t source_mtime(const struct source_file *s);
/* True the first time it is asked of a file: for a warning that is given once. */
bool source_first_asked(struct source_file *s);

#endif
