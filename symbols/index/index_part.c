/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_image.h"
#include "symbols/limits.h"

/* Beyond so many bytes of names there is no table with a byte for each: it would be dearer than it saves. */
enum { QUICK_BYTES = 1 << 28 };

/* Written at once: pages that are read before they are written cost each of several threads an interrupt. */
static void *zeroed(size_t size)
{
    return memset(xmalloc(size), 0, size);
}

static size_t start_of(const struct number_table *t, uint64_t key)
{
    return (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & (t->capacity - 1);
}

static void grow(struct number_table *t)
{
    struct number_table old = *t;
    t->capacity = old.capacity ? old.capacity * 2 : 1024;
    t->slots = zeroed(t->capacity * sizeof *t->slots);
    for (size_t i = 0; i < old.capacity; i++) {
        if (!old.slots[i].key)
            continue;
        size_t k = start_of(t, old.slots[i].key);
        while (t->slots[k].key)
            k = (k + 1) & (t->capacity - 1);
        t->slots[k] = old.slots[i];
    }
    free(old.slots);
}

bool number_table_find(struct number_table *t, uint64_t key, uint32_t **ret)
{
    if (t->used * 4 >= t->capacity * 3)
        grow(t);
    size_t i = start_of(t, key);
    while (t->slots[i].key && t->slots[i].key != key)
        i = (i + 1) & (t->capacity - 1);
    *ret = &t->slots[i].number;
    if (t->slots[i].key)
        return true;
    t->slots[i] = (struct number_slot){.key = key};
    t->used++;
    return false;
}

void number_table_free(struct number_table *t)
{
    free(t->slots);
    *t = (struct number_table){0};
}

void index_part_init(struct index_part *p, const char *strings, size_t strings_size)
{
    *p = (struct index_part){.strings = strings, .strings_size = strings_size};
    if (strings_size && strings_size < QUICK_BYTES)
        p->seen_quickly = zeroed(strings_size);
    ARRAY_RESERVE(p->names, p->name_count, p->name_capacity);
    p->names[p->name_count++] = (struct part_name){.text = UINT32_MAX};
    ARRAY_RESERVE(p->scopes, p->scope_count, p->scope_capacity);
    p->scopes[p->scope_count++] = (struct part_scope){0};
}

void index_part_free(struct index_part *p)
{
    number_table_free(&p->by_text);
    number_table_free(&p->by_hash);
    number_table_free(&p->by_scope);
    number_table_free(&p->seen);
    buf_free(&p->text);
    free(p->seen_quickly);
    free(p->names);
    free(p->scopes);
    free(p->entries);
    free(p->pending);
    free(p->imports);
    *p = (struct index_part){0};
}

const char *part_name_text(const struct index_part *p, uint32_t name)
{
    uint32_t text = name ? p->names[name].text : 0;
    if (!name)
        return "";
    return text & IMAGE_OWN_TEXT ? p->text.data + (text & ~IMAGE_OWN_TEXT) : p->strings + text;
}

static uint32_t new_name(struct index_part *p, uint32_t text, uint32_t hash)
{
    ARRAY_RESERVE(p->names, p->name_count, p->name_capacity);
    p->names[p->name_count] = (struct part_name){.text = text, .hash = hash};
    return (uint32_t)p->name_count++;
}

uint32_t part_name_at(struct index_part *p, uint64_t offset)
{
    uint32_t *number;
    if (offset >= p->strings_size || p->name_count >= INDEX_NAME_LIMIT)
        return 0;
    if (offset >= IMAGE_OWN_TEXT)
        return part_name_of(p, p->strings + offset);
    if (number_table_find(&p->by_text, offset + 1, &number))
        return *number;
    const char *name = p->strings + offset;
    if (*name)
        *number = new_name(p, (uint32_t)offset, image_name_hash(name));
    return *number;
}

uint32_t part_name_of(struct index_part *p, const char *name)
{
    uint32_t *number, hash;
    if (!*name || p->name_count >= INDEX_NAME_LIMIT || p->text.length >= INDEX_TEXT_LIMIT)
        return 0;
    uint64_t key = image_checksum(name, strlen(name)) | 1;
    while (number_table_find(&p->by_hash, key, &number)) {
        if (strcmp(part_name_text(p, *number), name) == 0)
            return *number;
        key += 2;
    }
    hash = image_name_hash(name);
    uint32_t text = (uint32_t)p->text.length | IMAGE_OWN_TEXT;
    buf_add(&p->text, name, strlen(name) + 1);
    *number = new_name(p, text, hash);
    return *number;
}

uint32_t part_scope(struct index_part *p, uint32_t parent, uint32_t name)
{
    uint32_t *number;
    if (!name || p->scope_count >= INDEX_NAME_LIMIT)
        return parent;
    if (number_table_find(&p->by_scope, ((uint64_t)parent << 32 | name), &number))
        return *number;
    ARRAY_RESERVE(p->scopes, p->scope_count, p->scope_capacity);
    p->scopes[p->scope_count] = (struct part_scope){.parent = parent, .name = name};
    return *number = (uint32_t)p->scope_count++;
}

/* Functions and variables of one name are different ones. */
static bool kept_once(uint8_t tag)
{
    return tag < IMAGE_FUNCTION;
}

static void note_quickly(struct index_part *p, const struct part_entry *e)
{
    uint32_t text = p->names[e->name].text;
    if (!e->scope && !(e->flags & ENTRY_DECLARATION) && p->seen_quickly && text < p->strings_size)
        p->seen_quickly[text] |= (uint8_t)(1 << e->tag);
}

void part_add(struct index_part *p, const struct part_entry *e)
{
    uint32_t *number = NULL;
    if (!e->name || p->entry_count >= INDEX_ENTRY_LIMIT)
        return;
    if (kept_once(e->tag))
        note_quickly(p, e);
    /* INDEX_NAME_LIMIT leaves room for the tag above a name. */
    if (kept_once(e->tag) &&
        number_table_find(&p->seen, (uint64_t)e->scope << 32 | (uint64_t)e->tag << 26 | e->name, &number)) {
        /* A definition takes the place of a declaration. */
        struct part_entry *old = &p->entries[*number];
        if (old->flags & ENTRY_DECLARATION && !(e->flags & ENTRY_DECLARATION))
            *old = *e;
        return;
    }
    if (number)
        *number = (uint32_t)p->entry_count;
    ARRAY_RESERVE(p->entries, p->entry_count, p->entry_capacity);
    p->entries[p->entry_count++] = *e;
}

void part_add_pending(struct index_part *p, const struct part_pending *pending)
{
    if (p->pending_count >= INDEX_PENDING_LIMIT)
        return;
    ARRAY_RESERVE(p->pending, p->pending_count, p->pending_capacity);
    p->pending[p->pending_count++] = *pending;
}

void part_add_import(struct index_part *p, const struct part_import *import)
{
    if (p->import_count >= INDEX_PENDING_LIMIT)
        return;
    ARRAY_RESERVE(p->imports, p->import_count, p->import_capacity);
    p->imports[p->import_count++] = *import;
}
