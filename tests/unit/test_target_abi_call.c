/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where arguments go, by the documents of the calling conventions (engine/target/arch/abi_call.h). The types
 * are those of this program itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/target/arch/abi_call.h"
#include "symbols/file.h"
#include "symbols/map.h"

struct ints {
    int a, b;
} ints_here;
struct longs {
    long a, b;
} longs_here;
struct floats {
    float x, y, z;
} floats_here;
struct mixed {
    double d;
    int i;
} mixed_here;
struct wide {
    long a[3];
} wide_here;
struct bytes {
    char c[3];
} bytes_here;
struct single {
    double d;
} single_here;

static struct symbol_map *map;

static int setup(void **state)
{
    (void)state;
    struct symbol_file *f = NULL;
    map = symbol_map_create();
    struct error *e = symbol_file_open("/proc/self/exe", &f);
    if (e)
        fail_msg("%s", e->message);
    symbol_map_add(map, f, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    symbol_map_free(map);
    return 0;
}

struct convention {
    abi_placed *place;
    struct abi_program program;
};

static const struct convention amd64 = {abi_call_amd64, {.address_size = 8}},
                               i386 = {abi_call_i386, {.address_size = 4}},
                               aarch64 = {abi_call_aarch64, {.address_size = 8}},
                               arm = {abi_call_arm, {.address_size = 4, .elf_flags = 0x400}},
                               arm_soft = {abi_call_arm, {.address_size = 4}},
                               riscv64 = {abi_call_riscv, {.address_size = 8, .elf_flags = 4}},
                               power_1 = {abi_call_power, {.big_endian = true, .address_size = 8}},
                               power_2 = {abi_call_power, {.address_size = 8, .elf_flags = 2}},
                               s390 = {abi_call_s390, {.big_endian = true, .address_size = 8}},
                               mips = {abi_call_mips, {.big_endian = true, .address_size = 4}};

static void add_slot(const struct abi_slot *s, bool by_address, char *out, size_t n)
{
    size_t at = strlen(out);
    snprintf(out + at, n - at, "%s%u%s+%u:%u=%s%u%s", at ? " " : "", s->argument, by_address ? "&" : "",
             (unsigned)s->offset, (unsigned)s->size, s->on_stack ? "s" : "r",
             s->on_stack ? (unsigned)s->at : s->number, s->is_left ? "l" : "");
}

/* `types`: names separated by commas; behind "..." they are unnamed. Slots are told as
 * ARGUMENT+OFFSET:SIZE=rREGISTER or =sPLACE, `&` where it is the address of a copy. */
static void goes(const struct convention *c, const char *types, const char *expected)
{
    struct abi_signature s = {.program = c->program};
    struct abi_call *call = xcalloc(1, sizeof *call);
    char text[1024] = "", *copy = xstrdup(types), *rest = copy, *name;
    bool named = true;
    while ((name = strtok_r(rest, ",", &rest)) != NULL) {
        if (strcmp(name, "...") == 0) {
            named = false;
            s.program.is_variadic = true;
            continue;
        }
        bool pointer = strcmp(name, "pointer") == 0;
        struct type *t = symbols_find_type(map, pointer ? "void" : name, UINT64_MAX);
        if (!t)
            fail_msg("there is no type %s", name);
        s.items[s.count++] = (struct abi_argument){type_strip(pointer ? type_pointer_to(t) : t), named};
    }
    c->place(&s, call);
    assert_false(call->failed);
    for (size_t i = 0; i < call->count; i++)
        add_slot(&call->slots[i], call->by_address[call->slots[i].argument], text, sizeof text);
    assert_string_equal(text, expected);
    free(copy);
    free(call);
}

/* rdi 5 rsi 4 rdx 1 rcx 2 r8 8 r9 9, xmm0 17 */
static void test_amd64(void **state)
{
    (void)state;
    goes(&amd64, "int,double,pointer", "0+0:4=r5 1+0:8=r17 2+0:8=r4");
    goes(&amd64, "long,long,long,long,long,struct longs,long",
         "0+0:8=r5 1+0:8=r4 2+0:8=r1 3+0:8=r2 4+0:8=r8 5+0:16=s0 6+0:8=r9");
    goes(&amd64, "struct mixed,struct wide,int", "0+0:8=r17 0+8:8=r5 1+0:24=s0 2+0:4=r4");
    goes(&amd64, "struct floats,float", "0+0:8=r17 0+8:4=r18 1+0:4=r19");
    goes(&amd64, "int,struct wide,long double", "0+0:4=r5 1+0:24=s0 2+0:16=s32");
}

static void test_i386(void **state)
{
    (void)state;
    goes(&i386, "char,double,struct bytes,int", "0+0:1=s0 1+0:8=s4 2+0:3=s12 3+0:4=s16");
}

/* x0 0, v0 64 */
static void test_aarch64(void **state)
{
    (void)state;
    goes(&aarch64, "int,struct floats,struct mixed",
         "0+0:4=r0 1+0:4=r64 1+4:4=r65 1+8:4=r66 2+0:8=r1 2+8:8=r2");
    goes(&aarch64, "struct wide,struct longs", "0&+0:8=r0 1+0:8=r1 1+8:8=r2");
    /* what does not fit as a whole is on the stack, and so is all that follows */
    goes(&aarch64, "long,long,long,long,long,long,long,struct longs,int",
         "0+0:8=r0 1+0:8=r1 2+0:8=r2 3+0:8=r3 4+0:8=r4 5+0:8=r5 6+0:8=r6 7+0:16=s0 8+0:4=s16");
}

/* r0 0, s0 64, d0 256 */
static void test_arm(void **state)
{
    (void)state;
    goes(&arm, "float,double,float", "0+0:4=r64 1+0:8=r257 2+0:4=r65"); /* back-filled */
    goes(&arm, "int,long long,int", "0+0:4=r0 1+0:4=r2 1+4:4=r3 2+0:4=s0");
    goes(&arm, "int,int,int,struct ints", "0+0:4=r0 1+0:4=r1 2+0:4=r2 3+0:4=r3 3+4:4=s0");
    goes(&arm_soft, "int,double", "0+0:4=r0 1+0:4=r2 1+4:4=r3");
    goes(&arm, "int,...,double", "0+0:4=r0 1+0:4=r2 1+4:4=r3");
}

/* a0 10, fa0 42 */
static void test_riscv(void **state)
{
    (void)state;
    goes(&riscv64, "double,int,struct mixed", "0+0:8=r42 1+0:4=r10 2+0:8=r43 2+8:4=r11");
    goes(&riscv64, "struct wide,struct longs", "0&+0:8=r10 1+0:8=r11 1+8:8=r12");
    goes(&riscv64, "long,long,long,long,long,long,long,struct longs",
         "0+0:8=r10 1+0:8=r11 2+0:8=r12 3+0:8=r13 4+0:8=r14 5+0:8=r15 6+0:8=r16 7+0:8=r17 7+8:8=s0");
    goes(&riscv64, "int,...,double", "0+0:4=r10 1+0:8=r11");
}

/* r3 3, f1 33: each argument has its place in the save area, and the first eight words a register too */
static void test_power(void **state)
{
    (void)state;
    goes(&power_2, "int,double", "0+0:4=s0 0+0:4=r3 1+0:8=r33 1+0:8=s8 1+0:8=r4");
    goes(&power_2, "struct bytes,struct longs", "0+0:3=s0 0+0:3=r3 1+0:16=s8 1+0:8=r4 1+8:8=r5");
    goes(&power_1, "struct bytes", "0+0:3=s5 0+0:3=r3"); /* right-justified */
    goes(&power_1, "float", "0+0:4=r33 0+0:4=s4 0+0:4=r3");
    goes(&power_1, "struct single", "0+0:8=r33 0+0:8=s0 0+0:8=r3");
}

/* r2 2, f0 16 */
static void test_s390(void **state)
{
    (void)state;
    goes(&s390, "int,double,struct longs", "0+0:4=r2 1+0:8=r16 2&+0:8=r3");
    goes(&s390, "struct ints,struct single,struct bytes", "0+0:8=r2 1+0:8=r16 2&+0:8=r3");
    goes(&s390, "int,int,int,int,int,int,float,float,float,float,float",
         "0+0:4=r2 1+0:4=r3 2+0:4=r4 3+0:4=r5 4+0:4=r6 5+0:4=s0 6+0:4=r16 7+0:4=r17 8+0:4=r18 9+0:4=r19 "
         "10+0:4=s12");
}

/* a0 4, f12 44 */
static void test_mips(void **state)
{
    (void)state;
    goes(&mips, "double,double,int", "0+0:8=r44 1+0:8=r46 2+0:4=s16");
    goes(&mips, "int,double", "0+0:4=r4 1+0:4=r6 1+4:4=r7");
    goes(&mips, "int,int,int,struct ints", "0+0:4=r4 1+0:4=r5 2+0:4=r6 3+0:4=r7l 3+4:4=s16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amd64), cmocka_unit_test(test_i386),  cmocka_unit_test(test_aarch64),
        cmocka_unit_test(test_arm),   cmocka_unit_test(test_riscv), cmocka_unit_test(test_power),
        cmocka_unit_test(test_s390),  cmocka_unit_test(test_mips),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
