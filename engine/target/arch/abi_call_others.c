/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64-bit PowerPC ELF ABI, 3.2.3 "Parameter Passing"; Power ELF V2 ABI, 2.2.3; s390x ELF ABI supplement,
 * "Parameter Passing"; MIPS ABI supplement (o32), "Argument Passing". */
#include "engine/target/arch/abi_call.h"

/* -- Power ------------------------------------------------------------------------------------------------
 */

enum { R3 = 3, F1 = 33, V2 = 1126, POWER_INTEGERS = 8, POWER_FLOATS = 13, POWER_VECTORS = 12 };

enum {
    POWER_HEADER_1 = 48, /* back chain, CR, LR, two words that are reserved, TOC */
    POWER_HEADER_2 = 32, /* back chain, CR, LR, TOC */
    POWER_AREA = 64      /* a function may save the registers of its parameters in so many bytes */
};

/* Copies of floats and vectors in registers of their own. */
static void place_power_floats(struct abi_placing *p, unsigned *vectors, const struct abi_place *place)
{
    for (unsigned i = 0; i < place->count; i++) {
        const struct abi_part *part = &place->parts[i];
        if (part->number >= V2 && *vectors < POWER_VECTORS)
            abi_to_register(p, V2 + (*vectors)++, part->offset, part->size);
        else if (part->number >= F1 && part->number < V2 && p->floats < POWER_FLOATS)
            abi_to_register(p, F1 + p->floats++, part->offset, part->size)->is_float = true;
    }
}

/* Its place in the parameter save area, whose first words are in registers too. */
static void place_power_words(struct abi_placing *p, struct type *t, uint64_t alignment)
{
    uint64_t size = type_size(t), at = abi_take_stack(p, size, alignment);
    unsigned lacks = p->s->program.big_endian && size < p->word ? p->word - (unsigned)size : 0;
    bool composite = abi_is_composite(t), number = !composite && t->kind != TYPE_FLOAT;
    abi_fill(abi_to_stack(p, number ? at : at + lacks, 0, size), t, p->word);
    for (uint64_t i = 0; i < size && at / p->word + i / p->word < POWER_INTEGERS; i += p->word) {
        uint64_t n = size - i < p->word ? size - i : p->word;
        struct abi_slot *slot = abi_to_register(p, R3 + (unsigned)((at + i) / p->word), i, n);
        slot->is_left = composite && p->s->program.big_endian && size > p->word;
        abi_fill(slot, t, p->word);
    }
}

static void place_power(struct abi_placing *p, struct type *t, bool second, unsigned *vectors)
{
    struct abi_place place;
    struct abi_leaves l;
    uint64_t one;
    abi_class_of(abi_returned_power, p, t, &place);
    if (!second && abi_is_composite(t) && abi_is_single_float(t, &one)) {
        place = (struct abi_place){.kind = ABI_UNKNOWN};
        abi_add_float(&place, F1, 0, one);
    }
    abi_leaves(t, &l);
    bool is_quad = l.count && (l.items[0].class == ABI_VECTOR || l.items[0].is_quad) && l.items[0].size >= 16;
    bool is_wide = is_quad && (second || !abi_is_composite(t));
    if (place.kind == ABI_REGISTERS && place.count && place.parts[0].number >= F1)
        place_power_floats(p, vectors, &place);
    place_power_words(p, t, is_wide || (second && abi_is_composite(t)) ? abi_alignment(t, 16) : p->word);
}

void abi_call_power(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    unsigned vectors = 0;
    bool second = abi_power_is_second(&s->program);
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++)
        place_power(&p, s->items[p.argument].type, second, &vectors);
    ret->header = second ? POWER_HEADER_2 : POWER_HEADER_1;
    ret->stack = ret->stack < POWER_AREA ? POWER_AREA : ret->stack;
}

/* -- s390x ------------------------------------------------------------------------------------------------
 */

