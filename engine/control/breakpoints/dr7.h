/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/dr7.h - debug registers that a kernel puts back behind its debugger's back.
 *
 * Linux on x86 (since 5.8; read in 6.1) saves DR7 when a processor enters #DB or an NMI and writes it back on
 * the way out: local_db_save() and local_db_restore() in arch/x86/include/asm/debugreg.h, exc_debug_kernel()
 * in arch/x86/kernel/traps.c, exc_nmi() in nmi.c. kgdb writes DR7 in between (kgdb_correct_hw_break()), which
 * is lost. So after a stop by a hardware breakpoint, a watchpoint or a step, the processor goes on with the
 * kinds that its debug registers had before: what was inserted meanwhile does not fire, and what was taken
 * out still does, with nobody to handle it. A breakpoint like that is a fault that comes again for ever: the
 * kernel hangs. The same holds for the other processors, which are stopped by NMIs. A stop by a trap
 * instruction restores nothing.
 *
 * The way out: before the target runs with another set than it ran with last, all of hardware is taken out,
 * the stopped processor goes one instruction on, and all is inserted again. Under a hypervisor that is a
 * step: a processor that has nothing inserted saves nothing there (hw_breakpoint_active()). On the bare
 * machine the register itself is read, and only a trap instruction helps: one behind the current instruction,
 * and everything runs to it. The other processors have the word that they saved, nmi_dr7, set to zero, which
 * means that there is nothing to put back; only where the symbols know it and what stands there looks like
 * it. On the bare machine that is done at both ends: at the trap they save a DR7 without a breakpoint, which
 * is not 0 (Linux leaves the bit "exact" in it), and would put that over what is inserted there. While the
 * user steps on the bare machine nothing is settled: only the stopped processor runs then.
 *
 * Two processors can hit at once. One of them stops first, the other waits for its turn inside of its own
 * #DB: that is no NMI, what it has saved is on its stack, and it tells of its hit when the first goes on. It
 * goes on with the set before the change then, and hits what is gone again and again, so that its stop is
 * followed by such a step too. It is known by not being in an NMI while another processor is stopped, or,
 * without these symbols, by a stop that nothing explains but what was taken out (hits.h).
 *
 * Part of a plan; engine thread; target stopped.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_DR7_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_DR7_H

#include <stdbool.h>

#include "base/error.h"

struct control;
struct site;

/* Before a site goes in or out: whether the set becomes another by that. */
void dr7_note(struct control *c, struct site *p, bool insert);
/* The target is about to run with another set of hardware sites than before. */
bool dr7_change_needed(struct control *c);
/* The target ran with some, and is left alone now. */
bool dr7_change_needed_to_leave(struct control *c);
/* Another processor was stopped with a hit of its own when the set was last changed, and did not tell it yet.
 */
bool dr7_others_wait(const struct control *c);
/* The step has to end in a trap instruction. */
bool dr7_change_by_trap(struct control *c);
/* Takes all of hardware out, for a step, with the next resume; or back in. */
void dr7_remove_all(struct control *c, bool removed);
/* The bare machine: something comes in after the target ran with nothing, so the others are to be told. */
bool dr7_comes_back(struct control *c);
/* The other processors: their saved words. Best effort; only a lost connection is an error. */
struct error *dr7_clear_others(struct control *c) BASE_MUST_CHECK;
/* A stop that is no step of ours: perhaps that of a processor that was stopped before the last change. */
void dr7_stopped(struct control *c);
/* The target runs, with what is inserted now; a step off a site is none of it. */
void dr7_resumed(struct control *c);

#endif
