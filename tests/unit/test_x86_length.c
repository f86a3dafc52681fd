/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lengths of x86 instructions by their encoding: those of newer extensions by hand, others as Capstone has
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <capstone/capstone.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/target/arch/x86.h"

struct sample {
    int mode;
    unsigned size;
    unsigned char code[15];
};

/* Intel SDM volume 2 and the references of the extensions. */
static const struct sample samples[] = {
    {CS_MODE_64, 6, {0x62, 0xb2, 0x75, 0x20, 0x26, 0xd1}}, /* vptestmb */
    {CS_MODE_64,
     9,
     {0x62, 0xf3, 0x75, 0x20, 0x3f, 0x4c, 0x16, 0x02, 0x04}}, /* …, disp8, its immediate behind */
    {CS_MODE_64, 10, {0x62, 0x61, 0xfe, 0x48, 0x6f, 0x3d, 0x78, 0x56, 0x34, 0x12}}, /* rip-relative */
    {CS_MODE_64, 3, {0x0f, 0x01, 0xe8}},                                            /* serialize */
    {CS_MODE_64, 5, {0xc4, 0xe2, 0x7b, 0x5e, 0xc1}},                                /* tdpbssd */
    {CS_MODE_64, 6, {0xf2, 0x0f, 0x38, 0xf8, 0x47, 0x40}},                          /* enqcmd */
    {CS_MODE_64, 5, {0xf3, 0x48, 0x0f, 0x1e, 0xc8}},                                /* rdssp */
    {CS_MODE_32, 6, {0x62, 0xf2, 0x7d, 0x48, 0x26, 0xc9}},
    {CS_MODE_16, 5, {0x0f, 0x38, 0xf9, 0x06, 0x34}}, /* cut short: two bytes of address */
    {CS_MODE_64, 0, {0x06}},                         /* no instruction, and no escape */
    {CS_MODE_32, 0, {0x62, 0x05}},                   /* bound */
};

static void test_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *s = &samples[i];
        unsigned cut = s->mode == CS_MODE_16 ? 0 : s->size;
        assert_int_equal(x86_unknown_size(s->code, s->size ? s->size : 15, s->mode), cut);
        if (s->size > 1)
            assert_int_equal(x86_unknown_size(s->code, s->size - 1, s->mode), 0);
    }
    static const unsigned char whole[] = {0x0f, 0x38, 0xf9, 0x06, 0x34, 0x12};
    assert_int_equal(x86_unknown_size(whole, sizeof whole, CS_MODE_16), 6);
}

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    return *x ^= *x << 17;
}

/* Bytes that begin as what is read here does. */
static void make_code(uint64_t *x, unsigned char *code, size_t n)
{
    static const unsigned char firsts[] = {0x62, 0xc4, 0xc5, 0x0f, 0x66, 0x48, 0x67, 0xf3};
    for (size_t i = 0; i < n; i++)
        code[i] = (unsigned char)(next(x) >> 24);
    code[0] = firsts[next(x) >> 20 & 7];
    if (next(x) >> 20 & 1)
        code[code[0] == 0x66 || code[0] == 0x67 || code[0] == 0x48 || code[0] == 0xf3] = 0x0f;
}

/* Where both have a length it is the same. */
static void test_as_capstone(void **state)
{
    static const int modes[] = {CS_MODE_64, CS_MODE_32, CS_MODE_16};
    uint64_t seed = (uint64_t)time(NULL) | 1, x = seed;
    unsigned compared = 0;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (size_t m = 0; m < 3; m++) {
        csh handle;
        assert_int_equal(cs_open(CS_ARCH_X86, (cs_mode)modes[m], &handle), CS_ERR_OK);
        for (unsigned i = 0; i < 60000; i++) {
            unsigned char code[15];
            cs_insn *insn = NULL;
            make_code(&x, code, sizeof code);
            unsigned ours = x86_unknown_size(code, sizeof code, modes[m]);
            assert_true(ours <= sizeof code);
            if (cs_disasm(handle, code, sizeof code, 0, 1, &insn) != 1)
                continue;
            /* Capstone 4 counts one byte too many of EVEX with a rounding of its own, and none of what
             * follows UD1 (Intel SDM volume 2, 2.7.9 and UD). */
            if (ours && ours != insn->size && strncmp(insn->mnemonic, "ud", 2) != 0 &&
                !strstr(insn->op_str, "sae}"))
                fail_msg("%02x %02x %02x %02x %02x %02x %02x %02x: %s %s is %u bytes, not %u", code[0],
                         code[1], code[2], code[3], code[4], code[5], code[6], code[7], insn->mnemonic,
                         insn->op_str, insn->size, ours);
            compared += ours > 0;
            cs_free(insn, 1);
        }
        cs_close(&handle);
    }
    assert_true(compared > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_as_capstone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
