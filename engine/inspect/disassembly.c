/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/disassembly.h"

#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"

enum { AHEAD = 16, USUAL_SIZE = 4 };

/* A register of the current thread, where the stub has one of that name. */
static bool current_register(void *context, const char *name, uint64_t *ret)
{
    struct target *target = context;
    if (target->state != TARGET_STOPPED || !target->threads.has_current || !register_find(target, name))
        return false;
    struct thread *t = threads_find(&target->threads, target->threads.current);
    if (!t)
        return false;
    struct error *e = register_value(target, t, name, ret);
    error_free(e);
    return !e;
}

/* The decoder's mode for what the current thread executes. */
static int mode_now(struct target *target)
{
    const struct arch *arch = target->arch;
    return arch->capstone_mode_now ? arch->capstone_mode_now(arch, current_register, target)
                                   : arch->capstone_mode;
}

static bool open_capstone(struct target *target, csh *handle)
{
    if (target->arch->capstone_arch == CAPSTONE_NONE)
        return false;
    int mode = mode_now(target);
    if (target->big_endian)
        mode |= (int)CS_MODE_BIG_ENDIAN;
    return cs_open((cs_arch)target->arch->capstone_arch, (cs_mode)mode, handle) == CS_ERR_OK;
}

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

/* What does not tell its length has one size where there is no decoder. */
static unsigned raw_size(const struct target *target, const unsigned char *bytes, size_t left)
{
    unsigned size =
        target->arch->instruction_size ? target->arch->instruction_size(bytes) : target->arch->code_align;
    return size <= left ? size : (unsigned)left;
}

static void raw_instruction(const struct target *target, const unsigned char *bytes, size_t left,
                            struct instruction *out)
{
    out->size = raw_size(target, bytes, left);
    uint64_t value = arch_load(bytes, out->size, target->big_endian);
    static const char *const directives[] = {"", ".byte", ".half", ".byte", ".word"};
    snprintf(out->text, sizeof out->text, "%s 0x%0*" PRIx64, out->size <= 4 ? directives[out->size] : ".data",
             (int)out->size * 2, value);
}

/* A branch target gets its name: "call 0x401010 <lock>". */
static void add_target(struct target *target, const cs_insn *insn, struct instruction *out)
{
    const char *hex = strstr(insn->op_str, "0x");
    uint64_t to;
    struct symbol_place place;
    if (!hex || strchr(insn->op_str, '[') || strchr(insn->op_str, ','))
        return;
    to = strtoull(hex, NULL, 16);
    if (!symbols_lookup(target->map, to, &place) || !place.symbol)
        return;
    BASE_BUF struct buf name = {0};
    location_describe(target, to, &name);
    size_t n = strlen(out->text);
    snprintf(out->text + n, sizeof out->text - n, " <%.100s>", buf_text(&name));
}

