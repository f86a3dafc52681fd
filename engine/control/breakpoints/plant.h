/*
 * engine/control/breakpoints/plant.h - what is planted in the target.
 *
 * A plant is one point in the target that one or more users (wishes, run control) share: a Z packet, a trap
 * written into memory, or a place that is watched by stepping. Plants stay in between stops. A user's wish is
 * planted when it is set, so that a refusal is told at once; the plants of run control come and go with the
 * resume packets: they are wanted or not, and the next flush makes the target agree, in the same write as the
 * resume.
 *
 * States: PLANNED not sent yet; ARMED the stub said OK; UNVERIFIED it said OK to a trap in memory, which may
 * be delivered to the program instead of to us, until the first hit; SUSPECT it was found overwritten, or did
 * not fire; FAILED it was refused, `reason` says how.
 * Invariants: a plant is in the hash chain of its address and in `items`; `dirty` holds exactly the plants
 * whose insertion does not match what is wanted; one that nobody wants and the target has not is freed.
 * Owned by the session; engine thread; target stopped for everything that sends.
 * Errors: ERR_REFUSED, ERR_UNSUPPORTED with what the stub answered; ERR_NO_SLOT when hardware ran out.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_PLANT_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_PLANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/features.h"

struct control;
struct rsp_request;

enum plant_type {
    PLANT_SOFTWARE, /* to PLANT_ACCESS: N of Z<N> */
    PLANT_HARDWARE,
    PLANT_WRITE,
    PLANT_READ,
    PLANT_ACCESS,
    PLANT_MEMORY,  /* a trap instruction written into memory */
    PLANT_STEPPED, /* bytes compared after every instruction: nothing is sent */
};
enum plant_state { PLANT_PLANNED, PLANT_ARMED, PLANT_UNVERIFIED, PLANT_SUSPECT, PLANT_FAILED };

enum { TRAP_MAX = 8, PLANTS_GONE = 16 };

struct plant {
    enum plant_type type;
    uint64_t address;
    unsigned length; /* the packet's kind, bytes watched, or bytes of the trap */
    unsigned users;  /* wishes and run control that want it */
    int *wishes;     /* ids of the wishes among them */
    size_t wish_count;
    bool lifted;     /* taken out for a moment, to step off it */
    bool inserted;   /* the target has it */
    bool was_stuck;  /* its removal failed once, and was made good (engine/control/kernel/sealed_text.h) */
    bool comes_back; /* taken out to be stepped off (settle.h) */
    bool unsure;     /* its insertion was sent and not answered */
    bool renew;      /* to be sent again although it is there: its conditions changed */
    bool stale;      /* its users changed: its conditions may have to */
    bool seen;       /* it was hit at least once */
    bool journalled; /* a trap in memory that is on disk */
    enum plant_state state;
    enum error_code code; /* why it failed, as a code */
    char *reason;         /* and in words, or NULL */
    char *hint;           /* what to try when it failed, or NULL */
    char *conditions;     /* ";X…" for the stub to evaluate, or NULL */
    bool saved_known;
    unsigned char saved[TRAP_MAX]; /* what is under a trap in memory */
    struct plant *next;            /* in the chain of its address */
    size_t index, dirty_index;     /* in items; in dirty, or NOT_DIRTY */
};

struct plant_table {
    struct plant **items;
    size_t count, capacity;
    struct plant **chains;
    size_t chain_count; /* a power of two, or 0 */
    struct plant **dirty;
    size_t dirty_count, dirty_capacity;
    size_t in_memory;               /* traps in memory that are inserted */
    size_t stepped;                 /* places watched by stepping */
    size_t hardware_live;           /* in hardware, when the target ran last (settle.h) */
    bool hardware_gone;             /* one was taken out, and another processor may be about to tell of it */
    bool hardware_changed;          /* since then */
    bool hardware_before;           /* it ran with some, at some time */
    enum rsp_tristate bare_machine; /* settle.h: the kernel runs under no hypervisor */
    uint64_t gone[PLANTS_GONE];     /* addresses lately taken out, a ring */
    size_t gone_count;
};

/* -- plants.c -------------------------------------------------------------------------------------- */

