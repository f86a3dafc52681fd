#include "engine/control/breakpoints/settle.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/percpu.h"
#include "engine/inspect/values/values.h"

/* All that a saved DR7 may have (Intel SDM volume 3, 18.2.4): without bit 10, which always reads as one. */
#define DR7_POSSIBLE 0xffff2fffu

/* enum nmi_states of arch/x86/kernel/nmi.c is an int. */
enum { CPUS_MAX = 64, STATE_BYTES = 4, NMI_EXECUTING = 1 };

static bool is_restoring_linux(const struct control *c)
{
    return c->target->arch && c->target->arch->linux_restores_slots && slots_inside(c);
}

/* On the bare machine a set that is empty is put back as well, once there was another: DR7 is not 0 then. */
static bool concerned(struct control *c)
{
    const struct plant_table *t = &c->breakpoints.plants;
    return is_restoring_linux(c) && (t->hardware_live > 0 || (t->hardware_before && settle_by_trap(c)));
}

/* What was lifted to step off it leaves its place to nobody, and gets it back. */
void settle_note(struct control *c, struct plant *p, bool insert)
{
    if (!plant_in_hardware(p) || p->inserted == insert)
        return;
    if (insert ? !p->comes_back : !p->users)
        c->breakpoints.plants.hardware_changed = true;
    if (!insert && !p->users)
        c->breakpoints.plants.hardware_gone = true;
    p->comes_back = !insert && p->users;
}

/* With the next resume. */
static bool will_change(const struct plant *p)
{
    bool comes = p->users && !p->inserted && !p->comes_back;
    return plant_in_hardware(p) && p->state != PLANT_FAILED && (comes || (!p->users && p->inserted));
}

bool settle_needed(struct control *c)
{
    const struct plant_table *t = &c->breakpoints.plants;
    bool changed = t->hardware_changed;
    for (size_t i = 0; !changed && i < t->count; i++)
        changed = will_change(t->items[i]);
    return changed && concerned(c);
}

bool settle_needed_to_leave(struct control *c)
{
    return is_restoring_linux(c) && c->breakpoints.plants.hardware_live > 0;
}

/* X86_FEATURE_HYPERVISOR is bit 31 of word 4 (arch/x86/include/asm/cpufeatures.h). A kernel keeps it. */
bool settle_by_trap(struct control *c)
{
    enum rsp_tristate *bare = &c->breakpoints.plants.bare_machine;
    if (*bare != TRI_UNKNOWN)
        return *bare == TRI_YES;
    cJSON *value = NULL;
    struct error *e = values_evaluate(c->target, "boot_cpu_data.x86_capability[4] >> 31 & 1", 0, &value);
    const char *text = e ? NULL : cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "text"));
    bool hypervisor = text && strcmp(text, "1") == 0;
    error_free(e);
    cJSON_Delete(value);
    *bare = hypervisor ? TRI_NO : TRI_YES;
    return !hypervisor;
}

void settle_lift(struct control *c, bool lifted)
{
    const struct plant_table *t = &c->breakpoints.plants;
    for (size_t i = t->count; i-- > 0;)
        if (plant_in_hardware(t->items[i]))
            plant_lift(c, t->items[i], lifted);
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

/* One that is inside an NMI, with debug registers to put back. */
static struct error *settle_processor(struct control *c, uint64_t word, uint64_t state)
{
    static const unsigned char none[8];
    uint64_t now, saved, size = c->target->arch->address_size;
    if (!read_number(c, state, STATE_BYTES, &now) || now < NMI_EXECUTING || now > NMI_EXECUTING + 1 ||
        !read_number(c, word, size, &saved) || !saved || (saved & ~(uint64_t)DR7_POSSIBLE))
        return NULL;
    return memory_write(c->target, word, none, size);
}

bool settle_revives(struct control *c)
{
    const struct plant_table *t = &c->breakpoints.plants;
    bool comes = false;
    for (size_t i = 0; t->hardware_live == 0 && !comes && i < t->count; i++) {
        const struct plant *p = t->items[i];
        comes = plant_in_hardware(p) && p->users && p->state != PLANT_FAILED;
    }
    return comes && is_restoring_linux(c) && settle_by_trap(c);
}

struct error *settle_others(struct control *c)
{
    uint64_t word, state, area;
    if (!find_word(c, "nmi_dr7", &word) || !find_word(c, "nmi_state", &state))
        return NULL;
    for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
        struct error *e = percpu_address(c->target, 0, cpu, &area);
        if (error_is(e, ERR_LOST))
            return e;
        bool last = e != NULL;
        error_free(e);
        if (last)
            break;
        TRY(settle_processor(c, area + word, area + state));
    }
    return NULL;
}

void settle_resumed(struct control *c)
{
    struct plant_table *t = &c->breakpoints.plants;
    bool steps =
        c->plan_active && !c->plan.off_settles && (c->plan.phase == PHASE_OFF || c->plan.phase == PHASE_STEP);
    if (steps && t->hardware_live)
        return;
    t->hardware_changed = false;
    t->hardware_live = 0;
    for (size_t i = 0; i < t->count; i++)
        t->hardware_live += t->items[i]->inserted && plant_in_hardware(t->items[i]);
    t->hardware_before = t->hardware_before || t->hardware_live > 0;
}
