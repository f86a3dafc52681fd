/* SPDX-License-Identifier: GPL-3.0-or-later */
    .section .text.start, "ax"
    .globl _start
_start:
    mov #0x400, r1
    call #main