/* A plant wanted by one more; not sent yet. */
struct plant *plant_acquire(struct control *c, enum plant_type type, uint64_t address, unsigned length);
/* The plant may be gone after this. */
void plant_release(struct control *c, struct plant *p);
/* The same for a wish, which a hit is then looked up by. */
struct plant *plant_acquire_for(struct control *c, int wish, enum plant_type type, uint64_t address,
                                unsigned length);
void plant_release_for(struct control *c, int wish, struct plant *p);
/* Calls `visit` with each wish that has a code plant at this address, until it returns true. */
typedef bool plant_wish_visitor(void *context, int wish);
bool plants_wishes_at(struct control *c, uint64_t address, plant_wish_visitor *visit, void *context);
void plant_lift(struct control *c, struct plant *p, bool lifted);
/* Every code plant at this address. */
void plants_lift_at(struct control *c, uint64_t address, bool lifted);
/* An inserted, or wanted, code plant at this address, or NULL. */
struct plant *plant_at(struct control *c, uint64_t address);
/* True when a software plant was lately taken out there: another thread may still report its hit. */
bool plant_was_at(const struct control *c, uint64_t address);
bool plant_is_code(const struct plant *p); /* software, hardware or in memory */
/* Of a kind that takes debug registers; NULL is none. */
bool plant_in_hardware(const struct plant *p);
/* Conditions for the stub (";X…", taken over) or NULL: sent again where they changed. */
void plant_set_conditions(struct control *c, struct plant *p, char *conditions);
/* A hit at this address: what was planted there works. */
void plants_seen_at(struct control *c, uint64_t address);
/* After a field that decides about sending was changed. Frees a plant that is neither wanted nor there. */
void plant_changed(struct control *c, struct plant *p);
/* The target is gone, and what was planted with it. */
void plants_lost(struct control *c);
bool plants_any(const struct control *c);
size_t plants_dirty(const struct control *c);
void plants_free(struct plant_table *t);

/* -- plant_wire.c ---------------------------------------------------------------------------------- */

/* Makes the target agree with what is wanted, now, in batches. The first refusal is the error; each failed
 * plant keeps its reason. */
struct error *plants_flush(struct control *c) BASE_MUST_CHECK;
/*
 * The same requests for sending in front of a resume: at most `capacity`, and plants_sent() with the answers
 * afterwards, which also frees them.
 */
size_t plants_requests(struct control *c, struct rsp_request *requests, size_t capacity);
/* Where the conversation was broken off in the middle of them (Ctrl-C, out of time): those that were not
 * answered may have been carried out or not. Frees them too. */
void plants_cut_off(struct control *c, struct rsp_request *requests, size_t count);
struct error *plants_sent(struct control *c, struct rsp_request *requests, size_t count) BASE_MUST_CHECK;
/* The memory that a trap stood in is gone: nothing is sent for it. */
void plant_unmapped(struct control *c, struct plant *p);
/* Takes everything out of the target (detach). Best effort. */
struct error *plants_remove_all(struct control *c) BASE_MUST_CHECK;

/* -- trap.c ---------------------------------------------------------------------------------------- */

/* The packet's kind, and the length of a trap, for code at this address. `code` is what stands there, 4
 * bytes, or NULL when that is not known (Arm: Thumb or not comes from the symbols; RISC-V: from the
 * instruction). */
unsigned plant_length_at(struct control *c, uint64_t address, bool thumb, const unsigned char *code);
/* The trap instruction of `length` bytes in target order. */
void trap_bytes(const struct control *c, unsigned length, unsigned char ret[TRAP_MAX]);
/* What the user may see of memory that was read: never the traps. */
void traps_hide(struct control *c, uint64_t address, unsigned char *bytes, size_t n);
/* A write goes beneath the traps: `bytes` becomes what to send, the rest is kept as what is under them. */
void traps_divert(struct control *c, uint64_t address, unsigned char *bytes, size_t n);
/* Traps in memory among those to be taken out are only taken out where they still are: the others become
 * suspect, and are forgotten without a write. One batch of reads. */
struct error *traps_check(struct control *c) BASE_MUST_CHECK;

#endif
