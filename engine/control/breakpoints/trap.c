/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traps: which instruction, and that nobody sees the ones that stand in memory. */
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/journal.h"
#include "engine/control/control.h"

enum { CHECK_BATCH = 32 };

unsigned site_length_at(struct control *c, uint64_t address, bool thumb, const unsigned char *code)
{
    const struct arch *arch = c->target->arch;
    unsigned char own[1];
    if (!arch)
        return 1;
    if (!arch->short_trap)
        return arch->breakpoint_kind;
    if (arch->has_thumb)
        return thumb || symbols_is_thumb(c->target->map, address) ? arch->short_trap_size
                                                                  : arch->breakpoint_kind;
    if (!code && memory_from_file(c->target, address, own, sizeof own))
        code = own;
    return code && arch->instruction_size(code) == arch->short_trap_size ? arch->short_trap_size
                                                                         : arch->breakpoint_kind;
}

bool trap_known(const struct control *c)
{
    return c->target->arch && c->target->arch->trap_size;
}

void trap_bytes(const struct control *c, unsigned length, unsigned char ret[TRAP_MAX])
{
    memset(ret, 0, TRAP_MAX);
    if (!trap_known(c))
        return;
    const unsigned char *from = c->target->arch->trap;
    unsigned size = c->target->arch->trap_size;
    if (c->target->arch->short_trap && length == c->target->arch->short_trap_size) {
        from = c->target->arch->short_trap;
        size = c->target->arch->short_trap_size;
    }
    for (unsigned i = 0; i < size; i++)
        ret[i] = from[c->target->big_endian ? size - 1 - i : i];
}

/* The part of [address, address + n) that the site covers, as offsets; false: none. */
static bool overlap(const struct site *p, uint64_t address, size_t n, size_t *from, size_t *to)
{
    uint64_t ahead = p->address - address; /* wraps when the site begins before */
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

/* Bytes `from` to `to` of the site are this trap, without any operand, and behind that what was there. */
static bool is_trap_over(const struct arch_trap *t, bool big_endian, const unsigned char *code,
                         const unsigned char *bytes, size_t from, size_t to)
{
    const struct arch_trap plain = {t->value, UINT32_MAX, t->size};
    size_t end = t->size < to ? t->size : to;
    return from < end && arch_trap_is(&plain, big_endian, bytes, from, end) &&
           memcmp(bytes + (end - from), code + end, to - end) == 0;
}

/*
 * KVM and LLVM's stub write Z0 into memory and show it: then what is read is a trap, in the encoding that the
 * stub likes. Any other bytes are the program's, which may have changed its code.
 */
static bool shows(const struct control *c, const struct site *p, const unsigned char *code, uint64_t address,
                  const unsigned char *bytes, size_t from, size_t to)
{
    size_t first = (size_t)(address + from - p->address);
    unsigned char trap[TRAP_MAX];
    if (p->type == SITE_MEMORY)
        return true;
    trap_bytes(c, p->length, trap);
    if (p->type == SITE_SOFTWARE && memcmp(bytes + from, trap + first, to - from) == 0)
        return true;
    for (const struct arch_trap *t = c->target->arch->traps; t && t->size; t++)
        if (p->type == SITE_SOFTWARE && t->size <= p->length &&
            is_trap_over(t, c->target->big_endian, code, bytes + from, first, first + (to - from)))
            return true;
    return false;
}

/* What is under a site, as it was seen before, or as its file has it. */
static bool code_under(struct control *c, const struct site *p, unsigned char ret[TRAP_MAX])
{
    memcpy(ret, p->saved, TRAP_MAX);
    return p->saved_known ||
           (p->type == SITE_SOFTWARE && memory_from_file(c->target, p->address, ret, p->length));
}

void trap_note_code(struct control *c, struct site *p, const unsigned char *code, size_t n)
{
    if (p->type != SITE_SOFTWARE || p->inserted || p->length > TRAP_MAX)
        return;
    if (n >= p->length) {
        memcpy(p->saved, code, p->length);
        p->saved_known = true;
    } else if (memory_cached(c->target, p->address, p->length)) {
        struct error *e = memory_read(c->target, p->address, p->saved, p->length);
        p->saved_known = p->saved_known || !e;
        error_free(e);
    }
}

void traps_hide(struct control *c, uint64_t address, unsigned char *bytes, size_t n)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; trap_known(c) && n && i < t->count; i++) {
        const struct site *p = t->items[i];
        size_t from, to;
        unsigned char code[TRAP_MAX];
        if (!p->inserted || !site_is_code(p) || p->length > TRAP_MAX || !overlap(p, address, n, &from, &to) ||
            !code_under(c, p, code) || !shows(c, p, code, address, bytes, from, to))
            continue;
        memcpy(bytes + from, code + (address + from - p->address), to - from);
    }
}

