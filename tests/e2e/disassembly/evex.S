# AVX-512, which Capstone 4 does not read, between instructions that anything reads.
    .text
    .globl main
    .type main, @function
main:
    .byte 0x62, 0xb2, 0x75, 0x20, 0x26, 0xd1                         # vptestmb k2, ymm17, ymm17
    inc %ecx
    vpternlogd $0xff, %zmm0, %zmm0, %zmm16
    vpcmpb $4, 64(%rsi,%rdx), %ymm17, %k1
    vmovdqu64 0x12345678(%rip), %zmm31
    .byte 0x0f, 0x01, 0xe8                                           # serialize
    .byte 0x62, 0xf6, 0x7e, 0x48, 0x56, 0xc1                         # vfmaddcph, FP16
    vfnmadd213pd {rz-sae}, %zmm4, %zmm1, %zmm2{%k5}
    ret
    .size main, . - main
