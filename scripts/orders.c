/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/limits.h"
#include "scripts/orders.h"

#include <stdbool.h>
#include <string.h>

/* a * b / c where c divides a * b; false when the result does not fit. */
static bool multiply_divide(uint64_t *a, uint64_t b, uint64_t c)
{
    unsigned __int128 product = (unsigned __int128)*a * b / c;
    *a = (uint64_t)product;
    return product < UINT64_MAX;
}

/* One binomial coefficient a thread: where its turns lie among its own and those of the threads before. */
uint64_t orders_count(const unsigned *lengths, size_t n)
{
    uint64_t count = 1, total = 0;
    for (size_t i = 0; i < n; i++)
        for (unsigned k = 1; k <= lengths[i]; k++)
            if (!multiply_divide(&count, ++total, k))
                return UINT64_MAX;
    return count;
}

static size_t turns_of(const unsigned *lengths, size_t n)
{
    size_t turns = 0;
    for (size_t i = 0; i < n; i++)
        turns += lengths[i];
    return turns;
}

void orders_write(const unsigned *lengths, size_t n, uint64_t rank, unsigned *turns)
{
    unsigned left[ORDERS_THREADS_MAX];
    memcpy(left, lengths, n * sizeof *left);
    size_t count = turns_of(lengths, n);
    for (size_t at = 0; at < count; at++) {
        for (unsigned i = 0; i < n; i++) {
            if (!left[i])
                continue;
            left[i]--;
            uint64_t below = orders_count(left, n);
            if (rank < below) {
                turns[at] = i;
                break;
            }
            rank -= below;
            left[i]++;
        }
    }
}

uint64_t orders_behind(const unsigned *lengths, size_t n, const unsigned *turns, size_t turn_count)
{
    unsigned left[ORDERS_THREADS_MAX];
    memcpy(left, lengths, n * sizeof *left);
    uint64_t first = 0;
    for (size_t at = 0; at < turn_count; at++) {
        for (unsigned i = 0; i < turns[at]; i++) {
            if (!left[i])
                continue;
            left[i]--;
            first += orders_count(left, n);
            left[i]++;
        }
        left[turns[at]]--;
    }
    return first + orders_count(left, n);
}

unsigned orders_switches(const unsigned *turns, size_t turn_count)
{
    unsigned switches = 0;
    for (size_t i = 1; i < turn_count; i++)
        switches += turns[i] != turns[i - 1];
    return switches;
}
