/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where instructions start: around an address, and before it. */
#include "engine/inspect/disassembly/decoder.h"
#include "engine/inspect/disassembly/disassembly.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"

enum { AHEAD = 16 };

/* A place at or before `address` where an instruction starts: a row of the line table, a function, a symbol.
 */
static bool start_before(struct target *target, uint64_t address, uint64_t *ret)
{
    struct address_range line;
    struct symbol_place place;
    if (symbols_line_range(target->map, address, &line)) {
        *ret = line.low;
        return true;
    }
    if (!symbols_lookup(target->map, address, &place) || !place.symbol)
        return false;
    *ret = place.function_low ? place.function_low : address - place.offset;
    return *ret <= address;
}

/* The file's bytes are the code also while the target has not loaded it. How many of `n` there are. */
static size_t code_from(struct target *target, uint64_t from, unsigned char *bytes, size_t n)
{
    size_t got = 0;
    for (size_t short_of = 0; short_of < AHEAD; short_of++)
        if (memory_from_file(target, from, bytes, n - short_of))
            return n - short_of;
    if (target->state != TARGET_STOPPED)
        return 0;
    struct error *e = memory_read_some(target, from, bytes, n, &got);
    error_free(e);
    return e ? 0 : got;
}

static uint64_t decode_up_to(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t from,
                             uint64_t address)
{
    uint64_t at = from;
    while (at < address) {
        size_t offset = (size_t)(at - from);
        unsigned size = decoder_size(d, bytes + offset, n - offset, at);
        if (size == 0)
            return 0;
        if (size > address - at)
            return at;
        at += size;
    }
    return 0;
}

/* For code of a file, whatever is executed now. */
static struct decoder *open_for_code(struct target *target, bool thumb)
{
    struct decoder *d = decoder_open(target);
    decoder_thumb(d, thumb);
    return d;
}

uint64_t instruction_around(struct target *target, uint64_t address)
{
    unsigned char bytes[INSTRUCTIONS_BEFORE_BYTES + AHEAD];
    uint64_t from;
    if (!target->arch)
        return 0;
    bool thumb = symbols_is_thumb(target->map, address);
    unsigned align =
        target->arch->has_thumb && !thumb ? target->arch->code_align_arm : target->arch->code_align;
    if (address % align)
        return address - address % align;
    if (!start_before(target, address, &from) || from == address ||
        address - from > INSTRUCTIONS_BEFORE_BYTES)
        return 0;
    size_t got = code_from(target, from, bytes, (size_t)(address - from) + AHEAD);
    if (got <= address - from)
        return 0;
    struct decoder *d = open_for_code(target, thumb);
    uint64_t ret = decode_up_to(d, bytes, got, from, address);
    decoder_close(d);
    return ret;
}

/* The last of the starts before `address` that lies `count` instructions back, or the first there is. */
static uint64_t start_back(struct decoder *d, const unsigned char *bytes, uint64_t from, uint64_t address,
                           unsigned count)
{
    uint64_t starts[INSTRUCTIONS_BACK_MOST], at = from;
    unsigned n = 0;
    while (at < address) {
        size_t offset = (size_t)(at - from);
        unsigned size = decoder_size(d, bytes + offset, (size_t)(address - at), at);
        if (size == 0)
            return address;
        starts[n++ % INSTRUCTIONS_BACK_MOST] = at;
        at += size;
    }
    if (at != address || n == 0)
        return address;
    return starts[(n - (count < n ? count : n)) % INSTRUCTIONS_BACK_MOST];
}

uint64_t instruction_back(struct target *target, uint64_t address, unsigned count)
{
    unsigned char bytes[INSTRUCTIONS_BEFORE_BYTES];
    struct symbol_place place;
    if (!target->arch || count == 0 || !symbols_lookup(target->map, address, &place) || !place.function_low)
        return address;
    uint64_t from = place.function_low;
    if (from >= address || address - from > INSTRUCTIONS_BEFORE_BYTES ||
        !memory_from_file(target, from, bytes, (size_t)(address - from)))
        return address;
    struct decoder *d = open_for_code(target, symbols_is_thumb(target->map, address));
    uint64_t ret =
        start_back(d, bytes, from, address, count < INSTRUCTIONS_BACK_MOST ? count : INSTRUCTIONS_BACK_MOST);
    decoder_close(d);
    return ret;
}
