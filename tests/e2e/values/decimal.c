/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimal floating-point numbers, as the compiler writes them. */
struct all {
    _Decimal32 a[6];
    _Decimal64 b[6];
    _Decimal128 c[6];
} all = {
    {1.20df, -0.0df, 9999999e90df, 1e-101df, 1234567e-3df, 5e10df},
    {1.20dd, -123456789012345.6dd, 9999999999999999e369dd, 1e-398dd, 0.000001dd, 0.0000001dd},
    {1.20dl, -1234567890123456789012345678901234.dl, 9e6144dl, 1e-6176dl, 888999.777888999dl, 0e5dl},
};
volatile _Decimal64 sum;
volatile int sink;

__attribute__((noinline)) static void stop(void)
{
    sink++;
}

int main(void)
{
    sum = __builtin_infd64();
    stop();
    sum = __builtin_nand64("");
    stop();
    return 0;
}
