/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/limits.h - how much of what a stub says of a process and its memory is kept. Constants
 * only. What stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_TARGET_LIMITS_H
#define ALLSTOP_ENGINE_TARGET_LIMITS_H

enum {
    /* Threads that are known at one time: the oldest are forgotten. */
    THREADS_KNOWN_MOST = 65536,
    /* CPUs that kgdb numbers as threads, more than a kernel has: a number beyond them is a plain thread. */
    KGDB_CPUS_MOST = 8192,
    /* Digits of a number in the name of a thread: what is longer names none. */
    THREAD_DIGITS_MOST = 18,
    /* Bytes of one watchpoint: a longer one is refused, and the error says so. */
    STOP_WATCHED_MOST = 64,
    /* Different descriptions of registers at one time: registers of a process with another are unavailable.
     */
    DESCRIPTIONS_MOST = 8,
    /* Processes whose description is remembered: the one beside the session's own that was asked first is
     * asked again. */
    DESCRIBED_PROCESSES_MOST = 64,
    /* Bytes of memory that are kept during one stop: the rest is asked for each time. */
    MEMORY_CACHE_LIMIT = 16 << 20,
    /* Bytes of a stub's memory map: there is none then. */
    MEMORY_MAP_BYTES_MOST = 1 << 20,
    /* Regions of a memory map: the others are not known. */
    MEMORY_REGIONS_MOST = 1024,
    /* Bytes of a process' auxiliary vector: it is not used. */
    AUXV_LIMIT = 1 << 16,
    /* Bytes of a stub's list of libraries: there is none then. */
    LIBRARY_LIST_BYTES_MOST = 4 << 20,
    /* Libraries of a process, in a stub's list or in the dynamic linker's: the others are not known. */
    LIBRARIES_MOST = 4096,
    /* Bytes of a library's path in the target's memory, with its end: the rest is cut off. */
    LIBRARY_PATH_BYTES = 1024,
    /* Entries of a program's dynamic section that are looked at for the dynamic linker's list: there is none
     * then. */
    DYNAMIC_ENTRIES_MOST = 512,
    /* Structs and arrays within each other, in a value that a function returns. */
    ABI_DEPTH_MOST = 16,
    /* Types that are looked at for that: a damaged file may have one that contains itself many times. */
    ABI_TYPES_MOST = 1024,
    /* Arguments of a function that is called: more are refused, and the error says so. */
    CALL_ARGUMENTS_MOST = 64,
    /* Parts that they are passed in: the call is refused, and the error says so. */
    CALL_SLOTS_MOST = 512,
    /* Calls that have not returned, as the program stopped in them: a further one is refused, and the error
     * says so. */
    CALLS_PENDING_MOST = 64,
    /* Bytes of a register whose value is told or changed: SVE's at its widest. */
    REGISTER_VALUE_MOST = 256,
};

#endif
