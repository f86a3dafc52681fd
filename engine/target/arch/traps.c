/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether bytes of memory are an instruction that stops at a debugger. */
#include "engine/target/arch/arch.h"

/* Byte i of a number as the target has it in memory. */
static unsigned char byte_of(uint32_t number, unsigned size, unsigned i, bool big_endian)
{
    return (unsigned char)(number >> 8 * (big_endian ? size - 1 - i : i));
}

bool arch_trap_is(const struct arch_trap *trap, bool big_endian, const unsigned char *bytes, size_t from,
                  size_t to)
{
    for (size_t i = from; i < to && i < trap->size; i++) {
        unsigned char mask = byte_of(trap->mask, trap->size, (unsigned)i, big_endian);
        if ((bytes[i - from] & mask) != byte_of(trap->value, trap->size, (unsigned)i, big_endian))
            return false;
    }
    return true;
}

unsigned arch_trap_at(const struct arch *arch, bool big_endian, bool is_short, const unsigned char *bytes,
                      size_t n)
{
    for (const struct arch_trap *t = arch->traps; t && t->size; t++) {
        bool is_of_this_length = !arch->has_thumb || is_short == (t->size == arch->short_trap_size);
        if (is_of_this_length && t->size <= n && arch_trap_is(t, big_endian, bytes, 0, t->size))
            return t->size;
    }
    return 0;
}
