/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/kernel/sealed_text.h - traps that were inserted before an x86 kernel made its text
 * read-only.
 *
 * kgdb writes a trap with a plain store while that works, else by text_poke_kgdb(), and notes which it was;
 * what it wrote in the first way it takes out in the first way (kgdb_arch_set_breakpoint() and
 * kgdb_arch_remove_breakpoint() in arch/x86/kernel/kgdb.c of 6.1). mark_rodata_ro(), late in boot, comes
 * between the two for every breakpoint that was set at kgdbwait: from then on its removal fails, which only a
 * later printk says, and stepping off it hits it again for ever. The way out: kgdb's own table is in writable
 * memory. The entries of such traps are changed to what they would be had they been poked, and still in (type
 * BP_POKE_BREAKPOINT, state BP_ACTIVE), and the stopped processor is let run into one of them: on that entry
 * kgdb takes them all out in the right way. Its pc is then put back.
 *
 * Whether text is sealed is read from kernel_set_to_readonly, at most once before the first run with a trap
 * and, while it was not, once at each stop. Targets without vCont whose symbols know that and kgdb_break
 * only. Engine thread, target stopped. Errors: the connection's.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_KERNEL_SEALED_TEXT_H
#define ALLSTOP_ENGINE_CONTROL_KERNEL_SEALED_TEXT_H

#include <stdbool.h>

#include "base/error.h"

struct control;
struct stop;

/* The target is about to run. */
struct error *sealed_text_leave(struct control *c) BASE_MUST_CHECK;
/* It has stopped, and the pc is rewound: traps that stayed are taken out. */
struct error *sealed_text_check(struct control *c, const struct stop *stop) BASE_MUST_CHECK;

#endif
