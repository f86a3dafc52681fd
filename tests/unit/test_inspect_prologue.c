/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions of each processor, as assemblers made them, and what they have done to the stack at their
 * instructions: how far the stack pointer has moved, and where the return address is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "engine/inspect/frames/prologue_flow.h"

enum { START = 0x10000, LOST_SP = 1 };

enum where { IN_LINK, ON_STACK, NOWHERE, ASTRAY };

struct place {
    unsigned at;
    bool exact;
    int sp; /* LOST_SP: not known */
    enum where where;
    int slot;
};

static const unsigned char x86_64_code[] = {
    0x55,                                                 /* 0: push %rbp */
    0x48, 0x89, 0xe5,                                     /* 1: mov %rsp,%rbp */
    0x53,                                                 /* 4: push %rbx */
    0x48, 0x83, 0xec, 0x18,                               /* 5: sub $0x18,%rsp */
    0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0x00, 0x00, 0x00, /* 9: mov %fs:0x28,%rax */
    0x74, 0x05,                                           /* 12: je 19 */
    0xe8, 0xfb, 0xff, 0xff, 0xff,                         /* 14: call 14 */
    0x48, 0x83, 0xe4, 0xf0,                               /* 19: and $0xfffffffffffffff0,%rsp */
    0xc5, 0xf1, 0xef, 0xd0,                               /* 1d: vpxor %xmm0,%xmm1,%xmm2 */
    0x48, 0x8d, 0x65, 0xf8,                               /* 21: lea -0x8(%rbp),%rsp */
    0x5b,                                                 /* 25: pop %rbx */
    0x5d,                                                 /* 26: pop %rbp */
    0xc3,                                                 /* 27: ret */
};
static const struct place x86_64_places[] = {
    {0x0, true, 0, ON_STACK, 0},    {0x1, true, -8, ON_STACK, 0},       {0x4, true, -8, ON_STACK, 0},
    {0x5, true, -16, ON_STACK, 0},  {0x9, true, -40, ON_STACK, 0},      {0x19, false, -40, ON_STACK, 0},
    {0x19, true, -40, ON_STACK, 0}, {0x1d, true, LOST_SP, ON_STACK, 0}, {0x25, true, -16, ON_STACK, 0},
    {0x26, true, -8, ON_STACK, 0},  {0x27, true, 0, ON_STACK, 0},       {0x2, true, 0, ASTRAY, 0},
    {0x28, true, 0, ASTRAY, 0},
};
static const unsigned char i386_code[] = {
    0x53,                         /* 0: push %ebx */
    0xe8, 0x00, 0x00, 0x00, 0x00, /* 1: call 6 */
    0x5b,                         /* 6: pop %ebx */
    0x83, 0xec, 0x08,             /* 7: sub $0x8,%esp */
    0x6a, 0x01,                   /* a: push $0x1 */
    0xff, 0x73, 0x04,             /* c: push 0x4(%ebx) */
    0xe8, 0xfb, 0xff, 0xff, 0xff, /* f: call f */
    0x83, 0xc4, 0x08,             /* 14: add $0x8,%esp */
    0xff, 0xe0,                   /* 17: jmp *%eax */
    0x90,                         /* 19: nop */
    0x8d, 0x64, 0x24, 0x08,       /* 1a: lea 0x8(%esp),%esp */
    0x5b,                         /* 1e: pop %ebx */
    0xc3,                         /* 1f: ret */
};
static const struct place i386_places[] = {
    {0x1, true, -4, ON_STACK, 0},   {0x6, true, -8, ON_STACK, 0},   {0x7, true, -4, ON_STACK, 0},
    {0xa, true, -12, ON_STACK, 0},  {0xf, true, -20, ON_STACK, 0},  {0x14, false, -20, ON_STACK, 0},
    {0x17, true, -12, ON_STACK, 0}, {0x19, true, -12, ON_STACK, 0}, {0x1e, true, -4, ON_STACK, 0},
};
static const unsigned char aarch64_code[] = {
    0x3f, 0x23, 0x03, 0xd5, /* 0: paciasp */
    0xff, 0xc3, 0x00, 0xd1, /* 4: sub sp, sp, #0x30 */
    0xfd, 0x7b, 0x01, 0xa9, /* 8: stp x29, x30, [sp, #16] */
    0xfd, 0x43, 0x00, 0x91, /* c: add x29, sp, #0x10 */
    0xf3, 0x13, 0x00, 0xf9, /* 10: str x19, [sp, #32] */
    0x40, 0x00, 0x00, 0x34, /* 14: cbz w0, 1c */
    0x00, 0x00, 0x00, 0x94, /* 18: bl 18 */
    0xf3, 0x13, 0x40, 0xf9, /* 1c: ldr x19, [sp, #32] */
    0xfd, 0x7b, 0x41, 0xa9, /* 20: ldp x29, x30, [sp, #16] */
    0xff, 0xc3, 0x00, 0x91, /* 24: add sp, sp, #0x30 */
    0xbf, 0x23, 0x03, 0xd5, /* 28: autiasp */
    0xc0, 0x03, 0x5f, 0xd6, /* 2c: ret */
    0x00, 0x7d, 0x20, 0xd4, /* 30: brk #0x3e8 */
};
static const struct place aarch64_places[] = {
    {0x0, true, 0, IN_LINK, 0},    {0x4, true, 0, IN_LINK, 0},        {0x8, true, -48, IN_LINK, 0},
    {0xc, true, -48, IN_LINK, 0},  {0x1c, false, -48, ON_STACK, -24}, {0x1c, true, -48, ON_STACK, -24},
    {0x24, true, -48, IN_LINK, 0}, {0x28, true, 0, IN_LINK, 0},       {0x2c, true, 0, IN_LINK, 0},
    {0x30, true, 0, ASTRAY, 0},    {0x6, true, 0, ASTRAY, 0},
};
static const unsigned char arm_code[] = {
    0x10, 0x48, 0x2d, 0xe9, /* 0: push {r4, fp, lr} */
    0x08, 0xb0, 0x8d, 0xe2, /* 4: add fp, sp, #8 */
    0x04, 0x8b, 0x2d, 0xed, /* 8: vpush {d8-d9} */
    0x01, 0xdb, 0x4d, 0xe2, /* c: sub sp, sp, #1024 */
    0x10, 0x88, 0xbd, 0x18, /* 10: popne {r4, fp, pc} */
    0xfe, 0xff, 0xff, 0xeb, /* 14: bl 14 */
    0x18, 0xd0, 0x4b, 0xe2, /* 18: sub sp, fp, #24 */
    0x04, 0x8b, 0xbd, 0xec, /* 1c: vpop {d8-d9} */
    0x10, 0x48, 0xbd, 0xe8, /* 20: pop {r4, fp, lr} */
    0x1e, 0xff, 0x2f, 0xe1, /* 24: bx lr */
};
static const struct place arm_places[] = {
    {0x0, true, 0, IN_LINK, 0},        {0x4, true, -12, IN_LINK, 0},    {0x8, true, -12, IN_LINK, 0},
    {0xc, true, -28, IN_LINK, 0},      {0x10, true, -1052, IN_LINK, 0}, {0x18, false, -1052, ON_STACK, -4},
    {0x18, true, -1052, ON_STACK, -4}, {0x1c, true, -28, ON_STACK, -4}, {0x20, true, -12, ON_STACK, -4},
    {0x24, true, 0, IN_LINK, 0},
};
static const unsigned char thumb_code[] = {
    0x90, 0xb5,             /* 0: push {r4, r7, lr} */
    0x83, 0xb0,             /* 2: sub sp, #12 */
    0x00, 0xaf,             /* 4: add r7, sp, #0 */
    0x4d, 0xf8, 0x04, 0x8d, /* 6: str.w r8, [sp, #-4]! */
    0x01, 0x28,             /* a: cmp r0, #1 */
    0x08, 0xbf,             /* c: it eq */
    0xff, 0xf7, 0xfe, 0xff, /* e: bleq e */
    0x10, 0xb1,             /* 12: cbz r0, 1a */
    0x41, 0xf2, 0x34, 0x23, /* 14: movw r3, #4660 */
    0x9d, 0x44,             /* 18: add sp, r3 */
    0x57, 0xf8, 0x04, 0x8c, /* 1a: ldr.w r8, [r7, #-4] */
    0x0c, 0x37,             /* 1e: adds r7, #12 */
    0xbd, 0x46,             /* 20: mov sp, r7 */
    0x90, 0xbd,             /* 22: pop {r4, r7, pc} */
};
static const struct place thumb_places[] = {
    {0x0, true, 0, IN_LINK, 0},      {0x2, true, -12, IN_LINK, 0},        {0x4, true, -24, IN_LINK, 0},
    {0x6, true, -24, IN_LINK, 0},    {0xa, true, -28, IN_LINK, 0},        {0x12, false, -28, ON_STACK, -4},
    {0x12, true, -28, ON_STACK, -4}, {0x1a, true, LOST_SP, ON_STACK, -4}, {0x22, true, -12, ON_STACK, -4},
};
static const unsigned char riscv64_code[] = {
    0x01, 0x11,             /* 0: add sp,sp,-32 */
    0x06, 0xec,             /* 2: sd ra,24(sp) */
    0x22, 0xe8,             /* 4: sd s0,16(sp) */
    0x00, 0x10,             /* 6: add s0,sp,32 */
    0xfd, 0x72,             /* 8: lui t0,0xfffff */
    0x16, 0x91,             /* a: add sp,sp,t0 */
    0x19, 0xc1,             /* c: beqz a0,12 */
    0xef, 0x00, 0x00, 0x00, /* e: jal e */
    0x13, 0x01, 0x04, 0xfe, /* 12: add sp,s0,-32 */
    0xe2, 0x60,             /* 16: ld ra,24(sp) */
    0x42, 0x64,             /* 18: ld s0,16(sp) */
    0x05, 0x61,             /* 1a: add sp,sp,32 */
    0x82, 0x80,             /* 1c: ret */
};
static const struct place riscv64_places[] = {
    {0x0, true, 0, IN_LINK, 0},      {0x2, true, -32, IN_LINK, 0},       {0x6, true, -32, IN_LINK, 0},
    {0xc, true, -4128, IN_LINK, 0},  {0x12, false, -4128, ON_STACK, -8}, {0x12, true, -4128, ON_STACK, -8},
    {0x16, true, -32, ON_STACK, -8}, {0x18, true, -32, IN_LINK, 0},      {0x1c, true, 0, IN_LINK, 0},
};
static const unsigned char ppc64le_code[] = {
    0x01, 0x00, 0x4c, 0x3c, /* 0: addis r2,r12,1 */
    0x00, 0x01, 0x42, 0x38, /* 4: addi r2,r2,256 */
    0xa6, 0x02, 0x08, 0x7c, /* 8: mflr r0 */
    0xf8, 0xff, 0xe1, 0xfb, /* c: std r31,-8(r1) */
    0x10, 0x00, 0x01, 0xf8, /* 10: std r0,16(r1) */
    0xc1, 0xff, 0x21, 0xf8, /* 14: stdu r1,-64(r1) */
    0x78, 0x0b, 0x3f, 0x7c, /* 18: mr r31,r1 */
    0x01, 0x00, 0x00, 0x48, /* 1c: bl 1c */
    0x00, 0x00, 0x00, 0x60, /* 20: nop */
    0x40, 0x00, 0x3f, 0x38, /* 24: addi r1,r31,64 */
    0x10, 0x00, 0x01, 0xe8, /* 28: ld r0,16(r1) */
    0xf8, 0xff, 0xe1, 0xeb, /* 2c: ld r31,-8(r1) */
    0xa6, 0x03, 0x08, 0x7c, /* 30: mtlr r0 */
    0x20, 0x00, 0x80, 0x4e, /* 34: blr */
};
static const struct place ppc64le_places[] = {
    {0x0, true, 0, IN_LINK, 0},       {0xc, true, 0, IN_LINK, 0},    {0x18, true, -64, IN_LINK, 0},
    {0x20, false, -64, ON_STACK, 16}, {0x28, true, 0, ON_STACK, 16}, {0x30, true, 0, IN_LINK, 0},
    {0x34, true, 0, IN_LINK, 0},
};
static const unsigned char s390x_code[] = {
    0xeb, 0xbf, 0xf0, 0x58, 0x00, 0x24, /* 0: stmg %r11,%r15,88(%r15) */
    0xe3, 0xf0, 0xff, 0x58, 0xff, 0x71, /* 6: lay %r15,-168(%r15) */
    0xb9, 0x04, 0x00, 0xbf,             /* c: lgr %r11,%r15 */
    0xec, 0x28, 0x00, 0x06, 0x00, 0x7c, /* 10: cgije %r2,0,1c */
    0xc0, 0xe5, 0x00, 0x00, 0x00, 0x00, /* 16: brasl %r14,16 */
    0xb3, 0xc1, 0x00, 0x0b,             /* 1c: ldgr %f0,%r11 */
    0xeb, 0xbf, 0xb1, 0x00, 0x00, 0x04, /* 20: lmg %r11,%r15,256(%r11) */
    0x07, 0xfe,                         /* 26: br %r14 */
};
static const struct place s390x_places[] = {
    {0x0, true, 0, IN_LINK, 0},         {0x6, true, 0, IN_LINK, 0},        {0xc, true, -168, IN_LINK, 0},
    {0x1c, false, -168, ON_STACK, 112}, {0x1c, true, -168, ON_STACK, 112}, {0x26, true, 0, IN_LINK, 0},
};
static const unsigned char mips_code[] = {
    0x27, 0xbd, 0xff, 0xe0, /* 0: addiu sp,sp,-32 */
    0xaf, 0xbf, 0x00, 0x1c, /* 4: sw ra,28(sp) */
    0xaf, 0xbe, 0x00, 0x18, /* 8: sw s8,24(sp) */
    0x03, 0xa0, 0xf0, 0x25, /* c: move s8,sp */
    0x04, 0x11, 0x00, 0x01, /* 10: bal 18 */
    0x00, 0x00, 0x00, 0x00, /* 14: nop */
    0x10, 0x80, 0x00, 0x01, /* 18: beqz a0,20 */
    0xaf, 0xc4, 0x00, 0x20, /* 1c: sw a0,32(s8) */
    0x03, 0xc0, 0xe8, 0x25, /* 20: move sp,s8 */
    0x8f, 0xbf, 0x00, 0x1c, /* 24: lw ra,28(sp) */
    0x8f, 0xbe, 0x00, 0x18, /* 28: lw s8,24(sp) */
    0x03, 0xe0, 0x00, 0x08, /* 2c: jr ra */
    0x27, 0xbd, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 30: addiu sp,sp,32 */
};
static const struct place mips_places[] = {
    {0x0, true, 0, IN_LINK, 0},      {0x4, true, -32, IN_LINK, 0},     {0x10, true, -32, IN_LINK, 0},
    {0x14, true, -32, ON_STACK, -4}, {0x18, false, -32, ON_STACK, -4}, {0x18, true, -32, ON_STACK, -4},
    {0x28, true, -32, IN_LINK, 0},   {0x2c, true, -32, IN_LINK, 0},    {0x30, true, -32, IN_LINK, 0},
    {0x34, true, 0, ASTRAY, 0},
};

