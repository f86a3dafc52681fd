/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A C library's way to jump, with probes that tell where to and a name that does not: x86-64. */
static volatile int sink;

long keep(void **frame);
void hop(void **frame, long value);
__asm__(".text\n.globl keep, hop\n.type keep, @function\n.type hop, @function\n"
        "keep: mov %rbx, (%rdi)\n mov %rbp, 8(%rdi)\n lea 8(%rsp), %rax\n mov %rax, 16(%rdi)\n"
        " mov (%rsp), %rax\n not %rax\n mov %rax, 24(%rdi)\n xor %eax, %eax\n ret\n.size keep, . - keep\n"
        "hop: mov 24(%rdi), %rdx\n not %rdx\n mov (%rdi), %rbx\n mov 8(%rdi), %rbp\n mov 16(%rdi), %rsp\n "
        "mov %esi, %eax\n"
        "1: nop\n jmp *%rdx\n.size hop, . - hop\n"
        ".section .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n_.stapsdt.base: .space "
        "1\n.previous\n"
        ".section .note.stapsdt, \"\", \"note\"\n.balign 4\n.long 8, 3f - 2f, 3\n.asciz \"stapsdt\"\n"
        "2: .quad 1b, _.stapsdt.base, 0\n.asciz \"libc\"\n.asciz \"longjmp_target\"\n.asciz \"8@%rdi -4@%eax "
        "8@%rdx\"\n"
        "3: .balign 4\n.previous\n");

static void *frame[4];

static void inner(long value)
{
    sink++;
    hop(frame, value);
}

static int outer(void)
{
    if (keep(frame) == 0)
        inner(1); /* probed calls */
    return sink;  /* probed behind */
}

static int deeper(void)
{
    return outer();
}

int main(void)
{
    sink += deeper(); /* probed main */
    return sink & 1;  /* probed ends */
}
