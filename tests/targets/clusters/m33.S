/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two Cortex-M33 of QEMU's `mps2-an521`, each a cluster, the second with a floating point unit. The first lets the second
 * go by INITSVTOR1 and CPUWAIT (Arm SSE-200 technical reference manual, "System Control Register Block"). */
    .syntax unified
    .thumb
    .section .text.start, "ax"
    .word stack
    .word first + 1
    .balign 256
vectors_of_second:
    .word stack_of_second
    .word second + 1
    .thumb_func
    .globl first
first:
    ldr r0, =0x50021000
    ldr r1, =vectors_of_second
    str r1, [r0, #0x114]
    movs r1, #0
    str r1, [r0, #0x118]
    movs r0, #0
    bl work
    .thumb_func
second:
    movs r0, #1
    bl work
    .section .bss
    .balign 8
    .skip 1024
stack:
    .skip 1024
stack_of_second:
