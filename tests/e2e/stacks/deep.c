/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recursion of 100,000. */
volatile int sink;

__attribute__((noinline)) int down(int n)
{
    if (n == 0) {
        sink = 1;
        return 0;
    }
    return down(n - 1) + sink;
}

__attribute__((noinline)) int begin(void)
{
    return down(100000) + sink;
}

int main(void)
{
    return begin();
}
