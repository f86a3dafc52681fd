/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `interleave`: one order, and what the target is like behind it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scripts/race.h"
#include "scripts/runner.h"

/* The session's error for an order that does not hold. */
static struct error *not_forced(const struct race *race, const struct race_result *result)
{
    BASE_FREE char *arrow =
        result->reached < race->order_count ? race_arrow_text(race, race->order[result->reached]) : NULL;
    const char *hint = result->verdict == RACE_UNFORCED
                           ? "`patience` gives a thread longer; `hold` says whether the stub holds threads"
                           : "`waiting` in the result says who is where";
    return error_hint(error_new(ERR_REFUSED, "the order could not be driven (%s) at %s: %s",
                                race_verdict_name(result->verdict), arrow, result->why ? result->why : ""),
                      "%s", hint);
}

struct error *run_interleave(struct run *r, const cJSON *args, cJSON **ret)
{
    struct race *race = xcalloc(1, sizeof *race);
    struct race_result result = {0};
    struct error *e = race_read(args, true, race, NULL);
    if (!e)
        e = race_force(r, race, run_deadline(r, args), &result);
    if (!e) {
        *ret = race_result_json(race, &result);
        if (result.verdict == RACE_FORCED)
            run_steps(r, "then", race->then);
        else if (!(race->accepted & 1u << result.verdict))
            e = not_forced(race, &result);
    }
    race_result_free(&result);
    free(race);
    return e;
}
