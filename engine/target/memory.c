/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/limits.h"
#include "engine/target/pace.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"

enum { STACK_WINDOW = 1 << 20, PREFETCH_AT_ONCE = 64 };

void memory_free(struct memory_cache *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->pieces[i].bytes);
    free(c->pieces);
    *c = (struct memory_cache){0};
}

void memory_forget(struct target *target)
{
    for (size_t i = 0; i < target->memory.count; i++)
        free(target->memory.pieces[i].bytes);
    target->memory.count = 0;
    target->memory.total = 0;
}

static void keep(struct memory_cache *c, uint64_t address, const unsigned char *bytes, size_t n)
{
    if (n == 0 || c->total + n > MEMORY_CACHE_LIMIT)
        return;
    ARRAY_RESERVE(c->pieces, c->count, c->capacity);
    c->pieces[c->count++] = (struct memory_piece){address, n, xmemdup(bytes, n)};
    c->total += n;
}

static struct ptid current_id(const struct target *target)
{
    return target->threads.has_current ? target->threads.current : (struct ptid){0, 0};
}

/* Where it was another's it begins anew. A stub that names no processes shows one memory (kgdb: the
 * kernel's). */
static void own_cache(struct target *target)
{
    struct ptid id = current_id(target);
    if (target->is_process || id.pid <= 0)
        id.tid = 0;
    if (!ptid_equal(target->memory.owner, id))
        memory_forget(target);
    target->memory.owner = id;
}

/* Copies from the cache as far as one chain of pieces covers the range from its start. */
static size_t from_cache(const struct memory_cache *c, uint64_t address, unsigned char *bytes, size_t n)
{
    size_t got = 0;
    for (bool progress = true; progress && got < n;) {
        progress = false;
        for (size_t i = c->count; i-- > 0 && got < n;) {
            const struct memory_piece *p = &c->pieces[i];
            uint64_t at = address + got - p->address;
            if (at >= p->length)
                continue;
            size_t take = p->length - at < n - got ? p->length - at : n - got;
            memcpy(bytes + got, p->bytes + at, take);
            got += take;
            progress = true;
        }
    }
    return got;
}

static bool near_stack(struct target *target, uint64_t address)
{
    struct thread *t =
        target->threads.has_current ? threads_find(&target->threads, target->threads.current) : NULL;
    const struct rsp_register *sp = t && target->arch ? register_find(target, target->arch->sp) : NULL;
    if (!sp || sp->size > 8 || !register_cached(t, sp))
        return false;
    uint64_t value = arch_load(t->bytes + sp->offset, sp->size, target->big_endian);
    return address - (value - STACK_WINDOW) < 2 * (uint64_t)STACK_WINDOW;
}

/* RAM may be read twice, cached and prefetched; anything else may be a device whose reads have effects. */
static bool is_ram(struct target *target, uint64_t address, size_t n)
{
    if (target->is_process)
        return true;
    uint64_t offset;
    struct symbol_file *first = symbol_map_file_at(target->map, address, &offset);
    if (first && symbol_map_file_at(target->map, address + (n ? n - 1 : 0), &offset) == first)
        return true;
    return near_stack(target, address) && near_stack(target, address + n);
}

static void note_miss(struct memory_misses *m, uint64_t address, size_t n)
{
    for (size_t i = 0; i < m->count; i++)
        if (address - m->items[i].address < m->items[i].length)
            return; /* it comes with that, or ends there */
    if (m->count < m->capacity)
        m->items[m->count++] = (struct memory_want){address, n};
}

/* Asks for at most so much at once as the pace of the stub allows; the packets are those of one great read.
 */
static struct error *read_paced(struct target *target, struct rsp_read *read, bool ram)
{
    size_t packet = rsp_packet_size(target->connection) / 2;
    bool whole = true;
    while (whole && read->got < read->length) {
        size_t left = read->length - read->got, packets = (left + packet - 1) / packet;
        packets = pace_at_once(target, packets);
        struct rsp_read part = {.address = read->address + read->got,
                                .length = packets * packet < left ? packets * packet : left,
                                .bytes = read->bytes + read->got};
        int64_t before = clock_now_ns();
        TRY(rsp_read_memory(target->connection, current_id(target), &part, 1, ram));
        pace_note(target, packets, clock_now_ns() - before);
        whole = part.got == part.length;
        read->got += part.got;
        read->error = part.error;
    }
    return NULL;
}

struct error *memory_read_some(struct target *target, uint64_t address, void *bytes, size_t n, size_t *got)
{
    *got = 0;
    TRY(target_need_stopped(target));
    bool ram = is_ram(target, address, n);
    own_cache(target);
    *got = from_cache(&target->memory, address, bytes, n); /* which holds RAM only */
    if (*got == n)
        return NULL;
    if (ram && target->memory.misses) {
        note_miss(target->memory.misses, address + *got, n - *got);
        return NULL;
    }
    struct rsp_read read = {
        .address = address + *got, .length = n - *got, .bytes = (unsigned char *)bytes + *got};
    TRY(target_check(target, read_paced(target, &read, ram)));
    target->hooks.memory_read(target, read.address, read.bytes, read.got);
    if (ram)
        keep(&target->memory, read.address, read.bytes, read.got);
    *got += read.got;
    if (error_is(read.error, ERR_TIMEOUT) || error_is(read.error, ERR_VIOLATION) ||
        error_is(read.error, ERR_CANCELLED))
        return read.error; /* says nothing about what is mapped */
    error_free(read.error);
    return NULL;
}

