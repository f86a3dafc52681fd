/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/audit/audit.h - what an all-stop stub must not do: told, counted, and looked for.
 *
 * The passive part is always on and costs no turn: what the connection, the threads and the steps notice is
 * told as a `violation` event with its evidence, the thread that the evidence names (else that of the last
 * stop), the stop epoch and the time, and counted by kind (findings.c).
 *
 * The active part takes a second look after every stop told to the user (look.c): registers of at most
 * AUDIT_THREADS threads, the words around their stack pointers and the ranges that were chosen are read
 * twice, a pause apart, and compared. Only what is known to be RAM is read; a device never. Threads that were
 * stopped inside a system call are recognised by the instruction before their pc (syscalls.c): what they are
 * waiting to read into is watched too, and a call that returns EINTR because of our stop is told.
 *
 * Part of the session; engine thread. The look is bounded in threads, bytes and time, and its own troubles
 * (a stub that does not answer) never become errors of the command that stopped.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AUDIT_AUDIT_H
#define ALLSTOP_ENGINE_CONTROL_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/limits.h"
#include "rsp/connection.h"
#include "rsp/stop_reply.h"

struct control;

/* What is noticed here, behind what the connection notices (enum rsp_violation): a kind is one of either. */
enum audit_kind {
    AUDIT_MEMORY_MOVES = RSP_VIOLATIONS,
    AUDIT_MEMORY_MOVES_IN_SYSCALL,
    AUDIT_REGISTERS_MOVE,
    AUDIT_SYSCALL_DISTURBED,
    AUDIT_LOST_WITHOUT_EXIT,
    AUDIT_NOT_HELD,
    AUDIT_TRAP_FLAG_VISIBLE,
    AUDIT_KINDS
};

enum { AUDIT_PAUSE_MS = 20 }; /* between the two looks, unless told otherwise */

struct audit_finding {
    unsigned kind;
    bool has_thread;
    struct ptid thread;
    uint64_t epoch;
    double ms;
    char *evidence; /* printable */
};

struct audit_range {
    char *text; /* as the user named it */
    uint64_t address;
    size_t length;
};

/* A thread that one stop found inside a system call that blocks. */
struct audit_call {
    struct ptid thread;
    uint64_t pc;
    uint64_t epoch, seen; /* of the stop that found it there, and of the last look */
    const char *name;
    bool returned; /* it came back with EINTR, and no signal for it was told yet */
};

struct audit {
    uint64_t counts[AUDIT_KINDS];
    struct audit_finding last[AUDIT_LAST]; /* a ring */
    uint64_t findings; /* all there ever were: the next goes to last[findings % AUDIT_LAST] */

    bool active, looking;
    unsigned pause_ms;
    struct audit_range ranges[AUDIT_RANGES];
    size_t range_count;
    size_t next_thread; /* whose turn it is, where there are more than AUDIT_THREADS */
    uint64_t checks;    /* second looks that were finished */
    struct audit_call calls[AUDIT_THREADS];
    size_t call_count;
};

void audit_init(struct audit *a);
void audit_free(struct audit *a);

/* -- findings.c ------------------------------------------------------------------------------------ */

/* As the interface calls a kind, NULL behind the last. */
const char *audit_kind_name(unsigned kind);
/* How many of the last findings are kept, and each of them, the oldest first; they stay the audit's. */
size_t audit_kept(const struct audit *a);
const struct audit_finding *audit_finding(const struct audit *a, size_t index);
/* A violation by this very thread. */
void audit_tell(struct control *c, enum audit_kind kind, struct ptid thread, const char *evidence, size_t n);
/* A rule of all-stop was broken, of either kind; the thread is that of the last stop. */
void audit_violation(struct control *c, unsigned kind, const char *evidence, size_t n);
/* The connection ended although nobody said that the program had. */
void audit_lost(struct control *c, const char *how);

/* -- look.c ---------------------------------------------------------------------------------------- */

/* Switches the active part; 0 ms keeps the pause. */
void audit_activate(struct control *c, bool active, unsigned pause_ms);
/* Chooses a range: "ADDRESS,LENGTH" or an expression that has an address. ERR_USAGE, or ERR_REFUSED where it
 * is not known to be RAM. */
struct error *audit_choose(struct control *c, const char *text) BASE_MUST_CHECK;
void audit_choose_none(struct control *c);
/* The second look at the current stop, active or not. Only errors that end the wait as a whole. */
struct error *audit_look(struct control *c) BASE_MUST_CHECK;
/* The same after a stop was told, where the audit is active. */
void audit_at_stop(struct control *c);

#endif
