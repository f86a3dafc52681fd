/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first A53 of QEMU's `xlnx-zcu102`. */
    .section .text.start, "ax"
    .globl _start
_start:
    ldr x0, =stack
    mov sp, x0
    mov x0, #0
    bl work
    .section .bss
    .balign 16
    .skip 4096
stack:
