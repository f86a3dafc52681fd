/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of slots with a byte of control each, as Rust's hashbrown has them: a slot is used where the highest
 * bit of its byte is clear, and the slots lie in front of the bytes, the first one last (its raw/mod.rs).
 */
#include <inttypes.h>
#include <string.h>

#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

enum { CONTROL_BYTES = 4096, SLOT_FREE = 0x80 };

struct slots {
    struct type *type;
    uint64_t control, element;
    int64_t mask, size;
};

static struct error *find_slots(struct reading *r, struct slots *s)
{
    struct value *control = NULL, *slot = NULL;
    r->c->shape = r->d->parts[PART_KEY] ? CONTENTS_MAP : CONTENTS_LIST;
    TRY(part_value(r, PART_CONTROL, &control));
    if (value_kind(control) != TYPE_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "no bytes of control");
    TRY(value_as_integer(r->p, control, &s->control));
    TRY(part_number(r, PART_MASK, &s->mask));
    TRY(part_number(r, PART_SIZE, &s->size));
    TRY(part_value(r, PART_TYPE, &slot));
    s->type = slot->type;
    s->element = type_size(type_strip(s->type));
    if (!s->element || s->element > VALUE_BYTES_MAX)
        return error_new(ERR_TYPE_MISMATCH, "no slots");
    if (contents_size_fits(r->c, s->size, s->element) && contents_size_fits(r->c, s->mask, s->element) &&
        (s->size > s->mask + 1 || (s->mask & (s->mask + 1))))
        contents_break(r->c, "%" PRId64 " elements in %" PRId64 " slots make no sense", s->size, s->mask + 1);
    return NULL;
}

static struct error *add_slots(struct reading *r, const struct slots *s, const uint64_t *used, size_t count)
{
    struct contents_wants wants = {.count = 0};
    for (size_t i = 0; i < count; i++)
        want_node(r->p, s->control - (used[i] + 1) * s->element, (size_t)s->element, &wants);
    TRY(contents_fetch(r->p, &wants));
    for (size_t i = 0; i < count; i++) {
        struct value *element = value_at(r->p, s->type, s->control - (used[i] + 1) * s->element);
        TRY(value_load(r->p, element));
        if (r->d->parts[PART_ELEMENT])
            TRY(path_value(r->p, element, r->d->parts[PART_ELEMENT], &element));
        TRY(contents_add(r, element));
    }
    return NULL;
}

struct error *read_slots_contents(struct reading *r)
{
    struct slots s = {0};
    uint64_t used[RENDER_ELEMENTS];
    unsigned char control[CONTROL_BYTES];
    size_t found = 0;
    TRY(find_slots(r, &s));
    if (r->c->broken)
        return NULL;
    size_t most = contents_limit(r, (uint64_t)s.size);
    uint64_t all = (uint64_t)s.mask + 1, at = 0;
    for (unsigned reads = 0; at < all && found < most && reads < SLOT_READS_MOST; reads++) {
        size_t n = all - at < sizeof control ? (size_t)(all - at) : sizeof control;
        TRY(memory_read(r->p->target, s.control + at, control, n));
        for (size_t i = 0; i < n && found < most; i++)
            if (!(control[i] & SLOT_FREE))
                used[found++] = at + i;
        at += n;
    }
    TRY(add_slots(r, &s, used, found));
    if (found < most && at == all)
        contents_break(r->c, "%zu of its slots are used, not %" PRId64, found, s.size);
    r->c->more = r->c->more || (found < most && at < all);
    return NULL;
}