static void one_instruction(struct target *target, bool decoder, csh handle, const unsigned char *bytes,
                            size_t left, struct instruction *out)
{
    cs_insn *insn = NULL;
    if (decoder && cs_disasm(handle, bytes, left, out->address, 1, &insn) == 1 &&
        insn->size <= sizeof out->bytes) {
        out->size = insn->size;
        snprintf(out->text, sizeof out->text, "%s%s%s", insn->mnemonic, *insn->op_str ? " " : "",
                 insn->op_str);
        add_target(target, insn, out);
    } else {
        raw_instruction(target, bytes, left, out);
    }
    if (insn)
        cs_free(insn, 1);
    memcpy(out->bytes, bytes, out->size);
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
    csh handle = 0;
    bool decoder = open_capstone(target, &handle);
    size_t got = 0;
    for (size_t at = 0; got < count && at + least <= have;) {
        struct instruction *out = &list[got++];
        out->address = address + at;
        one_instruction(target, decoder, handle, bytes + at, have - at, out);
        at += out->size;
    }
    if (decoder)
        cs_close(&handle);
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

/* Strings with a repeat prefix fall through too; `hlt` and its like wait, and are no good place. */
static bool goes_on(csh handle, const cs_insn *insn)
{
    static const unsigned leaves[] = {CS_GRP_JUMP, CS_GRP_CALL, CS_GRP_RET, CS_GRP_INT, CS_GRP_IRET};
    static const char *const waits[] = {"hlt", "wfi", "wfe", "mwait", "ud2", "udf", "brk", "int3", "pause"};
    for (size_t i = 0; i < ARRAY_LENGTH(leaves); i++)
        if (cs_insn_group(handle, insn, leaves[i]))
            return false;
    for (size_t i = 0; i < ARRAY_LENGTH(waits); i++)
        if (strcmp(insn->mnemonic, waits[i]) == 0)
            return false;
    return true;
}

bool instruction_falls_through(struct target *target, uint64_t pc, uint64_t *next)
{
    unsigned char bytes[16];
    size_t got = 0;
    csh handle;
    cs_insn *insn = NULL;
    struct error *e = fetch(target, pc, bytes, target->arch ? target->arch->longest_instruction : 1, &got);
    error_free(e);
    if (!got || !target->arch || !open_capstone(target, &handle))
        return false;
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    bool ret = cs_disasm(handle, bytes, got, pc, 1, &insn) == 1 && goes_on(handle, insn);
    if (insn) {
        *next = pc + insn->size;
        cs_free(insn, 1);
    }
    cs_close(&handle);
    return ret;
}

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

static uint64_t decode_up_to(csh handle, const unsigned char *bytes, size_t n, uint64_t from,
                             uint64_t address)
{
    uint64_t at = from;
    while (at < address) {
        cs_insn *insn = NULL;
        size_t offset = (size_t)(at - from);
        size_t size = cs_disasm(handle, bytes + offset, n - offset, at, 1, &insn) == 1 ? insn->size : 0;
        if (insn)
            cs_free(insn, 1);
        if (size == 0)
            return 0;
        if (size > address - at)
            return at;
        at += size;
    }
    return 0;
}

static bool open_for_code(struct target *target, bool thumb, csh *handle)
{
    int mode = thumb && target->arch->capstone_mode_thumb ? target->arch->capstone_mode_thumb
                                                          : target->arch->capstone_mode;
    if (target->big_endian)
        mode |= (int)CS_MODE_BIG_ENDIAN;
    return target->arch->capstone_arch != CAPSTONE_NONE &&
           cs_open((cs_arch)target->arch->capstone_arch, (cs_mode)mode, handle) == CS_ERR_OK;
}

uint64_t instruction_around(struct target *target, uint64_t address)
{
    unsigned char bytes[INSTRUCTIONS_BEFORE_BYTES + AHEAD];
    uint64_t from, ret = 0;
    csh handle;
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
    if (got <= address - from || !open_for_code(target, thumb, &handle))
        return 0;
    ret = decode_up_to(handle, bytes, got, from, address);
    cs_close(&handle);
    return ret;
}

/* The last of the starts before `address` that lies `count` instructions back, or the first there is. */
static uint64_t start_back(csh handle, const unsigned char *bytes, uint64_t from, uint64_t address,
                           unsigned count)
{
    uint64_t starts[INSTRUCTIONS_BACK_MOST], at = from;
    unsigned n = 0;
    while (at < address) {
        cs_insn *insn = NULL;
        size_t offset = (size_t)(at - from);
        size_t size =
            cs_disasm(handle, bytes + offset, (size_t)(address - at), at, 1, &insn) == 1 ? insn->size : 0;
        if (insn)
            cs_free(insn, 1);
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
    csh handle;
    if (!target->arch || count == 0 || !symbols_lookup(target->map, address, &place) || !place.function_low)
        return address;
    uint64_t from = place.function_low;
    if (from >= address || address - from > INSTRUCTIONS_BEFORE_BYTES ||
        !memory_from_file(target, from, bytes, (size_t)(address - from)) ||
        !open_for_code(target, symbols_is_thumb(target->map, address), &handle))
        return address;
    uint64_t ret = start_back(handle, bytes, from, address,
                              count < INSTRUCTIONS_BACK_MOST ? count : INSTRUCTIONS_BACK_MOST);
    cs_close(&handle);
    return ret;
}
