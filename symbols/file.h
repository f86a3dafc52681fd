/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/file.h - one ELF file and its DWARF, opened in milliseconds.
 *
 * The file is mapped once, read-only. Opening looks at the ELF header and section table only; everything
 * else (symbol table, `.debug_aranges`, a CU's line program, its function DIEs) is read when first asked
 * and kept. libdwarf is given one CU at a time (dwarf_object_init_b over our mapping with `.debug_info`
 * narrowed), because opening a whole kernel costs it a second and 800 MB. Where the file names a separate
 * debug file (build-id under /usr/lib/debug/.build-id, .gnu_debuglink) that is opened as well.
 *
 * Addresses here are the file's own (link-time); symbols/map.h adds where the file was loaded.
 * Owner: one; thread: any, one at a time. Strings returned live as long as the file.
 * Errors: ERR_NO_SOURCE when the file cannot be read (message: path and errno); ERR_USAGE when it is not an
 * ELF file, is truncated (which header points outside), or is of a class or type we cannot use. A damaged
 * DWARF part never fails an opening: it is left out and named by symbol_file_complaint().
 */
#ifndef ALLSTOP_SYMBOLS_FILE_H
#define ALLSTOP_SYMBOLS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"

struct symbol_file;

struct error *symbol_file_open(const char *path, struct symbol_file **ret) BASE_MUST_CHECK;
void symbol_file_close(struct symbol_file *f); /* NULL is fine */

const char *symbol_file_path(const struct symbol_file *f);       /* as opened, absolute */
const char *symbol_file_debug_path(const struct symbol_file *f); /* where the DWARF came from, or NULL */
const char *symbol_file_build_id(const struct symbol_file *f);   /* lower-case hex, or NULL */
unsigned symbol_file_machine(const struct symbol_file *f);       /* e_machine, EM_X86_64 … */
unsigned symbol_file_flags(const struct symbol_file *f);         /* e_flags */
unsigned symbol_file_type(const struct symbol_file *f);          /* e_type, ET_EXEC ET_DYN ET_REL ET_CORE */
bool symbol_file_is_64(const struct symbol_file *f);
bool symbol_file_is_big_endian(const struct symbol_file *f);
uint64_t symbol_file_entry(const struct symbol_file *f); /* e_entry */
time_t symbol_file_mtime(const struct symbol_file *f);   /* when it was opened */
bool symbol_file_has_dwarf(const struct symbol_file *f);
/* A PT_INTERP is there: a dynamically linked program. */
bool symbol_file_has_interpreter(const struct symbol_file *f);
/* What it says: the dynamic linker's path on the target; NULL when there is none. */
const char *symbol_file_interpreter(const struct symbol_file *f);
/* Link-time address and size of the dynamic section (PT_DYNAMIC); false: none. */
bool symbol_file_dynamic(const struct symbol_file *f, uint64_t *address, uint64_t *size);
/* What was left out and why ("`.debug_info` of vmlinux: …"), or NULL. */
const char *symbol_file_complaint(const struct symbol_file *f);
/* True when the file on disk, or its separate debug file, is another than the one open: the answers are those
 * of the old one as far as it is still there. Part of symbol_file_complaint() too. */
bool symbol_file_changed(const struct symbol_file *f);

/* The template of a thread's variables (PT_TLS): link-time address, size and alignment; false: it has none.
 */
struct symbol_tls {
    uint64_t address, size, alignment;
};
bool symbol_file_tls(const struct symbol_file *f, struct symbol_tls *ret);

struct symbol_section {
    const char *name;
    uint64_t address; /* link-time */
    uint64_t size;
    bool writable, executable;
    bool has_bytes; /* false: .bss */
};
/* The sections that occupy memory (SHF_ALLOC), in file order. */
size_t symbol_file_sections(const struct symbol_file *f, const struct symbol_section **ret);

struct section_address {
    const char *name;
    uint64_t address;
};
/*
 * Says where the sections of a relocatable file (a kernel module) were loaded; they are the file's link-time
 * addresses from then on. What is not named keeps its distance from `.text`. Only right after opening: before
 * symbols or DWARF were asked for. ERR_USAGE: not a relocatable file, no such section (it names those there
 * are), or too late.
 */
struct error *symbol_file_place(struct symbol_file *f, const struct section_address *list,
                                size_t count) BASE_MUST_CHECK;

/* Copies initial contents at a link-time address (.bss reads as zero): how many bytes from the start could be
 * given. */
size_t symbol_file_read(const struct symbol_file *f, uint64_t address, void *bytes, size_t n);

/* An entry of .symtab (or .dynsym where that is stripped). */
struct elf_symbol {
    const char *name;
    uint64_t value; /* link-time; on Arm with the Thumb bit taken off, see `thumb` */
    uint64_t size;
    unsigned char type; /* STT_FUNC, STT_OBJECT … */
    unsigned char bind; /* STB_… */
    bool thumb;
    /* 64-bit Power: calls from within the program enter a function so many bytes behind its first instruction
     * (ELF V2 ABI, 3.4.1); 0 elsewhere. */
    uint8_t local_entry;
    uint16_t section;
};
/* All of them, sorted by value (functions and objects and untyped labels; no files, no sections, no mapping
 * symbols `$x`). */
size_t symbol_file_symbols(struct symbol_file *f, const struct elf_symbol **ret);

#endif
