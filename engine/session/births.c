/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/births.h"

#include "engine/session/session_private.h"

struct error *session_births_begin(struct session *s)
{
    return births_begin(s->control);
}

void session_births_end(struct session *s)
{
    births_end(s->control);
}

struct error *session_births_look(struct session *s)
{
    return births_look(s->control);
}

struct error *session_births_creates(struct session *s)
{
    struct thread *t;
    TRY(threads_current(s->target, &t));
    return births_creates(s->control, t->id);
}

bool session_birth(const struct session *s, struct session_birth *ret)
{
    const struct thread_table *t = &s->target->threads;
    unsigned number = t->has_current ? births_number(s->control, t->current) : BIRTH_UNKNOWN;
    *ret = (struct session_birth){.number = number, .exact = s->control->births.exact};
    if (number == BIRTH_UNKNOWN)
        return false;
    ret->path = births_path(s->control, number);
    return true;
}
