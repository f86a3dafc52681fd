/* Two CPUs of QEMU's `virt` board, without MMU: each gets a stack and enters `work` with its number. The
 * second is switched on by PSCI's CPU_ON (Arm DEN0022, function 0xc4000003). */
    .section .text.start, "ax"
    .globl _start
_start:
    ldr x1, =stacks + 4096
    mov sp, x1
    ldr x0, =0xc4000003
    mov x1, #1
    adr x2, second
    mov x3, #0
    hvc #0
    mov x0, #0
    bl work
halt:
    wfi
    b halt
second:
    ldr x1, =stacks + 8192
    mov sp, x1
    mov x0, #1
    bl work
    b halt
    .section .bss
    .balign 16
stacks:
    .skip 8192
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
