#include "engine/control/kernel/module_events.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/means.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/session/core.h"
#include "engine/target/registers.h"

/* Static functions may have got a suffix. */
static bool find_function(struct session *s, const char *name, uint64_t *ret)
{
    static const char *const suffixes[] = {"", ".isra.0", ".constprop.0", ".part.0"};
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        BASE_FREE char *full = xasprintf("%s%s", name, suffixes[i]);
        if (kernel_symbol(&s->target, full, ret))
            return true;
    }
    return false;
}

void module_events_follow(struct session *s)
{
    struct module_events *m = &s->module_events;
    uint64_t at;
    if (!kernel_file(&s->target, NULL) || s->target.state != TARGET_STOPPED)
        return;
    if (!m->come && find_function(s, "do_init_module", &at))
        m->come = means_for_run(s, at);
    if (!m->go && find_function(s, "free_module", &at))
        m->go = means_for_run(s, at);
}

bool module_events_ask(struct session *s)
{
    if (s->module_events.come || !s->target.arch || !kernel_file(&s->target, NULL) ||
        transport_byte_cost_ns(rsp_transport(s->target.connection)) > 0 || !modules_unseen(&s->target))
        return false;
    module_events_follow(s); /* what is planted in one is to leave with it */
    return true;
}

/* The module is the first argument (System V ABI of x86-64, AAPCS64). */
static bool argument(struct session *s, struct thread *t, uint64_t *ret)
{
    const struct arch *arch = s->target.arch;
    const char *name = arch == &arch_x86_64 ? "rdi" : arch == &arch_aarch64 ? "x0" : NULL;
    struct error *e = name ? register_value(&s->target, t, name, ret) : NULL;
    bool ok = name && !e;
    error_free(e);
    return ok;
}

static struct error *has_come(struct session *s, uint64_t structure)
{
    TRY(modules_come(&s->target, structure));
    return breakpoints_resolve_pending(s);
}

static struct error *goes(struct session *s, uint64_t structure)
{
    return modules_go(&s->target, structure) && s->breakpoints.wish_count ? breakpoints_replant(s) : NULL;
}

struct error *module_events_at_stop(struct session *s, struct ptid thread, uint64_t pc, bool *event)
{
    const struct module_events *m = &s->module_events;
    bool comes = m->come && pc == m->come->address, leaves = m->go && pc == m->go->address;
    struct thread *t = comes || leaves ? threads_find(&s->target.threads, thread) : NULL;
    uint64_t structure = 0;
    *event = comes || leaves;
    if (!t)
        return NULL;
    t->at_plant = true;
    t->plant_address = pc;
    if (!argument(s, t, &structure))
        return NULL;
    struct error *e = comes ? has_come(s, structure) : goes(s, structure);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* `modules` says what is wrong with it */
    return NULL;
}

void module_events_forget(struct session *s)
{
    struct module_events *m = &s->module_events;
    if (m->come)
        plant_release(s, m->come);
    if (m->go)
        plant_release(s, m->go);
    *m = (struct module_events){0};
}
