/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The driver for targets that can do nothing of the kind: snapshots are registers and memory that we keep
 * (kept_memory.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/target/registers.h"
#include "engine/control/time/kept_memory.h"
#include "engine/control/time/time.h"

enum { PAGE = 4096, PIECE = 1 << 16, STACK_BELOW = 4096, STACK_ABOVE = 256 << 10 };

struct kept_piece {
    uint64_t address;
    size_t length;
    unsigned char *bytes;
};

struct kept_thread {
    struct ptid id;
    struct rsp_g registers;
};

struct kept_memory {
    struct kept_memory *next;
    char *name;
    uint64_t position, bytes;
    struct kept_piece *pieces;
    size_t count, capacity;
    struct kept_thread *threads;
    size_t thread_count, thread_capacity;
};

static void free_one(struct kept_memory *k)
{
    for (size_t i = 0; i < k->count; i++)
        free(k->pieces[i].bytes);
    for (size_t i = 0; i < k->thread_count; i++)
        rsp_g_free(&k->threads[i].registers);
    free(k->pieces);
    free(k->threads);
    free(k->name);
    free(k);
}

void kept_memory_free(struct kept_memory *list)
{
    while (list) {
        struct kept_memory *next = list->next;
        free_one(list);
        list = next;
    }
}

/* -- what to keep ---------------------------------------------------------------------------------- */

size_t kept_ranges_read(const char *maps, struct kept_range **ret)
{
    size_t count = 0, capacity = 0;
    *ret = NULL;
    for (const char *line = maps; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        struct kept_range range;
        char access[5] = "";
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &range.low, &range.high, access) != 3)
            continue;
        if (access[0] != 'r' || access[1] != 'w' || access[3] != 'p' || range.high <= range.low)
            continue;
        ARRAY_RESERVE(*ret, count, capacity);
        (*ret)[count++] = range;
    }
    return count;
}

static char *read_text(int64_t pid, const char *what)
{
    BASE_FREE char *path = xasprintf("/proc/%" PRId64 "/%s", pid, what);
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    BASE_BUF struct buf text = {0};
    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0 && text.length < PROCESS_MAPS_LIMIT)
        buf_add(&text, part, n);
    fclose(f);
    return buf_take(&text);
}

/* The process of this id on this machine is only the one meant when somebody traces it and our pc is in it:
 * emulators make ids up. */
static bool is_here(int64_t pid)
{
    BASE_FREE char *status = read_text(pid, "status");
    const char *tracer = status ? strstr(status, "TracerPid:") : NULL;
    return pid > 1 && tracer && strtol(tracer + 10, NULL, 10) > 0;
}

static void add_range(struct kept_range **ret, size_t *count, uint64_t low, uint64_t high)
{
    size_t capacity = *count;
    ARRAY_RESERVE(*ret, *count, capacity);
    (*ret)[(*count)++] = (struct kept_range){low, high};
}

static size_t known_ranges(struct control *c, uint64_t sp, struct kept_range **ret)
{
    size_t count = 0;
    *ret = NULL;
    for (size_t i = 0; i < symbol_map_count(c->target->map); i++) {
        uint64_t offset;
        const struct symbol_section *sections;
        size_t n = symbol_file_sections(symbol_map_file(c->target->map, i, &offset), &sections);
        for (size_t k = 0; k < n; k++)
            if (sections[k].writable && sections[k].size)
                add_range(ret, &count, sections[k].address + offset,
                          sections[k].address + offset + sections[k].size);
    }
    if (sp)
        add_range(ret, &count, sp > STACK_BELOW ? sp - STACK_BELOW : 0, sp + STACK_ABOVE);
    return count;
}

static size_t find_ranges(struct control *c, struct kept_range **ret)
{
    struct thread *t;
    uint64_t sp = 0;
    struct error *e = threads_current(c->target, &t);
    if (!e)
        e = thread_sp(c->target, t, &sp);
    error_free(e);
    int64_t pid = c->target->threads.current.pid;
    BASE_FREE char *maps = is_here(pid) ? read_text(pid, "maps") : NULL;
    return maps ? kept_ranges_read(maps, ret) : known_ranges(c, sp, ret);
}

/* -- keeping --------------------------------------------------------------------------------------- */

static struct error *keep_piece(struct control *c, struct kept_memory *k, uint64_t at, size_t n)
{
    struct kept_piece piece = {.address = at, .bytes = xmalloc(n)};
    struct rsp_read read = {.address = at, .length = n, .bytes = piece.bytes};
    struct error *e = target_check(
        c->target, rsp_read_memory(c->target->connection, c->target->threads.current, &read, 1, true));
    error_free(read.error);
    piece.length = read.got;
    if (e || piece.length == 0) {
        free(piece.bytes);
        return e;
    }
    ARRAY_RESERVE(k->pieces, k->count, k->capacity);
    k->pieces[k->count++] = piece;
    k->bytes += piece.length;
    return NULL;
}

