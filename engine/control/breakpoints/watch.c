/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watchpoints: bytes split over slots, and their values before and after. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/breakpoints/breakpoint.h"
#include "engine/control/control.h"

/* The value before, so that a hit can show what changed. */
void watchpoint_note(struct control *c, struct breakpoint *b, bool hit)
{
    unsigned char now[sizeof b->watch_old];
    size_t got = 0;
    struct error *e = memory_read_some(c->target, b->watch_address, now, b->watch_length, &got);
    bool known = !e && got == b->watch_length;
    error_free(e);
    if (!hit) {
        b->watch_new_known = false;
        b->watch_old_known = known;
        memcpy(b->watch_old, now, got);
        return;
    }
    if (b->watch_new_known)
        memcpy(b->watch_old, b->watch_new, b->watch_length);
    b->watch_old_known = b->watch_old_known || b->watch_new_known;
    b->watch_new_known = known;
    memcpy(b->watch_new, now, got);
}

bool watchpoint_changed(struct control *c, const struct breakpoint *b)
{
    unsigned char now[sizeof b->watch_old];
    size_t got = 0;
    const unsigned char *last = b->watch_new_known ? b->watch_new : b->watch_old;
    struct error *e = memory_read_some(c->target, b->watch_address, now, b->watch_length, &got);
    bool changed = !e && got == b->watch_length && (b->watch_new_known || b->watch_old_known) &&
                   memcmp(now, last, got) != 0;
    error_free(e);
    return changed;
}

/* Debug registers watch aligned powers of two, at most a word each (Intel SDM volume 3, 18.2.5; kgdb answers
 * E01 to anything else). */
static void split(struct control *c, struct breakpoint *b)
{
    unsigned word = c->target->arch ? c->target->arch->address_size : 8;
    uint64_t at = b->watch_address, end = at + b->watch_length;
    b->locations = xcalloc(b->watch_length, sizeof *b->locations);
    while (at < end) {
        unsigned size = word;
        while (at % size || at + size > end)
            size /= 2;
        b->locations[b->count++] = (struct breakpoint_location){.address = at, .length = size};
        at += size;
    }
}

struct error *watchpoint_set(struct control *c, const struct breakpoint_request *request, uint64_t address,
                             uint64_t length, enum site_type type, struct breakpoint **ret)
{
    TRY(target_need_insertable(c->target));
    if (length == 0 || length > sizeof((struct breakpoint *)0)->watch_old || address + length < address)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "watch %s: it has %" PRIu64 " bytes", request->at, length),
            "watch 1 to 64 bytes, best one member");
    struct breakpoint *b = xcalloc(1, sizeof *b);
    breakpoint_add(c, b);
    struct error *e = breakpoint_fill(c, request, b);
    b->is_watch = true;
    b->watch_type = type;
    b->watch_address = address;
    b->watch_length = (unsigned)length;
    split(c, b);
    if (!e)
        e = condition_check(c, b);
    if (!e)
        e = insertion_site(c, b);
    if (e) {
        insertion_release(c, b);
        breakpoint_take_back(c, b);
        return error_while(e, "set a watchpoint on %s", request->at);
    }
    watchpoint_note(c, b, false);
    *ret = b;
    return NULL;
}

struct breakpoint *watchpoint_at(struct control *c, uint64_t address, enum site_type type)
{
    struct breakpoint *other = NULL;
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        struct breakpoint *b = c->breakpoints.items[i];
        /* A stub may name the first byte of the aligned slot that holds the watched bytes. */
        bool covers = address < b->watch_address + b->watch_length && b->watch_address < address + 8;
        if (!b->is_watch || !b->enabled || !covers)
            continue;
        if (b->watch_type == type)
            return b;
        other = b;
    }
    return other;
}
