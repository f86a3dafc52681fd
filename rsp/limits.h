/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/limits.h - how much of what a stub says is taken, and how long it is waited for. Constants only; every
 * parser of this room takes its limits from here. What is beyond one ends in an error or a violation that
 * says so, never in a hang or in memory without an end.
 */
#ifndef ALLSTOP_RSP_LIMITS_H
#define ALLSTOP_RSP_LIMITS_H

enum {
    /* The largest payload of one packet where the caller names none: a `g` or a document of many MiB has not
     * been seen. */
    PAYLOAD_LIMIT_DEFAULT = 4 << 20,
    /* What a stub is sent at most when it does not say: gdb assumes the same. */
    PACKET_SIZE_DEFAULT = 400,
    /* lldb-server says 131072 and means hex: more than this is never sent. */
    PACKET_SIZE_MOST = 128 << 10,
    /* A stub that says less than this is not believed: no request would fit. */
    PACKET_SIZE_LEAST = 64,
    /* Where a line loses bytes, packets are not made shorter than this. */
    PACKET_SIZE_LOSSY = 100,
    /* On a line that is a console too a longer word is text: kgdb's packets are a fraction of it. */
    PLAIN_PACKET_MOST = 8192,
    /* Stops that came while the target stood and that nobody has taken yet. */
    LATE_STOPS_MOST = 64,
    /* Bytes of what a stub said that are kept as evidence of a violation. */
    EVIDENCE_MOST = 256,
    /* Times that one packet is sent again, after `-` or a bad checksum; in silence, times that it is said. */
    RESENDS_MOST = 3,
    /* The same for an answer that comes damaged on a line that loses bytes. */
    RESENDS_MOST_LOSSY = 10,
    /* Copies of one stop or misfit, one after the other, that make a storm: told then, and not again. */
    COPIES_OF_A_STORM = 3,
    /* Violations of one kind that are told in one conversation; behind them they are only counted. */
    VIOLATIONS_TOLD_MOST = 1000,
    /* Torn packets in a row that are told one by one; behind them they are only counted. */
    TORN_TOLD_MOST = 3,
    /* Packets that a look takes: one who never stops talking does not hold us. */
    LOOK_PACKETS_MOST = 64,
    /* The same before the target is let run, where an old stop must not be left lying. */
    DRAIN_PACKETS_MOST = 4096,
    /* Times that a look reads what lies there, each as much as fits into our buffer. */
    LOOK_READS_MOST = 16,
    /* Documents of one target description, how deep they include each other, and bytes of each. */
    DOCUMENTS_MOST = 32,
    DOCUMENT_LEVELS_MOST = 8,
    DOCUMENT_BYTES_MOST = 1 << 20,
    /* Registers of one description, what their numbers go up to, and bytes of a name. */
    REGISTERS_MOST = 4096,
    REGISTER_NUMBER_MOST = 65535,
    REGISTER_NAME_MOST = 128,
    /* Bytes of one register (Arm's ZA at its largest), and of all together: each thread keeps as many. */
    REGISTER_BYTES_MOST = 65536,
    REGISTER_BLOCK_MOST = 1 << 20,
    /* Answers in a row that bring less of a memory range than was asked for, and still something. */
    SHORT_READS_MOST = 4096,
    /* Threads that a stub lists: the others are not known. */
    THREADS_LISTED_MOST = 65536,
    /* Bytes of a thread's name: the rest is cut off. */
    THREAD_NAME_MOST = 256,
    /* Bytes of what a stub adds about a thread: the rest is left out. */
    THREAD_EXTRA_MOST = 1024,
    /* Bytes of a stub's list of threads: the list is refused, and the error says so. */
    THREAD_LIST_BYTES_MOST = 16 << 20,
    /* Registers that come with one stop: the others are asked for. */
    RSP_EXPEDITED_MAX = 64,
    /* Bytes of a register that comes with a stop: a longer one is asked for. */
    RSP_EXPEDITED_BYTES = 64,
    /* Bytes of the value of one feature that a stub names: the rest is cut off. */
    FEATURE_VALUE_MOST = 64,
    /* Bytes of one line that a stub which was started prints: the rest is cut off. */
    CHILD_LINE_MOST = 400,
    /* Times that a stub with the all-stop race refuses one packet: the request is given up. */
    RACE_NAKS_MOST = 20,
    /* Times that such a stub is asked for the same until two answers in a row agree: the request fails, and
     * the error says so. */
    RACE_READS_MOST = 12,
    /* Stops at which the race is looked for where it was not seen yet: it is not looked for any more. */
    RACE_LOOKS_MOST = 64,
    /* Ends of steps among them: it is not looked for behind steps any more. */
    RACE_STEP_LOOKS_MOST = 8,
    /* Times that a break-in is typed on a line that loses bytes: it is waited for alone. */
    BREAKS_TYPED_MOST = 20,
    /* Times that a silent console is asked for a prompt: it is waited for alone. */
    CONSOLE_NUDGES_MOST = 10,
    /* Questions whether what looks like a stop on a console is one: it stays undecided. */
    STOP_PROBES_MOST = 3,
    /* Answers that did not come in time and still may: of more than so many the others are not heeded, as the
     * stub is silent to what it was asked. */
    MISSING_MOST = 3,
    /* Bytes of one line of a wire log: the log is refused, and the error names the line. */
    WIRE_LOG_LINE_MOST = 32 << 20,
    /* Requests in a wire log: the log is refused, and the error names the line. */
    WIRE_LOG_EXCHANGES_MOST = 4 << 20,
    /* Bytes of one packet from who talks to a served wire log: what is longer is no packet. */
    WIRE_LOG_REQUEST_MOST = 4 << 20,
    /* Requests in a wire log that wait for an answer at one time: the oldest counts as not answered. */
    WIRE_LOG_OUTSTANDING_MOST = 256,
};

/* How long one answer is waited for where the caller does not say. */
#define ANSWER_TIMEOUT_DEFAULT_NS 5000000000
/* How long the pieces of one object (qXfer) may take together: a stub that always has one more is not
 * followed for ever. */
#define OBJECT_TIME_NS 30000000000

#endif
