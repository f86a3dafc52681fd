/*
 * engine/breakpoints/breakpoints.h - what the user wishes, and what is planted.
 *
 * A wish is what was asked for: a place, a condition, a kind. A plant is one point in the target (Z packet)
 * that one or more wishes share. Plants stay in between stops. A user's wish is planted when it is set, so
 * that a refusal is told at once; the plants of run control come and go with the resume packets (they are
 * `wanted` or not, and the next flush makes the target agree, in the same write as the resume).
 *
 * Plant states: PLANNED not sent yet; ARMED the stub said OK; FAILED it did not, `reason` says what it said;
 * DISABLED every wish on it is disabled.
 * Owned by the session; engine thread; target stopped for everything that sends.
 * Errors: ERR_REFUSED, ERR_UNSUPPORTED with what the stub answered; ERR_NO_SLOT when hardware ran out.
 */
#ifndef ALLSTOP_ENGINE_BREAKPOINTS_BREAKPOINTS_H
#define ALLSTOP_ENGINE_BREAKPOINTS_BREAKPOINTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/stop_reply.h"

struct session;
struct rsp_request;
struct symbol_match;

enum plant_type { PLANT_SOFTWARE, PLANT_HARDWARE, PLANT_WRITE, PLANT_READ, PLANT_ACCESS }; /* N of Z<N> */
enum plant_state { PLANT_PLANNED, PLANT_ARMED, PLANT_FAILED, PLANT_DISABLED };

struct plant {
    enum plant_type type;
    uint64_t address;
    unsigned length; /* the packet's kind, or bytes watched */
    unsigned users;  /* wishes and run control that want it */
    bool lifted;     /* taken out for a moment, to step off it */
    bool inserted;   /* the target has it */
    enum plant_state state;
    char *reason;
};

enum wish_kind { WISH_AUTO, WISH_SOFTWARE, WISH_HARDWARE };

struct wish_location {
    uint64_t address;
    struct plant *plant; /* NULL while disabled */
    char *function, *file;
    unsigned line;
};

struct wish {
    int id;
    char *at; /* as the user wrote it */
    bool is_watch;
    enum wish_kind kind;
    enum plant_type watch_type;
    uint64_t watch_address;
    unsigned watch_length;
    unsigned char watch_old[64];
    bool watch_old_known;
    unsigned char watch_new[64]; /* as the last hit found it */
    bool watch_new_known;
    bool enabled, once, spent; /* spent: `once`, and it has stopped */
    bool incomplete;           /* inlined copies in other CUs are not known yet */
    uint64_t hits, ignore;
    char *condition; /* or NULL */
    bool has_thread;
    struct ptid thread;
    struct wish_location *locations;
    size_t count;
};

enum { PLANTS_GONE = 16 };

struct breakpoint_table {
    struct wish **wishes;
    size_t wish_count, wish_capacity;
    struct plant **plants;
    size_t plant_count, plant_capacity;
    int next_id;
    uint64_t gone[PLANTS_GONE]; /* addresses lately taken out, a ring */
    size_t gone_count;
    size_t dirty; /* plants whose insertion does not match what is wanted */
};

void breakpoints_free(struct breakpoint_table *t);

/* -- wishes.c -------------------------------------------------------------------------------------- */

struct wish_request {
    const char *at;
    enum wish_kind kind;
    const char *condition; /* or NULL */
    uint64_t ignore;
    bool once;
    const char *thread; /* or NULL */
};
/* Sets a breakpoint on all places `at` names. On error nothing is left behind. */
struct error *breakpoint_set(struct session *s, const struct wish_request *request,
                             struct wish **ret) BASE_MUST_CHECK;
struct error *watchpoint_set(struct session *s, const struct wish_request *request, uint64_t address,
                             unsigned length, enum plant_type type, struct wish **ret) BASE_MUST_CHECK;
/* Reads the watched bytes: as the value before, or (hit) as the value after the hit. */
void watchpoint_note(struct session *s, struct wish *w, bool hit);
struct wish *breakpoint_find(struct session *s, int id);
struct error *breakpoint_enable(struct session *s, struct wish *w, bool enabled) BASE_MUST_CHECK;
struct error *breakpoint_delete(struct session *s, struct wish *w) BASE_MUST_CHECK;
/* Deletes the wishes that were set for one stop and have had it. */
void breakpoints_drop_spent(struct session *s);
/* True for an enabled breakpoint with a place at this address. */
bool wish_covers(const struct wish *w, uint64_t address);
/* The user's enabled wish with a place at this address (breakpoints only), or NULL. */
struct wish *breakpoint_at(struct session *s, uint64_t address);
/* The wish that watches this address with this type; a stub may name any byte of the range. */
struct wish *watchpoint_at(struct session *s, uint64_t address, enum plant_type type);
/* The means and state of a wish in words of the interface: kind and state of its first plant. */
const char *wish_kind_name(const struct wish *w);
const char *wish_state_name(const struct wish *w);
const char *wish_reason(const struct wish *w);
cJSON *wish_to_json(const struct wish *w);
/* Before the target runs: waits for the name index where a wish names a function, adds the inlined copies
 * that it knows, and emits `breakpoint-changed`. ERR_CANCELLED, ERR_TIMEOUT: the target is not resumed. */
struct error *breakpoints_complete(struct session *s) BASE_MUST_CHECK;
/* After symbols were loaded or the target replaced: every enabled wish is resolved and planted again. */
struct error *breakpoints_replant(struct session *s) BASE_MUST_CHECK;

/* -- plants.c -------------------------------------------------------------------------------------- */

/* A plant wanted by one more; not sent yet. */
struct plant *plant_acquire(struct session *s, enum plant_type type, uint64_t address, unsigned length);
void plant_release(struct session *s, struct plant *p);
void plant_lift(struct session *s, struct plant *p, bool lifted);
/* All software and hardware plants at this address. */
void plants_lift_at(struct session *s, uint64_t address, bool lifted);
/* An inserted, or wanted, software or hardware plant at this address, or NULL. */
struct plant *plant_at(struct session *s, uint64_t address);
/* True when a software plant was lately taken out there: another thread may still report its hit. */
bool plant_was_at(const struct session *s, uint64_t address);
/* Makes the target agree with what is wanted, now, in one batch. The first refusal is the error; each failed
 * plant keeps its reason. */
struct error *plants_flush(struct session *s) BASE_MUST_CHECK;
/*
 * The same requests for sending in front of a resume: at most `capacity`, and plants_sent() with the answers
 * afterwards, which also frees them.
 */
size_t plants_requests(struct session *s, struct rsp_request *requests, size_t capacity);
struct error *plants_sent(struct session *s, struct rsp_request *requests, size_t count) BASE_MUST_CHECK;
/* The target is gone, and what was planted with it. */
void plants_lost(struct session *s);
/* Takes everything out of the target (detach). Best effort. */
struct error *plants_remove_all(struct session *s) BASE_MUST_CHECK;
bool plants_any(const struct session *s);
void plants_free(struct breakpoint_table *t);
/* The packet's kind for a breakpoint at this address (Arm: Thumb or not). */
unsigned plant_length_at(struct session *s, uint64_t address, bool thumb);

#endif
