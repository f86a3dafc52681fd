/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/map.h - the map of a program: its files, where they were loaded, and questions about it.
 *
 * Addresses here are the target's. A map holds files, each with an offset (run-time minus link-time
 * address). It knows no target: where an answer needs memory or registers, the caller evaluates it.
 * Owner: the session; thread: one at a time. Strings and arrays inside answers live as long as the file
 * stays in the map, unless said otherwise.
 */
#ifndef ALLSTOP_SYMBOLS_MAP_H
#define ALLSTOP_SYMBOLS_MAP_H

#include "symbols/file.h"
#include "symbols/limits.h"

struct symbol_map;

struct symbol_map *symbol_map_create(void);
void symbol_map_free(struct symbol_map *m); /* closes its files */
/* Takes over `f`. */
void symbol_map_add(struct symbol_map *m, struct symbol_file *f, uint64_t offset);
/* The same for a relocatable file whose sections were loaded at these addresses; see symbol_file_place(). On
 * an error `f` stays the caller's. */
struct error *symbol_map_add_sections(struct symbol_map *m, struct symbol_file *f,
                                      const struct section_address *list, size_t count) BASE_MUST_CHECK;
/* The file of this path, or of the one that it is a link to; NULL: it is not in the map. */
struct symbol_file *symbol_map_find(const struct symbol_map *m, const char *path);
/* Closes a file of the map. Whoever keeps it has let go of it before. */
void symbol_map_remove(struct symbol_map *m, struct symbol_file *f);
/* Nothing is found in a file any more, but what was answered stays valid: it is closed with the map. */
void symbol_map_retire(struct symbol_map *m, const struct symbol_file *f);
/* Opens files again that changed on disk; one that cannot be opened stays as it is. How many were. What
 * answers pointed into is gone. */
size_t symbol_map_refresh(struct symbol_map *m);
/* How many files of the map were closed so far: answers from before that may point into one of them. */
uint64_t symbol_map_closings(const struct symbol_map *m);
/*
 * Libraries that come and go: between begin and end symbol_map_listed() is called with each file that the
 * target's list names; false: it is not in the map, nor among those that left it, and is to be opened and
 * added. What an earlier list named and this one does not leaves the map at the end (how many): nothing is
 * found in it any more, but what was answered stays valid. `complete` false: the list could not be read to
 * its end, and nothing leaves.
 */
void symbol_map_list_begin(struct symbol_map *m);
bool symbol_map_listed(struct symbol_map *m, const char *path, uint64_t offset, bool *moved);
size_t symbol_map_list_end(struct symbol_map *m, bool complete);
size_t symbol_map_count(const struct symbol_map *m);
struct symbol_file *symbol_map_file(const struct symbol_map *m, size_t i, uint64_t *offset);
void symbol_map_set_offset(struct symbol_map *m, size_t i, uint64_t offset);
/* The user said where this file is: nobody else is to look for it. */
void symbol_map_set_told(struct symbol_map *m, size_t i);
bool symbol_map_told(const struct symbol_map *m, size_t i);
/* Nothing is found in it by address: what runs now is of another processor. */
void symbol_map_hide(struct symbol_map *m, size_t i, bool hidden);
/* The file whose sections hold this address, or NULL; with its offset. */
struct symbol_file *symbol_map_file_at(const struct symbol_map *m, uint64_t address, uint64_t *offset);

/* What a CU is written in: names and values look as they do there. */
enum symbols_language {
    LANGUAGE_UNKNOWN,
    LANGUAGE_C,
    LANGUAGE_CPLUS,
    LANGUAGE_ADA,
    LANGUAGE_D,
    LANGUAGE_FORTRAN,
    LANGUAGE_GO,
    LANGUAGE_RUST,
    LANGUAGE_OTHER
};

/* -- address to place (lookup.c) ------------------------------------------------------------------- */

struct symbol_place {
    uint64_t address;
    const char *function; /* innermost, inlined or not; from DWARF, else the ELF symbol; NULL: unknown */
    const char *file; /* as DWARF spells it, made absolute with the compilation directory; NULL: unknown */
    unsigned line;    /* 0: unknown */
    unsigned column;
    uint64_t function_low, function_high; /* the out-of-line function around it; 0, 0: unknown */
    const char *symbol; /* nearest ELF symbol at or below, within its size or section; NULL: none */
    uint64_t offset;    /* from that symbol */
    const char *section;
    /* Callers outwards, of inlined code: function, and the place of the call in it; the last is the function
     * that really exists. */
    unsigned inlined_count;
    struct {
        const char *function;
        const char *file;
        unsigned line;
    } inlined[SYMBOL_INLINE_MAX];
};
/* False when no file covers the address (then *ret is empty but for the address). */
bool symbols_lookup(struct symbol_map *m, uint64_t address, struct symbol_place *ret);

/* A demangled name without the type that the function returns, which those of templates begin with; points
 * into it. */
const char *symbols_without_returned(const char *function);

struct address_range {
    uint64_t low, high; /* [low, high) */
};
static inline bool address_range_has(const struct address_range *r, uint64_t address)
{
    return address >= r->low && address < r->high;
}
/* The contiguous rows around `address` that belong to one source line (what a step stays within); false: no
 * line there. */
bool symbols_line_range(struct symbol_map *m, uint64_t address, struct address_range *ret);
/* The contiguous code around `address` of the inlined function that is `depth` levels inside the function
 * that really exists (1: called by that itself); false: there is no such one. */
bool symbols_inlined_range(struct symbol_map *m, uint64_t address, unsigned depth, struct address_range *ret);
/* How many of the inlined calls around an address begin there, from the innermost outwards. */
unsigned symbols_inlined_beginning(struct symbol_map *m, uint64_t address);
/* The first address behind `address` and before `high` where an inlined call begins; `high`: there is none.
 */
