/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/x86.h - what x86-64 and i386 have in common, for their structs. As arch.h: no state,
 * nothing fails.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_X86_H
#define ALLSTOP_ENGINE_TARGET_ARCH_X86_H

#include "engine/target/arch/arch.h"

/* How vector values go on that are wider than 16 bytes. */
extern const struct arch_wide x86_wide[];
/* RET, near, with or without a prefix (Intel SDM volume 2). */
bool x86_is_return(const unsigned char *code);
/* Protection off: 16 bits, as at reset; long mode by EFER.LMA (Intel SDM volume 3, 2.2 and 10.8.5). Without
 * control registers (programs, kgdb) it is what the architecture says. */
int x86_mode_now(const struct arch *arch, arch_read_register *read, void *context);
/* Of what newer processors have: VEX, EVEX and the two-byte maps (x86_length.c). */
unsigned x86_unknown_size(const unsigned char *code, size_t n, int mode);
extern const struct arch_llvm x86_llvm;

#endif
