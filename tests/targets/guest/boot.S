/* A 64-bit x86 guest on the bare machine (multiboot): CPU 0 runs kmain, a second CPU is woken into smain. */
    .set MAGIC, 0x1BADB002
    .set FLAGS, 0
    .section .multiboot, "a"
    .align 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .section .bss
    .align 4096
pml4:   .skip 4096
pdpt:   .skip 4096
pd:     .skip 4096
pd_apic: .skip 4096
    .skip 16384
stack0:
    .skip 16384
stack1:
    .globl second_alive
second_alive: .skip 8

    .section .text
    .code32
    .globl _start
_start:
    cli
    movl $pdpt + 3, pml4
    movl $pd + 3, pdpt
    /* the local APIC at 0xfee00000: entry 503 of the fourth gigabyte */
    movl $pd_apic + 3, pdpt + 24
    movl $0xfee00093, pd_apic + 503 * 8
    mov $pd, %edi
    mov $0x83, %eax
    mov $512, %ecx
1:  mov %eax, (%edi)
    movl $0, 4(%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b
    /* the second processor starts in real mode at 0x8000 */
    mov $tramp, %esi
    mov $0x8000, %edi
    mov $tramp_end - tramp, %ecx
    rep movsb
    mov $stack0, %esp
    mov $kmain_entry, %ebx
    jmp go_long

    .globl go_long
go_long:
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0xC0000080, %ecx
    rdmsr
    or $0x100, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    lgdt gdtp
    ljmp $8, $in_long
    .align 8
gdt:
    .quad 0
    .quad 0x00af9a000000ffff
    .quad 0x00cf92000000ffff
    .quad 0x00cf9a000000ffff
gdtp:
    .word gdtp - gdt - 1
    .long gdt

    .code64
in_long:
    mov $16, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    xor %ebp, %ebp
    jmp *%rbx
kmain_entry:
    call kmain
2:  hlt
    jmp 2b
smain_entry:
    movq $1, second_alive
    call smain
3:  hlt
    jmp 3b

    .code16
tramp:
    cli
    xor %ax, %ax
    mov %ax, %ds
    lgdtl 0x8000 + (tramp_gdtp - tramp)
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    ljmpl $24, $tramp32
    .align 4
tramp_gdtp:
    .word gdtp - gdt - 1
    .long gdt
tramp_end:
    .code32
tramp32:
    mov $16, %ax
    mov %ax, %ds
    mov %ax, %ss
    mov $stack1, %esp
    mov $smain_entry, %ebx
    jmp go_long
    .section .note.GNU-stack, "", @progbits
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
