/* Multiboot to 64 bits with the first gigabyte mapped, then kmain (Multiboot 0.6.96; Intel SDM volume 3, 9.8.5). */
    .set MAGIC, 0x1BADB002
    .set FLAGS, 0
    .section .multiboot, "a"
    .align 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .section .bss
    .align 4096
top:        .skip 4096
second:     .skip 4096
directory:  .skip 4096
            .skip 16384
stack:

    .section .text
    .code32
    .globl _start
_start:
    cli
    movl $second + 3, top
    movl $directory + 3, second
    mov $directory, %edi
    mov $0x83, %eax
    mov $512, %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $top, %eax
    mov %eax, %cr3
    mov $0xC0000080, %ecx
    rdmsr
    or $0x100, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    lgdt pointer
    ljmp $8, $in_long
    .align 8
descriptors:
    .quad 0
    .quad 0x00af9a000000ffff
    .quad 0x00cf92000000ffff
pointer:
    .word pointer - descriptors - 1
    .long descriptors

    .code64
in_long:
    mov $16, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $stack, %rsp
    xor %ebp, %ebp
    call kmain
2:  hlt
    jmp 2b
    .section .note.GNU-stack, "", @progbits
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
