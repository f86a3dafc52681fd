/*
 * engine/control/breakpoints/breakpoints.h - what the user wishes.
 *
 * A wish is what was asked for: a place, a condition, a kind. It has one location for each place it names
 * (inlined copies, a watch split over slots), and each location one plant (plant.h), or none while it is
 * disabled or could not be planted. How a location gets its plant is decided in means.h.
 *
 * Owned by the session; engine thread; target stopped for everything that sends. Once the program has ended
 * wishes can still be set, changed and deleted: nothing is sent, they are `planned` for the next start.
 * Errors: those of plant.h; with kind `auto` a wish that cannot be planted is kept and says why.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINTS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_BREAKPOINTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/breakpoints/plant.h"
#include "engine/control/breakpoints/printk.h"
#include "rsp/stop_reply.h"

struct symbol_match;

enum wish_kind { WISH_AUTO, WISH_SOFTWARE, WISH_HARDWARE, WISH_MEMORY };

struct wish_location {
    uint64_t address;
    unsigned length;     /* of a watch: bytes of this part */
    bool thumb;          /* Arm: the code there is Thumb */
    bool no_code;        /* nothing is there yet: hardware until it is */
    uint64_t inside;     /* the start of the instruction that this address is inside of, or 0 */
    struct plant *plant; /* NULL while disabled, or when nothing could be planted */
    char *function, *file;
    unsigned line;
};

/* One step of the decision how to plant: what was tried, and what came back. */
struct wish_attempt {
    enum plant_type type;
    uint64_t address;
    char *outcome;
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
    unsigned char watch_seen[64]; /* by stepping: as the last step found it */
    bool watch_seen_known;
    bool enabled, once, spent; /* spent: `once`, and it has stopped */
    bool incomplete;           /* inlined copies in other CUs are not known yet */
    uint64_t hits, ignore;
    char *condition; /* or NULL */
    bool has_thread;
    struct ptid thread;
    struct wish_location *locations;
    size_t count;
    bool pending;    /* its place is not known yet */
    bool in_library; /* some place is in a file that the program may close and open again */
    char *reason;    /* why it is pending, or not planted everywhere; or NULL */
    char *warning;   /* what the user should know although it is planted; or NULL */
    char *commands;  /* JSON text: the steps to run at a stop, or NULL */
    struct wish_attempt *attempts;
    size_t attempt_count;
};

struct breakpoint_table {
    struct wish **wishes; /* by id */
    size_t wish_count, wish_capacity;
    struct plant_table plants;
    bool reasons_told;   /* this stub names the watchpoint that it stops for */
    bool waits_for_code; /* a location may have no_code (means_upgrade) */
    int next_id;
    bool any_unfinished; /* some wish may be pending or incomplete */
    bool any_spent;      /* some wish may be spent */
    void (*waits)(
        struct control *c); /* a wish waits for code that is not there yet: whoever follows libraries does */
    struct printk_line printk;
};

void breakpoints_free(struct breakpoint_table *t);

/* -- wishes.c, watch.c, wish_json.c
 * ---------------------------------------------------------------------------------- */

struct wish_request {
    const char *at;
    enum wish_kind kind;
    const char *condition; /* or NULL */
    uint64_t ignore;
    bool once;
    const char *thread;   /* or NULL */
    const char *commands; /* JSON text, or NULL */
    bool pending;         /* an unknown place is kept for when symbols come */
};
/* Sets a breakpoint on all places `at` names. On error nothing is left behind. */
struct error *breakpoint_set(struct control *c, const struct wish_request *request,
                             struct wish **ret) BASE_MUST_CHECK;
struct error *watchpoint_set(struct control *c, const struct wish_request *request, uint64_t address,
                             uint64_t length, enum plant_type type, struct wish **ret) BASE_MUST_CHECK;
/* Reads the watched bytes: as the value before, or (hit) as the value after the hit. */
void watchpoint_note(struct control *c, struct wish *w, bool hit);
/* True when the watched bytes are not what was noted last. */
bool watchpoint_changed(struct control *c, const struct wish *w);
struct wish *breakpoint_find(struct control *c, int id);
struct error *breakpoint_enable(struct control *c, struct wish *w, bool enabled) BASE_MUST_CHECK;
struct error *breakpoint_delete(struct control *c, struct wish *w) BASE_MUST_CHECK;
/* Deletes the wishes that were set for one stop and have had it. */
void breakpoints_drop_spent(struct control *c);
/* The user's enabled wish with a place at this address (breakpoints only), or NULL. */
struct wish *breakpoint_at(struct control *c, uint64_t address);
/* The ids of all of those; *ret malloc'd. */
size_t breakpoints_at(struct control *c, uint64_t address, int **ret);
/* The wish that watches this address with this type; a stub may name any byte of the range. */
struct wish *watchpoint_at(struct control *c, uint64_t address, enum plant_type type);
/* The means and state of a wish in words of the interface: kind and state of its first plant. */
const char *wish_kind_name(const struct wish *w);
const char *wish_state_name(const struct wish *w);
const char *wish_reason(const struct wish *w);
cJSON *wish_to_json(struct control *c, const struct wish *w);
/* The `breakpoint-changed` event. */
void breakpoint_emit_changed(struct control *c, const struct wish *w);
/* Symbols came: pending wishes whose place is known now are planted. */
struct error *breakpoints_resolve_pending(struct control *c) BASE_MUST_CHECK;
/* Before the target runs: waits for the name index where a wish names a function, adds the inlined copies
 * that it knows, and emits `breakpoint-changed`. ERR_CANCELLED, ERR_TIMEOUT: the target is not resumed. */
struct error *breakpoints_complete(struct control *c) BASE_MUST_CHECK;
/* The target is gone, and what it refused with it: every enabled wish is planned. */
void breakpoints_lost(struct control *c);
/* After symbols were loaded or the target replaced: every enabled wish is resolved and planted again. */
struct error *breakpoints_replant(struct control *c) BASE_MUST_CHECK;

#endif
