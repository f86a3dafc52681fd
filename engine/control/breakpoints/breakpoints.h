/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/breakpoints.h - what the user asked to stop at.
 *
 * A breakpoint is what was asked for: a place, a condition, a kind. It has one location for each place it
 * names (inlined copies, a watch split over slots), and each location one site (site.h), or none while it is
 * disabled or could not be inserted. How a location gets its site is decided in insertion.h.
 *
 * Owned by the session; engine thread; target stopped for everything that sends. Once the program has ended
 * breakpoints can still be set, changed and deleted: nothing is sent, they are `planned` for the next start.
 * Errors: those of site.h; with kind `auto` a breakpoint that cannot be inserted is kept and says why.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINTS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/breakpoints/site.h"
#include "engine/control/breakpoints/printk.h"
#include "engine/target/stop.h"
#include "rsp/stop_reply.h"

struct symbol_match;

enum breakpoint_kind { BREAKPOINT_AUTO, BREAKPOINT_SOFTWARE, BREAKPOINT_HARDWARE, BREAKPOINT_MEMORY };

struct breakpoint_location {
    uint64_t address;
    unsigned length;       /* of a watch: bytes of this part */
    bool thumb;            /* Arm: the code there is Thumb */
    bool no_code;          /* nothing is there yet: hardware until it is */
    unsigned char code[8]; /* what stood there before anything was inserted, `seen` bytes of it */
    unsigned seen;
    uint64_t inside;   /* the start of the instruction that this address is inside of, or 0 */
    struct site *site; /* NULL while disabled, or when nothing could be inserted */
    char *function, *file;
    unsigned line;
};

enum breakpoint_state {
    BREAKPOINT_PLANNED, /* to be inserted when the target runs, or once its place is known */
    BREAKPOINT_ARMED,
    BREAKPOINT_UNVERIFIED, /* inserted as a trap in memory that may go to the program: not hit yet */
    BREAKPOINT_SUSPECT,    /* inserted, and something says that it does not work */
    BREAKPOINT_FAILED,
    BREAKPOINT_DISABLED, /* by the user */
};

/* One step of the decision how to insert it: what was tried, and what came back. */
struct breakpoint_attempt {
    enum site_type type;
    uint64_t address;
    enum error_code code; /* 0: it was taken */
    char *outcome;        /* in words */
};

struct breakpoint {
    int id;
    char *at; /* as the user wrote it */
    bool is_watch;
    enum breakpoint_kind kind;
    enum site_type watch_type;
    uint64_t watch_address;
    unsigned watch_length;
    unsigned char watch_old[STOP_WATCHED_MOST];
    bool watch_old_known;
    unsigned char watch_new[STOP_WATCHED_MOST]; /* as the last hit found it */
    bool watch_new_known;
    unsigned char watch_seen[64]; /* by stepping: as the last step found it */
    bool watch_seen_known;
    bool enabled, once, spent; /* spent: `once`, and it has stopped */
    bool incomplete;           /* inlined copies in other CUs are not known yet */
    uint64_t hits, ignore;
    char *condition; /* or NULL */
    bool has_thread;
    struct ptid thread;
    struct breakpoint_location *locations;
    size_t count;
    bool pending;    /* its place is not known yet */
    bool in_library; /* some place is in a file that the program may close and open again */
    char *reason;    /* why it is pending, or not inserted everywhere; or NULL */
    char *warning;   /* what the user should know although it is inserted; or NULL */
    char *commands;  /* JSON text: the steps to run at a stop, or NULL */
    struct breakpoint_attempt *attempts;
    size_t attempt_count;
};

struct breakpoint_table {
    struct breakpoint **items; /* by id */
    size_t count, capacity;
    struct site_table sites;
    bool reasons_told;   /* this stub names the watchpoint that it stops for */
    bool waits_for_code; /* a location may have no_code (insertion_upgrade) */
    int next_id;
    bool any_unfinished;              /* some breakpoint may be pending or incomplete */
    bool any_spent;                   /* some breakpoint may be spent */
    void (*waits)(struct control *c); /* a breakpoint waits for code that is not there yet: whoever follows
                                         libraries does */
    struct printk_line printk;
};

