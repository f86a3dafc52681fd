/*
 * engine/target/arch/x86.h - what x86-64 and i386 have in common, for their structs. As arch.h: no state,
 * nothing fails.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_X86_H
#define ALLSTOP_ENGINE_TARGET_ARCH_X86_H

#include <stdbool.h>

/* RET, near, with or without a prefix (Intel SDM volume 2). */
bool x86_is_return(const unsigned char *code);

#endif
