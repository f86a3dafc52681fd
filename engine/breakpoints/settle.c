#include "engine/breakpoints/settle.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"
#include "engine/values/values.h"

/* Enable bits of DR7, and all that it may have (Intel SDM volume 3, 18.2.4; bit 10 always reads as one). */
#define DR7_ENABLED  0xffu
#define DR7_POSSIBLE 0xffff2fffu

enum { CPUS_MAX = 64, PER_CPU_MAX = 1 << 20, NMI_EXECUTING = 1 };

static bool is_hardware(const struct plant *p)
{
    return p->type >= PLANT_HARDWARE && p->type <= PLANT_ACCESS;
}

static bool concerned(const struct session *s)
{
    bool x86 = s->arch == &arch_x86_64 || s->arch == &arch_i386;
    return s->breakpoints.plants.hardware_live > 0 && x86 && slots_inside(s);
}

/* What was lifted to step off it leaves its place to nobody, and gets it back. */
void settle_note(struct session *s, struct plant *p, bool insert)
{
    if (!is_hardware(p) || p->inserted == insert)
        return;
    if (insert ? !p->comes_back : !p->users)
        s->breakpoints.plants.hardware_changed = true;
    if (!insert && !p->users)
        s->breakpoints.plants.hardware_gone = true;
    p->comes_back = !insert && p->users;
}

/* With the next resume. */
static bool will_change(const struct plant *p)
{
    bool comes = p->users && !p->inserted && !p->comes_back;
    return is_hardware(p) && p->state != PLANT_FAILED && (comes || (!p->users && p->inserted));
}

bool settle_needed(struct session *s)
{
    const struct plant_table *t = &s->breakpoints.plants;
    bool changed = t->hardware_changed;
    for (size_t i = 0; !changed && i < t->count; i++)
        changed = will_change(t->items[i]);
    return changed && concerned(s);
}

bool settle_needed_to_leave(struct session *s)
{
    return concerned(s);
}

/* X86_FEATURE_HYPERVISOR is bit 31 of word 4 (arch/x86/include/asm/cpufeatures.h). */
bool settle_by_trap(struct session *s)
{
    cJSON *value = NULL;
    struct error *e = values_evaluate(s, "boot_cpu_data.x86_capability[4] >> 31 & 1", 0, &value);
    const char *text = e ? NULL : cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "text"));
    bool hypervisor = text && strcmp(text, "1") == 0;
    error_free(e);
    cJSON_Delete(value);
    return !hypervisor;
}

void settle_lift(struct session *s, bool lifted)
{
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = t->count; i-- > 0;)
        if (is_hardware(t->items[i]))
            plant_lift(s, t->items[i], lifted);
}

static uint64_t value_of(const unsigned char *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* False where it is not known, or cannot be read. */
static bool place_of(struct session *s, const char *name, uint64_t *address, uint64_t *length)
{
    struct error *e = values_place(s, name, address, length);
    bool known = !e;
    error_free(e);
    return known;
}

static bool read_value(struct session *s, uint64_t address, size_t n, uint64_t *ret)
{
    unsigned char bytes[8];
    struct error *e = n <= sizeof bytes ? memory_read(s, address, bytes, n) : NULL;
    bool known = !e && n <= sizeof bytes;
    error_free(e);
    *ret = known ? value_of(bytes, n) : 0;
    return known;
}

struct saved_words {
    uint64_t word, state, state_length;   /* nmi_dr7, nmi_state: offsets in a processor's area */
    uint64_t areas[CPUS_MAX], area_count; /* where those are */
};

static bool find_words(struct session *s, struct saved_words *ret)
{
    uint64_t offsets, length, cpus, cpus_length;
    if (!place_of(s, "nmi_dr7", &ret->word, &length) || length != 8 || ret->word >= PER_CPU_MAX ||
        !place_of(s, "nmi_state", &ret->state, &ret->state_length) || ret->state >= PER_CPU_MAX ||
        !place_of(s, "__per_cpu_offset", &offsets, &length) ||
        !place_of(s, "nr_cpu_ids", &cpus, &cpus_length) || !read_value(s, cpus, cpus_length, &cpus))
        return false;
    ret->area_count = cpus < length / 8 ? cpus : length / 8;
    if (ret->area_count > CPUS_MAX)
        return false;
    unsigned char bytes[8 * CPUS_MAX];
    struct error *e = memory_read(s, offsets, bytes, ret->area_count * 8);
    bool known = !e;
    error_free(e);
    for (size_t i = 0; known && i < ret->area_count; i++)
        ret->areas[i] = value_of(bytes + 8 * i, 8);
    return known;
}

/* One that is inside an NMI, with debug registers to put back. */
static struct error *settle_processor(struct session *s, const struct saved_words *w, uint64_t area)
{
    static const unsigned char none[8];
    uint64_t state, saved;
    if (!read_value(s, area + w->state, w->state_length, &state) || state < NMI_EXECUTING ||
        state > NMI_EXECUTING + 1 || !read_value(s, area + w->word, 8, &saved) || !(saved & DR7_ENABLED) ||
        (saved & ~(uint64_t)DR7_POSSIBLE))
        return NULL;
    return memory_write(s, area + w->word, none, sizeof none);
}

struct error *settle_others(struct session *s)
{
    struct saved_words words;
    if (!find_words(s, &words))
        return NULL;
    for (size_t i = 0; i < words.area_count; i++)
        TRY(settle_processor(s, &words, words.areas[i]));
    return NULL;
}

void settle_resumed(struct session *s)
{
    struct plant_table *t = &s->breakpoints.plants;
    bool steps =
        s->plan_active && !s->plan.off_settles && (s->plan.phase == PHASE_OFF || s->plan.phase == PHASE_STEP);
    if (steps && t->hardware_live)
        return;
    t->hardware_changed = false;
    t->hardware_live = 0;
    for (size_t i = 0; i < t->count; i++)
        t->hardware_live += t->items[i]->inserted && is_hardware(t->items[i]);
}
