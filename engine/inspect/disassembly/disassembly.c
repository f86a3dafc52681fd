/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/disassembly/disassembly.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/disassembly/code.h"
#include "engine/inspect/disassembly/decoder.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/location.h"

enum { AHEAD = 16, USUAL_SIZE = 4 };

static struct error *fetch(struct target *target, uint64_t address, unsigned char *bytes, size_t n,
                           size_t *got)
{
    if (target->state == TARGET_STOPPED || target->state == TARGET_RUNNING)
        TRY(memory_read_some(target, address, bytes, n, got)); /* which says so while it runs */
    while (target->state != TARGET_STOPPED && *got < n &&
           memory_from_file(target, address + *got, bytes + *got, 1))
        ++*got;
    if (*got)
        return NULL;
    TRY(target_need(target)); /* without one, nobody has said that nothing is there */
    return error_hint(
        error_new(ERR_NO_MEMORY, "disassemble at 0x%" PRIx64 ": nothing can be read there", address),
        "`maps` shows what is mapped");
}

/* Bytes as the directive that makes them. */
static void as_data(const struct target *target, const unsigned char *bytes, unsigned size,
                    struct instruction *out)
{
    static const char *const directives[] = {"", ".byte", ".half", "", ".word"};
    out->size = size;
    if (size <= 4 && *directives[size]) {
        snprintf(out->text, sizeof out->text, "%s 0x%0*" PRIx64, directives[size], (int)size * 2,
                 arch_load(bytes, size, target->big_endian));
        return;
    }
    BASE_BUF struct buf text = {0};
    for (unsigned i = 0; i < size; i++)
        buf_printf(&text, "%s0x%02x", i ? ", " : ".byte ", bytes[i]);
    snprintf(out->text, sizeof out->text, "%s", buf_text(&text));
}

/* Between instructions: words where they are aligned, as assemblers put them there. */
static unsigned data_size(uint64_t address, size_t left)
{
    unsigned size = address % 4 == 0 ? 4 : address % 2 == 0 ? 2 : 1;
    while (size > left)
        size /= 2;
    return size;
}

/* A branch target gets its name: "call 0x401010 <lock>". */
static void add_target(struct target *target, uint64_t to, struct instruction *out)
{
    struct symbol_place place;
    if (!symbols_lookup(target->map, to, &place) || !place.symbol)
        return;
    BASE_BUF struct buf name = {0};
    location_describe(target, to, &name);
    size_t n = strlen(out->text);
    snprintf(out->text + n, sizeof out->text - n, " <%.100s>", buf_text(&name));
}

/* What is not known, of no known length, is shown in the smallest steps there are. */
static unsigned unknown_size(const struct target *target, size_t left)
{
    unsigned align = target->arch->code_align;
    return align <= left ? align : (unsigned)left;
}

static void one_instruction(struct target *target, struct decoder *d, const unsigned char *bytes, size_t left,
                            struct instruction *out)
{
    struct decoded found;
    decoder_read(d, bytes, left, out->address, &found);
    if (found.known && found.size <= sizeof out->bytes) {
        out->size = found.size;
        snprintf(out->text, sizeof out->text, "%s", found.text);
        if (found.has_target)
            add_target(target, found.branch, out);
    } else {
        as_data(target, bytes, found.size ? found.size : unknown_size(target, left), out);
    }
}

/* Bytes to ask for at once for so many instructions: the longest there may be, or, where bytes are dear, what
 * most come to. */
static size_t room_for(const struct target *target, size_t count)
{
    size_t longest = target->arch->longest_instruction;
    bool varies = longest > target->arch->code_align && longest > USUAL_SIZE;
    return target_is_thrifty(target) && varies ? count * USUAL_SIZE + longest - USUAL_SIZE : count * longest;
}

/* With `more` to come behind them, bytes that may be only part of an instruction are left alone. */
static size_t decode(struct target *target, uint64_t address, const unsigned char *bytes, size_t have,
                     bool more, struct instruction *list, size_t count)
{
    size_t least = more ? target->arch->longest_instruction : 1;
    struct decoder *d = decoder_open(target);
    struct code code = {.target = target, .decoder = d};
    size_t got = 0;
    for (size_t at = 0; got < count && at + least <= have;) {
        struct instruction *out = &list[got++];
        out->address = address + at;
        size_t left = code_room(&code, out->address, have - at);
        if (code.is_data)
            as_data(target, bytes + at, data_size(out->address, left), out);
        else
            one_instruction(target, d, bytes + at, left, out);
        memcpy(out->bytes, bytes + at, out->size);
        at += out->size;
    }
    decoder_close(d);
    return got;
}

/* Where neither a target nor a file has anything there, it is not for the architecture. */
static struct error *architecture_missing(struct target *target, uint64_t address)
{
    unsigned char byte;
    if (!memory_from_file(target, address, &byte, 1))
        TRY(target_need(target));
    return error_hint(error_new(ERR_UNSUPPORTED, "disassemble: the architecture is not known"),
                      "load a program's symbols, or connect to a stub that describes itself");
}

struct error *disassemble(struct target *target, uint64_t address, size_t count, struct instruction **ret,
                          size_t *got)
{
    *ret = NULL;
    *got = 0;
    if (!target->arch)
        return architecture_missing(target, address);
    if (count > INSTRUCTIONS_MOST)
        count = INSTRUCTIONS_MOST;
    size_t most = count * target->arch->longest_instruction, have = 0;
    BASE_FREE unsigned char *bytes = xmalloc(most);
    BASE_FREE struct instruction *list = xcalloc(count, sizeof *list);
    bool more = true;
    for (size_t room = room_for(target, count); more && *got < count;
         room += room_for(target, count - *got)) {
        room = room < most ? room : most;
        TRY(fetch(target, address, bytes, room, &have));
        more = have == room && room < most;
        *got = decode(target, address, bytes, have, more, list, count);
    }
    *ret = list;
    list = NULL;
    return NULL;
}

const char *disassembly_missing(struct target *target)
{
    return decoder_missing(target);
}

bool instruction_falls_through(struct target *target, uint64_t pc, uint64_t *next)
{
    unsigned char bytes[16];
    size_t got = 0;
    unsigned size = 0;
    struct error *e = fetch(target, pc, bytes, target->arch ? target->arch->longest_instruction : 1, &got);
    error_free(e);
    if (!got || !target->arch)
        return false;
    struct decoder *d = decoder_open(target);
    bool ret = decoder_falls_through(d, bytes, got, pc, &size);
    decoder_close(d);
    *next = pc + size;
    return ret;
}
