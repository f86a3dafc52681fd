/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits for the next stop, and what each of them is answered. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/commands/stop_json.h"
#include "engine/face/worker_private.h"

void worker_answer(struct worker *w, const struct waiter *to, struct error *e, cJSON *result)
{
    struct worker_message m = {.kind = WORKER_ANSWER,
                               .id = to->id,
                               .command = to->command,
                               .error = e,
                               .result = result,
                               .elapsed_ns = clock_now_ns() - to->started_ns};
    if (to->is_line && result && to->command && to->command->text) {
        struct buf text = {0};
        to->command->text(result, &text);
        m.text = buf_take(&text);
    }
    worker_send(w, &m);
}

void worker_add_waiter(struct worker *w, const struct waiter *from)
{
    struct waiter *copy = xmemdup(from, sizeof *from);
    copy->next = w->waiters;
    w->waiters = copy;
}

void worker_forget_waiter(struct worker *w, uint64_t id)
{
    struct waiter **at = &w->waiters;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    struct waiter *found = *at;
    if (!found)
        return;
    *at = found->next;
    free(found);
}

static struct error *error_copy(const struct error *e)
{
    struct error *copy = error_new(e->code, "%s", e->message);
    return e->hint ? error_hint(copy, "%s", e->hint) : copy;
}

void worker_answer_waiters(struct worker *w, struct error *e, const struct stop *stop)
{
    if (!w->waiters && stop)
        session_keep_stop(w->session, stop);
    while (w->waiters) {
        struct waiter *one = w->waiters;
        w->waiters = one->next;
        worker_answer(w, one, e ? error_copy(e) : NULL, stop ? stop_to_json(w->session, stop) : NULL);
        free(one);
    }
    error_free(e);
}
