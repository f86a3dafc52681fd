/* Traps: which instruction, and that nobody sees the ones that stand in memory. */
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/journal.h"
#include "engine/session/core.h"

enum { CHECK_BATCH = 32 };

unsigned plant_length_at(struct session *s, uint64_t address, bool thumb, const unsigned char *code)
{
    if (!s->target.arch)
        return 1;
    if (!s->target.arch->short_trap)
        return s->target.arch->breakpoint_kind;
    unsigned char own[1];
    if (s->target.arch == &arch_arm)
        return thumb || symbols_is_thumb(s->target.map, address) ? s->target.arch->short_trap_size
                                                                 : s->target.arch->breakpoint_kind;
    /* RISC-V: the two lowest bits of an instruction say whether it is a compressed one. */
    if (!code && memory_from_file(&s->target, address, own, 1))
        code = own;
    return code && (code[0] & 3) != 3 ? s->target.arch->short_trap_size : s->target.arch->breakpoint_kind;
}

void trap_bytes(const struct session *s, unsigned length, unsigned char ret[TRAP_MAX])
{
    const unsigned char *from = s->target.arch->trap;
    unsigned size = s->target.arch->trap_size;
    if (s->target.arch->short_trap && length == s->target.arch->short_trap_size) {
        from = s->target.arch->short_trap;
        size = s->target.arch->short_trap_size;
    }
    memset(ret, 0, TRAP_MAX);
    for (unsigned i = 0; i < size; i++)
        ret[i] = from[s->target.big_endian ? size - 1 - i : i];
}

/* The part of [address, address + n) that the plant covers, as offsets; false: none. */
static bool overlap(const struct plant *p, uint64_t address, size_t n, size_t *from, size_t *to)
{
    uint64_t ahead = p->address - address; /* wraps when the plant begins before */
    if (ahead < n) {
        *from = (size_t)ahead;
        *to = n - *from < p->length ? n : *from + p->length;
        return true;
    }
    uint64_t behind = address - p->address;
    if (behind >= p->length)
        return false;
    *from = 0;
    *to = p->length - behind < n ? (size_t)(p->length - behind) : n;
    return true;
}

/* KVM writes Z0 into the guest's memory and shows it: then what is read is the trap. */
static bool shows(const struct session *s, const struct plant *p, uint64_t address,
                  const unsigned char *bytes, size_t from, size_t to)
{
    unsigned char trap[TRAP_MAX];
    if (p->type == PLANT_MEMORY)
        return true;
    trap_bytes(s, p->length, trap);
    return p->type == PLANT_SOFTWARE &&
           memcmp(bytes + from, trap + (address + from - p->address), to - from) == 0;
}

void traps_hide(struct session *s, uint64_t address, unsigned char *bytes, size_t n)
{
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = 0; s->target.arch && n && i < t->count; i++) {
        const struct plant *p = t->items[i];
        size_t from, to;
        if (!p->inserted || !p->saved_known || !plant_is_code(p) || !overlap(p, address, n, &from, &to) ||
            !shows(s, p, address, bytes, from, to))
            continue;
        memcpy(bytes + from, p->saved + (address + from - p->address), to - from);
    }
}

void traps_divert(struct session *s, uint64_t address, unsigned char *bytes, size_t n)
{
    struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = 0; t->in_memory && i < t->count; i++) {
        struct plant *p = t->items[i];
        unsigned char trap[TRAP_MAX];
        size_t from, to;
        if (!p->inserted || p->type != PLANT_MEMORY || !overlap(p, address, n, &from, &to))
            continue;
        uint64_t at = address + from - p->address;
        memcpy(p->saved + at, bytes + from, to - from);
        trap_bytes(s, p->length, trap);
        memcpy(bytes + from, trap + at, to - from);
    }
}

static bool is_leaving(const struct plant *p)
{
    return p->type == PLANT_MEMORY && p->inserted && (p->users == 0 || p->lifted);
}

/* What was written over the trap is newer than what we saved: nothing is put back. */
static void forget_overwritten(struct session *s, struct plant *p)
{
    p->inserted = false;
    s->breakpoints.plants.in_memory--;
    if (p->users)
        p->state = PLANT_SUSPECT;
    p->saved_known = false;
    journal_forget(s, p);
    plant_changed(s, p);
}

static struct error *check_some(struct session *s, struct plant **plants, size_t count)
{
    struct rsp_read reads[CHECK_BATCH];
    unsigned char bytes[CHECK_BATCH][TRAP_MAX];
    for (size_t i = 0; i < count; i++)
        reads[i] =
            (struct rsp_read){.address = plants[i]->address, .length = plants[i]->length, .bytes = bytes[i]};
    struct ptid id = s->target.threads.has_current ? s->target.threads.current : (struct ptid){0, 0};
    struct error *e =
        target_check(&s->target, rsp_read_memory(s->target.connection, id, reads, count, false));
    for (size_t i = 0; i < count; i++) {
        unsigned char trap[TRAP_MAX];
        trap_bytes(s, plants[i]->length, trap);
        if (!e && reads[i].got == plants[i]->length && memcmp(bytes[i], trap, plants[i]->length) != 0)
            forget_overwritten(s, plants[i]);
        error_free(reads[i].error);
    }
    return e;
}

struct error *traps_check(struct session *s)
{
    const struct plant_table *t = &s->breakpoints.plants;
    struct plant *leaving[CHECK_BATCH];
    size_t n = 0;
    if (t->in_memory == 0)
        return NULL;
    /* Backwards: one that is forgotten is replaced by the last. */
    for (size_t i = t->dirty_count; i-- > 0;) {
        if (!is_leaving(t->dirty[i]))
            continue;
        leaving[n++] = t->dirty[i];
        if (n == CHECK_BATCH) {
            TRY(check_some(s, leaving, n));
            n = 0;
        }
    }
    return n ? check_some(s, leaving, n) : NULL;
}
