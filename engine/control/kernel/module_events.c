/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/kernel/module_events.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/control/control.h"
#include "engine/target/registers.h"

/* Static functions may have got a suffix. */
static bool find_function(struct control *c, const char *name, uint64_t *ret)
{
    static const char *const suffixes[] = {"", ".isra.0", ".constprop.0", ".part.0"};
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        BASE_FREE char *full = xasprintf("%s%s", name, suffixes[i]);
        if (kernel_symbol(c->target, full, ret))
            return true;
    }
    return false;
}

void module_events_follow(struct control *c)
{
    struct module_events *m = &c->module_events;
    uint64_t at;
    if (!kernel_file(c->target, NULL) || c->target->state != TARGET_STOPPED)
        return;
    if (!m->come && find_function(c, "do_init_module", &at))
        m->come = insertion_for_run(c, at);
    if (!m->go && find_function(c, "free_module", &at))
        m->go = insertion_for_run(c, at);
}

bool module_events_ask(struct control *c)
{
    if (c->module_events.come || !c->target->arch || !kernel_file(c->target, NULL) ||
        transport_byte_cost_ns(rsp_transport(c->target->connection)) > 0 || !modules_unseen(c->target))
        return false;
    module_events_follow(c); /* what is inserted in one is to leave with it */
    return true;
}

/* The module is the first argument. */
static bool argument(struct control *c, struct thread *t, uint64_t *ret)
{
    const char *name = c->target->arch ? c->target->arch->first_argument : NULL;
    struct error *e = name ? register_value(c->target, t, name, ret) : NULL;
    bool ok = name && !e;
    error_free(e);
    return ok;
}

static struct error *has_come(struct control *c, uint64_t structure)
{
    TRY(modules_come(c->target, structure));
    return breakpoints_resolve_pending(c);
}

static struct error *goes(struct control *c, uint64_t structure)
{
    return modules_go(c->target, structure) && c->breakpoints.count ? breakpoints_reinsert(c) : NULL;
}

struct error *module_events_at_stop(struct control *c, struct ptid thread, uint64_t pc, bool *event)
{
    const struct module_events *m = &c->module_events;
    bool comes = m->come && pc == m->come->address, leaves = m->go && pc == m->go->address;
    struct thread *t = comes || leaves ? threads_find(&c->target->threads, thread) : NULL;
    uint64_t structure = 0;
    *event = comes || leaves;
    if (!t)
        return NULL;
    t->at_site = true;
    t->site_address = pc;
    if (!argument(c, t, &structure))
        return NULL;
    struct error *e = comes ? has_come(c, structure) : goes(c, structure);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* `modules` says what is wrong with it */
    return NULL;
}

void module_events_forget(struct control *c)
{
    struct module_events *m = &c->module_events;
    if (m->come)
        site_release(c, m->come);
    if (m->go)
        site_release(c, m->go);
    *m = (struct module_events){0};
}
