/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places in frames: until and advance, in a recursion and in what is inlined. */
static volatile int s;
static int down(int n)
{
    int below = 0;
    if (n > 0)
        below = down(n - 1);
    s += n;
    return below + n;
}
static inline __attribute__((always_inline)) int in(int n)
{
    s += n;
    int r = down(n);
    s += 2;
    return r;
}
int main(void)
{
    s = 1;
    int r = down(3);
    r += in(2);
    for (int i = 0; i < 3; i++)
        s += i;
    s++;
    return r & 1;
}
