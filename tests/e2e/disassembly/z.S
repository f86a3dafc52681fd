# Vector instructions of z15, and one of a length that only its first bits tell.
    .text
    .globl _start
    .type _start, @function
_start:
    lr %r1, %r2
    .byte 0xe6, 0x00, 0x00, 0x00, 0x00, 0x34
    .byte 0xe6, 0xff, 0xff, 0xff, 0xff, 0xff
    lr %r3, %r4
    .byte 0xb9, 0x3a, 0x00, 0x24
    br %r14
    .size _start, . - _start
