/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/limits.h - how much of what an ELF file, its DWARF, a source file or a kept index says is taken.
 * Constants only; every parser of this room takes its limits from here. What is beyond one is left out or
 * refused, never followed without an end: a crafted file costs no more than these. What stands behind a
 * colon is what happens beyond.
 */
#ifndef ALLSTOP_SYMBOLS_LIMITS_H
#define ALLSTOP_SYMBOLS_LIMITS_H

enum {
    /* Sections of an ELF file: the file is refused as damaged. */
    SECTION_LIMIT = 1 << 20,
    /* Segments of an ELF file: the file is refused as damaged. */
    SEGMENT_LIMIT = 1 << 16,
    /* Bytes of a section's alignment in a relocatable file: a larger one counts as 16. */
    SECTION_ALIGNMENT_LIMIT = 1 << 20,
    /* Bytes of a build id: a longer one is none. */
    BUILD_ID_LIMIT = 64,
    /* Bytes of what is told about one damaged file: further damage of it is not told. */
    COMPLAINT_LIMIT = 4096,
    /* How many bytes one compressed byte may become, as with zlib: a section that promises more is told as
     * damaged and left out. */
    INFLATED_RATIO_MOST = 1032,
    /* Bytes of an expanded section of zstd, which does better on zeros, that are believed whatever the
     * ratio. */
    INFLATED_SMALL_MOST = 64 << 20,
    /* Bytes of what is in .gnu_debugdata once it is unpacked, and of memory for that: the section is told and
     * left out. */
    MINI_DEBUG_LIMIT = 64 << 20,
    XZ_MEMORY_MOST = 128 << 20,
    /* Slots of the linker's stubs, in one file: further stubs have no names. */
    PLT_SLOTS_MOST = 1 << 18,
    /* Probes of one file that are looked at: the others are not known. */
    PROBES_LIMIT = 1 << 16,
    /* Places in one file at which it leaves several functions at once: the others are not known. */
    JUMPS_LIMIT = 16,
    /* Symbols before an address that are looked at for the one that covers it: one that is further away is
     * not found. */
    SYMBOL_WALK_LIMIT = 256,
    /* Abbreviations of one unit of DWARF: the others are not known. */
    ABBREV_LIMIT = 1 << 20,
    /* Attributes of one unit's abbreviations: the unit is damaged. */
    ABBREV_ATTR_LIMIT = 1 << 22,
    /* Abbreviations that are read for the units' own entries, in one file: the units behind are told as
     * damaged. */
    ROOT_WORK_LIMIT = 1 << 24,
    /* Attributes of one entry of DWARF: the others are not looked at. */
    DIE_ATTR_LIMIT = 64,
    /* Levels of entries inside each other: what is deeper is not looked at. */
    DIE_DEPTH_LIMIT = 64,
    /* Entries that refer to each other for a name: the name is not known. */
    ORIGIN_LIMIT = 8,
    /* Partial units that one unit imports: the others are not looked at. */
    IMPORT_LIMIT = 4096,
    /* Columns of the index of a package of split DWARF: the index is refused as damaged. */
    PACKAGE_COLUMN_LIMIT = 16,
    /* Entries of one list of address ranges: the others are not known. */
    RANGE_LIST_LIMIT = 1 << 20,
    /* Entries of the list of places of one variable: the others are not known. */
    LOCATION_LIST_LIMIT = 1 << 16,
    /* Rows of the line table of one unit: the others are not known. */
    LINE_ROW_LIMIT = 1 << 24,
    /* Directories, and as many files, of one line table: the others have no names. */
    LINE_NAME_LIMIT = 1 << 16,
    /* Columns of the list of files of one line table: the table is damaged. */
    LINE_FORMAT_LIMIT = 16,
    /* Bytes of a source file's path in DWARF: the rest is cut off. */
    LINE_PATH_LIMIT = 4096,
    /* Functions with unwind information in one section: the others have none. */
    FDE_LIMIT = 1 << 22,
    /* Bytes of the text that says how unwind information is extended, with its end: the entry is damaged. */
    AUGMENTATION_LIMIT = 16,
    /* States that unwind information remembers inside each other: the entry is damaged. */
    CFI_REMEMBER_LIMIT = 64,
    /* Registers, by number, that unwind information may have rules for: those of others are passed over. */
    CFI_REGISTERS = 160,
    /* Bytes of one frame by the exception tables of Arm: the entry is damaged. */
    EXIDX_FRAME_MOST = 1 << 28,
    /* Functions inlined into each other at one address: the others are not told. */
    SYMBOL_INLINE_MAX = 32,
    /* Pieces of one value: the value is refused, and the error says so. */
    DWARF_PIECES = 16,
    /* Values on the stack of a DWARF expression: the expression is refused, and the error says so. */
    DWARF_STACK = 256,
    /* Operations of a DWARF expression: the expression is refused, and the error says so. */
    DWARF_STEPS = 10000,
    /* Types that are names or arrays of each other: the type is not known. */
    TYPE_CHAIN_LIMIT = 64,
    /* Dimensions of an array: the others are left out. */
    DIMENSION_LIMIT = 16,
    /* Levels of a type that are written out: "..." stands for what is deeper. */
    TYPE_DEPTH_LIMIT = 32,
    /* Jumps from one function to the next between two frames of a stack, and functions that are looked into
     * for them: there are none then. */
    TAIL_CALLS_MOST = 32,
    TAIL_CALLS_LOOKED_AT = 500,
    /* Compilation units that are looked through for the declaration of a variable that none defines: those
     * behind them are not. */
    DECLARING_UNITS_MOST = 256,
    /* Members of members that are looked at for how C++ passes an object: as a plain one. */
    TYPE_PASSING_LIMIT = 1024,
    /* Bytes of the name of a module or procedure of Fortran that is shown in front of what is in it: a longer
     * one is left out. */
    SCOPE_NAME_LIMIT = 1024,
    /* Variants of one type, and as many parts that have some: what is in the others is left out. */
    VARIANTS_LIMIT = 65536,
    /* Variants inside of variants: what is in those further in is left out. */
    VARIANT_DEPTH_LIMIT = 32,
    /* Values of a discriminant, and ranges of them, that mean one variant: the others mean none. */
    DISCRIMINANTS_LIMIT = 65536,
    /* Bytes of the text of one type: "..." stands for the rest. */
    TYPE_TEXT_LIMIT = 1 << 22,
    /* Bytes of the text of one type with its members: the other members are left out. */
    TYPE_BODY_LIMIT = 1 << 22,
    /* Places that one name means: the others are left out. */
    MATCH_LIMIT = 65536,
    /* Units that are looked at for one name (a static inline of a kernel's header is in hundreds, and each
     * costs about a millisecond): the others are not looked at. */
    NAMED_UNITS_LIMIT = 4096,
    /* Inline namespaces that may be left out of a name: the others have to be written. */
    EXPORTED_LIMIT = 64,
    /* Bytes of a name for which a similar one is looked for: none is proposed for a longer one. */
    NEAR_NAME_LIMIT = 64,
    /* Bytes of a source file: it is not shown, and the reason says so. */
    SOURCE_FILE_BYTES_MOST = 16 << 20,
    /* Bytes of the paths that an error about a source file names: the other paths are left out. */
    SOURCE_TRIED_LIMIT = 1200,
    /* Bytes of a mangled name, with its end: a longer one is shown as it is. */
    MANGLED_LIMIT = 4096,
    /* Bytes of a name that was made readable: a longer one is shown mangled. */
    DEMANGLED_LIMIT = 16384,
    /* Entries of the units' own address ranges, in one file (a crafted one could point every unit at one
     * long list): the units behind are found by no address. */
    ARANGES_WORK_LIMIT = 1 << 25,
    /* What an abbreviation's number must be below for the index: the unit is told as damaged. */
    ABBREV_CODE_LIMIT = 1 << 20,
    /* Steps that passing over the attributes of one table of abbreviations takes: the unit is told as
     * damaged. */
    ABBREV_STEP_LIMIT = 1 << 22,
    /* Attributes of abbreviations that one thread reads for the index (a crafted file could give every unit
     * a large table): the units behind are not in it. */
    ABBREV_WORK_LIMIT = 1 << 26,
    /* Levels of entries that the index looks into: what is deeper is not in it. */
    SCAN_LEVEL_LIMIT = 64,
    /* Entries that refer to each other for a name in the index: the name is not in it. */
    SCAN_FOLLOW_LIMIT = 8,
    /* Names, and as many scopes, that one thread adds to an index: the others are not in it. */
    INDEX_NAME_LIMIT = 1 << 26,
    /* Entries that one thread adds to an index: the others are not in it. */
    INDEX_ENTRY_LIMIT = 1 << 26,
    /* References into other units, and as many imports, that one thread adds to an index: the others are not
     * followed. */
    INDEX_PENDING_LIMIT = 1 << 24,
    /* Bytes of names that are not the file's own, which one thread adds to an index: the others are not in
     * it. */
    INDEX_TEXT_LIMIT = 1 << 29,
    /* Bytes of the index of one program, whose offsets have 32 bits: it is empty. */
    INDEX_IMAGE_LIMIT = 1 << 30,
    /* Scopes around a name: those further out are left out of what is shown. */
    INDEX_SCOPE_LIMIT = 64,
    /* Methods of a class, of which those of one name are written together: more are written as they are
     * declared. */
    METHODS_GROUPED_LIMIT = 1024,
    /* Scopes around an address or an entry: a name is not looked for in those further in. */
    SCOPE_CHAIN_LIMIT = 80,
    /* Scopes of one name inside of one other, as a namespace is opened again and again: the others are not
     * looked into. */
    SCOPE_INNER_LIMIT = 64,
    /* Namespaces used in one scope, and base classes of one class: the others are not looked into. */
    SCOPE_USED_LIMIT = 64,
    /* Levels of scopes that use each other: what is further is not looked into. */
    SCOPE_DEPTH_LIMIT = 32,
    /* Scopes that are looked into for one name in one scope: it is not found. */
    SCOPES_ENTERED_LIMIT = 256,
    /* Bytes of a name among whose template arguments typedefs are looked for: those of a longer one have to
     * be written out. */
    TEMPLATE_NAME_LIMIT = 1024,
    /* Levels of template arguments inside each other in which the side of a `const` does not count: deeper it
     * does. */
    TEMPLATE_DEPTH_LIMIT = 16,
    /* Parts between the `::` of a name that is looked for: a longer one is found nowhere. */
    NAME_PARTS_MOST = 32,
    /* Bytes of a kept index: a larger file is not read, and the index is made anew. */
    INDEX_FILE_LIMIT = 1 << 30,
    /* Files in the folder of kept indexes that are looked at when room is made: the others are not. */
    INDEX_FILES_LIMIT = 1 << 16,
    /* Bytes of all kept indexes: what was used longest ago is deleted. */
    INDEX_CACHE_LIMIT = 512 << 20,
};

/* Bytes of a compressed section once it is expanded: the section is told as damaged and left out. */
#define INFLATED_LIMIT (4ull << 30)

#endif
