/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/limits.h - how much of what a target does, of what files of ours say and of what other
 * programs list is taken. Constants only. What stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_LIMITS_H
#define ALLSTOP_ENGINE_CONTROL_LIMITS_H

enum {
    /* Bytes of the journal of inserted traps: a larger file is not read. */
    JOURNAL_FILE_LIMIT = 4 << 20,
    /* Entries of that journal: the others are passed over. */
    JOURNAL_ENTRY_LIMIT = 65536,
    /* Bytes of the conditions of one place, as a stub takes them (one packet has to hold them all): they are
     * not given to the stub, and are evaluated here. */
    CONDITIONS_BYTES_MAX = 400,
    /* Bytes of the bytecode of one condition: it is evaluated here. */
    AGENT_BYTES_MAX = 1024,
    /* Levels of a condition that a stub evaluates: a deeper one is evaluated here. */
    AGENT_DEPTH_MOST = 64,
    /* Addresses in one condition that the stub is told not to follow where they cannot be right: it follows
     * the others. */
    AGENT_FAILURES_MAX = 32,
    /* Attempts to insert that are told of one breakpoint: the others are not told. */
    INSERTION_ATTEMPTS_MOST = 64,
    /* CPUs whose debug registers are put right behind a kernel's back: those of the others are not. */
    DR7_CPUS_MOST = 64,
    /* Bytes of a line of a kernel's console that is looked at for what it says of breakpoints: a longer one
     * says nothing. */
    PRINTK_LINE_MAX = 160,
    /* Threads that ended while they were held and are told of: the others are not. */
    HOLD_GONE_MAX = 64,
    /* Threads whose registers show whether they stood still while one ran: the others are not looked at. */
    HOLD_LOOKS_MOST = 16,
    /* Instructions of the dynamic linker that a step into a function goes through as that is bound: the step
     * goes over the call then. */
    LINKER_STEPS_MOST = 500,
    /* Places in all files together at which a step looks out for a jump out of several functions: jumps by
     * the others are not seen. */
    PLAN_JUMPS = 32,
    /* Bytes of a line in which traps of the program's own are looked for before the stub steps through it: a
     * longer one is stepped as if there were none. */
    RANGE_CODE_MOST = 4096,
    /* Instructions that longjmp() is followed for until it jumps: the step goes on without. */
    JUMP_STEPS_MOST = 2000,
    /* Functions and files that a step does not go into: a further one is refused, and the error says so. */
    SKIPS_MOST = 256,
    /* Bytes of such a name: a longer one is refused, and the error says so. */
    SKIP_TEXT_MOST = 4096,
    /* Steps of one instruction after which that is done: it is not done any more. */
    HOLD_STEP_LOOKS_MOST = 8,
    /* Longer runs after which that is done: it is not done any more. */
    HOLD_RUN_LOOKS_MOST = 64,
    /* Places at which one run can arrive: the others do not end it. */
    PLAN_TARGETS = 16,
    /* Bytes that the arguments of a call take on the stack: it is refused, and the error says so. */
    CALL_BYTES_MOST = 1 << 20,
    /* Processes that are held once a fork was followed: the others are not known. */
    PROCESSES_MAX = 16,
    /* Resumes that another thread took from the one they were for, in one run: a stop is told as it is. */
    RESUMES_TAKEN_MOST = 300,
    /* Findings that `audit` shows: the older ones are counted. */
    AUDIT_LAST = 8,
    /* Threads that the audit looks at after one stop: the next stop has the others. */
    AUDIT_THREADS = 16,
    /* Ranges of memory that the audit watches: a further one is refused, and the error says so. */
    AUDIT_RANGES = 16,
    /* Bytes of one such range: a longer one is refused, and the error says so. */
    AUDIT_RANGE = 4096,
    /* Milliseconds between the two looks of the audit: a longer pause becomes this. */
    AUDIT_PAUSE_MOST_MS = 10000,
    /* Bookmarks of one recording: a further one is refused, and the error says so. */
    BOOKMARKS_MOST = 10000,
    /* Bytes of each text of a bookmark: a longer name is refused; texts in a file are cut. */
    BOOKMARK_TEXT_MOST = 1000,
    /* Bytes of a file of bookmarks: a larger one is told as damaged. */
    BOOKMARK_FILE_LIMIT = 16 << 20,
    /* Bytes of a section of code by which a program is known again: a larger one does not count for that. */
    BOOKMARK_CODE_LIMIT = 64 << 20,
    /* Bytes of writable memory that are kept of one moment of a live process: it is refused, and the error
     * says so. */
    KEPT_MOST = 64 << 20,
    /* Moments of which the memory is kept: a further one is refused, and the error says so. */
    KEPT_COUNT = 64,
    /* Bytes of the list of a process' mappings: the rest is not read. */
    PROCESS_MAPS_LIMIT = 4 << 20,
    /* Snapshots that QEMU lists: the others are not known. */
    QEMU_SNAPSHOTS_MOST = 65536,
    /* Words of one line of that list: it is none of ours. */
    QEMU_SNAPSHOT_WORDS = 16,
    /* Checkpoints that rr lists: the others are not known. */
    RR_CHECKPOINTS_MOST = 4096,
    /* Snapshots that a search back makes near its goal: the least useful one is deleted. */
    NEAR_SNAPSHOTS_MOST = 8,
    /* Hits of one stretch that a search back keeps: the earlier ones are looked for again. */
    TIME_HITS = 1024,
    /* Times in a row that a target which is resumed does not move: the search ends, and the error says so. */
    SEARCH_STUCK_MOST = 8,
};

#endif
