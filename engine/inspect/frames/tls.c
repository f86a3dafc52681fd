/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/tls.h"

#include <elf.h>

#include "base/alloc.h"
#include "engine/target/arch/linux_user.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

static struct error *no_pointer(const struct target *target)
{
    return error_new(ERR_UNSUPPORTED, "the thread pointer of %s is not among the stub's registers",
                     target->arch ? target->arch->name : "the target");
}

static struct error *from_halves(struct target *target, struct thread *t, const char *const halves[2],
                                 uint64_t *ret)
{
    uint64_t high = 0, low = 0;
    if (!register_find(target, halves[0]) || !register_find(target, halves[1]))
        return no_pointer(target);
    TRY(register_value(target, t, halves[0], &high));
    TRY(register_value(target, t, halves[1], &low));
    *ret = high << 32 | (low & 0xffffffffu);
    return NULL;
}

static struct error *thread_pointer(struct target *target, const struct arch_tls *l, uint64_t *ret)
{
    struct thread *t;
    TRY(threads_current(target, &t));
    if (l->halves[0])
        return from_halves(target, t, l->halves, ret);
    for (size_t i = 0; i < ARRAY_LENGTH(l->registers); i++)
        if (l->registers[i] && register_find(target, l->registers[i]))
            return register_value(target, t, l->registers[i], ret);
    return no_pointer(target);
}

static uint64_t round_up(uint64_t n, uint64_t alignment)
{
    return (n + alignment - 1) & ~(alignment - 1);
}

/* The program itself, as opposed to a library: what is linked at a fixed place, or the first file that names
 * its linker (the C library does as well). */
static bool is_program(const struct target *target, const struct symbol_file *f)
{
    uint64_t offset;
    for (size_t i = 0; i < symbol_map_count(target->map); i++) {
        const struct symbol_file *other = symbol_map_file(target->map, i, &offset);
        if (symbol_file_type(other) == ET_EXEC || symbol_file_has_interpreter(other))
            return other == f;
    }
    return false;
}

/* As glibc's _dl_determine_tlsoffset places the first block: its address keeps its place within the
 * alignment. */
static uint64_t block_from_pointer(const struct arch_tls *l, const struct symbol_tls *block)
{
    uint64_t first = (0 - block->address) & (block->alignment - 1);
    if (l->below)
        return 0 - (round_up(block->size - first, block->alignment) + first);
    uint64_t at = round_up(l->header, block->alignment);
    at += at - l->header < first ? block->alignment : 0;
    return at - first - l->bias;
}

/* -- libraries ---------------------------------------------------------------------------------------- */

static struct error *only_known_there(const char *why)
{
    return error_hint(
        error_new(ERR_UNSUPPORTED,
                  "only the C library knows where a shared library's thread-local variables are, and %s",
                  why),
        "look at what a function of the library has in its registers");
}

/*
 * A field of struct link_map: glibc tells its debuggers where they are in constants (nptl_db), three numbers
 * of 32 bits each: bits, elements, offset in bytes. False: this C library does not, or it cannot be read.
 */
static bool map_field(struct target *target, const char *name, uint64_t map, uint64_t *ret)
{
    BASE_FREE struct symbol_match *matches = NULL;
    unsigned char field[12];
    size_t count = 0;
    symbols_find_name(target->map, name, &matches, &count);
    if (count == 0 || !matches[0].data)
        return false;
    struct error *e = target_check(target, memory_read(target, matches[0].address, field, sizeof field));
    uint64_t bits = e ? 0 : arch_load(field, 4, target->big_endian);
    if (!e && bits >= 8 && bits <= 64)
        e = target_check(target, memory_read_number(target, map + arch_load(field + 8, 4, target->big_endian),
                                                    (unsigned)bits / 8, ret));
    bool read = !e && bits >= 8 && bits <= 64;
    error_free(e);
    return read;
}

/*
 * A block by the thread's own table: entries of two words, the first of which is the address, behind one that
 * has their number before it (Drepper, section 3; glibc's dl-dtv.h). Blocks of libraries that were opened
 * later come when the thread first uses them.
 */
static struct error *block_in_table(struct target *target, const struct arch_tls *l, uint64_t pointer,
                                    uint64_t number, uint64_t *ret)
{
    uint64_t table = 0, most = 0;
    unsigned word = target->arch->address_size;
    TRY(memory_read_number(target, pointer - l->bias + (uint64_t)(int64_t)l->dtv, word, &table));
    TRY(memory_read_number(target, table - 2 * (uint64_t)word, word, &most));
    *ret = 0;
    if (number > 0 && number <= most)
        TRY(memory_read_number(target, table + number * 2 * word, word, ret));
    if (*ret == (word == 4 ? UINT32_MAX : UINT64_MAX))
        *ret = 0;
    return NULL;
}

/* One that has its place beside the program's: the linker's offset, of which 0 and those at the end mean
 * none. */
static uint64_t block_at_offset(const struct target *target, const struct arch_tls *l, uint64_t pointer,
                                uint64_t offset)
{
    uint64_t none = target->arch->address_size == 4 ? UINT32_MAX - 1 : UINT64_MAX - 1;
    if (offset == 0 || offset >= none)
        return 0;
    return l->below ? pointer - offset : pointer - l->bias + offset;
}

static struct error *block_of_library(struct target *target, const struct arch_tls *l,
                                      const struct symbol_file *f, uint64_t *ret)
{
    uint64_t map = 0, pointer = 0, number = 0, offset = 0;
    if (!libraries_link_map(target, f, &map))
        return only_known_there("the dynamic linker's list does not have this one");
    if (!map_field(target, "_thread_db_link_map_l_tls_modid", map, &number))
        return only_known_there("this one does not tell");
    TRY(thread_pointer(target, l, &pointer));
    TRY(block_in_table(target, l, pointer, number, ret));
    if (!*ret && map_field(target, "_thread_db_link_map_l_tls_offset", map, &offset))
        *ret = block_at_offset(target, l, pointer, offset);
    if (!*ret)
        return error_new(ERR_NO_MEMORY,
                         "this thread has not used the library's thread-local variables yet: they "
                         "are made when it does");
    return NULL;
}

struct error *tls_address(struct target *target, const struct symbol_file *f, uint64_t offset, uint64_t *ret)
{
    const struct arch_tls *l = target->arch ? target->arch->tls : NULL;
    struct symbol_tls block;
    uint64_t pointer = 0;
    TRY(target_need_stopped(target));
    if (!l)
        return no_pointer(target);
    if (!f || !symbol_file_tls(f, &block) || (block.alignment & (block.alignment - 1)))
        return error_new(ERR_UNSUPPORTED, "the file of a thread-local variable has no such variables");
    if (!is_program(target, f)) {
        TRY(block_of_library(target, l, f, &pointer));
        *ret = pointer + offset;
        return NULL;
    }
    TRY(thread_pointer(target, l, &pointer));
    *ret = pointer + block_from_pointer(l, &block) + offset;
    return NULL;
}
