/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for what is known of the stop: $_thread, $_gthread, $_inferior, $_siginfo. They cannot be assigned.
 */
#include <string.h>

#include "engine/inspect/convenience/kept.h"
#include "engine/target/target.h"

static struct error *thread_number(struct evaluation *e, struct value **ret)
{
    const struct target *target = e->pool.target;
    const struct thread *t =
        target->threads.has_current ? threads_find(&target->threads, target->threads.current) : NULL;
    *ret = value_integer(&e->pool, basic_type(&e->pool, "int"), t ? t->number : 0);
    return NULL;
}

/* Processes are told apart by their thread ids here; there is one list of them. */
static struct error *inferior_number(struct evaluation *e, struct value **ret)
{
    *ret = value_integer(&e->pool, basic_type(&e->pool, "int"), 1);
    return NULL;
}

static const struct {
    const char *name;
    struct error *(*value)(struct evaluation *e, struct value **ret);
} names[] = {
    {"_thread", thread_number},
    {"_gthread", thread_number},
    {"_inferior", inferior_number},
    {"_siginfo", siginfo_value},
};

struct error *known_find(struct evaluation *e, const char *name, struct value **ret)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].value(e, ret);
    return NULL;
}

bool known_may_come(const char *name)
{
    static const char *const set_by_us[] = {"_exitcode", "_exitsignal", "bpnum", "_", "__"};
    for (size_t i = 0; i < sizeof set_by_us / sizeof *set_by_us; i++)
        if (strcmp(set_by_us[i], name) == 0)
            return true;
    return false;
}

bool known_has(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return true;
    return false;
}