enum { R2 = 2, S390_INTEGERS = 5, S390_FLOATS = 4, S390_VECTORS = 8, S390_HEADER = 160 };

/* f0 f2 f4 f6, and v24 v26 v28 v30 v25 v27 v29 v31, by their numbers. */
static const unsigned char s390_floats[S390_FLOATS] = {16, 17, 18, 19};
static const unsigned char s390_vectors[S390_VECTORS] = {76, 77, 78, 79, 80, 81, 82, 83};

static void place_s390(struct abi_placing *p, const struct abi_argument *a, unsigned *vectors)
{
    struct type *t = a->type;
    uint64_t size = type_size(t), one;
    bool is_vector = t->kind == TYPE_ARRAY && t->vector && size <= 16;
    bool is_float = abi_is_single_float(t, &one) && size <= 8;
    bool is_small = size == 1 || size == 2 || size == 4 || size == 8;
    if (is_vector && a->is_named && *vectors < S390_VECTORS) {
        abi_to_register(p, s390_vectors[(*vectors)++], 0, size)->is_left = true;
        return;
    }
    if (!is_float && !(is_vector && a->is_named) && (!is_small || t->kind == TYPE_COMPLEX || is_vector))
        t = abi_by_address(p, t);
    size = type_size(t);
    if (is_float && p->floats < S390_FLOATS) {
        abi_to_register(p, s390_floats[p->floats++], 0, size)->is_float = true;
    } else if (!is_float && !is_vector && p->integers < S390_INTEGERS) {
        abi_fill(abi_to_register(p, R2 + p->integers++, 0, size), t, p->word);
    } else {
        uint64_t at = abi_take_stack(p, size, p->word);
        unsigned lacks = size < p->word ? p->word - (unsigned)size : 0;
        struct abi_slot *slot = abi_to_stack(p, at, 0, size);
        abi_fill(slot, t, p->word);
        slot->at += slot->fill == ABI_FILL_NONE ? lacks : 0;
    }
}

void abi_call_s390(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    unsigned vectors = 0;
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++)
        place_s390(&p, &s->items[p.argument], &vectors);
    ret->header = S390_HEADER;
}

/* -- MIPS -------------------------------------------------------------------------------------------------
 */

enum { A0 = 4, MIPS_F12 = 44, MIPS_INTEGERS = 4, MIPS_FLOATS = 2, MIPS_AREA = 16 };

static void place_mips(struct abi_placing *p, struct type *t)
{
    uint64_t size = type_size(t), at = abi_take_stack(p, size, abi_alignment(t, 8));
    bool is_float = t->kind == TYPE_FLOAT && size <= 8 && !p->s->program.is_variadic;
    /* The first two of them, while nothing but such has come before. */
    if (is_float && p->integers == 0 && p->floats < MIPS_FLOATS) {
        abi_to_register(p, MIPS_F12 + 2 * p->floats++, 0, size);
        return;
    }
    p->integers++;
    bool composite = abi_is_composite(t);
    for (uint64_t i = 0; i < size; i += p->word) {
        uint64_t n = size - i < p->word ? size - i : p->word;
        if ((at + i) / p->word >= MIPS_INTEGERS) {
            abi_fill(abi_to_stack(p, at + i, i, size - i), t, p->word);
            return;
        }
        struct abi_slot *slot = abi_to_register(p, A0 + (unsigned)((at + i) / p->word), i, n);
        slot->is_left = composite && p->s->program.big_endian;
        abi_fill(slot, t, p->word);
    }
}

void abi_call_mips(const struct abi_signature *s, struct abi_call *ret)
{
    struct abi_placing p;
    abi_placing_begin(&p, s, ret);
    for (; p.argument < s->count; p.argument++)
        place_mips(&p, s->items[p.argument].type);
    ret->stack = ret->stack < MIPS_AREA ? MIPS_AREA : ret->stack;
}
