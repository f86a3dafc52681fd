/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/dwarf_index.h - names of types, variables, functions and enumerators over all CUs of a file.
 *
 * One flat image (index_image.h): read from a cache file, or built by a walk over all DIEs on threads of
 * their own (index_job.h) when the first question comes that the ELF symbol table cannot answer. Of a type
 * that many CUs define one definition is kept; a function once for each unit that has code or copies of it;
 * variables are all there. Names have the scope that C++ and Rust put them in. For the files of symbols/
 * only. Owner: the struct dwarf; thread: one at a time.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_INDEX_H
#define ALLSTOP_SYMBOLS_DWARF_INDEX_H

#include "symbols/dwarf/dwarf.h"
#include "symbols/index/index_image.h"
#include "symbols/index/index_name.h"

struct dwarf_index;

/* The index, ready; waits while it is being built, and meanwhile calls the file's progress function, which
 * may cancel: then NULL, and the next question begins anew. */
const struct dwarf_index *dwarf_index_of(struct dwarf *d);
/* The index when it can be had within a blink: it is there, or in the cache, or the file is small. */
const struct dwarf_index *dwarf_index_if_there(struct dwarf *d);
/* The index if it is there or in the cache; nothing is built. */
const struct dwarf_index *dwarf_index_loaded(struct dwarf *d);
/* Sees to it that it is being built in the background. */
void dwarf_index_start(struct dwarf *d);

enum index_state { INDEX_NONE, INDEX_BUILDING, INDEX_READY };
/* Units walked so far, and in all. */
enum index_state dwarf_index_poll(struct dwarf *d, size_t *done, size_t *total);
/* Ends a build under way. */
void dwarf_index_cancel(struct dwarf *d);
void dwarf_index_free(struct dwarf_index *x);

struct index_entry {
    const char *name; /* without its scopes; lives as long as the file */
    uint64_t die;
    uint32_t scope; /* for index_qualified() */
    uint16_t tag;
    bool declaration;
    bool linkage; /* `name` is the linkage name */
    bool exact;   /* of a search: all scopes and template arguments were written */
    bool bare;    /* of a search: it has no template arguments, and the name that was written has */
};

/* A search for `ns::Class::name`, `name<int>` or `name`, or for a linkage name. What matches exactly comes
 * first; then what has more scopes around it, and functions with template arguments. */
struct index_search {
    const struct dwarf_index *index;
    struct name_query query;
    const char *text;
    uint32_t hash;
    size_t name, first;
    struct cursor postings;
    struct posting posting;
    bool inexact; /* the second round */
};
/* `name` must live as long as the search. A NULL index has no names. */
struct index_search index_search_begin(const struct dwarf_index *x, const char *name);
bool index_search_next(struct index_search *s, struct index_entry *ret);

/* All entries, in no particular order. */
typedef void index_visitor(void *context, const struct index_entry *e);
void dwarf_index_walk(const struct dwarf_index *x, index_visitor *visit, void *context);
/* Appends `ns::Class::name`. */
void index_qualified(const struct dwarf_index *x, const struct index_entry *e, struct buf *ret);
/* The names of inline namespaces, each once: at most `limit` of them. */
size_t dwarf_index_exported(const struct dwarf_index *x, const char **list, size_t limit);
/* The units that import this one. */
size_t dwarf_index_importers(const struct dwarf_index *x, size_t unit, const struct image_import **ret);
/* Code of units that are not in .debug_aranges, by address, when the index is there. */
size_t dwarf_index_ranges(const struct dwarf_index *x, const struct image_range **ret);
/* aranges.c: those ranges, for the index; malloc'd. */
struct image_range *dwarf_root_ranges(struct dwarf *d, size_t *count);

#endif
