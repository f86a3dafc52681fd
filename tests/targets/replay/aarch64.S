/* The `virt` machine enters an ELF kernel at EL1 with the MMU off. */
    .section .text.start, "ax"
    .globl _start
_start:
    adrp x0, stack
    add x0, x0, :lo12:stack
    mov sp, x0
    mov x29, #0
    mov x30, #0
    bl kmain
1:  wfi
    b 1b
    .section .bss
    .align 12
    .skip 16384
stack:
    .section .note.GNU-stack, "", @progbits
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
