/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/draw.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scripts/limits.h"

/* SplitMix64 (Steele, Lea, Flood 2014): well mixed from any seed, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t *state, uint64_t limit)
{
    uint64_t least = -limit % limit; /* numbers that would make some results likelier are drawn again */
    uint64_t r;
    do
        r = next_random(state);
    while (r < least);
    return r % limit;
}

static bool is_taken(uint64_t *table, uint64_t mask, uint64_t value)
{
    uint64_t state = value;
    uint64_t i = next_random(&state) & mask;
    while (table[i] && table[i] != value + 1)
        i = (i + 1) & mask;
    bool taken = table[i] != 0;
    table[i] = value + 1;
    return taken;
}

static void draw_some(struct draw *d, uint64_t budget, uint64_t seed)
{
    uint64_t size = 4;
    while (size < 2 * budget)
        size *= 2;
    BASE_FREE uint64_t *table = xcalloc(size, sizeof *table);
    d->drawn = xcalloc(budget, sizeof *d->drawn);
    for (uint64_t i = 0; i < budget;) {
        uint64_t value = below(&seed, d->total);
        if (!is_taken(table, size - 1, value))
            d->drawn[i++] = value;
    }
}

struct error *draw_read_share(const char *share, uint64_t *k, uint64_t *n)
{
    char rest;
    unsigned a = 0, b = 0;
    if (sscanf(share, "%6u/%6u%c", &a, &b, &rest) != 2 || a < 1 || a > b)
        return error_new(ERR_USAGE, "`shard` is K/N, such as 2/8, with K from 1 to N");
    *k = a;
    *n = b;
    return NULL;
}

static uint64_t part(uint64_t total, uint64_t k, uint64_t n)
{
    return (uint64_t)((unsigned __int128)total * k / n);
}

struct error *draw_init(struct draw *d, uint64_t total, uint64_t budget, const char *share, uint64_t seed)
{
    uint64_t k = 1, n = 1;
    *d = (struct draw){.total = total, .step = 1};
    if (share)
        TRY(draw_read_share(share, &k, &n));
    if (budget > DRAW_BUDGET_MAX)
        return error_new(ERR_USAGE, "`budget` is at most %d", DRAW_BUDGET_MAX);
    if (budget == 0 || budget >= total) {
        d->next = part(total, k - 1, n);
        d->end = part(total, k, n);
        return NULL;
    }
    draw_some(d, budget, seed);
    d->next = k - 1;
    d->end = budget;
    d->step = n;
    return NULL;
}

void draw_free(struct draw *d)
{
    free(d->drawn);
    *d = (struct draw){0};
}

uint64_t draw_left(const struct draw *d)
{
    return d->next < d->end ? (d->end - d->next + d->step - 1) / d->step : 0;
}

bool draw_next(struct draw *d, uint64_t *ret)
{
    if (d->next >= d->end)
        return false;
    *ret = d->drawn ? d->drawn[d->next] : d->next;
    d->next += d->step;
    return true;
}

uint64_t draw_skip_to(struct draw *d, uint64_t behind)
{
    if (d->drawn || behind <= d->next)
        return 0;
    uint64_t to = behind < d->end ? behind : d->end;
    uint64_t passed = to - d->next;
    d->next = to;
    return passed;
}
