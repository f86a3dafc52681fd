/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/log.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"

enum { CHUNK = 25, WANTS_EACH = 3 };

enum { COMMITTED = 1, FINALIZED = 2 };

struct ring {
    struct target *target;
    uint64_t descs, infos, head, tail, count; /* descriptors: where, the newest and oldest id, how many */
    uint64_t desc_size, info_size;
    uint64_t data, size; /* texts */
    struct kernel_field state, begin, next, time, length, level;
    uint64_t word; /* bytes of a long */
};

struct record {
    uint64_t id, begin, length, time;
    unsigned level;
};

/* -- the ring -------------------------------------------------------------------------------------- */

static struct error *no_ring(void)
{
    return error_hint(error_new(ERR_UNSUPPORTED, "the kernel has no log that can be read"),
                      "printk's ring buffer of Linux 5.10 or newer and its debug information are needed");
}

static struct error *find_ring(struct target *target, struct ring *r)
{
    static const char type[] = "struct printk_ringbuffer";
    struct kernel_field f[7];
    uint64_t pointer, at, values[7];
    static const char *const paths[] = {"desc_ring.count_bits",      "desc_ring.descs",
                                        "desc_ring.infos",           "desc_ring.head_id.counter",
                                        "desc_ring.tail_id.counter", "text_data_ring.size_bits",
                                        "text_data_ring.data"};
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
        if (!kernel_field(target, type, paths[i], &f[i]))
            return no_ring();
    if (!kernel_symbol(target, "prb", &pointer) ||
        !kernel_field(target, "struct prb_desc", "state_var.counter", &r->state) ||
        !kernel_field(target, "struct prb_desc", "text_blk_lpos.begin", &r->begin) ||
        !kernel_field(target, "struct prb_desc", "text_blk_lpos.next", &r->next) ||
        !kernel_field(target, "struct printk_info", "ts_nsec", &r->time) ||
        !kernel_field(target, "struct printk_info", "text_len", &r->length) ||
        !kernel_field(target, "struct printk_info", "level", &r->level))
        return no_ring();
    TRY(kernel_pointer(target, pointer, &at));
    TRY(kernel_fetch_fields(target, at, f, ARRAY_LENGTH(f)));
    for (size_t i = 0; i < ARRAY_LENGTH(f); i++)
        TRY(kernel_number(target, at, &f[i], &values[i]));
    if (values[0] > LOG_BITS_MOST || values[5] > LOG_BITS_MOST + 4 || !values[1] || !values[2])
        return error_new(ERR_NO_MEMORY, "the kernel's log is damaged, or not begun yet");
    r->count = (uint64_t)1 << values[0];
    r->descs = values[1];
    r->infos = values[2];
    r->head = values[3];
    r->tail = values[4];
    r->size = (uint64_t)1 << values[5];
    r->data = values[6];
    r->desc_size = kernel_type_size(target, "struct prb_desc");
    r->info_size = kernel_type_size(target, "struct printk_info");
    return NULL;
}

static uint64_t desc_at(const struct ring *r, uint64_t id)
{
    return r->descs + (id & (r->count - 1)) * r->desc_size;
}

static uint64_t info_at(const struct ring *r, uint64_t id)
{
    return r->infos + (id & (r->count - 1)) * r->info_size;
}

static uint64_t id_mask(const struct ring *r)
{
    return UINT64_MAX >> (64 - r->word * 8 + 2);
}

/* -- one stretch of records ------------------------------------------------------------------------ */

static struct error *fetch_heads(struct ring *r, uint64_t newest, size_t count)
{
    struct memory_want wants[CHUNK * WANTS_EACH];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t desc = desc_at(r, newest - i), info = info_at(r, newest - i);
        wants[n++] = (struct memory_want){desc, r->desc_size < 64 ? r->desc_size : 64};
        wants[n++] = (struct memory_want){info + r->time.offset, r->time.size};
        wants[n++] =
            (struct memory_want){info + r->length.offset, r->level.offset + r->level.size - r->length.offset};
        if (r->level.offset < r->length.offset || wants[n - 1].length > 64)
            wants[n - 1] = (struct memory_want){info + r->length.offset, r->length.size};
    }
    return kernel_fetch(r->target, wants, n);
}