static const struct function {
    const char *name;
    const struct arch_effects *effects;
    const unsigned char *bytes;
    size_t size;
    const struct place *places;
    size_t place_count;
    bool is_thumb, big_endian, is_64, pushed;
} functions[] = {
    {"x86-64", &effects_x86_64, x86_64_code, sizeof x86_64_code, x86_64_places, ARRAY_LENGTH(x86_64_places),
     false, false, true, true},
    {"i386", &effects_i386, i386_code, sizeof i386_code, i386_places, ARRAY_LENGTH(i386_places), false, false,
     false, true},
    {"aarch64", &effects_aarch64, aarch64_code, sizeof aarch64_code, aarch64_places,
     ARRAY_LENGTH(aarch64_places), false, false, true, false},
    {"arm", &effects_arm, arm_code, sizeof arm_code, arm_places, ARRAY_LENGTH(arm_places), false, false,
     false, false},
    {"thumb", &effects_arm, thumb_code, sizeof thumb_code, thumb_places, ARRAY_LENGTH(thumb_places), true,
     false, false, false},
    {"riscv64", &effects_riscv64, riscv64_code, sizeof riscv64_code, riscv64_places,
     ARRAY_LENGTH(riscv64_places), false, false, true, false},
    {"ppc64le", &effects_ppc64, ppc64le_code, sizeof ppc64le_code, ppc64le_places,
     ARRAY_LENGTH(ppc64le_places), false, false, true, false},
    {"s390x", &effects_s390x, s390x_code, sizeof s390x_code, s390x_places, ARRAY_LENGTH(s390x_places), false,
     true, true, false},
    {"mips", &effects_mips, mips_code, sizeof mips_code, mips_places, ARRAY_LENGTH(mips_places), false, true,
     false, false},
};

static struct prologue_code code_of(const struct function *f)
{
    return (struct prologue_code){.effects = f->effects,
                                  .bytes = f->bytes,
                                  .size = f->size,
                                  .start = START,
                                  .is_thumb = f->is_thumb,
                                  .big_endian = f->big_endian,
                                  .is_64 = f->is_64,
                                  .pushed = f->pushed};
}

static enum where find_return(const struct function *f, const struct prologue_state *s, bool exact,
                              int64_t *slot)
{
    for (unsigned i = 0; exact && !f->pushed && i < EFFECT_REGISTERS; i++)
        if (s->registers[i].holds == HOLDS_CALLERS && s->registers[i].value == (int64_t)f->effects->link)
            return IN_LINK;
    for (unsigned i = 0; i < s->slot_count; i++)
        if (s->slots[i].value.holds == HOLDS_CALLERS &&
            s->slots[i].value.value == (int64_t)f->effects->link) {
            *slot = s->slots[i].at;
            return ON_STACK;
        }
    return NOWHERE;
}

static const char *check(const struct function *f, const struct place *p)
{
    static struct prologue_state s;
    struct prologue_code code = code_of(f);
    bool has_fp;
    int64_t slot = 0;
    if (!prologue_follow(&code, START + p->at, p->exact, &s, &has_fp))
        return p->where == ASTRAY ? NULL : "the code is not followed there";
    if (p->where == ASTRAY)
        return "it is followed to where it does not lead";
    const struct prologue_value *sp = &s.registers[f->effects->sp];
    if (p->sp == LOST_SP ? sp->holds != HOLDS_UNKNOWN : sp->holds != HOLDS_STACK || sp->value != p->sp)
        return "the stack pointer";
    enum where where = find_return(f, &s, p->exact, &slot);
    return where == p->where && slot == p->slot ? NULL : "the return address";
}