uint64_t symbols_inlined_next(struct symbol_map *m, uint64_t address, uint64_t high);
/* True when `address` is the start of a row that begins a statement. */
bool symbols_is_statement(struct symbol_map *m, uint64_t address);
/* The first address behind `address` and before `high`, in its sequence of rows, where a statement begins;
 * `high`: none. */
uint64_t symbols_statement_next(struct symbol_map *m, uint64_t address, uint64_t high);
/* The same of any row. */
bool symbols_is_row(struct symbol_map *m, uint64_t address);

/* What is there: code of the usual instruction set, Arm's Thumb, or data between them. */
enum code_kind { CODE_UNKNOWN, CODE_USUAL, CODE_THUMB, CODE_DATA };
/* By the file's marks, else by the symbol around it (find.c); where marks tell, *end is where another kind
 * begins, else `address` itself. */
enum code_kind symbols_code_kind(struct symbol_map *m, uint64_t address, uint64_t *end);
/* Arm: whether the code there is Thumb. False where nobody knows. */
bool symbols_is_thumb(struct symbol_map *m, uint64_t address);

/* The function around an address, by the symbols that name functions; false: none does. A part of a function
 * that is kept apart from it is none (function_range.c). */
bool symbols_function_range(struct symbol_map *m, uint64_t address, struct address_range *ret);

/* -- name to address (find.c) ---------------------------------------------------------------------- */

struct symbol_match {
    uint64_t address; /* where to break: behind the prologue for functions that have line information */
    uint64_t entry;   /* the function's first instruction; = address for lines */
    uint64_t size;    /* from the ELF symbol or DWARF; 0: unknown */
    const char *function;
    const char *file; /* NULL: unknown */
    unsigned line;    /* the line really found (may be after the one asked for) */
    bool inlined;     /* an inlined copy */
    bool data;        /* an object, not code */
    bool thumb;       /* Arm: the code there is Thumb */
};
/*
 * Functions and objects of this name (`file.c:name` and 'file.c'::name, of either quotes, restrict it to a
 * file). *ret is malloc'd; *count 0 when there is none.
 */
void symbols_find_name(struct symbol_map *m, const char *name, struct symbol_match **ret, size_t *count);
/* Code of a source line: FILE matches by trailing path components. ERR_NO_SOURCE: no such file (near names in
   the hint); ERR_NO_SYMBOL: no code at or after that line in that file. */
struct error *symbols_find_line(struct symbol_map *m, const char *file, unsigned line,
                                struct symbol_match **ret, size_t *count) BASE_MUST_CHECK;
/* The names of functions for which `fits` says true, sorted and without repeats: those of DWARF with their
 * scopes, and of others as they stand in the symbol table, mangled ones not. *ret and each of them are
 * malloc'd; how many. Waits for the name indexes (names.h). */
typedef bool symbols_fits(void *context, const char *name);
size_t symbols_functions(struct symbol_map *m, symbols_fits *fits, void *context, char ***ret);
/* Up to `limit` names that begin with `prefix`, sorted, without repeats; a malloc'd NULL-terminated array of
 * malloc'd strings. */
char **symbols_complete(struct symbol_map *m, const char *prefix, size_t limit);
/* The same for source file names (base names). */
char **symbols_complete_files(struct symbol_map *m, const char *prefix, size_t limit);
/* The name most like `name` (small edit distance) or NULL; malloc'd. */
char *symbols_near(struct symbol_map *m, const char *name);

/* -- call frame information (dwarf/cfi.c, orc.c, exidx.c)
 * ----------------------------------------------------------
 */

enum cfi_rule_kind {
    CFI_UNDEFINED,    /* not recoverable; on the return address: outermost frame */
    CFI_SAME,         /* not changed */
    CFI_OFFSET,       /* saved at CFA + offset */
    CFI_VALUE_OFFSET, /* is CFA + offset */
    CFI_REGISTER,     /* saved in another register */
    CFI_EXPRESSION,   /* saved at the address this DWARF expression gives (CFA pushed first) */
    CFI_VALUE_EXPRESSION,
};
struct cfi_rule {
    enum cfi_rule_kind kind;
    int64_t offset;
    unsigned reg; /* DWARF number */
    const unsigned char *expression;
    size_t expression_size;
};
struct cfi_row {
    unsigned return_register; /* DWARF number of the return address column */
    bool signal_frame;        /* augmentation S */
    bool cfa_is_expression;
    bool at_calls;       /* it tells of a frame that has called, and not of each instruction */
    struct cfi_rule cfa; /* REGISTER-like: reg + offset, or expression */
    struct cfi_rule rules[CFI_REGISTERS];
    const char *section;       /* ".eh_frame", ".debug_frame", ".orc_unwind", ".ARM.exidx" */
    unsigned char made[2][16]; /* expressions of ours: a row is never copied */
};
/* The rule of a register has its DWARF number for index, but for the banks that are numbered far above it:
 * the double registers of Arm's VFP (256; DWARF for the Arm Architecture, section 4.1) stand at 96 and the
 * vector registers of Power (1124, as gcc has them; ELF V2 ABI) at 77. At least CFI_REGISTERS: there is no
 * room. */
unsigned symbols_register_column(uint64_t dwarf_number);

/* The unwind row for `pc`; false when no FDE, kernel's ORC table or exception table of Arm covers it. Every
 * rule not mentioned is CFI_SAME with `offset` 0.
 */
bool symbols_unwind_row(struct symbol_map *m, uint64_t pc, struct cfi_row *ret);

#endif
