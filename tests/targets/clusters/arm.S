/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first R5 of QEMU's `xlnx-zcu102`, which stays switched off: it stands where it would begin. */
    .section .text.start, "ax"
    .globl _start
_start:
    ldr sp, =stack
    mov r0, #1
    bl work
    .section .bss
    .balign 16
    .skip 4096
stack:
