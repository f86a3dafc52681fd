/* Watchpoints: bytes split over slots, and their values before and after. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/conditions.h"
#include "engine/control/breakpoints/means.h"
#include "engine/control/breakpoints/wish.h"
#include "engine/control/control.h"

/* The value before, so that a hit can show what changed. */
void watchpoint_note(struct control *c, struct wish *w, bool hit)
{
    unsigned char now[sizeof w->watch_old];
    size_t got = 0;
    struct error *e = memory_read_some(c->target, w->watch_address, now, w->watch_length, &got);
    bool known = !e && got == w->watch_length;
    error_free(e);
    if (!hit) {
        w->watch_new_known = false;
        w->watch_old_known = known;
        memcpy(w->watch_old, now, got);
        return;
    }
    if (w->watch_new_known)
        memcpy(w->watch_old, w->watch_new, w->watch_length);
    w->watch_old_known = w->watch_old_known || w->watch_new_known;
    w->watch_new_known = known;
    memcpy(w->watch_new, now, got);
}

bool watchpoint_changed(struct control *c, const struct wish *w)
{
    unsigned char now[sizeof w->watch_old];
    size_t got = 0;
    const unsigned char *last = w->watch_new_known ? w->watch_new : w->watch_old;
    struct error *e = memory_read_some(c->target, w->watch_address, now, w->watch_length, &got);
    bool changed = !e && got == w->watch_length && (w->watch_new_known || w->watch_old_known) &&
                   memcmp(now, last, got) != 0;
    error_free(e);
    return changed;
}

/* Debug registers watch aligned powers of two, at most a word each (Intel SDM volume 3, 18.2.5; kgdb answers
 * E01 to anything else). */
static void split(struct control *c, struct wish *w)
{
    unsigned word = c->target->arch ? c->target->arch->address_size : 8;
    uint64_t at = w->watch_address, end = at + w->watch_length;
    w->locations = xcalloc(w->watch_length, sizeof *w->locations);
    while (at < end) {
        unsigned size = word;
        while (at % size || at + size > end)
            size /= 2;
        w->locations[w->count++] = (struct wish_location){.address = at, .length = size};
        at += size;
    }
}

struct error *watchpoint_set(struct control *c, const struct wish_request *request, uint64_t address,
                             uint64_t length, enum plant_type type, struct wish **ret)
{
    TRY(target_need_plantable(c->target));
    if (length == 0 || length > sizeof((struct wish *)0)->watch_old || address + length < address)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "watch %s: it has %" PRIu64 " bytes", request->at, length),
            "watch 1 to 64 bytes, best one member");
    struct wish *w = xcalloc(1, sizeof *w);
    wish_add(c, w);
    struct error *e = wish_fill(c, request, w);
    w->is_watch = true;
    w->watch_type = type;
    w->watch_address = address;
    w->watch_length = (unsigned)length;
    split(c, w);
    if (!e)
        e = condition_check(c, w);
    if (!e)
        e = means_plant(c, w);
    if (e) {
        means_release(c, w);
        wish_take_back(c, w);
        return error_while(e, "set a watchpoint on %s", request->at);
    }
    watchpoint_note(c, w, false);
    *ret = w;
    return NULL;
}

struct wish *watchpoint_at(struct control *c, uint64_t address, enum plant_type type)
{
    struct wish *other = NULL;
    for (size_t i = 0; i < c->breakpoints.wish_count; i++) {
        struct wish *w = c->breakpoints.wishes[i];
        /* A stub may name the first byte of the aligned slot that holds the watched bytes. */
        bool covers = address < w->watch_address + w->watch_length && w->watch_address < address + 8;
        if (!w->is_watch || !w->enabled || !covers)
            continue;
        if (w->watch_type == type)
            return w;
        other = w;
    }
    return other;
}