static struct error *keep_ranges(struct control *c, struct kept_memory *k, const struct kept_range *ranges,
                                 size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += ranges[i].high - ranges[i].low;
    if (total > KEPT_MOST)
        return error_hint(error_new(ERR_REFUSED,
                                    "the target has %" PRIu64 " bytes of writable memory, and at most "
                                    "%d are kept",
                                    total, KEPT_MOST),
                          "`snapshot: false` keeps the place alone");
    for (size_t i = 0; i < count; i++)
        for (uint64_t at = ranges[i].low; at < ranges[i].high; at += PIECE) {
            uint64_t left = ranges[i].high - at;
            TRY(keep_piece(c, k, at, left < PIECE ? left : PIECE));
        }
    return NULL;
}

static struct error *keep_threads(struct control *c, struct kept_memory *k)
{
    TRY(threads_list(c->target));
    for (size_t i = 0; i < c->target->threads.count; i++) {
        struct kept_thread one = {.id = c->target->threads.items[i]->id};
        if (c->target->threads.items[i]->state == THREAD_EXITED)
            continue;
        TRY(target_check(c->target, rsp_read_g(c->target->connection, one.id, &one.registers)));
        ARRAY_RESERVE(k->threads, k->thread_count, k->thread_capacity);
        k->threads[k->thread_count++] = one;
    }
    return NULL;
}

static struct error *save(struct control *c, const char *name)
{
    BASE_FREE struct kept_range *ranges = NULL;
    size_t count = find_ranges(c, &ranges), kept = 0;
    for (struct kept_memory *k = c->time.kept; k; k = k->next)
        kept++;
    if (kept >= KEPT_COUNT)
        return error_new(ERR_REFUSED, "the memory of %d moments is kept already", KEPT_COUNT);
    struct kept_memory *k = xcalloc(1, sizeof *k);
    k->name = xstrdup(name);
    k->position = c->target->epoch;
    struct error *e = keep_ranges(c, k, ranges, count);
    if (!e)
        e = keep_threads(c, k);
    if (e) {
        free_one(k);
        return e;
    }
    k->next = c->time.kept;
    c->time.kept = k;
    return NULL;
}

/* -- putting back ---------------------------------------------------------------------------------- */

static struct error *put_piece(struct control *c, const struct kept_piece *piece)
{
    BASE_FREE unsigned char *now = xmalloc(piece->length);
    struct rsp_read read = {.address = piece->address, .length = piece->length, .bytes = now};
    TRY(target_check(c->target,
                     rsp_read_memory(c->target->connection, c->target->threads.current, &read, 1, true)));
    error_free(read.error);
    for (size_t at = 0; at < read.got; at += PAGE) {
        size_t n = read.got - at < PAGE ? read.got - at : PAGE;
        if (memcmp(now + at, piece->bytes + at, n) != 0)
            TRY(target_check(c->target, rsp_write_memory(c->target->connection, c->target->threads.current,
                                                         piece->address + at, piece->bytes + at, n)));
    }
    return NULL;
}

static struct error *put_threads(struct control *c, const struct kept_memory *k, unsigned *gone)
{
    c->target->threads.listed = false;
    TRY(threads_list(c->target));
    for (size_t i = 0; i < k->thread_count; i++) {
        const struct kept_thread *one = &k->threads[i];
        const struct thread *t = threads_find(&c->target->threads, one->id);
        if (!t || t->state == THREAD_EXITED) {
            ++*gone;
            continue;
        }
        TRY(target_check(c->target, rsp_write_g(c->target->connection, one->id, one->registers.bytes,
                                                one->registers.size)));
    }
    return NULL;
}

static struct kept_memory **find(struct control *c, const char *name)
{
    struct kept_memory **at = &c->time.kept;
    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static struct error *restore(struct control *c, const char *name, uint64_t position)
{
    (void)position;
    const struct kept_memory *k = *find(c, name);
    unsigned gone = 0;
    if (!k)
        return error_new(ERR_NO_SNAPSHOT, "the memory of that moment is not kept any more");
    for (size_t i = 0; i < k->count; i++)
        TRY(put_piece(c, &k->pieces[i]));
    TRY(put_threads(c, k, &gone));
    BASE_FREE char *text = xasprintf("put back: the registers of %zu threads and %" PRIu64
                                     " bytes of writable memory. Not put back: files, "
                                     "sockets, other processes, what the kernel knows, memory mapped or "
                                     "unmapped since; %u threads have ended\n",
                                     k->thread_count - gone, k->bytes, gone);
    target_say(c->target, text);
    return NULL;
}

static struct error *remove_kept(struct control *c, const char *name)
{
    struct kept_memory **at = find(c, name), *k = *at;
    if (k) {
        *at = k->next;
        free_one(k);
    }
    return NULL;
}

static struct error *list(struct control *c, struct time_snapshot **ret, size_t *count)
{
    size_t capacity = 0;
    *ret = NULL;
    *count = 0;
    for (const struct kept_memory *k = c->time.kept; k; k = k->next) {
        ARRAY_RESERVE(*ret, *count, capacity);
        (*ret)[(*count)++] =
            (struct time_snapshot){.name = xstrdup(k->name), .position = k->position, .bytes = k->bytes};
    }
    return NULL;
}

static struct error *probe(struct control *c, bool *ret)
{
    *ret = c->target->is_process;
    return NULL;
}

const struct time_driver time_driver_memory = {
    .name = "memory",
    .unit = "stops",
    .removes = true,
    .only_asked = true,
    .probe = probe,
    .position = time_count_stops,
    .save = save,
    .restore = restore,
    .remove = remove_kept,
    .list = list,
};