/* Where its text is, in the buffer: behind the id that begins each block. False: it has none, or no more. */
static bool place_text(const struct ring *r, uint64_t begin, uint64_t next, struct record *ret)
{
    uint64_t mask = r->size - 1, room;
    if (begin & 1)
        return false;
    if (begin / r->size == next / r->size && begin < next)
        room = next - begin;
    else if (begin / r->size + 1 == next / r->size && (next & mask) == 0)
        room = r->size - (begin & mask);
    else if (begin / r->size + 1 == next / r->size)
        room = next & mask, begin = 0; /* it did not fit at the end */
    else
        return false;
    if (room <= r->word || room > r->size)
        return false;
    ret->begin = r->data + (begin & mask) + r->word;
    if (ret->length > room - r->word)
        ret->length = room - r->word;
    if (ret->length > LOG_TEXT_BYTES)
        ret->length = LOG_TEXT_BYTES;
    return true;
}

/* False: it is not finished, or was overwritten. */
static struct error *read_head(struct ring *r, uint64_t id, struct record *ret, bool *valid)
{
    uint64_t state, begin, next, level;
    *ret = (struct record){.id = id};
    *valid = false;
    TRY(kernel_number(r->target, desc_at(r, id), &r->state, &state));
    TRY(kernel_number(r->target, desc_at(r, id), &r->begin, &begin));
    TRY(kernel_number(r->target, desc_at(r, id), &r->next, &next));
    TRY(kernel_number(r->target, info_at(r, id), &r->time, &ret->time));
    TRY(kernel_number(r->target, info_at(r, id), &r->length, &ret->length));
    TRY(kernel_number(r->target, info_at(r, id), &r->level, &level));
    ret->level = (unsigned)level;
    uint64_t flags = state >> (r->word * 8 - 2) & 3;
    if ((state & id_mask(r)) == id && (flags == COMMITTED || flags == FINALIZED))
        *valid = place_text(r, begin, next, ret);
    return NULL;
}

static struct error *read_texts(struct ring *r, const struct record *records, size_t count,
                                struct log_list *list)
{
    struct memory_want wants[CHUNK];
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (records[i].length)
            wants[n++] = (struct memory_want){records[i].begin, records[i].length};
    TRY(kernel_fetch(r->target, wants, n));
    for (size_t i = 0; i < count; i++) {
        char text[LOG_TEXT_BYTES];
        size_t got = 0;
        if (records[i].length)
            TRY(memory_read_some(r->target, records[i].begin, text, records[i].length, &got));
        ARRAY_RESERVE(list->items, list->count, list->capacity);
        list->items[list->count++] =
            (struct log_line){records[i].time, records[i].level, text_visible(text, got)};
    }
    return NULL;
}

/* -- all of it ------------------------------------------------------------------------------------- */

static struct error *read_back(struct ring *r, size_t most, unsigned level, struct log_list *list)
{
    uint64_t left = ((r->head - r->tail) & id_mask(r)) + 1, id = r->head & id_mask(r);
    if (left > r->count)
        left = r->count;
    while (left && list->count < most) {
        struct record records[CHUNK];
        size_t take = left < CHUNK ? (size_t)left : CHUNK, found = 0;
        if (level >= 7 && most - list->count < take)
            take = most - list->count;
        TRY(fetch_heads(r, id, take));
        for (size_t i = 0; i < take && list->count + found < most; i++) {
            bool valid;
            TRY(read_head(r, (id - i) & id_mask(r), &records[found], &valid));
            found += valid && records[found].level <= level;
        }
        TRY(read_texts(r, records, found, list));
        id = (id - take) & id_mask(r);
        left -= take;
        TRY(kernel_progress(r->target, "log", list->count, left ? most : list->count));
    }
    return kernel_progress(r->target, "log", 1, 1);
}

static void turn_round(struct log_list *list)
{
    for (size_t i = 0; i < list->count / 2; i++) {
        struct log_line kept = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = kept;
    }
}

struct error *log_read(struct target *target, size_t most, unsigned level, struct log_list *ret)
{
    struct ring r = {.target = target};
    *ret = (struct log_list){0};
    TRY(kernel_need(target));
    r.word = target->arch ? target->arch->address_size : 8;
    TRY(find_ring(target, &r));
    struct error *e = read_back(&r, most, level, ret);
    if (!e) {
        turn_round(ret);
        return NULL;
    }
    log_free(ret);
    return error_is(e, ERR_CANCELLED) ? e : error_while(e, "read the kernel's log");
}

void log_free(struct log_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].text);
    free(list->items);
    *list = (struct log_list){0};
}
