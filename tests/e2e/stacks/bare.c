/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of every shape, to be compiled without any table for unwinding (bare.py). Nothing of a library.
 */
#define NOINLINE __attribute__((noinline, noclone))

typedef int integer;
volatile integer sink;
volatile integer zero;
volatile char bytes[64];
struct big {
    integer a[12];
};

NOINLINE integer leaf(integer x)
{
    return x * 3 + sink;
}

NOINLINE integer leaf_with_array(integer x)
{
    volatile integer a[20];
    for (integer i = 0; i < 3; i++)
        a[i] = x + i;
    return a[0] + a[x & 1];
}

/* Written by hand: labels within are symbols, and no table could be made. */
#if defined __x86_64__
__asm__(".text\n.globl by_hand\nby_hand: push %rbx\n sub $16, %rsp\n mov %edi, %ebx\n"
        "round: add $1, %eax\n dec %ebx\n jg round\n add $16, %rsp\n pop %rbx\n ret\n");
#elif defined __i386__
__asm__(".text\n.globl by_hand\nby_hand: push %ebx\n mov 8(%esp), %ebx\n"
        "round: add $1, %eax\n dec %ebx\n jg round\n pop %ebx\n ret\n");
#elif defined __aarch64__
__asm__(".text\n.globl by_hand\nby_hand: str x30, [sp, #-16]!\n mov x30, x0\n"
        "round: add w1, w1, #1\n subs w30, w30, #1\n b.gt round\n ldr x30, [sp], #16\n ret\n");
#elif defined __thumb__
__asm__(".text\n.syntax unified\n.thumb\n.thumb_func\n.globl by_hand\nby_hand: push {r4, r5}\n mov r4, lr\n "
        "mov r5, "
        "r0\nround: adds r1, #1\n subs r5, #1\n bgt round\n mov lr, r4\n pop {r4, r5}\n bx lr\n");
#elif defined __arm__
__asm__(".text\n.syntax unified\n.arm\n.globl by_hand\nby_hand: str lr, [sp, #-4]!\n mov lr, r0\n"
        "round: add r1, r1, #1\n subs lr, lr, #1\n bgt round\n ldr pc, [sp], #4\n");
#elif defined __riscv
__asm__(".text\n.globl by_hand\nby_hand: mv t1, ra\n addi sp, sp, -16\n mv ra, a0\n"
        "round: addi ra, ra, -1\n bgtz ra, round\n addi sp, sp, 16\n jr t1\n");
#elif defined __s390x__
__asm__(".text\n.globl by_hand\nby_hand: lgr %r0, %r14\n aghi %r15, -160\n lgfr %r14, %r2\n"
        "round: brct %r14, round\n aghi %r15, 160\n lgr %r1, %r0\n br %r1\n");
#elif defined __powerpc64__ && _CALL_ELF == 2
__asm__(".text\n.globl by_hand\nby_hand: mflr 11\n mtlr 3\n mtctr 3\nround: addi 5, 5, 1\n bdnz round\n mtlr "
        "11\n blr\n");
#elif defined __mips__
__asm__(".text\n.set noreorder\n.globl by_hand\nby_hand: move $t9, $ra\n move $ra, $a0\nround: addiu $ra, "
        "$ra, -1\n"
        " bgtz $ra, round\n nop\n jr $t9\n nop\n.set reorder\n");
#endif
#if defined __powerpc64__ && _CALL_ELF != 2
#define by_hand leaf
#else
integer by_hand(integer x);
#endif

NOINLINE integer calls(integer x)
{
    return leaf(x) + 1;
}

/* What is kept across calls is kept in many registers. */
NOINLINE integer many(integer a, integer b, integer c, integer d)
{
    integer e = leaf(a), f = leaf(b), g = leaf(c), h = leaf(d), i = leaf(a + b), j = leaf(c + d);
    integer k = leaf(e + f), l = leaf(g + h);
    return a + b + c + d + e + f + g + h + i + j + leaf(k + l) + k * l;
}

NOINLINE integer large(integer x)
{
    volatile char space[9000];
    space[x & 7] = 1;
    integer y = leaf(x);
    return space[0] + y;
}

NOINLINE integer moving(integer x)
{
    char *space = __builtin_alloca((unsigned)x * 8 + 16);
    for (integer i = 0; i < 2; i++)
        bytes[i] = space[i] = (char)leaf(i);
    return space[1] + x;
}

/* Nothing is saved where it returns at once. */
NOINLINE integer early(integer x)
{
    if (x == 0)
        return 5;
    integer y = leaf(x), z = leaf(y + x);
    if (z == 1000001)
        return leaf(7) + x;
    return x + y * z;
}

NOINLINE integer chooses(integer x)
{
    switch (x) {
    case 0:
        return leaf(1) + 1;
    case 1:
        return calls(2) + 2;
    case 2:
        sink = leaf(9);
        return sink + 3;
    case 3:
        return early(3) * 4;
    case 4:
        return leaf(x) - calls(x);
    case 5:
        return sink;
    default:
        return leaf(x * 5) + 7;
    }
}

NOINLINE integer recurses(integer n)
{
    if (n == 0)
        return leaf(0);
    return recurses(n - 1) * 2 + n;
}

NOINLINE integer jumps(integer x)
{
    sink = x;
    return calls(x + 1);
}

NOINLINE struct big makes(integer x)
{
    struct big b = {{0}};
    for (integer i = 0; i < 2; i++)
        b.a[i] = leaf(x + i);
    return b;
}

NOINLINE integer takes(integer a, integer b, integer c, integer d, integer e, integer f, integer g, integer h,
                       integer i, integer j, struct big k)
{
    return leaf(a + b + c + d) + leaf(e + f + g + h) + i + j + k.a[1];
}

NOINLINE integer passes(integer x)
{
    struct big b = makes(x);
    integer y = takes(x, 2, 3, 4, 5, 6, 7, 8, 9, x, b);
    return y + makes(y).a[0] + leaf(y);
}

NOINLINE double real(double x, double y)
{
    double z = x * y;
    sink = leaf((integer)z);
    return z + x / y + sink;
}

NOINLINE integer adds(integer count, ...)
{
    __builtin_va_list list;
    integer sum = 0;
    __builtin_va_start(list, count);
    for (integer i = 0; i < count; i++)
        sum += leaf(__builtin_va_arg(list, integer));
    __builtin_va_end(list);
    return sum;
}

NOINLINE __attribute__((noreturn)) void ends(void)
{
    for (;;)
        sink = leaf(1);
}

NOINLINE integer may_end(integer x)
{
    if (x == 77)
        ends();
    return leaf(x) + leaf(x + 1);
}

integer (*volatile by_pointer)(integer) = calls;

NOINLINE integer points(integer x)
{
    return by_pointer(x) + by_pointer(x + 1);
}

NOINLINE integer loops(integer n)
{
    integer sum = 0;
    for (integer i = 0; i < n; i++) {
        if (i == 1)
            sum += chooses(i);
        else
            sum ^= leaf(i);
    }
    return sum;
}

NOINLINE void all(void)
{
    integer x = zero;
    x += by_hand(2) + calls(1) + leaf_with_array(2) + many(1, 2, 3, 4) + large(x & 3) + moving(x & 3) +
         early(0) + early(3);
    for (integer i = 0; i < 7; i++)
        x += chooses(i);
    x += recurses(3) + jumps(2) + passes(1) + (integer)real(2.0, 4.0) + adds(3, 1, 2, 3) + may_end(4) +
         points(1) + loops(3);
    sink = x;
}

int main(void)
{
    all();
    sink = 0;
    return 0;
}
