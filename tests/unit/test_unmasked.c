/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which A64 instructions are stepped with interrupts masked. Encodings as `aarch64-linux-gnu-as` makes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/target/arch/arch.h"

static void test_plain(void **state)
{
    (void)state;
    static const uint32_t plain[] = {
        0xa9b67bfd, /* stp x29, x30, [sp, #-160]! */
        0xf9400260, /* ldr x0, [x19] */
        0xf8410c01, /* ldr x1, [x0, #16]! */
        0xf8400401, /* ldr x1, [x0], #0 */
        0x14000003, /* b */
        0xd65f03c0, /* ret */
        0xd63f0000, /* blr x0 */
        0xd503233f, /* paciasp */
        0xd5033bbf, /* dmb ish */
        0xd503201f, /* nop */
    };
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        assert_true(arch_aarch64.step_mask.is_plain(plain[i]));
}

static void test_not_plain(void **state)
{
    (void)state;
    static const uint32_t others[] = {
        0xd53b4220, /* mrs x0, daif */
        0xd51b4220, /* msr daif, x0 */
        0xd50342df, /* msr daifset, #2 */
        0xd4000001, /* svc #0 */
        0xd4200000, /* brk #0 */
        0xd69f03e0, /* eret */
        0xd50b7420, /* dc zva, x0 */
        0xf8408820, /* ldtr x0, [x1, #8] */
        0x38000820, /* sttrb w0, [x1] */
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(arch_aarch64.step_mask.is_plain(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_not_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
