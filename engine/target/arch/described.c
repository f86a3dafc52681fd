/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A processor that there is no table for, as far as its target description goes. */
#include "engine/target/arch/arch.h"

#include <string.h>

#include "base/text.h"

/* Those of gdb's that are big-endian where nothing else is said. */
bool arch_is_big(const char *architecture)
{
    static const char big[] = "m68k sparc sparc:v9 or1k hppa1.0 lm32 avr32 moxie m68hc11 h8300 mcore";
    return architecture && text_has_word(big, architecture);
}

bool arch_from_description(const char *architecture, const char *pc, const char *sp, unsigned address_size,
                           struct arch *ret)
{
    if (!pc || address_size == 0 || address_size > 8)
        return false;
    /* No register is called "": nothing is known of how a function returns, so no frame is guessed. */
    *ret = (struct arch){
        .name = architecture && *architecture ? architecture : "unknown",
        .descriptions = "",
        .machines = "",
        .address_size = address_size,
        .pc = pc,
        .sp = sp ? sp : "",
        .link_register = "",
        .code_align = 1,
        .longest_instruction = 4,
        .breakpoint_kind = 1,
        .capstone_arch = CAPSTONE_NONE,
    };
    return true;
}