struct error *memory_read(struct target *target, uint64_t address, void *bytes, size_t n)
{
    size_t got;
    TRY(memory_read_some(target, address, bytes, n, &got));
    if (got == n)
        return NULL;
    const char *words = target->connection ? rsp_last_words(target->connection) : "";
    return error_hint(error_new(ERR_NO_MEMORY,
                                "read %zu bytes at 0x%" PRIx64 ": nothing can be read at 0x%" PRIx64 "%s%s",
                                n, address, address + got, *words ? "; the stub says: " : "", words),
                      "`maps` shows what is mapped");
}

static struct error *prefetch_paced(struct target *target, struct rsp_read *reads, size_t count)
{
    for (size_t done = 0, n; done < count; done += n) {
        int64_t before = clock_now_ns();
        n = pace_at_once(target, count - done);
        TRY(rsp_read_memory(target->connection, current_id(target), reads + done, n, true));
        pace_note(target, n, clock_now_ns() - before);
    }
    return NULL;
}

static struct error *prefetch(struct target *target, const struct memory_want *wants, size_t count,
                              bool all_ram)
{
    TRY(target_need_stopped(target));
    struct rsp_read reads[PREFETCH_AT_ONCE];
    size_t used = 0;
    unsigned char probe[4096];
    own_cache(target);
    for (size_t i = 0; i < count && used < PREFETCH_AT_ONCE; i++) {
        size_t n = wants[i].length;
        if (n == 0 || n > sizeof probe || !(all_ram || is_ram(target, wants[i].address, n)))
            continue;
        size_t got = from_cache(&target->memory, wants[i].address, probe, n);
        if (got < n && target->memory.misses)
            note_miss(target->memory.misses, wants[i].address, n);
        else if (got < n)
            reads[used++] = (struct rsp_read){.address = wants[i].address, .length = n, .bytes = xmalloc(n)};
    }
    struct error *e = used ? target_check(target, prefetch_paced(target, reads, used)) : NULL;
    for (size_t i = 0; i < used; i++) {
        target->hooks.memory_read(target, reads[i].address, reads[i].bytes, e ? 0 : reads[i].got);
        keep(&target->memory, reads[i].address, reads[i].bytes, e ? 0 : reads[i].got);
        error_free(reads[i].error);
        free(reads[i].bytes);
    }
    return e;
}

int memory_want_order(const void *a, const void *b)
{
    const struct memory_want *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

struct error *memory_prefetch(struct target *target, const struct memory_want *wants, size_t count)
{
    return prefetch(target, wants, count, false);
}

struct error *memory_prefetch_ram(struct target *target, const struct memory_want *wants, size_t count)
{
    return prefetch(target, wants, count, true);
}

bool memory_cached(struct target *target, uint64_t address, size_t n)
{
    unsigned char probe[64];
    own_cache(target);
    return n <= sizeof probe && from_cache(&target->memory, address, probe, n) == n;
}

/*
 * A stub writes word by word or packet by packet until it meets what cannot be written, and only says that it
 * failed. RAM is looked at again, so that the user knows which half stands; a device is left alone.
 */
static struct error *tell_half(struct target *target, uint64_t address, const void *bytes, size_t n,
                               struct error *failed)
{
    memory_forget(target);
    if ((!error_is(failed, ERR_REFUSED) && !error_is(failed, ERR_NO_MEMORY)) || !is_ram(target, address, n))
        return failed;
    BASE_FREE unsigned char *now = xmalloc(n);
    size_t got = 0, same = 0;
    struct error *e = memory_read_some(target, address, now, n, &got);
    error_free(e);
    while (same < got && now[same] == ((const unsigned char *)bytes)[same])
        same++;
    if (same == 0) /* a hint of its own: packets behind the refused one were taken */
        return failed->hint ? failed : error_hint(failed, "nothing was written; `maps` shows what is mapped");
    BASE_FREE char *taken = failed->hint ? xasprintf("%s: ", failed->hint) : xstrdup("");
    return error_hint(failed, "%sthe first %zu bytes are written; from 0x%" PRIx64 " on not, or not all",
                      taken, same, address + same);
}

struct error *memory_write(struct target *target, uint64_t address, const void *bytes, size_t n)
{
    TRY(target_need_stopped(target));
    own_cache(target);
    BASE_FREE unsigned char *beneath = xmemdup(bytes, n);
    target->hooks.memory_write(target, address, bytes, beneath, n);
    struct error *e =
        target_check(target, rsp_write_memory(target->connection, current_id(target), address, beneath, n));
    if (e)
        return error_while(tell_half(target, address, bytes, n, e), "write %zu bytes at 0x%" PRIx64, n,
                           address);
    const unsigned char *from = bytes;
    for (size_t i = 0; i < target->memory.count; i++) {
        struct memory_piece *p = &target->memory.pieces[i];
        for (size_t k = 0; k < n; k++)
            if (address + k - p->address < p->length)
                p->bytes[address + k - p->address] = from[k];
    }
    return NULL;
}

bool memory_from_file(struct target *target, uint64_t address, void *bytes, size_t n)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(target->map, address, &offset);
    if (!f)
        return false;
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count; i++) {
        uint64_t at = address - offset - sections[i].address;
        if (at < sections[i].size && n <= sections[i].size - at)
            return !sections[i].writable && sections[i].has_bytes &&
                   symbol_file_read(f, address - offset, bytes, n) == n;
    }
    return false;
}

struct error *memory_read_number(struct target *target, uint64_t address, size_t size, uint64_t *ret)
{
    unsigned char bytes[8];
    if (size == 0 || size > sizeof bytes)
        return error_new(ERR_INTERNAL, "a number of %zu bytes", size);
    TRY(memory_read(target, address, bytes, size));
    *ret = arch_load(bytes, size, target->big_endian);
    return NULL;
}