void breakpoints_free(struct breakpoint_table *t);

/* -- breakpoints.c, watch.c, breakpoint_json.c
 * ---------------------------------------------------------------------------------- */

struct breakpoint_request {
    const char *at;
    enum breakpoint_kind kind;
    const char *condition; /* or NULL */
    uint64_t ignore;
    bool once;
    const char *thread;   /* or NULL */
    const char *commands; /* JSON text, or NULL */
    bool pending;         /* an unknown place is kept for when symbols come */
};
/* Sets a breakpoint on all places `at` names. On error nothing is left behind. */
struct error *breakpoint_set(struct control *c, const struct breakpoint_request *request,
                             struct breakpoint **ret) BASE_MUST_CHECK;
struct error *watchpoint_set(struct control *c, const struct breakpoint_request *request, uint64_t address,
                             uint64_t length, enum site_type type, struct breakpoint **ret) BASE_MUST_CHECK;
/* Reads the watched bytes: as the value before, or (hit) as the value after the hit. */
void watchpoint_note(struct control *c, struct breakpoint *b, bool hit);
/* True when the watched bytes are not what was noted last. */
bool watchpoint_changed(struct control *c, const struct breakpoint *b);
struct breakpoint *breakpoint_find(struct control *c, int id);
struct error *breakpoint_enable(struct control *c, struct breakpoint *b, bool enabled) BASE_MUST_CHECK;
struct error *breakpoint_delete(struct control *c, struct breakpoint *b) BASE_MUST_CHECK;
/* Deletes the breakpoints that were set for one stop and have had it. */
void breakpoints_drop_spent(struct control *c);
/* The user's enabled breakpoint with a place at this address (breakpoints only), or NULL. */
struct breakpoint *breakpoint_at(struct control *c, uint64_t address);
/* The ids of all of those; *ret malloc'd. */
size_t breakpoints_at(struct control *c, uint64_t address, int **ret);
/* The breakpoint that watches this address with this type; a stub may name any byte of the range. */
struct breakpoint *watchpoint_at(struct control *c, uint64_t address, enum site_type type);
/* breakpoint_state.c: how it is inserted, by its first site, or how it is to be: software, hardware, memory,
 * auto. */
enum breakpoint_kind breakpoint_kind(const struct breakpoint *b);
const char *breakpoint_kind_name(enum breakpoint_kind kind);
enum breakpoint_state breakpoint_state(const struct breakpoint *b);
const char *breakpoint_state_name(enum breakpoint_state state);
/* Why it is in that state, or NULL; lent. */
const char *breakpoint_reason(const struct breakpoint *b);
/* The first of its sites, or NULL. */
const struct site *breakpoint_site(const struct breakpoint *b);
/* Which of the kinds a site of this type is of. */
enum breakpoint_kind site_kind(enum site_type type);
/* The `breakpoint-changed` event. */
void breakpoint_emit_changed(struct control *c, const struct breakpoint *b);
/* Symbols came: pending breakpoints whose place is known now are inserted. */
struct error *breakpoints_resolve_pending(struct control *c) BASE_MUST_CHECK;
/* Before the target runs: waits for the name index where a breakpoint names a function, adds the inlined
 * copies that it knows, and emits `breakpoint-changed`. ERR_CANCELLED, ERR_TIMEOUT: the target is not
 * resumed. */
struct error *breakpoints_complete(struct control *c) BASE_MUST_CHECK;
/* The target is gone, and what it refused with it: every enabled breakpoint is planned. */
void breakpoints_lost(struct control *c);
/* After symbols were loaded or the target replaced: every enabled breakpoint is resolved and inserted again.
 */
struct error *breakpoints_reinsert(struct control *c) BASE_MUST_CHECK;

#endif
