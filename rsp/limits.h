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
};

/* How long one answer is waited for where the caller does not say. */
#define ANSWER_TIMEOUT_DEFAULT_NS 5000000000
/* How long the pieces of one object (qXfer) may take together: a stub that always has one more is not
 * followed for ever. */
#define OBJECT_TIME_NS 30000000000

#endif
