/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/variants.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"

static bool means(const struct type_variant *v, __int128 number, bool is_signed)
{
    for (size_t i = 0; i < v->range_count; i++) {
        const struct type_range *r = &v->ranges[i];
        bool inside = is_signed ? number >= r->low && number <= r->high
                                : (unsigned __int128)number >= (unsigned __int128)r->low &&
                                      (unsigned __int128)number <= (unsigned __int128)r->high;
        if (inside)
            return true;
    }
    return false;
}

/* Which variant of a part is there; SIZE_MAX: none. */
static size_t choose(const struct type_variant *list, size_t count, size_t part, bool is_signed,
                     __int128 number)
{
    size_t otherwise = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (list[i].part != part)
            continue;
        if (means(&list[i], number, is_signed))
            return i;
        if (!list[i].range_count && otherwise == SIZE_MAX)
            otherwise = i;
    }
    return otherwise;
}

static struct error *read_part(struct pool *p, struct value *v, const struct type_part *part, size_t number,
                               struct variants *ret)
{
    const struct type_variant *list;
    struct value *discriminant = NULL;
    __int128 is = 0;
    size_t count = type_variants(v->type, &list), chosen = SIZE_MAX;
    if (part->discriminant.type) {
        TRY(value_of_member(p, v, &part->discriminant, &discriminant));
        TRY(value_as_wide(p, discriminant, &is));
        chosen = choose(list, count, number, type_strip(part->discriminant.type)->is_signed, is);
    }
    for (size_t i = 0; i < count && !part->discriminant.type && chosen == SIZE_MAX; i++)
        chosen = list[i].part == number ? i : SIZE_MAX;
    if (chosen < count) {
        ret->there[chosen] = true;
    } else if (!ret->none) {
        ret->none = true;
        ret->number = is;
    }
    return NULL;
}

struct error *variants_read(struct pool *p, struct value *v, struct variants *ret)
{
    const struct type_variant *list;
    const struct type_part *parts;
    size_t count = type_variants(v->type, &list), part_count = type_parts(v->type, &parts);
    *ret = (struct variants){.count = count};
    if (!part_count)
        return NULL;
    ret->there = xcalloc(count + 1, sizeof *ret->there);
    struct error *failed = NULL;
    for (size_t i = 0; i < part_count && !failed; i++) {
        size_t around = parts[i].variant;
        if (!around || (around <= count && ret->there[around - 1]))
            failed = read_part(p, v, &parts[i], i, ret);
    }
    if (failed)
        variants_free(ret);
    return failed;
}

void variants_free(struct variants *v)
{
    free(v->there);
    *v = (struct variants){0};
}

bool variants_have(const struct variants *v, const struct type_member *m)
{
    return !m->variant || (v->there && m->variant <= v->count && v->there[m->variant - 1]);
}

bool variant_is_enumeration(struct type *t)
{
    const struct type_variant *variants;
    const struct type_part *parts;
    const struct type_member *members;
    size_t count = type_variants(t, &variants), own = type_members(t, &members);
    if (type_language(type_strip(t)) != LANGUAGE_RUST || !count || type_parts(t, &parts) != 1)
        return false;
    /* What generators have besides their variants is shown as it is. */
    for (size_t i = 0; i < own; i++)
        if (!members[i].variant || (i && members[i].variant == members[i - 1].variant))
            return false;
    return own > 0;
}

struct error *variant_now(struct pool *p, struct value *v, const struct type_member **ret, __int128 *number)
{
    struct variants have;
    const struct type_member *members;
    size_t count = type_members(v->type, &members);
    *ret = NULL;
    TRY(variants_read(p, v, &have));
    for (size_t i = 0; i < count && !*ret; i++)
        if (variants_have(&have, &members[i]))
            *ret = &members[i];
    *number = have.number;
    variants_free(&have);
    return NULL;
}

char *variant_missing(__int128 number)
{
    static const char text[] = "no variant has the discriminant";
    if (number >= INT64_MIN && number <= INT64_MAX)
        return xasprintf("%s %" PRId64, text, (int64_t)number);
    uint64_t high = (uint64_t)((unsigned __int128)number >> 64);
    if (!high)
        return xasprintf("%s %" PRIu64, text, (uint64_t)number);
    return xasprintf("%s 0x%" PRIx64 "%016" PRIx64, text, high, (uint64_t)number);
}