static void test_functions(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(functions); i++)
        for (size_t k = 0; k < functions[i].place_count; k++) {
            const char *why = check(&functions[i], &functions[i].places[k]);
            if (why)
                print_message("%s at %#x: %s\n", functions[i].name, functions[i].places[k].at, why);
            wrong += why != NULL;
        }
    assert_int_equal(wrong, 0);
}

/* Whatever the bytes are, and however they are cut: nothing is read behind them, and it ends. */
static void test_noise(void **state)
{
    (void)state;
    static struct prologue_state s;
    uint64_t seed = 1;
    for (unsigned round = 0; round < 400; round++)
        for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
            struct prologue_code code = code_of(&functions[i]);
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            code.size = seed >> 33 & 63;
            BASE_FREE unsigned char *bytes = xmalloc(code.size + 1);
            for (size_t k = 0; k < code.size; k++) {
                seed = seed * 6364136223846793005ull + 1442695040888963407ull;
                bytes[k] = round % 2 && k < functions[i].size
                               ? functions[i].bytes[k] ^ (seed >> 33 & seed >> 40 & 0xff)
                               : (unsigned char)(seed >> 33);
            }
            bool has_fp;
            code.bytes = bytes;
            for (unsigned at = 0; at < 70; at++) {
                prologue_follow(&code, START + at, at & 1, &s, &has_fp);
                if (at <= code.size)
                    prologue_ends_in_call(&code, START + at);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
