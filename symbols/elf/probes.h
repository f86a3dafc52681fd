/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/probes.h - the probes that a program's authors left in it (`.note.stapsdt`).
 *
 * Each is a place in the code with a provider, a name, and words that say where its arguments are there, as
 * the assembler of the processor writes operands ("8@%rdi -4@%esi"): SystemTap wiki,
 * "UserSpaceProbeImplementation", version 3. Nothing is owned; the strings are the file's. Thread: that of
 * the file. What is damaged, or is of another version, is passed over.
 */
#ifndef ALLSTOP_SYMBOLS_PROBES_H
#define ALLSTOP_SYMBOLS_PROBES_H

#include "symbols/elf/elf_image.h"

struct elf_probe {
    const char *provider, *name, *arguments;
    uint64_t address; /* link-time */
};

/* A row of notes, and how far it has been read. */
struct probe_notes {
    struct cursor left;
    unsigned word; /* bytes of an address */
    /* Where the section `.stapsdt.base` is: what moved the code since the notes were written moved that, too.
     * 0: there is none. */
    uint64_t base;
};

/* The notes of a file; none where it has none. */
struct probe_notes probes_open(struct elf_image *e);
/* The next probe; false at the end. */
bool probes_next(struct probe_notes *n, struct elf_probe *ret);
/* The register that argument `number` (from 1) of those words is in, without the assembler's marks; false: it
 * is anywhere else, or has a longer name than `ret` of `size` bytes has room for. */
bool probe_argument(const char *arguments, unsigned number, char *ret, size_t size);

#endif
