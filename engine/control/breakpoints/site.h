/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/site.h - what is inserted in the target.
 *
 * A site is one point in the target that one or more users (breakpoints, run control) share: a Z packet, a
 * trap written into memory, or a place that is watched by stepping. Sites stay in between stops. A user's
 * breakpoint is inserted when it is set, so that a refusal is told at once; the sites of run control come and
 * go with the resume packets: they are wanted or not, and the next flush makes the target agree, in the same
 * write as the resume.
 *
 * A stub may refuse to take one out (flash patch units; memory that was made read-only): it stays inserted
 * and in the table, also without a user, so that its hits are known for what they are, and each new wish to
 * have it out asks once more.
 *
 * States: PLANNED not sent yet; ARMED the stub said OK; UNVERIFIED it said OK to a trap in memory, which may
 * be delivered to the program instead of to us, until the first hit; SUSPECT it was found overwritten, or did
 * not fire; FAILED it was refused, `reason` says how.
 * Invariants: a site is in the hash chain of its address and in `items`; `dirty` holds exactly the sites
 * whose insertion does not match what is wanted; one that nobody wants, the target has not and no request is
 * about is freed.
 * Owned by the session; engine thread; target stopped for everything that sends.
 * Errors: ERR_REFUSED, ERR_UNSUPPORTED with what the stub answered; ERR_NO_SLOT when hardware ran out.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_SITE_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/features.h"

struct control;
struct rsp_request;

enum site_type {
    SITE_SOFTWARE, /* to SITE_ACCESS: N of Z<N> */
    SITE_HARDWARE,
    SITE_WRITE,
    SITE_READ,
    SITE_ACCESS,
    SITE_MEMORY,  /* a trap instruction written into memory */
    SITE_STEPPED, /* bytes compared after every instruction: nothing is sent */
};
enum site_state { SITE_PLANNED, SITE_ARMED, SITE_UNVERIFIED, SITE_SUSPECT, SITE_FAILED };

enum { TRAP_MAX = 8, SITES_GONE = 16 };

struct site {
    enum site_type type;
    uint64_t address;
    unsigned length;     /* the packet's kind, bytes watched, or bytes of the trap */
    unsigned users;      /* breakpoints and run control that want it */
    int *breakpoint_ids; /* ids of the breakpoints among them */
    size_t count;
    bool removed;    /* taken out for a moment, to step off it */
    bool inserted;   /* the target has it */
    bool was_stuck;  /* its removal failed once, and was made good (engine/control/kernel/sealed_text.h) */
    bool comes_back; /* taken out to be stepped off (dr7.h) */
    bool stuck; /* the stub refused to take it out: it is in the target and not asked for again by itself */
    bool told_stuck;  /* and the user knows */
    unsigned on_wire; /* requests that were sent for it and are not weighed yet: it stays in the table until
                         then */
    bool sent_insert; /* the last of them is to have it in */
    bool unsure;      /* its insertion was sent and not answered */
    bool renew;       /* to be sent again although it is there: its conditions changed */
    bool stale;       /* its users changed: its conditions may have to */
    bool seen;        /* it was hit at least once */
    bool journalled;  /* a trap in memory that is on disk */
    enum site_state state;
    enum error_code code; /* why it failed, as a code */
    char *reason;         /* and in words, or NULL */
    char *hint;           /* what to try when it failed, or NULL */
    char *conditions;     /* ";X…" for the stub to evaluate, or NULL */
    bool saved_known;
    unsigned char saved[TRAP_MAX]; /* what is, or will be, under a trap */
    struct site *next;             /* in the chain of its address */
    size_t index, dirty_index;     /* in items; in dirty, or NOT_DIRTY */
};

struct site_table {
    struct site **items;
    size_t count, capacity;
    struct site **chains;
    size_t chain_count; /* a power of two, or 0 */
    struct site **dirty;
    size_t dirty_count, dirty_capacity;
    size_t in_memory;       /* traps in memory that are inserted */
    size_t stepped;         /* places watched by stepping */
    size_t hardware_live;   /* in hardware, when the target ran last (dr7.h) */
    bool hardware_gone;     /* one was taken out, and another processor may be about to tell of it */
    bool hardware_changed;  /* since then */
    bool hardware_before;   /* it ran with some, at some time */
    size_t hardware_behind; /* processors with stops of their own to tell, from before the last change */
    bool hardware_late;     /* such a one, or of one that was taken out, is what the target stands at */
    enum rsp_tristate bare_machine; /* dr7.h: the kernel runs under no hypervisor */
    uint64_t gone[SITES_GONE];      /* addresses lately taken out, a ring */
    size_t gone_count;
};

/* -- sites.c -------------------------------------------------------------------------------------- */

/* A site wanted by one more; not sent yet. */
struct site *site_acquire(struct control *c, enum site_type type, uint64_t address, unsigned length);
/* The site may be gone after this. */
void site_release(struct control *c, struct site *p);
/* The same for a breakpoint, which a hit is then looked up by. */
struct site *site_acquire_for(struct control *c, int breakpoint, enum site_type type, uint64_t address,
                              unsigned length);
