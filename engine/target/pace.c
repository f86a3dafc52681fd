/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/pace.h"

#include "engine/target/target.h"

/* Short enough for whoever waits behind them; and how many while nothing is known of the stub. */
#define AT_ONCE_NS INT64_C(250000000)
enum { AT_ONCE_FIRST = 4 };

size_t pace_at_once(const struct target *target, size_t most)
{
    int64_t each = target->answer_ns;
    int64_t count = each ? AT_ONCE_NS / each : AT_ONCE_FIRST;
    return count < 1 ? 1 : (uint64_t)count < most ? (size_t)count : most;
}

void pace_note(struct target *target, size_t answers, int64_t took_ns)
{
    int64_t each = answers ? took_ns / (int64_t)answers : 0;
    target->answer_ns = each > 0 ? each : 1;
}
