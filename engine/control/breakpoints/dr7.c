/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/dr7.h"

#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/percpu.h"
#include "engine/inspect/values/values.h"

/* All that a saved DR7 may have (Intel SDM volume 3, 18.2.4): without bit 10, which always reads as one. */
#define DR7_POSSIBLE 0xffff2fffu

/* enum nmi_states of arch/x86/kernel/nmi.c is an int. */
enum { STATE_BYTES = 4, NMI_EXECUTING = 1 };

static bool is_restoring_linux(const struct control *c)
{
    return c->target->arch && c->target->arch->linux_restores_slots && slots_inside(c);
}

/* On the bare machine a set that is empty is put back as well, once there was another: DR7 is not 0 then. */
static bool concerned(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    return is_restoring_linux(c) && (t->hardware_live > 0 || (t->hardware_before && dr7_change_by_trap(c)));
}

/* What was removed to step off it leaves its place to nobody, and gets it back. */
void dr7_note(struct control *c, struct site *p, bool insert)
{
    if (!site_in_hardware(p) || p->inserted == insert)
        return;
    if (insert ? !p->comes_back : !p->users)
        c->breakpoints.sites.hardware_changed = true;
    if (!insert && !p->users)
        c->breakpoints.sites.hardware_gone = true;
    p->comes_back = !insert && p->users;
}

/* With the next resume. */
static bool will_change(const struct site *p)
{
    bool comes = p->users && !p->inserted && !p->comes_back;
    return site_in_hardware(p) && p->state != SITE_FAILED && (comes || (!p->users && p->inserted));
}

bool dr7_change_needed(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    bool changed = t->hardware_changed;
    for (size_t i = 0; !changed && i < t->count; i++)
        changed = will_change(t->items[i]);
    return (changed && concerned(c)) || (t->hardware_late && is_restoring_linux(c));
}

bool dr7_change_needed_to_leave(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    return is_restoring_linux(c) && (t->hardware_live > 0 || t->hardware_late);
}

bool dr7_others_wait(const struct control *c)
{
    return is_restoring_linux(c) && c->breakpoints.sites.hardware_behind > 0;
}

/* X86_FEATURE_HYPERVISOR is bit 31 of word 4 (arch/x86/include/asm/cpufeatures.h). A kernel keeps it. */
bool dr7_change_by_trap(struct control *c)
{
    enum rsp_tristate *bare = &c->breakpoints.sites.bare_machine;
    if (*bare != TRI_UNKNOWN)
        return *bare == TRI_YES;
    bool hypervisor = false;
    struct error *e = values_truth(c->target, "boot_cpu_data.x86_capability[4] >> 31 & 1", &hypervisor);
    error_free(e);
    *bare = hypervisor ? TRI_NO : TRI_YES;
    return !hypervisor;
}

void dr7_remove_all(struct control *c, bool removed)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = t->count; i-- > 0;)
        if (site_in_hardware(t->items[i]))
            site_remove(c, t->items[i], removed);
}

/* Where a per-CPU word is in each processor's area; false: the kernel has none of this name. */
static bool find_word(struct control *c, const char *name, uint64_t *ret)
{
    uint64_t address;
    return kernel_symbol(c->target, name, &address) && percpu_is(c->target, address, ret);
}

static bool read_number(struct control *c, uint64_t address, size_t size, uint64_t *ret)
{
    struct error *e = memory_read_number(c->target, address, size, ret);
    bool known = !e;
    error_free(e);
    return known;
}

/* One that is inside an NMI, with debug registers to put back. *outside: one that is in none. */
static struct error *clear_processor(struct control *c, uint64_t word, uint64_t state, bool *outside)
{
    static const unsigned char none[8];
    uint64_t now, saved, size = c->target->arch->address_size;
    bool known = read_number(c, state, STATE_BYTES, &now);
    *outside = known && now < NMI_EXECUTING;
    if (!known || now < NMI_EXECUTING || now > NMI_EXECUTING + 1 || !read_number(c, word, size, &saved) ||
        !saved || (saved & ~(uint64_t)DR7_POSSIBLE))
        return NULL;
    return memory_write(c->target, word, none, size);
}

bool dr7_comes_back(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    bool comes = false;
    for (size_t i = 0; t->hardware_live == 0 && !comes && i < t->count; i++) {
        const struct site *p = t->items[i];
        comes = site_in_hardware(p) && p->users && p->state != SITE_FAILED;
    }
    return comes && is_restoring_linux(c) && dr7_change_by_trap(c);
}

/* Bit n: there is a processor n that runs; none where the kernel does not say so. */
static uint64_t processors(struct control *c)
{
    uint64_t address, ret = 0;
    bool known = kernel_symbol(c->target, "__cpu_online_mask", &address) &&
                 read_number(c, address, DR7_CPUS_MOST / 8, &ret);
    return known ? ret : 0;
}

struct error *dr7_clear_others(struct control *c)
{
    uint64_t word, state, area, online = processors(c);
    size_t outside = 0;
    c->breakpoints.sites.hardware_behind = 0;
    if (!find_word(c, "nmi_dr7", &word) || !find_word(c, "nmi_state", &state))
        return NULL;
    for (unsigned cpu = 0; cpu < DR7_CPUS_MOST; cpu++) {
        struct error *e = percpu_address(c->target, 0, cpu, &area);
        if (error_is(e, ERR_LOST))
            return e;
        bool last = e != NULL;
        error_free(e);
        if (last)
            break;
        bool is_outside;
        TRY(clear_processor(c, area + word, area + state, &is_outside));
        outside += is_outside && (online >> cpu & 1);
    }
    c->breakpoints.sites.hardware_behind = outside > 1 ? outside - 1 : 0; /* one is that which has stopped */
    return NULL;
}

void dr7_stopped(struct control *c)
{
    struct site_table *t = &c->breakpoints.sites;
    t->hardware_late = t->hardware_behind > 0;
    t->hardware_behind -= t->hardware_late;
}

void dr7_resumed(struct control *c)
{
    struct site_table *t = &c->breakpoints.sites;
    bool steps = c->plan_active && !c->plan.off_changes_dr7 &&
                 (c->plan.phase == PHASE_OFF || c->plan.phase == PHASE_STEP);
    if (steps && (t->hardware_live || t->hardware_late))
        return;
    t->hardware_changed = t->hardware_late = false;
    t->hardware_live = 0;
    for (size_t i = 0; i < t->count; i++)
        t->hardware_live += t->items[i]->inserted && site_in_hardware(t->items[i]);
    t->hardware_before = t->hardware_before || t->hardware_live > 0;
}
