/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call that does not return is the last instruction of its function. */
volatile int x;
__attribute__((noinline, noreturn)) void die(int code)
{
    for (;;)
        x += code;
}
__attribute__((noinline)) int before(int a)
{
    int kept = a * 7;
    x = a;
    die(kept);
}
__attribute__((noinline)) int after(int b)
{
    return b + x;
}
int main(int c, char **v)
{
    if (c > 5)
        return after(c);
    return before(c);
}