unsigned trap_own_at(struct control *c, uint64_t address)
{
    const struct arch *arch = c->target->arch;
    unsigned char bytes[4] = {0};
    size_t got;
    if (!arch || !arch->traps)
        return 0;
    struct error *e = memory_read_some(c->target, address, bytes, sizeof bytes, &got);
    if (e)
        got = 0; /* what cannot be read is no trap */
    error_free(e);
    bool is_short = arch->has_thumb && site_length_at(c, address, false, bytes) == arch->short_trap_size;
    return arch_trap_at(arch, c->target->big_endian, is_short, bytes, got);
}

void traps_divert(struct control *c, uint64_t address, unsigned char *bytes, size_t n)
{
    struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; i < t->count; i++) {
        struct site *p = t->items[i];
        unsigned char trap[TRAP_MAX];
        size_t from, to;
        bool written = t->in_memory && p->type == SITE_MEMORY,
             seen = p->type == SITE_SOFTWARE && p->saved_known;
        if (!p->inserted || (!written && !seen) || !overlap(p, address, n, &from, &to))
            continue;
        uint64_t at = address + from - p->address;
        memcpy(p->saved + at, bytes + from, to - from);
        if (!written)
            continue; /* the stub knows its own traps */
        trap_bytes(c, p->length, trap);
        memcpy(bytes + from, trap + at, to - from);
    }
}

static bool is_leaving(const struct site *p)
{
    return p->type == SITE_MEMORY && p->inserted && (p->users == 0 || p->removed);
}

/* What was written over the trap is newer than what we saved: nothing is put back. */
static void forget_overwritten(struct control *c, struct site *p)
{
    p->inserted = false;
    c->breakpoints.sites.in_memory--;
    if (p->users)
        p->state = SITE_SUSPECT;
    p->saved_known = false;
    journal_forget(c, p);
    site_changed(c, p);
}

static struct error *check_some(struct control *c, struct site **sites, size_t count)
{
    struct rsp_read reads[CHECK_BATCH];
    unsigned char bytes[CHECK_BATCH][TRAP_MAX];
    for (size_t i = 0; i < count; i++)
        reads[i] =
            (struct rsp_read){.address = sites[i]->address, .length = sites[i]->length, .bytes = bytes[i]};
    struct ptid id = c->target->threads.has_current ? c->target->threads.current : (struct ptid){0, 0};
    struct error *e =
        target_check(c->target, rsp_read_memory(c->target->connection, id, reads, count, false));
    for (size_t i = 0; i < count; i++) {
        unsigned char trap[TRAP_MAX];
        trap_bytes(c, sites[i]->length, trap);
        if (!e && reads[i].got == sites[i]->length && memcmp(bytes[i], trap, sites[i]->length) != 0)
            forget_overwritten(c, sites[i]);
        error_free(reads[i].error);
    }
    return e;
}

struct error *traps_check(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    struct site *leaving[CHECK_BATCH];
    size_t n = 0;
    if (t->in_memory == 0)
        return NULL;
    /* Backwards: one that is forgotten is replaced by the last. */
    for (size_t i = t->dirty_count; i-- > 0;) {
        if (!is_leaving(t->dirty[i]))
            continue;
        leaving[n++] = t->dirty[i];
        if (n == CHECK_BATCH) {
            TRY(check_some(c, leaving, n));
            n = 0;
        }
    }
    return n ? check_some(c, leaving, n) : NULL;
}
