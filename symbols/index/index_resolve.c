/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of definitions whose declaration or abstract instance is in another unit (LTO, dwz): grouped by that
 * unit, so that each is walked once a round.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_image.h"
#include "symbols/index/index_merge.h"

enum { ROUNDS = 4 };

long scan_unit_holding(const struct scan_unit *units, size_t count, uint64_t die)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (units[mid].die <= die)
            low = mid + 1;
        else
            high = mid;
    }
    const struct scan_unit *u = low ? &units[low - 1] : NULL;
    return u && die - u->die < (uint64_t)(u->end - u->bytes) ? (long)low - 1 : -1;
}

static int by_target(const void *a, const void *b)
{
    const struct part_pending *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->die < y->die ? -1 : x->die > y->die;
}

/* The pending DIEs of a part, with names in the numbers of `extra`; the part has none afterwards. */
static void move_pending(struct index_part *from, struct index_part *extra, struct part_pending **list,
                         size_t *count, size_t *capacity)
{
    for (size_t i = 0; i < from->pending_count; i++) {
        struct part_pending p = from->pending[i];
        if (from != extra)
            p.name = p.name ? part_name_of(extra, part_name_text(from, p.name)) : 0;
        ARRAY_RESERVE(*list, *count, *capacity);
        (*list)[(*count)++] = p;
    }
    from->pending_count = 0;
}

static void resolve(struct scanner *s, const struct scan_unit *units, size_t unit_count,
                    const struct part_pending *list, size_t count)
{
    long walked = -1;
    for (size_t i = 0; i < count && !atomic_load(s->cancelled); i++) {
        long unit = scan_unit_holding(units, unit_count, list[i].target);
        if (unit < 0)
            continue;
        if (unit != walked)
            scan_unit(s, &units[unit], false);
        walked = unit;
        scan_follow(s, &list[i]);
    }
}

void index_resolve(struct index_part *parts, size_t count, const struct scan_unit *units, size_t unit_count,
                   const atomic_bool *cancelled, struct index_part *extra)
{
    struct part_pending *list = NULL;
    size_t n = 0, capacity = 0;
    struct scanner s = {.part = extra, .cancelled = cancelled};
    for (size_t i = 0; i < count; i++)
        move_pending(&parts[i], extra, &list, &n, &capacity);
    for (int round = 0; n && round < ROUNDS; round++) {
        qsort(list, n, sizeof *list, by_target);
        resolve(&s, units, unit_count, list, n);
        n = 0;
        move_pending(extra, extra, &list, &n, &capacity);
    }
    scanner_free(&s);
    free(list);
}