void site_release_for(struct control *c, int breakpoint, struct site *p);
/* Calls `visit` with each breakpoint that has a code site at this address, until it returns true. */
typedef bool site_breakpoint_visitor(void *context, int breakpoint);
bool sites_breakpoints_at(struct control *c, uint64_t address, site_breakpoint_visitor *visit, void *context);
void site_remove(struct control *c, struct site *p, bool removed);
/* Every code site at this address. */
void sites_remove_at(struct control *c, uint64_t address, bool removed);
/* An inserted, or wanted, code site at this address, or NULL. */
struct site *site_at(struct control *c, uint64_t address);
/* One at this address that the stub would not take out when it was last asked, or NULL. */
struct site *site_stuck_at(struct control *c, uint64_t address);
/* True when a software site was lately taken out there: another thread may still report its hit. */
bool site_was_at(const struct control *c, uint64_t address);
/* It is to be in the target: somebody uses it, and it is not taken out for a moment. */
bool site_is_wanted(const struct site *p);
bool site_is_code(const struct site *p); /* software, hardware or in memory */
/* Of a kind that takes debug registers; NULL is none. */
bool site_in_hardware(const struct site *p);
/* Conditions for the stub (";X…", taken over) or NULL: sent again where they changed. */
void site_set_conditions(struct control *c, struct site *p, char *conditions);
/* A hit at this address: what was inserted there works. */
void sites_seen_at(struct control *c, uint64_t address);
/* After a field that decides about sending was changed. Frees a site that is neither wanted nor there. */
void site_changed(struct control *c, struct site *p);
/* The target is gone, and what was inserted with it. */
void sites_lost(struct control *c);
bool sites_any(const struct control *c);
/* Those that the target has, as words: where, and what. Nothing is added where it has none. */
void sites_name_inserted(const struct control *c, struct buf *out);
size_t sites_dirty(const struct control *c);
void sites_free(struct site_table *t);

/* -- site_wire.c ---------------------------------------------------------------------------------- */

/* Makes the target agree with what is wanted, now, in batches. The first refusal is the error; each failed
 * site keeps its reason. */
struct error *sites_flush(struct control *c) BASE_MUST_CHECK;
/*
 * The same requests for sending in front of a resume: at most `capacity`, and sites_sent() with the answers
 * afterwards, which also frees them.
 */
size_t sites_requests(struct control *c, struct rsp_request *requests, size_t capacity);
/* Where the conversation was broken off in the middle of them (Ctrl-C, out of time): those that were not
 * answered may have been carried out or not. Frees them too. */
void sites_cut_off(struct control *c, struct rsp_request *requests, size_t count);
struct error *sites_sent(struct control *c, struct rsp_request *requests, size_t count) BASE_MUST_CHECK;
/* The memory that a trap stood in is gone: nothing is sent for it. */
void site_unmapped(struct control *c, struct site *p);
/* Nothing is to be inserted, until that is taken back; sent with the next flush or resume. */
void sites_withhold(struct control *c, bool withheld);
/* Takes everything out of the target (detach). Best effort. */
struct error *sites_remove_all(struct control *c) BASE_MUST_CHECK;

/* -- trap.c ---------------------------------------------------------------------------------------- */

/* The packet's kind, and the length of a trap, for code at this address. `code` is what stands there, 4
 * bytes, or NULL when that is not known (Arm: Thumb or not comes from the symbols; RISC-V: from the
 * instruction). */
unsigned site_length_at(struct control *c, uint64_t address, bool thumb, const unsigned char *code);
/* There is a trap instruction that we know for this target. */
bool trap_known(const struct control *c);
/* The trap instruction of `length` bytes in target order. */
void trap_bytes(const struct control *c, unsigned length, unsigned char ret[TRAP_MAX]);
/* What stands at a software site that is about to be inserted: `n` bytes, or (too few) what is in the cache.
 * Stubs that leave their traps in memory for all to see are known by that. */
void trap_note_code(struct control *c, struct site *p, const unsigned char *code, size_t n);
/* The length of the trap instruction that is the program's own at this address, 0: there is none, or it
 * cannot be read. One read, which the cache may answer. */
unsigned trap_own_at(struct control *c, uint64_t address);
/* What the user may see of memory that was read: never the traps. */
void traps_hide(struct control *c, uint64_t address, unsigned char *bytes, size_t n);
/* A write goes beneath the traps: `bytes` becomes what to send, the rest is kept as what is under them. */
void traps_divert(struct control *c, uint64_t address, unsigned char *bytes, size_t n);
/* Traps in memory among those to be taken out are only taken out where they still are: the others become
 * suspect, and are forgotten without a write. One batch of reads. */
struct error *traps_check(struct control *c) BASE_MUST_CHECK;

#endif
