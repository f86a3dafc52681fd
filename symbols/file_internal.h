/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/file_internal.h - what is inside a symbol_file, for the files of this room only.
 *
 * `image` is the file as opened; `debug` a separate debug file if one was found; `dwarf_image` whichever of
 * both holds `.debug_info`. Everything below the first group is read on first use.
 */
#ifndef ALLSTOP_SYMBOLS_FILE_INTERNAL_H
#define ALLSTOP_SYMBOLS_FILE_INTERNAL_H

#include "symbols/elf/elf_image.h"
#include "symbols/file.h"
#include "symbols/text/intern.h"

struct dwarf;
struct cfi;
struct code_mark;
struct symbol_jump;
struct type_table;

struct symbol_file {
    char *path, *debug_path, *build_id;
    struct elf_image *image, *debug, *dwarf_image;
    struct elf_image *mini; /* more symbols (symbols/elf/unpack.h), or NULL */
    struct symbol_section *sections;
    const struct elf_section **section_source; /* beside each of `sections` */
    size_t section_count;
    struct buf complaint; /* scratch of symbol_file_complaint() */

    struct elf_symbol *symbols;
    size_t symbol_count;
    bool symbols_read;
    unsigned symbol_passes; /* questions answered without them */
    char *named;            /* the name last asked for, and what there is of it */
    struct elf_symbol *named_list;
    size_t named_count;
    struct elf_symbol *plt; /* symbols/elf/plt.h */
    size_t plt_count, plt_capacity;
    bool plt_read;
    struct code_mark *marks; /* symbols/elf/code_marks.h */
    size_t mark_count;
    bool marks_read;
    struct symbol_jump *jumps; /* symbols/jumps.h */
    size_t jump_count, jump_capacity;
    bool jumps_read;
    struct intern strings;                   /* made-up strings that live as long as the file */
    struct dwarf *dwarf;                     /* dwarf.h */
    struct cfi *cfi;                         /* cfi.c */
    struct type_table *types;                /* type.c: nodes by DIE */
    void (*types_free)(struct type_table *); /* comes with them */
    /* Called now and then while the name index is being built and somebody waits for it; false ends the
     * build (names.h). NULL: nobody asks. */
    bool (*progress)(void *context, size_t done, size_t total);
    void *progress_context;
};

/* debug_file.c: the separate debug file of `image`, or NULL. */
struct elf_image *debug_file_find(struct elf_image *image, const char *build_id);

/* elf_symbols.c: fills `symbols`. */
void elf_symbols_read(struct symbol_file *f);
/* Index of the last symbol at or below `address`, or -1. */
long elf_symbols_below(struct symbol_file *f, uint64_t address);
/* The same in any list that is sorted by value. */
long elf_symbols_last(const struct elf_symbol *list, size_t count, uint64_t address);
/* The symbol that names `address` (link-time), within its size or section; NULL: none. */
const struct elf_symbol *elf_symbols_nearest(struct symbol_file *f, uint64_t address);

/* The symbols `name`, `name@VERSION` and `name.anything`, by value; valid until the next question. */
size_t elf_symbols_named(struct symbol_file *f, const char *name, const struct elf_symbol **ret);
/* The offset in the file's TLS block of the one thread-local symbol of this name; false: none, or several. */
bool elf_symbols_thread_local(struct symbol_file *f, const char *name, uint64_t *ret);
/* True when this is a function's name and nothing else's. */
bool elf_symbols_only_function(struct symbol_file *f, const char *name);

/* The memory section that holds a link-time address, or NULL. */
const struct symbol_section *file_section_at(const struct symbol_file *f, uint64_t address);
/* True when code can be there: linkers leave ranges of dropped functions behind at 0, 1 or -1. */
bool file_is_code(const struct symbol_file *f, uint64_t address);

/* Frees what dwarf.c, cfi.c and type.c keep; NULL is fine. */
void dwarf_free(struct dwarf *d);
void cfi_free(struct cfi *c);
void type_table_free(struct type_table *t);

#endif
