/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/stop_reply.h - thread ids and stop replies (gdb manual, "Stop Reply Packets", "thread-id syntax").
 *
 * Plain values parsed from payloads; nothing is kept, nothing blocks. A payload that is not a stop reply
 * gives ERR_VIOLATION with the offending bytes in its message.
 *
 * The grammar, as loose as gdb's own reading of it: a target whose end or stop is not understood would count
 * as running for ever. HEX is one hex digit or more, of either case, with any number of leading zeros. A row
 * here is a row of the test (tests/unit/test_rsp_stop_reply.c, test_grammar).
 *
 *   S HEX [PAIRS]              stopped by a signal
 *   T DIGIT DIGIT [PAIRS]      the same, with what the stub knows of it
 *   W [HEX] [;PAIRS]           the program ended; without HEX its status is not known
 *   X [HEX] [;PAIRS]           a signal ended it; gdbserver writes those below 16 with one digit
 *   w [HEX] ;THREAD [;PAIRS]   one thread ended
 *   N [;PAIRS]                 nothing is left that was resumed
 *
 *   PAIRS    KEY:VALUE, separated by `;`; empty ones, and a `;` at the end, mean nothing
 *   THREAD   HEX, -1, pHEX, pHEX.HEX, p-1.-1
 *
 *   KEY                       VALUE, in T and S
 *   thread                    THREAD, or nothing
 *   core                      HEX, or nothing
 *   watch rwatch awatch       HEX; with nothing it is a stop without a reason
 *   swbreak hwbreak library   anything
 *   vforkdone create          anything
 *   fork vfork                THREAD
 *   exec                      a path in hex, cut at 255 bytes
 *   syscall_entry _return     HEX
 *   replaylog                 begin: no more past; anything else: no more future
 *   reason                    LLVM's: `exec`; `watchpoint`, whose place is in the description; anything else
 *   description               LLVM's, text in hex: of a watchpoint, decimal numbers, the address first
 *   HEX                       that register's bytes in hex, or x where they are not known
 *   any other                 anything, and is skipped: stubs have keys of their own, in any characters
 *
 *   KEY                       VALUE, in W, X, w and N
 *   process                   HEX, or nothing
 *   any other                 anything, and is skipped
 *
 * What is torn stays a violation: a value that is none of these (`thread:p1.1T05thread`), a piece without a
 * colon (`threa`), a key or a value in which another stop reply begins (`T05thread:`), a control character, a
 * `$` or a `#`, and a value that is missing where the packet breaks off without its `;`.
 */
#ifndef ALLSTOP_RSP_STOP_REPLY_H
#define ALLSTOP_RSP_STOP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rsp/limits.h"

/* A thread of a process as the wire names it. pid 0: the stub has no processes (no `p` prefix seen). */
struct ptid {
    int64_t pid; /* -1: all */
    int64_t tid; /* -1: all, 0: any */
};

static inline bool ptid_equal(struct ptid a, struct ptid b)
{
    return a.pid == b.pid && a.tid == b.tid;
}

/* For tables of threads: ids that follow one another are spread over all bits. */
size_t ptid_hash(struct ptid id);

/* Reads `pPID.TID`, `pPID` (all its threads), `TID` or `-1` (hex) at *s and moves *s behind it. */
bool ptid_parse(const char **s, const char *end, struct ptid *ret);
/* Appends it as the wire wants it (hex, with the p form when pid != 0). */
void ptid_encode(struct buf *b, struct ptid id);

enum rsp_stop_kind {
    RSP_STOP_SIGNAL,        /* S, T: `signal`, and what T carries */
    RSP_STOP_EXITED,        /* W: `status` */
    RSP_STOP_KILLED,        /* X: `signal` */
    RSP_STOP_THREAD_EXITED, /* w */
    RSP_STOP_NO_RESUMED,    /* N */
};

enum rsp_stop_reason {
    RSP_REASON_NONE, /* the stub did not say */
    RSP_REASON_WATCH,
    RSP_REASON_RWATCH,
    RSP_REASON_AWATCH,
    RSP_REASON_SWBREAK,
    RSP_REASON_HWBREAK,
    RSP_REASON_LIBRARY,
    RSP_REASON_FORK,
    RSP_REASON_VFORK,
    RSP_REASON_VFORKDONE,
    RSP_REASON_EXEC,
    RSP_REASON_CREATE,
    RSP_REASON_SYSCALL_ENTRY,
    RSP_REASON_SYSCALL_RETURN,
    RSP_REASON_REPLAYLOG,
};

/* A register that came with the stop reply, in target byte order. */
struct rsp_expedited {
    uint32_t number; /* the stub's own number */
    uint8_t size;    /* bytes, at most RSP_EXPEDITED_BYTES */
    unsigned char bytes[RSP_EXPEDITED_BYTES];
};

struct rsp_stop {
    enum rsp_stop_kind kind;
    enum rsp_stop_reason reason;
    int signal;      /* gdb's signal number, kinds SIGNAL and KILLED; 0 in KILLED: not told */
    bool has_status; /* W and w said one */
    uint64_t status; /* exit status, kinds EXITED and THREAD_EXITED */
    bool has_thread; /* W and X: only pid is meaningful */
    struct ptid thread;
    bool says_watch;  /* LLVM's reason, by which the description is read */
    bool has_address; /* watch reasons */
    uint64_t address;
    int core;            /* -1: not told */
    struct ptid related; /* fork, vfork: the child */
    uint64_t number;     /* syscall number */
    bool history_begin;  /* replaylog:begin, else end */
    char path[256];      /* exec: decoded, cut, raw bytes */
    unsigned expedited_count;
    struct rsp_expedited expedited[RSP_EXPEDITED_MAX];
};

/* True when the payload looks like a stop reply (first letter and grammar): cheap, for checking replies. */
bool rsp_is_stop_reply(const char *payload, size_t n);

struct error *rsp_stop_parse(const char *payload, size_t n, struct rsp_stop *ret) BASE_MUST_CHECK;

#endif
