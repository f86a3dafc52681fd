# Both sizes of instructions, and branches that name their places.
    .text
    .globl _start
    .type _start, @function
_start:
    addi sp, sp, -32
    sd ra, 24(sp)
    lui a5, 0x12345
    mul a0, a4, a0
    amoadd.w t1, a4, (a5)
    fadd.d fa0, fa0, fa1
    bne a0, t0, middle
    call away
    csrr t2, mhartid
middle:
    ld ra, 24(sp)
    j _start
    .size _start, . - _start
    .type away, @function
away:
    ret
    .size away, . - away
